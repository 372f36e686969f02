"""Summary screens of one tender, plain: each screen on subsets of three and four bids, for rings not all joined."""

import hashlib
import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, partial
from itertools import combinations

from monitoring.domain.screens import MINIMUM, NAMES, Amount, of_whole_numbers, whole_numbers

SIZES = (3, 4)
STATISTICS = ("min", "max", "mean", "median")
LIMIT = 500
"""The most subsets of one size; twelve bids have 220 of three and 495 of four, so up to there all are taken."""
SCREENS = {size: tuple(name for name in NAMES if MINIMUM[name] <= size) for size in SIZES}
SUMMARIES = tuple(
    f"{name}_{size}_{statistic}" for size in SIZES for name in SCREENS[size] for statistic in STATISTICS
)
_ROUNDS = 4


def summaries(amounts: Iterable[Amount]) -> dict[str, float | None]:
    """Return least, greatest, mean and median of each screen over subsets of one tender's valid bids.

    `amounts` as for `screens`; a subset is judged by its rules as if it were a tender, and where a screen is missing
    it is passed over; None where it is missing in every subset. Raises ValueError for a negative or unreadable
    amount. Source: Wallimann, Imhof, Huber 2022.
    """
    bids = whole_numbers(amounts)
    found: dict[str, float | None] = {}
    for size in SIZES:
        tables = [of_whole_numbers([bids[place] for place in subset]) for subset in subsets(len(bids), size)]
        for name in SCREENS[size]:
            values = [value for table in tables if (value := table[name]) is not None]
            for statistic, summary in zip(STATISTICS, _summed_up(values), strict=True):
                found[f"{name}_{size}_{statistic}"] = summary
    return found


@cache
def subsets(n: int, size: int) -> tuple[tuple[int, ...], ...]:
    """Return the subsets of `size` of the places 0..n-1 that stand for all: every one, or the 500 of lowest hash.

    The hash permutes the numbers of the subsets in colexicographic order, by n and size, so that the lowest are found
    backwards from 0..499 however many subsets there are. It knows ranks and no amounts or names.
    """
    total = math.comb(n, size)
    if total <= LIMIT:
        return tuple(combinations(range(n), size))
    half = ((total - 1).bit_length() + 1) // 2
    numbers = []
    for lowest in range(LIMIT):
        number = _permuted(lowest, half, f"{n} {size}")
        while number >= total:
            number = _permuted(number, half, f"{n} {size}")
        numbers.append(number)
    return tuple(sorted(_subset(number, n, size) for number in numbers))


def _permuted(number: int, half: int, key: str) -> int:
    """Return another number below 4^half for each: a Feistel network with rounds of SHA-256."""
    left, right = number >> half, number & ((1 << half) - 1)
    for turn in range(_ROUNDS):
        digest = hashlib.sha256(f"{key} {turn} {right}".encode()).digest()
        left, right = right, left ^ (int.from_bytes(digest) & ((1 << half) - 1))
    return left << half | right


def _subset(number: int, n: int, size: int) -> tuple[int, ...]:
    """Return the subset of that number in colexicographic order: number = sum of comb(place, 1..size)."""
    places: list[int] = []
    for left in range(size, 0, -1):
        numbers = partial(_comb, left)
        places.append(bisect_right(range(n), number, key=numbers) - 1)
        number -= numbers(places[-1])
    return tuple(reversed(places))


def _comb(size: int, places: int) -> int:
    return math.comb(places, size)


def _summed_up(values: list[float]) -> tuple[float | None, ...]:
    if not values:
        return (None,) * len(STATISTICS)
    try:
        mean = statistics.fmean(values)
    except OverflowError:
        mean = math.inf
    told = (min(values), max(values), mean, statistics.median(values))
    return tuple(value if math.isfinite(value) else None for value in told)
