"""The four checks before signing: each fault is found where it is, and nobody signs over one."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from evaluation.domain import checks
from evaluation.domain.checks import Explanation, Fault, Measure, Outlier
from evaluation.domain.scoring.members import Item, Nature, Sheet
from evaluation.domain.scoring.values import ScoringError

ITEMS = (
    Item("design", "Design", Decimal(20), Nature.SUBJECTIVE),
    Item("record", "Record", Decimal(10), Nature.OBJECTIVE),
)
RULE = Outlier(Fraction(3, 10), Measure.MEAN)


def sheet(member, design="15", record="8", total=None, bid="b1"):
    scores = {(bid, "design"): Decimal(design), (bid, "record"): Decimal(record)}
    stated = Decimal(total) if total is not None else sum(scores.values(), Decimal(0))
    return Sheet(member, "home", scores, {bid: stated})


def committee(*changed):
    found = {f"M{n}": sheet(f"M{n}") for n in range(5)}
    return list((found | {s.member: s for s in changed}).values())


def faults(*changed, rule=RULE):
    return [(f.fault, f.item, f.member) for f in checks.findings(committee(*changed), ITEMS, ["b1"], rule)]


def test_agreeing_sheets_have_no_fault_and_may_be_signed():
    assert faults() == []
    assert checks.may_sign([], [])


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (sheet("M2", total="22.99"), (Fault.SUM, None, "M2")),
        (Sheet("M2", "home", sheet("M2").scores), (Fault.SUM, None, "M2")),
        (sheet("M2", design="20.01"), (Fault.RANGE, "design", "M2")),
        (sheet("M2", design="-0.01"), (Fault.RANGE, "design", "M2")),
        (sheet("M2", record="7.9"), (Fault.OBJECTIVE, "record", None)),
        (sheet("M2", design="19.51"), (Fault.HIGH, None, "M2")),
        (sheet("M2", design="10.49"), (Fault.LOW, None, "M2")),
    ],
)
def test_each_fault_is_found_at_its_place(changed, fault):
    assert fault in faults(changed)


@pytest.mark.parametrize("design", ["19.5", "10.5", "0"])
def test_equality_and_full_range_are_no_fault(design):
    found = faults(sheet("M2", design=design))
    assert all(fault in {Fault.HIGH, Fault.LOW} for fault, _, _ in found)
    assert bool(found) == (design == "0")


def test_the_objective_item_does_not_make_an_outlier():
    assert faults(sheet("M2", record="0")) == [(Fault.OBJECTIVE, "record", None)]


def test_a_deviation_may_be_measured_on_full_marks():
    wide = Outlier(Fraction(3, 10), Measure.FULL)
    assert faults(sheet("M2", design="9"), rule=wide) == []
    assert faults(sheet("M2", design="8.99"), rule=wide) == [(Fault.LOW, None, "M2")]


def test_a_finding_shows_its_numbers():
    found = checks.findings(committee(sheet("M2", design="20")), ITEMS, ["b1"], RULE)
    assert found[0].facts == {"given": "20", "others": "15", "allowed": "4.5", "share": "0.3", "of": "mean"}


def test_an_unfinished_sheet_is_no_fault_but_an_error():
    half = Sheet("M2", "home", {("b1", "design"): Decimal(1)})
    with pytest.raises(ScoringError, match="M2 has not scored item record of bid b1"):
        checks.findings(committee(half), ITEMS, ["b1"], RULE)


@pytest.mark.parametrize(
    "changed", [sheet("M2", total="1"), sheet("M2", design="21"), sheet("M2", record="7")]
)
def test_what_must_be_mended_cannot_be_explained_away(changed):
    found = checks.findings(committee(changed), ITEMS, ["b1"], RULE)
    answers = [Explanation(f.id, "I am sure", "M1") for f in found]
    refused = checks.may_sign(found, answers)
    assert (refused.rule, refused.reason) == ("V-11", found[0].fault.value)
    assert refused.facts["bid"] == "b1"


def test_an_outlier_needs_an_explanation_that_another_member_confirms():
    found = checks.findings(committee(sheet("M2", design="20")), ITEMS, ["b1"], RULE)
    finding = found[0].id
    for answers, reason in (
        ([], "abnormally_high_not_explained"),
        ([Explanation(finding, " ", "M1")], "abnormally_high_not_explained"),
        ([Explanation(finding, "best design by far", "")], "abnormally_high_not_confirmed"),
        ([Explanation(finding, "best design by far", "M2")], "abnormally_high_not_confirmed"),
    ):
        assert checks.may_sign(found, answers).reason == reason
    assert checks.may_sign(found, [Explanation(finding, "best design by far", "M1")])


def test_an_explanation_dies_with_the_numbers_that_it_explains():
    before = checks.findings(committee(sheet("M2", design="20")), ITEMS, ["b1"], RULE)
    after = checks.findings(committee(sheet("M2", design="19.9")), ITEMS, ["b1"], RULE)
    answer = Explanation(before[0].id, "best design by far", "M1")
    assert checks.may_sign(before, [answer])
    assert checks.may_sign(after, [answer]).reason == "abnormally_high_not_explained"


def test_a_rule_without_a_distance_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        Outlier(Fraction(0), Measure.MEAN)


scores = st.decimals(0, 20, places=1)


@given(st.lists(scores, min_size=1, max_size=7), st.randoms())
def test_findings_depend_on_no_order_and_hit_only_distant_members(given_scores, rng):
    sheets = [sheet(f"M{n}", design=str(score)) for n, score in enumerate(given_scores)]
    shuffled = list(sheets)
    rng.shuffle(shuffled)
    found = checks.findings(sheets, ITEMS, ["b1"], RULE)
    assert checks.findings(shuffled, ITEMS, ["b1"], RULE) == found
    flagged = {f.member for f in found}
    for n, score in enumerate(given_scores):
        rest = [Fraction(other) for m, other in enumerate(given_scores) if m != n]
        far = bool(rest) and abs(Fraction(score) - sum(rest) / len(rest)) > Fraction(3, 10) * sum(rest) / len(
            rest
        )
        assert (f"M{n}" in flagged) == far


@given(st.lists(scores, min_size=2, max_size=7), st.fractions(Fraction(1, 100), 2), st.fractions(0, 1))
def test_a_wider_rule_flags_no_more(given_scores, share, extra):
    sheets = [sheet(f"M{n}", design=str(score)) for n, score in enumerate(given_scores)]
    narrow = checks.findings(sheets, ITEMS, ["b1"], Outlier(share, Measure.MEAN))
    wide = checks.findings(sheets, ITEMS, ["b1"], Outlier(share + extra, Measure.MEAN))
    assert {f.member for f in wide} <= {f.member for f in narrow}
