"""The first review: each member votes each clause for each bid, and only a majority with reasons rejects.

Rules V-03 and V-04 (regime T), V-05 (regime G), then C-01 or V-07 when too few remain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evaluation.domain.scoring.values import Stage
from kernel.domain.refusals import ALLOWED, Decision, Refused
from tender.domain.rules import Regime


class ReviewError(ValueError):
    """Votes that make no review; the message says whose vote is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the document whose breach rejects a bid: `ground` is a code that the edition lists for `rule`."""

    id: str
    title: str
    rule: str
    ground: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A member's finding on one clause of one bid; who finds a breach names page and reason."""

    member: str
    bid: str
    clause: str
    keep: bool
    page: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.keep and not (self.page.strip() and self.reason.strip()):
            raise ReviewError(
                f"{self.member} rejects bid {self.bid} by {self.clause} without page and reason"
            )

    def as_json(self) -> dict[str, Any]:
        """Return the vote as its JSON object (docs/formats.md section 10)."""
        return {
            "bid": self.bid,
            "clause": self.clause,
            "keep": self.keep,
            "page": self.page,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Rejection:
    """One breach that the majority found: the clause, its rule and ground, and who voted how and why."""

    bid: str
    stage: Stage
    clause: Clause
    reject: tuple[Vote, ...]
    keep: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the whole record (docs/formats.md section 10)."""
        votes = [{"member": v.member, "page": v.page, "reason": v.reason} for v in self.reject]
        return self.as_public_json() | {"votes": {"reject": votes, "keep": list(self.keep)}}

    def as_public_json(self) -> dict[str, Any]:
        """Return what is published: bid, stage, clause, rule, ground; no members."""
        return {
            "bid": self.bid,
            "stage": self.stage.value,
            "clause": self.clause.id,
            "rule": self.clause.rule,
            "ground": self.clause.ground,
        }


@dataclass(frozen=True, slots=True)
class Review:
    """Who remains and why the others do not, both in a fixed order."""

    remaining: tuple[str, ...]
    rejections: tuple[Rejection, ...]


def review(
    clauses: Sequence[Clause],
    bids: Iterable[str],
    members: Iterable[str],
    votes: Iterable[Vote],
    *,
    stage: Stage = Stage.PRELIMINARY,
) -> Review:
    """Count the votes: a bid is rejected by a clause for which more than half of all members found a breach.

    Each member must have voted on each clause of each bid, once. Raises ReviewError naming what is missing.
    """
    present, listed = sorted(set(members)), sorted(set(bids))
    if not present:
        raise ReviewError("a review needs members")
    cast = _cast(votes)
    wanted = {(who, bid, clause.id) for who in present for bid in listed for clause in clauses}
    if missing := wanted - set(cast):
        who, bid, clause_id = min(missing)
        raise ReviewError(f"{who} has not voted on clause {clause_id} of bid {bid}")
    if extra := set(cast) - wanted:
        who, bid, clause_id = min(extra)
        raise ReviewError(f"the vote of {who} on clause {clause_id} of bid {bid} belongs to no review")
    rejections = []
    for bid in listed:
        for clause in clauses:
            ballots = [cast[who, bid, clause.id] for who in present]
            against = tuple(vote for vote in ballots if not vote.keep)
            if 2 * len(against) > len(present):
                kept = tuple(vote.member for vote in ballots if vote.keep)
                rejections.append(Rejection(bid, stage, clause, against, kept))
    out = {rejection.bid for rejection in rejections}
    return Review(tuple(bid for bid in listed if bid not in out), tuple(rejections))


class Course(StrEnum):
    """How a lot goes on after a review."""

    CONTINUE = "continue"
    JUDGE_COMPETITION = "judge_competition"
    FAIL = "fail"


def course(remaining: int, *, minimum: int, regime: Regime) -> tuple[Course, str]:
    """Return how a lot goes on with so many bids left, and the rule that says so.

    Fewer than `minimum` (the number of C-01): regime G fails (C-01); in regime T the committee judges whether
    competition is clearly lacking (V-07), and with no bid left the lot fails (招标投标法 art 42).
    """
    if remaining >= minimum:
        return Course.CONTINUE, "C-01"
    if regime is Regime.G:
        return Course.FAIL, "C-01"
    return (Course.JUDGE_COMPETITION if remaining else Course.FAIL), "V-07"


def judge_competition(lacking: Mapping[str, bool], members: Iterable[str]) -> Decision:
    """Judge by majority whether competition is clearly lacking, so that all bids are rejected (V-07).

    `lacking` member -> its vote; every member votes. Raises ReviewError for a missing or a stranger's vote.
    """
    present = set(members)
    if present != set(lacking):
        who = min(present ^ set(lacking))
        raise ReviewError(f"the vote of {who} is missing or not a member's")
    votes = sum(lacking.values())
    if 2 * votes > len(present):
        return Refused("V-07", "no_competition", {"votes": str(votes), "members": str(len(present))})
    return ALLOWED


def stages(rejections: Iterable[Rejection]) -> dict[str, Stage]:
    """Return rejected bid -> the first stage in which it fell, as a formula wants it."""
    found: dict[str, Stage] = {}
    for rejection in rejections:
        if found.get(rejection.bid) is not Stage.PRELIMINARY:
            found[rejection.bid] = rejection.stage
    return found


def _cast(votes: Iterable[Vote]) -> dict[tuple[str, str, str], Vote]:
    cast: dict[tuple[str, str, str], Vote] = {}
    for vote in votes:
        place = (vote.member, vote.bid, vote.clause)
        if place in cast:
            raise ReviewError(f"{vote.member} voted twice on clause {vote.clause} of bid {vote.bid}")
        cast[place] = vote
    return cast
