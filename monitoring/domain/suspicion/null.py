"""How often an honest tender of this market would have prices of such a shape: a null model fitted to the market."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.domain import frame
from monitoring.domain.suspicion import signs
from monitoring.domain.suspicion.signs import GRID, LEAST, SHAPE, Floats, Integers

DRAWS = 40_000
ROWS = 400_000
"""So many bids are drawn for each number of bids, at most."""
FITTED = 20_000
"""So many tenders stand for a market's numbers of bids while its null is fitted."""
_SEED = 20250102
_LEVELS = np.arange(-3.0, 3.01, 0.1)
_STEPS = np.linspace(-5.5, 5.5, 441)
_HALVINGS = 9
_MANY = 6
_FEWEST = 1000
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Null:
    """Honest bids: logarithms are independent given the level and the spread of their tender, of one common shape.

    With Z standard normal the shape is that of sinh(asinh(X) + skew); X is Student's t of 3/ends degrees of freedom at
    the level of Z where `ends` is above 0 (bidders of uneven care), sinh(asinh(Z) * exp(ends)) where below (light ends;
    Jones, Pewsey 2009). `spread` is the market's usual one.
    """

    spread: float = signs.USUAL_SPREAD
    skew: float = 0.0
    ends: float = 0.0

    def logs(self, normal: Floats) -> Floats:
        """Return logarithms of bids, with the market's spread, from standard normal numbers."""
        shaped, sides = self._shaped(normal), self._shaped(np.array([-1.0, 1.0]))
        return self.spread * shaped / (float(sides[1] - sides[0]) / 2)

    def _shaped(self, normal: Floats) -> Floats:
        if self.ends > 1e-6:
            plain = np.interp(normal, _STEPS, special.stdtrit(3 / self.ends, special.ndtr(_STEPS)))
        else:
            plain = np.sinh(np.arcsinh(normal) * np.exp(self.ends))
        skewed: Floats = np.sinh(np.arcsinh(plain) + self.skew)
        return skewed


def fitted(shape: Mapping[str, Floats], n: Integers) -> Null:
    """Fit the null to `signs.shapes` of a market, by middles that a minority of rings hardly moves.

    The middle place of SKEW and that of KURT (from six bids, below which it says little of ends) on simulated
    tenders of the market's numbers of bids are made equal to those of the market, in turn, by halving. What normal
    bids explain within one and a half standard errors stays normal.
    """
    known = (n >= LEAST) & ~np.isnan(shape["SKEW"])
    if not known.any():
        return Null()
    null = Null(spread=float(np.clip(np.exp(np.median(shape["width"][known])), 1e-4, 0.5)))
    for _ in range(_ROUNDS):
        for name, part, least in (("KURT", "ends", _MANY), ("SKEW", "skew", LEAST)):
            used = known & (n >= least)
            goal = _goal(shape[name][used])
            null = _halved(null, part, name, goal, np.sort(n[used])) if goal else replace(null, **{part: 0.0})
    return null


def _goal(places: Floats) -> float:
    if not len(places):
        return 0.0
    middle = float(np.median(places))
    return middle if abs(middle) > 1.5 * 1.2533 / math.sqrt(len(places)) else 0.0


def _halved(null: Null, part: str, name: str, goal: float, n: Integers) -> Null:
    """Return the null with the value of one part at which the middle place of a screen reaches its goal."""
    count = max(_FEWEST, min(FITTED, int(ROWS / 2 / n.mean())))
    sizes = n[(np.arange(count) * len(n)) // count]
    normal = np.random.default_rng(_SEED).standard_normal(int(sizes.sum()))
    low, high = -1.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        trial = replace(null, **{part: middle})
        if float(np.nanmedian(signs.shapes(_table(trial, sizes, normal))[name])) < goal:
            low = middle
        else:
            high = middle
    return replace(null, **{part: (low + high) / 2})


def _table(null: Null, sizes: Integers, normal: Floats) -> dict[str, NDArray]:
    """Return the screens of tenders of the sizes given whose bids follow the null."""
    return frame.screens(np.repeat(np.arange(len(sizes)), sizes), np.exp(null.logs(normal)), len(sizes))


def score(weights: Mapping[str, float], found: Mapping[str, Floats]) -> Floats:
    """Return the part of the suspicion that the shape of prices makes."""
    total: Floats = sum((weights[name] * np.nan_to_num(found[name]) for name in SHAPE), np.zeros(1))
    return total


def z_values(weights: Mapping[str, float], null: Null, n: Integers, shape: Mapping[str, Floats]) -> Floats:
    """Return the place of each tender's score among simulated honest tenders of its n, as a normal deviate.

    Between two numbers of bids of GRID the score is taken as for each of them; the places are interpolated in log n.
    """
    chance = np.random.default_rng(_SEED)
    at = np.interp(np.log(np.clip(n, GRID[0], GRID[-1])), np.log(GRID), np.arange(len(GRID)))
    low = np.minimum(at.astype(np.int64), len(GRID) - 2)
    curves = [_curve(weights, null, each, chance) for each in GRID[: int(low.max()) + 2]]
    z: Floats = np.empty(len(n))
    for index in np.unique(low).tolist():
        rows = np.flatnonzero(low == index)
        some = {name: values[rows] for name, values in shape.items()}
        ends = [
            _level(curves[side], score(weights, signs.shape_signs(some, np.full(len(rows), GRID[side]))))
            for side in (index, index + 1)
        ]
        share = at[rows] - index
        z[rows] = (1 - share) * ends[0] + share * ends[1]
    return z


def _curve(weights: Mapping[str, float], null: Null, n: int, chance: np.random.Generator) -> Floats:
    draws = min(DRAWS, ROWS // n)
    table = _table(null, np.full(draws, n), chance.standard_normal(draws * n))
    values = score(weights, signs.shape_signs(signs.shapes(table), table["n"]))
    curve: Floats = np.quantile(values, special.ndtr(_LEVELS))
    return curve


def _level(curve: Floats, value: Floats) -> Floats:
    """Return the level of each value on a curve of quantiles; beyond its ends the last half deviate's slope goes on."""
    level: Floats = np.interp(value, curve, _LEVELS)
    for end, step, beyond in ((0, 5, value < curve[0]), (-1, -6, value > curve[-1])):
        slope = (curve[step] - curve[end]) / (_LEVELS[step] - _LEVELS[end])
        level[beyond] = _LEVELS[end] + (value[beyond] - curve[end]) / max(float(slope), 1e-9)
    return level
