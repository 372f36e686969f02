"""The regulator's pages: for supervisors and nobody else, indications and statistics never in one table."""

import csv
import io
import uuid

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from accounts.domain.seats import SeatKind
from kernel import clock, storage
from monitoring.models import Alert, DossierFile
from portal import workbench
from tests import cast
from tests.monitoring import world
from tests.seats import browser, text_of

OTHERS = (
    "",
    "clerk",
    "reviewer",
    "host",
    "witness",
    "keeper-notary",
    "bidder1",
    "auditor",
    "archivist",
    "operator",
    "expert1",
)


@pytest.fixture
def watched(opened):
    """An opened lot whose screens and comparison are made."""
    world.relay()
    world.work()
    for username in ("auditor", "archivist", "operator", "expert1"):
        opened.actors[username] = cast.enrol(username)
    return opened


def alert(kind, item=""):
    rows = Alert.objects.filter(kind=kind)
    return (rows.filter(indication__item=item) if item else rows).get()


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def pages(it):
    return (
        "/desk/monitoring/",
        f"/desk/monitoring/lots/{it.lot}/",
        f"/desk/monitoring/lots/{it.lot}/bids.csv",
        f"/desk/monitoring/alerts/{alert('indication', '40-(1)').pk}/",
        f"/desk/monitoring/alerts/{alert('statistical').pk}/",
    )


def test_the_pages_are_there_for_supervisors_and_for_nobody_else(watched):
    supervisor = browser("supervisor")
    others = {name: browser(name) for name in OTHERS}
    for path in pages(watched):
        assert supervisor.get(path).status_code == 200, path
        for name, client in others.items():
            answer = client.get(path)
            assert answer.status_code == (404 if name else 302), (path, name)
    seen = f"/desk/monitoring/alerts/{alert('statistical').pk}/seen/"
    assert {others[name].post(seen).status_code for name in OTHERS if name} == {404}
    assert not Alert.objects.exclude(status="new").exists()


def test_nothing_is_shown_of_a_lot_that_is_not_opened(begin):
    it = begin()
    world.submit(it)
    supervisor = browser("supervisor")
    for path in (f"/desk/monitoring/lots/{it.lot}/", f"/desk/monitoring/lots/{it.lot}/bids.csv"):
        assert supervisor.get(path).status_code == 404
    unknown = uuid.uuid4()
    assert supervisor.get(f"/desk/monitoring/alerts/{unknown}/").status_code == 404
    page = text_of(supervisor.get("/desk/monitoring/"))
    assert it.record.code not in page


def test_the_list_keeps_the_two_kinds_apart_and_exports_each(watched):
    supervisor = browser("supervisor")
    page = text_of(supervisor.get("/desk/monitoring/"))
    indications, statistics = page.split("Statistics of prices", 1)
    assert "40-(1)" in indications
    assert "40-(1)" not in statistics
    assert "does not say that anybody colluded" in statistics
    found = rows_of(supervisor.get("/desk/monitoring/?format=csv&kind=indication"))
    assert sorted(row[4] for row in found[1:]) == ["40-(1)", "40-(4)"]
    statistical = rows_of(supervisor.get("/desk/monitoring/?format=csv&kind=statistical"))
    assert statistical[0] == [
        *("raised_at", "status", "lot", "title", "bids"),
        *("suspicion", "p_value", "q_value", "signs", "reason"),
    ]
    assert [row[4] for row in statistical[1:]] == ["7"]


def test_filters_narrow_the_list(watched):
    supervisor, both = browser("supervisor"), ["40-(1)", "40-(4)"]
    for query, items in {
        "item=40-(4)": ["40-(4)"],
        "status=dismissed": [],
        "text=滨河": both,
        "text=nothing-like-it": [],
        "region=510900": both,
        "region=110000": [],
        "region=abc": both,
        "regime=G": [],
        "regime=T": both,
    }.items():
        found = rows_of(supervisor.get(f"/desk/monitoring/?format=csv&kind=indication&{query}"))
        assert sorted(row[4] for row in found[1:]) == items, query


