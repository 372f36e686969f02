"""The evaluation's pages in a real browser: nothing serious for axe, nothing that overflows, at a desk and on a phone."""

import pytest

from evaluation.actions import checking, clarifying, deciding, reviewing
from kernel import clock
from monitoring.domain.indications import Evidence, Exemption, Item, Place, Result, as_json, indication
from tests.browser import real_site
from tests.evaluation.world import HOUR

pytestmark = real_site.needs_chromium

LOT = "/desk/lots/{lot}"
ROOM = "/desk/committee/{lot}"


def found_alike(w, *firms):
    """An indication of one preparer, as the comparison of the bids hands it down."""
    codes = [w.holder(name).organisation.credit_code for name in firms]
    evidence = Evidence(
        kind="person",
        value="周打字",
        places=tuple(Place(code, f"{code}.docx", "author") for code in codes),
        facts={"weight": "circumstance"},
    )
    tried = Exemption(name="software_default", tried={"name": "周打字"}, result=Result.FAILS)
    found = indication(Item.SAME_PREPARER, regime="T", evidence=[evidence], exemptions=[tried])
    return as_json(found, masked=True)


@pytest.fixture
def look(begin):
    """Return a function that opens a seat's pages at both sizes and judges them; gives what the last page says."""
    with real_site.serving() as address, real_site.chromium() as found:

        def looking(who, *paths, sizes=("desktop", "phone"), **names):
            said = ""
            for size in sizes:
                visitor = real_site.Visitor(found, address, size=size, language="en", seat=who)
                for path in paths:
                    said = visitor.open(path.format(**names)).inner_text("main")
                visitor.close()
            return said

        yield looking


def test_every_page_on_the_way_to_a_signed_report_is_accessible_and_fits(begin, look):
    w = begin()
    w.open()
    names = {"lot": w.lot}
    look("clerk", f"{LOT}/committee/", **names)
    w.request()
    w.draw()
    first = w.called()[0]
    look(w.username(first), "/desk/invitations/", "/desk/expertise/", "/desk/")
    w.accept_all()
    w.name_delegate()
    look("witness", "/desk/sittings/", "/desk/sittings/{lot}/", **names)
    w.let_in()
    w.begin()
    member = w.holders()[1].username
    look(member, f"{ROOM}/", **names)
    w.declare_all()
    look(member, f"{ROOM}/", **names)
    w.elect()
    w.similarity(found_alike(w, "bidder1", "bidder2"))
    leader = w.leader
    reviewing.begin_review(leader, w.lot, now=clock.now())
    for holder in w.holders()[:3]:
        w.breach(holder, "bidder7")
    look(
        w.holders()[0].username,
        f"{ROOM}/bids/",
        f"{ROOM}/similarity/",
        f"{ROOM}/review/",
        **names,
    )
    for holder in w.holders():
        [digest] = w.bench.indications
        reviewing.rule_on(holder, w.lot, digest, upheld=False, reason="同一软件", now=clock.now())
    w.cast_all()
    w.conclude()
    look(leader.username, f"{ROOM}/", f"{ROOM}/scores/", **names)
    due = clock.now() + HOUR
    asked = clarifying.ask(leader, w.lot, w.bids["bidder1"], "请说明工期依据。", due, now=clock.now())
    look(
        leader.username,
        f"{ROOM}/clarifications/",
        f"{ROOM}/corrections/",
        f"{ROOM}/motions/",
        **names,
    )
    look("bidder1", "/desk/clarifications/", "/desk/clarifications/{asked}/", asked=asked.pk)
    w.score_all()
    assert checking.sum_up(leader, w.lot, now=clock.now()) == []
    look(leader.username, f"{ROOM}/checks/", f"{ROOM}/report/", **names)
    w.lay()
    look(member, f"{ROOM}/report/", "/desk/signatures/", **names)
    w.sign_report()
    deciding.publish_candidates(w.holder("reviewer"), w.lot, now=clock.now())
    for who in ("supervisor", "reviewer", "clerk"):
        look(who, f"{LOT}/evaluation/", **names)
    look("clerk", f"{LOT}/committee/", **names)
