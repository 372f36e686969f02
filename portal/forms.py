"""Forms of the portal: filters of lists, the working calendar, the clock, receipts to be checked."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from kernel.journal_reading import Asked
from kernel.pages import Form
from tender.domain import names
from tender.site_queries import STAGES, Wanted

STAGE_NAMES = {
    "open": gettext_lazy("open for bids"),
    "opening": gettext_lazy("opening"),
    "evaluation": gettext_lazy("in evaluation"),
    "decision": gettext_lazy("winner to be determined"),
    "decided": gettext_lazy("decided"),
    "ended": gettext_lazy("failed or cancelled"),
}
RECEIPT_BYTES_MAXIMUM = 256 * 1024


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


def _choices(names_of: Any) -> list[tuple[str, Any]]:
    return [("", gettext_lazy("all")), *((code, gettext_lazy(name)) for code, name in names_of.items())]


def start_of(day: Any, *, after: int = 0) -> datetime | None:
    """Return the first instant of a day (or of the one so many days after) in Beijing time."""
    if not day:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time.min))


class NoticeFilter(Form):
    """What the list of notices is narrowed to."""

    text = forms.CharField(
        label=gettext_lazy("Search words"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"placeholder": gettext_lazy("Two characters are enough")}),
    )
    regime = forms.ChoiceField(label=gettext_lazy("Law"), required=False, choices=_choices(names.REGIMES))
    category = forms.ChoiceField(
        label=gettext_lazy("Category"), required=False, choices=_choices(names.CATEGORY_NAMES)
    )
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    stage = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("all")), *((code, STAGE_NAMES[code]) for code in STAGES)],
    )
    deadline_from = _day(gettext_lazy("Deadline from"))
    deadline_until = _day(gettext_lazy("Deadline until"))

    def __init__(self, data: Any, *, regions: list[str]) -> None:
        super().__init__(data)
        field = self.fields["region"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", gettext_lazy("all")), *((code, code) for code in regions)]

    def wanted(self) -> Wanted:
        """Return what is asked; fields that make no sense narrow nothing."""
        found = self.cleaned_data if self.is_valid() else {k: v for k, v in self.cleaned_data.items() if v}
        return Wanted(
            text=found.get("text", "").strip(),
            regime=found.get("regime", ""),
            category=found.get("category", ""),
            region=found.get("region", ""),
            stage=found.get("stage", ""),
            deadline_from=start_of(found.get("deadline_from")),
            deadline_until=start_of(found.get("deadline_until"), after=1),
        )


class JournalFilter(Form):
    """What the journal is narrowed to."""

    tag = forms.CharField(
        label=gettext_lazy("Kind of act begins with"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"placeholder": "tender:lot"}),
    )
    actor = forms.CharField(label=gettext_lazy("Actor"), required=False, max_length=60)
    lot = forms.UUIDField(label=gettext_lazy("Lot"), required=False)
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("Until"))

    def asked(self) -> Asked:
        """Return what is asked."""
        found = self.cleaned_data if self.is_valid() else {}
        return Asked(
            tag=found.get("tag", ""),
            actor=found.get("actor", ""),
            lot=found.get("lot"),
            since=start_of(found.get("since")),
            until=start_of(found.get("until"), after=1),
        )


class YearForm(Form):
    """The holidays of a year from its notice."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    source = forms.CharField(label=gettext_lazy("Notice (title and number)"), max_length=200)
    off = forms.CharField(
        label=gettext_lazy("Days off"),
        help_text=gettext_lazy("MM-DD or MM-DD..MM-DD, parted by blanks; weekends need not be named."),
        widget=forms.Textarea({"rows": 3}),
        max_length=4000,
    )
    work = forms.CharField(
        label=gettext_lazy("Make-up working days"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        max_length=2000,
    )


class ClockForm(Form):
    """One of the two words that resolve an alarm of the clock."""

    reason = forms.CharField(
        label=gettext_lazy("What was found, and why the clock can be trusted"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )


class ReceiptForm(Form):
    """A receipt to be checked, read in memory and kept nowhere."""

    receipt = forms.FileField(label=gettext_lazy("Receipt (JSON)"))

    def clean_receipt(self) -> bytes:
        """Return the file's bytes."""
        file = self.cleaned_data["receipt"]
        if file.size > RECEIPT_BYTES_MAXIMUM:
            raise ValidationError(_("A receipt is no larger than 256 KB."))
        return bytes(file.read())
