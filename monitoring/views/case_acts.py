"""What may be done on a case's page: for each act its form, the action that it calls, and what is said afterwards."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from kernel import clock
from kernel.pages import Form
from monitoring import policies
from monitoring.actions import cases, ending, hearing
from monitoring.domain.cases import Outcome
from monitoring.forms.cases import (
    AskForm,
    AssignForm,
    ClosingForm,
    EvidenceForm,
    HandlerForm,
    MinutesForm,
    ReasonForm,
)
from monitoring.queries import cases as reading
from monitoring.queries.cases import CaseLine


@dataclass(frozen=True, slots=True)
class Doing:
    """An act: makes its form from (reader, case, posted fields, posted files), and does what a valid one says."""

    form: Callable[[Holder, CaseLine, Any, Any], Any]
    act: Callable[[Holder, uuid.UUID, Any], Any]
    said: str


def _bare(_by: Holder, _line: CaseLine, data: Any, _files: Any) -> Form:
    return Form(data)


def _reason(_by: Holder, _line: CaseLine, data: Any, _files: Any) -> ReasonForm:
    return ReasonForm(data)


def _handler(_by: Holder, line: CaseLine, data: Any, _files: Any) -> HandlerForm:
    return HandlerForm(data, accounts.holders(kind=SeatKind.SUPERVISOR), str(line.case.handler_id))


def _assign_form(by: Holder, line: CaseLine, data: Any, _files: Any) -> AssignForm:
    """Offer whom the case may be given to; a posted form offers everybody, so that the rule says why not."""
    people = accounts.holders(kind=SeatKind.SUPERVISOR)
    fit = [each for each in people if policies.may_assign(line.case, each, by)]
    return AssignForm(data, fit if data is None else people, "")


def _ask_form(_by: Holder, line: CaseLine, data: Any, _files: Any) -> AskForm:
    return AskForm(data, reading.firms(line), reading.showable(line.case))


def _closing_form(_by: Holder, line: CaseLine, data: Any, _files: Any) -> ClosingForm:
    """Offer the outcomes that may be proposed; a posted form offers all, so that the rule says why not."""
    facts = reading.ends(line.case)
    fit = [each for each in Outcome if data is not None or policies.may_end(each, facts)]
    return ClosingForm(data, fit)


def _confirm(by: Holder, case_id: uuid.UUID, form: HandlerForm) -> None:
    cases.confirm(by, case_id, uuid.UUID(form.cleaned_data["handler"]), now=clock.now())


def _refuse(by: Holder, case_id: uuid.UUID, form: ReasonForm) -> None:
    cases.refuse(by, case_id, form.cleaned_data["reason"], now=clock.now())


def _assign(by: Holder, case_id: uuid.UUID, form: AssignForm) -> None:
    typed = form.cleaned_data
    cases.assign(by, case_id, uuid.UUID(typed["handler"]), typed["reason"], now=clock.now())


def _attach(by: Holder, case_id: uuid.UUID, form: EvidenceForm) -> None:
    file = form.cleaned_data["file"]
    cases.attach(by, case_id, file.name, file.read(), form.cleaned_data["about"], now=clock.now())


def _ask(by: Holder, case_id: uuid.UUID, form: AskForm) -> None:
    hearing.ask(by, case_id, form.asking(), now=clock.now())


def _confer(by: Holder, case_id: uuid.UUID, form: MinutesForm) -> None:
    ending.confer(by, case_id, form.held(), now=clock.now())


def _propose_closing(by: Holder, case_id: uuid.UUID, form: ClosingForm) -> None:
    typed = form.cleaned_data
    ending.propose_closing(by, case_id, typed["outcome"], typed["reason"], now=clock.now())


def _send_back(by: Holder, case_id: uuid.UUID, form: ReasonForm) -> None:
    ending.send_back(by, case_id, form.cleaned_data["reason"], now=clock.now())


ACTS: Mapping[str, Doing] = {
    "confirm": Doing(_handler, _confirm, _("The case is open.")),
    "refuse": Doing(_reason, _refuse, _("The opening is refused; the reason is kept with the case.")),
    "assign": Doing(_assign_form, _assign, _("The case has another handler.")),
    "attach": Doing(
        lambda _by, _line, data, files: EvidenceForm(data, files),
        _attach,
        _("The file is frozen in the case; its hash is in the journal."),
    ),
    "ask": Doing(_ask_form, _ask, _("The firms are asked; each sees its own question from now on.")),
    "go_on": Doing(
        _bare,
        lambda by, case_id, _form: hearing.go_on(by, case_id, now=clock.now()),
        _("The hearing is ended."),
    ),
    "confer": Doing(
        lambda _by, _line, data, _files: MinutesForm(data), _confer, _("The conference is recorded.")
    ),
    "resume": Doing(
        _bare,
        lambda by, case_id, _form: ending.resume(by, case_id, now=clock.now()),
        _("The case is taken up again."),
    ),
    "hand_over": Doing(
        _bare,
        lambda by, case_id, _form: ending.hand_over(by, case_id, now=clock.now()),
        _("The package is made and signed."),
    ),
    "closing": Doing(_closing_form, _propose_closing, _("The closing lies before another supervisor.")),
    "close": Doing(
        _bare,
        lambda by, case_id, _form: ending.close(by, case_id, now=clock.now()),
        _("The case is closed."),
    ),
    "send_back": Doing(_reason, _send_back, _("The closing is sent back; the case is open again.")),
}
