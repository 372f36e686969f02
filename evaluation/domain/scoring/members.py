"""From the sheets of the members to one mean per item (M-04)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from evaluation.domain.scoring import exact
from evaluation.domain.scoring.parameters import Method
from evaluation.domain.scoring.values import ScoringError


class Nature(StrEnum):
    """Whether an item is a matter of judgement or of fact, on which members may not differ (V-11)."""

    SUBJECTIVE = "subjective"
    OBJECTIVE = "objective"


class Group(StrEnum):
    """To which part of the evaluation an item belongs; a tie rule looks at the technical one."""

    TECHNICAL = "technical"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the document's scoring table with its full marks."""

    id: str
    title: str
    full: Decimal
    nature: Nature
    group: Group = Group.TECHNICAL

    def __post_init__(self) -> None:
        if not self.full.is_finite() or self.full <= 0:
            raise ScoringError(f"item {self.id}: full marks must be above zero, not {self.full}")

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Item":
        """Read an item of a notice (docs/formats.md section 3, `group` as in section 10)."""
        try:
            return cls(
                id=value["id"],
                title=value["title"],
                full=Decimal(value["full"]),
                nature=Nature(value["kind"]),
                group=Group(value.get("group", Group.TECHNICAL)),
            )
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise ScoringError(f"not a scoring item: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one member gave: (bid, item) -> score, and the total that it stated for each bid."""

    member: str
    site: str
    scores: Mapping[tuple[str, str], Decimal]
    totals: Mapping[str, Decimal] = field(default_factory=dict)


def check_complete(sheets: Sequence[Sheet], items: Sequence[Item], bids: Iterable[str]) -> None:
    """Raise ScoringError unless each member scored each item of each remaining bid, once, and nothing else."""
    if len({sheet.member for sheet in sheets}) != len(sheets):
        raise ScoringError("a member has two sheets")
    wanted = {(bid, item.id) for bid in bids for item in items}
    for sheet in sheets:
        if missing := wanted - set(sheet.scores):
            bid, item = min(missing)
            raise ScoringError(f"member {sheet.member} has not scored item {item} of bid {bid}")
        if extra := set(sheet.scores) - wanted:
            bid, item = min(extra)
            raise ScoringError(
                f"member {sheet.member} scored item {item} of bid {bid}, which is not to be scored"
            )


def mean(scores: Sequence[Decimal], method: Method) -> Decimal:
    """Return the mean of the members' scores of one item, extremes left out only if the document says so."""
    kept = sorted(scores)[method.drop_members_low : len(scores) - method.drop_members_high]
    if not kept:
        raise ScoringError(f"no score is left of {len(scores)} after the extremes are left out")
    return exact.rounded(sum(map(Fraction, kept)) / Fraction(len(kept)), method.member_places)


def means(
    sheets: Sequence[Sheet], items: Sequence[Item], bids: Iterable[str], method: Method
) -> dict[str, dict[str, Decimal]]:
    """Return bid -> item -> mean of all members; raises ScoringError for an incomplete set of sheets."""
    listed = sorted(bids)
    check_complete(sheets, items, listed)
    if items and not sheets:
        raise ScoringError("no member has scored")
    return {
        bid: {item.id: mean([s.scores[bid, item.id] for s in sheets], method) for item in items}
        for bid in listed
    }
