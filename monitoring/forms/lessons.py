"""The form with which a learned model is adopted, refused or withdrawn."""

from django import forms
from django.utils.translation import gettext_lazy

from kernel.pages import Form
from monitoring.policies import REASON_LIMIT


class DecisionForm(Form):
    """Why a model is adopted, refused or withdrawn."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("It is kept with the model and goes into the journal."),
        widget=forms.Textarea({"rows": 3}),
    )
