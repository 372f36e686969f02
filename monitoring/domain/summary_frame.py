"""The summary screens of many tenders at once: tenders of equal n share one table of subsets."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from monitoring.domain import frame
from monitoring.domain.frame import Floats, Integers, Segments
from monitoring.domain.summaries import SIZES, STATISTICS, SUMMARIES, subsets

BLOCK = 2**15
"""Subsets worked on together: their arrays stay in a processor's cache."""


def summaries(tender: Integers, amount: Floats, count: int) -> dict[str, Floats]:
    """Return the summary screens as arrays of length `count`, NaN where missing.

    Arguments, rules and agreement with `monitoring.domain.summaries.summaries` as for `frame.screens`. Memory
    about 100 bytes a row and 600 a tender. Raises ValueError as `frame.screens` does.
    """
    frame.check(tender, amount, count)
    table: dict[str, Floats] = {name: np.full(count, np.nan) for name in SUMMARIES}
    n = np.bincount(tender, minlength=count).astype(np.int64)
    used = np.flatnonzero(n >= min(SIZES))
    if not len(used):
        return table
    starts = np.cumsum(n) - n
    units = frame.units(frame.in_order(tender, amount), Segments(n[n > 0]))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        for bidders in np.unique(n[used]).tolist():
            names = used[n[used] == bidders]
            for size in SIZES:
                _fill(table, names, units, starts[names], bidders, size)
    return table


def _fill(
    table: dict[str, Floats], names: Integers, units: Floats, starts: Integers, n: int, size: int
) -> None:
    """Write the summaries of tenders of equal n over subsets of one size."""
    places = np.array(subsets(n, size), dtype=np.int64).reshape(-1, size)
    if not len(places):
        return
    step = max(1, BLOCK // len(places))
    for first in range(0, len(names), step):
        some = slice(first, first + step)
        bids = units[starts[some, None] + np.arange(n)]
        columns = [np.take(bids, places[:, at], axis=1) for at in range(size)]
        low, gaps = columns[0], [above - below for below, above in pairwise(columns)]
        missing = (low <= 0) | (columns[-1] <= low)
        told = missing if missing.any() else None
        for name, values in _OF_SIZE[size](low, *gaps):
            if told is not None:
                values[told] = np.nan
            for statistic, summary in zip(STATISTICS, _summed_up(values), strict=True):
                table[f"{name}_{size}_{statistic}"][names[some]] = summary


def _three(low: Floats, first: Floats, second: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield the screens of three bids from the lowest and the gaps; of so few each formula is one of gaps."""
    reach = first + second
    square = first * first + first * second + second * second
    sd, middle = np.sqrt(square / 3), first / reach
    yield "CV", sd / (low + (reach + first) / 3)
    yield "SPD", reach / low
    yield "DIFFP", first / low
    ratio = first / second
    yield "RD", math.sqrt(2) * ratio
    yield "RDALT", ratio
    yield "RDNOR", 2 * middle
    yield (
        "SKEW",
        (math.sqrt(3) / 2)
        * (first + reach)
        * (second - first)
        * (second + reach)
        / (square * np.sqrt(square)),
    )
    yield "KSTEST", np.maximum(np.maximum(2 / 3 - middle, middle - 1 / 3), 1 / 3)
    yield "D", _rank_distance((low, low + first, low + reach), sd)


def _four(low: Floats, first: Floats, second: Floats, third: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield the screens of four bids from the lowest and the gaps."""
    reach, losing = first + second + third, second + third
    a, b = first - third, 2 * second
    central = (-(3 * first + b + third), a - b, a + b, first + b + 3 * third)
    squares = [each * each for each in central]
    square = squares[0] + squares[1] + squares[2] + squares[3]
    sd = np.sqrt(square / 48)
    yield "CV", sd / (low - central[0] / 4)
    yield "SPD", reach / low
    yield "DIFFP", first / low
    yield "RD", math.sqrt(3) * first / np.sqrt(second * losing + third * third)
    yield "RDALT", 2 * first / losing
    inner, outer = first / reach, (first + second) / reach
    yield "RDNOR", 3 * inner
    cube = sum(each * squared for each, squared in zip(central, squares, strict=True))
    yield "SKEW", 2 * math.sqrt(3) * cube / (square * np.sqrt(square))
    yield "KURT", 1.5 * (20 * sum(each * each for each in squares) / (square * square) - 9)
    low_side = np.maximum(1 / 2 - inner, 3 / 4 - outer)
    high_side = np.maximum(inner - 1 / 4, outer - 1 / 2)
    yield "KSTEST", np.maximum(np.maximum(low_side, high_side), 1 / 4)
    yield "D", _rank_distance((low, low + first, low + first + second, low + reach), sd)


def _rank_distance(bids: tuple[Floats, ...], sd: Floats) -> Floats:
    furthest: Floats = np.zeros_like(sd)
    for rank, bid in enumerate(bids, 1):
        np.maximum(furthest, np.abs(bid / sd - rank / (len(bids) + 1)), out=furthest)
    return furthest


def _summed_up(values: Floats) -> tuple[Floats, ...]:
    """Return least, greatest, mean and median of each row, NaN passed over; the values are sorted in place."""
    values.sort(axis=1)
    size = values.shape[1]
    if np.isfinite(values[:, 0]).all() and np.isfinite(values[:, -1]).all():
        middle = (values[:, (size - 1) // 2] + values[:, size // 2]) / 2
        return values[:, 0], values[:, -1], frame.finite(values.sum(axis=1) / size), frame.finite(middle)
    values[~np.isfinite(values)] = np.nan
    values.sort(axis=1)  # NaN goes last
    known = np.isfinite(values)
    valid, rows = known.sum(axis=1), np.arange(len(values))
    middle = (values[rows, (valid - 1) // 2] + values[rows, valid // 2]) / 2
    mean = np.where(known, values, 0).sum(axis=1) / valid
    return values[:, 0], values[rows, valid - 1], frame.finite(mean), frame.finite(middle)


_OF_SIZE: dict[int, Callable[..., Iterator[tuple[str, Floats]]]] = {3: _three, 4: _four}
