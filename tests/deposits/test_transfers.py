"""A deposit by transfer, from the sub-account to the money back, at a bank that is a program of its own."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Message
from bidding.models import SignedRecord
from deposits import queries
from deposits.actions import refunding
from deposits.domain import calls, envelope, ledger
from deposits.domain.envelope import AnswerRefusedError
from deposits.models import Call, Deposit, LedgerMovement, Refund, Transfer
from kernel import clock, journal
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from kernel.models import OperatorTask
from tender import queries as tender
from tender.actions import changing, publishing
from tender.events import ContractSigned
from tender.models import Lot, Publication
from tests import bidders, factories
from tests.deposits import world

FULL = "400000.00"


def state(lot, actor):
    found = queries.deposit_of(lot, actor.holder.organisation.credit_code)
    return found.form, found.amount, found.state, [one.reason for one in found.findings]


def contract(city, lot, winner, *, award_days=20, contract_days=6):
    """Award and contract as the tender app publishes them, some days after T."""
    code = winner.holder.organisation.credit_code
    for kind, days in (("award", award_days), ("contract", contract_days)):
        city["move"](days=days)
        value = {"winner": {"bidder": code}}
        Publication.objects.create(
            lot_id=lot,
            kind=kind,
            document=canonical.to_bytes(value),
            sha256=canonical.digest(value),
            published_at=clock.now(),
        )
    Lot.objects.filter(pk=lot).update(status="contracted", status_at=clock.now())
    refunding.on_contract(ContractSigned(lot=lot, bidder=code))


def submitted(city, tmp_path, *names):
    return {name: bidders.submit(city[name], city["lot"], tmp_path / name)[0] for name in names}


def statement(bank, lot):
    return post_platform(bank, calls.STATEMENT, {"lot": str(lot)})["balance"]


def post_platform(bank, call, data):
    return world.post(world.Platform(), bank.url, envelope.BANK, call, data)


def test_before_t_nobody_learns_that_money_came(city, bank):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    assert queries.payments(lot) == []
    assert queries.deposit_of(lot, city["bidder1"].holder.organisation.credit_code) is None
    assert queries.access_deposits(city["clerk"].holder, lot) == []
    assert queries.access_deposits(city["supervisor"].holder, lot) == []
    assert [c.call for c in Call.objects.all()] == ["lot"], "the platform has not even asked"
    from deposits.actions import telling

    with pytest.raises(RefusedError) as refused:
        telling.ask_report(lot, now=clock.now())
    assert refused.value.refusal.rule == "E-03"


def test_the_bank_keeps_its_mouth_shut_before_t_whoever_asks(city, bank):
    lot = city["lot"]
    with pytest.raises(AnswerRefusedError, match="before its deadline 2026-03-24T01:30"):
        post_platform(bank, calls.REPORT, {"lot": str(lot)})
    city["move"](to=tender.lot(lot).deadline)
    with pytest.raises(AnswerRefusedError, match="only the platform"):
        world.post(city["keeper-centre"], bank.url, envelope.BANK, calls.REPORT, {"lot": str(lot)})
    assert post_platform(bank, calls.REPORT, {"lot": str(lot)})["payments"] == []


def test_a_declined_question_cannot_be_sent_again_later(city, bank):
    lot = city["lot"]
    city["move"](to=tender.lot(lot).deadline - timedelta(minutes=1))
    sent = envelope.request(
        calls.REPORT,
        {"lot": str(lot)},
        domain=envelope.BANK,
        nonce="a" * 32,
        at=clock.now(),
        sign=world.Platform().sign,
    )
    with pytest.raises(AnswerRefusedError, match="before its deadline"):
        world.post(None, bank.url, envelope.BANK, calls.REPORT, {}, message=sent)
    city["move"](to=tender.lot(lot).deadline)
    with pytest.raises(AnswerRefusedError, match="received before"):
        world.post(None, bank.url, envelope.BANK, calls.REPORT, {}, message=sent)


def test_the_deadline_that_the_bank_holds_only_moves_back(city, bank):
    told = Call.objects.get(call="lot").data
    sooner = {**told, "deadline": "2026-03-20T01:30:00.000Z"}
    with pytest.raises(AnswerRefusedError, match="only moves back"):
        post_platform(bank, calls.LOT, sooner)
    richer = {**told, "beneficiary_account": {"number": "1", "name": "x"}}
    with pytest.raises(AnswerRefusedError, match="does not change"):
        post_platform(bank, calls.LOT, richer)


def test_the_whole_life_of_a_deposit(city, bank, tmp_path):
    lot, one = city["lot"], city["bidder1"]
    world.pay(one, bank, lot, "300000.00")
    world.pay(one, bank, lot, "100000.00")
    submitted(city, tmp_path, *world.FIRMS[:3])
    assert world.close(city, lot)
    world.carry()
    assert state(lot, one) == ("transfer", Decimal(FULL), "paid", [])
    assert state(lot, city["bidder2"]) == ("none", Decimal(0), "unpaid", [])
    code = one.holder.organisation.credit_code
    assert queries.balance(lot, ledger.bank(str(lot))) == Decimal(FULL) == Decimal(statement(bank, lot))
    assert queries.balance(lot, ledger.held(str(lot), code)) == -Decimal(FULL)
    contract(city, lot, city["bidder2"])
    row = Deposit.objects.get()
    assert (row.state, row.due_cause, row.due_rule) == ("returning", "lost", "T-14")
    world.carry()
    row.refresh_from_db()
    assert (row.state, row.interest) == ("returned", Decimal("186.67")), "0.35 % over 48 of 360 days"
    assert row.returned_at < row.due_at
    assert {m.amount for m in LedgerMovement.objects.filter(trigger="interest")} == {
        Decimal("140.00"),
        Decimal("46.67"),
    }
    assert set(ledger.balances(queries.movements(lot)).values()) == {Decimal(0)}
    assert Decimal(statement(bank, lot)) == 0
    accounts = json.loads((bank.home / "state.json").read_text())["accounts"]
    back = Decimal(accounts[one.holder.organisation.account_number]["balance"])
    assert back == Decimal(world.RICH) + row.interest, "it came back to the account that paid, with interest"
    tags = [e.tag for e in journal.of_lot(lot) if e.tag.startswith("deposits:")]
    assert tags == ["deposits:report:received", "deposits:refund:instructed", "deposits:refund:confirmed"]
    assert Message.objects.filter(seat_id=one.holder.id, kind="deposit_returned").count() == 1


def test_told_again_nothing_changes(city, bank, tmp_path):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    submitted(city, tmp_path, *world.FIRMS[:3])
    world.close(city, lot)
    world.carry()
    contract(city, lot, city["bidder2"])
    world.carry()
    before = list(LedgerMovement.objects.order_by("pk").values_list("reference", "amount"))
    for _ in range(2):
        refunding.on_contract(ContractSigned(lot=lot, bidder="x"))
        refunding.settle(lot, now=clock.now())
    for done in Call.objects.filter(call__in=["report", "refund"]):
        Call.objects.filter(pk=done.pk).update(answered_at=None, next_at=clock.now())
    world.carry()
    assert not Call.objects.filter(answered_at__isnull=True).exists(), "told again, it is taken again"
    assert list(LedgerMovement.objects.order_by("pk").values_list("reference", "amount")) == before
    assert Decimal(statement(bank, lot)) == 0, "the bank paid once for one reference"
    assert Transfer.objects.count() == Refund.objects.count() == 1


def test_another_account_is_irregular_and_taken_all_the_same(city, bank, tmp_path):
    lot, one, two = city["lot"], city["bidder1"], city["bidder2"]
    world.pay(one, bank, lot, FULL)
    world.pay(two, bank, lot, FULL, payer=one)
    submitted(city, tmp_path, *world.FIRMS[:3])
    world.close(city, lot)
    world.carry()
    assert state(lot, one) == ("transfer", Decimal(FULL), "paid", [])
    assert state(lot, two)[2:] == ("paid", ["payer_account_differs", "payer_name_differs"])
    found = queries.payments(lot)
    assert len({p.account for p in found}) == 1
    assert {p.bidder for p in found} == {a.holder.organisation.credit_code for a in (one, two)}
    assert {(p.purpose, p.holder) for p in found} == {("deposit", one.holder.organisation.name)}


def test_too_little_is_found_not_refused(city, bank, tmp_path):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, "399999.99")
    submitted(city, tmp_path, *world.FIRMS[:3])
    world.close(city, lot)
    world.carry()
    assert state(lot, city["bidder1"]) == ("transfer", Decimal("399999.99"), "paid", ["deposit_short"])


def test_nothing_is_paid_at_t_or_later(city, bank):
    lot = city["lot"]
    account = world.post(city["bidder1"], bank.url, envelope.BANK, calls.SUBACCOUNT, {"lot": str(lot)})
    city["move"](to=tender.lot(lot).deadline)
    with pytest.raises(AnswerRefusedError, match="ended with its deadline"):
        world.pay(city["bidder1"], bank, lot, FULL)
    with pytest.raises(AnswerRefusedError, match="ended with its deadline"):
        world.pay(city["bidder2"], bank, lot, FULL)
    assert account["number"].startswith("6299")


def test_a_payment_is_made_once_for_one_reference(city, bank):
    lot, one = city["lot"], city["bidder1"]
    first = world.pay(one, bank, lot, FULL, reference="r1")
    assert world.pay(one, bank, lot, FULL, reference="r1") == first
    with pytest.raises(AnswerRefusedError, match="another payment"):
        world.pay(one, bank, lot, "1.00", reference="r1")
    with pytest.raises(AnswerRefusedError, match="no account of yours"):
        data = {"reference": "r2", "from": city["bidder2"].holder.organisation.account_number}
        account = world.post(one, bank.url, envelope.BANK, calls.SUBACCOUNT, {"lot": str(lot)})
        world.post(
            one, bank.url, envelope.BANK, calls.TRANSFER, {**data, "to": account["number"], "amount": FULL}
        )


def test_who_withdrew_gets_its_money_from_the_bank_without_the_platform_knowing(city, bank, tmp_path):
    lot, one = city["lot"], city["bidder1"]
    world.pay(one, bank, lot, FULL)
    kept = submitted(city, tmp_path, *world.FIRMS)
    bidders.withdraw(one, kept["bidder1"])
    row = SignedRecord.objects.get(kind="withdrawal")
    shown = {"record": bytes(row.record).decode(), "signature": canonical.b64(bytes(row.signature))}
    with pytest.raises(AnswerRefusedError, match="no accepted withdrawal of yours"):
        world.post(city["bidder2"], bank.url, envelope.BANK, calls.GIVE_BACK, shown)
    got = world.post(one, bank.url, envelope.BANK, calls.GIVE_BACK, shown)
    assert got["amount"] == FULL
    assert world.post(one, bank.url, envelope.BANK, calls.GIVE_BACK, shown)["amount"] == "0.00"
    assert [c.call for c in Call.objects.all()] == ["lot"]
    world.close(city, lot)
    world.carry()
    assert Deposit.objects.get().state == "returned"
    assert set(ledger.balances(queries.movements(lot)).values()) == {Decimal(0)}


def test_who_withdrew_and_did_not_ask_is_paid_after_t(city, bank, tmp_path):
    lot, one = city["lot"], city["bidder1"]
    world.pay(one, bank, lot, FULL)
    kept = submitted(city, tmp_path, *world.FIRMS)
    withdrawn_at = clock.now()
    bidders.withdraw(one, kept["bidder1"])
    world.close(city, lot)
    world.carry()
    row = Deposit.objects.get()
    assert (row.state, row.due_cause, row.due_rule) == ("returned", "withdrawn", "T-15")
    assert abs(row.due_since - withdrawn_at) < timedelta(minutes=1)


def test_a_depositor_without_a_bid_is_paid_back(city, bank, tmp_path):
    lot = city["lot"]
    world.pay(city["bidder4"], bank, lot, FULL)
    submitted(city, tmp_path, *world.FIRMS[:3])
    world.close(city, lot)
    world.carry()
    row = Deposit.objects.get()
    assert (row.state, row.due_cause) == ("returned", "no_bid")


def test_a_failed_lot_returns_all_and_names_nobody(city, bank, tmp_path):
    lot = city["lot"]
    for name in world.FIRMS[:2]:
        world.pay(city[name], bank, lot, FULL)
    submitted(city, tmp_path, *world.FIRMS[:2])
    world.close(city, lot)
    world.carry()
    assert set(Deposit.objects.values_list("state", "due_cause")) == {("returned", "lot_ended")}
    assert not queries.names_shown(tender.lot(lot))
    assert Decimal(statement(bank, lot)) == 0


def test_a_cancelled_lot_returns_all_at_once(city, bank):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    changing.propose_cancel(city["clerk"].holder, lot, "规划调整", now=clock.now())
    changing.cancel(city["reviewer"].holder, lot, now=clock.now())
    world.carry()
    city["move"](seconds=10)
    world.carry()
    assert Deposit.objects.get().state == "returned"
    with pytest.raises(AnswerRefusedError, match="cancelled"):
        world.pay(city["bidder2"], bank, lot, FULL)


def test_a_silent_bank_is_asked_again_and_the_alert_comes_a_day_before_the_limit(city, bank, tmp_path):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    submitted(city, tmp_path, *world.FIRMS[:3])
    world.close(city, lot)
    world.carry()
    bank.stop()
    contract(city, lot, city["bidder2"])
    for _ in range(6):
        world.carry()
        city["move"](minutes=11)
    row = Deposit.objects.get()
    assert row.state == "returning"
    call = Call.objects.get(call="refund")
    assert call.attempts >= 5
    assert "cannot be reached" in call.error
    assert OperatorTask.objects.filter(kind="deposit_call_failing", done_at__isnull=True).exists()
    assert refunding.due_alerts(now=row.due_at - timedelta(days=1, seconds=1), limit=9) == []
    city["move"](to=row.due_at - timedelta(days=1))
    [pk] = refunding.due_alerts(now=clock.now(), limit=9)
    for _ in range(2):
        refunding.alert(pk, now=clock.now())
    messages = Message.objects.filter(kind="deposit_return_due")
    assert [(m.seat_id, m.rule) for m in messages] == [(city["clerk"].holder.id, "T-14")]
    assert refunding.due_alerts(now=clock.now(), limit=9) == []
    bank.start()
    world.carry()
    row.refresh_from_db()
    assert row.state == "returned"
    assert OperatorTask.objects.filter(kind="deposit_call_failing", done_at__isnull=True).count() == 0


def test_regime_g_returns_losers_with_the_award_and_pays_for_lateness(city, bank, tmp_path):
    lot = publish_goods(city)
    world.carry()
    for name in world.FIRMS[:2]:
        world.pay(city[name], bank, lot, "80000.00")
    for name in world.FIRMS[:3]:
        bidders.submit(city[name], lot, tmp_path / f"g-{name}")
    world.close(city, lot)
    world.carry()
    winner, loser = (city[n].holder.organisation.credit_code for n in world.FIRMS[:2])
    city["move"](days=10)
    value = {"winner": {"bidder": winner}}
    Publication.objects.create(
        lot_id=lot,
        kind="award",
        document=canonical.to_bytes(value),
        sha256=canonical.digest(value),
        published_at=clock.now(),
    )
    bank.stop()
    refunding.settle(lot, now=clock.now())
    row = Deposit.objects.get(lot_id=lot, bidder=loser)
    assert (row.state, row.due_rule) == ("returning", "G-06")
    assert Deposit.objects.get(lot_id=lot, bidder=winner).state == "paid"
    city["move"](to=row.due_at + timedelta(days=2))
    bank.start()
    world.carry()
    row.refresh_from_db()
    assert row.state == "returned"
    days = 3
    assert row.overdue_fee == (Decimal(80000) * Decimal("0.0435") * Decimal("1.2") * days / 360).quantize(
        Decimal("0.01")
    )


def publish_goods(city):
    lot = factories.draft(
        city,
        code="E5109000077",
        regime="G",
        category="goods",
        deposit={"amount": "80000.00", "forms": ["transfer"]},
        estimate="4000000.00",
        ceiling="3900000.00",
        method={
            "formula": "lowest_price",
            "parameters": {},
            "price_full": "40",
            "items": [{"id": "service", "title": "售后服务", "full": "60", "kind": "subjective"}],
        },
        coefficients=[],
    )
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    publishing.approve(city["reviewer"].holder, lot, now=clock.now())
    publishing.publish(city["reviewer"].holder, lot, now=clock.now())
    return lot


def test_a_lot_published_without_a_bank_is_told_to_the_next_one(city, tmp_path):
    lot = factories.published(city)
    world.carry()
    assert OperatorTask.objects.filter(kind="deposit_bank_missing", done_at__isnull=True).count() == 1
    found = world.start_bank(tmp_path, city)
    try:
        world.carry()
        assert world.pay(city["bidder1"], found, lot, FULL)
        assert OperatorTask.objects.filter(kind="deposit_bank_missing", done_at__isnull=True).count() == 0
    finally:
        found.stop()


def test_the_ledger_cannot_be_changed(city, bank, tmp_path):
    from django.db import DatabaseError, transaction

    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    submitted(city, tmp_path, *world.FIRMS[:3])
    world.close(city, lot)
    world.carry()
    for change in (
        lambda: LedgerMovement.objects.update(amount=1),
        lambda: LedgerMovement.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
