"""A guarantee from the application to its release: its issuer is a program, and before T the platform holds nothing."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Message
from bidding.actions import hosting
from bidding.sealing import seal
from deposits import queries
from deposits.actions import guaranteeing
from deposits.actions.guaranteeing import Presented
from deposits.domain import calls, envelope, guarantees
from deposits.domain.envelope import AnswerRefusedError
from deposits.domain.guarantees import Stated
from deposits.models import Call, Deposit, Guarantee
from kernel import clock, journal
from kernel.domain import canonical
from tender import queries as tender
from tender.actions import stepping
from tests import bidders, factories, openings
from tests.deposits import world
from tests.deposits.test_transfers import contract, state

FULL = "400000.00"


def enclosed(got, folder):
    """The two files as the bidder puts them beside its documents."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / guarantees.DOCUMENT_NAME).write_text(got["document"])
    (folder / guarantees.SIGNATURE_NAME).write_bytes(canonical.unb64(got["signature"]))
    return {name: folder / name for name in (guarantees.DOCUMENT_NAME, guarantees.SIGNATURE_NAME)}


def stated(got):
    return Stated.of(guarantees.read(got["document"].encode())).as_json()


def presented(got, **changes):
    given = {
        "stated": stated(got),
        "document": got["document"].encode(),
        "signature": canonical.unb64(got["signature"]),
    }
    return Presented(**{**given, **changes})


def platform(issuer, call, lot, number):
    data = {"number": number, "lot": str(lot)}
    return world.post(world.Platform(), issuer.url, envelope.ISSUER, call, data)


@pytest.fixture
def lot(city):
    city["lot"] = factories.published(city)
    return city["lot"]


def closed(city, lot):
    city["move"](to=tender.lot(lot).deadline + timedelta(seconds=1))
    stepping.close_due(lot, now=clock.now())


def findings(lot, actor):
    return state(lot, actor)[3]


def test_a_quote_and_a_guarantee(city, issuer, lot):
    one = city["bidder1"]
    quote = world.post(one, issuer.url, envelope.ISSUER, calls.QUOTE, {"amount": FULL})
    assert quote == {"amount": FULL, "fee": "800.00", "rate": "0.002", "floor": "500.00"}
    got = world.apply(one, issuer, lot)
    found = guarantees.read(got["document"].encode())
    assert (found.amount, found.principal.name) == (Decimal(FULL), one.holder.organisation.name)
    assert found.beneficiary.credit_code == tender.lot(lot).procuring_entity.credit_code
    assert got["state"] == "issued"
    assert (Call.objects.count(), Deposit.objects.count()) == (0, 0), "the platform knows nothing of it"


def test_an_issuer_serves_its_own_client_alone(city, issuer, lot):
    got = world.apply(city["bidder1"], issuer, lot)
    with pytest.raises(AnswerRefusedError, match="no such order of yours"):
        world.post(city["bidder2"], issuer.url, envelope.ISSUER, calls.FETCH, {"order": got["order"]})
    with pytest.raises(AnswerRefusedError, match="taken by another"):
        world.apply(city["bidder2"], issuer, lot, order=got["order"])
    again = world.apply(city["bidder1"], issuer, lot, order=got["order"])
    assert again == got, "the same order gives the same guarantee"


def test_an_application_after_t_is_rejected(city, issuer, lot):
    city["move"](to=tender.lot(lot).deadline)
    got = world.apply(city["bidder1"], issuer, lot)
    assert (got["state"], got["document"]) == ("rejected", "")
    assert "must precede it" in got["reason"]


def test_the_issuer_says_nothing_to_the_platform_before_t(city, issuer, lot):
    number = world.apply(city["bidder1"], issuer, lot)["number"]
    for call in (calls.VERIFY, calls.RELEASE):
        with pytest.raises(AnswerRefusedError, match="before its deadline"):
            platform(issuer, call, lot, number)
    with pytest.raises(AnswerRefusedError, match="only the platform"):
        data = {"number": number, "lot": str(lot)}
        world.post(city["bidder1"], issuer.url, envelope.ISSUER, calls.VERIFY, data)


def test_an_issuer_forgets_nothing_when_it_is_killed(city, issuer, lot):
    got = world.apply(city["bidder1"], issuer, lot)
    issuer.stop()
    issuer.start()
    again = world.post(city["bidder1"], issuer.url, envelope.ISSUER, calls.FETCH, {"order": got["order"]})
    assert again == got


