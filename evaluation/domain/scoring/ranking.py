"""The order of the bids and the rules that break a tie, in the sequence in which the document states them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from evaluation.domain.scoring.formulas import RanksBy
from evaluation.domain.scoring.values import ScoringError


class Tie(StrEnum):
    """A rule that puts equal bids in order: lower quote, more technical marks, earlier seal, a public draw."""

    PRICE = "price"
    TECHNICAL = "technical"
    SEAL = "seal"
    DRAW = "draw"


class DrawNeededError(ScoringError):
    """Equal bids whose tie the document leaves to a draw that has not been held."""

    def __init__(self, bids: tuple[str, ...]) -> None:
        super().__init__(f"hold the tie draw over {', '.join(bids)} first")
        self.bids = bids


@dataclass(frozen=True, slots=True)
class Entry:
    """What ranks a bid: total marks or None, evaluated price, quote, technical marks, instant of its seal."""

    bid: str
    total: Decimal | None
    evaluated: Decimal
    price: Decimal
    technical: Decimal
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A bid's rank, from 1; `decided_by` are the tie rules that it took, `shared` when none separated it."""

    bid: str
    rank: int
    decided_by: tuple[Tie, ...] = ()
    shared: bool = False


def rank(
    entries: Sequence[Entry], ranks_by: RanksBy, ties: Sequence[Tie], drawn: Mapping[str, int] | None = None
) -> tuple[Place, ...]:
    """Return the places from first to last, whatever the order of the entries.

    Equal bids are taken through `ties` in turn; those whom no rule separates share a rank (并列), and the next
    rank is left out. `drawn` bid -> position in the tie draw; raises DrawNeededError when the rule `draw` is
    reached without it. Sources: 87号令 art 57, 68; RULES 6.5.
    """
    if len({entry.bid for entry in entries}) != len(entries):
        raise ScoringError("a bid stands twice in the ranking")
    if len(set(ties)) != len(ties):
        raise ScoringError("a tie rule is stated twice")
    merit = _merit(ranks_by)
    places: list[Place] = []
    for group in _groups(sorted(entries, key=lambda e: e.bid), merit):
        places += _separate(group, list(ties), drawn, 1 + len(places), ())
    return tuple(places)


Key = Callable[[Entry], Decimal | datetime | int]


def _merit(ranks_by: RanksBy) -> Key:
    if ranks_by is RanksBy.EVALUATED:
        return lambda entry: entry.evaluated

    def by_total(entry: Entry) -> Decimal:
        if entry.total is None:
            raise ScoringError(f"bid {entry.bid} has no total to rank by")
        return -entry.total

    return by_total


def _groups(entries: list[Entry], key: Key) -> list[list[Entry]]:
    ordered = sorted(entries, key=key)
    return [list(group) for _, group in groupby(ordered, key=key)]


def _separate(
    equal: list[Entry],
    ties: list[Tie],
    drawn: Mapping[str, int] | None,
    first: int,
    used: tuple[Tie, ...],
) -> list[Place]:
    if len(equal) == 1:
        return [Place(equal[0].bid, first, used)]
    if not ties:
        return [Place(entry.bid, first, used, shared=True) for entry in equal]
    rule, later = ties[0], ties[1:]
    groups = _groups(equal, _tie_key(rule, equal, drawn))
    used = (*used, rule) if len(groups) > 1 else used
    places: list[Place] = []
    for group in groups:
        places += _separate(group, later, drawn, first + len(places), used)
    return places


def _tie_key(rule: Tie, equal: list[Entry], drawn: Mapping[str, int] | None) -> Key:
    if rule is Tie.PRICE:
        return lambda entry: entry.price
    if rule is Tie.TECHNICAL:
        return lambda entry: -entry.technical
    if rule is Tie.SEAL:
        return lambda entry: entry.sealed_at
    positions = drawn or {}
    if any(entry.bid not in positions for entry in equal):
        raise DrawNeededError(tuple(sorted(entry.bid for entry in equal)))
    return lambda entry: positions[entry.bid]
