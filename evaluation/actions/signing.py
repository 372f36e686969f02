"""The report: laid before all members, signed or dissented from in writing, deemed agreed at the due instant (V-09)."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.events import DocumentSigned
from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import checking, convening, holding
from evaluation.domain import edition, report
from evaluation.domain.lifecycle import (
    InvitationLever,
    InvitationState,
    MemberLever,
    MemberState,
    SessionLever,
    SessionState,
)
from evaluation.domain.report import ReportError
from evaluation.domain.scoring.values import ScoringError
from evaluation.models import Dissent, Invitation, Merit, Report, Session
from evaluation.queries import committee, judging
from evaluation.queries.judging import Bench
from evaluation.queries.record import REPORT
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender.actions import deciding, stepping
from tender.domain.lifecycle import Lever
from tender.queries import LotRecord

ANSWERED = (MemberState.SIGNED, MemberState.DISSENTED, MemberState.DEEMED)


def set_merit(
    by: Holder, lot_id: uuid.UUID, bid: str, *, strengths: str, weaknesses: str, now: datetime
) -> None:
    """Write what speaks for and against a bid, as the report states it; the leader does."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.leads(session, member))
        require(policies.session_is(session, SessionState.SCORING, SessionState.CHECKING))
        if bid not in judging.bench(session).remaining:
            raise Http404
        for text in (strengths, weaknesses):
            require(policies.written(text))
        Merit.objects.update_or_create(
            session=session,
            bid=uuid.UUID(bid),
            defaults={"strengths": strengths.strip(), "weaknesses": weaknesses.strip()},
        )
        holding.log(lot_id, "evaluation:merit:written", {"bid": bid}, now=now)


def lay(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> Report:
    """Lay the report before all members to sign; refused while one of the four checks stands (V-11)."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        require(policies.leads(session, committee.access_member(by, lot_id)))
        require(policies.session_is(session, SessionState.CHECKING))
        bench = judging.bench(session)
        checking.require_checked(bench)
        if bench.open_indications:
            facts = {"left": str(len(bench.open_indications))}
            raise RefusedError(Refused("V-01", "indications_open", facts))
        row = _write(bench, now)
        holding.step(session, SessionLever.REPORT, now=now, report=row.sha256)
    return row


def dissent(by: Holder, lot_id: uuid.UUID, text: str, *, now: datetime) -> Report:
    """Dissent in writing from a laid report; it is laid anew with the dissent, and who had signed signs again."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        account_actions.withdraw_requests(REPORT, f"{lot_id}:", now=now)
        session, _ = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.session_is(session, SessionState.SIGNING))
        require(policies.written(text))
        holding.move(member, MemberLever.DISSENT)
        Dissent.objects.create(member=member, text=text.strip(), at=now)
        for other in committee.live_members(session):
            if other.state == MemberState.SIGNED:
                holding.move(other, MemberLever.RENEW)
        payload = {"member": member.name, "text": text.strip()}
        holding.log(lot_id, "evaluation:member:dissented", payload, now=now)
        row = _write(judging.bench(session), now)
        _finish_if_answered(lot_id, now=now)
    return row


def on_signed(event: DocumentSigned) -> None:
    """Take a member's signature under the report; with the last one the evaluation is done."""
    if event.purpose != REPORT:
        return
    lot, number = event.reference.rstrip(":").split(":")
    session, record = holding.hold(uuid.UUID(lot))
    member = next((one for one in committee.live_members(session) if one.seat_id == event.seat), None)
    current = _current(session)
    if member is None or current is None or current.number != int(number):
        raise RefusedError(Refused("S-09", "request_withdrawn", {"title": record.title}))
    require(policies.session_is(session, SessionState.SIGNING))
    now = committee.signature_at(REPORT, event.reference, event.request)
    if member.state == MemberState.SCORED:
        holding.move(member, MemberLever.SIGN)
    payload = {"member": member.name, "report": current.sha256}
    holding.log(record.id, "evaluation:report:signed_by", payload, now=now)
    _finish_if_answered(record.id, now=now)