def submit(it, name, files, **fields):
    """A bidder seals its bid with more files among its documents."""
    actor, folder = it.actors[name], it.folder / name
    inbox = folder / "in"
    inbox.mkdir(parents=True)
    (inbox / "opening.json").write_bytes(canonical.to_bytes(bidders.fields("9800000.00", **fields)))
    sealed = seal.seal_bid(
        bidders.reading(it.lot),
        bidder=actor.holder.organisation.credit_code,
        files={"opening": {"opening.json": inbox / "opening.json"}, "documents": files},
        folder=folder / "out",
        supersedes=None,
        client_time=clock.now(),
    )
    bid = bidders.declare(actor, it.lot, sealed, folder)
    bidders.upload(bid, folder)
    bid.refresh_from_db()
    it.bids[name], it.sealed[name] = bid, sealed


def open_all(it):
    it.close()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.consent()
    it.release()
    it.run()
    assert it.hall.step == "read_out"


def test_the_whole_life_of_a_guarantee(store, moved, monkeypatch, tmp_path):
    firms = ("bidder1", "bidder2", "bidder3", "operator", "issuer")
    it = openings.begin(store, moved, monkeypatch, firms=firms, coefficients=[])
    city = {**it.actors, "move": moved}
    one, two = city["bidder1"], city["bidder2"]
    issuer = world.start_issuer(tmp_path, city)
    try:
        got = world.apply(one, issuer, it.lot)
        submit(it, "bidder1", enclosed(got, tmp_path / "guarantee"), guarantee=stated(got))
        it.submit("bidder2", "bidder3")
        whole_life(it, city, one, two, got)
        known = json.loads((issuer.home / "state.json").read_text())["orders"]
        assert [order["state"] for order in known.values()] == ["released"]
    finally:
        issuer.stop()


def whole_life(it, city, one, two, got):
    assert queries.access_deposits(city["clerk"].holder, it.lot) == []
    open_all(it)
    world.carry()
    assert state(it.lot, one) == ("guarantee", Decimal(FULL), "guaranteed", [])
    assert state(it.lot, two) == ("none", Decimal(0), "unpaid", [])
    row = Guarantee.objects.get()
    assert (row.standing, row.number, row.fee) == ("revealed", got["number"], Decimal("800.00"))
    [fee] = queries.payments(it.lot)
    assert (fee.purpose, fee.account) == ("guarantee_fee", one.holder.organisation.account_number)
    contract(city, it.lot, two)
    assert Deposit.objects.get().state == "returning"
    world.carry()
    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.due_rule) == ("returned", "T-14")
    assert Guarantee.objects.get().standing == "released"
    assert Message.objects.filter(seat_id=one.holder.id, kind="guarantee_released").count() == 1
    tags = [e.tag for e in journal.of_lot(it.lot) if e.tag.startswith("deposits:")]
    assert tags == [
        "deposits:guarantee:received",
        "deposits:guarantee:checked",
        "deposits:guarantee:due",
        "deposits:guarantee:released",
    ]


def test_a_guarantee_taken_twice_is_taken_once(city, issuer, lot):
    one = city["bidder1"]
    got = world.apply(one, issuer, lot)
    closed(city, lot)
    code = one.holder.organisation.credit_code
    for _ in range(2):
        guaranteeing.take(lot, code, presented(got), now=clock.now())
        world.carry()
    assert state(lot, one) == ("guarantee", Decimal(FULL), "guaranteed", [])
    assert Call.objects.filter(call="verify").count() == 1


def test_a_released_guarantee_does_not_stand(city, issuer, lot):
    one = city["bidder1"]
    got = world.apply(one, issuer, lot)
    closed(city, lot)
    platform(issuer, calls.RELEASE, lot, got["number"])
    guaranteeing.take(lot, one.holder.organisation.credit_code, presented(got), now=clock.now())
    world.carry()
    assert findings(lot, one) == ["guarantee_not_in_force"]


