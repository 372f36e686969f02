"""Forms of a case: each goes to one act of a supervisor, or to the one reply of a firm."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _, pgettext

from accounts.queries import Holder
from kernel.pages import Form
from monitoring.domain import case_names, names
from monitoring.domain.cases import REPLY_LEAST, Asking, Minutes, Source
from monitoring.models import Alert, CaseEvidence
from monitoring.policies import FILE_LIMIT, NAME_LIMIT, REASON_LIMIT, TEXT_LIMIT
from monitoring.queries import AlertLine
from monitoring.queries.cases import MINE, CaseFilter, Firm

SEPARATORS = ("，", "、", "；", ";", "\t")


def _text(label: Any, *, rows: int = 3, limit: int = TEXT_LIMIT, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, help_text=help_text, widget=forms.Textarea({"rows": rows})
    )


def _reason(*, help_text: Any = "") -> forms.CharField:
    return _text(_("Reason"), limit=REASON_LIMIT, help_text=help_text)


def _offer(form: Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _named(table: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, gettext(name)) for code, name in table.items()]


def _people(holders: Iterable[Holder]) -> list[tuple[str, str]]:
    return [(str(h.id), f"{h.person or h.username} · {h.organisation.name}") for h in holders]


class CaseFilterForm(Form):
    """What narrows the list of cases."""

    text = forms.CharField(label=_("Case or lot"), required=False, max_length=80)
    status = forms.ChoiceField(label=_("Status"), required=False)
    handler = forms.ChoiceField(label=_("Handler"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the states by their names."""
        super().__init__(*args, **kwargs)
        _offer(self, "status", [("", gettext("all")), *_named(case_names.CASE_STATES)])
        _offer(self, "handler", [("", gettext("all")), (MINE, gettext("my cases"))])

    def narrowed(self) -> CaseFilter:
        """Return what was asked; a field that cannot be read narrows nothing."""
        asked = self.cleaned_data if self.is_valid() or hasattr(self, "cleaned_data") else {}
        return CaseFilter(**{name: asked.get(name, "") for name in CaseFilter.__slots__})