def test_a_lots_page_shows_every_screen_with_its_formula_and_missing_ones_with_the_reason(watched):
    page = text_of(browser("supervisor").get(f"/desk/monitoring/lots/{watched.lot}/"))
    for name in ("CV", "SPD", "DIFFP", "RD", "RDNOR", "RDALT", "KURT", "SKEW", "KSTEST", "D"):
        assert f">{name}</abbr>" in page
    assert "standard deviation of the bids, divided by their mean" in page
    assert "error rates of these screens are not measured here yet" in page
    assert "0 other lots, too few" in page
    assert f"python -m monitoring.cli screens {watched.record.code}-bids.csv" in page


def test_a_missing_screen_says_why(begin):
    it = begin()
    world.submit(it, dict.fromkeys(list(world.PRICES)[:3], "9800000.00"), authors=())
    world.open_hall(it)
    world.relay()
    world.work()
    page = text_of(browser("supervisor").get(f"/desk/monitoring/lots/{it.lot}/"))
    assert "missing: all bids are equal" in page
    assert "missing: too few bids" in page


def test_the_bids_file_recomputes_the_screens(watched, tmp_path):
    from monitoring.cli.__main__ import main
    from monitoring.models import ScreenRun

    answer = browser("supervisor").get(f"/desk/monitoring/lots/{watched.lot}/bids.csv")
    source, target = tmp_path / "bids.csv", tmp_path / "screens.csv"
    source.write_bytes(answer.content)
    assert main(["screens", str(source), "--out", str(target)]) == 0
    [row] = list(csv.DictReader(io.StringIO(target.read_text())))
    kept = ScreenRun.objects.get().values
    assert float(row["CV"]) == pytest.approx(float(kept["CV"]["value"]))
    assert float(row["b1/ceiling"]) == pytest.approx(float(kept["b1/ceiling"]["value"]))


def test_an_indication_shows_evidence_explanations_article_and_command(watched):
    page = text_of(browser("supervisor").get(f"/desk/monitoring/alerts/{alert('indication', '40-(4)').pk}/"))
    assert "第四十条第（四）项" in page
    assert "9812345.67" in page
    assert "Independent bids would show it often enough" in page
    assert "does not explain it" in page
    assert "青石建设工程有限公司" in page
    assert f"python -m monitoring.cli regular {watched.record.code}-bids.csv --regime T --limit 0.01" in page
    page = text_of(browser("supervisor").get(f"/desk/monitoring/alerts/{alert('indication', '40-(1)').pk}/"))
    assert world.AUTHOR in page
    assert "last modified by" in page


def test_an_alert_is_seen_and_dismissed_with_a_reason(watched):
    supervisor, one = browser("supervisor"), alert("indication", "40-(1)")
    page = f"/desk/monitoring/alerts/{one.pk}/"
    assert supervisor.get(f"{page}seen/").status_code == 405
    assert supervisor.post(f"{page}seen/").status_code == 303
    one.refresh_from_db()
    assert (one.status, one.seen_by) == ("seen", watched.actors["supervisor"].holder.actor)
    answer = supervisor.post(page, {"reason": " "})
    assert answer.status_code == 422
    one.refresh_from_db()
    assert one.status == "seen"
    assert supervisor.post(page, {"reason": "同一打字社"}).status_code == 303
    one.refresh_from_db()
    assert (one.status, one.reason) == ("dismissed", "同一打字社")
    again = supervisor.post(page, {"reason": "另一理由"})
    assert again.status_code == 422
    assert "同一打字社" in text_of(again)
    one.refresh_from_db()
    assert one.reason == "同一打字社"


def test_the_workbench_asks_the_supervisor_to_look_until_all_is_seen(watched):
    supervisor = watched.actors["supervisor"].holder

    def titles(holder):
        return [
            task.title for task in workbench.tasks_of(holder, now=clock.now()) if "ndication" in task.title
        ]

    from django.utils import translation

    with translation.override("en"):
        assert titles(supervisor) == ["Look at 2 new indications"]
        assert titles(watched.actors["clerk"].holder) == []
        client = browser("supervisor")
        for one in Alert.objects.filter(kind="indication"):
            client.post(f"/desk/monitoring/alerts/{one.pk}/seen/")
        assert titles(supervisor) == [], "statistics alone make no task"


