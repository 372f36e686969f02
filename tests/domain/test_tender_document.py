"""Tender documents: all that is wrong with one at once, under each law, and the notice that a lawful one becomes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain.workdays import YearNotAnnouncedError
from tender.domain import document
from tender.domain.rulebook import RegimeError
from tender.domain.terms import (
    Attachment,
    Coefficient,
    Committee,
    Custodian,
    Deposit,
    Item,
    Method,
    Party,
    Stratum,
    Terms,
)
from tests.domain.test_tender_law import at, calendar, edition, shown

PUBLISHED = at("2026-03-02 09:00")
GUANGYUAN = "sichuan-guangyuan"
ENTITY = Party("利州区城建局", "11510800008612343G")
AGENCY = Party("蜀道招标代理公司", "93510802MA6ABCD102")
CENTRE = Party("广元市公共资源交易中心", "12510800450712347J")
NOTARY = Party("广元市公证处", "91350100M000100Y43")


def custodian(role, party, number):
    return Custodian(role, party.name, party.credit_code, f"age1key{number}", "MAA=")


CUSTODIANS = (
    custodian("procuring_entity", ENTITY, 1),
    custodian("centre", CENTRE, 2),
    custodian("third", NOTARY, 3),
)
WORKS = Terms(
    tender="7d1f6f0e-0000-4000-8000-000000000001",
    lot="7d1f6f0e-0000-4000-8000-000000000002",
    code="E5108020001-001",
    title="滨河路道路工程一标段",
    project="滨河路道路工程",
    regime="T",
    category="works",
    procuring_entity=ENTITY,
    agency=AGENCY,
    centre=CENTRE,
    documents_until=at("2026-03-09 17:00"),
    deadline=at("2026-03-24 09:00"),
    validity_days=90,
    method=Method(
        formula="mean_benchmark",
        parameters={"E1": "2", "E2": "1", "drop_above": 5},
        price_full=Decimal(60),
        items=(
            Item("design", "施工组织设计", Decimal("27.5"), "subjective"),
            Item("record", "企业业绩", Decimal("12.5"), "objective"),
        ),
    ),
    committee=Committee(size=5, experts=4, strata=(Stratum("civil", "广元", 2), Stratum("cost", "绵阳", 2))),
    custodians=CUSTODIANS,
    threshold=2,
    ties=("price", "seal"),
    candidates=3,
    estimate=Decimal(20000000),
    ceiling=Decimal(19800000),
    deposit=Deposit(amount=Decimal(400000), forms=("guarantee", "transfer")),
    coefficients=(Coefficient("K", ("0.01", "0.02", "0.03")),),
    documents=(Attachment("招标文件.pdf", "ab" * 32, 120034),),
)
GOODS = replace(
    WORKS,
    regime="G",
    category="goods",
    agency=None,
    documents_until=at("2026-03-09 17:00"),
    method=Method("lowest_price", {}, Decimal(60), WORKS.method.items),
    coefficients=(),
    estimate=Decimal(2000000),
    ceiling=Decimal(1900000),
    deposit=Deposit(amount=Decimal(40000), forms=("guarantee",)),
    mode="custodians",
)
LOCAL = replace(WORKS, deposit=Deposit(Decimal(200000), ("guarantee",)), fair_competition_reviewed=True)


def method(**change):
    return replace(WORKS.method, **change)


def review(terms, region=""):
    return document.check(terms, edition(terms.regime, region), calendar(), published_at=PUBLISHED)


def refused(terms, region=""):
    found = review(terms, region)
    for refusal in found.refusals:
        assert shown(refusal)
    return [(refusal.rule, refusal.reason) for refusal in found.refusals]


@pytest.mark.parametrize(
    ("terms", "region"), [(WORKS, ""), (GOODS, ""), (LOCAL, GUANGYUAN)], ids=["T", "G", "local"]
)
def test_a_lawful_document_passes(terms, region):
    assert refused(terms, region) == []
    found = review(terms, region)
    assert found
    assert found.decision


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"documents_until": at("2026-03-06 17:00")}, [("T-01", "too_short")]),
        ({"deadline": at("2026-03-22 09:00")}, [("T-03", "too_short")]),
        ({"documents_until": at("2026-03-24 09:00")}, [("T-01", "after_window")]),
        ({"ceiling": None}, [("C-15", "ceiling_not_stated")]),
        ({"ceiling": None, "ceiling_method": "估算价下浮 2%"}, []),
        ({"minimum_price": Decimal(1)}, [("C-15", "minimum_price_set")]),
        ({"ceiling": Decimal(21000000)}, []),
        ({"deposit": Deposit(Decimal("400000.01"), ("guarantee",))}, [("B-01", "deposit_too_high")]),
        ({"deposit": Deposit(Decimal(1), ("promise",))}, [("B-01", "deposit_form")]),
        ({"estimate": None}, [("B-01", "deposit_without_estimate")]),
        ({"deposit": None, "estimate": None}, []),
        ({"validity_days": 0}, [("T-20", "validity_not_stated")]),
        ({"method": method(formula="lowest_price")}, [("F-03", "formula_of_other_regime")]),
        ({"method": method(price_full=Decimal(61))}, [("F-04", "full_marks_do_not_add_up")]),
        ({"category": "spaceships"}, [("V-01", "category")]),
        ({"coefficients": (Coefficient("K", ()),)}, [("V-01", "coefficient_without_values")]),
        ({"coefficients": (Coefficient("K", ("1", "1")),)}, [("V-01", "coefficient_twice")]),
        ({"coefficients": (Coefficient("K", ("1",)),) * 2}, [("V-01", "coefficient_twice")]),
        ({"ties": ()}, [("V-01", "tie_rules")]),
        ({"ties": ("price", "price")}, [("V-01", "tie_rules")]),
        ({"ties": ("luck",)}, [("V-01", "tie_rules")]),
        ({"candidates": 4}, [("V-08", "too_many_candidates")]),
        ({"candidates": 0}, [("V-01", "no_candidates")]),
        (
            {"committee": Committee(4, 4, (Stratum("a", "广元", 4),))},
            [("C-03", "committee_too_small"), ("C-03", "committee_not_odd")],
        ),
        ({"committee": Committee(5, 3, (Stratum("a", "广元", 3),))}, [("C-04", "too_few_experts")]),
        ({"committee": Committee(7, 5, (Stratum("a", "广元", 5),))}, []),
        ({"committee": Committee(5, 4, (Stratum("a", "广元", 3),))}, [("C-08", "strata_do_not_add_up")]),
        ({"committee": Committee(5, 6, (Stratum("a", "广元", 6),))}, [("C-08", "strata_do_not_add_up")]),
        (
            {"committee": Committee(0, 0)},
            [("C-03", "committee_too_small"), ("C-03", "committee_not_odd"), ("C-04", "too_few_experts")],
        ),
        ({"parts": ("documents", "opening")}, [("S-01", "parts")]),
        ({"parts": ("opening", "secret")}, [("S-01", "parts")]),
        ({"parts": ()}, [("S-01", "parts")]),
        ({"mode": "trust"}, [("O-01", "mode")]),
        ({"threshold": 1}, [("S-04", "custodian_number")]),
        ({"custodians": CUSTODIANS[:2]}, [("S-04", "custodian_number")]),
        ({"documents": ()}, [("T-01", "no_document")]),
        ({"documents": WORKS.documents * 2}, [("T-01", "document_name_twice")]),
    ],
)
def test_each_fault_is_refused_by_its_rule(change, expected):
    assert refused(replace(WORKS, **change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"documents_until": at("2026-03-06 17:00")}, [("G-02", "too_short")]),
        ({"deadline": at("2026-03-22 09:00")}, [("G-03", "too_short")]),
        ({"ceiling": None}, []),
        ({"ceiling": Decimal("2000000.01")}, [("C-15", "ceiling_above_estimate")]),
        ({"minimum_price": Decimal(1)}, [("C-15", "minimum_price_set")]),
        ({"deposit": Deposit(Decimal(1), ("cash",))}, [("B-01", "deposit_form")]),
        ({"method": WORKS.method}, [("F-03", "formula_of_other_regime")]),
        ({"estimate": Decimal(10000000)}, [("C-03", "committee_too_small")]),
        ({"complex_lot": True}, [("C-03", "committee_too_small")]),
        ({"estimate": Decimal("9999999.99")}, []),
        ({"category": "services"}, []),
        (
            {
                "method": replace(
                    GOODS.method,
                    price_full=Decimal("29.9"),
                    items=(Item("a", "b", Decimal("70.1"), "objective"),),
                )
            },
            [("F-01", "price_weight_too_low")],
        ),
        ({"method": Method("lowest_evaluated_price", {}, Decimal(0))}, []),
        (
            {"method": Method("lowest_evaluated_price", {}, Decimal(100))},
            [("F-04", "marks_where_price_ranks")],
        ),
    ],
)
def test_regime_g_has_faults_of_its_own(change, expected):
    assert refused(replace(GOODS, **change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"deposit": WORKS.deposit}, [("B-02", "deposit_too_high")]),
        ({"fair_competition_reviewed": False}, [("C-17", "fair_competition_not_reviewed")]),
        ({"asks_similar_experience": True}, [("C-17", "investment_not_stated")]),
        (
            {"asks_similar_experience": True, "total_investment": Decimal("29999999.99")},
            [("C-17", "similar_experience_asked")],
        ),
        ({"asks_similar_experience": True, "total_investment": Decimal(30000000)}, []),
        ({"asks_similar_experience": True, "special_structure": True}, []),
        ({"asks_similar_experience": True, "mandatory": False}, []),
    ],
)
def test_guangyuan_asks_for_more(change, expected):
    assert refused(replace(LOCAL, **change), GUANGYUAN) == expected
    assert refused(replace(LOCAL, **change)) in ([], [("B-01", "deposit_too_high")])


def test_a_project_that_need_not_be_tendered_is_freer():
    free = replace(
        WORKS,
        mandatory=False,
        deadline=at("2026-03-16 09:00"),
        committee=Committee(3, 1, (Stratum("a", "广元", 1),)),
    )
    assert refused(free) == []
    assert refused(replace(free, mandatory=True)) == [
        ("T-03", "too_short"),
        ("C-03", "committee_too_small"),
        ("C-04", "too_few_experts"),
    ]


def named(*changes):
    return tuple(replace(each, **change) for each, change in zip(CUSTODIANS, changes, strict=True))


BY_AGENCY = {"name": AGENCY.name, "credit_code": AGENCY.credit_code}


@pytest.mark.parametrize(
    ("custodians", "reasons"),
    [
        (named(BY_AGENCY, {}, {}), []),
        (named({}, {}, BY_AGENCY), ["custodian_not_independent"]),
        (named({}, {}, {"credit_code": CENTRE.credit_code}), ["custodian_not_independent"] * 2),
        (named({}, {}, {"credit_code": ENTITY.credit_code}), ["custodian_not_independent"] * 2),
        (
            named({"credit_code": NOTARY.credit_code}, {}, {}),
            ["custodian_not_named_party", "custodian_not_independent", "custodian_not_independent"],
        ),
        (named({}, {"credit_code": "x"}, {}), ["custodian_not_named_party"]),
        (named({}, {}, {"recipient": "age1key1"}), ["custodian_key_twice"]),
        (named({}, {}, {"recipient": ""}), ["custodian_without_key"]),
        (named({}, {"signature": ""}, {}), ["custodian_without_key"]),
        (CUSTODIANS[::-1], ["custodian_roles"]),
    ],
)
def test_custodians_are_three_institutions(custodians, reasons):
    found = refused(replace(WORKS, custodians=custodians))
    assert found == [("S-04", reason) for reason in reasons]


def test_the_agency_is_no_third_institution_when_the_entity_holds_a_share():
    refusal = review(replace(WORKS, custodians=named({}, {}, BY_AGENCY))).refusals[0]
    assert refusal.facts["clash"] == "procuring_entity"
    assert refusal.facts["role"] == "third"


def test_larger_lots_name_five_with_threshold_three():
    more = (
        *CUSTODIANS,
        Custodian("fourth", "数字认证", "91110000000000000A", "age1key4", "MAA="),
        Custodian("fifth", "公共服务平台", "91110000000000000B", "age1key5", "MAA="),
    )
    assert refused(replace(WORKS, custodians=more, threshold=3)) == []
    assert refused(replace(WORKS, custodians=more, threshold=2)) == [("S-04", "custodian_number")]
    assert refused(replace(WORKS, custodians=more[:4], threshold=2)) == [("S-04", "custodian_number")]


def test_all_faults_are_told_at_once():
    bad = replace(
        WORKS,
        deadline=at("2026-03-20 09:00"),
        minimum_price=Decimal(1),
        deposit=Deposit(Decimal(900000), ("guarantee",)),
        method=method(price_full=Decimal(50)),
        mode="trust",
        threshold=3,
    )
    found = review(bad)
    assert not found
    assert [refusal.rule for refusal in found.refusals] == ["T-03", "C-15", "B-01", "F-04", "O-01", "S-04"]
    assert found.decision == found.refusals[0]


def test_items_are_checked_one_by_one():
    items = (
        Item("a", "甲", Decimal(40), "subjective"),
        Item("a", "乙", Decimal(0), "objective"),
        Item("b", "丙", Decimal(0), "poetic"),
    )
    assert [reason for _, reason in refused(replace(WORKS, method=method(items=items)))] == [
        "item_twice",
        "item_without_marks",
        "item_without_marks",
        "item_kind",
    ]


def test_advice_refuses_nothing():
    found = review(replace(GOODS, candidates=4))
    assert found
    assert found.notes == ("V-08: 4 candidates are stated, at most 3 are allowed.",)
    assert found.decision.notes == found.notes


def test_the_wrong_law_is_an_error_and_not_a_refusal():
    for act in (
        lambda: document.check(WORKS, edition("G"), calendar(), published_at=PUBLISHED),
        lambda: document.build_notice(WORKS, edition("G"), published_at=PUBLISHED),
    ):
        with pytest.raises(RegimeError, match="not of 'T'"):
            act()


def test_a_document_that_runs_into_an_unknown_year_waits_for_the_operator():
    late = replace(WORKS, documents_until=at("2026-12-28 17:00"), deadline=at("2027-01-20 09:00"))
    with pytest.raises(YearNotAnnouncedError, match="2027"):
        document.check(late, edition(), calendar(), published_at=at("2026-12-20 09:00"))


@settings(deadline=None)
@given(st.integers(0, 12000), st.integers(0, 12000))
def test_full_marks_are_one_hundred_to_the_hundredth(price, item):
    marks = method(
        price_full=Decimal(price) / 100, items=(Item("a", "甲", Decimal(item) / 100, "objective"),)
    )
    reasons = [reason for _, reason in refused(replace(WORKS, method=marks))]
    assert ("full_marks_do_not_add_up" in reasons) is (price + item != 10000)


@settings(deadline=None)
@given(st.integers(0, 15), st.integers(0, 15))
def test_a_committee_passes_exactly_when_the_law_says(size, experts):
    strata = (Stratum("a", "广元", experts),) if experts else ()
    passes = refused(replace(WORKS, committee=Committee(size, experts, strata))) == []
    assert passes is (size >= 5 and size % 2 == 1 and experts <= size and 3 * experts >= 2 * size)
