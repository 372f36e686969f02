"""Paired worlds: one history twice, once with a sealed bid and once without, and nobody but its bidder can tell.

`tests/worlds.py` says what may differ. The bidder of the secret bid takes the document, seals, replaces nothing,
checks in; all others go on doing what they do, after it and in both worlds alike.
"""

from datetime import timedelta
from difflib import unified_diff

import pytest
from asgiref.sync import async_to_sync

from accounts import actions as account_actions
from bidding.actions import consenting
from config import asgi, services, wiring
from kernel import clock
from kernel.hub import hub
from kernel.ticker import Ticker
from tender import queries as tender
from tender.actions import changing, objecting
from tender.domain.objections import Kind
from tests import bidders, cast, worlds
from tests.access import table
from tests.openings import Watch
from tests.seats import browser

SECRET = "bidder1"
STAFF = ("agent", "expert1", "issuer", "operator", "auditor", "archivist", "host-hospital")
SEATS = (
    *("", "clerk", "reviewer", "agent", "host", "witness", "supervisor", "host-hospital"),
    *("keeper-bureau", "keeper-centre", "keeper-notary"),
    *("bidder2", "bidder3", "bidder4", "bidder5", "expert1", "issuer", "operator", "auditor", "archivist"),
)
"""bidder2 has a bid, bidder3 is still sending one, bidder4 took the document, bidder5 has nothing."""
SAME_FOR_ALL = ("/log/", "/verify/", "/open-data/", "/notices.atom", "/results/")
"""What the visitor has looked at for all."""
HALL = ("", "now/", "mine/", "events/?since=0")
WORTH_SEEING = {
    "": ("/lots/{lot}/hall/", "/notices/", "/log/checkpoint"),
    "clerk": ("/desk/lots/", "/desk/lots/{lot}/", "/lots/{lot}/objections/"),
    "bidder2": ("/desk/bids/", "/desk/bids/{lot}/", "/desk/messages/"),
    "auditor": ("/desk/journal/",),
    "keeper-centre": ("/desk/custody/", "/desk/custody/{lot}/"),
}
"""What the walks of some seats must have come to, or they would be worth nothing."""
MINUTE = timedelta(minutes=1)


class Moment:
    """A clock that stands still, so that both worlds do everything at the same instants."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def it(begin, monkeypatch):
    """A lot of which much has happened already; the secret bid and a rival's replacement lie sealed at home."""
    found = begin()
    for name in STAFF:
        found.actors[name] = cast.enrol(name)
    found.moment = Moment(clock.now())
    monkeypatch.setattr(clock, "now", found.moment)
    actors, lot = found.actors, found.lot
    for name in ("bidder2", "bidder3", "bidder4"):
        objecting.obtain(actors[name].holder, lot, now=clock.now())
    objection = objecting.raise_objection(
        actors["bidder4"].holder, lot, Kind.DOCUMENT, "业绩要求过高", now=clock.now()
    )
    objecting.answer(actors["reviewer"].holder, objection, "业绩要求与项目相称", now=clock.now())
    changing.propose_addendum(
        actors["clerk"].holder, lot, now=clock.now(), text="更正错字", deadline=None, affects_bids=False
    )
    changing.publish_addendum(actors["reviewer"].holder, lot, now=clock.now())
    found.submit("bidder2")
    found.commit()
    found.sealed["secret"] = bidders.seal_files(actors[SECRET], lot, found.folder / "secret")
    found.sealed["later"] = bidders.seal_files(
        actors["bidder2"], lot, found.folder / "later", supersedes=found.bids["bidder2"].statement_sha256
    )
    found.sealed["begun"] = bidders.seal_files(actors["bidder3"], lot, found.folder / "begun")
    Ticker(wiring.DUE).work()
    found.watch.tick()
    return found


def go_on(it, *, secret):
    """What happens from the fork to the last minute: the secret, if there is one, comes before all the rest."""
    actors, lot = it.actors, it.lot
    deadline = tender.lot(lot).deadline
    it.moment.at = deadline - 3 * MINUTE
    if secret:
        objecting.obtain(actors[SECRET].holder, lot, now=clock.now())
        bid = bidders.declare(actors[SECRET], lot, it.sealed["secret"], it.folder / "secret")
        bidders.upload(bid, it.folder / "secret")
        bid.refresh_from_db()
        assert bid.state == "sealed"
        consenting.check_in(actors[SECRET].holder, lot, now=clock.now())
    it.watch.tick()
    it.moment.at = deadline - 2 * MINUTE
    begun = bidders.declare(actors["bidder3"], lot, it.sealed["begun"], it.folder / "begun")
    bidders.upload(begun, it.folder / "begun", part="opening")
    later = bidders.declare(actors["bidder2"], lot, it.sealed["later"], it.folder / "later")
    bidders.upload(later, it.folder / "later")
    consenting.check_in(actors["bidder2"].holder, lot, now=clock.now())
    Ticker(wiring.DUE).work()
    it.watch.tick()
    it.moment.at = deadline - MINUTE


