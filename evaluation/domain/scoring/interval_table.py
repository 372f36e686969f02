"""Marks by a table of intervals of the deviation (regime T): the document may bend the line where it likes."""

import itertools
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from evaluation.domain.scoring import benchmark, deviation_points, parameters
from evaluation.domain.scoring.values import PricedBid, PriceScores, ScoringError


class Interval(parameters.Strict):
    """Deviations over `over` up to and including `upto` percent (None = without end).

    They get `score` plus `step` for each percent of distance from `anchor`.
    """

    over: parameters.Number | None
    upto: parameters.Number | None
    anchor: parameters.Number
    score: parameters.Positive
    step: parameters.Number


class IntervalTable(benchmark.BenchmarkParameters):
    """Benchmark plus a table in marks out of `table_full` that covers every deviation exactly once."""

    intervals: Annotated[tuple[Interval, ...], BeforeValidator(parameters.listed)] = Field(
        min_length=1, description="Intervals of the deviation, from the lowest up"
    )
    table_full: parameters.AboveZero = Field(default=Decimal(100), description="Full marks of the table")

    @model_validator(mode="after")
    def _covers(self) -> Self:
        rows = self.intervals
        if rows[0].over is not None or rows[-1].upto is not None:
            raise parameters.wrong(
                "intervals", "intervals: the first must have no lower end and the last no upper end"
            )
        for lower, upper in itertools.pairwise(rows):
            if lower.upto is None or lower.upto != upper.over:
                raise parameters.wrong("intervals", "intervals: each must begin where the one before ends")
            if upper.upto is not None and upper.upto <= lower.upto:
                raise parameters.wrong("intervals", "intervals: the ends must rise")
        if any(row.score > self.table_full for row in rows):
            raise parameters.wrong("intervals", "intervals: a score is above table_full")
        return self


def points(percent: Fraction, stated: IntervalTable) -> Fraction:
    """Return the marks of a deviation in percent, between 0 and `table_full`."""
    for row in stated.intervals:
        if row.upto is None or percent <= Fraction(row.upto):
            marks = Fraction(row.score) + Fraction(row.step) * abs(percent - Fraction(row.anchor))
            return min(max(marks, Fraction(0)), Fraction(stated.table_full))
    raise ScoringError(f"no interval holds a deviation of {percent} %")


def score(formula: str, bids: Sequence[PricedBid], stated: IntervalTable, full: Decimal) -> PriceScores:
    """Return the table's marks, scaled from `table_full` to the full marks of the price (RULES 6.4)."""

    def scaled(percent: Fraction, marks: Fraction) -> Fraction:
        return points(percent, stated) * marks / Fraction(stated.table_full)

    return deviation_points.score(formula, bids, stated, full, scaled)
