"""The stage of the story: the world, the players, the moved clock, the timeline, and what the story counts."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from demo.team import Team
from demo.world import HOME, World
from kernel import timemachine

SHANGHAI = ZoneInfo("Asia/Shanghai")
PATIENCE = 60.0
T = TypeVar("T")
INTRODUCTION = """What `make demo` plays, by separate processes over HTTP, websocket and the kit: each step with
the day of the moved clock, and which seat does it by which page, file or kit command. What differs in every
performance is written as `…`. The story prints this page itself, and a test compares it."""


class StoryError(Exception):
    """Something did not happen as the story tells it; the message says what."""


@dataclass(slots=True)
class Counts:
    """What the last line of the story reports, counted from what really happened."""

    sealed: int = 0
    replaced: int = 0
    withdrawn: int = 0
    refused: int = 0
    opened: int = 0
    failed_lots: int = 0
    experts_replaced: int = 0
    receipts: int = 0


@dataclass(slots=True)
class Stage:
    """Everything that the acts of the story share."""

    world: World
    team: Team
    counts: Counts = field(default_factory=Counts)
    lots: dict[str, str] = field(default_factory=dict)
    bids: dict[tuple[str, str], str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    moment: str = "2026-03-02"
    walkthrough: list[str] = field(default_factory=list)

    def say(self, text: str, detail: str = "") -> None:
        """Write a line of the timeline: seconds of the story, the world's clock, what happened, and a detail.

        Text and who did what where also go into the walkthrough, which is the same in every performance.
        """
        deeds = sorted(self.team.noted)
        self.team.noted.clear()
        self.walkthrough += [f"## {self.moment} — {text}", "", "| seat | does it by |", "|---|---|"]
        self.walkthrough += [f"| {kind} | `{what}` |" for kind, what in deeds]
        self.walkthrough.append("")
        text = f"{text}: {detail}" if detail else text
        clock = f"{timemachine.now().astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        sys.stderr.write(f"{time.monotonic() - self.started:6.1f} s  {clock}  {text}\n")
        sys.stderr.flush()

    def move(self, to: datetime) -> None:
        """Move the world's clock forward."""
        if to > timemachine.now():
            timemachine.move_to(to)
            self.moment = f"{to.astimezone(SHANGHAI):%Y-%m-%d}"

    def until(self, what: str, attempt: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Wait until something is so; raises StoryError that names it when it never is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = attempt()
            if found:
                return found
            time.sleep(0.15)
        raise StoryError(f"{what}: not within {seconds:.0f} s")

    def lot(self, name: str) -> str:
        """The id of a lot of the story."""
        return self.lots[name]

    def opening(self, lot: str) -> dict[str, Any]:
        """What everybody sees of an opening."""
        found: dict[str, Any] = self.team["visitor"].json(f"/api/lots/{lot}/opening")
        return found

    def walked(self) -> str:
        """Return the walkthrough as Markdown."""
        head = ["# One whole tender, step by step", "", INTRODUCTION, ""]
        return "\n".join([*head, *self.walkthrough]).rstrip() + "\n"

    def out(self, name: str) -> Path:
        """A file that the story hands out."""
        return HOME / "out" / name


def at(text: str) -> datetime:
    """An instant of the story in Beijing time."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def minute(moment: datetime) -> str:
    """An instant as people type it into a form."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


SECOND = timedelta(seconds=1)
