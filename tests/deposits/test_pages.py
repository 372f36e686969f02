"""Pages of deposits: the public comparison, a lot's deposits after T, one's own, issuer, operator, and the API."""

import uuid
from decimal import Decimal

import pytest

from deposits import desk
from deposits.models import Deposit, Institution
from kernel import clock
from kernel.models import JournalEntry
from tender import queries as tender
from tests import bidders, factories
from tests.deposits import world
from tests.deposits.test_guarantees import closed, presented
from tests.deposits.test_transfers import FULL, contract
from tests.seats import browser, text_of

INSIDERS = ("clerk", "reviewer", "host", "supervisor")
OUTSIDERS = ("bidder1", "operator", "issuer", "witness", "keeper-notary")


@pytest.fixture
def priced(city):
    """Two issuers at different prices, not running."""
    world.enter(city, "issuer", "http://127.0.0.1:9", fee_rate=Decimal("0.002"), fee_floor=Decimal(500))
    return city


@pytest.fixture
def full(city, bank, tmp_path):
    """A lot past T with deposits of two firms, one of them from the other's account."""
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    world.pay(city["bidder2"], bank, lot, FULL, payer=city["bidder1"])
    for name in world.FIRMS[:3]:
        bidders.submit(city[name], lot, tmp_path / name)
    world.close(city, lot)
    world.carry()
    return lot


def page(lot):
    return f"/desk/lots/{lot}/deposits/"


def test_anybody_compares_the_issuers_fees(priced):
    answer = browser().get("/guarantees/", {"amount": "400000.00"})
    assert answer.status_code == 200
    for shown in ("晴川银行股份有限公司", "0.2 %", "800.00", "400,000.00"):
        assert shown in text_of(answer)
    csv = browser().get("/guarantees/", {"amount": "400000.00", "format": "csv"})
    assert "800.00" in csv.content.decode("utf-8-sig")
    assert browser().get("/guarantees/", {"amount": "nonsense"}).status_code == 200


def test_without_issuers_the_page_says_so(city):
    assert "No issuer is registered yet" in text_of(browser().get("/guarantees/"))


def test_tools_find_issuers_and_bank(priced):
    code = world.bank_code()
    [found] = browser().get("/api/guarantees/issuers").json()
    assert (found["credit_code"], found["rate"], found["floor"]) == (code, "0.002", "500.00")
    assert browser().get("/api/deposits/bank").json() == []


@pytest.mark.parametrize("who", INSIDERS)
def test_before_t_the_page_of_a_lot_shows_nothing_but_the_rule(city, bank, who):
    lot = city["lot"]
    empty = text_of(browser(who).get(page(lot)))
    world.pay(city["bidder1"], bank, lot, FULL)
    shown = text_of(browser(who).get(page(lot)))
    assert "Nothing is shown before the bid deadline" in shown
    assert city["bidder1"].holder.organisation.name not in shown
    assert strip(shown) == strip(empty), "with and without a deposit the page is the same"
    csv = browser(who).get(page(lot), {"format": "csv"}).content.decode("utf-8-sig")
    assert len(csv.splitlines()) == 1


def strip(text):
    """Leave out what differs from request to request: nonces, tokens, the server's time."""
    import re

    text = re.sub(r'(nonce|value|data-server-time|content|data-now|datetime)="[^"]*"', "", text)
    return re.sub(r"\d{4}-\d\d-\d\d[ T][\d:.]+Z?", "", text)


@pytest.mark.parametrize("who", INSIDERS)
def test_after_t_the_procuring_side_and_its_supervisor_see_all(city, full, who):
    shown = text_of(browser(who).get(page(full)))
    for actor in (city["bidder1"], city["bidder2"]):
        assert actor.holder.organisation.name in shown
    assert "irregular" in shown
    assert "The deposit came from account" in shown
    assert city["bidder1"].holder.organisation.account_number not in shown, "account numbers are masked"
    csv = browser(who).get(page(full), {"format": "csv"}).content.decode("utf-8-sig")
    assert "payer_account_differs" in csv
    read = JournalEntry.objects.filter(tag="deposits:lot:read")
    assert read.count() == 2, "every look is logged"


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_sees_the_page(city, full, who):
    assert browser(who).get(page(full)).status_code == 404


def test_another_buyer_sees_nothing(store, moved):
    actors = world.found("clerk-hospital")
    lot = factories.published(actors)
    assert browser("clerk-hospital").get(page(lot)).status_code == 404
    assert browser("clerk").get(page(lot)).status_code == 200
    assert browser("clerk").get(page(uuid.uuid4())).status_code == 404


def test_a_failed_lot_shows_its_money_without_names(city, bank, tmp_path):
    lot = city["lot"]
    for name in world.FIRMS[:2]:
        world.pay(city[name], bank, lot, FULL)
        bidders.submit(city[name], lot, tmp_path / name)
    world.close(city, lot)
    world.carry()
    shown = text_of(browser("clerk").get(page(lot)))
    assert "Depositor 2" in shown
    csv = browser("clerk").get(page(lot), {"format": "csv"}).content.decode("utf-8-sig")
    for name in world.FIRMS[:2]:
        firm = city[name].holder.organisation
        for text in (shown, csv):
            assert firm.name not in text
            assert firm.credit_code not in text


