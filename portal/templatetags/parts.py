"""Filters that the page components need: amounts, instants and form controls in the one way the site writes them."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.safestring import SafeString

from kernel.domain import canonical, money
from portal import times
from tender.domain import instants

register = template.Library()

Amount = Decimal | int | str


def _amount(value: Amount) -> Decimal:
    return value if isinstance(value, Decimal) else money.parse(str(value))


@register.filter
def yuan(value: Amount) -> str:
    """Write an amount with grouping and two decimals; text must be an exact amount, else AmountError."""
    return money.grouped(_amount(value))


@register.filter
def capitals(value: Amount) -> str:
    """Write an amount in capital numerals, as read out at an opening."""
    return money.capital_numerals(_amount(value))


@register.filter
def instant(value: datetime | str) -> str:
    """Write an instant for a machine (UTC, milliseconds); text is checked and passed on."""
    moment = canonical.parse_instant(value) if isinstance(value, str) else value
    return canonical.instant(moment)


@register.filter
def moment(value: datetime | str, style: str = "second") -> str:
    """Write an instant for a reader in the site's time zone: `2026-03-20 16:31:07`, or to the `minute` or `milli`.

    The style `until` writes the end of a window, which at midnight is 24:00 of the day that ends.
    """
    at = canonical.parse_instant(value) if isinstance(value, str) else value
    if style == "until":
        return times.told(instants.until(at.replace(microsecond=0)))
    return times.instant(timezone.localtime(at), style)


@register.filter
def day(value: date | None) -> str:
    """Write a calendar day as the reader's language writes it, "" for none."""
    return times.day(value) if value else ""


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a form field's widget with the class that its kind of control is drawn with."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return field.as_widget()
    if isinstance(widget, CheckboxInput):
        name = "form-check-input"
    else:
        name = "form-select" if isinstance(widget, Select) else "form-control"
    kept = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{name} {kept}".strip()})


@register.filter
def is_box(field: BoundField) -> bool:
    """Tell whether a field is one check box, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)
