"""Periods of the law: when one ends, whether an act kept it, and the numbers that a refusal shows.

Rules D-01 to D-06. The day of the event is not counted; days and working days end with the last counted day,
rolled to a working day, at 24:00 in China; hours and minutes run from instant to instant; a backward period is
`t <= anchor - N * 24 h`, equality in time, no roll. Windows are half-open. A year without an announced
calendar raises `kernel.domain.workdays.YearNotAnnouncedError`, which becomes a task for the operator.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from kernel.domain.refusals import ALLOWED, Decision
from kernel.domain.workdays import WorkingCalendar
from tender.domain import instants, wording
from tender.domain.instants import ONE_DAY, day_of, end_of_day, last_day_before, start_of_day
from tender.domain.rules import PERIODS, Compare, Rule, RulebookError, Unit


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which instants an act keeps a period; None where the rule sets no bound on that side.

    `latest` is outside, unless `closed` (backward periods: the very instant is in time, D-05).
    """

    earliest: datetime | None = None
    latest: datetime | None = None
    closed: bool = False

    def passed(self, now: datetime) -> bool:
        """Tell whether it is too late at `now`."""
        if self.latest is None:
            return False
        return now > self.latest if self.closed else now >= self.latest


def last_day(start: datetime, count: int, unit: Unit, calendar: WorkingCalendar) -> date:
    """Return the last day of a period of `count` days or working days from an instant (D-01 to D-03)."""
    if unit is Unit.WORKING_DAYS:
        return calendar.add_working_days(day_of(start), count)
    if unit is Unit.DAYS:
        return calendar.add_days(day_of(start), count)
    raise RulebookError(f"{unit} are no days")


def end(start: datetime, count: int, unit: Unit, calendar: WorkingCalendar) -> datetime:
    """Return the instant at which a period is over: 24:00 of its last day, or so many hours or minutes on."""
    if unit is Unit.HOURS:
        return start + timedelta(hours=count)
    if unit is Unit.MINUTES:
        return start + timedelta(minutes=count)
    return end_of_day(last_day(start, count, unit, calendar))


def window_end(rule: Rule, start: datetime, calendar: WorkingCalendar, name: str = "") -> datetime:
    """Return when the period of a rule that runs from `start` is over."""
    return end(start, rule.count(name), _period(rule, name), calendar)


def validity_end(deadline: datetime, days: int) -> datetime:
    """Return when bids cease to be valid: 24:00 of the last of so many days after T (T-20, G-27).

    The document fixes this term, so it does not roll over holidays and needs no calendar of a later year.
    """
    return end_of_day(day_of(deadline) + ONE_DAY * days)


def lead(rule: Rule) -> timedelta:
    """Return the length of a backward period: N days are N times 24 hours (D-05)."""
    unit, count = _period(rule), rule.count()
    lengths = {Unit.DAYS: ONE_DAY, Unit.HOURS: timedelta(hours=1), Unit.MINUTES: timedelta(minutes=1)}
    if unit not in lengths:
        raise RulebookError(f"rule {rule.id}: a backward period is in days, hours or minutes, not {unit}")
    return lengths[unit] * count


def bounds(rule: Rule, anchor: datetime, calendar: WorkingCalendar) -> Bounds:
    """Return between which instants the act of a rule keeps its period."""
    if rule.compare is Compare.EXACTLY:
        return Bounds(earliest=anchor)
    if rule.compare is Compare.BEFORE:
        return Bounds(latest=anchor - lead(rule), closed=True)
    finish = window_end(rule, anchor, calendar)
    if rule.compare is Compare.AT_MOST:
        return Bounds(earliest=anchor, latest=finish)
    if rule.compare is Compare.AFTER:
        return Bounds(earliest=finish)
    if rule.compare is Compare.AT_LEAST:
        return Bounds(earliest=start_of_day(last_day_before(finish)) if _ends_by_day(rule) else finish)
    raise RulebookError(f"rule {rule.id} does not say how its period is compared")


