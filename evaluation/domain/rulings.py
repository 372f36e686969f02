"""What a committee makes of an indication that bids belong together: by majority, with reasons (条例 art 40)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.domain.preliminary import ReviewError


@dataclass(frozen=True, slots=True)
class View:
    """A member's view of one indication; who upholds it and who does not both say why."""

    upheld: bool
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ReviewError("a view of an indication needs its reason")


def decide(views: Mapping[str, View], members: Sequence[str]) -> tuple[bool, str]:
    """Return (upheld, reason): upheld by more than half of all members, with the reasons of the side that won.

    `views` member -> its view; every member has one. Equal reasons are written once, in the order of the
    members' names. Raises ReviewError naming a member whose view is missing or who is no member.
    """
    if odd := set(members) ^ set(views):
        raise ReviewError(f"the view of {min(odd)} is missing or not a member's")
    upheld = 2 * sum(view.upheld for view in views.values()) > len(views)
    reasons = [views[name].reason.strip() for name in sorted(views) if views[name].upheld is upheld]
    return upheld, "; ".join(dict.fromkeys(reasons))
