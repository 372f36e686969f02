"""The ten screens of many tenders at once: sorted segments of one long array instead of a loop over tenders."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.domain.screens import BASES, DIGITS, MAX_PLACES, MINIMUM, NAMES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

PARTS = ("b1", "m", "bn")
BLOCK = 2**17
"""Rows worked on together: their arrays stay in a processor's cache, so that time grows with the rows alone."""
_PLACES = (2, 0, 1, *range(3, MAX_PLACES + 1))
"""Numbers of decimal places, tried in turn: money first."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Rows of one array in runs, one run a tender; `n` rows in each, none empty."""

    n: Integers

    @property
    def starts(self) -> Integers:
        """Index of each run's first row."""
        return np.cumsum(self.n) - self.n

    def rows(self, values: NDArray) -> NDArray:
        """Repeat one value a run for each of its rows."""
        return np.repeat(values, self.n)

    def sum(self, values: Floats) -> Floats:
        """Add up each run; pairwise inside the run, so that neighbours never change a sum."""
        total: Floats = np.add.reduceat(values, self.starts)
        return total

    def keep(self, flags: Flags) -> "Segments":
        """Return the runs for which the flag is true."""
        return Segments(self.n[flags])


def screens(tender: Integers, amount: Floats, count: int) -> dict[str, NDArray]:
    """Return arrays of length `count`: `n`, `b1`, `m`, `bn` in the unit of the amounts, and the ten screens.

    `tender[i]` in 0..count-1 is the tender of the bid `amount[i]`; rows in any order, tenders may be empty. NaN is
    a missing value, under the same rules as `monitoring.domain.screens.screens`, with which it agrees to 1e-12
    (relative; absolute where |SKEW| or |KURT| < 1). Memory about 100 bytes a row.
    Raises ValueError for amounts that are negative or not finite and for tenders outside the range.
    """
    check(tender, amount, count)
    n = np.bincount(tender, minlength=count).astype(np.int64)
    amount = in_order(tender, amount)
    table: dict[str, NDArray] = {"n": n, **{name: np.full(count, np.nan) for name in (*PARTS, *NAMES)}}
    ends = np.cumsum(n)
    cuts = np.searchsorted(ends, np.arange(BLOCK, len(amount), BLOCK))
    for names in np.split(np.arange(count), np.unique(cuts)):
        if len(names):
            _fill(table, names, amount[ends[names[0]] - n[names[0]] : ends[names[-1]]])
    return table


