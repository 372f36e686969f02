"""The working calendar from its editable table; a year that nobody entered raises a task for the operator."""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from kernel import tasks_for_operator
from kernel.domain.workdays import WorkingCalendar, YearNotAnnouncedError
from kernel.models import CalendarDay, CalendarYear

SEED = Path(__file__).parent / "holidays.toml"


def working_calendar() -> WorkingCalendar:
    """Return the calendar of all announced years."""
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    days: dict[str, set[date]] = {"off": set(), "work": set()}
    for day, kind in CalendarDay.objects.values_list("day", "kind"):
        days[kind].add(day)
    return WorkingCalendar(years=years, off=frozenset(days["off"]), work=frozenset(days["work"]))


def raise_missing_year(error: YearNotAnnouncedError, *, now: datetime) -> None:
    """Ask the operator to enter a year; asked once."""
    tasks_for_operator.raise_once(f"calendar:{error.year}", "calendar_year", {"year": error.year}, now=now)


def seed_years() -> list[int]:
    """Enter the years of the shipped notices that the table lacks; returns them."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    notices: dict[str, Any] = tomllib.loads(SEED.read_text())
    fresh = [int(year) for year in notices if int(year) not in known]
    with transaction.atomic():
        for year in fresh:
            enter_year(
                year, notices[str(year)]["source"], notices[str(year)]["off"], notices[str(year)]["work"]
            )
    return fresh


def enter_year(year: int, source: str, off: list[str], work: list[str]) -> None:
    """Enter or replace a year: days as `MM-DD` or `MM-DD..MM-DD`; raises ValueError on an unreadable day."""
    with transaction.atomic():
        row, _ = CalendarYear.objects.update_or_create(year=year, defaults={"source": source})
        row.days.all().delete()
        for kind, spans in (("off", off), ("work", work)):
            days = [day for span in spans for day in read_span(year, span)]
            CalendarDay.objects.bulk_create(CalendarDay(year=row, day=d, kind=kind) for d in days)


def read_span(year: int, span: str) -> list[date]:
    """Return the days of `MM-DD` or `MM-DD..MM-DD`; raises ValueError for days that the year does not have."""
    first, _, last = span.partition("..")
    try:
        start, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
    except ValueError as error:
        raise ValueError(f"{span} is no day of {year}") from error
    if end < start:
        raise ValueError(f"a span ends before it starts: {span}")
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]
