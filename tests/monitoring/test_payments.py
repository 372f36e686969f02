"""Deposits that a real bank reports: who paid from one account is found, waited for, and compared again when it comes late."""

import dataclasses

import pytest

from evaluation.models import SimilarityReport
from kernel import clock
from kernel.domain import canonical
from monitoring import queries
from monitoring.actions import comparing
from monitoring.actions.jobs import NotYetError
from monitoring.models import Alert, Comparison, IndicationRow
from tests import cast, factories, openings
from tests.deposits import world as banking
from tests.monitoring import world
from tests.openings import FIRMS

FULL = "400000.00"


@pytest.fixture
def hall(store, moved, monkeypatch, tmp_path):
    """A lot that asks for deposits, with the bank beside it; bidders pay, seal and are opened, nobody has reported."""
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, *FIRMS, "operator", "issuer")}
    bank = banking.start_bank(tmp_path, actors)
    try:
        method = factories.works_terms()["method"]
        method = {**method, "parameters": {**method["parameters"], "K": "0.02"}}
        lot = factories.published(actors, mode="custodians", coefficients=[], method=method)
        watch = openings.Watch(store / "witnesses", monkeypatch)
        it = openings.Opening(actors, lot, moved, watch, store / "bids")
        banking.carry()
        yield dataclasses.replace(it), bank
    finally:
        bank.stop()


def pay(it, bank, *names, payer=None):
    for name in names:
        banking.pay(it.actors[name], bank, it.lot, FULL, payer=payer and it.actors[payer])


def open_lot(it):
    """From T to the read-out, while the bank's report is not fetched."""
    it.close()
    it.show_names()
    it.ready()
    it.to_due()
    it.release()
    it.run()
    assert it.hall.step == "read_out"


def codes(it, *names):
    return sorted(it.actors[name].holder.organisation.credit_code for name in names)


def test_one_paying_account_ties_bidders_and_is_masked_for_the_committee(hall):
    it, bank = hall
    pay(it, bank, "bidder1", "bidder2", "bidder4")
    pay(it, bank, "bidder3", payer="bidder1")
    world.submit(it, authors=())
    open_lot(it)
    banking.carry()
    world.relay()
    world.work()
    [found] = IndicationRow.objects.filter(item="40-(6)")
    assert (found.standing, found.members) == (True, codes(it, "bidder1", "bidder3"))
    account = it.actors["bidder1"].holder.organisation.account_number
    assert found.evidence[0]["value"] == account
    assert {one["name"]: one["result"] for one in found.exemptions} == {
        "issuer_account": "cannot_be_tried",
        "collection_account": "does_not_explain",
    }
    text = bytes(SimilarityReport.objects.get().document).decode()
    assert account not in text
    assert f"****{account[-4:]}" in text
    told = canonical.from_bytes(text.encode())["indications"]
    assert {one["item"] for one in told} == {"40-(4)", "40-(6)"}


def test_deposits_from_accounts_of_their_own_tie_nobody(hall):
    it, bank = hall
    pay(it, bank, *FIRMS)
    world.submit(it, dict.fromkeys(FIRMS, "9800000.00") | world.PRICES, authors=())
    open_lot(it)
    banking.carry()
    world.relay()
    world.work()
    assert Comparison.objects.latest("number").payments == 7
    assert not IndicationRow.objects.filter(item="40-(6)").exists()


def test_the_comparison_waits_for_the_bank_and_then_goes_on_without_it(hall):
    it, bank = hall
    pay(it, bank, "bidder4")
    pay(it, bank, "bidder5", payer="bidder4")
    world.submit(it)
    open_lot(it)
    with pytest.raises(NotYetError, match="bank"):
        comparing.compare(it.lot, now=clock.now())
    assert not Comparison.objects.exists()
    it.move(minutes=11)
    first = comparing.compare(it.lot, now=clock.now())
    assert (first.number, first.payments) == (1, 0)
    assert {one.item for one in queries.indications(it.lot)} == {"40-(1)", "40-(4)"}
    banking.carry()
    world.relay()
    world.work()
    second = Comparison.objects.get(number=2)
    assert (second.payments, second.handed_down_at) == (2, None), "the committee has its report already"
    assert [row.item for row in queries.indications(it.lot)] == ["40-(1)", "40-(4)", "40-(6)"]
    kinds = list(Alert.objects.filter(kind="indication").values_list("indication__item", flat=True))
    assert sorted(kinds) == ["40-(1)", "40-(4)", "40-(6)"], "what was known before raises no second alert"
