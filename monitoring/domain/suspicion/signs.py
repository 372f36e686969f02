"""What is measured at a tender: signs of its prices, and of who came, on scales that carry over between markets."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitoring.domain import frame
from monitoring.domain.suspicion.places import PLACES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SHAPE = ("gap", "left", "peak")
"""Signs that do not depend on how far the bids of a tender are spread; the p-value rests on them alone."""
SIGNS = ("calm", "calm_here", *SHAPE, "dear", "regulars", "together")
"""Every sign is a number that grows with suspicion, 0 where it says nothing or is missing."""
LEAST = 3
"""Below so many bids the prices of a tender say nothing."""
USUAL_SPREAD = 0.08
"""The spread by which `calm` counts from 0."""
GRID = (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 25, 30, 40, 50, 65, 80, 100, 150, 250)
"""Numbers of bids for which the null is simulated; between them it is interpolated in log n."""
EDGE = 6.0
_DRAWS = 200_000
_ROWS = 4_000_000
_SEED = 20250101
_CROWD = 15.0
_SHAPES = ("width", "RD", "SKEW", "KURT")


@dataclass(frozen=True, slots=True)
class Market:
    """Valid bids: `tender[i]` in 0..count-1 and `bidder[i]` (-1 unknown) of `amount[i]`; estimates by tender."""

    count: int
    tender: Integers
    bidder: Integers
    amount: Floats
    estimate: Floats


def screens(market: Market) -> dict[str, NDArray]:
    """Return the screens of a market's tenders with their number of bids."""
    return frame.screens(market.tender, market.amount, market.count)


def measure(market: Market, table: Mapping[str, NDArray]) -> dict[str, Floats]:
    """Return every sign of every tender; a tender without a valid bid has zeros."""
    shape = shapes(table)
    busy, together = company(market)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.log(table["b1"] / np.where(market.estimate > 0, market.estimate, np.nan))
    many = _crowd(table["n"])
    found = shape_signs(shape, table["n"])
    found["calm"] = np.clip((np.log(USUAL_SPREAD) - shape["width"]) / 0.5, -EDGE, EDGE)
    found["calm_here"] = np.clip((_middle(shape["width"]) - shape["width"]) / 0.5, -EDGE, EDGE)
    found["dear"] = np.clip((over - _middle(over)) / USUAL_SPREAD, -3, 3)
    found["regulars"] = many * np.clip(busy - _middle(busy), -2, 2)
    found["together"] = many * np.clip(together - _middle(together), -2, 2)
    return {name: np.nan_to_num(found[name]) for name in SIGNS}


def shape_signs(shape: Mapping[str, Floats], n: Integers) -> dict[str, Floats]:
    """Return the signs of SHAPE from `shapes`.

    A designated winner leaves a gap and a peak where a few meet; among many, rings place clusters, and gap and peak are
    not counted.
    """
    few = 1 - _crowd(n)
    return {
        "gap": few * shape["RD"],
        "left": -shape["SKEW"],
        "peak": few * shape["KURT"],
    }


def shapes(table: Mapping[str, NDArray]) -> dict[str, Floats]:
    """Return the logarithm of the spread, and RD (as logarithm), SKEW and KURT as places among normal bids of equal n.

    A place is (value - median) / (half the middle 68 %) of the same screen on independent normal bids. Where all bids
    are equal the spread is the smallest; where all losing bids are equal RD is the largest.
    """
    raw = _raw(table)
    n = np.clip(table["n"], GRID[0], GRID[-1])
    found = {}
    for name, (middle, width) in _places().items():
        at = middle[n]
        spread = 1.0 if name == "width" else width[n]
        found[name] = (raw[name] - at) / spread
        if name != "width":
            found[name] = np.clip(found[name], -EDGE, EDGE)
    known = table["n"] >= LEAST
    equal = known & np.isnan(table["CV"]) & (table["b1"] == table["bn"])
    found["width"] = np.where(equal, np.log(1e-4), found["width"])
    found["RD"] = np.where(known & np.isnan(table["RD"]) & ~np.isnan(table["CV"]), EDGE, found["RD"])
    return {name: np.where(known, values, np.nan) for name, values in found.items()}