def look(it, name):
    """Everything that a seat sees: its pages from link to link, the API, the hall's socket."""
    eyes, client = worlds.Eyes(), browser(name)
    starts = ["/", *(["/desk/"] if name else []), f"/lots/{it.lot}/", f"/lots/{it.lot}/hall/"]
    boring = SAME_FOR_ALL if name else ()
    halls = [f"/lots/{it.lot}/hall/{part}" for part in HALL]
    found, seen = worlds.walk(client, [*starts, *halls], eyes, boring=boring)
    assert seen >= {path.format(lot=it.lot) for path in WORTH_SEEING.get(name, ())}
    return [*found, *ask(it, name, eyes), *listen(it, client, eyes)]


def ask(it, name, eyes):
    """What the API answers to all that can be asked by reading, and to questions about the secret bid itself."""
    token = account_actions.give_token(it.actors[name].holder) if name else ""
    headers = {"Authorization": f"Bearer {token}"} if name else {}
    names = {
        "lot": it.lot,
        "opened": it.lot,
        "bid": it.sealed["secret"].statement["bid"],
        "file": tender.files(it.lot)[0].sha256,
    }
    found, client = [], browser()
    for row in table.API:
        wanted = row.path.split("{")[1:]
        if row.method == "GET" and all(one.split("}")[0] in names for one in wanted):
            path = row.path.format(**names)
            found += eyes.answer(path, client.get(path, headers=headers))
    act = {"document": "{}", "signature": "AAAA"}
    for verb in ("withdrawal", "consent", "lodging"):
        path = f"/api/bids/{names['bid']}/{verb}"
        found += eyes.answer(path, client.post(path, act, content_type="application/json", headers=headers))
    return found


def listen(it, client, eyes):
    """All frames that the socket of the hall hands out."""
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    return [eyes.plain(one) for one in _frames(f"/ws/hall/{it.lot}/", cookie)]


@async_to_sync
async def _frames(path, cookie):
    await hub.start(services.catch_up)
    try:
        return await worlds.frames(asgi.application, path, cookie)
    finally:
        await hub.stop()


def after_the_deadline(it, name):
    """The hall between T and the count: closed, and still silent."""
    eyes, client = worlds.Eyes(), browser(name)
    paths = [f"/lots/{it.lot}/", *(f"/lots/{it.lot}/hall/{part}" for part in HALL)]
    found = [line for path in paths for line in eyes.answer(path, client.get(path))]
    return [*found, *ask(it, name, eyes), *listen(it, client, eyes)]


def watch(it, *, secret):
    """What every seat sees in one world, in the last minute and just after T."""
    go_on(it, secret=secret)
    found = {(name, "before T"): look(it, name) for name in (*SEATS, SECRET)}
    it.moment.at += MINUTE + timedelta(seconds=1)
    found.update({(name, "after T"): after_the_deadline(it, name) for name in (*SEATS, SECRET)})
    return found


@pytest.mark.timeout(900)
def test_nobody_but_its_bidder_can_tell_whether_a_bid_exists(it, engine, store, monkeypatch):
    with worlds.fork(engine, store, monkeypatch) as enter_the_twin:
        begun = it.moment.at
        with_it = watch(it, secret=True)
        it.watch = Watch(enter_the_twin() / "witnesses", monkeypatch)
        it.moment.at = begun
        without = watch(it, secret=False)
    own = {key: (with_it.pop(key), without.pop(key)) for key in list(with_it) if key[0] == SECRET}
    assert all(one != other for one, other in own.values()), "the bidder itself sees its bid"
    differing = {
        key: "\n".join(unified_diff(without[key], seen, "without", "with", lineterm="", n=2))
        for key, seen in with_it.items()
        if seen != without[key]
    }
    report = "\n\n".join(
        f"{name or 'visitor'}, {when}:\n{text[:3000]}" for (name, when), text in differing.items()
    )
    assert not differing, report


def test_what_is_random_hides_no_difference_of_number_order_or_sameness():
    one, two = ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")
    same = [worlds.Eyes().plain(text) for text in (f"{one} {two}", f"{two} {one}")]
    assert same[0] == same[1], "which is which says nothing"
    for text in (f"{one}", f"{one} {one}", f"{one} {two} {two}", f"{one} {two} 2", f"{one} {'a' * 64}"):
        assert worlds.Eyes().plain(text) != same[0]
    eyes = worlds.Eyes()
    assert eyes.plain(one) == eyes.plain(one) != eyes.plain(two)
    assert worlds.Eyes().plain("f" * 64) != worlds.Eyes().plain("f" * 40)
    assert worlds.Eyes().plain('"position": 3, "size": 3') == '"position":<place>, "size": 3'
