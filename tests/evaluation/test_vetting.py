"""A method that could not be computed, or breaks the law of its regime, never reaches a notice; all of it is told at once."""

import pytest

from evaluation.actions.vetting import RefusedMethodError
from evaluation.domain import vetting
from kernel import clock
from tender.actions import publishing
from tender.domain.rulebook import Rulebook
from tests import cast, factories
from tests.conftest import ROOT
from tests.evaluation.world import goods_terms

BOOK = Rulebook.parse(
    {path.name: path.read_text("utf-8") for path in (ROOT / "tender" / "rulebook").glob("*.toml")}
)


def edition(regime):
    from datetime import date

    return BOOK.freeze(regime, "", date(2026, 3, 2))


def vet(formula="mean_benchmark", regime="T", category="works", coefficients=None, members=5, **parameters):
    return vetting.vet(
        edition(regime),
        category=category,
        formula=formula,
        parameters=parameters,
        coefficients=coefficients or {},
        members=members,
    )


GOOD = {"E1": "2", "E2": "1", "K": "0.02", "drop_above": 5}


def test_a_good_method_passes():
    assert vet(**GOOD) == []
    assert vet(E1="2", E2="1", drop_above=5, coefficients={"K": ("0.01", "0.02")}) == []
    assert vet("lowest_price", "G", "goods", sme_deduction="0.10") == []


def test_every_wrong_parameter_is_named():
    found = vet(E1=2, E2="x", drop_above="five", surprise=1)
    assert {one.facts["parameter"] for one in found} == {"E1", "E2", "K", "drop_above", "surprise"}
    assert {(one.rule, one.reason) for one in found} == {("V-01", "parameter_wrong")}


def test_each_candidate_value_of_a_coefficient_is_tried():
    found = vet(E1="2", E2="1", drop_above=5, coefficients={"K": ("0.01", "1.5")})
    assert [one.facts["parameter"] for one in found] == ["K"]


def test_a_formula_of_the_other_law_is_refused():
    [found] = vet("lowest_price", "T")
    assert (found.rule, found.reason) == ("F-03", "formula_of_other_regime")


def test_not_all_members_can_be_left_out():
    assert [one.reason for one in vet(**GOOD, drop_members_high=3, drop_members_low=2)] == [
        "all_members_dropped"
    ]
    assert vet(**GOOD, drop_members_high=2, drop_members_low=2) == []


@pytest.mark.parametrize(
    ("regime", "formula", "category", "parameters", "allowed"),
    [
        ("G", "lowest_price", "goods", {"sme_deduction": "0.10"}, True),
        ("G", "lowest_price", "goods", {"sme_deduction": "0.09"}, False),
        ("G", "lowest_price", "goods", {"sme_deduction": "0.21"}, False),
        ("G", "lowest_price", "works", {"sme_deduction": "0.05"}, True),
        ("G", "lowest_price", "works", {"sme_deduction": "0.10"}, False),
        ("G", "lowest_price", "goods", {"sme_deduction": "0.10", "sme_deduction_share": "0.04"}, True),
        ("G", "lowest_price", "goods", {"sme_deduction": "0.10", "sme_deduction_share": "0.07"}, False),
        ("G", "lowest_price", "goods", {}, True),
        ("T", "mean_benchmark", "works", GOOD | {"sme_uplift": "0.04"}, True),
        ("T", "mean_benchmark", "works", GOOD | {"sme_uplift": "0.06"}, False),
    ],
)
def test_rates_for_small_firms_lie_in_the_bounds_of_the_law(regime, formula, category, parameters, allowed):
    found = vet(formula, regime, category, **parameters)
    assert [one.reason for one in found] == ([] if allowed else ["sme_rate_outside"])


def test_a_document_with_such_a_method_is_not_approved(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF)}
    method = goods_terms()["method"] | {"parameters": {"sme_deduction": "0.5", "surprise": "1"}}
    lot = factories.draft(actors, **goods_terms(method=method))
    publishing.submit(actors["clerk"].holder, lot, now=clock.now())
    with pytest.raises(RefusedMethodError) as found:
        publishing.approve(actors["reviewer"].holder, lot, now=clock.now())
    assert [one.facts["parameter"] for one in found.value.refusals] == ["surprise"]