def due_signatures(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the lots whose members have had their time to sign, or who have all answered while a pause held it."""
    waiting = Count("members", filter=Q(members__state=MemberState.SCORED), distinct=True)
    rows = Session.objects.filter(state=SessionState.SIGNING)
    rows = rows.annotate(due=Max("reports__due_at"), waiting=waiting)
    found = rows.filter(Q(due__lte=now) | Q(waiting=0)).order_by("due", "pk")
    return list(found.values_list("lot_id", flat=True)[:limit])


def deem(lot_id: uuid.UUID, *, now: datetime) -> bool:
    """Count who neither signed nor dissented as agreeing, at the nominal instant (V-09)."""
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        current = _current(session)
        if session.state != SessionState.SIGNING or current is None:
            return False
        silent = [one for one in committee.live_members(session) if one.state == MemberState.SCORED]
        if silent and current.due_at > now:
            return False
        at = current.due_at if silent else now
        for member in silent:
            holding.move(member, MemberLever.DEEM)
            payload = {"member": member.name, "rule": record.edition.rule("report_signing").id}
            holding.log(lot_id, "evaluation:member:deemed", payload, now=at)
        return _finish_if_answered(lot_id, now=at)


def reopen(by: Holder, lot_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Bring a laid or signed report back to the checks on a ground of V-11.

    The leader does while the members sign; once the report is signed only the supervisor's instruction does,
    and the lot goes back to its evaluation.
    """
    with transaction.atomic():
        account_actions.withdraw_requests(REPORT, f"{lot_id}:", now=now)
        session, record = holding.hold(lot_id)
        require(policies.written(reason))
        ordered = session.state == SessionState.SIGNED
        if ordered:
            committee.access_supervisor(by, lot_id)
            facts = {"reason": reason.strip()}
            stepping.step(lot_id, Lever.RE_EVALUATE, actor=by.actor, now=now, payload=facts)
            _sit_again(session)
        else:
            require(policies.leads(session, committee.access_member(by, lot_id)))
        session.reopen_reason = reason.strip()
        session.save(update_fields=["reopen_reason"])
        for member in committee.live_members(session):
            if member.state in ANSWERED:
                holding.move(member, MemberLever.RENEW)
        actor = by.actor if ordered else journal.SYSTEM
        holding.step(session, SessionLever.REOPEN, now=now, actor=actor, reason=reason.strip())
        holding.tell_members(session, "session_reopened", key=now.isoformat(), record=record, now=now)


def _write(bench: Bench, now: datetime) -> Report:
    record, session = bench.record, bench.session
    try:
        scores = report.scores(
            bench.subject,
            bench.method,
            bench.assessment,
            bench.sheets,
            rejections=bench.rejections,
            tie_draw=bench.tie_draw,
        )
        document = report.evaluation_report(
            bench.subject,
            bench.assessment,
            scores,
            bench.seats,
            bench.proceedings(),
            rejections=bench.rejections,
            candidates=min(record.notice["candidates"], edition.candidates_maximum(record.edition)),
            made_at=now,
        )
    except (ReportError, ScoringError) as error:
        raise RefusedError(Refused("V-10", "report_incomplete", {"why": str(error)})) from error
    last = _current(session)
    due_at = now + edition.signing_time(record.edition)
    row = Report.objects.create(
        session=session,
        number=last.number + 1 if last else 1,
        document=canonical.to_bytes(document),
        sha256=canonical.digest(document),
        scores=canonical.to_bytes(scores),
        scores_sha256=canonical.digest(scores),
        made_at=now,
        due_at=due_at,
    )
    for member in bench.members:
        account_actions.request_signature(
            member.seat_id,
            document,
            purpose=REPORT,
            reference=f"{record.id}:{row.number}:",
            title=record.title,
            lot=record.id,
            now=now,
            due_at=due_at,
        )
        holding.tell(
            member.seat_id,
            "report_to_sign",
            key=f"{record.id}:{row.number}",
            record=record,
            now=now,
            link="/desk/signatures/",
            rule=record.edition.rule("report_signing").id,
            due_at=due_at,
        )
    payload = {"number": row.number, "report": row.sha256, "scores": row.scores_sha256}
    holding.log(record.id, "evaluation:report:laid", payload, now=now)
    return row


def _finish_if_answered(lot_id: uuid.UUID, *, now: datetime) -> bool:
    session, record = holding.hold(lot_id)
    current = _current(session)
    answered = all(member.state in ANSWERED for member in committee.live_members(session))
    if not answered or current is None:
        return False
    try:
        with transaction.atomic():
            stepping.step(lot_id, Lever.SIGN_REPORT, actor=journal.SYSTEM, now=now)
    except RefusedError:
        return False
    holding.step(session, SessionLever.FINISH, now=now)
    convening.close(session, now=now)
    payload = {"number": current.number, "report": current.sha256, "scores": current.scores_sha256}
    holding.log(lot_id, "evaluation:report:signed", payload, now=now, public=True)
    if not record.edition.has("report_delivery_maximum"):
        deciding.receive_report(lot_id, now=now)
    _tell_procurer(session, record, now)
    return True


def _sit_again(session: Session) -> None:
    """Bring the same members back to their work after the sitting was closed."""
    for invitation in Invitation.objects.filter(
        stratum__draw__session=session, state=InvitationState.COMPLETED
    ):
        holding.answer(invitation, InvitationLever.RESUME)
    session.ended_at = None
    session.save(update_fields=["ended_at"])


def _current(session: Session) -> Report | None:
    return Report.objects.filter(session=session).order_by("-number").first()


def _tell_procurer(session: Session, record: LotRecord, now: datetime) -> None:
    reviewers = accounts.holders(kind=SeatKind.REVIEWER, organisation=record.procuring_entity.id)
    for seat in {session.requested_by_id, *(reviewer.id for reviewer in reviewers)}:
        _tell_signed(seat, record, now)


def _tell_signed(seat: uuid.UUID, record: LotRecord, now: datetime) -> None:
    holding.tell(
        seat,
        "evaluation_signed",
        key=str(record.id),
        record=record,
        now=now,
        link=f"/desk/lots/{record.id}/evaluation/",
        rule=record.edition.rule("report_signing").id,
    )
