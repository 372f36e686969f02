"""Forms around a sitting: asking for experts, representatives, codes, replacements, declarations, the leader."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from accounts.domain.identity import IdentityError, credit_code
from accounts.queries import Holder
from evaluation.domain import names
from evaluation.domain.committee import Change
from evaluation.forms import fields
from kernel.pages import Form


class DrawForm(Form):
    """When the committee sits, and from whom nobody may come."""

    starts_at = fields.instant(gettext_lazy("The sitting begins"))
    ends_at = fields.instant(gettext_lazy("and ends"))
    avoid = forms.CharField(
        label=gettext_lazy("Organisations to avoid"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "One a line: the credit code, a space and the ground; the parties of the lot are avoided anyway."
        ),
        widget=forms.Textarea({"rows": 3}),
    )

    def clean_avoid(self) -> list[tuple[str, str]]:
        """Return the checked credit codes, each with what is written behind it."""
        lines = [line.split(maxsplit=1) for line in self.cleaned_data["avoid"].splitlines() if line.strip()]
        try:
            return [(credit_code(code), " ".join(ground)) for code, *ground in lines]
        except IdentityError as error:
            raise ValidationError(str(error)) from error


class TimesForm(Form):
    """Another time for a sitting."""

    starts_at = fields.instant(gettext_lazy("The sitting begins"))
    ends_at = fields.instant(gettext_lazy("and ends"))


class ExtendForm(Form):
    """A later end for a sitting."""

    ends_at = fields.instant(gettext_lazy("New end"))


class ReasonForm(Form):
    """A reason in words."""

    reason = fields.text(gettext_lazy("Reason"), rows=2)


class RepresentativeForm(Form):
    """The member whom the procuring entity names."""

    seat = forms.ChoiceField(label=gettext_lazy("Member of the procuring entity"))

    def __init__(self, data: Any, holders: Iterable[Holder]) -> None:
        super().__init__(data)
        fields.offer(
            self,
            "seat",
            fields.blank((str(h.id), f"{h.organisation.name} · {h.person or h.username}") for h in holders),
        )


class DeclineForm(Form):
    """Why an expert cannot come."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


class SignInForm(Form):
    """The code that the witness gave at the door."""

    code = forms.CharField(
        label=gettext_lazy("Code from the witness"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class ReplaceForm(Form):
    """The ground on which a member is to be replaced."""

    member = forms.ChoiceField(label=gettext_lazy("Member"))
    reason = forms.ChoiceField(label=gettext_lazy("Ground"))
    words = fields.text(gettext_lazy("What happened"), rows=2)

    def __init__(self, data: Any, members: Iterable[str], grounds: Iterable[Change]) -> None:
        super().__init__(data)
        fields.offer(self, "member", fields.blank((name, name) for name in members))
        table = {change.value: names.CHANGES[change] for change in sorted(grounds)}
        fields.offer(self, "reason", fields.named(table))


class DeclareForm(Form):
    """A member's word before it sees any document."""

    conflict = forms.ChoiceField(
        label=gettext_lazy("Is there anything that ties you to one of these organisations?"),
        choices=[("no", gettext_lazy("No, nothing")), ("yes", gettext_lazy("Yes, I must stay away"))],
        widget=forms.RadioSelect,
    )
    discipline = forms.BooleanField(
        label=gettext_lazy("I keep secret what I learn here, I brought no phone, and I judge alone.")
    )
    text = fields.text(gettext_lazy("If you must stay away: why"), rows=2, required=False)


class LeaderForm(Form):
    """The member who should lead."""

    choice = forms.ChoiceField(label=gettext_lazy("Who should lead"))

    def __init__(self, data: Any, members: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        fields.offer(self, "choice", fields.blank(members))
