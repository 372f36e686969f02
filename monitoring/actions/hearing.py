"""How the firms of a case are heard: asked by its handler with a due date, each for itself, each replying once."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from kernel import storage
from kernel.domain import canonical
from kernel.domain.refusals import require
from monitoring import policies
from monitoring.actions.casebook import clean, handled, record, step, tell
from monitoring.domain.cases import Asking, Upload
from monitoring.domain.lifecycle import CaseLever
from monitoring.models import Case, CaseQuestion, CaseReply
from monitoring.queries import cases as reading


def ask(by: Holder, case_id: uuid.UUID, asked: Asking, *, now: datetime) -> None:
    """Ask firms of a case for a written reply; from now on, and not before, each sees its own question."""
    text = clean(asked.text)
    require(policies.in_words(policies.CASE_HEARING, text))
    with transaction.atomic():
        row = handled(by, case_id)
        target = step(row, CaseLever.ASK)
        known = {firm.code: firm.name for firm in reading.firms(reading.line_of(row, by, now=now))}
        require(policies.may_ask(asked.firms, known, asked.due_at, now=now))
        seats = {code: _seats(code) for code in sorted(set(asked.firms))}
        require(policies.all_seated([known[code] for code, held in seats.items() if not held]))
        number = reading.round_of(row) + 1
        row.status, row.due_at = target, asked.due_at
        row.save(update_fields=["status", "due_at"])
        for code, held in seats.items():
            shown = reading.shown_to(row.pk, code, asked.shown)
            question = CaseQuestion.objects.create(
                case=row,
                round=number,
                firm=code,
                name=known[code],
                text=text,
                shown=[piece.number for piece in shown],
                due_at=asked.due_at,
                by_id=by.id,
                at=now,
            )
            told = {
                "question": str(question.pk),
                "round": number,
                "text": canonical.sha256(text.encode()),
                "shown": [piece.sha256 for piece in shown],
                "due_at": canonical.instant(asked.due_at),
            }
            record(by, row, "asked", told, now=now)
            _tell_firm(question, held, now)


def reply(
    by: Holder, question_id: uuid.UUID, text: str, file: Upload | None = None, *, now: datetime
) -> None:
    """Reply to one's own question, once; a reply after the due date is taken while the handler waits, and marked."""
    case_id = reading.access_question(by, question_id).question.case_id
    said = clean(text)
    require(policies.in_words(policies.CASE_HEARING, said))
    if file is not None:
        require(policies.fit_file(clean(file.name), len(file.data)))
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case_id)
        question = CaseQuestion.objects.get(pk=question_id)
        answered = CaseReply.objects.filter(question=question).exists()
        newest = question.round == reading.round_of(row)
        require(policies.may_reply(row, replied=answered, newest=newest))
        made = CaseReply.objects.create(
            question=question,
            text=said,
            name=clean(file.name) if file else "",
            sha256=storage.put(file.data) if file else "",
            size=len(file.data) if file else None,
            late=now >= question.due_at,
            by_id=by.id,
            at=now,
        )
        told = {
            "question": str(question.pk),
            "text": canonical.sha256(said.encode()),
            "file": made.sha256,
            "late": made.late,
        }
        record(by, row, "replied", told, now=now, org=by.organisation.credit_code)
        handler = accounts.holder(row.handler_id)
        tell([handler], "case_replied", row, key=str(question.pk), now=now, rule=policies.CASE_HEARING)


def go_on(by: Holder, case_id: uuid.UUID, *, now: datetime) -> None:
    """Go on with a case when all firms have replied or their time has passed; no reply is taken afterwards."""
    with transaction.atomic():
        row = handled(by, case_id)
        target = step(row, CaseLever.GO_ON)
        asked, replied = reading.heard(row)
        require(policies.may_go_on(asked, replied, row.due_at, now=now))
        row.status, row.due_at = target, None
        row.save(update_fields=["status", "due_at"])
        record(by, row, "heard", {"asked": asked, "replied": replied}, now=now)


def _seats(code: str) -> list[Holder]:
    """Return the live bidder's seats of a firm, to which its question goes."""
    party = accounts.party_by_code(code)
    return accounts.holders(kind=SeatKind.BIDDER, organisation=party.id) if party else []


def _tell_firm(question: CaseQuestion, seats: list[Holder], now: datetime) -> None:
    for seat in seats:
        account_actions.notify(
            seat.id,
            "case_asked",
            key=str(question.pk),
            now=now,
            link=f"/desk/cases/{question.pk}/",
            rule=policies.CASE_HEARING,
            due_at=question.due_at,
        )
