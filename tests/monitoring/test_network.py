"""The network of firms: who met whom, from which month to which, for supervisors alone."""

from datetime import timedelta

import pytest
from django.http import Http404

from accounts import queries as accounts
from monitoring.models import ScreenRun
from monitoring.queries import network
from monitoring.queries.network import Asked
from tests.monitoring import world
from tests.seats import browser, text_of


@pytest.fixture
def watched(opened):
    """Six opened lots in three months; the four firms of the last three met only there."""
    world.relay()
    world.work()
    world.copies(opened.lot, opened.record.code, 5, 0.2)
    for at, run in enumerate(ScreenRun.objects.order_by("pk")):
        run.computed_at -= timedelta(days=31 * (2 - at // 2))
        if at > 2:
            run.prices = run.prices[:4]
        run.save(update_fields=["computed_at", "prices"])
    return opened


def asked(watched, **more):
    record = watched.record
    return network.access_network(
        watched.actors["supervisor"].holder, Asked(record.regime, record.category, **more)
    )


def test_ties_count_the_lots_in_which_both_bid(watched):
    found = asked(watched)
    assert (found.lots, found.firms_all, len(found.firms), found.least) == (6, 7, 7, 1)
    sizes = {tuple(sorted((found.firms[t.a].code, found.firms[t.b].code))): len(t.lots) for t in found.ties}
    regular = sorted(code for code, _ in ScreenRun.objects.order_by("-pk").first().prices)
    assert len(sizes) == 21
    for pair, count in sizes.items():
        assert count == (6 if set(pair) <= set(regular) else 3)
    assert sum(firm.lowest for firm in found.firms) == 6
    names = accounts.parties_by_code(regular)
    assert {firm.name for firm in found.firms} >= {names[code].name for code in regular}


def test_months_and_common_lots_narrow_it(watched):
    assert len(asked(watched).months) == 3
    last = asked(watched, since=2)
    assert (last.lots, len(last.firms)) == (2, 4)
    assert asked(watched, until=0).lots == 2
    assert asked(watched, since=9, until=9).lots == 2, "beyond the end is the end"
    often = asked(watched, least=4)
    assert (len(often.firms), len(often.ties)) == (4, 6)
    assert asked(watched, least=7).firms == ()


def test_a_firm_is_shown_with_its_lots(watched):
    firm = ScreenRun.objects.order_by("pk").first().prices[-1][0]
    found = asked(watched, firm=firm)
    assert (found.chosen.code, len(found.chosen_lots)) == (firm, 3)
    assert asked(watched, firm="nobody").chosen is None


def test_the_page_is_for_supervisors_alone(watched):
    path = "/desk/monitoring/network/"
    page = browser("supervisor").get(path)
    assert watched.record.code in text_of(page)
    for username in ("clerk", "host", "witness", "bidder1"):
        assert browser(username).get(path).status_code == 404
    with pytest.raises(Http404):
        network.access_network(watched.actors["clerk"].holder, Asked())


@pytest.mark.parametrize(
    "query", ["", "?market=nonsense", "?since=x&until=-3&least=0", "?market=T-works&since=5&until=1&firm=%00"]
)
def test_what_cannot_be_read_narrows_nothing(watched, query):
    assert browser("supervisor").get(f"/desk/monitoring/network/{query}").status_code == 200


def test_without_an_opened_lot_the_page_says_so(begin):
    begin()
    assert browser("supervisor").get("/desk/monitoring/network/").status_code == 200
