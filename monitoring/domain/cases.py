"""What a case of the regulator holds: its outcomes and decisions, its next step, its hand-over package's index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from monitoring.domain.lifecycle import CaseState

PACKAGE_DOMAIN = "yangguang/case-package/v1"
SNAPSHOT_DOMAIN = "yangguang/case-snapshot/v1"
INDEX, SIGNATURE = "index.json", "index.p7s"
CODE_DIGITS = 8
REPLY_LEAST = timedelta(days=3)
"""So much time, at the least, a firm has to reply when it is asked."""


class Outcome(StrEnum):
    """How a case ends."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    HANDED_OVER = "handed_over"


class Ruling(StrEnum):
    """What a conference on a clue (研判会商) decides."""

    NO_ACTION = "no_action"
    WATCH = "watch"
    PENALTY = "penalty"
    POLICE = "police"


HANDED = frozenset({Ruling.PENALTY, Ruling.POLICE})
"""Decisions after which the material is handed over."""


class Source(StrEnum):
    """Where a piece of evidence comes from."""

    ALERT = "alert"
    FILE = "file"


class Todo(StrEnum):
    """What comes next in a case."""

    CONFIRM = "confirm"
    AWAIT_CONFIRM = "await_confirm"
    INVESTIGATE = "investigate"
    AWAIT_REPLIES = "await_replies"
    GO_ON = "go_on"
    HAND_OVER = "hand_over"
    AWAIT_HAND_OVER = "await_hand_over"
    AFTER_CONFERENCE = "after_conference"
    PROPOSE_CLOSING = "propose_closing"
    CONFIRM_CLOSING = "confirm_closing"
    AWAIT_CLOSING = "await_closing"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of a case from which its next step follows for one reader; `second` may decide as another person."""

    state: str
    second: bool
    asked: int = 0
    replied: int = 0
    due_at: datetime | None = None
    ruling: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """The facts on which it depends how a case may end.

    `ruling` is the newest conference's ("" before the first), `handed` tells whether what was decided to be handed
    over was, `heard` whether a round of questions was asked and ended.
    """

    ruling: str
    handed: bool
    heard: bool


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, whether the handler does it (else a second supervisor), and until when."""

    todo: Todo
    of_handler: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What firms are asked: their credit codes, the text, until when, and the numbers of the evidence they see."""

    firms: Sequence[str]
    text: str
    due_at: datetime
    shown: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a reply."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a conference on a case leaves: its day, (name, organisation) of who took part, its words, its decision."""

    held_date: date
    participants: Sequence[tuple[str, str]]
    text: str
    ruling: str


_DECISIONS = {
    CaseState.PROPOSED: (Todo.CONFIRM, Todo.AWAIT_CONFIRM),
    CaseState.CLOSING: (Todo.CONFIRM_CLOSING, Todo.AWAIT_CLOSING),
}
"""What a second supervisor decides, and what the proposer waits for."""
_OF_HANDLER = {
    CaseState.OPEN: Todo.INVESTIGATE,
    CaseState.HEARING: Todo.GO_ON,
    CaseState.CONFERRED: Todo.AFTER_CONFERENCE,
    CaseState.HANDED_OVER: Todo.PROPOSE_CLOSING,
}


def heard(asked: int, replied: int, due_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether all firms that were asked have replied, or the due date has passed."""
    return replied >= asked or (due_at is not None and now >= due_at)


def next_step(case: Standing, *, now: datetime) -> Next:
    """Return what comes next in a case."""
    state = case.state
    if state in (CaseState.PROPOSED, CaseState.CLOSING):
        return Next(_DECISIONS[CaseState(state)][0 if case.second else 1], of_handler=False)
    if state == CaseState.HEARING and not heard(case.asked, case.replied, case.due_at, now=now):
        return Next(Todo.AWAIT_REPLIES, of_handler=True, until=case.due_at)
    if state == CaseState.CONFERRED and case.ruling in HANDED:
        return Next(Todo.HAND_OVER if case.second else Todo.AWAIT_HAND_OVER, of_handler=False)
    todo = _OF_HANDLER.get(CaseState(state))
    return Next(todo or Todo.NOTHING, of_handler=todo is not None)


def code(identity: str) -> str:
    """Return how people name a case: the first digits of its random id, so that it tells no number of cases."""
    return f"AJ-{identity.replace('-', '')[:CODE_DIGITS].upper()}"


def place(folder: str, number: int, name: str) -> str:
    """Return the path of a numbered file in a package; of its own name only a plain ending is kept."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    plain = ending if ending.isascii() and ending.isalnum() and len(ending) <= CODE_DIGITS else "bin"
    return f"{folder}/{number:03d}.{plain}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What the index of a package lists; each is a list of JSON values in its order."""

    case: dict[str, Any]
    lots: Sequence[dict[str, Any]]
    alerts: Sequence[dict[str, Any]]
    evidence: Sequence[dict[str, Any]]
    questions: Sequence[dict[str, Any]]
    conference: dict[str, Any]
    acts: Sequence[dict[str, Any]]


def index(found: Contents, *, made_at: str, made_by: str) -> dict[str, Any]:
    """Return the index of a hand-over package (行政执法机关移送涉嫌犯罪案件的规定 art. 6) as a JSON value."""
    return {
        "domain": PACKAGE_DOMAIN,
        "case": found.case,
        "lots": list(found.lots),
        "alerts": list(found.alerts),
        "evidence": list(found.evidence),
        "questions": list(found.questions),
        "conference": found.conference,
        "acts": list(found.acts),
        "made_at": made_at,
        "made_by": made_by,
    }