def test_a_decision_goes_from_clerk_to_reviewer_over_the_pages(city, bank, full):
    row = Deposit.objects.get(bidder=city["bidder1"].holder.organisation.credit_code)
    url = f"/desk/deposits/{row.pk}/decide/"
    bad = browser("clerk").post(url, {"kind": "keep", "ground": "", "reason": "x"})
    assert bad.status_code == 422
    assert "A deposit is kept only for one of" in text_of(bad)
    assert 'value="x"' in text_of(bad) or ">x</textarea>" in text_of(bad).replace("\r\n", "").replace(
        "\n", ""
    )
    good = browser("clerk").post(url, {"kind": "return", "ground": "", "reason": "提前退还"})
    assert (good.status_code, good.url) == (303, page(full))
    assert "提前退还" in text_of(browser("reviewer").get(page(full)))
    [duty] = desk.tasks(city["reviewer"].holder, now=clock.now())
    assert (duty.rule, duty.url) == ("A-07", page(full))
    found = row.decisions.get()
    decide = f"/desk/deposits/decisions/{found.pk}/"
    assert browser("clerk").post(decide, {"approve": "1"}).status_code == 404
    assert browser("reviewer").post(decide, {"approve": "1"}).status_code == 303
    world.carry()
    row.refresh_from_db()
    assert row.state == "returned"
    assert "returned" in text_of(browser("clerk").get(page(full)))


def test_a_bidder_sees_its_own_deposits_after_t_alone(city, bank, tmp_path):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    assert "No deposit yet" in text_of(browser("bidder1").get("/desk/deposits/"))
    for name in world.FIRMS[:3]:
        bidders.submit(city[name], lot, tmp_path / name)
    world.close(city, lot)
    world.carry()
    shown = text_of(browser("bidder1").get("/desk/deposits/"))
    assert tender.lot(lot).code in shown
    assert "400,000.00" in shown
    assert tender.lot(lot).code not in text_of(browser("bidder2").get("/desk/deposits/"))
    contract(city, lot, city["bidder2"])
    world.carry()
    assert "interest" in text_of(browser("bidder1").get("/desk/deposits/"))
    assert "returned" in text_of(browser("bidder1").get("/desk/deposits/", {"format": "csv"}))


def test_an_issuer_sees_its_own_guarantees_after_the_opening(city, issuer):
    from deposits.actions import guaranteeing

    lot = factories.published(city)
    one = city["bidder1"]
    got = world.apply(one, issuer, lot)
    assert "None has come to light yet" in text_of(browser("issuer").get("/desk/guarantees/"))
    closed(city, lot)
    guaranteeing.take(lot, one.holder.organisation.credit_code, presented(got), now=clock.now())
    world.carry()
    shown = text_of(browser("issuer").get("/desk/guarantees/"))
    assert got["number"] in shown
    assert "in force" in shown
    assert got["number"] in text_of(browser("issuer").get("/desk/guarantees/", {"format": "csv"}))


def test_the_operator_enters_institutions(city):
    form = {
        "kind": "issuer",
        "credit_code": world.bank_code(),
        "base_url": "https://bank.example/guarantees",
        "fee_percent": "0.2",
        "fee_floor": "500",
        "interest_percent": "",
        "day_basis": "360",
        "active": "on",
    }
    client = browser("operator")
    assert client.post("/desk/institutions/new/", form).status_code == 303
    row = Institution.objects.get()
    assert (row.fee_rate, row.fee_floor) == (Decimal("0.002"), Decimal(500))
    assert "晴川银行" in text_of(client.get("/desk/institutions/"))
    assert "0.2" in text_of(client.get(f"/desk/institutions/{row.pk}/"))
    insecure = client.post("/desk/institutions/new/", {**form, "base_url": "http://bank.example/"})
    assert insecure.status_code == 422
    assert "The address must begin with" in text_of(insecure)
    unknown = client.post("/desk/institutions/new/", {**form, "credit_code": "91350100M000100Y43"})
    assert "No organisation has the credit code" in text_of(unknown)
    assert "institutions" in client.get("/desk/institutions/", {"format": "csv"})["Content-Disposition"]
    assert browser("clerk").get("/desk/institutions/").status_code == 404
    assert JournalEntry.objects.filter(tag="deposits:institution:saved").count() == 1


def test_one_bank_at_a_time(city):
    client = browser("operator")
    form = {"kind": "bank", "base_url": "https://bank.example", "day_basis": "360", "active": "on"}
    first = client.post("/desk/institutions/new/", {**form, "credit_code": world.bank_code()})
    assert first.status_code == 303
    other = city["bidder1"].holder.organisation.credit_code
    second = client.post("/desk/institutions/new/", {**form, "credit_code": other})
    assert second.status_code == 422
    assert "One bank at a time" in text_of(second)


def test_the_workbench_tells_who_must_see_to_a_late_return(city, bank, tmp_path):
    lot = city["lot"]
    world.pay(city["bidder1"], bank, lot, FULL)
    for name in world.FIRMS[:3]:
        bidders.submit(city[name], lot, tmp_path / name)
    world.close(city, lot)
    world.carry()
    bank.stop()
    contract(city, lot, city["bidder2"])
    world.carry()
    assert desk.tasks(city["clerk"].holder, now=clock.now()) == []
    city["move"](to=Deposit.objects.get().due_at)
    [duty] = desk.tasks(city["clerk"].holder, now=clock.now())
    assert (duty.rule, duty.tone, duty.lot) == ("T-14", "bad", tender.lot(lot).code)
    assert desk.tasks(city["bidder1"].holder, now=clock.now()) == []
    assert "cannot be reached" in text_of(browser("operator").get("/desk/institutions/"))


def test_the_operator_is_told_what_is_missing(city):
    factories.published(city)
    world.carry()
    shown = text_of(browser("operator").get("/desk/"))
    assert "no bank is registered" in shown
    assert "/desk/institutions/" in shown
