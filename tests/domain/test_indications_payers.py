"""40-(6): deposits and guarantee fees of several bidders from one account."""

import pytest

from monitoring.domain.indications import committee_report, regulator_record
from monitoring.domain.payers import Payment, masked, one_account

ACCOUNT = "6222 0210-0111 2345678"
NUMBER = "6222021001112345678"


def pay(bidder, account=ACCOUNT, purpose="deposit", **more):
    return Payment(bidder, purpose, account, **more)


def test_two_deposits_from_one_account_stand():
    (found,) = one_account(
        [pay("b", holder="丙公司"), pay("a", f"６{NUMBER[1:]}"), pay("c", "999")], regime="T"
    )
    assert (found.item, found.members, found.standing) == ("40-(6)", ("a", "b"), True)
    assert found.evidence[0].value == NUMBER
    assert found.evidence[0].facts == {"holders": "丙公司"}
    assert [str(tried.result) for tried in found.exemptions] == ["cannot_be_tried"] * 2


def test_a_deposit_and_a_guarantee_fee_meet_in_one_account():
    (found,) = one_account([pay("a"), pay("b", purpose="guarantee_fee", reference="G-7")], regime="G")
    assert [(place.source, place.field) for place in found.evidence[0].places] == [
        ("deposit", "deposit"), ("G-7", "guarantee_fee"),
    ]  # fmt: skip


def test_two_payments_of_one_bidder_are_nothing():
    assert one_account([pay("a"), pay("a", purpose="guarantee_fee")], regime="T") == []


def test_payments_without_a_number_tie_nobody():
    assert one_account([pay("a", ""), pay("b", " - ")], regime="T") == []


@pytest.mark.parametrize("known", ["issuer_accounts", "collection_accounts"])
def test_an_account_that_belongs_to_the_procedure_explains(known):
    name = known.removesuffix("s")
    (found,) = one_account([pay("a"), pay("b")], regime="T", **{known: ["１", NUMBER]})
    assert not found.standing
    assert {tried.name: str(tried.result) for tried in found.exemptions}[name] == "explains"
    (other,) = one_account([pay("a"), pay("b")], regime="T", **{known: ["1"]})
    assert other.standing
    assert {tried.name: str(tried.result) for tried in other.exemptions}[name] == "does_not_explain"


def test_the_committee_sees_the_end_of_the_number_only():
    found = one_account([pay("a"), pay("b")], regime="T", collection_accounts=["88880000123"])
    report, record = str(committee_report("lot", found)), str(regulator_record("lot", found))
    assert NUMBER not in report
    assert "*" * 15 + "5678" in report
    assert NUMBER in record
    assert "88880000123" not in report


@pytest.mark.parametrize(("number", "seen"), [("12345", "*2345"), ("1234", "****"), ("", "")])
def test_masking(number, seen):
    assert masked(number) == seen
