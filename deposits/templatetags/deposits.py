"""Names of codes, sentences of findings and shown account numbers, for the deposits' pages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext

from deposits.domain import payers, wording

register = template.Library()
NAMES: Mapping[str, Mapping[str, str]] = {
    "state": wording.STATES,
    "standing": wording.STANDINGS,
    "cause": wording.CAUSES,
    "ground": wording.GROUNDS,
    "decision": wording.DECISIONS,
    "form": wording.FORMS,
    "kind": wording.KINDS,
}
TONES: Mapping[str, str] = {
    "unpaid": "warn",
    "paid": "ok",
    "guaranteed": "ok",
    "exempt": "info",
    "due": "info",
    "returning": "info",
    "returned": "neutral",
    "kept": "bad",
    "converted": "neutral",
}


@register.filter
def called(code: str, kind: str) -> str:
    """Return the name of a code; one that has none is shown as it is."""
    return "+".join(gettext(NAMES[kind].get(each, each)) for each in str(code).split("+"))


@register.filter
def toned(state: str) -> str:
    """Return the tone in which a deposit's state is shown."""
    return TONES.get(state, "info")


@register.filter
def said(finding: Mapping[str, Any]) -> str:
    """Return the sentence of a stored finding."""
    sentence: str = gettext(wording.REASONS[finding["reason"]]) % finding["facts"]
    return sentence


@register.filter
def masked(number: str) -> str:
    """Return an account number of which only the end can be read."""
    return payers.masked(number)


@register.filter
def percent(share: Decimal) -> str:
    """Write a share as per cent without needless zeros: 0.2 %."""
    text = f"{share * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"
