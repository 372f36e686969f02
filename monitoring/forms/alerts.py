"""Forms of monitoring: what narrows the lists, why an alert is dismissed, which dossier is wanted."""

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kernel.pages import Form
from monitoring.domain import names
from monitoring.policies import REASON_LIMIT
from monitoring.queries import NEWEST, AlertFilter
from tender.domain.names import REGIMES

MONTH = r"^[1-9]\d{3}-(0[1-9]|1[0-2])\Z"


class AlertFilterForm(Form):
    """What narrows the lists of alerts."""

    text = forms.CharField(
        label=gettext_lazy("Lot, project or procuring entity"), required=False, max_length=80
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    regime = forms.ChoiceField(label=gettext_lazy("Regime"), required=False)
    region = forms.RegexField(r"^\d{6}$", label=gettext_lazy("Region code"), required=False)
    since = forms.RegexField(
        MONTH,
        label=gettext_lazy("Notice published from month"),
        required=False,
        widget=forms.TextInput({"type": "month", "placeholder": "2026-01"}),
    )
    until = forms.RegexField(
        MONTH,
        label=gettext_lazy("to month"),
        required=False,
        widget=forms.TextInput({"type": "month", "placeholder": "2026-12"}),
    )
    item = forms.ChoiceField(label=gettext_lazy("Case of article 40"), required=False)
    buyer = forms.CharField(
        label=gettext_lazy("Procuring entity, name or credit code"), required=False, max_length=80
    )
    order = forms.ChoiceField(label=gettext_lazy("Statistics in the order"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("Kind of flag"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the codes by their names in the reader's language."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what a form takes
        every = ("", gettext("all"))
        self._offer("status", [every, *((code, gettext(name)) for code, name in names.ALERT_STATES.items())])
        self._offer("item", [every, *((code, f"{code} {gettext(n)}") for code, n in names.ITEMS.items())])
        self._offer("order", [("", gettext("most suspicious first")), (NEWEST, gettext("newest first"))])
        kinds = {"indication": gettext("indications only"), "statistical": gettext("statistics only")}
        self._offer("show", [every, *kinds.items()])
        self._offer("regime", [every, *((code, gettext(name)) for code, name in REGIMES.items())])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def narrowed(self) -> AlertFilter:
        """Return what was asked; a field that cannot be read narrows nothing."""
        asked = self.cleaned_data if self.is_valid() or hasattr(self, "cleaned_data") else {}
        return AlertFilter(**{name: asked.get(name, "") for name in AlertFilter.__slots__})


class DismissForm(Form):
    """Why an alert is dismissed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("It is kept with the alert and goes into the journal."),
        widget=forms.Textarea({"rows": 3}),
    )
