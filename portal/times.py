"""Days, instants and lengths of time in the reader's language, also those that facts hold as plain text."""

import re
from datetime import date, datetime

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, ngettext, pgettext

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?")
_SPAN = re.compile(r"([\d.]+) (d|h|min|s)(?: (\d+) (h|min|s))?")


def day(value: date) -> str:
    """Write a calendar day: `2026-03-20` in English."""
    return formatted(value, pgettext("date format", "Y-m-d"))


def instant(local: datetime, style: str = "second") -> str:
    """Write an instant that is already in the reader's zone, to the `minute`, the `second` or the `milli`."""
    clock = f"{local:%H:%M}" if style == "minute" else f"{local:%H:%M:%S}"
    return f"{day(local)} {clock}" + (f".{local.microsecond // 1000:03d}" if style == "milli" else "")


def told(text: str) -> str:
    """Write a fact's day, instant (`2026-03-20 09:00`) or span (`2 d 3 h`) anew; any other text as it stands."""
    if found := _INSTANT.fullmatch(text):
        try:
            return " ".join(part for part in (day(date.fromisoformat(found[1])), found[2]) if part)
        except ValueError:
            return text
    if found := _SPAN.fullmatch(text):
        pairs = ((found[1], found[2]), (found[3], found[4]))
        return " ".join(_length(number, unit) for number, unit in pairs if number)
    return text


def _length(number: str, unit: str) -> str:
    count = 1 if number == "1" else 2
    if unit == "d":
        words = ngettext("%(n)s day", "%(n)s days", count)
    elif unit == "h":
        words = ngettext("%(n)s hour", "%(n)s hours", count)
    else:
        words = gettext("%(n)s min") if unit == "min" else gettext("%(n)s s")
    return words % {"n": number}
