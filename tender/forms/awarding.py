"""The form of a contract: its main terms, as the winning bid stated them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.pages import Form
from tender.domain.award import MainTerms
from tender.forms import fields


class ContractForm(Form):
    """Price, period and quality of the contract; the further terms that were read out go in unchanged."""

    price = fields.amount(_("Contract price (yuan)"))
    period_days = fields.count(_("Period (days)"), required=False)
    quality = forms.CharField(label=_("Quality"), max_length=200)

    def __init__(self, data: Any, winner: Mapping[str, Any]) -> None:
        super().__init__(data, initial={name: winner[name] for name in ("price", "period_days", "quality")})
        self._winner = winner
        self.fields["price"].required = True

    def main_terms(self) -> MainTerms:
        """Return the contract's main terms; call it when the form is valid."""
        found = self.cleaned_data
        return MainTerms(
            bidder=self._winner["bidder"],
            price=found["price"],
            period_days=found["period_days"],
            quality=found["quality"],
            terms=tuple((name, value) for name, value in self._winner["terms"]),
        )
