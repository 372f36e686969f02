"""When a deposit goes back: the timetable of both regimes, by the course of the lot and the fate of the bid."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from deposits.domain import lifecycle, payers, refunds
from deposits.domain.calls import Account
from deposits.domain.lifecycle import Deposit, DepositLever, Order
from deposits.domain.refunds import Cause, Course, Fate
from deposits.domain.wording import CAUSES, REASONS, STATES
from kernel.domain.lifecycles import IllegalStepError
from tender import rulefiles
from tests.domain.test_workdays import CALENDAR

DAY = date(2026, 3, 2)
T, G = rulefiles.edition("T", "", DAY), rulefiles.edition("G", "", DAY)
AWARD = datetime(2026, 4, 22, 2, tzinfo=UTC)
CONTRACT = datetime(2026, 4, 28, 2, tzinfo=UTC)
BEFORE, AWARDED = Course(), Course(notice_issued=AWARD, winner="W")
SIGNED = Course(notice_issued=AWARD, contract_signed=CONTRACT, winner="W")
WITHDREW = datetime(2026, 3, 20, 2, tzinfo=UTC)


def due(edition, course, *, bidder="L", fate=Fate.VALID, at=WITHDREW):
    found = refunds.due(edition, bidder=bidder, fate=fate, fate_at=at, course=course)
    return None if found is None else (found.cause, found.rule.id, found.limit(CALENDAR))


def midnight(year, month, day):
    """The instant at which a day in China is over."""
    return datetime(year, month, day, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("edition", "course", "bidder", "wanted"),
    [
        (T, BEFORE, "L", None),
        (T, AWARDED, "L", None),
        (T, AWARDED, "W", None),
        (T, SIGNED, "L", (Cause.LOST, "T-14", midnight(2026, 5, 6))),
        (T, SIGNED, "W", (Cause.WON, "T-14", midnight(2026, 5, 6))),
        (G, BEFORE, "L", None),
        (G, AWARDED, "L", (Cause.LOST, "G-06", midnight(2026, 4, 29))),
        (G, AWARDED, "W", None),
        (G, SIGNED, "W", (Cause.WON, "G-07", midnight(2026, 5, 8))),
    ],
)
def test_award_and_contract_owe_what_each_regime_says(edition, course, bidder, wanted):
    assert due(edition, course, bidder=bidder) == wanted


@pytest.mark.parametrize(
    ("fate", "cause"),
    [
        (Fate.WITHDRAWN, Cause.WITHDRAWN),
        (Fate.DEEMED_WITHDRAWN, Cause.DEEMED_WITHDRAWN),
        (Fate.NO_BID, Cause.NO_BID),
    ],
)
def test_who_left_before_t_waits_for_nobody(fate, cause):
    assert due(T, BEFORE, fate=fate) == (cause, "T-15", midnight(2026, 3, 25))
    assert due(G, BEFORE, fate=fate) == (cause, "G-05", midnight(2026, 3, 27))


def test_who_counts_as_revoked_waits_like_a_loser():
    assert due(T, BEFORE, fate=Fate.DEEMED_REVOKED) is None
    assert due(T, SIGNED, fate=Fate.DEEMED_REVOKED)[0] is Cause.LOST


@pytest.mark.parametrize("fate", list(Fate))
def test_a_lot_that_ended_returns_everything(fate):
    found = due(T, Course(ended=AWARD), fate=fate)
    assert (found[0], found[1]) == (Cause.LOT_ENDED, "T-15")


def test_a_decision_counts_from_the_day_it_was_made():
    found = refunds.decided(T, at=AWARD)
    assert (found.cause, found.limit(CALENDAR)) == (Cause.DECIDED, midnight(2026, 4, 27))
    assert Cause.DECIDED not in refunds.STATUTORY
    assert set(CAUSES) == set(Cause)


BASIC = Account("6222 0001-0001", "青石建设工程有限公司")


@pytest.mark.parametrize(
    ("payer", "wanted"),
    [
        (Account("622200010001", "青石建设工程有限公司"), []),
        (Account("６２２２00010001", "青石建设工程 有限公司"), []),
        (Account("622200010002", "青石建设工程有限公司"), ["payer_account_differs"]),
        (Account("622200010001", "白水路桥集团有限公司"), ["payer_name_differs"]),
        (Account("1", "2"), ["payer_account_differs", "payer_name_differs"]),
    ],
)
def test_a_deposit_from_elsewhere_is_irregular(payer, wanted):
    found = payers.irregularities(T, payer, BASIC, mandatory=True)
    assert [one.reason for one in found] == wanted
    assert {one.rule for one in found} <= {"B-03"}
    for one in found:
        assert "6222" not in str(one.facts.get("registered")), "whole account numbers are not shown"
        assert REASONS[one.reason] % one.facts


def test_without_a_registered_account_nothing_can_be_compared():
    [found] = payers.irregularities(T, BASIC, Account("", ""), mandatory=True)
    assert found.reason == "no_basic_account"


def test_where_the_law_does_not_ask_nothing_is_irregular():
    other = Account("1", "2")
    assert payers.irregularities(G, other, BASIC, mandatory=True) == ()
    assert payers.irregularities(T, other, BASIC, mandatory=False) == ()


@pytest.mark.parametrize(("number", "shown"), [("622200010001", "******010001"), ("123", "***"), ("", "")])
def test_an_account_shows_its_end_alone(number, shown):
    assert payers.masked(number) == shown


def test_short_and_late_are_found():

    args = {"required": Decimal(400000), "deadline": AWARD}
    assert payers.shortfalls("B-01", amount=Decimal(400000), paid_at=WITHDREW, **args) == ()
    found = payers.shortfalls("B-01", amount=Decimal(399999), paid_at=AWARD, **args)
    assert [one.reason for one in found] == ["deposit_short", "deposit_late"]


def test_the_life_of_a_deposit_has_no_way_back():
    assert set(STATES) == set(Deposit)
    for state in (Deposit.RETURNED, Deposit.KEPT, Deposit.CONVERTED, Deposit.EXEMPT):
        assert lifecycle.DEPOSIT.levers(state) == []
    reached, frontier = set(), {Deposit.UNPAID}
    while frontier:
        reached |= frontier
        frontier = {s.target for state in frontier for s in lifecycle.DEPOSIT.levers(state)} - reached
    assert reached == set(Deposit)
    with pytest.raises(IllegalStepError):
        lifecycle.DEPOSIT.step(Deposit.RETURNED, DepositLever.INSTRUCT)
    with pytest.raises(IllegalStepError):
        lifecycle.DEPOSIT.step(Deposit.GUARANTEED, DepositLever.KEEP)


def test_an_issuer_answers_only_for_what_it_issued():
    assert {Order.ISSUED, Order.REVEALED} == lifecycle.IN_FORCE
    for state in (Order.REJECTED, Order.RELEASED, Order.EXPIRED):
        assert lifecycle.ORDER.levers(state) == []
