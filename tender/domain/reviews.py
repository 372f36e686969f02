"""Several judgements of one thing at once, so that people see everything that is wrong and not the first only."""

from collections.abc import Iterable
from dataclasses import dataclass

from kernel.domain.refusals import Allowed, Decision, Refused
from tender.domain import wording


@dataclass(frozen=True, slots=True)
class Review:
    """All refusals, in the order in which the rules were asked, and all advice that refuses nothing."""

    refusals: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> "Review":
        """Gather decisions."""
        found = list(decisions)
        return cls(
            refusals=tuple(each for each in found if isinstance(each, Refused)),
            notes=tuple(line for each in found for line in wording.notes_of(each)),
        )

    def __bool__(self) -> bool:
        """A review is true when nothing was refused."""
        return not self.refusals

    @property
    def decision(self) -> Decision:
        """The first refusal, or a permission that carries the advice: what a guard answers."""
        return self.refusals[0] if self.refusals else Allowed(notes=self.notes)
