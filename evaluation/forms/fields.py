"""Fields that several forms use."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

MAX_TEXT = 5000


def text(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a written text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_TEXT,
        help_text=help_text,
        widget=forms.Textarea({"rows": rows}),
    )


def instant(label: Any, *, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for an instant, typed in Beijing time to the minute."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text or gettext_lazy("Beijing time"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def day(label: Any) -> forms.DateField:
    """Return a field for a day that may be left out."""
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


def count(label: Any) -> forms.IntegerField:
    """Return a field for a whole number that may be left out."""
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=1000)


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Set the choices of a form's field."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


def named(table: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Return the choices of a table of names, translated when shown."""
    return [(str(code), gettext_lazy(label)) for code, label in table.items()]


def blank(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return choices with an empty one in front."""
    return [("", _("choose")), *choices]
