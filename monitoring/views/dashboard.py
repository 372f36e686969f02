"""The regulator's dashboard and its quarterly report: figures by region and month, each with its formula."""

from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import clock, exports
from monitoring import papers
from monitoring.domain import indicator_names as names, indicators
from monitoring.domain.indicators import CHANCE, KINDS, Report, Row
from monitoring.forms.dashboard import DashboardForm, quarter_name, recent
from monitoring.papers import Table
from monitoring.queries import dashboard as queries
from monitoring.queries.dashboard import Asked

REPORTS = 4
"""So many quarterly reports are offered on the page."""
OF_FLAGS = ("striking_share", "median_suspicion", "indicated", *names.CASES)
LOTS = ("published", "opened", "failed")
RATES = ("single_rate", "failed_share", "saving_rate")


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def dashboard(request: SeatRequest) -> HttpResponse:
    """Show the figures of a period in all, by region and by month."""
    now = clock.now()
    today = queries.today(now)
    form = DashboardForm(request.GET, today=today)
    asked = form.asked()
    report = queries.access_report(request.seat, asked, now=now)
    context = {
        "form": form,
        "asked": asked,
        "at": now,
        "report": report,
        "facts": _facts(report, [code for code in KINDS if code not in OF_FLAGS]),
        "flags": _facts(report, OF_FLAGS),
        "chance": papers.chance(),
        "by_chance": papers.by_chance(report.total.scored),
        "tables": _tables(report, asked),
        "charts": _charts(report) if len(report.months) > 1 and report.total.published else [],
        "reports": [(one.quarter, quarter_name(one)) for one in recent(today, REPORTS)],
        "quarter": quarter_name(asked.period),
        "section": "desk",
    }
    return render(request, "monitoring/dashboard.html", context)


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def report_pdf(request: SeatRequest, year: str, quarter: str) -> HttpResponse:
    """Give the report of a quarter as a paper in the reader's language."""
    now = clock.now()
    asked = _quarter(year, quarter, now)
    report = queries.access_report(request.seat, asked, now=now)
    return exports.file_response(
        papers.quarterly(report, asked, at=now), f"report-{quarter_name(asked.period)}.pdf", "application/pdf"
    )


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def report_csv(request: SeatRequest, year: str, quarter: str) -> HttpResponse:
    """Give all rows of a quarter's report for programs and spreadsheets."""
    now = clock.now()
    asked = _quarter(year, quarter, now)
    rows = papers.csv_rows(queries.access_report(request.seat, asked, now=now))
    return exports.csv_response(f"report-{quarter_name(asked.period)}", papers.CSV_COLUMNS, rows)


def _quarter(year: str, number: str, now: datetime) -> Asked:
    """Return a quarter that has begun; else 404."""
    period = indicators.quarter(int(year), int(number))
    if period.first > queries.today(now):
        raise Http404
    return Asked(period)


def _facts(report: Report, codes: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(_(names.FIGURES[code]), report.total.written(code), _(names.FORMULAS[code])) for code in codes]


def _tables(report: Report, asked: Asked) -> list[dict[str, Any]]:
    """Return the tables of the page; a row of flags leads to the list of flags, narrowed to the same lots."""
    whole = {"since": f"{asked.period.first:%Y-%m}", "until": f"{asked.period.last:%Y-%m}"}
    narrowed: dict[str, Callable[[str], dict[str, str]]] = {
        "month": lambda key: {"since": key, "until": key},
        "region": lambda key: {"region": key, **whole},
    }
    return [
        _table(one, asked, narrowed[one.group] if "indicated" in one.codes else None)
        for one in papers.tables(report)
        if one.group in narrowed
    ]


def _table(table: Table, asked: Asked, narrowed: Callable[[str], dict[str, str]] | None) -> dict[str, Any]:
    return {
        "title": table.title,
        "first": table.first,
        "labels": table.labels,
        "links": narrowed is not None,
        "rows": [
            {
                "key": row.key,
                "cells": list(zip(table.labels, table.cells(row), strict=True)),
                "url": _flags_address(asked, narrowed(row.key)) if narrowed else "",
            }
            for row in table.rows
        ],
    }


def _flags_address(asked: Asked, narrowed: dict[str, str]) -> str:
    words = QueryDict(mutable=True)
    words.update({**narrowed, **({"regime": asked.regime} if asked.regime else {})})
    return f"{reverse('monitoring')}?{words.urlencode()}"


def _charts(report: Report) -> list[dict[str, Any]]:
    """Return the charts; a chart may be approximate, the table inside it is exact."""
    chance = {"name": _("chance alone"), "y": float(CHANCE * 100)}
    return [
        _chart(_("Lots by month of their notice"), report.months, LOTS),
        _chart(_("Rates by month, per cent"), report.months, RATES),
        _chart(
            _("Share of lots with p ≤ 0.01 by month, per cent"),
            report.months,
            ("striking_share",),
            [chance],
        ),
    ]


def _chart(
    heading: str, rows: Sequence[Row], codes: Sequence[str], marks: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    labels = [_(names.FIGURES[code]) for code in codes]
    return {
        "title": heading,
        "labels": labels,
        "data": {
            "x": [row.key for row in rows],
            "marks": list(marks),
            "series": [
                {"name": label, "data": [_point(row, code) for row in rows]}
                for label, code in zip(labels, codes, strict=True)
            ],
        },
        "rows": [(row.key, [row.figures.written(code) for code in codes]) for row in rows],
    }


def _point(row: Row, code: str) -> float | None:
    value = row.figures.value(code)
    if value is None:
        return None
    return float(value * 100 if isinstance(value, Fraction) else value)
