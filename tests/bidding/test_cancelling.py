"""A cancelled lot ends its hall: no tick looks at it again, no key is released, and from the first release it is refused."""

import pytest

from bidding.actions import counting, hosting, opening, pausing, progress
from bidding.queries import mine, view
from kernel import clock
from kernel.domain.refusals import RefusedError
from tender.actions import changing
from tender.domain.lifecycle import LotState
from tests.openings import FIRMS

THREE = FIRMS[:3]


@pytest.fixture
def it(begin):
    found = begin(mode="custodians", coefficients=[])
    found.submit(*THREE)
    return found


def cancel(it):
    changing.propose_cancel(it.actors["clerk"].holder, it.lot, "采购任务取消", now=clock.now())
    changing.cancel(it.actors["reviewer"].holder, it.lot, now=clock.now())


def wanted(it):
    now = clock.now()
    return [
        *counting.due_to_count(now=now, limit=9),
        *counting.due_to_begin(now=now, limit=9),
        *progress.due(now=now, limit=9),
        *opening.due(now=now, limit=9),
    ]


def to_release(it):
    it.close()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.run()
    assert it.hall.step == "release"


@pytest.mark.parametrize("until", ["before the deadline", "names", "release"])
def test_a_cancelled_lot_wants_nothing_of_the_ticker_any_more(it, until):
    if until == "names":
        it.close()
        it.show_names()
    if until == "release":
        to_release(it)
    cancel(it)
    assert it.record.status is LotState.CANCELLED
    assert it.hall.step == "cancelled"
    if until == "before the deadline":
        it.move(to=it.record.deadline)
    it.move(hours=3)
    assert wanted(it) == []
    it.run()
    assert it.hall.table is None
    assert {bid.state for bid in map(it.bid, THREE)} <= {"sealed", "locked"}


def test_a_hall_that_was_paused_and_then_cancelled_is_not_resumed(it):
    it.close()
    it.show_names()
    asked = it.host(pausing.ask, pausing.PAUSING, "网络中断")
    pausing.answer(it.actors["witness"].holder, it.lot, asked.number, countersign=True, now=clock.now())
    assert it.hall.pause == "paused"
    cancel(it)
    host = view.reader(it.actors["host"].holder, it.lot)
    assert mine.mine(host, it.lot, now=clock.now()).may_ask == ()
    with pytest.raises(RefusedError) as refusal:
        it.host(pausing.ask, pausing.RESUMING, "恢复")
    assert refusal.value.refusal.reason == "hall_request_not_possible"


def test_from_the_first_release_to_the_end_of_the_opening_nothing_is_cancelled(it):
    to_release(it)
    it.release("centre")
    with pytest.raises(RefusedError) as found:
        cancel(it)
    assert (found.value.refusal.rule, found.value.refusal.reason) == ("T-09", "hall_irreversible")
    assert it.record.status is LotState.OPENING
    it.release()
    it.run()
    assert it.hall.step == "read_out"
    with pytest.raises(RefusedError):
        changing.cancel(it.actors["reviewer"].holder, it.lot, now=clock.now())
    it.finish()
    changing.cancel(it.actors["reviewer"].holder, it.lot, now=clock.now())
    assert (it.record.status, it.hall.step) == (LotState.CANCELLED, "ended")
