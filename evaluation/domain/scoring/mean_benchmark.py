"""Mean benchmark (平均值法) of regime T: marks fall with the distance from the reduced mean (RULES 6.3, 6.4)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Self

from pydantic import Field, model_validator

from evaluation.domain.scoring import benchmark, deviation_points, parameters
from evaluation.domain.scoring.values import PricedBid, PriceScores


class MeanBenchmark(benchmark.BenchmarkParameters):
    """Benchmark plus the marks lost for each percent above (E1) and below (E2) it."""

    E1: parameters.Positive = Field(description="Marks lost for each percent above the benchmark")
    E2: parameters.Positive = Field(description="Marks lost for each percent below the benchmark")


class CompositeBenchmark(MeanBenchmark):
    """The same around a blend of control price and mean; the control price must be stated."""

    @model_validator(mode="after")
    def _has_control(self) -> Self:
        if self.control_price is None:
            raise parameters.wrong(
                "control_price", "a composite benchmark states control_price and control_weight"
            )
        return self


def score(formula: str, bids: Sequence[PricedBid], stated: MeanBenchmark, full: Decimal) -> PriceScores:
    """Return F - d x E1 above and F + d x E2 below the benchmark, d in percent, not below the floor.

    Vectors P-4 to P-7. Raises ScoringError when no benchmark above zero exists.
    """

    def points(percent: Fraction, marks: Fraction) -> Fraction:
        lost = percent * Fraction(stated.E1) if percent > 0 else -percent * Fraction(stated.E2)
        return marks - lost

    return deviation_points.score(formula, bids, stated, full, points)
