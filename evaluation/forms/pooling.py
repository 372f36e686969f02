"""Forms of the pool: its import, the standing of an expert, limits, sites; and what experts declare."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _, gettext_lazy

from accounts.domain.identity import IdentityError, credit_code
from accounts.queries import Party
from evaluation.domain import names
from evaluation.forms import fields
from kernel.pages import Form

IMPORT_BYTES_MAXIMUM = 8 * 1024 * 1024


class ImportForm(Form):
    """The pool as a CSV file."""

    file = forms.FileField(label=gettext_lazy("CSV file in UTF-8"))

    def clean_file(self) -> Any:
        """Refuse a file that is no table of people."""
        file = self.cleaned_data["file"]
        if file.size > IMPORT_BYTES_MAXIMUM:
            raise ValidationError(_("This file is larger than 8 MB."))
        return file


class StandingForm(Form):
    """Whether an expert may be drawn."""

    enabled = forms.BooleanField(label=gettext_lazy("May be drawn"), required=False)
    suspended_until = fields.day(gettext_lazy("Suspended through this day"))
    penalised_until = fields.day(gettext_lazy("Barred for violations through this day"))
    reason = fields.text(gettext_lazy("Reason"), rows=2)


class LimitsForm(Form):
    """How often an expert may sit; a blank number is no limit."""

    sessions = fields.count(gettext_lazy("Sittings at most"))
    window_days = fields.count(gettext_lazy("within so many days"))
    cooling_days = fields.count(gettext_lazy("Days between two sittings for one procuring entity"))


class SiteForm(Form):
    """A site where committees sit."""

    name = forms.CharField(label=gettext_lazy("Name, as notices use it"), max_length=40)
    region = forms.CharField(
        label=gettext_lazy("Region code"),
        validators=[RegexValidator(r"^\d{6}\Z", gettext_lazy("Six digits."))],
    )
    organisation = forms.ChoiceField(label=gettext_lazy("Trading centre that runs it"))
    address = forms.CharField(label=gettext_lazy("Address, as experts read it"), max_length=200)

    def __init__(self, data: Any, parties: Iterable[Party]) -> None:
        super().__init__(data)
        fields.offer(self, "organisation", [(str(party.id), party.name) for party in parties])


class PlaceForm(Form):
    """A workstation of a site."""

    room = forms.CharField(label=gettext_lazy("Room"), max_length=40)
    number = forms.CharField(label=gettext_lazy("Place number"), max_length=20)
    device = forms.CharField(
        label=gettext_lazy("Device"),
        max_length=80,
        help_text=gettext_lazy("Hardware address or certificate of the workstation"),
    )
    camera = forms.CharField(label=gettext_lazy("Camera"), max_length=80, required=False)


class InterestForm(Form):
    """An organisation from which an expert must stay away."""

    organisation = forms.CharField(label=gettext_lazy("Credit code of the organisation"), max_length=18)
    kind = forms.ChoiceField(label=gettext_lazy("What ties you to it"), choices=fields.named(names.INTERESTS))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def clean_organisation(self) -> str:
        """Return the checked credit code."""
        try:
            return credit_code(self.cleaned_data["organisation"])
        except IdentityError as error:
            raise ValidationError(str(error)) from error


class BusyForm(Form):
    """A time for which an expert cannot be called."""

    starts_at = fields.instant(gettext_lazy("From"))
    ends_at = fields.instant(gettext_lazy("Until"))