def test_a_group_of_other_lots_places_a_value(watched):
    from monitoring import queries
    from monitoring.models import ScreenRun

    run = ScreenRun.objects.get()
    value = float(run.values["CV"]["value"])
    lots = [_copy_lot(watched.lot, n) for n in range(queries.COMPARED_LEAST)]
    for n, lot in enumerate(lots):
        values = {**run.values, "CV": {"value": repr(value * (0.5 if n < 5 else 2))}}
        ScreenRun.objects.create(
            lot_id=lot,
            version=run.version,
            regime="T",
            category="works",
            bids=7,
            values=values,
            computed_at=run.computed_at,
        )
    [line] = [each for each in queries.screen_lines(run) if each.name == "CV"]
    assert (len(line.others), line.place) == (20, 0.25)
    page = text_of(browser("supervisor").get(f"/desk/monitoring/lots/{watched.lot}/"))
    assert "25% of 20 lie below" in page


def _copy_lot(lot, number):
    from tender.models import Lot

    row = Lot.objects.get(pk=lot)
    row.pk, row.number, row.code = uuid.uuid4(), 100 + number, f"copy-{number}"
    row.save(force_insert=True)
    return row.pk


def made(it, edition, content=b"PK a dossier"):
    digest = storage.put(content)
    return DossierFile.objects.create(
        lot_id=it.lot, edition=edition, state="made", lot_state="opened", asked_by="system", asked_at=clock.now(),
        sha256=digest, size=len(content), log_size=1, made_at=clock.now(),
    )  # fmt: skip


def download(client, path):
    """Get a file that is given piece by piece; returns the answer and its bytes."""
    answer = client.get(path)

    async def whole():
        return b"".join([piece async for piece in answer.streaming_content])

    return answer, async_to_sync(whole)()


def test_public_dossiers_are_for_everybody_and_the_auditors_edition_for_few(watched):
    public, audit = made(watched, "public"), made(watched, "audit", b"PK everything")
    lot = watched.lot
    answer, data = download(Client(), f"/lots/{lot}/dossiers/{public.sha256}.zip")
    assert data == b"PK a dossier"
    assert answer.headers["Content-Length"] == "12"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Client().get(f"/lots/{lot}/dossiers/{audit.sha256}.zip").status_code == 404
    hidden = f"/desk/lots/{lot}/dossiers/{audit.sha256}.zip"
    for name in ("supervisor", "auditor", "archivist"):
        assert download(browser(name), hidden)[1] == b"PK everything", name
        assert browser(name).get(f"/desk/lots/{lot}/dossiers/").status_code == 200
    for name in OTHERS:
        if name not in ("auditor", "archivist"):
            assert browser(name).get(hidden).status_code == (404 if name else 302), name
            assert browser(name).get(f"/desk/lots/{lot}/dossiers/").status_code == (404 if name else 302), (
                name
            )
    page = text_of(browser().get(f"/lots/{lot}/"))
    assert public.sha256 in page
    assert audit.sha256 not in page
    assert "python verify.py dossier" in page


def test_archivist_and_supervisor_have_a_dossier_made_and_the_auditor_does_not(watched):
    path = f"/desk/lots/{watched.lot}/dossiers/"
    browser("auditor").post(path, {"edition": "audit"})
    assert not DossierFile.objects.exists()
    browser("archivist").post(path, {"edition": "nonsense"})
    assert not DossierFile.objects.exists()
    for name in ("archivist", "supervisor"):
        assert browser(name).post(path, {"edition": "audit"}).status_code == 303
    assert DossierFile.objects.get().state == "asked", "an open request is asked once"
    watched.watch.tick()
    watched.watch.tick()
    assert world.work() == 1
    row = DossierFile.objects.get()
    assert (row.state, row.size) == ("made", storage.path(row.sha256).stat().st_size)
    assert str(row.sha256) in text_of(browser("auditor").get(path))


def test_every_seat_kind_that_reads_audits_is_meant(watched):
    from monitoring import queries

    assert {SeatKind.AUDITOR, SeatKind.SUPERVISOR, SeatKind.ARCHIVIST} == queries.AUDIT_SEATS
