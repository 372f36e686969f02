"""What a policy answers: allowed, or refused under a rule with the numbers that were measured."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: the rule's id, a short code for the reason, and the facts that a page shows beside the rule.

    `rule` is an id of the rulebook (`T-03`) or of the access model (`A-06`); `reason` a code with a
    translated sentence; `facts` name -> text, in the order in which they are shown.
    """

    rule: str
    reason: str
    facts: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """A refusal is false, so that `if not decision` reads as it means."""
        return False


@dataclass(frozen=True, slots=True)
class Allowed:
    """A permission; `notes` may hold advice that refuses nothing."""

    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """A permission is true."""
        return True


Decision = Allowed | Refused
ALLOWED = Allowed()


class RefusedError(Exception):
    """Raised by an action whose guard refused; carries the refusal to the edge, which shows it whole."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(f"{refusal.rule}: {refusal.reason}")
        self.refusal = refusal

    def as_json(self) -> dict[str, Any]:
        """Return the refusal for an API answer."""
        return {"rule": self.refusal.rule, "reason": self.refusal.reason, "facts": self.refusal.facts}


def require(decision: Decision) -> None:
    """Raise RefusedError when the decision is a refusal."""
    if isinstance(decision, Refused):
        raise RefusedError(decision)
