"""Quantiles and the fences that stand one and a half interquartile ranges outside the quartiles."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

LOW, HIGH = 0.25, 0.75
_PLACES = 10_000.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the quantile of sorted values at a share of 0 to 1, by R-8 of Hyndman and Fan 1996; NaN of no values.

    R-8 puts it at the rank h = (n + 1/3) · share + 1/3, straight between the two values around it, at the
    lowest or highest value where h leaves the ranks 1 … n. The order of operations is part of the meaning:
    results are compared with fences for equality.
    """
    if not ordered:
        return math.nan
    rank = (len(ordered) + 1 / 3) * share + 1 / 3
    below = int(rank)
    if below <= 0 or share <= 0:
        return ordered[0]
    if below >= len(ordered) or share >= 1:
        return ordered[-1]
    lower, upper = ordered[below - 1], ordered[below]
    return lower + (rank - below) * (upper - lower)


def quartiles(values: Iterable[float]) -> tuple[float, float]:
    """Return Q1 and Q3 of values in any order."""
    ordered = sorted(values)
    return quantile(ordered, LOW), quantile(ordered, HIGH)


def low_fence(q1: float, q3: float) -> float:
    """Return Q1 - 1.5 · (Q3 - Q1)."""
    return _fused(q3 - q1, -1.5, q1)


def high_fence(q1: float, q3: float) -> float:
    """Return Q3 + 1.5 · (Q3 - Q1)."""
    return _fused(q3 - q1, 1.5, q3)


def rounded(value: float) -> float | None:
    """Return a value to four places, halves away from zero; None for what is no finite number."""
    scaled = value * _PLACES
    if not math.isfinite(scaled):
        return None
    whole = math.trunc(scaled)
    if abs(scaled - whole) >= 0.5:
        whole += 1 if scaled > 0 else -1
    return whole / _PLACES


def _fused(factor: float, times: float, plus: float) -> float:
    """Return factor · times + plus with one rounding, so that a value exactly at a fence stands at it."""
    if not (math.isfinite(factor) and math.isfinite(plus)):
        return factor * times + plus
    try:
        return float(Fraction(factor) * Fraction(times) + Fraction(plus))
    except OverflowError:
        return factor * times + plus
