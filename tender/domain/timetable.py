"""The timetable of a lot: every milestone that the law sets, its bounds, what has happened and what comes next."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kernel.domain.workdays import WorkingCalendar, YearNotAnnouncedError
from tender.domain import instants, periods
from tender.domain.lifecycle import Lever
from tender.domain.periods import Bounds
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Rule
from tender.domain.wording import gettext_noop as _


class MilestoneState(StrEnum):
    """Where a milestone stands at `now`; `unknown` means that a year's holidays are not announced."""

    PAST = "past"
    NEXT = "next"
    OPEN = "open"
    MISSED = "missed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of the timetable; `title` is an English message id, `rule` an id or "".

    A window is open from `earliest` to `latest`; an act is lawful within them. `latest` is outside unless
    `closed`. `planned_at` is a fixed instant that has not come, `done_at` one that has; `late` tells that the
    act was done after `latest`. `missing_year` is the year whose holidays the operator must enter.
    """

    key: str
    title: str
    rule: str
    state: MilestoneState
    earliest: datetime | None = None
    latest: datetime | None = None
    closed: bool = False
    planned_at: datetime | None = None
    done_at: datetime | None = None
    late: bool = False
    missing_year: int | None = None


@dataclass(frozen=True, slots=True)
class _Facts:
    edition: FrozenEdition
    instants: Mapping[str, datetime]
    calendar: WorkingCalendar

    def get(self, name: str) -> datetime | None:
        return self.instants.get(name)

    def until(self, key: str, start: str) -> datetime | None:
        """Return the end of the period of a rule that runs from a fact, None while the fact is unknown."""
        begun = self.get(start)
        if begun is None:
            return None
        return periods.window_end(self.edition.rule(key), begun, self.calendar)


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that somebody does once: `fact` is when, `after` the fact from which it is possible."""

    key: str
    title: str
    rule_key: str
    fact: str
    after: str = ""
    lever: Lever | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """A time in which something is possible; `ends` returns (end, whether the very instant is inside)."""

    key: str
    title: str
    rule_key: str
    opens: str
    ends: Callable[[_Facts, Rule], tuple[datetime | None, bool]]
    lever: Lever | None = None


def _fact(name: str) -> Callable[[_Facts, Rule], tuple[datetime | None, bool]]:
    return lambda facts, _rule: (facts.get(name), False)


def _lead(facts: _Facts, rule: Rule) -> tuple[datetime | None, bool]:
    deadline = facts.get("deadline")
    return (deadline - periods.lead(rule) if deadline is not None else None), True


def _period(opens: str) -> Callable[[_Facts, Rule], tuple[datetime | None, bool]]:
    return lambda facts, rule: (facts.until(rule.keys[0], opens), False)


def _published(facts: _Facts, _rule: Rule) -> tuple[datetime | None, bool]:
    announced = facts.get("candidates_until")
    return announced or facts.until("candidate_publication_minimum", "candidates_published"), False


def _query(key: str, start: str) -> Callable[[_Facts, Rule], tuple[datetime | None, bool]]:
    """Count a query window from the last day of another period (regime G)."""

    def ends(facts: _Facts, rule: Rule) -> tuple[datetime | None, bool]:
        first = facts.until(key, start)
        if first is None:
            return None, False
        known = instants.start_of_day(instants.last_day_before(first))
        return periods.window_end(rule, known, facts.calendar), False

    return ends


def _document_objection(facts: _Facts, rule: Rule) -> tuple[datetime | None, bool]:
    if facts.edition.has("notice_period"):
        return _query("notice_period", "document_issued")(facts, rule)
    return _lead(facts, rule)


_STEPS: tuple[_Act | _Window, ...] = (
    _Act("document", _("Tender document issued"), "", "document_issued", lever=Lever.PUBLISH),
    _Window("notice", _("Notice published"), "notice_period", "document_issued", _period("document_issued")),
    _Window(
        "access",
        _("Document can be obtained"),
        "document_access_minimum",
        "document_issued",
        _fact("documents_until"),
    ),
    _Window(
        "document_objection",
        _("Objections to the document"),
        "document_objection_window",
        "document_issued",
        _document_objection,
    ),
    _Window(
        "clarification",
        _("Changes without moving the deadline"),
        "clarification_lead",
        "document_issued",
        _lead,
    ),
    _Act("deadline", _("Bid deadline"), "bid_period_minimum", "deadline", lever=Lever.CLOSE),
    _Act("opening", _("Opening"), "opening_at_deadline", "opening_started", lever=Lever.BEGIN_OPENING),
    _Window("validity", _("Bids are valid"), "validity_from_deadline", "deadline", _fact("validity_until")),
    _Act("evaluation", _("Evaluation report signed"), "", "evaluation_ended", "opened", Lever.SIGN_REPORT),
    _Act(
        "report",
        _("Evaluation report delivered"),
        "report_delivery_maximum",
        "report_received",
        lever=Lever.DELIVER_REPORT,
    ),
    _Act(
        "candidates",
        _("Candidates published"),
        "candidate_publication_start_maximum",
        "candidates_published",
        lever=Lever.PUBLISH_CANDIDATES,
    ),
    _Window(
        "candidate_publication",
        _("Candidates public, objections to the result"),
        "candidate_publication_minimum",
        "candidates_published",
        _published,
        Lever.END_PUBLICATION,
    ),
    _Act("winner", _("Winner determined"), "winner_confirmation_maximum", "winner_determined"),
    _Act(
        "result",
        _("Result published"),
        "candidate_publication_minimum",
        "result_published",
        lever=Lever.PUBLISH_RESULT,
    ),
    _Act(
        "result",
        _("Result published"),
        "result_publication_maximum",
        "result_published",
        lever=Lever.PUBLISH_RESULT,
    ),
    _Window(
        "result_publication",
        _("Result public"),
        "result_publication_minimum",
        "result_published",
        _period("result_published"),
    ),
    _Window(
        "result_query",
        _("Queries about the result"),
        "process_objection_window",
        "result_published",
        _query("result_publication_minimum", "result_published"),
    ),
    _Act("award", _("Notice of award issued"), "", "notice_issued", "result_published", Lever.ISSUE_NOTICE),
    _Act("written_report", _("Written report filed"), "written_report_maximum", "written_report_filed"),
    _Act("contract", _("Contract signed"), "contract_maximum", "contract_signed", lever=Lever.SIGN_CONTRACT),
    _Act("contract_public", _("Contract published"), "contract_publication_maximum", "contract_published"),
    _Act(
        "loser_deposits",
        _("Deposits of the others returned"),
        "loser_deposit_return_maximum",
        "loser_deposits_returned",
    ),
    _Act(
        "winner_deposit",
        _("Deposit of the winner returned"),
        "winner_deposit_return_maximum",
        "winner_deposit_returned",
    ),
)
FACTS = frozenset(
    {
        *("document_issued", "documents_until", "deadline", "opening_started", "opened", "validity_until"),
        *("evaluation_ended", "report_received", "candidates_published", "candidates_until"),
        *("winner_determined", "result_published", "notice_issued", "written_report_filed"),
        *("contract_signed", "contract_published", "loser_deposits_returned", "winner_deposit_returned"),
    }
)
"""The instants that `compute` understands, done or fixed for the future."""


