"""Forms of deposits: decisions under four eyes, institutions with their prices, the amount to compare fees for."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from deposits.domain import wording
from deposits.domain.entries import DAY_BASES, Entry
from kernel.pages import Form

HUNDRED = Decimal(100)
EXAMPLE = Decimal("100000.00")


def _choices(names: Any, *, blank: bool = False) -> list[tuple[str, Any]]:
    found = [(code, gettext_lazy(name)) for code, name in names.items()]
    return [("", "—"), *found] if blank else found


def _amount(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=16, decimal_places=2, **more)


def _percent(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=99, max_digits=7, decimal_places=4, required=False, **more
    )


class DecisionForm(Form):
    """A decision on a deposit, laid before the reviewer."""

    kind = forms.ChoiceField(label=gettext_lazy("Decision"), choices=_choices(wording.DECISIONS))
    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=_choices(wording.GROUNDS, blank=True),
        required=False,
        help_text=gettext_lazy("Only where the deposit is not returned."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        help_text=gettext_lazy("It goes into the log, and to the bidder."),
        widget=forms.Textarea({"rows": 3}),
    )


class InstitutionForm(Form):
    """A guarantee issuer or the deposit bank, with its public prices in per cent."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=_choices(wording.KINDS))
    credit_code = forms.CharField(label=gettext_lazy("Credit code"), max_length=18)
    base_url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=200,
        help_text=gettext_lazy("Signed messages are sent below it, as in https://bank.example/deposits"),
    )
    fee_percent = _percent(gettext_lazy("Guarantee fee (percent of the amount)"))
    fee_floor = _amount(gettext_lazy("Least guarantee fee (yuan)"), required=False)
    interest_percent = _percent(gettext_lazy("Interest on deposits (percent a year)"))
    day_basis = forms.TypedChoiceField(
        label=gettext_lazy("Days of an interest year"), coerce=int, choices=[(d, str(d)) for d in DAY_BASES]
    )
    active = forms.BooleanField(label=gettext_lazy("Serves now"), required=False, initial=True)

    def entry(self) -> Entry:
        """Return what the operator states."""
        found = self.cleaned_data
        return Entry(
            kind=found["kind"],
            credit_code=found["credit_code"].strip().upper(),
            base_url=found["base_url"].strip(),
            fee_rate=(found["fee_percent"] or Decimal(0)) / HUNDRED,
            fee_floor=found["fee_floor"] or Decimal(0),
            interest_rate=(found["interest_percent"] or Decimal(0)) / HUNDRED,
            day_basis=found["day_basis"],
            active=found["active"],
        )


class AmountForm(Form):
    """The amount for which the issuers' fees are compared."""

    amount = _amount(gettext_lazy("Amount of the guarantee (yuan)"), required=False)

    def chosen(self) -> Decimal:
        """Return the amount, or an example where none that makes sense is given."""
        given = self.cleaned_data.get("amount") if self.is_valid() else None
        return given or EXAMPLE
