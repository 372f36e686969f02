"""Fields that several forms use: amounts, instants, marks, files, and rows of a small table."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

FILE_BYTES_MAXIMUM = 64 * 1024 * 1024
SPARE_ROWS = 1


def amount(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DecimalField:
    """Return a field for yuan with two decimals."""
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=help_text,
        min_value=Decimal(0),
        max_digits=16,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )


def marks(label: Any, *, required: bool = True) -> forms.DecimalField:
    """Return a field for marks."""
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=Decimal(0),
        max_digits=6,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )


def count(label: Any, *, required: bool = True, least: int = 0, help_text: Any = "") -> forms.IntegerField:
    """Return a field for a whole number."""
    return forms.IntegerField(
        label=label, required=required, min_value=least, max_value=10_000, help_text=help_text
    )


def instant(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for an instant, typed in Beijing time to the minute."""
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=help_text or _("Beijing time"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def choices(names: Mapping[str, str], codes: Sequence[str] = ()) -> list[tuple[str, Any]]:
    """Return the choices of a table of names, all or some of them, translated when shown."""
    return [(code, _(names.get(code, code))) for code in codes or names]


class Rows(BaseFormSet):
    """A small table of rows: blank rows are left out, there is always a spare one."""

    def initial_form_count(self) -> int:
        """Treat every row alike: one that is emptied is gone."""
        return 0

    def values(self) -> list[dict[str, Any]]:
        """Return the rows that are not blank."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data]


def rows(
    row: type[forms.Form],
    prefix: str,
    *,
    data: Any = None,
    initial: Sequence[Mapping[str, Any]] = (),
    spare: int = SPARE_ROWS,
) -> Rows:
    """Return a table of rows: bound to what was posted, or showing what is stored."""
    made = formset_factory(row, formset=Rows, extra=len(initial) + spare, max_num=200, absolute_max=200)
    if data is not None:
        return made(data, prefix=prefix)  # type: ignore[return-value]  # the factory forgets our class
    return made(initial=list(initial), prefix=prefix)  # type: ignore[return-value]  # as above
