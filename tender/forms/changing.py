"""Forms of a published lot: addenda, cancellation, objections and their answers, and the reviewer's words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.pages import Form
from tender.domain import names
from tender.forms import fields
from tender.forms.fields import choices


class CommentForm(Form):
    """The reason with which a draft goes back."""

    comment = forms.CharField(
        label=_("What must be mended"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class AddendumForm(Form):
    """An addendum to a published document."""

    text = forms.CharField(
        label=_("Text of the addendum"), max_length=10_000, widget=forms.Textarea({"rows": 6})
    )
    affects_bids = forms.BooleanField(
        label=_("The change may affect how bids are made"),
        required=False,
        help_text=_("Then the deadline must leave the time that the rule demands."),
    )
    deadline = fields.instant(
        _("New bid deadline"), required=False, help_text=_("Beijing time; blank: the deadline stays.")
    )
    reseal = forms.BooleanField(
        label=_("Bids sealed before must be sealed anew"),
        required=False,
        help_text=_("Otherwise they stay valid and are marked with their version."),
    )
    changed = forms.MultipleChoiceField(
        label=_("The change touches"),
        required=False,
        choices=choices(names.ADDENDUM_TOPICS),
        widget=forms.CheckboxSelectMultiple,
    )
    file = forms.FileField(label=_("Attached file"), required=False)


class CancelForm(Form):
    """Why a lot is to be cancelled."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}))


class ObjectionForm(Form):
    """An objection of a bidder."""

    kind = forms.ChoiceField(label=_("Against"))
    text = forms.CharField(
        label=_("What you object to, and why"), max_length=5000, widget=forms.Textarea({"rows": 6})
    )

    def __init__(self, data: Any, kinds: tuple[str, ...]) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices(names.OBJECTION_KINDS, kinds)


class AnswerForm(Form):
    """The answer to an objection."""

    text = forms.CharField(label=_("Answer"), max_length=5000, widget=forms.Textarea({"rows": 6}))
