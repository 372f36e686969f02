"""Decisions that no statute makes: proposed by one, made by another, within the grounds of the law."""

import json
from decimal import Decimal

import pytest

from accounts import actions as account_actions
from accounts.domain.seats import SeatKind
from accounts.models import Message
from deposits import queries
from deposits.actions import deciding, guaranteeing
from deposits.domain import ledger
from deposits.models import Decision, Deposit
from kernel import clock, journal
from kernel.domain.refusals import RefusedError
from tests import bidders, factories
from tests.deposits import world
from tests.deposits.test_guarantees import closed, presented
from tests.deposits.test_transfers import FULL, contract

REASON = "投标人已书面同意"


@pytest.fixture
def held(city, bank, tmp_path):
    """A lot past T on which three firms bid and the first two gave their deposits."""
    lot = city["lot"]
    for name in world.FIRMS[:2]:
        world.pay(city[name], bank, lot, FULL)
    for name in world.FIRMS[:3]:
        bidders.submit(city[name], lot, tmp_path / name)
    world.close(city, lot)
    world.carry()
    return lot


def deposit(actor):
    return Deposit.objects.get(bidder=actor.holder.organisation.credit_code)


def propose(city, actor, *, kind, ground="", reason=REASON, by="clerk"):
    return deciding.propose(
        city[by].holder, deposit(actor).pk, kind=kind, ground=ground, reason=reason, now=clock.now()
    )


def decide(city, found, *, by="reviewer", approve=True):
    deciding.decide(city[by].holder, found, approve=approve, now=clock.now())


def refused(act):
    with pytest.raises(RefusedError) as error:
        act()
    return error.value.refusal.rule, error.value.refusal.reason


def test_an_early_return_takes_two_people(city, bank, held):
    one = city["bidder1"]
    found = propose(city, one, kind="return")
    assert deposit(one).state == "paid", "nothing moves on one word"
    assert Message.objects.filter(seat_id=city["reviewer"].holder.id, kind="deposit_to_decide").count() == 1
    assert refused(lambda: decide(city, found, by="clerk")) == ("A-07", "four_eyes")
    decide(city, found)
    decide(city, found)
    world.carry()
    row = deposit(one)
    assert (row.state, row.due_cause, row.due_rule) == ("returned", "decided", "T-15")
    assert Message.objects.filter(seat_id=one.holder.id, kind="deposit_decided").count() == 1
    tags = [e.tag for e in journal.of_lot(held) if "decision" in e.tag]
    assert tags == ["deposits:decision:proposed", "deposits:decision:decided"]


def test_the_same_person_under_two_accounts_is_one_person(city, held):
    from demo import cast as story

    person = story.person("clerk")
    new = account_actions.NewSeat(
        username="clerk-twice",
        kind=SeatKind.REVIEWER,
        credit_code=city["clerk"].holder.organisation.credit_code,
        person_name=person.name,
        resident_number=person.resident_number,
    )
    account_actions.make_seat(new, actor="system", now=clock.now())
    from tests import cast

    found = propose(city, city["bidder1"], kind="return")
    twin = cast.Actor("clerk-twice").holder
    assert refused(lambda: deciding.decide(twin, found, approve=True, now=clock.now())) == (
        "A-07",
        "four_eyes",
    )


def test_a_declined_proposal_changes_nothing_and_another_may_follow(city, held):
    one = city["bidder1"]
    found = propose(city, one, kind="return")
    assert refused(lambda: propose(city, one, kind="return")) == ("A-07", "deposit_decision_open")
    decide(city, found, approve=False)
    assert deposit(one).state == "paid"
    assert propose(city, one, kind="return") != found


def test_keeping_needs_a_ground_of_the_law_and_pays_the_buyer_alone(city, bank, held):
    one = city["bidder1"]
    assert refused(lambda: propose(city, one, kind="keep", ground="annoying")) == (
        "B-06",
        "ground_of_keeping",
    )
    assert refused(lambda: propose(city, one, kind="keep")) == ("B-06", "ground_of_keeping")
    decide(city, propose(city, one, kind="keep", ground="revoked"))
    world.carry()
    assert deposit(one).state == "kept"
    balances = ledger.balances(queries.movements(held))
    assert balances[ledger.kept(str(held))] == 0, "the bank paid it out"
    assert balances[ledger.bank(str(held))] == Decimal(FULL), "the other deposit is still there"
    accounts = json.loads((bank.home / "state.json").read_text())["accounts"]
    bureau = city["clerk"].holder.organisation
    assert Decimal(accounts[bureau.account_number]["balance"]) == Decimal(world.RICH) + Decimal(FULL)
    contract(city, held, city["bidder3"])
    world.carry()
    assert deposit(one).state == "kept", "a kept deposit is not returned by the contract"
    assert deposit(city["bidder2"]).state == "returned"


def test_only_the_winners_money_becomes_the_performance_bond(city, bank, held):
    one, two = city["bidder1"], city["bidder2"]
    assert refused(lambda: propose(city, one, kind="convert")) == ("T-14", "not_the_winner")
    contract(city, held, two, contract_days=1)
    world.carry()
    assert deposit(two).state == "returned", "the contract came first"


def test_the_winner_may_leave_its_deposit_as_bond(city, bank, held):
    from kernel.domain import canonical
    from tender.models import Publication

    two = city["bidder2"]
    value = {"winner": {"bidder": two.holder.organisation.credit_code}}
    Publication.objects.create(
        lot_id=held,
        kind="award",
        document=canonical.to_bytes(value),
        sha256=canonical.digest(value),
        published_at=clock.now(),
    )
    decide(city, propose(city, two, kind="convert"))
    world.carry()
    assert deposit(two).state == "converted"
    assert queries.balance(held, ledger.kept(str(held))) == -Decimal(FULL)


def test_a_guarantee_is_not_kept_by_a_decision(city, issuer):
    lot = factories.published(city)
    one = city["bidder1"]
    got = world.apply(one, issuer, lot)
    closed(city, lot)
    guaranteeing.take(lot, one.holder.organisation.credit_code, presented(got), now=clock.now())
    assert refused(lambda: propose(city, one, kind="keep", ground="revoked")) == ("B-06", "claim_at_issuer")
    decide(city, propose(city, one, kind="return"))
    world.carry()
    assert (deposit(one).state, deposit(one).guarantee.standing) == ("returned", "released")


def test_a_reason_must_be_stated_and_what_is_gone_is_not_decided(city, bank, held):
    one = city["bidder1"]
    assert refused(lambda: propose(city, one, kind="return", reason="  ")) == (
        "A-07",
        "deposit_reason_missing",
    )
    decide(city, propose(city, one, kind="return"))
    assert refused(lambda: propose(city, one, kind="return")) == ("A-07", "deposit_not_held")


def test_what_the_contract_returned_meanwhile_is_not_decided_again(city, bank, held):
    one = city["bidder1"]
    found = propose(city, one, kind="return")
    contract(city, held, city["bidder2"])
    assert refused(lambda: decide(city, found)) == ("A-07", "deposit_not_held")
    assert Decision.objects.get(pk=found).decided_at is None
