"""How the wins of a group turn among its members: evenly, in a cycle, or by territory; chances by permutation."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 999
"""Permutations drawn; the smallest chance that they can state is 1/1000."""
FEWEST = 4
"""Fewer wins say nothing about turns."""


@dataclass(frozen=True, slots=True)
class Win:
    """A common tender that a member won: who, who of the group bid, for whom, and its place in time (None: unknown)."""

    member: int
    present: tuple[int, ...]
    buyer: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """Numbers of a group's wins and three one-sided chances; None where something needed is unknown or too little.

    `balance_p`: wins as even if any member that bids is as likely to win. `cycle_p`: winners that come back as rarely
    before the others' turn if they came in random order. `territory_p`: buyers as loyal if winners were
    dealt at random; `territory` is the share of wins that fall to each buyer's main winner.
    """

    wins: int
    winners: int
    balance_p: float | None
    cycle_p: float | None
    territory: float | None
    territory_p: float | None


def turns(wins: Sequence[Win]) -> Turns:
    """Judge the wins, given in an order that depends on bids alone; draws are seeded by what is judged."""
    winners = len({win.member for win in wins})
    enough = len(wins) >= FEWEST and winners > 1
    balance = cycle = territory = share = None
    if enough and any(len(win.present) > 1 for win in wins):
        balance = _balance(wins)
    if enough and all(win.place is not None for win in wins):
        cycle = _cycle(wins, winners)
    known = [win for win in wins if win.buyer is not None]
    if len(known) >= FEWEST:
        share = _loyalty([(win.member, win.buyer) for win in known]) / len(known)
        buyers = Counter(win.buyer for win in known)
        if len(buyers) > 1 and max(buyers.values()) > 1 and len({win.member for win in known}) > 1:
            territory = _territory(known)
    return Turns(len(wins), winners, balance, cycle, share, territory)


def _balance(wins: Sequence[Win]) -> float:
    present = [win.present for win in wins]
    roster = sorted({member for some in present for member in some})
    at = {member: place for place, member in enumerate(roster)}
    picks = [np.array([at[member] for member in some]) for some in present]
    seen = sum(count**2 for count in Counter(win.member for win in wins).values())
    rng = _seeded(_pattern([win.member for win in wins]), [len(some) for some in present])
    counts = np.zeros((DRAWS, len(roster)))
    for some in picks:
        counts[np.arange(DRAWS), some[rng.integers(len(some), size=DRAWS)]] += 1
    return float((1 + ((counts**2).sum(axis=1) <= seen).sum()) / (1 + DRAWS))


def _cycle(wins: Sequence[Win], winners: int) -> float:
    order = sorted(range(len(wins)), key=lambda at: (wins[at].place, at))
    sequence = _pattern([wins[at].member for at in order])

    def early(row: Sequence[int]) -> int:
        return sum(member in row[max(0, at - winners + 1) : at] for at, member in enumerate(row))

    return _permuted(sequence, early, [], lambda drawn, seen: drawn <= seen)


def _territory(wins: Sequence[Win]) -> float:
    members, buyers = _pattern([win.member for win in wins]), _pattern([win.buyer or 0 for win in wins])

    def loyal(row: Sequence[int]) -> int:
        return sum(count**2 for count in Counter(zip(row, buyers, strict=True)).values())

    return _permuted(members, loyal, buyers, lambda drawn, seen: drawn >= seen)


def _permuted(
    row: list[int],
    value: Callable[[Sequence[int]], int],
    more: list[int],
    extreme: Callable[[int, int], bool],
) -> float:
    rng, seen = _seeded(row, more), value(row)
    drawn = sum(extreme(value(rng.permutation(row).tolist()), seen) for _ in range(DRAWS))
    return (1 + drawn) / (1 + DRAWS)


def _loyalty(pairs: Sequence[tuple[int, int | None]]) -> int:
    """Return how many wins fall to the main winner of their buyer."""
    best: dict[int | None, int] = {}
    for (_, buyer), count in Counter(pairs).items():
        best[buyer] = max(best.get(buyer, 0), count)
    return sum(best.values())


def _pattern(values: Sequence[int]) -> list[int]:
    """Return the values numbered by first appearance, so that what they are called does not matter."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


def _seeded(*parts: Sequence[int]) -> np.random.Generator:
    digest = hashlib.sha256(repr([list(map(int, part)) for part in parts]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
