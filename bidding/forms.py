"""Forms of the hall: reasons, texts, and the host's decision on a bid that stayed closed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from bidding.domain import names
from bidding.domain.faults import Outcome
from kernel.pages import Form

REASON_MOST = 2000
TEXT_MOST = 5000


class RequestForm(Form):
    """What the host asks of the witness, and why."""

    kind = forms.ChoiceField(label=_("What is asked"))
    reason = forms.CharField(label=_("Reason"), max_length=REASON_MOST, widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: Any = None, kinds: Sequence[str] = ()) -> None:
        super().__init__(data, prefix="ask")
        self.fields["kind"].choices = [(kind, gettext(names.REQUESTS[kind])) for kind in kinds]  # type: ignore[attr-defined]  # a choice field has choices


class ObjectionForm(Form):
    """An objection raised on the spot."""

    text = forms.CharField(label=_("Objection"), max_length=TEXT_MOST, widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="object")


class AnswerForm(Form):
    """The host's answer to an objection."""

    text = forms.CharField(label=_("Answer"), max_length=TEXT_MOST, widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: Any = None, *, name: str = "answer") -> None:
        super().__init__(data, prefix=name)


class FaultForm(Form):
    """What the host decides that a closed bid counts as."""

    outcome = forms.ChoiceField(label=_("The bid counts as"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MOST,
        help_text=_("Wanted where the decision departs from the proposal."),
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, data: Any = None, *, name: str = "fault") -> None:
        super().__init__(data, prefix=name)
        known = (Outcome.DEEMED_REVOKED, Outcome.DEEMED_WITHDRAWN)
        self.fields["outcome"].choices = [(one.value, gettext(names.OUTCOMES[one])) for one in known]  # type: ignore[attr-defined]  # as above