def ratios(table: dict[str, NDArray], *, estimate: Floats, ceiling: Floats) -> dict[str, Floats]:
    """Return lowest, mean and highest bid over estimate and ceiling for a table of `screens`; NaN is missing."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return {
            f"{part}/{base}": finite(table[part] / np.where(values > 0, values, np.nan))
            for base, values in zip(BASES, (estimate, ceiling), strict=True)
            for part in PARTS
        }


def _fill(table: dict[str, NDArray], names: Integers, amount: Floats) -> None:
    """Compute one block of tenders, whose sorted bids are `amount`, into the table."""
    used = names[table["n"][names] > 0]
    if not len(used):
        return
    runs = Segments(table["n"][used])
    low, high = amount[runs.starts], amount[runs.starts + runs.n - 1]
    positive = low > 0
    for part, values in zip(PARTS, (low, low, high), strict=True):
        table[part][used[positive]] = values[positive]
    live = positive & (high > low)
    if live.any():
        inner = runs.keep(live)
        found = _live_screens(units(amount[runs.rows(live)], inner), inner)
        for name, values in found.items():
            table[name][used[live]] = values * low[live] if name == "m" else values


def check(tender: Integers, amount: Floats, count: int) -> None:
    """Raise ValueError for amounts that are negative or not finite and for tenders outside 0..count-1."""
    if len(tender) != len(amount):
        raise ValueError(f"{len(tender)} tenders for {len(amount)} amounts")
    if not len(tender):
        return
    if tender.min() < 0 or tender.max() >= count:
        raise ValueError(f"a tender is a whole number from 0 to {count - 1}")
    if not (np.isfinite(amount).all() and amount.min() >= 0):
        raise ValueError("a bid is a finite amount of at least 0")


def in_order(tender: Integers, amount: Floats) -> Floats:
    """Return the amounts by tender, then amount; as complex numbers, at half the time of lexsort."""
    pairs = np.empty(len(tender), dtype=np.complex128)
    pairs.real, pairs.imag = tender, amount
    pairs.sort()
    amounts: Floats = pairs.imag.copy()
    return amounts


def units(amount: Floats, runs: Segments) -> Floats:
    """Return each run as whole numbers where its amounts are decimals, else scaled by a power of two.

    Differences of whole numbers below 10^15 are exact, so bids that differ by cents lose no digit; dividing by
    a power of two loses none either.
    """
    highest = amount[runs.starts + runs.n - 1]
    units: Floats = np.ldexp(amount, -runs.rows(np.frexp(highest)[1]))
    waiting = np.ones(len(runs.n), dtype=np.bool_)
    for places in _PLACES:
        if not waiting.any():
            break
        rows, part = runs.rows(waiting), runs.keep(waiting)
        with np.errstate(over="ignore"):
            scaled = np.rint(amount[rows] * 10.0**places)
        exact = (scaled < 10.0**DIGITS) & (scaled / 10.0**places == amount[rows])
        decimal = np.logical_and.reduceat(exact, part.starts)
        units[np.flatnonzero(rows)[part.rows(decimal)]] = scaled[part.rows(decimal)]
        waiting[waiting] = ~decimal
        if places > 2:
            waiting &= highest < 10.0 ** (DIGITS - places)
    return units


def _live_screens(bids: Floats, runs: Segments) -> dict[str, Floats]:
    """Compute screens where every bid is above zero and not all are equal; `m` here is the mean over b1."""
    starts, n = runs.starts, runs.n.astype(np.float64)
    low = bids[starts]
    above = bids - runs.rows(low)
    reach, second = above[starts + runs.n - 1], above[starts + 1]
    moments = _Moments.of(above, runs)
    mean, sd = low + moments.mean, np.sqrt(moments.square / (n - 1))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = {
            "m": mean / low,
            "CV": sd / mean,
            "SPD": reach / low,
            "DIFFP": second / low,
            "RD": second / _losing_sd(above, runs, moments),
            "RDNOR": second * (n - 1) / reach,
            "RDALT": second * (n - 2) / (reach - second),
            "KURT": moments.kurtosis(n),
            "SKEW": moments.skewness(n),
            "KSTEST": _uniform_distance(above / runs.rows(reach), runs),
            "D": _rank_distance(bids / runs.rows(sd), runs),
        }
    unequal_losers = reach > second
    for name in NAMES:
        defined = runs.n >= MINIMUM[name]
        found[name] = finite(
            np.where(defined & unequal_losers if name in ("RD", "RDALT") else defined, found[name], np.nan)
        )
    return found


@dataclass(frozen=True, slots=True)
class _Moments:
    mean: Floats
    square: Floats
    cube: Floats
    fourth: Floats

    @classmethod
    def of(cls, values: Floats, runs: Segments) -> "_Moments":
        mean = runs.sum(values) / runs.n
        central = values - runs.rows(mean)
        square = central * central
        return cls(mean, runs.sum(square), runs.sum(square * central), runs.sum(square * square))

    def kurtosis(self, n: Floats) -> Floats:
        raw: Floats = (n + 1) * n * self.fourth / (self.square * self.square) - 3 * (n - 1)
        return (n - 1) / ((n - 2) * (n - 3)) * raw

    def skewness(self, n: Floats) -> Floats:
        raw: Floats = self.cube / (self.square * np.sqrt(self.square))
        return n * np.sqrt(n - 1) / (n - 2) * raw


def _losing_sd(above: Floats, runs: Segments, moments: _Moments) -> Floats:
    losers = runs.n - 1.0
    central = above - runs.rows(moments.mean * runs.n / losers)
    central[runs.starts] = 0
    sd: Floats = np.sqrt(runs.sum(central * central) / (losers - 1))
    return sd


def _uniform_distance(place: Floats, runs: Segments) -> Floats:
    n, rank = runs.rows(runs.n), _ranks(runs)
    distance: Floats = np.maximum.reduceat(np.maximum(rank / n - place, place - (rank - 1) / n), runs.starts)
    return distance


def _rank_distance(scaled: Floats, runs: Segments) -> Floats:
    distance: Floats = np.maximum.reduceat(
        np.abs(scaled - _ranks(runs) / (runs.rows(runs.n) + 1)), runs.starts
    )
    return distance


def _ranks(runs: Segments) -> Integers:
    ranks: Integers = np.arange(1, int(runs.n.sum()) + 1) - runs.rows(runs.starts)
    return ranks


def finite(values: Floats) -> Floats:
    """Return the values with NaN where they are infinite."""
    return np.where(np.isfinite(values), values, np.nan)
