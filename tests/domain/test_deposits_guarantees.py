"""A guarantee is read strictly and judged for the committee: each way to depart from the document has its finding."""

import dataclasses
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.domain import certificates
from deposits.domain import guarantees, terms
from deposits.domain.guarantees import Guarantee, GuaranteeError, Party, Stated
from deposits.domain.terms import Wanted
from deposits.domain.wording import REASONS
from kernel.domain import canonical
from tender import rulefiles
from tests.domain import sealing_world as world

EDITION = rulefiles.edition("T", "", date(2026, 3, 2))
G_EDITION = rulefiles.edition("G", "", date(2026, 3, 2))
UNTIL = terms.valid_until(world.DEADLINE, 90)


def party(subject):
    return Party(subject.organisation, subject.credit_code)


GOOD = Guarantee(
    number="BH202600000001",
    tender=world.TENDER,
    lot=world.LOT,
    issuer=party(world.FOURTH),
    principal=party(world.BIDDER),
    beneficiary=party(world.BUYER),
    amount=Decimal("400000.00"),
    valid_from=world.SEALED,
    valid_until=UNTIL,
    issued_at=world.SEALED,
)
WANTED = Wanted(
    tender=world.TENDER,
    lot=world.LOT,
    beneficiary=world.BUYER.credit_code,
    principal=world.BIDDER.credit_code,
    amount=Decimal("400000.00"),
    deadline=world.DEADLINE,
    valid_until=UNTIL,
)


def signer(subject=world.FOURTH):
    return certificates.facts(world.party(subject).certificate)


def reasons(found, *, edition=EDITION, by=None, wanted=WANTED):
    return [(one.rule, one.reason) for one in terms.judge(edition, found, wanted, signer=by or signer())]


def test_validity_runs_to_the_end_of_the_last_day():
    assert datetime(2026, 6, 28, 16, tzinfo=world.DEADLINE.tzinfo) == UNTIL


def test_a_guarantee_comes_back_from_its_bytes():
    data = canonical.to_bytes(GOOD.as_json())
    assert guarantees.read(data) == GOOD
    assert GOOD.sha256 == canonical.sha256(data)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "400000"},
        {"amount": "4e5"},
        {"kind": "performance"},
        {"issued_at": "2026-03-20T08:31:07Z"},
        {"number": ""},
        {"number": "N" * 81},
        {"issuer": {"name": "x", "credit_code": "short"}},
        {"issuer": {"name": "", "credit_code": world.FOURTH.credit_code}},
        {"more": 1},
        {"domain": "yangguang/guarantee/v2"},
        {"lot": 7},
    ],
    ids=str,
)
def test_anything_else_is_no_guarantee(change):
    with pytest.raises(GuaranteeError):
        guarantees.parse({**GOOD.as_json(), **change})


@pytest.mark.parametrize("name", sorted(GOOD.as_json()))
def test_every_member_must_be_there(name):
    value = GOOD.as_json()
    del value[name]
    with pytest.raises(GuaranteeError):
        guarantees.parse(value)


def test_a_good_guarantee_has_no_finding():
    assert reasons(GOOD) == []
    assert reasons(GOOD, edition=G_EDITION) == []


FAULTS = {
    "lot": ({"lot": world.TENDER}, ("E-04", "guarantee_of_other_lot")),
    "late": ({"issued_at": world.DEADLINE}, ("E-04", "guarantee_issued_late")),
    "short": ({"amount": Decimal("399999.99")}, ("E-04", "deposit_short")),
    "beneficiary": ({"beneficiary": party(world.CENTRE)}, ("E-04", "guarantee_for_another")),
    "principal": ({"principal": party(world.RIVAL)}, ("E-04", "guarantee_of_another")),
    "begins": ({"valid_from": world.DEADLINE + timedelta(seconds=1)}, ("T-20", "guarantee_begins_late")),
    "ends": ({"valid_until": UNTIL - timedelta(milliseconds=1)}, ("T-20", "guarantee_ends_early")),
    "issuer": ({"issuer": party(world.FIFTH)}, ("E-04", "guarantee_signed_by_another")),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_is_found_under_its_rule(name):
    change, finding = FAULTS[name]
    assert reasons(dataclasses.replace(GOOD, **change)) == [finding]


def test_regime_g_names_its_own_rule_for_validity():
    short = dataclasses.replace(GOOD, valid_until=UNTIL - timedelta(days=1))
    assert reasons(short, edition=G_EDITION) == [("G-27", "guarantee_ends_early")]


def test_a_person_does_not_sign_for_the_issuer():
    personal = dataclasses.replace(signer(), person="谢出函", seat="x")
    assert reasons(GOOD, by=personal) == [("E-04", "guarantee_signed_by_another")]


def test_a_signature_that_does_not_hold_is_a_finding():
    [found] = terms.judge(EDITION, GOOD, WANTED, signer=None, signature_fault="broken")
    assert (found.reason, found.facts["why"]) == ("guarantee_not_signed", "broken")


def test_more_than_asked_and_longer_than_asked_is_good():
    more = dataclasses.replace(GOOD, amount=Decimal(500000), valid_until=UNTIL + timedelta(days=1))
    assert reasons(more) == []


def test_what_the_opening_fields_state_must_be_the_guarantee():
    stated = Stated.of(GOOD)
    assert Stated.from_json(stated.as_json()) == stated
    assert terms.differences(EDITION, GOOD, stated) == ()
    [found] = terms.differences(EDITION, GOOD, dataclasses.replace(stated, sha256="0" * 64, number="X"))
    assert found.facts["differences"] == "number, sha256"
    [found] = terms.differences(EDITION, GOOD, None)
    assert found.reason == "guarantee_not_stated"


@pytest.mark.parametrize(
    ("answer", "standing", "wanted"),
    [
        ({"state": "revealed", "sha256": GOOD.sha256}, True, []),
        ({"state": "unknown", "sha256": ""}, False, ["guarantee_not_in_force"]),
        ({"state": "released", "sha256": GOOD.sha256}, False, ["guarantee_not_in_force"]),
        ({"state": "issued", "sha256": "1" * 64}, True, ["guarantee_differs_at_issuer"]),
    ],
)
def test_the_issuers_word_counts(answer, standing, wanted):
    found = terms.disowned(EDITION, GOOD.number, answer, sha256=GOOD.sha256, standing=standing)
    assert [one.reason for one in found] == wanted


def test_every_finding_has_its_sentence():
    found = [
        *(dataclasses.replace(GOOD, **change) for change, _ in FAULTS.values()),
    ]
    findings = [one for g in found for one in terms.judge(EDITION, g, WANTED, signer=signer())]
    findings += terms.judge(EDITION, GOOD, WANTED, signer=None, signature_fault="x")
    findings += terms.differences(EDITION, GOOD, None)
    findings += terms.differences(EDITION, GOOD, dataclasses.replace(Stated.of(GOOD), number="X"))
    findings += terms.disowned(EDITION, "1", {"state": "unknown", "sha256": "2"}, sha256="1", standing=False)
    findings += [terms.unreadable(EDITION, "1", "why"), terms.unverifiable(EDITION, "1", "issuer")]
    for one in findings:
        sentence = REASONS[one.reason] % one.facts
        assert "%(" not in sentence
