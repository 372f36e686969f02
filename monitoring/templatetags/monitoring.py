"""Words of monitoring's pages."""

from decimal import ROUND_HALF_EVEN, Context

from django import template
from django.utils.translation import gettext

from monitoring.domain import names

register = template.Library()
DIGITS = Context(prec=4, rounding=ROUND_HALF_EVEN)
TABLES = {
    "screen": names.TITLES,
    "formula": names.FORMULAS,
    "sign": names.SIGN_NAMES,
    "missing": names.MISSING,
    "item": names.ITEMS,
    "evidence": names.EVIDENCE,
    "exemption": names.EXEMPTIONS,
    "result": names.RESULTS,
    "fact": names.FACTS,
    "field": names.FIELDS,
    "value": names.VALUES,
    "alert_state": names.ALERT_STATES,
    "unread": names.UNREAD,
    "edition": names.EDITIONS,
}


@register.filter
def called(code: str, table: str) -> str:
    """Return what a code of monitoring is called in the reader's language; an unknown one is shown as it is."""
    found = TABLES[table].get(code)
    return gettext(found) if found else str(code)


@register.filter
def stated(facts: dict[str, str]) -> list[tuple[str, str]]:
    """Return what an explanation was tried on, named in the reader's language; facts without a value are left out."""
    return [
        (called(name, "fact"), "; ".join(called(part, "value") for part in value.split("; ")))
        for name, value in facts.items()
        if value
    ]


@register.filter
def figures(value: float | None) -> str:
    """Write a screen's value to four significant digits; "" where there is none."""
    if value is None:
        return ""
    return f"{DIGITS.create_decimal_from_float(value):f}"


@register.filter
def per_cent(share: float | None) -> str:
    """Write a share in whole per cents; "" where there is none."""
    return "" if share is None else f"{share:.0%}"