def compute(
    edition: FrozenEdition,
    facts: Mapping[str, datetime],
    *,
    now: datetime,
    calendar: WorkingCalendar,
    blocked: Collection[Lever] = frozenset(),
) -> tuple[Milestone, ...]:
    """Return the timetable of a lot in the order of the procedure; steps of the other regime are left out.

    `facts` names of `FACTS` -> instants, past or fixed for the future; `blocked` the levers that pauses hold
    back (`lifecycle.blocked_levers`). Raises ValueError for an unknown fact.
    """
    unknown = sorted(set(facts) - FACTS)
    if unknown:
        raise ValueError(f"unknown facts: {', '.join(unknown)}")
    known = _Facts(edition, facts, calendar)
    return tuple(
        _dated(step, known, now, held=step.lever is not None and step.lever in blocked)
        for step in _STEPS
        if not step.rule_key or edition.has(step.rule_key)
    )


def _dated(step: _Act | _Window, facts: _Facts, now: datetime, *, held: bool) -> Milestone:
    try:
        return _milestone(step, facts, now, held=held)
    except YearNotAnnouncedError as error:
        return _undated(step, facts, error.year)


def _milestone(step: _Act | _Window, facts: _Facts, now: datetime, *, held: bool) -> Milestone:
    if isinstance(step, _Window):
        return _window(step, facts.edition.rule(step.rule_key), facts, now, held=held)
    rule = facts.edition.rule(step.rule_key) if step.rule_key else None
    return _act(step, rule, facts, now, held=held)


def _act(step: _Act, rule: Rule | None, facts: _Facts, now: datetime, *, held: bool) -> Milestone:
    anchor = facts.get(rule.anchor if rule is not None else step.after)
    found = Bounds(earliest=anchor)
    if rule is not None and anchor is not None:
        found = periods.bounds(rule, anchor, facts.calendar)
    fixed = facts.get(step.fact)
    base = Milestone(
        key=step.key,
        title=step.title,
        rule=rule.id if rule is not None else "",
        state=MilestoneState.NEXT,
        earliest=found.earliest,
        latest=found.latest,
        closed=found.closed,
    )
    if fixed is not None and fixed <= now:
        return replace(base, state=MilestoneState.PAST, done_at=fixed, late=found.passed(fixed))
    if held:
        return replace(base, state=MilestoneState.BLOCKED, planned_at=fixed)
    if found.passed(now):
        return replace(base, state=MilestoneState.MISSED, planned_at=fixed)
    possible = fixed is None and found.earliest is not None and found.earliest <= now
    state = MilestoneState.OPEN if possible else MilestoneState.NEXT
    return replace(base, state=state, planned_at=fixed)


def _window(step: _Window, rule: Rule, facts: _Facts, now: datetime, *, held: bool) -> Milestone:
    opens = facts.get(step.opens)
    closes, closed = step.ends(facts, rule)
    base = Milestone(
        key=step.key,
        title=step.title,
        rule=rule.id,
        state=MilestoneState.NEXT,
        earliest=opens,
        latest=closes,
        closed=closed,
    )
    if closes is not None and Bounds(latest=closes, closed=closed).passed(now) and not held:
        return replace(base, state=MilestoneState.PAST, done_at=closes)
    if opens is None or now < opens:
        return base
    return replace(base, state=MilestoneState.BLOCKED if held else MilestoneState.OPEN)


def _undated(step: _Act | _Window, facts: _Facts, year: int) -> Milestone:
    rule = facts.edition.rule(step.rule_key)
    done = facts.get(step.fact) if isinstance(step, _Act) else None
    return Milestone(
        key=step.key,
        title=step.title,
        rule=rule.id,
        state=MilestoneState.UNKNOWN,
        planned_at=done,
        missing_year=year,
    )