class ProposeForm(Form):
    """On which alerts a case is to be opened, and why."""

    alerts = forms.MultipleChoiceField(
        label=_("Flags"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each is frozen in the case as it stands now."),
    )
    reason = _reason(
        help_text=_("Why these flags are worth a case. Another supervisor reads it and decides.")
    )

    def __init__(self, data: Any, lines: Iterable[AlertLine], chosen: Iterable[str]) -> None:
        super().__init__(data, initial={"alerts": list(chosen)})
        _offer(self, "alerts", [(str(line.alert.pk), _alert_label(line)) for line in lines])


def _alert_label(line: AlertLine) -> str:
    if line.alert.kind == Alert.Kind.STATISTICAL or line.alert.indication is None:
        about = gettext("Statistics of prices")
    else:
        item = line.alert.indication.item
        about = f"{pgettext('indication', 'Item')} {item} {gettext(names.ITEMS.get(item, item))}"
    return f"{line.lot.code} · {about}"


class HandlerForm(Form):
    """Who handles the case."""

    handler = forms.ChoiceField(label=_("Handler"))

    def __init__(self, data: Any, holders: Iterable[Holder], chosen: str) -> None:
        super().__init__(data, initial={"handler": chosen})
        self.offers = _people(holders)
        _offer(self, "handler", self.offers)


class AssignForm(HandlerForm):
    """To whom the case goes, and why."""

    reason = _reason()


class ReasonForm(Form):
    """Why something is refused or sent back."""

    reason = _reason()


class EvidenceForm(Form):
    """A file that is frozen in the case."""

    file = forms.FileField(
        label=_("File"), help_text=_("At most 32 MB. It can never be changed or removed again.")
    )
    about = _text(_("What it shows, and where it comes from"), limit=REASON_LIMIT)

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read."""
        return fit(self.cleaned_data["file"])


class AskForm(Form):
    """Which firms are asked what, until when, and which evidence they see."""

    firms = forms.MultipleChoiceField(
        label=_("Firms"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each sees its own question, and nothing of the others."),
    )
    text = _text(_("Question to the firms"), rows=5)
    due_at = forms.DateTimeField(
        label=_("Reply until"),
        help_text=format_lazy(
            _("Beijing time; a firm has at least {days} days to reply."), days=REPLY_LEAST.days
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    shown = forms.MultipleChoiceField(
        label=_("Evidence that they see"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A firm sees a snapshot only where the flag ties it. It names the firms that are tied, with accounts "
            "masked and without files of other bids."
        ),
    )

    def __init__(self, data: Any, firms: Iterable[Firm], evidence: Iterable[CaseEvidence]) -> None:
        super().__init__(data)
        _offer(self, "firms", [(firm.code, f"{firm.name} · {firm.code}") for firm in firms])
        _offer(self, "shown", [(str(each.number), _piece_label(each)) for each in evidence])

    def asking(self) -> Asking:
        """Return what was typed."""
        found = self.cleaned_data
        return Asking(found["firms"], found["text"], found["due_at"], [int(n) for n in found["shown"]])


def _piece_label(piece: CaseEvidence) -> str:
    match = piece.alert.indication if piece.alert else None
    if match is None:
        return f"{piece.number} · {piece.name}"
    name = gettext(case_names.SOURCES[Source.ALERT])
    return f"{piece.number} · {name} · {match.item} {gettext(names.ITEMS.get(match.item, match.item))}"


class MinutesForm(Form):
    """What a conference on the case said and decided."""

    held_date = forms.DateField(label=_("Day of the conference"), widget=forms.DateInput({"type": "date"}))
    participants = _text(
        _("Participants"),
        rows=4,
        limit=REASON_LIMIT,
        help_text=_("One a line: name, comma, organisation."),
    )
    minutes = _text(_("Minutes"), rows=6)
    ruling = forms.ChoiceField(label=_("Decision of the conference"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        _offer(self, "ruling", [("", "—"), *_named(case_names.RULINGS)])

    def clean_participants(self) -> list[tuple[str, str]]:
        """Return (name, organisation) of each line; refuse a line that lacks one."""
        return [_participant(line) for line in self.cleaned_data["participants"].splitlines() if line.strip()]

    def held(self) -> Minutes:
        """Return what was typed."""
        found = self.cleaned_data
        return Minutes(found["held_date"], found["participants"], found["minutes"], found["ruling"])


def _participant(line: str) -> tuple[str, str]:
    for separator in SEPARATORS:
        line = line.replace(separator, ",", 1) if "," not in line else line
    name, _comma, organisation = (part.strip() for part in line.partition(","))
    if not name or not organisation:
        raise ValidationError(gettext("Write a name, a comma and an organisation on each line."))
    return name, organisation


class ClosingForm(Form):
    """How the case ends, and why."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        help_text=_(
            "A suspicion is confirmed only after a hearing; what goes to the police ends as handed over."
        ),
    )
    reason = _reason()

    def __init__(self, data: Any, fit: Collection[str]) -> None:
        super().__init__(data)
        self.offers = _named({code: name for code, name in case_names.OUTCOMES.items() if code in fit})
        _offer(self, "outcome", [("", "—"), *self.offers])


class ReplyForm(Form):
    """A firm's one reply."""

    text = _text(_("Your reply"), rows=8)
    file = forms.FileField(label=_("Attached file"), required=False, help_text=_("At most 32 MB."))

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        return fit(file) if file else None


def fit(file: Any) -> Any:
    """Return an uploaded file that may be kept; raises ValidationError for one that is too large or too long a name."""
    if file.size > FILE_LIMIT:
        raise ValidationError(gettext("This file is larger than 32 MB."))
    if len(file.name) > NAME_LIMIT:
        raise ValidationError(gettext("The name of this file is longer than 120 characters; shorten it."))
    return file
