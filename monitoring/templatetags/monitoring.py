"""Words of monitoring's pages."""

from decimal import ROUND_HALF_EVEN, Context

from django import template
from django.utils.translation import gettext

from monitoring.domain import case_names, lesson_names, names, suspicion_names
from tender.domain.names import CATEGORY_NAMES, REGIMES

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
    "case_state": case_names.CASE_STATES,
    "outcome": case_names.OUTCOMES,
    "ruling": case_names.RULINGS,
    "source": case_names.SOURCES,
    "case_act": case_names.ACTS,
    "todo": case_names.TODOS,
    "todo_note": case_names.TODO_NOTES,
    "reason": suspicion_names.REASONS,
    "reason_formula": suspicion_names.FORMULAS,
    "innocent": suspicion_names.INNOCENT,
    "lesson_state": lesson_names.STATES,
    "order": lesson_names.ORDERS,
    "figure": lesson_names.FIGURES,
    "lesson_act": lesson_names.ACTS,
    "regime": REGIMES,
    "category": CATEGORY_NAMES,
}


@register.filter
def called(code: str, table: str) -> str:
    """Return what a code of monitoring is called in the reader's language; an unknown one is shown as it is."""
    found = TABLES[table].get(code)
    return gettext(found) if found else str(code)


@register.filter
def lesson_tone(state: str) -> str:
    """Return the tone in which a learned model's state is shown."""
    return lesson_names.TONES.get(state, "neutral")


@register.filter
def case_tone(state: str) -> str:
    """Return the tone in which a case's state is shown."""
    return case_names.CASE_TONES.get(state, "neutral")


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
