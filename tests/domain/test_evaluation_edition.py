"""The law's numbers reach evaluation, and its codes are the ones that evaluation knows."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from evaluation.domain import committee, edition, lifecycle
from evaluation.domain.checks import Fault
from evaluation.domain.committee import Change
from evaluation.domain.scoring import formulas
from evaluation.domain.scoring.formulas import RanksBy
from evaluation.domain.scoring.ranking import Tie
from tender.domain.rulebook import Rulebook

FILES = (Path(__file__).parents[2] / "tender" / "rulebook").glob("*.toml")
BOOK = Rulebook.parse({path.name: path.read_text("utf-8") for path in FILES})
T, G = (BOOK.freeze(regime, "", date(2026, 3, 2)) for regime in ("T", "G"))
BOTH = pytest.mark.parametrize("law", [T, G], ids=["T", "G"])


def test_the_committee_of_each_law():
    t = edition.committee_rules(T, remote=True)
    assert (t.minimum, t.expert_share, t.time_share) == (5, Fraction(2, 3), Fraction(1, 3))
    assert t.representative_leads
    assert (t.larger_minimum, t.sites, t.away_share) == (None, 2, Fraction(1, 3))
    g = edition.committee_rules(G, remote=False)
    assert (g.minimum, g.larger_minimum, g.larger_from) == (5, 7, Decimal("10000000.00"))
    assert not g.representative_leads
    assert (g.time_share, g.sites, g.away_share) == (None, 1, 0)
    assert not committee.must_extend(5, 5, g)


@BOTH
def test_limits_and_counts(law):
    limits = edition.avoidance_limits(law, sessions=4, window_days=30, cooling_days=None)
    assert (limits.employer_years, limits.sessions, limits.cooling_days) == (3, 4, None)
    assert (edition.bidders_minimum(law), edition.candidates_maximum(law)) == (3, 3)
    assert edition.outlier(law).share == Fraction(3, 10)


def test_each_law_has_its_own_grounds_of_rejection():
    assert sorted(edition.rejection_grounds(T)) == ["V-03", "V-04"]
    assert sorted(edition.rejection_grounds(G)) == ["V-05"]
    assert "collusion_or_fraud" in edition.rejection_grounds(T)["V-03"]


def test_only_g_has_lines_for_low_prices():
    shares = edition.low_price_shares(G)
    assert (shares.of_mean, shares.of_limit) == (Fraction(1, 2), Fraction(9, 20))
    assert edition.low_price_shares(T) is None


@BOTH
def test_the_formulas_of_the_law_are_those_of_the_registry(law):
    own = {formula.id for formula in formulas.FORMULAS.values() if formula.regime is law.regime}
    assert set(law.rule("formulas").codes()) == own
    unmarked = {id_ for id_ in own if formulas.FORMULAS[id_].ranks_by is RanksBy.EVALUATED}
    assert set(law.rule("formulas").codes("without_marks")) == unmarked
    assert law.rule("formulas").id == "F-03"


@BOTH
def test_codes_of_the_law_are_known(law):
    assert set(law.rule("only_document_criteria").codes()) == {tie.value for tie in Tie}
    assert set(law.rule("checks_before_signing").codes()) == {fault.value for fault in Fault}
    assert set(law.rule("member_replacement").codes()) <= {change.value for change in Change}


@BOTH
@pytest.mark.parametrize("table", lifecycle.ALL, ids=lambda table: table.name)
def test_every_due_step_is_timed_by_a_rule(law, table):
    assert all(law.has(step.due) for step in table.steps if step.due)


@BOTH
def test_default_precision_is_that_of_practice(law):
    stated = {"K": "0.02", "E1": "2", "E2": "1", "drop_above": 5}
    parameters = formulas.FORMULAS["mean_benchmark"].read(stated, {})
    rule = law.rule("precision")
    assert parameters.benchmark_places == rule.count("benchmark")
    assert parameters.deviation_places == rule.count("deviation")
    assert parameters.score_places == rule.count("score")
    assert parameters.member_places == rule.count("members_mean")
