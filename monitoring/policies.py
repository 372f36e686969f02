"""Facts in, a decision out: what a regulator may do with an alert and a case, what a firm may reply."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from accounts.policies import FOUR_EYES, four_eyes
from accounts.queries import Holder
from kernel.domain.refusals import ALLOWED, Decision, Refused
from monitoring.domain import cases
from monitoring.domain.cases import HANDED, REPLY_LEAST, Ends, Outcome, Ruling
from monitoring.domain.lifecycle import (
    CASE,
    GATHERING,
    LESSON,
    RUNNING,
    AlertState,
    CaseLever,
    CaseState,
    LessonLever,
)
from monitoring.models import Alert, Case

REGULATOR_LOOKS = "PR-14"
REASON_LIMIT = 2000
CASE_STEPS, CASE_EVIDENCE, CASE_HEARING, CASE_CONFERENCE, CASE_HAND_OVER = (
    "L-01",
    "L-02",
    "L-03",
    "L-04",
    "L-05",
)
TEXT_LIMIT = 5000
NAME_LIMIT = 120
FILE_LIMIT = 32 * 1024 * 1024
ALERTS_LIMIT = 50
CASES_LEAST = 5
"""A fold without a case of each kind teaches nothing."""
NOT_HANDED = Refused(CASE_HAND_OVER, "case_not_handed", {})
POLICE_FIRST = Refused(CASE_HAND_OVER, "case_police", {})


def reason_in_words(text: str) -> Decision:
    """Refuse an empty reason, which nobody could later read."""
    if 0 < len(text) <= REASON_LIMIT:
        return ALLOWED
    return Refused(REGULATOR_LOOKS, "text_missing", {"limit": str(REASON_LIMIT)})


def may_dismiss(alert: Alert) -> Decision:
    """Refuse to dismiss an alert twice: the first reason stands."""
    if alert.status != AlertState.DISMISSED:
        return ALLOWED
    return Refused(REGULATOR_LOOKS, "alert_dismissed", {"reason": alert.reason})


def enough_cases(confirmed: int, cleared: int) -> Decision:
    """Refuse to learn from fewer closed cases than each of the five folds needs."""
    if min(confirmed, cleared) >= CASES_LEAST:
        return ALLOWED
    facts = {"confirmed": str(confirmed), "cleared": str(cleared), "limit": str(CASES_LEAST)}
    return Refused(REGULATOR_LOOKS, "too_few_cases", facts)


def lesson_step(status: str, lever: LessonLever) -> Decision:
    """Refuse a step that does not follow from where a learned model stands."""
    if lever in {step.lever for step in LESSON.levers(status)}:
        return ALLOWED
    return Refused(REGULATOR_LOOKS, "lesson_step", {"lesson_state": status})


def not_in_case(holding: Iterable[Case]) -> Decision:
    """Refuse what would settle an alert beside the case that pursues it."""
    for case in holding:
        return Refused(CASE_STEPS, "alert_in_case", {"case": cases.code(str(case.pk))})
    return ALLOWED


def some_alerts(count: int) -> Decision:
    """Refuse a case without an alert that stands, or with more than anybody can read."""
    if 0 < count <= ALERTS_LIMIT:
        return ALLOWED
    return Refused(CASE_STEPS, "case_alerts", {"limit": str(ALERTS_LIMIT)})


def in_words(rule: str, text: str, limit: int = TEXT_LIMIT) -> Decision:
    """Refuse an empty text or one that is too long."""
    if 0 < len(text) <= limit:
        return ALLOWED
    return Refused(rule, "text_missing", {"limit": str(limit)})


def may_step(case: Case, lever: CaseLever) -> Decision:
    """Refuse a step that does not follow from where the case stands."""
    if any(step.lever == lever for step in CASE.levers(case.status)):
        return ALLOWED
    return Refused(CASE_STEPS, "case_step", {"case_state": case.status})


def is_handler(case: Case, by: Holder) -> Decision:
    """Refuse whoever does not handle the case."""
    if case.handler_id == by.id:
        return ALLOWED
    return Refused(CASE_STEPS, "case_of_another", {})


def may_assign(case: Case, handler: Holder, by: Holder) -> Decision:
    """Refuse to assign a case that does not run, or to whom it is assigned already, or to oneself."""
    if case.status not in RUNNING:
        return Refused(CASE_STEPS, "case_step", {"case_state": case.status})
    if case.handler_id == handler.id:
        return Refused(CASE_STEPS, "case_handler_same", {"handler": handler.person or handler.username})
    if not four_eyes(by, handler):
        return Refused(FOUR_EYES, "case_take_over", {"handler": handler.person or handler.username})
    return ALLOWED


def may_attach(case: Case) -> Decision:
    """Refuse evidence where it is not gathered."""
    if case.status in GATHERING:
        return ALLOWED
    return Refused(CASE_EVIDENCE, "case_step", {"case_state": case.status})


def fit_file(name: str, size: int, limit: int = FILE_LIMIT) -> Decision:
    """Refuse a file that is empty or too large, or whose name is too long."""
    if 0 < size <= limit and 0 < len(name) <= NAME_LIMIT:
        return ALLOWED
    return Refused(CASE_EVIDENCE, "case_file", {"limit": str(limit >> 20), "letters": str(NAME_LIMIT)})


def may_ask(firms: Iterable[str], known: Iterable[str], due_at: datetime, *, now: datetime) -> Decision:
    """Refuse a question to nobody, to a firm that the alerts do not touch, or due too soon."""
    chosen = set(firms)
    if not chosen or not chosen <= set(known):
        return Refused(CASE_HEARING, "case_firms", {})
    if due_at < now + REPLY_LEAST:
        return Refused(CASE_HEARING, "case_due", {"days": str(REPLY_LEAST.days)})
    return ALLOWED


def all_seated(silent: Sequence[str]) -> Decision:
    """Refuse a question of which these firms would not learn, since nobody holds a live seat for them."""
    if not silent:
        return ALLOWED
    return Refused(CASE_HEARING, "case_firm_no_seat", {"firms": "; ".join(silent)})


def may_go_on(asked: int, replied: int, due_at: datetime | None, *, now: datetime) -> Decision:
    """Refuse to go on while a firm still has time to reply."""
    if cases.heard(asked, replied, due_at, now=now):
        return ALLOWED
    return Refused(CASE_HEARING, "case_hearing", {"replies": str(replied), "asked": str(asked)})


def may_reply(case: Case, *, replied: bool, newest: bool) -> Decision:
    """Refuse a second reply, and one after the handler went on; a late one before that is taken and marked."""
    if replied:
        return Refused(CASE_HEARING, "case_replied", {})
    if case.status != CaseState.HEARING or not newest:
        return Refused(CASE_HEARING, "case_reply_over", {})
    return ALLOWED


def may_hand_over(ruling: str) -> Decision:
    """Refuse a package that no conference has decided."""
    if ruling in HANDED:
        return ALLOWED
    return NOT_HANDED


def may_resume(ruling: str) -> Decision:
    """Refuse to go on with a case that a conference decided to hand over to the police."""
    return POLICE_FIRST if ruling == Ruling.POLICE else ALLOWED


def may_end(outcome: str, case: Ends) -> Decision:
    """Refuse an unknown outcome, and one that the newest conference or a missing hearing does not allow."""
    if outcome not in list(Outcome):
        return Refused(CASE_STEPS, "case_outcome", {})
    if outcome == Outcome.HANDED_OVER:
        not_yet = Refused(CASE_HAND_OVER, "case_not_packed", {}) if case.ruling in HANDED else NOT_HANDED
        return ALLOWED if case.handed else not_yet
    if case.ruling == Ruling.POLICE:
        return POLICE_FIRST
    if outcome == Outcome.CONFIRMED and not case.heard:
        return Refused(CASE_HEARING, "case_unheard", {})
    return ALLOWED


def some_supervisor(count: int) -> Decision:
    """Refuse a handler who holds no live supervisor's seat."""
    return ALLOWED if count else Refused(CASE_STEPS, "case_handler", {})


def may_confer(ruling: str, participants: Sequence[dict[str, str]]) -> Decision:
    """Refuse minutes without a known decision, or whose participants are not named in full."""
    named = bool(participants) and all(each["name"] and each["organisation"] for each in participants)
    if named and ruling in list(Ruling):
        return ALLOWED
    return Refused(CASE_CONFERENCE, "case_minutes", {})


def held_within(held_date: date, *, opened: date | None, today: date) -> Decision:
    """Refuse a conference of a day to come, or of one on which the case was not open yet."""
    if held_date > today:
        return Refused(CASE_CONFERENCE, "case_minutes_day", {"at": held_date.isoformat()})
    if opened is not None and held_date < opened:
        facts = {"opened": opened.isoformat(), "at": held_date.isoformat()}
        return Refused(CASE_CONFERENCE, "case_minutes_early", facts)
    return ALLOWED
