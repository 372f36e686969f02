"""The table of announced years as an operator edits it: entered from the yearly notice, journalled, undone never."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import transaction

from kernel import calendar, journal, tasks_for_operator
from kernel.models import CalendarDay, CalendarYear

_SPAN = re.compile(r"\d{2}-\d{2}(\.\.\d{2}-\d{2})?\Z", re.ASCII)


class YearError(ValueError):
    """A year that cannot be entered as typed; the message names the day."""


@dataclass(frozen=True, slots=True)
class Year:
    """A year with its notice; days off and make-up working days as spans of `MM-DD`."""

    year: int
    source: str
    off: tuple[str, ...]
    work: tuple[str, ...]


def years() -> list[Year]:
    """Return the announced years, the newest first."""
    rows = CalendarYear.objects.order_by("-year").prefetch_related("days")
    return [
        Year(
            year=row.year,
            source=row.source,
            off=_spans(d.day for d in row.days.all() if d.kind == CalendarDay.Kind.OFF),
            work=_spans(d.day for d in row.days.all() if d.kind == CalendarDay.Kind.WORK),
        )
        for row in rows
    ]


def announce(year: int, source: str, off: str, work: str, *, actor: str, now: datetime) -> None:
    """Enter or replace a year; spans are parted by blanks or line ends. Raises YearError."""
    spans = {"off": _read(off), "work": _read(work)}
    try:
        days = {
            kind: {d for span in found for d in calendar.read_span(year, span)}
            for kind, found in spans.items()
        }
    except ValueError as error:
        raise YearError(str(error)) from error
    if both := days["off"] & days["work"]:
        raise YearError(f"{min(both)} stands both as a day off and as a working day")
    with transaction.atomic():
        calendar.enter_year(year, source, spans["off"], spans["work"])
        tasks_for_operator.finish(f"calendar:{year}", by=actor, now=now)
        journal.record(
            "kernel:calendar:announced",
            actor=actor,
            at=now,
            payload={"year": year, "source": source, **spans},
        )


def _read(text: str) -> list[str]:
    spans = text.replace(",", " ").split()
    for span in spans:
        if not _SPAN.match(span):
            raise YearError(f"{span!r} is no day: write MM-DD or MM-DD..MM-DD")
    return spans


def _spans(days: Iterable[date]) -> tuple[str, ...]:
    found = sorted(days)
    groups: list[list[date]] = [[day] for day in found[:1]]
    for before, day in pairwise(found):
        if day - before == timedelta(days=1):
            groups[-1].append(day)
        else:
            groups.append([day])
    return tuple(f"{g[0]:%m-%d}" if len(g) == 1 else f"{g[0]:%m-%d}..{g[-1]:%m-%d}" for g in groups)
