"""The dashboard and the quarterly report: for supervisors alone, figures of an opened lot by hand, in bulk."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from kernel import clock
from kernel.domain import canonical
from monitoring import papers
from monitoring.actions import alerts, cases
from monitoring.domain import indicators
from monitoring.models import Alert, Suspicion
from monitoring.queries import dashboard
from monitoring.queries.dashboard import Asked
from tender.models import Lot, Publication
from tests import cast
from tests.monitoring import world
from tests.monitoring.casework import Casework
from tests.monitoring.world import copies
from tests.seats import browser, text_of

PAGE = "/desk/monitoring/dashboard/"
REPORT = "/desk/monitoring/reports/2026-q1"
FIRST = indicators.quarter(2026, 1)
OTHERS = ("clerk", "reviewer", "host", "witness", "keeper-notary", "bidder1", "auditor", "operator")


def give_result(lot_id, price):
    """A published result with its winner's price, as an award leaves it."""
    document = canonical.to_bytes({"domain": "yangguang/result/v1", "winner": {"price": price}})
    Publication.objects.create(
        lot_id=lot_id,
        kind="result",
        document=document,
        sha256=canonical.sha256(document),
        published_at=clock.now(),
    )


@pytest.fixture
def watched(opened):
    """One opened lot with its screens, comparison, suspicion and result: 7 bids, estimated 20,000,000 yuan."""
    world.relay()
    world.work()
    give_result(opened.lot, "9700123.45")
    return opened


def report(it, period=FIRST, regime="", now=None):
    supervisor = it.actors["supervisor"].holder
    return dashboard.access_report(supervisor, Asked(period, regime), now=now or clock.now())


