"""The deposits' pages in a real browser: nothing serious for axe, nothing that overflows, at a desk and on a phone."""

import pytest

from accounts.domain.seats import SeatKind
from tests import bidders
from tests.browser import real_site
from tests.deposits import world
from tests.deposits.test_guarantees import presented
from tests.deposits.test_transfers import FULL, contract
from tests.seats import browser as client

pytestmark = [
    *real_site.needs_chromium,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]


@pytest.fixture
def lot(city, bank, issuer, tmp_path):
    """A lot with a regular deposit, an irregular one, a short guarantee, all on their way back."""
    from deposits.actions import guaranteeing
    from kernel import clock

    lot, firms = city["lot"], world.FIRMS
    world.pay(city["bidder1"], bank, lot, FULL)
    world.pay(city["bidder2"], bank, lot, "300000.00", payer=city["bidder1"])
    got = world.apply(city["bidder3"], issuer, lot, amount="100000.00")
    for name in firms[:3]:
        bidders.submit(city[name], lot, tmp_path / name)
    world.close(city, lot)
    code = city["bidder3"].holder.organisation.credit_code
    guaranteeing.take(lot, code, presented(got), now=clock.now())
    world.carry()
    return lot


PAGES = {
    "": ("/guarantees/?amount=400000.00",),
    "clerk": ("/desk/lots/{lot}/deposits/", "/desk/deposits/{deposit}/decide/", "/desk/"),
    "bidder3": ("/desk/deposits/",),
    "issuer": ("/desk/guarantees/",),
    "operator": ("/desk/institutions/", "/desk/institutions/new/"),
}


def test_every_page_is_accessible_and_fits(city, bank, lot):
    from deposits.models import Deposit

    names = {"lot": lot, "deposit": Deposit.objects.get(bidder=code_of(city, "bidder1")).pk}
    with real_site.serving() as address, real_site.chromium() as found:
        for size in ("desktop", "phone"):
            for who, paths in PAGES.items():
                visitor = signed_in(found, address, who, size)
                for path in paths:
                    visitor.open(path.format(**names))
                visitor.close()
        contract(city, lot, city["bidder2"])
        world.carry()
        visitor = signed_in(found, address, "clerk", "desktop")
        visitor.open(PAGES["clerk"][0].format(**names))
        assert visitor.page.get_by_text("returned").count() >= 3
        visitor.close()


def signed_in(found, address, who, size):
    visitor = real_site.Visitor(found, address, size=size, language="en")
    if who:
        value = client(who).cookies["sessionid"].value
        visitor.context.add_cookies([{"name": "sessionid", "value": value, "url": address}])
    return visitor


def code_of(city, name):
    assert city[name].holder.kind is SeatKind.BIDDER
    return city[name].holder.organisation.credit_code
