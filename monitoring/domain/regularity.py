"""40-(4): prices in regular differences, each with its chance among independent bids instead of a rule of thumb."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from monitoring.domain import progressions
from monitoring.domain.indications import (
    Evidence,
    Exemption,
    Indication,
    Item,
    Place,
    Result,
    explanation,
    indication,
)
from monitoring.domain.progressions import Kind, Pattern

NULL_MODEL = "independent_bids_bounded_density"
RATE_PLACES = range(2, 9)
"""Decimal places of a rate of the ceiling that are tried: 2 are whole per cents, 8 millionths of one."""
KINDS = len(Kind)
COMMON = 3
"""So many separate groups, each as regular, show that the whole lot counts on one basis: a rate, a unit price."""
_CENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Lot:
    """A lot's prices in cents and what the tender document fixed, ready for every trial."""

    holders: Mapping[int, list[str]]
    bids: int
    density: float | None
    limit: float
    bases: Mapping[str, int]
    fixed: Collection[int]
    groups: int = 0


def regular_prices(
    prices: Mapping[str, Decimal],
    *,
    regime: str,
    limit: float,
    bases: Mapping[str, Decimal] | None = None,
    fixed: Collection[Decimal] = (),
) -> list[Indication]:
    """Return an indication for each regularity of three or more prices, the least likely by chance first.

    `prices` are the yuan of each bidder, to the cent; `limit` the largest chance that may stand (a configured
    rule); `bases` the prices that bidders may quote rates of (`ceiling`, `estimate`); `fixed` those that the
    tender document sets. Raises ValueError for a price that is not positive or not whole cents.

    The chance is an upper bound under a stated null: the n bids are independent, from one distribution whose
    density is nowhere above `density`, and bidders round to the grid at hand. A pattern then needs h prices to
    fall each on one of c prescribed grid points, in one of w ways: chance <= kinds * w * (c * grid * density)^h
    (union bound over all ways, Boole; `kinds` for the several regularities looked for). `density` is the densest
    stretch of the lot's own prices that holds three of them or more. Source: 条例40(4), 87号令37(4); COLLUSION
    section 4 on why a rule of thumb will not do.
    """
    cents = {bidder: _cents(price) for bidder, price in sorted(prices.items())}
    holders: dict[int, list[str]] = defaultdict(list)
    for bidder, price in cents.items():
        holders[price].append(bidder)
    lot = _Lot(
        holders=holders,
        bids=len(cents),
        density=_densest(sorted(holders)),
        limit=limit,
        bases={name: _cents(price) for name, price in (bases or {}).items()},
        fixed={_cents(price) for price in fixed},
    )
    ranked = sorted(
        ((_worst(pattern, lot), pattern) for pattern in progressions.find(list(cents.values()))),
        key=lambda pair: (pair[0], -len(pair[1].prices), pair[1].kind, pair[1].prices),
    )
    lot = replace(lot, groups=_separate_groups([pattern for chance, pattern in ranked if chance <= limit]))
    return [_indication(pattern, lot, regime) for pattern in _worth_telling(ranked, lot)]


def _separate_groups(patterns: list[Pattern]) -> int:
    """Count groups of bids without a common member, smallest patterns first, of which each keeps a regularity."""
    taken: set[int] = set()
    count = 0
    for pattern in sorted(patterns, key=lambda pattern: (len(pattern.prices), pattern.prices)):
        if taken.isdisjoint(pattern.prices):
            taken.update(pattern.prices)
            count += 1
    return count


def _worth_telling(ranked: list[tuple[float, Pattern]], lot: _Lot) -> list[Pattern]:
    """Keep what neither chance nor a common basis makes sure, else one specimen of each kind to show it was seen."""
    kept: list[Pattern] = []
    for chance, pattern in ranked:
        remarkable = chance < 1 and lot.groups < COMMON
        if remarkable or pattern.kind not in {other.kind for other in kept}:
            kept.append(pattern)
    return kept


def _indication(pattern: Pattern, lot: _Lot, regime: str) -> Indication:
    chance = _worst(pattern, lot)
    facts = {
        "step": _yuan(int(pattern.step)) if pattern.kind is not Kind.GEOMETRIC else pattern.step,
        "bids": str(lot.bids),
        "null": NULL_MODEL,
        "chance": _text(chance) if lot.density is not None else "unknown",
    }
    places = tuple(
        Place(bidder, _yuan(price), "price")
        for price in dict.fromkeys(pattern.prices)
        for bidder in lot.holders[price]
    )
    value = " < ".join(_yuan(price) for price in dict.fromkeys(pattern.prices))
    return indication(
        Item.REGULAR_PRICES,
        regime=regime,
        evidence=[Evidence(str(pattern.kind), value, places, facts)],
        exemptions=_exemptions(pattern, lot),
    )


