"""The form of the network: which market, from which month to which, and how often two firms must have met."""

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kernel.pages import Form
from monitoring.queries.network import Asked
from tender.domain.names import CATEGORY_NAMES, REGIMES


class NetworkForm(Form):
    """Which network is shown; every field has an answer when it is left alone."""

    market = forms.ChoiceField(label=gettext_lazy("Regime and category"), required=False)
    since = forms.IntegerField(required=False, min_value=0)
    until = forms.IntegerField(required=False, min_value=0)
    least = forms.IntegerField(label=gettext_lazy("Common lots, at least"), required=False, min_value=1)

    def __init__(self, data: object, kinds: list[tuple[str, str]]) -> None:
        """Offer the markets in which lots were opened; months are given by their place among the market's own."""
        super().__init__(data)  # type: ignore[arg-type]  # what a form takes
        field = self.fields["market"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (f"{regime}-{kind}", f"{gettext(REGIMES[regime])}, {gettext(CATEGORY_NAMES[kind])}")
                for regime, kind in kinds
            ]

    def asked(self, kinds: list[tuple[str, str]], firm: str) -> Asked:
        """Return what was asked, the first market where none is; a field that cannot be read narrows nothing."""
        self.is_valid()
        known = self.cleaned_data
        wanted = known.get("market") or "-".join(kinds[0]) if kinds else ""
        regime, _, category = wanted.partition("-")
        return Asked(regime, category, known.get("since"), known.get("until"), known.get("least"), firm)
