"""The quarterly report as a paper: the same figures as of the page, each with its formula."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, gettext as _

from kernel import pdf
from monitoring.domain import indicator_names as names
from monitoring.domain.indicators import CHANCE, KINDS, Kind, Report, Row, rounded, written
from monitoring.queries.dashboard import ZONE, Asked
from tender.domain.names import CATEGORY_NAMES, REGIMES

TEMPLATE = Path(__file__).resolve().parent / "templates" / "monitoring" / "quarter.typ"
CSV_COLUMNS = ("group", "key", *KINDS)
Lines = list[list[str]]


def quarterly(report: Report, asked: Asked, *, at: datetime) -> bytes:
    """Return a quarter's report as PDF/A-3b in the reader's language; raises PdfError while the fonts are missing.

    The same figures, language and instant give the same bytes.
    """
    return pdf.render(TEMPLATE, _data(report, asked, at), at=at)


def csv_rows(report: Report) -> Lines:
    """Return all rows of a report as programs read them: shares as numbers, a missing figure as an empty cell."""
    groups: list[tuple[str, Sequence[Row]]] = [
        ("total", [Row("", report.total)]),
        ("month", report.months),
        ("region", report.regions),
        ("kind", report.kinds),
        ("procuring_entity", report.entities),
    ]
    return [
        [group, row.key, *(row.figures.plain(code) for code in KINDS)]
        for group, rows in groups
        for row in rows
    ]


def kind_name(key: str) -> str:
    """Return what a regime and category are called in the reader's language."""
    regime, _sep, category = key.partition("-")
    return _("%(regime)s, %(category)s") % {
        "regime": _(REGIMES[regime]),
        "category": _(CATEGORY_NAMES[category]),
    }


@dataclass(frozen=True, slots=True)
class Table:
    """A table of page and paper: what its rows are, and which figures it shows of them."""

    title: str
    group: str
    first: str
    rows: Sequence[Row]
    codes: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        """What its figures are called in the reader's language."""
        return [_(names.FIGURES[code]) for code in self.codes]

    def cells(self, row: Row) -> list[str]:
        """Return the figures of a row as people read them."""
        return [row.figures.written(code) for code in self.codes]


def tables(report: Report) -> list[Table]:
    """Return the tables of a report; none is wider than a printed page."""
    months, regions, kinds = (
        ("month", _("Month")),
        ("region", _("Region")),
        ("kind", _("Regime and category")),
    )
    flags = (*names.FLAGGED, *names.CASES)
    return [
        Table(_("By month: volume and saving"), *months, report.months, names.VOLUME),
        Table(_("By month: competition"), *months, report.months, names.COMPETITION),
        Table(_("By month: flags and cases"), *months, report.months, flags),
        Table(_("By region: volume and saving"), *regions, report.regions, names.VOLUME),
        Table(_("By region: competition"), *regions, report.regions, names.COMPETITION),
        Table(_("By region: flags"), *regions, report.regions, names.FLAGGED),
        Table(_("By regime and category: volume and saving"), *kinds, report.kinds, names.VOLUME),
        Table(_("By regime and category: competition"), *kinds, report.kinds, names.COMPETITION),
    ]


def title(asked: Asked) -> str:
    """Return the title of a quarter's report."""
    year, number = asked.period.quarter or (asked.period.first.year, 0)
    return _("Tendering in quarter %(number)s of %(year)s: report of the supervisor") % {
        "number": number,
        "year": year,
    }


def chance() -> str:
    """Return the share of striking p-values among honest lots, written out."""
    return written(CHANCE, Kind.SHARE)


def by_chance(scored: int) -> str:
    """Return how many of so many honest lots have a striking p-value by chance alone."""
    return str(rounded(CHANCE * scored, 2))


def _data(report: Report, asked: Asked, at: datetime) -> dict[str, Any]:
    total = report.total
    return {
        "lang": (get_language() or "zh")[:2],
        "title": title(asked),
        "platform": _("Yangguang e-tendering platform"),
        "about": _about(asked, at),
        "none": _nothing() if not total.published else "",
        "words": {
            "total": _("In all"),
            "formula": _("How it is computed"),
            "figure": _("Figure"),
            "value": _("Value"),
            "flags": _("A flag is a reason to look, never a verdict; the two kinds are never added."),
            "page": _("%(title)s, as of %(at)s") % {"title": title(asked), "at": _when(at)},
        },
        "totals": [[_(names.FIGURES[code]), total.written(code), _(names.FORMULAS[code])] for code in KINDS],
        "chance": _(
            "Of %(scored)s lots with a p-value, chance alone would give about %(number)s with p ≤ 0.01."
        )
        % {"scored": total.scored, "number": by_chance(total.scored)},
        "tables": [_table(one) for one in tables(report)] if total.published else [],
    }


def _nothing() -> str:
    return _("No lot was published in this quarter: there is nothing to report.")


def _about(asked: Asked, at: datetime) -> Lines:
    first, last = asked.period.first, asked.period.last
    return [
        [_("Months of the notices"), f"{first:%Y-%m} – {last:%Y-%m}"],
        [_("Regime"), _(REGIMES[asked.regime]) if asked.regime else _("both")],
        [_("As of"), _when(at)],
        [
            _("Reading"),
            _(
                "A lot counts in the month of its notice and as it stands at this instant. In brackets, the lots "
                "that a figure rests on; a dash means that there is none."
            ),
        ],
    ]


def _table(table: Table) -> dict[str, Any]:
    called = kind_name if table.group == "kind" else str
    return {
        "title": table.title,
        "head": [table.first, *table.labels],
        "rows": [[called(row.key), *table.cells(row)] for row in table.rows],
    }


def _when(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
