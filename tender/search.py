"""Search of notices by our own bigrams, since neither database finds two-character Chinese words by itself."""

import re

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from tender.models import Lot, NoticeText

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


def tokens(text: str) -> list[str]:
    """Return the search tokens of a text: single characters and bigrams of Chinese, whole other words."""
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        if run[0] < "\u3400":
            found.append(run)
        else:
            found += [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
    return list(dict.fromkeys(found))


def wanted(query: str) -> list[str]:
    """Return the tokens that all must be found: bigrams where a run has two characters or more."""
    found: list[str] = []
    for run in _RUN.findall(query.lower()):
        chinese = run[0] >= "\u3400" and len(run) > 1
        found += [run[i : i + 2] for i in range(len(run) - 1)] if chinese else [run]
    return list(dict.fromkeys(found))


def index(row: Lot) -> None:
    """Put a lot's words into the search."""
    project = row.project
    owner = project.procuring_entity.name
    text = f"{row.title} {row.code} {project.title} {owner} {project.description}"
    NoticeText.objects.update_or_create(lot=row, defaults={"bigrams": " ".join(tokens(text))})


def matching(rows: "QuerySet[Lot]", query: str) -> "QuerySet[Lot]":
    """Return the lots whose words hold all of a query; a query without words finds nothing."""
    found = wanted(query)
    if not found:
        return rows.none()
    if connection.vendor == "postgresql":
        condition = RawSQL(
            "(SELECT string_to_array(t.bigrams, ' ') @> %s FROM tender_noticetext t WHERE t.lot_id = tender_lot.id)",
            [found],
            output_field=BooleanField(),
        )
        return rows.filter(condition)
    quoted = " AND ".join('"' + token.replace('"', "") + '"' for token in found)
    ids = RawSQL(
        "SELECT t.lot_id FROM tender_noticetext t JOIN tender_noticefts f ON f.rowid = t.id "
        "WHERE tender_noticefts MATCH %s",
        [quoted],
    )
    return rows.filter(pk__in=ids)