def words_of(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_the_figures_of_an_opened_lot_are_those_computed_by_hand(watched):
    total = report(watched).total
    assert (total.published, total.closed, total.opened, total.failed, total.cancelled) == (1, 1, 1, 0, 0)
    assert (total.written("estimates"), total.written("prices")) == ("20,000,000.00 (1)", "9,700,123.45 (1)")
    assert (total.written("mean_bids"), total.written("single_rate")) == ("7.00 (1)", "0.0 % (0/1)")
    # (20,000,000.00 - 9,700,123.45) / 20,000,000.00 = 0.5149938275
    assert (total.plain("saving_rate"), total.plain("median_saving")) == ("0.514994", "0.514994")
    run = Suspicion.objects.get(lot=watched.lot)
    assert (total.scored, total.striking) == (1, int(run.p_value <= 0.01))
    assert float(total.median_suspicion) == run.suspicion
    assert total.indicated == 1
    [month] = [row for row in report(watched).months if row.figures.published]
    assert (month.key, [row.key for row in report(watched).regions]) == ("2026-03", ["510900"])


def test_a_lot_counts_in_the_month_of_its_notice_and_under_its_regime(watched):
    assert report(watched, regime="G").total.published == 0
    assert report(watched, regime="T").total.published == 1
    assert report(watched, indicators.quarter(2025, 4)).total.published == 0
    assert [row.key for row in report(watched).months] == ["2026-01", "2026-02", "2026-03"]


def test_the_newest_run_speaks_and_a_dismissed_indication_does_not(watched):
    row = Suspicion.objects.get(lot=watched.lot)
    market = row.market
    market.pk, market.night = None, clock.now().date()
    market._state.adding = True
    market.save(force_insert=True)
    row.pk, row.market, row.p_value, row.suspicion = None, market, 0.0001, 0.5
    row._state.adding = True
    row.save(force_insert=True)
    total = report(watched).total
    assert (total.scored, total.striking, float(total.median_suspicion)) == (1, 1, 0.5)
    by = watched.actors["supervisor"].holder
    found = list(Alert.objects.filter(kind="indication").order_by("pk"))
    for number, alert in enumerate(found, 1):
        assert report(watched).total.indicated == 1
        alerts.dismiss(by, alert.pk, "同一集团授权代理", now=clock.now())
        assert report(watched).total.indicated == int(number < len(found))


def test_a_void_award_has_no_winning_price(watched):
    Lot.objects.filter(pk=watched.lot).update(status="award_void")
    assert report(watched).total.prices is None


def test_cases_count_in_the_month_in_which_they_were_opened(watched):
    watched.actors["supervisor-finance"] = cast.enrol("supervisor-finance")
    work = Casework(watched.actors).propose()
    assert report(watched).total.cases_opened == 0, "a proposal is no case yet"
    cases.confirm(work.second, work.id, work.first.id, now=clock.now())
    total = report(watched).total
    assert (total.cases_opened, total.cases_closed) == (1, 0)
    assert report(watched, regime="T").total.cases_opened == 1
    assert report(watched, regime="G").total.cases_opened == 0
    assert sum(row.figures.cases_opened for row in report(watched).months) == 1


def test_more_lots_do_not_cost_more_queries(watched):
    watched.actors["supervisor-finance"] = cast.enrol("supervisor-finance")
    Casework(watched.actors).opened()
    with CaptureQueriesContext(connection) as few:
        report(watched, regime="T")
    copies(watched.lot, watched.record.code, 9, 0.2)
    for row in Lot.objects.exclude(pk=watched.lot):
        give_result(row.pk, "9000000.00")
    with CaptureQueriesContext(connection) as many:
        found = report(watched, regime="T")
    assert (found.total.published, found.total.awarded) == (10, 10)
    assert len(many) == len(few), [query["sql"] for query in many]


def test_page_and_reports_are_for_supervisors_alone(watched):
    for username in ("auditor", "operator"):
        watched.actors[username] = cast.enrol(username)
    for path in (PAGE, f"{REPORT}.pdf", f"{REPORT}.csv"):
        assert browser("supervisor").get(path).status_code == 200, path
        assert browser("").get(path).status_code == 302, path
        for username in OTHERS:
            assert browser(username).get(path).status_code == 404, (path, username)
    with pytest.raises(Http404):
        dashboard.access_report(watched.actors["clerk"].holder, Asked(FIRST), now=clock.now())


def test_the_page_shows_the_figures_with_their_formulas_and_leads_to_the_flags(watched):
    client = browser("supervisor")
    page = text_of(client.get(PAGE))
    for shown in ("20,000,000.00 (1)", "51.5 % (1)", "7.00 (1)", "0.0 % (0/1)", "2026-03", "510900"):
        assert shown in page, shown
    assert "divided by the lots whose bids were counted" in page
    link = "/desk/monitoring/?region=510900&amp;since=2026-01&amp;until=2026-03"
    assert link in page
    flags = text_of(client.get(link.replace("&amp;", "&")))
    assert watched.record.code in flags
    later = text_of(client.get("/desk/monitoring/?since=2026-04"))
    assert watched.record.code not in later
    assert f'href="{PAGE}"' in later


ASKED = {
    "quarter=2026-q1": ("2026-01 – 2026-03", True),
    "quarter=2025-q4": ("No lot was published in this period", False),
    "quarter=&since=2026-03&until=2026-03": ("2026-03 – 2026-03", True),
    "since=2026-02": ("2026-02 – 2026-02", False),
    "until=2026-03": ("2026-03 – 2026-03", True),
    "regime=G": ("No lot was published in this period", False),
    "since=2026-03&until=2026-01": ("The last month lies before the first.", True),
    "since=2027-01": ("This month has not begun.", True),
    "since=1900-01&until=2026-01": ("At most ten years are shown at once.", True),
    "quarter=": ("Choose a quarter, or months.", True),
    "quarter=nonsense": ("These months cannot be shown", True),
    "since=2026-13": ("These months cannot be shown", True),
}
"""Query -> what the page says, and whether the lot of the tests is in it."""


def test_the_period_that_is_asked_for_is_shown(watched):
    client = browser("supervisor")
    for query, (said, lots) in ASKED.items():
        page = text_of(client.get(f"{PAGE}?{query}"))
        assert said in page, query
        assert ("20,000,000.00" in page) is lots, query


def test_the_report_is_a_paper_in_the_readers_language(watched):
    answer = browser("supervisor", language="zh-hans").get(f"{REPORT}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "report-2026-q1.pdf" in answer.headers["Content-Disposition"]
    words = words_of(answer.content)
    for shown in ("2026 年第 1 季度", "20,000,000.00", "9,700,123.45", "51.5 %", "510900", "2026-03"):
        assert shown in words, shown
    english = words_of(browser("supervisor").get(f"{REPORT}.pdf").content)
    assert "Tendering in quarter 1 of 2026" in english
    assert "20,000,000.00" in english


def test_the_same_data_and_instant_give_the_same_paper(watched):
    at = clock.now()
    made = [papers.quarterly(report(watched, now=at), Asked(FIRST), at=at) for _ in range(2)]
    assert made[0] == made[1]
    assert b"pdfaid" in made[0]
    assert papers.quarterly(report(watched, now=at), Asked(FIRST), at=at + timedelta(minutes=1)) != made[0]


def test_the_csv_has_every_row(watched):
    answer = browser("supervisor").get(f"{REPORT}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["group"], row["key"]) for row in rows] == [
        ("total", ""),
        ("month", "2026-01"),
        ("month", "2026-02"),
        ("month", "2026-03"),
        ("region", "510900"),
        ("kind", "T-works"),
        ("procuring_entity", watched.record.procuring_entity.name),
    ]
    total, january = rows[0], rows[1]
    assert (total["prices"], total["saving_rate"], total["mean_bids"]) == (
        "9700123.45",
        "0.514994",
        "7.000000",
    )
    assert (january["published"], january["saving_rate"], january["prices"]) == ("0", "", "")


def test_a_quarter_that_has_not_begun_has_no_report_and_an_empty_one_says_so(watched):
    client = browser("supervisor")
    for path in ("2026-q2.pdf", "2026-q2.csv", "9999-q4.pdf", "2026-q5.pdf", "0000-q1.csv", "26-q1.pdf"):
        assert client.get(f"/desk/monitoring/reports/{path}").status_code == 404, path
    empty = words_of(client.get("/desk/monitoring/reports/2025-q4.pdf").content)
    assert "there is nothing to report" in empty
    rows = list(csv.reader(io.StringIO(text_of(client.get("/desk/monitoring/reports/2025-q4.csv")))))
    assert [row[2] for row in rows[1:]] == ["0"] * 4
