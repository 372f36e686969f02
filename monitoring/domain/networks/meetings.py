"""Which firms meet in how many tenders, and what their prices do there, for all pairs at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.domain.networks.chance import SMALL, closeness
from monitoring.domain.networks.market import Market
from monitoring.domain.networks.nearness import unusual_place

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCK = 2**21
"""Meetings worked on together, which bounds the memory."""
_FEW = 60
"""In larger tenders equal ratios of two prices are ordinary."""
_GAP = 1e-7
"""Two price ratios are equal when their logarithms differ by no more."""


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of firms, `a` below `b`, that meet often enough, and sums over their common tenders.

    `common` tenders; of these `priced` have 3 bidders or more; `close` and `companion` are sums of closeness scores,
    the first of prices less the firms' usual places, the second of plain prices; `calm` sums the tenders' scores over
    `calm_known` tenders; `below` counts tenders in which a is the cheaper one and `above` the opposite;
    `same_gap` is the largest number of common tenders of at most 60 bidders with one ratio of the two prices.
    `small` holds the sorted sizes of the common tenders that have 3 to SMALL bidders.
    """

    a: Integers
    b: Integers
    common: Integers
    priced: Integers
    close: Floats
    companion: Floats
    calm: Floats
    calm_known: Integers
    below: Integers
    above: Integers
    same_gap: Integers
    small: list[tuple[int, ...]]


def meetings(market: Market, calm: Floats, *, least: int) -> Meetings:
    """Return all pairs with at least `least` common tenders."""
    keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    regular = market.activity >= least
    for block, _ in _blocks(market, regular, None):
        keys, counts = _merged(keys, counts, block["key"])
    often = counts >= least
    keys = keys[often]
    place = unusual_place(market)
    sums = {name: np.zeros(len(keys)) for name in _SUMS}
    kept: list[dict[str, NDArray]] = []
    for block, tenders in _blocks(market, regular, place):
        at = np.searchsorted(keys, block["key"])
        at[at == len(keys)] = 0
        here = keys[at] == block["key"] if len(keys) else np.zeros(len(at), dtype=np.bool_)
        at = at[here]
        values = {name: column[here] for name, column in block.items()}
        score = calm[tenders[here]]
        values |= {"calm": np.nan_to_num(score), "calm_known": np.isfinite(score)}
        for name in _SUMS:
            sums[name] += np.bincount(at, values[name], len(keys))
        size = market.sizes[tenders[here]]
        few = size <= _FEW
        kept.append({"at": at[few], "gap": values["gap"][few], "size": size[few]})
    whole = {name: total.astype(np.int64) for name, total in sums.items() if name in _COUNTS}
    column = {
        name: np.concatenate([part[name] for part in kept]) if kept else np.empty(0)
        for name in ("at", "gap", "size")
    }
    at = column["at"].astype(np.int64)
    return Meetings(
        a=keys // max(market.firms, 1),
        b=keys % max(market.firms, 1),
        common=counts[often],
        close=sums["close"],
        companion=sums["companion"],
        calm=sums["calm"],
        same_gap=_same_gap(at, column["gap"], len(keys)),
        small=_small(at, column["size"].astype(np.int64), len(keys)),
        **whole,
    )


_COUNTS = ("priced", "calm_known", "below", "above")
_SUMS = (*_COUNTS, "close", "companion", "calm")


def _blocks(
    market: Market, regular: NDArray[np.bool_], place: Floats | None
) -> Iterator[tuple[dict[str, NDArray], Integers]]:
    """Yield the meetings of regular firms, many at once, and the tender of each; prices only where place is given."""
    parts: list[dict[str, NDArray]] = []
    owners: list[Integers] = []
    waiting = 0
    for number, run in enumerate(market.runs()):
        one = _of_tender(market, run, regular, place)
        parts.append(one)
        owners.append(np.full(len(one["key"]), number))
        waiting += len(one["key"])
        if waiting >= _BLOCK:
            yield _joined(parts), np.concatenate(owners)
            parts, owners, waiting = [], [], 0
    if parts:
        yield _joined(parts), np.concatenate(owners)


def _joined(parts: list[dict[str, NDArray]]) -> dict[str, NDArray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _of_tender(
    market: Market, run: slice, regular: NDArray[np.bool_], place: Floats | None
) -> dict[str, NDArray]:
    firm, price = market.firm[run], market.price[run]
    first, second = np.triu_indices(len(firm), 1)
    wanted = regular[firm[first]] & regular[firm[second]]
    low = np.minimum(firm[first], firm[second])
    found: dict[str, NDArray] = {"key": (low * market.firms + np.maximum(firm[first], firm[second]))[wanted]}
    if place is None:
        return found
    gap = price[second] - price[first]
    rising = np.where(low == firm[first], gap, -gap)
    priced = len(firm) > 2
    nothing = np.zeros(len(gap))
    away: Floats = np.abs(place[run][second] - place[run][first])
    found["priced"] = np.full(int(wanted.sum()), priced)
    found["close"] = (closeness(np.asarray(np.round(away, 9))) if priced else nothing)[wanted]
    found["companion"] = (closeness(np.asarray(np.round(gap, 9))) if priced else nothing)[wanted]
    found["below"], found["above"] = rising[wanted] > 0, rising[wanted] < 0
    found["gap"] = gap[wanted]
    return found


def _merged(keys: Integers, counts: Integers, more: Integers) -> tuple[Integers, Integers]:
    new, often = np.unique(more, return_counts=True)
    union, at = np.unique(np.concatenate([keys, new]), return_inverse=True)
    return union, np.bincount(at, np.concatenate([counts, often])).astype(np.int64)


def _same_gap(at: Integers, gap: Floats, pairs: int) -> Integers:
    """Return for each pair how often its most frequent price ratio occurs."""
    found = np.zeros(pairs, dtype=np.int64)
    if not len(at):
        return found
    order = np.lexsort((gap, at))
    at, gap = at[order], gap[order]
    new = np.ones(len(at), dtype=np.bool_)
    new[1:] = (np.diff(at) != 0) | (np.diff(gap) > _GAP)
    starts = np.flatnonzero(new)
    np.maximum.at(found, at[starts], np.diff(np.append(starts, len(at))))
    return found


def _small(at: Integers, size: Integers, pairs: int) -> list[tuple[int, ...]]:
    """Return for each pair the sorted sizes of its common tenders with 3 to SMALL bidders."""
    rows = (size > 2) & (size <= SMALL)
    order = np.lexsort((size[rows], at[rows]))
    at, size = at[rows][order], size[rows][order]
    ends = np.cumsum(np.bincount(at, minlength=pairs)).tolist()
    sizes = size.tolist()
    return [tuple(sizes[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
