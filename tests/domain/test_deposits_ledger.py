"""The ledger: whatever is booked, in whatever order and however often, the postings sum to zero."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from deposits.domain import ledger
from deposits.domain.ledger import LedgerError, Movement

LOT = "0d9b2c7e-3f64-4c0a-8a55-9b6f1e2d3c04"
CENTS = st.decimals("0.01", "9999999.99", places=2)
MOVEMENTS = st.builds(
    Movement,
    reference=st.uuids().map(str),
    debit=st.sampled_from(["bank/a", "held/a/1", "held/a/2"]),
    credit=st.sampled_from(["transit/a/1", "transit/a/2", "kept/a"]),
    amount=CENTS,
    trigger=st.just("payment"),
)


@given(st.lists(MOVEMENTS, max_size=30))
def test_all_balances_together_are_zero(movements):
    assert sum(ledger.balances(movements).values(), Decimal(0)) == 0


@given(st.lists(MOVEMENTS, max_size=15, unique_by=lambda one: one.reference), st.randoms())
def test_what_is_told_again_is_booked_once(movements, random):
    again = [*movements, *movements]
    random.shuffle(again)
    assert ledger.balances(ledger.merge(again)) == ledger.balances(movements)


@given(MOVEMENTS, CENTS)
def test_one_reference_never_means_two_movements(movement, amount):
    other = Movement(movement.reference, movement.debit, movement.credit, amount + movement.amount, "x")
    with pytest.raises(LedgerError, match="booked already"):
        ledger.merge([movement, other])


@given(CENTS, CENTS)
def test_a_deposit_that_came_and_went_leaves_nothing_behind(amount, interest):
    of = {"lot": LOT, "bidder": "B"}
    movements = [
        ledger.received("r", **of, amount=amount),
        ledger.accrued("r", **of, amount=interest),
        ledger.instructed("out", **of, amount=amount + interest),
        ledger.confirmed("out", **of, amount=amount + interest),
    ]
    held = ledger.balances(movements[:1])
    assert (held[ledger.bank(LOT)], held[ledger.held(LOT, "B")]) == (amount, -amount)
    under_way = ledger.balances(movements[:3])
    assert under_way[ledger.transit(LOT, "B")] == -(amount + interest)
    assert set(ledger.balances(movements).values()) == {Decimal("0.00")}


def test_a_kept_deposit_stays_in_the_account_of_the_lot():
    of = {"lot": LOT, "bidder": "B", "amount": Decimal("400000.00")}
    found = ledger.balances([ledger.received("r", **of), ledger.retained("k", **of)])
    assert found[ledger.kept(LOT)] == Decimal("-400000.00")
    assert found[ledger.held(LOT, "B")] == 0


@pytest.mark.parametrize(
    ("debit", "credit", "amount"),
    [("a", "b", "0"), ("a", "b", "-1"), ("a", "b", "0.001"), ("a", "a", "1"), ("", "b", "1")],
)
def test_what_is_no_movement_is_not_booked(debit, credit, amount):
    with pytest.raises(LedgerError):
        Movement("r", debit, credit, Decimal(amount), "payment")