def company(market: Market) -> tuple[Floats, Floats]:
    """Return by tender how busy its bidders are elsewhere and how often two of them met elsewhere, as logarithms.

    The first is log(1 + other tenders of its middle bidder), the second log(1 + other common tenders of a pair, on
    average). NaN where no bidder is named.
    """
    named = market.bidder >= 0
    busy, together = np.full(market.count, np.nan), np.full(market.count, np.nan)
    if not named.any():
        return busy, together
    firms = int(market.bidder.max()) + 1
    tender, bidder = np.divmod(np.unique(market.tender[named] * firms + market.bidder[named]), firms)
    elsewhere = np.bincount(bidder)[bidder] - 1
    size = np.bincount(tender, minlength=market.count)
    start = np.cumsum(size) - size
    places, meetings = [], []
    for each in np.unique(size[size > 0]).tolist():
        same = np.flatnonzero(size == each)
        rows = start[same][:, None] + np.arange(each)
        busy[same] = np.log1p(np.median(elsewhere[rows], axis=1))
        low, high = np.triu_indices(each, 1)
        places.append(np.repeat(same, len(low)))
        meetings.append((bidder[rows][:, low] * firms + bidder[rows][:, high]).ravel())
    _, pair, common = np.unique(np.concatenate(meetings), return_inverse=True, return_counts=True)
    others = np.bincount(np.concatenate(places), weights=common[pair] - 1.0, minlength=market.count)
    paired = size > 1
    together[paired] = np.log1p(others[paired] / (size[paired] * (size[paired] - 1) / 2))
    return busy, together


def _raw(table: Mapping[str, NDArray]) -> dict[str, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.log(table["CV"])
    return {"width": width, "RD": np.log(table["RD"] + 0.02), "SKEW": table["SKEW"], "KURT": table["KURT"]}


@lru_cache(maxsize=1)
def _places() -> dict[str, tuple[Floats, Floats]]:
    """Return for each shape its middle and width on independent normal bids, by number of bids up to GRID's last."""
    stored = np.array([PLACES[n] for n in GRID])
    n = np.log(np.clip(np.arange(GRID[-1] + 1), GRID[0], GRID[-1]).astype(np.float64))
    found = np.array(
        [[np.interp(n, np.log(GRID), stored[:, at, part]) for part in (0, 1)] for at in range(len(_SHAPES))]
    )
    return {name: (found[at, 0], found[at, 1]) for at, name in enumerate(_SHAPES)}


def simulated_places() -> dict[int, tuple[tuple[float, float], ...]]:
    """Return what `places` holds: by number of bids as in GRID, middle and width of spread, RD, SKEW and KURT.

    The width's middle is counted from the logarithm of the true spread, so that few bids are not taken for calm ones.
    """
    chance = np.random.default_rng(_SEED)
    found = {}
    for n in GRID:
        draws = min(_DRAWS, _ROWS // n)
        bids = np.exp(USUAL_SPREAD * chance.standard_normal(draws * n))
        raw = _raw(frame.screens(np.repeat(np.arange(draws), n), bids, draws))
        raw["width"] = raw["width"] - np.log(USUAL_SPREAD)
        found[n] = tuple(_place(raw[name]) for name in _SHAPES)
    return found


def _place(values: Floats) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    low, middle, high = np.quantile(known, [0.16, 0.5, 0.84]) if len(known) else (-1.0, 0.0, 1.0)
    return round(float(middle), 5), round(float(high - low) / 2, 5)


def _crowd(n: Integers) -> Floats:
    """Return how far a tender is a crowd: 0 for a few bids, a half at fifteen, towards 1 for many."""
    share: Floats = 1 / (1 + (_CROWD / np.maximum(n, 1)) ** 4)
    return share


def _middle(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")