def test_a_forged_guarantee_is_disowned_by_its_issuer(city, issuer, lot):
    one, forger = city["bidder1"], city["bidder2"]
    real = guarantees.read(world.apply(one, issuer, lot)["document"].encode())
    closed(city, lot)
    value = {**real.as_json(), "number": "BH209900000001"}
    forged = {
        "document": canonical.to_bytes(value).decode(),
        "signature": canonical.b64(forger.sign(value)),
    }
    guaranteeing.take(lot, one.holder.organisation.credit_code, presented(forged), now=clock.now())
    world.carry()
    assert findings(lot, one) == ["guarantee_signed_by_another", "guarantee_not_in_force"]
    assert Deposit.objects.get().state == "guaranteed", "nothing is rejected here: the committee judges"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"signature": b"no signature"}, ["guarantee_not_signed"]),
        ({"signature": None}, ["guarantee_not_signed"]),
        ({"document": None, "signature": None, "why": "lost"}, ["guarantee_unreadable"]),
        ({"document": b"{}"}, ["guarantee_unreadable"]),
        ({"stated": None}, ["guarantee_not_stated"]),
        (
            {"stated": {"number": "X", "issuer": "Y" * 18, "amount": "1.00", "sha256": "0" * 64}},
            ["guarantee_differs_from_opening"],
        ),
    ],
    ids=["broken", "unsigned", "missing", "no-guarantee", "unstated", "differs"],
)
def test_every_fault_becomes_a_finding_and_rejects_nothing(city, issuer, lot, changes, wanted):
    one = city["bidder1"]
    got = world.apply(one, issuer, lot)
    closed(city, lot)
    guaranteeing.take(lot, one.holder.organisation.credit_code, presented(got, **changes), now=clock.now())
    world.carry()
    assert findings(lot, one) == wanted
    assert Guarantee.objects.get().standing == "revealed", "the issuer was asked all the same"


def test_no_guarantee_at_all_is_no_news(city, lot):
    closed(city, lot)
    guaranteeing.take(lot, city["bidder1"].holder.organisation.credit_code, Presented(None), now=clock.now())
    assert Deposit.objects.count() == 0


def test_an_issuer_that_is_silent_is_shown_to_the_committee_until_it_answers(city, issuer, lot):
    one = city["bidder1"]
    got = world.apply(one, issuer, lot)
    closed(city, lot)
    issuer.stop()
    guaranteeing.take(lot, one.holder.organisation.credit_code, presented(got), now=clock.now())
    world.carry()
    assert findings(lot, one) == ["issuer_silent"]
    assert Guarantee.objects.get().standing == "unreachable"
    issuer.start()
    city["move"](seconds=10)
    world.carry()
    assert findings(lot, one) == []
    assert Guarantee.objects.get().standing == "revealed"


def test_an_issuer_that_nobody_registered_cannot_be_asked(city, lot, tmp_path):
    found = world.Program("issuer", tmp_path, city["issuer"]).start()
    try:
        got = world.apply(city["bidder1"], found, lot)
    finally:
        found.stop()
    closed(city, lot)
    guaranteeing.take(lot, city["bidder1"].holder.organisation.credit_code, presented(got), now=clock.now())
    assert findings(lot, city["bidder1"]) == ["issuer_not_registered"]


def test_a_guarantee_for_another_lot_or_too_short_is_found(city, issuer, lot):
    one, two = city["bidder1"], city["bidder2"]
    other = world.apply(one, issuer, lot, lot="11111111-1111-4111-8111-111111111111")
    short = world.apply(two, issuer, lot, validity_days=30, amount="1000.00")
    closed(city, lot)
    for actor, got in ((one, other), (two, short)):
        guaranteeing.take(lot, actor.holder.organisation.credit_code, presented(got), now=clock.now())
    world.carry()
    assert findings(lot, one) == ["guarantee_of_other_lot", "guarantee_not_in_force"]
    assert findings(lot, two) == ["deposit_short", "guarantee_ends_early"]


def test_exempt_bidders_give_nothing(city, store):
    lot = factories.published(
        city,
        code="E5108000099",
        region="510800",
        deposit={"amount": "200000.00", "forms": ["guarantee"]},
        total_investment="30000000.00",
        fair_competition_reviewed=True,
    )
    closed(city, lot)
    assert state(lot, city["bidder1"]) == ("none", Decimal(0), "exempt", [])
    assert queries.deposit_of(lot, city["bidder1"].holder.organisation.credit_code).sufficient
    assert state(lot, city["bidder2"]) == ("none", Decimal(0), "unpaid", [])
    assert not queries.deposit_of(lot, city["bidder2"].holder.organisation.credit_code).sufficient
