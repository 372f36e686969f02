"""A lifecycle is one table of transitions; code asks the table, and the documentation is printed from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal step: from a state, by a lever, to a state; who pulls it, under which guard, due when.

    `who` is a seat kind or `clock`. `guard` and `due` are words for the reader of docs/lifecycles: the condition
    that the action checks, and the rule that times it, empty when a person decides.
    """

    source: StrEnum
    lever: StrEnum
    target: StrEnum
    who: str
    guard: str = ""
    due: str = ""


class IllegalStepError(Exception):
    """A lever that the table does not know in this state."""

    def __init__(self, name: str, state: str, lever: str) -> None:
        super().__init__(f"{name}: no step {lever!r} from {state!r}")
        self.state, self.lever = state, lever


class Lifecycle:
    """A named table of transitions, unique by state and lever."""

    def __init__(self, name: str, start: StrEnum, steps: Iterable[Transition]) -> None:
        self.name, self.start, self.steps = name, start, tuple(steps)
        self._table = {(step.source, step.lever): step for step in self.steps}
        if len(self._table) != len(self.steps):
            raise ValueError(f"{name}: two steps share a state and a lever")

    def step(self, state: str, lever: str) -> Transition:
        """Return the step for a lever in a state; raises IllegalStepError when there is none."""
        found = next((s for s in self.steps if s.source == state and s.lever == lever), None)
        if found is None:
            raise IllegalStepError(self.name, state, lever)
        return found

    def levers(self, state: str) -> list[Transition]:
        """Return the steps that leave a state, in the table's order."""
        return [step for step in self.steps if step.source == state]

    @property
    def states(self) -> list[StrEnum]:
        """All states in the order in which the table first names them."""
        return list(dict.fromkeys([self.start, *(s for t in self.steps for s in (t.source, t.target))]))

    def as_markdown(self) -> str:
        """Return the table and a Mermaid diagram for docs/lifecycles/."""
        rows = "\n".join(
            f"| {t.source} | {t.lever} | {t.target} | {t.who} | {t.guard} | {t.due} |" for t in self.steps
        )
        arrows = "\n".join(f"    {t.source} --> {t.target}: {t.lever}" for t in self.steps)
        head = "| from | lever | to | who | guard | due |\n|---|---|---|---|---|---|"
        return (
            f"# {self.name}\n\n{head}\n{rows}\n\n"
            f"```mermaid\nstateDiagram-v2\n    [*] --> {self.start}\n{arrows}\n```\n"
        )
