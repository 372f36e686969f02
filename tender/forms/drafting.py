"""Forms of a draft: project, lot, files, officers and custodians."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _, gettext_lazy

from accounts.queries import Holder, Party
from kernel.pages import Form
from tender.domain import names
from tender.forms.fields import FILE_BYTES_MAXIMUM, choices


class ProjectForm(Form):
    """A project of the reader's side; an agency says for whom it acts."""

    code = forms.CharField(
        label=gettext_lazy("Project code"),
        max_length=40,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+\Z", gettext_lazy("Letters, digits and hyphens only."))],
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    regime = forms.ChoiceField(
        label=gettext_lazy("Law"), choices=choices(names.REGIMES), widget=forms.RadioSelect, initial="T"
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=choices(names.CATEGORY_NAMES))
    region = forms.CharField(
        label=gettext_lazy("Region code"),
        help_text=gettext_lazy("Six digits (GB/T 2260); it decides which regional rules stand."),
        validators=[RegexValidator(r"^\d{6}\Z", gettext_lazy("Six digits."))],
    )
    procuring_entity = forms.ChoiceField(label=gettext_lazy("Procuring entity"), required=False)
    agency = forms.ChoiceField(label=gettext_lazy("Agency"), required=False)
    centre = forms.ChoiceField(label=gettext_lazy("Trading centre"))
    mandatory = forms.BooleanField(
        label=gettext_lazy("The law demands a tender for this project"), required=False, initial=True
    )
    state_funded = forms.BooleanField(
        label=gettext_lazy("State funds lead in this project"), required=False, initial=True
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4})
    )

    def __init__(
        self,
        data: Any,
        *,
        centres: Iterable[Party],
        agencies: Iterable[Party] = (),
        entities: Iterable[Party] = (),
    ) -> None:
        super().__init__(data)
        self._offer("centre", centres, none=False)
        self._offer("agency", agencies, none=True)
        self._offer("procuring_entity", entities, none=False)

    def _offer(self, name: str, parties: Iterable[Party], *, none: bool) -> None:
        found = [(str(party.id), party.name) for party in parties]
        field = self.fields[name]
        if not found:
            del self.fields[name]
        elif isinstance(field, forms.ChoiceField):
            field.choices = [*([("", _("none"))] if none else []), *found]


class LotForm(Form):
    """A new lot of a project."""

    title = forms.CharField(label=gettext_lazy("Title of the lot"), max_length=120)


class FileForm(Form):
    """A file of the tender document; a file of the same name is replaced."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("At most 64 MB. A file of the same name is replaced."),
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large or whose name is too long."""
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES_MAXIMUM:
            raise ValidationError(_("This file is larger than 64 MB."))
        if len(file.name) > 120:
            raise ValidationError(_("The name of this file is longer than 120 characters; shorten it."))
        return file


class SeatForm(Form):
    """One seat out of those that may be named, for a duty or as a custodian."""

    seat = forms.ChoiceField(label=gettext_lazy("Seat"))

    def __init__(self, data: Any, holders: Iterable[Holder], *, label: str, prefix: str) -> None:
        super().__init__(data, prefix=prefix)
        field = self.fields["seat"]
        field.label = label
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", "—"),
                *((str(h.id), f"{h.organisation.name} · {h.person or h.username}") for h in holders),
            ]
