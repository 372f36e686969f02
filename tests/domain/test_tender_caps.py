"""Ceilings of deposits and bonds: nation, Guangyuan, class of project, and who gives none."""

from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain.refusals import Allowed
from tender.domain import caps
from tender.domain.rulebook import UnknownRuleError
from tests.domain.test_tender_law import edition, shown

GUANGYUAN = "sichuan-guangyuan"
STATE_ORGAN, INSTITUTION, COMPANY = "11510800008612343G", "12510800450712347J", "91350100M000100Y43"
CAPS = [("20000000", "400000", "200000"), ("40000000", "800000", "400000"), ("60000000", "800000", "600000")]


def cap(estimate, *, region="", category="works", owner=STATE_ORGAN, regime="T"):
    return caps.deposit_cap(
        edition(regime, region), category=category, owner_code=owner, estimate=Decimal(estimate)
    )


def judged(
    asked,
    *,
    estimate="20000000",
    forms=("guarantee", "transfer"),
    region="",
    category="works",
    owner=STATE_ORGAN,
):
    return caps.judge_deposit(
        edition(region=region),
        category=category,
        owner_code=owner,
        estimate=Decimal(estimate) if estimate else None,
        asked=Decimal(asked),
        forms=forms,
    )


@pytest.mark.parametrize(("estimate", "national", "local"), CAPS)
def test_cap_vectors(estimate, national, local):
    assert cap(estimate).amount == Decimal(national)
    assert cap(estimate, region=GUANGYUAN).amount == Decimal(local)


@pytest.mark.parametrize(
    ("category", "amount"),
    [("works", "800000"), ("goods", "800000"), ("survey", "100000"), ("services", "2000000")],
)
def test_each_class_has_its_own_fixed_limit(category, amount):
    assert cap("100000000", category=category).amount == Decimal(amount)


def test_regime_g_knows_the_rate_alone():
    assert cap("100000000", category="goods", regime="G").amount == Decimal(2000000)


@pytest.mark.parametrize(
    ("owner", "category", "rule"),
    [
        (STATE_ORGAN, "works", "B-02"),
        (INSTITUTION, "works", "B-02"),
        (COMPANY, "works", "B-01"),
        (STATE_ORGAN, "goods", "B-01"),
    ],
)
def test_guangyuan_speaks_of_works_of_public_owners(owner, category, rule):
    assert cap("20000000", region=GUANGYUAN, owner=owner, category=category).rule.id == rule


def test_the_cap_itself_is_allowed_and_a_cent_more_refused():
    assert judged("400000.00") == [Allowed()]
    (refusal,) = judged("400000.01")
    assert (refusal.rule, refusal.reason) == ("B-01", "deposit_too_high")
    assert shown(refusal) == (
        "A deposit of 400,000.01 yuan is asked, at most 400,000.00 is allowed: 2.00% of the estimate of "
        "20,000,000.00 yuan is 400,000.00, the fixed limit 800,000.00."
    )
    (local,) = judged("400000.00", region=GUANGYUAN)
    assert (local.rule, local.facts["cap"]) == ("B-02", "200,000.00")


def test_a_cap_is_never_rounded_up():
    assert cap("100.99").amount == Decimal("2.01")
    assert not judged("2.02", estimate="100.99")[0]


def test_without_an_estimate_no_deposit_can_be_judged():
    (refusal,) = judged("1.00", estimate=None)
    assert refusal.reason == "deposit_without_estimate"
    assert shown(refusal)


def test_forms_are_those_of_the_rule():
    assert judged("1.00", forms=("cash",)) == [Allowed()]
    (refusal,) = judged("1.00", forms=("cash", "guarantee"), region=GUANGYUAN)
    assert (refusal.rule, refusal.facts["form"]) == ("B-02", "cash")
    assert shown(refusal)
    assert judged("1.00", forms=())[0].facts["form"] == "none"


@pytest.mark.parametrize(
    ("classes", "region", "exempt"),
    [
        (["small"], GUANGYUAN, True),
        (["large", "private"], GUANGYUAN, True),
        (["large"], GUANGYUAN, False),
        (["small"], "", False),
    ],
)
def test_who_gives_no_deposit(classes, region, exempt):
    law = edition(region=region)
    assert caps.gives_no_deposit(law, category="works", owner_code=INSTITUTION, classes=classes) is exempt
    if region:
        assert not caps.gives_no_deposit(law, category="works", owner_code=COMPANY, classes=classes)


def test_performance_bond():
    assert caps.judge_bond(edition(), price=Decimal(9800000), asked=Decimal(980000)) == Allowed()
    refusal = caps.judge_bond(edition("G"), price=Decimal(9800000), asked=Decimal("980000.01"))
    assert (refusal.rule, refusal.facts["cap"]) == ("B-04", "980,000.00")
    assert shown(refusal)


def test_regime_g_has_no_basic_account_rule():
    with pytest.raises(UnknownRuleError):
        edition("G").rule("basic_account")


@settings(deadline=None)
@given(st.integers(1, 10**12), st.integers(1, 10**12), st.sampled_from(["", GUANGYUAN]))
def test_a_larger_estimate_never_lowers_the_cap(one, other, region):
    smaller, larger = (Decimal(cents) / 100 for cents in sorted((one, other)))
    low, high = cap(smaller, region=region), cap(larger, region=region)
    assert low.amount <= high.amount
    assert high.amount <= high.rate * larger
    assert cap(larger, region=GUANGYUAN).amount <= cap(larger).amount
