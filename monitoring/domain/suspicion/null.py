"""How often an honest tender of this market would have prices of such a shape: a null model fitted to the market."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.domain.suspicion import logs, signs
from monitoring.domain.suspicion.signs import LEAST, SHAPE, Floats, Integers

DRAWS = 400_000
ROWS = 3_000_000
"""So many tenders, and bids at most, are drawn for each number of bids."""
FITTED = 60_000
FITTED_ROWS = 1_500_000
"""So many tenders, and bids at most, stand for a market while its null is fitted."""
TOLERATED = 2.0
GRID = tuple(sorted({*signs.GRID, 13, 15, 16, 18, 22, 27, 35, 45, 57, 72, 90, 120, 190}))
"""Numbers of bids for which the null is simulated; closer than those of `signs`, so that interpolation costs little."""
_SEED = 20250102
_LEVELS = np.arange(-3.5, 3.51, 0.1)
_STEPS = 7
_MANY = 6
_FEWEST = 1000
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Null:
    """Honest bids: logarithms are independent given the level and the spread of their tender, of one common shape.

    With Z standard normal the shape is that of sinh(asinh(X) + skew). X is Student's t of 3/ends degrees of freedom at
    the level of Z where `ends` is above 0 (bidders of uneven care; by the formula of Wallace 1959), and
    sinh(asinh(Z) * exp(ends)) where below (light ends; Jones, Pewsey 2009).
    """

    skew: float = 0.0
    ends: float = 0.0

    def logs(self, normal: Floats) -> Floats:
        """Return logarithms of bids, of any level and spread, from standard normal numbers in the same order."""
        if self.ends > 1e-6:
            degrees = 3 / self.ends
            square = normal * normal * (((8 * degrees + 3) / (8 * degrees + 1)) ** 2 / degrees)
            plain = np.copysign(np.sqrt(degrees * np.expm1(square)), normal)
        elif self.ends < 0:
            plain = np.sinh(np.arcsinh(normal) * np.exp(self.ends))
        else:
            plain = normal
        if not self.skew:
            return plain
        skewed: Floats = plain * math.cosh(self.skew) + np.sqrt(plain * plain + 1) * math.sinh(self.skew)
        return skewed


def fitted(shape: Mapping[str, Floats], n: Integers) -> Null:
    """Fit the null to `signs.shapes` of a market's logarithms, by middles that a minority of rings hardly moves.

    The middle place of SKEW and that of KURT (from six bids, below which it says little of ends) on simulated
    tenders of the market's numbers of bids are made equal to those of the market, in turn. What normal
    bids explain within TOLERATED standard errors stays normal.
    """
    known = (n >= LEAST) & ~np.isnan(shape["SKEW"])
    null = Null()
    if not known.any():
        return null
    for _ in range(_ROUNDS):
        for name, part, least in (("KURT", "ends", _MANY), ("SKEW", "skew", LEAST)):
            used = known & (n >= least)
            if used.any():
                null = _solved(null, part, name, shape[name][used], np.sort(n[used]))
    return null


def _solved(null: Null, part: str, name: str, market: Floats, n: Integers) -> Null:
    """Return the null with the value of one part at which the middle place of a screen is that of the market.

    The root is looked for between -1 and 1 by false position (Illinois).
    """
    count = max(_FEWEST, min(FITTED, int(FITTED_ROWS / n.mean())))
    sizes, counts = np.unique(n[(np.arange(count) * len(n)) // count], return_counts=True)
    normal = [_normal(int(each), int(times)) for each, times in zip(sizes, counts, strict=True)]
    goal, error = float(np.median(market)), 1.2533 * math.sqrt(1 / len(market) + 1 / count)

    def miss(value: float) -> float:
        trial = replace(null, **{part: value})
        found = [signs.shapes(_table(trial, each))[name] for each in normal]
        return float(np.nanmedian(np.concatenate(found))) - goal

    if abs(miss(0.0)) < TOLERATED * error:
        return replace(null, **{part: 0.0})
    low, high = -1.0, 1.0
    below, above = miss(low), miss(high)
    if below >= 0 or above <= 0:
        return replace(null, **{part: low if below >= 0 else high})
    side = 0
    for _ in range(_STEPS):
        value = (low * above - high * below) / (above - below)
        found = miss(value)
        if found < 0:
            low, below = value, found
            above = above / 2 if side < 0 else above
            side = -1
        else:
            high, above = value, found
            below = below / 2 if side > 0 else below
            side = 1
    return replace(null, **{part: value})


def _normal(n: int, draws: int) -> Floats:
    """Return standard normal numbers of as many tenders, one column each, sorted upwards; equal for equal n.

    Each second tender mirrors one before, so that chance gives the whole no skew.
    """
    drawn = np.random.default_rng([_SEED, n]).standard_normal((draws // 2 + 1, n))
    drawn.sort(axis=1)
    both: Floats = np.hstack([drawn.T, -drawn.T[::-1]])
    return both


def _table(null: Null, normal: Floats) -> dict[str, NDArray]:
    """Return the shapes of the tenders whose bids follow the null."""
    n, draws = normal.shape
    step = max(1, logs.BLOCK // n)
    parts = [logs.shapes(null.logs(normal[:, at : at + step])) for at in range(0, draws, step)]
    table: dict[str, NDArray] = {name: np.concatenate([part[name] for part in parts]) for name in logs.NAMES}
    return {**table, "n": np.full(draws, n), "b1": np.zeros(draws), "bn": np.ones(draws)}


def score(weights: Mapping[str, float], shape: Mapping[str, Floats], n: Integers) -> Floats:
    """Return the part of the suspicion that the shape of prices makes."""
    found = signs.shape_signs(shape, n)
    total: Floats = sum((weights[name] * np.nan_to_num(found[name]) for name in SHAPE), np.zeros(1))
    return total


def z_values(weights: Mapping[str, float], null: Null, n: Integers, shape: Mapping[str, Floats]) -> Floats:
    """Return the place of each tender's score among simulated honest tenders of its n, as a normal deviate.

    Between two numbers of bids of GRID the score is taken as for each of them; the places are interpolated in log n.
    """
    at = np.interp(np.log(np.clip(n, GRID[0], GRID[-1])), np.log(GRID), np.arange(len(GRID)))
    low = np.minimum(at.astype(np.int64), len(GRID) - 2)
    z: Floats = np.empty(len(n))
    curves: dict[int, Floats] = {}
    for index in np.unique(low).tolist():
        rows = np.flatnonzero(low == index)
        some = {name: values[rows] for name, values in shape.items()}
        share = at[rows] - index
        ends = np.zeros((2, len(rows)))
        for side in (0, 1):
            if not (share if side else 1 - share).any():
                continue
            size = GRID[index + side]
            if size not in curves:
                curves[size] = _curve(weights, null, size)
            ends[side] = _level(curves[size], score(weights, some, np.full(len(rows), size)))
        z[rows] = (1 - share) * ends[0] + share * ends[1]
    return z


def _curve(weights: Mapping[str, float], null: Null, n: int) -> Floats:
    table = _table(null, _normal(n, min(DRAWS, ROWS // n)))
    values = score(weights, signs.shapes(table), table["n"])
    curve: Floats = np.quantile(values, special.ndtr(_LEVELS))
    return curve


def _level(curve: Floats, value: Floats) -> Floats:
    """Return the level of each value on a curve of quantiles; beyond its ends the last half deviate's slope goes on."""
    level: Floats = np.interp(value, curve, _LEVELS)
    for end, step, beyond in ((0, 5, value < curve[0]), (-1, -6, value > curve[-1])):
        slope = (curve[step] - curve[end]) / (_LEVELS[step] - _LEVELS[end])
        level[beyond] = _LEVELS[end] + (value[beyond] - curve[end]) / max(float(slope), 1e-9)
    return level
