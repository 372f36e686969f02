"""Forms of a committee at work: views, breaches, motions, corrections, questions, marks, explanations, the report."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy

from evaluation.domain import names
from evaluation.domain.drafts import Given
from evaluation.domain.scoring.members import Item
from evaluation.forms import fields
from evaluation.models import Mark
from kernel.pages import Form

SCORE_PLACES, NOTE = 2, 200


class ViewForm(Form):
    """A member's view of an indication."""

    indication = forms.CharField(max_length=64, widget=forms.HiddenInput)
    upheld = forms.ChoiceField(
        label=gettext_lazy("Does it hold?"),
        choices=[("yes", gettext_lazy("Yes, it is upheld")), ("no", gettext_lazy("No, it is explained"))],
        widget=forms.RadioSelect,
    )
    reason = fields.text(gettext_lazy("Reason"), rows=2)


class BreachForm(Form):
    """A breach of a clause by a bid."""

    bid = forms.ChoiceField(label=gettext_lazy("Bid"))
    clause = forms.ChoiceField(label=gettext_lazy("Clause"))
    page = forms.CharField(label=gettext_lazy("Page"), max_length=40)
    reason = fields.text(gettext_lazy("Reason"), rows=2)

    def __init__(
        self, data: Any, bids: Iterable[tuple[str, str]], clauses: Iterable[tuple[str, Any]]
    ) -> None:
        super().__init__(data)
        fields.offer(self, "bid", fields.blank(bids))
        fields.offer(self, "clause", fields.blank(clauses))


class MotionVoteForm(Form):
    """A vote on a motion to reject a bid."""

    motion = forms.IntegerField(widget=forms.HiddenInput)
    keep = forms.ChoiceField(
        label=gettext_lazy("Your vote"),
        choices=[("no", gettext_lazy("Reject the bid")), ("yes", gettext_lazy("Keep the bid"))],
        widget=forms.RadioSelect,
    )
    page = forms.CharField(label=gettext_lazy("Page"), max_length=40, required=False)
    reason = fields.text(gettext_lazy("Reason"), rows=2, required=False)


class CompetitionForm(Form):
    """Whether competition is clearly lacking."""

    lacking = forms.ChoiceField(
        label=gettext_lazy("Is competition clearly lacking among the bids that are left?"),
        choices=[
            ("no", gettext_lazy("No, the evaluation goes on")),
            ("yes", gettext_lazy("Yes, all bids are rejected")),
        ],
        widget=forms.RadioSelect,
    )
    reason = fields.text(gettext_lazy("Reason"), rows=2)


class PriceForm(Form):
    """The corrected price of a bid."""

    bid = forms.ChoiceField(label=gettext_lazy("Bid"))
    price = forms.CharField(label=gettext_lazy("Corrected price (yuan)"), max_length=24)
    reason = fields.text(gettext_lazy("Reason"), rows=2)

    def __init__(self, data: Any, bids: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        fields.offer(self, "bid", fields.blank(bids))


class SmeForm(Form):
    """How a bid counts under the policy for small firms."""

    bid = forms.ChoiceField(label=gettext_lazy("Bid"))
    sme = forms.ChoiceField(label=gettext_lazy("Counts as"), choices=fields.named(names.SMES))
    reason = fields.text(gettext_lazy("Reason"), rows=2)

    def __init__(self, data: Any, bids: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        fields.offer(self, "bid", fields.blank(bids))


class AskForm(Form):
    """A question to a bidder."""

    bid = forms.ChoiceField(label=gettext_lazy("Bid"))
    question = fields.text(
        gettext_lazy("Question"),
        help_text=gettext_lazy(
            "Only what is unclear, contradicts itself or is plainly miswritten; lead to no answer."
        ),
    )
    due_at = fields.instant(gettext_lazy("Answer until"))

    def __init__(self, data: Any, bids: Iterable[tuple[str, str]], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        fields.offer(self, "bid", fields.blank(bids))


class AnswerForm(Form):
    """A bidder's written answer."""

    text = fields.text(gettext_lazy("Answer"), rows=5)


class ExplainForm(Form):
    """What a member answers to an outlier."""

    finding = forms.CharField(max_length=64, widget=forms.HiddenInput)
    text = fields.text(gettext_lazy("Explanation"), rows=2)


class MeritForm(Form):
    """What speaks for and against a bid."""

    bid = forms.CharField(max_length=40, widget=forms.HiddenInput)
    strengths = fields.text(gettext_lazy("Strengths"), rows=2)
    weaknesses = fields.text(gettext_lazy("Weaknesses"), rows=2)


class DissentForm(Form):
    """A differing opinion."""

    text = fields.text(gettext_lazy("What you do not agree with, and why"))


class ResultForm(Form):
    """Who wins, and why those before it do not."""

    bid = forms.ChoiceField(label=gettext_lazy("Winner"))

    def __init__(self, data: Any, candidates: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        listed = list(candidates)
        fields.offer(self, "bid", listed)
        grounds = fields.blank(fields.named(names.PASSED_OVER))
        for bid, name in listed[:-1]:
            self.fields[f"ground-{bid}"] = forms.ChoiceField(label=name, choices=grounds, required=False)

    def grounds(self) -> dict[str, str]:
        """Return candidate -> the ground on which it is passed over."""
        found = {
            name.removeprefix("ground-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("ground-")
        }
        return {bid: ground for bid, ground in found.items() if ground}

    def ground_fields(self) -> list[BoundField]:
        """Return the fields of the grounds."""
        return [self[name] for name in self.fields if name.startswith("ground-")]


class SheetForm(Form):
    """A member's score sheet: a mark between zero and full marks for each item of each bid, with a note of its own."""

    def __init__(
        self,
        data: Any,
        bids: Iterable[tuple[str, str]],
        items: Iterable[Item],
        drafts: Mapping[tuple[str, str], Mark],
    ) -> None:
        super().__init__(data)
        self.bids, self.items = list(bids), list(items)
        for bid, name in self.bids:
            for item in self.items:
                kept = drafts.get((bid, item.id))
                self.fields[f"score-{bid}-{item.id}"] = forms.DecimalField(
                    label=f"{name}: {item.title}",
                    required=False,
                    min_value=0,
                    max_value=item.full,
                    decimal_places=SCORE_PLACES,
                    initial=kept.score if kept else None,
                    widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
                )
                self.fields[f"note-{bid}-{item.id}"] = forms.CharField(
                    label=f"{name}: {item.title}",
                    required=False,
                    max_length=NOTE,
                    initial=kept.note if kept else "",
                    widget=forms.TextInput({"placeholder": gettext_lazy("reason")}),
                )

    def rows(self) -> list[tuple[str, list[tuple[BoundField, BoundField]]]]:
        """Return (bidder's name, (score field, note field) of each item) by bid."""
        return [
            (
                name,
                [(self[f"score-{bid}-{item.id}"], self[f"note-{bid}-{item.id}"]) for item in self.items],
            )
            for bid, name in self.bids
        ]

    def given(self) -> list[Given]:
        """Return what was typed, an emptied field as an empty mark."""
        found = []
        for bid, _ in self.bids:
            for item in self.items:
                score = self.cleaned_data[f"score-{bid}-{item.id}"]
                note = self.cleaned_data[f"note-{bid}-{item.id}"]
                found.append(Given(bid, item.id, "" if score is None else f"{score:f}", note))
        return found