def judge(rule: Rule, *, anchor: datetime, at: datetime, calendar: WorkingCalendar) -> Decision:
    """Judge an act at `at` by a rule whose period runs from (or back from) `anchor`.

    Returns Allowed, with a note where a rule that cannot refuse is not kept; else Refused with the rule's id,
    a reason of `wording.REASONS` and the measured numbers.
    """
    facts = {
        "act": wording.MOMENTS.get(rule.act, ""),
        "at": instants.clock(at),
        "anchor": wording.MOMENTS.get(rule.anchor, ""),
        "counted_from": instants.clock(anchor),
    }
    if rule.compare is Compare.EXACTLY:
        return ALLOWED if at == anchor else rule.answer("not_the_instant", facts)
    facts |= {"limit": str(rule.count()), "unit": wording.UNITS[_period(rule)]}
    if rule.compare is not Compare.BEFORE and at < anchor:
        return rule.answer("wrong_order", facts)
    found = bounds(rule, anchor, calendar)
    if found.latest is not None:
        return _judge_latest(rule, found, found.latest, at, facts)
    if found.earliest is None or _reached(rule, found.earliest, at):
        return ALLOWED
    if not _ends_by_day(rule):
        return rule.answer("too_early", facts | {"earliest": instants.until(found.earliest)})
    given = days_between(anchor, last_day_before(at), _period(rule), calendar)
    facts |= {"given": str(given), "earliest": day_of(found.earliest).isoformat()}
    return rule.answer("too_short", facts)


def judge_window(rule: Rule, *, opens: datetime, closes: datetime, at: datetime) -> Decision:
    """Judge an act that belongs into a half-open window [opens, closes)."""
    if at < opens:
        return rule.answer("before_window", {"opens": instants.clock(opens), "at": instants.clock(at)})
    if at >= closes:
        facts = {"closes": instants.until(closes), "at": instants.clock(at)}
        return rule.answer("after_window", facts | {"late_by": instants.span(at - closes)})
    return ALLOWED


def keeps(rule: Rule, measured: Decimal | Fraction | int, name: str = "") -> bool:
    """Tell whether a measured number keeps a rule's limit; at least and at most include the limit (D-04)."""
    limit = rule.parameter(name).value
    if isinstance(limit, str | tuple):
        raise RulebookError(f"rule {rule.id}: {name or 'its value'} is no number")
    difference = Fraction(measured) - Fraction(limit)
    kept = {
        Compare.AT_LEAST: difference >= 0,
        Compare.AT_MOST: difference <= 0,
        Compare.ABOVE: difference > 0,
        Compare.EXACTLY: difference == 0,
    }
    if rule.compare not in kept:
        raise RulebookError(f"rule {rule.id} does not compare numbers")
    return kept[rule.compare]


def days_between(start: datetime, day: date, unit: Unit, calendar: WorkingCalendar) -> int:
    """Return how many days or working days lie after the day of `start` up to and including `day`."""
    length = max(0, (day - day_of(start)).days)
    if unit is not Unit.WORKING_DAYS:
        return length
    return sum(calendar.is_working_day(day - ONE_DAY * back) for back in range(length))


def _judge_latest(
    rule: Rule, found: Bounds, latest: datetime, at: datetime, facts: dict[str, str]
) -> Decision:
    if not found.passed(at):
        return ALLOWED
    reason = "too_late_before" if found.closed else "too_late"
    shown = instants.clock(latest) if found.closed else instants.until(latest)
    return rule.answer(reason, facts | {"latest": shown, "late_by": instants.span(at - latest)})


def _reached(rule: Rule, earliest: datetime, at: datetime) -> bool:
    """Tell whether an end at `at` is late enough; one that falls on a day needs some time of that day."""
    return at > earliest if _ends_by_day(rule) else at >= earliest


def _ends_by_day(rule: Rule) -> bool:
    return rule.compare is Compare.AT_LEAST and rule.parameter().unit in (Unit.DAYS, Unit.WORKING_DAYS)


def _period(rule: Rule, name: str = "") -> Unit:
    unit = rule.parameter(name).unit
    if unit not in PERIODS:
        raise RulebookError(f"rule {rule.id}: {name or 'its value'} in {unit} is no period")
    return unit
