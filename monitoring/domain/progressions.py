"""Finds prices that keep equal steps, equal ratios, equal differences or one value; says nothing of blame."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The regularities that are looked for."""

    EQUAL = "equal_prices"
    ARITHMETIC = "arithmetic_progression"
    GEOMETRIC = "geometric_progression"
    DIFFERENCES = "equal_differences"


SMALLEST = 3
"""Two prices always lie in a progression; three are the fewest that can say anything."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Prices in cents, ascending, that keep a regularity, and what it takes to keep it by chance.

    `step` is the common difference in cents, or the ratio; `hits` of the prices had to fall each on one of
    `cells` neighbouring points of a grid of `unit` cents; `pairs` is the number of pairs of equal difference.
    """

    kind: Kind
    prices: tuple[int, ...]
    step: str
    unit: int
    hits: int
    cells: int = 1
    pairs: int = 0

    def ways(self, bids: int) -> int:
        """Return in how many ways the bids of a lot can be told off to the places of such a pattern.

        Progressions: ordered choices of k bids, the two directions being one. Differences: choices of m ordered
        pairs, in any order, both turned together being one. Equal prices: choices of k bids.
        """
        size = len(self.prices)
        if self.kind is Kind.EQUAL:
            return math.comb(bids, size)
        if self.kind is Kind.DIFFERENCES:
            return math.perm(bids, 2 * self.pairs) // math.factorial(self.pairs) // 2
        return math.perm(bids, size) // 2


def find(prices: Sequence[int]) -> list[Pattern]:
    """Return every regularity among prices in whole cents; progressions as long as they go.

    Arithmetic steps are exact to the cent. A geometric progression holds if one exact progression rounds to the
    prices on the coarsest decimal grid on which they all lie. Equal differences are two or more separate pairs.
    """
    values = sorted(set(prices))
    steps = _arithmetic(values)
    ladders = [frozenset(pattern.prices) for pattern in steps]
    apart = [
        pattern
        for pattern in (*_geometric(values), *_differences(values))
        if not any(ladder.issuperset(pattern.prices) for ladder in ladders)
    ]
    return [*_equal(prices), *steps, *apart]


def decimal_unit(prices: Iterable[int]) -> int:
    """Return the largest power of ten, in cents, of which all prices are multiples."""
    common = math.gcd(*prices)
    unit = 1
    while common % (unit * 10) == 0:
        unit *= 10
    return unit


def _equal(prices: Sequence[int]) -> list[Pattern]:
    return [
        Pattern(Kind.EQUAL, (value,) * count, "0", decimal_unit([value]), count - 1)
        for value, count in sorted(Counter(prices).items())
        if count >= SMALLEST
    ]


def _arithmetic(values: Sequence[int]) -> list[Pattern]:
    steps = {
        chain: step for step, chains in _chains(values).items() for chain in chains if len(chain) >= SMALLEST
    }
    return [
        Pattern(Kind.ARITHMETIC, chain, str(steps[chain]), math.gcd(*chain), len(chain) - 2)
        for chain in _longest(steps)
    ]


def _differences(values: Sequence[int]) -> list[Pattern]:
    """Return separate pairs equally far apart, once each: a-b = c-d also reads a-c = b-d, of which one is told."""
    found, starts = {}, {}
    for step, chains in _chains(values).items():
        pairs = sum(len(chain) // 2 for chain in chains)
        if len(chains) > 1 and pairs > 1:
            prices = tuple(sorted({price for chain in chains for price in chain}))
            found[step] = Pattern(
                Kind.DIFFERENCES, prices, str(step), math.gcd(*prices), pairs - 1, pairs=pairs
            )
            starts[step] = sorted(chain[0] for chain in chains)

    def told_elsewhere(step: int) -> bool:
        mine = set(found[step].prices)
        others = {start - starts[step][0] for start in starts[step][1:]} & found.keys() - {step}
        return any(
            mine < (theirs := set(found[other].prices)) or (mine == theirs and other < step)
            for other in others
        )

    return [pattern for step, pattern in found.items() if not told_elsewhere(step)]


def _chains(values: Sequence[int]) -> dict[int, list[tuple[int, ...]]]:
    """Return, for each difference between two values, the longest runs of values that far apart."""
    known = set(values)
    chains: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for index, low in enumerate(values):
        for high in values[index + 1 :]:
            step = high - low
            if low - step in known:
                continue
            chain = [low, high]
            while chain[-1] + step in known:
                chain.append(chain[-1] + step)
            chains[step].append(tuple(chain))
    return chains


def _geometric(values: Sequence[int]) -> list[Pattern]:
    """Search each decimal grid among the values that lie on it, so that rounding is judged on its own grid."""
    found: list[Pattern] = []
    unit = 1
    while len(on_grid := [value for value in values if value % unit == 0]) >= SMALLEST:
        runs = {run for run in _ratio_runs(on_grid, unit) if decimal_unit(run) == unit}
        found += [_ratio_pattern(run, unit) for run in _longest(runs)]
        unit *= 10
    return found


def _ratio_pattern(run: tuple[int, ...], unit: int) -> Pattern:
    last = len(run) - 1
    stretch = max(
        (1 - place / last) * price / run[0] + place / last * price / run[-1]
        for place, price in enumerate(run[1:-1], 1)
    )
    ratio = (run[-1] / run[0]) ** (1 / last)
    return Pattern(Kind.GEOMETRIC, run, f"{ratio:.9f}", unit, len(run) - 2, cells=math.floor(stretch + 1) + 1)


def _ratio_runs(values: Sequence[int], unit: int) -> Iterable[tuple[int, ...]]:
    for index, first in enumerate(values):
        for second in values[index + 1 :]:
            if (2 * second - unit) ** 2 > (2 * first + unit) * (2 * values[-1] + unit):
                break
            run: tuple[int, ...] = (first, second)
            while (nearest := _next(run, values, unit)) is not None:
                run = (*run, nearest)
            if len(run) >= SMALLEST:
                yield run


def _next(run: tuple[int, ...], values: Sequence[int], unit: int) -> int | None:
    """Return the value nearest to the run's next term, if it fits; one alone, where several crowd the place."""
    aim = run[-1] ** 2 / run[-2]
    place = max(bisect_left(values, aim), bisect_right(values, run[-1]))
    near = [value for value in values[max(place - 1, 0) : place + 1] if value > run[-1]]
    fitting = [value for value in near if _fits((*run, value), unit)]
    return min(fitting, key=lambda value: (abs(value - aim), value), default=None)


def _fits(run: tuple[int, ...], unit: int) -> bool:
    """Say whether the last price fits every two before it: some exact progression lies within half a unit.

    Where that holds for every three of a run's prices, one progression fits them all (Helly's theorem).
    """
    low, high = [2 * price - unit for price in run], [2 * price + unit for price in run]
    last = len(run) - 1
    return all(
        low[mid] ** (last - first) <= high[first] ** (last - mid) * high[last] ** (mid - first)
        and high[mid] ** (last - first) >= low[first] ** (last - mid) * low[last] ** (mid - first)
        for first in range(last - 1)
        for mid in range(first + 1, last)
    )


def _longest(runs: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the runs that lie inside no other run, longest first."""
    holding: dict[int, list[frozenset[int]]] = defaultdict(list)
    kept = []
    for run in sorted(runs, key=lambda run: (-len(run), run)):
        whole = frozenset(run)
        if not any(whole <= other for other in min((holding[price] for price in run), key=len)):
            kept.append(run)
            for price in run:
                holding[price].append(whole)
    return kept
