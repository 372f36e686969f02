"""Objections (regime T) and queries (regime G): in their window they stand and may pause, late they are opinions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.domain.refusals import ALLOWED, Decision
from kernel.domain.workdays import WorkingCalendar
from tender.domain import instants, periods
from tender.domain.lifecycle import PauseReason
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Regime


class Kind(StrEnum):
    """What an objection is about; `process` is regime G's, for any step before the result."""

    DOCUMENT = "document"
    OPENING = "opening"
    PROCESS = "process"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Filing:
    """What a filing is: `admitted` or an opinion, with the decision that says why.

    `pause` is the reason for which the lot now stands still, None for none; `answer_due` the instant by whose
    passing the answer is late, None for opinions and for the hall, where the answer comes on the spot.
    """

    kind: Kind
    admitted: bool
    decision: Decision
    pause: PauseReason | None
    answer_due: datetime | None


_PAUSES = {Kind.DOCUMENT: PauseReason.DOCUMENT_OBJECTION, Kind.RESULT: PauseReason.RESULT_OBJECTION}


def harm_known(
    edition: FrozenEdition,
    kind: Kind,
    *,
    calendar: WorkingCalendar,
    published_at: datetime | None = None,
    obtained_at: datetime | None = None,
    step_ended: datetime | None = None,
    result_published: datetime | None = None,
) -> datetime:
    """Return the instant on whose day a supplier under regime G knew, or should have known, of the harm (G-16).

    Document: the later of receiving it and the last day of the notice period; process: the end of the step;
    result: the last day of its publication. Raises ValueError when the needed instant is missing.
    """
    edition.require_regime(Regime.G)
    if kind is Kind.DOCUMENT and published_at is not None:
        last = _last_day(edition, "notice_period", published_at, calendar)
        return max(last, obtained_at) if obtained_at is not None else last
    if kind is Kind.RESULT and result_published is not None:
        return _last_day(edition, "result_publication_minimum", result_published, calendar)
    if kind is Kind.PROCESS and step_ended is not None:
        return step_ended
    raise ValueError(f"an instant is missing from which a query about the {kind} is counted")


def judge_filing(
    edition: FrozenEdition,
    kind: Kind,
    *,
    at: datetime,
    calendar: WorkingCalendar,
    deadline: datetime | None = None,
    window: tuple[datetime, datetime] | None = None,
    known_at: datetime | None = None,
    may_affect_result: bool = True,
) -> Filing:
    """Judge a filing at `at` (T-06, T-10, T-12, G-16, J-02).

    Regime T counts objections to the document back from `deadline`, those to opening and result by their
    half-open `window`; regime G counts from `known_at` (`harm_known`), those to the opening by `window`.
    Raises ValueError when the instant that counts is missing or the regime does not know the kind.
    """
    counted = _Counted(deadline=deadline, window=window, known_at=known_at)
    decision = _judge(edition, kind, counted, at=at, calendar=calendar)
    if not decision:
        return Filing(kind=kind, admitted=False, decision=decision, pause=None, answer_due=None)
    due = None if kind is Kind.OPENING else answer_due(edition, filed_at=at, calendar=calendar)
    return Filing(
        kind=kind,
        admitted=True,
        decision=decision,
        pause=_pause(edition, kind, may_affect_result=may_affect_result),
        answer_due=due,
    )


def answer_due(edition: FrozenEdition, *, filed_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the instant at which an answer becomes late (T-08, G-17); the instant itself is late."""
    return periods.window_end(edition.rule("objection_answer_maximum"), filed_at, calendar)


def judge_answer(
    edition: FrozenEdition, *, filed_at: datetime, answered_at: datetime, calendar: WorkingCalendar
) -> Decision:
    """Judge an answer's time: a late one is given all the same, and recorded with the numbers."""
    rule = edition.rule("objection_answer_maximum")
    return periods.judge(rule, anchor=filed_at, at=answered_at, calendar=calendar)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The instants by which a filing is judged; which one counts depends on regime and kind."""

    deadline: datetime | None
    window: tuple[datetime, datetime] | None
    known_at: datetime | None


def _judge(
    edition: FrozenEdition, kind: Kind, counted: _Counted, *, at: datetime, calendar: WorkingCalendar
) -> Decision:
    if kind is Kind.OPENING:
        return _judge_on_the_spot(edition, counted.window, at)
    key = f"{kind}_objection_window"
    if not edition.has(key):
        raise ValueError(f"regime {edition.regime} knows no objection to a {kind}")
    rule = edition.rule(key)
    if edition.regime is Regime.T and kind is Kind.RESULT and counted.window is not None:
        opens, closes = counted.window
        return periods.judge_window(rule, opens=opens, closes=closes, at=at)
    anchor = counted.known_at if edition.regime is Regime.G else counted.deadline
    if anchor is None or (edition.regime is Regime.T and kind is Kind.RESULT):
        raise ValueError(f"an instant is missing by which {edition.regime} judges an objection to the {kind}")
    if edition.regime is Regime.G and at < anchor:
        return ALLOWED
    return periods.judge(rule, anchor=anchor, at=at, calendar=calendar)


def _judge_on_the_spot(
    edition: FrozenEdition, window: tuple[datetime, datetime] | None, at: datetime
) -> Decision:
    if window is None:
        raise ValueError("an objection to the opening is judged by the window of its hall")
    opens, closes = window
    if opens <= at < closes:
        return ALLOWED
    rule = edition.rule("opening_objection_on_the_spot")
    return rule.answer("not_on_the_spot", {"at": instants.clock(at)})


def _pause(edition: FrozenEdition, kind: Kind, *, may_affect_result: bool) -> PauseReason | None:
    if edition.regime is Regime.T or kind is Kind.OPENING:
        return _PAUSES.get(kind)
    return PauseReason.QUERY if may_affect_result else None


def _last_day(edition: FrozenEdition, key: str, start: datetime, calendar: WorkingCalendar) -> datetime:
    finish = periods.window_end(edition.rule(key), start, calendar)
    return instants.start_of_day(instants.last_day_before(finish))
