"""Exports of lists: CSV that a spreadsheet opens rightly, and JSON lines for programs."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return rows as a CSV file in UTF-8 with a byte order mark, without which Excel guesses another charset."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return _file(BOM + text.getvalue(), f"{name}.csv", "text/csv; charset=utf-8")


def jsonl_response(name: str, rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """Return one JSON object a line."""
    lines = "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in rows)
    return _file(lines, f"{name}.jsonl", "application/x-ndjson; charset=utf-8")


def file_response(data: bytes, name: str, kind: str) -> HttpResponse:
    """Return bytes to be saved under a name; never shown in the page's own origin."""
    return _file(data, name, kind)


def _file(content: str | bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def _cell(value: Any) -> str:
    """Write a value as text; one that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="milliseconds")
    text = str(value)
    number = text.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not number else text
