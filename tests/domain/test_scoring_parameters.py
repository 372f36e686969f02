"""Parameters of a method: wrong ones are all named, and no formula crosses its regime."""

import pytest

from evaluation.domain.scoring import formulas
from evaluation.domain.scoring.parameters import ParameterError
from kernel.domain.refusals import RefusedError

SLOPE = {"E1": "2", "E2": "1", "drop_above": 5}
WHOLE = {"over": None, "upto": None, "anchor": "0", "score": "100", "step": "-1"}


def problems(formula, stated, candidates=None):
    found = formulas.FORMULAS[formula].check(stated, candidates or {})
    return {(problem.parameter, problem.code) for problem in found}


@pytest.mark.parametrize("formula", sorted(formulas.FORMULAS))
def test_a_formula_serves_one_regime(formula):
    own = formulas.FORMULAS[formula].regime
    other = {"T": "G", "G": "T"}[own]
    assert formulas.get(formula, own).id == formula
    with pytest.raises(RefusedError) as caught:
        formulas.get(formula, other)
    refusal = caught.value.refusal
    assert (refusal.rule, refusal.reason) == ("F-03", "formula_of_other_regime")
    assert refusal.facts == {"formula": formula, "formula_regime": own, "lot_regime": other}


def test_an_unknown_formula_lists_the_known_ones():
    refused = formulas.admit("cheapest", "T")
    assert refused.reason == "unknown_formula"
    assert "mean_benchmark" in refused.facts["known"]


@pytest.mark.parametrize(
    ("formula", "stated"),
    [
        ("mean_benchmark", {**SLOPE, "K": "0.02"}),
        ("mean_benchmark", {**SLOPE, "K": "0", "drop_above": None}),
        ("composite_benchmark", {**SLOPE, "K": "0", "control_price": "1.00", "control_weight": "0.4"}),
        ("interval_table", {"K": "0", "drop_above": None, "intervals": [WHOLE]}),
        ("lowest_price", {}),
        ("evaluated_price", {}),
        ("lowest_evaluated_price", {"sme_deduction": "0.2"}),
    ],
)
def test_good_parameters_have_no_problem(formula, stated):
    assert problems(formula, stated) == set()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"K": "1"}, ("K", "less_than")),
        ({"K": "-0.01"}, ("K", "greater_than_equal")),
        ({"K": 0.02}, ("K", "decimal_text")),
        ({"K": "2%"}, ("K", "decimal_text")),
        ({"K": "1e-2"}, ("K", "decimal_text")),
        ({"K": "NaN"}, ("K", "decimal_text")),
        ({"E1": "-1"}, ("E1", "greater_than_equal")),
        ({"drop_above": "5"}, ("drop_above", "int_type")),
        ({"drop_above": 1}, ("parameters", "drop")),
        ({"drop_above": -1}, ("drop_above", "greater_than_equal")),
        ({"basis": "all"}, ("basis", "choice")),
        ({"provisional_sum": "1.001"}, ("provisional_sum", "amount_text")),
        ({"provisional_sum": "-1.00"}, ("provisional_sum", "amount_text")),
        ({"score_places": 11}, ("score_places", "less_than_equal")),
        ({"benchmark_places": 3}, ("benchmark_places", "less_than_equal")),
        ({"sme_uplift_capped": "yes"}, ("sme_uplift_capped", "bool_type")),
        ({"control_price": "5.00"}, ("parameters", "control_price")),
        ({"control_weight": "0.4"}, ("parameters", "control_price")),
        ({"k": "0.02"}, ("k", "extra_forbidden")),
    ],
)
def test_a_wrong_parameter_is_named(change, found):
    assert found in problems("mean_benchmark", {**SLOPE, "K": "0.02"} | change)


def test_all_wrong_parameters_are_named_at_once_in_words():
    with pytest.raises(ParameterError) as caught:
        formulas.FORMULAS["mean_benchmark"].read({"K": "2", "E1": 2, "surplus": "1"}, {})
    assert {p.parameter for p in caught.value.problems} == {"K", "E1", "E2", "drop_above", "surplus"}
    assert "write a decimal number as text" in str(caught.value)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{**WHOLE, "over": "0"}],
        [{**WHOLE, "upto": "0"}],
        [{**WHOLE, "upto": "0"}, {**WHOLE, "over": "1"}],
        [{**WHOLE, "upto": "0"}, {**WHOLE, "over": "0", "upto": "-1"}, {**WHOLE, "over": "-1"}],
        [WHOLE, WHOLE],
        [{**WHOLE, "anchor": 0}],
        [{**WHOLE, "score": "101"}],
        [{**WHOLE, "surplus": "1"}],
        "none",
    ],
)
def test_a_table_with_a_gap_or_an_overlap_is_refused(rows):
    assert problems("interval_table", {"K": "0", "drop_above": None, "intervals": rows})


def test_a_table_of_no_marks_is_refused():
    stated = {"K": "0", "drop_above": None, "intervals": [{**WHOLE, "score": "0"}], "table_full": "0"}
    assert problems("interval_table", stated) == {("table_full", "greater_than")}


@pytest.mark.parametrize("change", [{"per": "0"}, {"unit": "pounds"}, {"term": ""}, {"above": 5000}])
def test_a_wrong_factor_is_named_with_its_place(change):
    factor = {
        "term": "days",
        "standard": "1",
        "per": "1",
        "unit": "yuan",
        "above": "1",
        "below": "0",
    } | change
    found = problems("evaluated_price", {"factors": [factor]})
    assert {path for path, _ in found} == {f"factors.0.{next(iter(change))}"}


def test_a_drawn_coefficient_takes_the_place_of_a_parameter():
    formula = formulas.FORMULAS["mean_benchmark"]
    assert str(formula.read(SLOPE, {"K": "0.03"}).K) == "0.03"
    assert problems("mean_benchmark", SLOPE, {"K": ["0.01", "0.02"]}) == set()


@pytest.mark.parametrize(
    ("stated", "candidates", "found"),
    [
        (SLOPE, {}, ("K", "missing")),
        (SLOPE, {"K": []}, ("K", "no_values")),
        (SLOPE, {"K": ["0.01", "1.5"]}, ("K", "less_than")),
        ({**SLOPE, "K": "0.02"}, {"K": ["0.01"]}, ("K", "stated_and_drawn")),
        ({**SLOPE, "K": "0.02"}, {"floor": ["1"]}, ("floor", "not_drawable")),
    ],
)
def test_every_value_that_may_be_drawn_is_tried(stated, candidates, found):
    assert found in problems("mean_benchmark", stated, candidates)


def test_a_wrong_second_value_is_found_beside_a_good_first():
    assert problems("mean_benchmark", SLOPE, {"K": ["0.01", "0.02", "x"]}) == {("K", "decimal_text")}


def test_parameters_cannot_be_changed_after_they_were_checked():
    stated = formulas.FORMULAS["mean_benchmark"].read({**SLOPE, "K": "0.02"}, {})
    with pytest.raises(ValueError, match="frozen"):
        stated.K = 0
