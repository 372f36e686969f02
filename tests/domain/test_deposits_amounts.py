"""What a deposit is, earns and costs: the reference vectors, and what must hold for any numbers."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from deposits.domain import amounts, refunds, requirement
from tender import rulefiles
from tender.domain import caps

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "deposits.json").read_text())
ORGAN, COMPANY = "11510800008612343G", "91350100M000100Y43"
DAY = date(2026, 3, 2)
NATION = rulefiles.edition("T", "", DAY)
GUANGYUAN = rulefiles.edition("T", "510800", DAY)
ASKED = {"amount": "400000.00", "forms": ["guarantee", "transfer"]}


@pytest.mark.parametrize("case", VECTORS["cap"], ids=lambda case: case["estimate"])
def test_the_ceiling_is_that_of_nation_and_region(case):
    for edition, wanted in ((NATION, case["national"]), (GUANGYUAN, case["guangyuan"])):
        cap = caps.deposit_cap(
            edition, category="works", owner_code=ORGAN, estimate=Decimal(case["estimate"])
        )
        assert cap.amount == Decimal(wanted)


@pytest.mark.parametrize("basis", [360, 365])
def test_interest_is_that_of_the_vector_on_either_basis(basis):
    case = VECTORS["interest"]
    found = amounts.interest(
        Decimal(case["principal"]), rate=Decimal(case["rate"]), days=case["days"], basis=basis
    )
    assert found == Decimal(case[f"act{basis}"])


def test_the_overdue_fee_is_that_of_the_vector():
    case = VECTORS["overdue"]
    found = amounts.overdue_fee(
        Decimal(case["principal"]),
        base_rate=Decimal(case["base_rate"]),
        factor=Decimal(case["factor"]),
        days=case["days"],
        basis=360,
    )
    assert found == Decimal(case["act360"])


@given(
    principal=st.decimals("0.01", "99999999.99", places=2),
    rate=st.decimals("0", "0.2", places=6),
    days=st.integers(0, 3650),
    basis=st.sampled_from([360, 365]),
)
def test_interest_is_the_exact_share_rounded_half_up_once(principal, rate, days, basis):
    exact = Fraction(principal) * Fraction(rate) * days / basis
    cents = exact * 100
    rounded = int(cents + Fraction(1, 2))
    assert amounts.interest(principal, rate=rate, days=days, basis=basis) * 100 == rounded


@pytest.mark.parametrize("change", [{"rate": Decimal("-0.01")}, {"days": -1}, {"basis": 0}])
def test_terms_that_cannot_be_are_refused(change):
    terms = {"rate": Decimal("0.01"), "days": 1, "basis": 360, **change}
    with pytest.raises(amounts.TermError):
        amounts.interest(Decimal(100), **terms)


def test_the_day_of_payment_counts_and_the_day_of_return_does_not():
    assert amounts.days_between(date(2026, 3, 24), date(2026, 3, 25)) == 1
    assert amounts.days_between(date(2026, 3, 24), date(2026, 3, 24)) == 0
    assert amounts.days_between(date(2026, 3, 25), date(2026, 3, 24)) == 0


@pytest.mark.parametrize(("amount", "fee"), [("400000.00", "800.00"), ("100000.00", "500.00")])
def test_a_premium_is_a_rate_with_a_floor(amount, fee):
    assert amounts.premium(Decimal(amount), rate=Decimal("0.002"), floor=Decimal(500)) == Decimal(fee)


def test_a_bidder_gives_what_the_document_asks():
    found = requirement.required(
        NATION, ASKED, category="works", owner_code=ORGAN, bidder_classes=("small", "private")
    )
    assert (found.amount, found.exempt, found.rule) == (Decimal("400000.00"), False, "B-01")


@pytest.mark.parametrize(
    ("classes", "category", "owner", "exempt"),
    [
        (("medium",), "works", ORGAN, True),
        (("large", "private"), "works", ORGAN, True),
        (("large",), "works", ORGAN, False),
        (("micro",), "goods", ORGAN, False),
        (("micro",), "works", COMPANY, False),
    ],
)
def test_the_region_exempts_whom_it_names_and_nobody_else(classes, category, owner, exempt):
    found = requirement.required(
        GUANGYUAN, ASKED, category=category, owner_code=owner, bidder_classes=classes
    )
    assert (found.exempt, found.amount == 0) == (exempt, exempt)


def test_where_nothing_is_asked_nobody_is_exempt():
    found = requirement.required(
        GUANGYUAN, None, category="works", owner_code=ORGAN, bidder_classes=("micro",)
    )
    assert (found.amount, found.forms, found.exempt) == (Decimal("0.00"), (), False)


def test_classes_are_size_and_private():
    assert requirement.classes("small", private=True) == ("small", "private")
    assert requirement.classes("large", private=False) == ("large",)


@pytest.mark.parametrize(
    ("returned", "fee"),
    [
        (datetime(2026, 4, 10, 15, 59, 59, tzinfo=UTC), "0.00"),
        (datetime(2026, 4, 10, 16, 0, tzinfo=UTC), "116.00"),
        (datetime(2026, 4, 17, 1, 0, tzinfo=UTC), "812.00"),
    ],
)
def test_regime_g_pays_for_every_day_after_the_limit(returned, fee):
    limit = datetime(2026, 4, 10, 16, 0, tzinfo=UTC)
    edition = rulefiles.edition("G", "", DAY)
    found = refunds.overdue(edition, principal=Decimal(800000), limit=limit, returned_at=returned)
    assert found == Decimal(fee)
    assert refunds.overdue(NATION, principal=Decimal(800000), limit=limit, returned_at=returned) == 0