def _exemptions(pattern: Pattern, lot: _Lot) -> list[Exemption]:
    set_prices = {*lot.fixed, *lot.bases.values()}
    return [
        _by_chance("chance", pattern, lot, 1.0),
        _by_chance("rounding", pattern, lot, float(pattern.unit)),
        _rates(pattern, lot),
        Exemption(
            "common_basis",
            {"groups": str(lot.groups), "from": str(COMMON)},
            Result.EXPLAINS if lot.groups >= COMMON else Result.FAILS,
        ),
        explanation(
            "document_price",
            set_prices,
            set_prices.issuperset(pattern.prices),
            prices="; ".join(map(_yuan, sorted(set_prices))),
        ),
    ]


def _by_chance(name: str, pattern: Pattern, lot: _Lot, grid: float, **tried: str) -> Exemption:
    tried |= {"grid": _text(grid / 100), "limit": _text(lot.limit)}
    if lot.density is None:
        return Exemption(name, tried, Result.UNTRIED)
    chance = _chance(pattern, lot, grid)
    tried |= {
        "ways": str(pattern.ways(lot.bids)),
        "hits": str(pattern.hits),
        "points": str(pattern.cells),
        "density": _text(lot.density * 100),
        "chance": _text(chance),
    }
    return Exemption(name, tried, Result.EXPLAINS if chance > lot.limit else Result.FAILS)


def _rates(pattern: Pattern, lot: _Lot) -> Exemption:
    """Try whether the prices are round rates of the ceiling or the estimate, and on that grid no surprise."""
    if not lot.bases:
        return Exemption("ceiling_rates", {}, Result.UNTRIED)
    grids = {name: _rate_grid(pattern, base) for name, base in lot.bases.items()}
    name, grid = max(grids.items(), key=lambda pair: (pair[1], pair[0]))
    if not grid:
        return Exemption("ceiling_rates", {"bases": "; ".join(sorted(lot.bases))}, Result.FAILS)
    return _by_chance("ceiling_rates", pattern, lot, grid, base=name)


def _rate_grid(pattern: Pattern, base: int) -> float:
    """Return the step, in cents, of the coarsest decimal rates of a base to which all prices round; else 0."""
    unit = progressions.decimal_unit(pattern.prices)
    for places in RATE_PLACES:
        scale = 10**places
        if base <= unit * scale:
            break  # so fine a rate would fit any price
        rates = [(2 * price * scale + base) // (2 * base) for price in pattern.prices]
        if all(
            2 * abs(price * scale - rate * base) <= unit * scale
            for price, rate in zip(pattern.prices, rates, strict=True)
        ):
            step: float = base * math.gcd(scale, *rates) / scale
            return step
    return 0.0


def _worst(pattern: Pattern, lot: _Lot) -> float:
    """Return the largest chance over the grids on which the bidders may have rounded."""
    grids = [float(pattern.unit), *(_rate_grid(pattern, base) for base in lot.bases.values())]
    return _chance(pattern, lot, max(grids))


def _chance(pattern: Pattern, lot: _Lot, grid: float) -> float:
    if lot.density is None:
        return 0.0
    hit = min(1.0, pattern.cells * grid * lot.density)
    logarithm = math.log(KINDS * pattern.ways(lot.bids)) + pattern.hits * math.log(hit)
    return math.exp(min(0.0, logarithm))


def _densest(values: list[int]) -> float | None:
    """Return the largest share of the different prices per cent of a stretch that holds three or more of them."""
    count = len(values)
    shares = (
        (last - first + 1) / count / (values[last] - values[first])
        for first in range(count)
        for last in range(first + progressions.SMALLEST - 1, count)
    )
    return max(shares, default=None)


def _cents(price: Decimal) -> int:
    cents = price * _CENT
    if not price.is_finite() or price <= 0 or cents != cents.to_integral_value():
        raise ValueError(f"a price is above zero and has at most two decimals, not {price}")
    return int(cents)


def _yuan(cents: int) -> str:
    return f"{Decimal(cents) / _CENT:.2f}"


def _text(value: float) -> str:
    return f"{value:.3g}"
