"""The table of price formulas: an id, the one regime in which it is lawful, its parameters, how it ranks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from evaluation.domain.scoring import (
    evaluated_price,
    interval_table,
    lowest_price,
    mean_benchmark,
    parameters,
)
from evaluation.domain.scoring.parameters import ParameterError, Problem
from evaluation.domain.scoring.values import PricedBid, PriceScores, ScoringError
from kernel.domain.refusals import ALLOWED, Decision, Refused, require
from tender.domain.rules import Regime

P = TypeVar("P", bound=parameters.Method)


class RanksBy(StrEnum):
    """What decides the order: the highest total, or the lowest evaluated price."""

    TOTAL = "total"
    EVALUATED = "evaluated"


@dataclass(frozen=True, slots=True)
class Formula(Generic[P]):
    """A price formula; `drawable` are the parameters that a lot may draw at the opening instead of stating."""

    id: str
    regime: Regime
    title: str
    model: type[P]
    compute: Callable[[str, Sequence[PricedBid], P, Decimal], PriceScores]
    ranks_by: RanksBy = RanksBy.TOTAL
    drawable: frozenset[str] = frozenset()

    def read(self, stated: Mapping[str, Any], coefficients: Mapping[str, str]) -> P:
        """Return the checked parameters, drawn coefficients put in; raises ParameterError naming all problems."""
        problems = [
            Problem(
                name, "not_drawable", f"{self.id} draws only {', '.join(sorted(self.drawable)) or 'nothing'}"
            )
            for name in sorted(set(coefficients) - self.drawable)
        ]
        problems += [
            Problem(name, "stated_and_drawn", "is both stated and drawn; leave it out of the parameters")
            for name in sorted(set(coefficients) & set(stated))
        ]
        if problems:
            raise ParameterError(self.id, problems)
        return parameters.read(self.id, self.model, {**stated, **coefficients})

    def check(self, stated: Mapping[str, Any], candidates: Mapping[str, Sequence[str]]) -> list[Problem]:
        """Return what is wrong with a document's parameters, each candidate value of a coefficient tried.

        `candidates` coefficient name -> the values among which the opening will draw.
        """
        empty = [name for name, values in candidates.items() if not values]
        if empty:
            return [Problem(name, "no_values", "state at least one value to draw") for name in sorted(empty)]
        first = {name: values[0] for name, values in candidates.items()}
        trials = [first, *(first | {name: value} for name, vs in candidates.items() for value in vs[1:])]
        found: dict[Problem, None] = {}
        for trial in trials:
            try:
                self.read(stated, trial)
            except ParameterError as error:
                found |= dict.fromkeys(error.problems)
        return list(found)

    def score(
        self,
        bids: Sequence[PricedBid],
        stated: Mapping[str, Any],
        coefficients: Mapping[str, str],
        *,
        full: Decimal | None,
    ) -> PriceScores:
        """Score the bids of a lot; `full` are the full marks of the price, None where evaluated prices rank.

        The result does not depend on the order of the bids. Raises ParameterError or ScoringError.
        """
        if (full is None) != (self.ranks_by is RanksBy.EVALUATED):
            need = "no full marks" if full is not None else "full marks for the price"
            raise ScoringError(f"{self.id} needs {need}")
        if full is not None and full <= 0:
            raise ScoringError("full marks of the price must be above zero")
        if len({bid.bid for bid in bids}) != len(bids):
            raise ScoringError("a bid stands twice in the list")
        found = self.compute(self.id, bids, self.read(stated, coefficients), full or Decimal(0))
        return replace(found, coefficients=dict(coefficients))


_MEAN = frozenset({"K", "E1", "E2"})
FORMULAS: Mapping[str, Formula[Any]] = {
    formula.id: formula
    for formula in (
        Formula(
            id="mean_benchmark",
            regime=Regime.T,
            title="Mean benchmark",
            model=mean_benchmark.MeanBenchmark,
            compute=mean_benchmark.score,
            drawable=_MEAN,
        ),
        Formula(
            id="composite_benchmark",
            regime=Regime.T,
            title="Benchmark of control price and mean",
            model=mean_benchmark.CompositeBenchmark,
            compute=mean_benchmark.score,
            drawable=_MEAN | {"control_weight"},
        ),
        Formula(
            id="interval_table",
            regime=Regime.T,
            title="Table of intervals around a benchmark",
            model=interval_table.IntervalTable,
            compute=interval_table.score,
            drawable=frozenset({"K"}),
        ),
        Formula(
            id="evaluated_price",
            regime=Regime.T,
            title="Lowest evaluated price with quantified factors",
            model=evaluated_price.EvaluatedPrice,
            compute=evaluated_price.by_factors,
            ranks_by=RanksBy.EVALUATED,
        ),
        Formula(
            id="lowest_price",
            regime=Regime.G,
            title="Lowest price gets full marks",
            model=lowest_price.LowestPrice,
            compute=lowest_price.score,
        ),
        Formula(
            id="lowest_evaluated_price",
            regime=Regime.G,
            title="Lowest evaluated price",
            model=lowest_price.Deduction,
            compute=evaluated_price.by_deduction,
            ranks_by=RanksBy.EVALUATED,
        ),
    )
}


def admit(formula: str, regime: str) -> Decision:
    """Judge the use of a formula in a regime: each belongs to one law and is refused under the other (F-03)."""
    found = FORMULAS.get(formula)
    if found is None:
        return Refused("F-03", "unknown_formula", {"formula": formula, "known": ", ".join(sorted(FORMULAS))})
    if found.regime != regime:
        facts = {"formula": formula, "formula_regime": found.regime.value, "lot_regime": regime}
        return Refused("F-03", "formula_of_other_regime", facts)
    return ALLOWED


def get(formula: str, regime: str) -> Formula[Any]:
    """Return a formula for a lot of a regime; raises RefusedError when it is unknown or of the other law."""
    require(admit(formula, regime))
    return FORMULAS[formula]
