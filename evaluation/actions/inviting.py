"""Calling the drawn experts in their order: accepted, declined, not reached, absent; the next takes the place."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.queries import Holder
from bidding.actions import drawing
from bidding.events import DrawFinished
from bidding.queries import draws
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain import edition
from evaluation.domain.lifecycle import (
    InvitationLever as Lever,
    InvitationState as State,
    SessionState,
)
from evaluation.models import DrawnStratum, ExpertDraw, Invitation, Pseudonym, Session
from evaluation.queries import committee, pool
from kernel import journal
from kernel.domain.draw import SkipReason
from kernel.domain.refusals import require
from tender.queries import LotRecord

WORDS = 200


def on_drawn(event: DrawFinished) -> None:
    """Write the order down and call the first of each stratum; runs in the transaction that ends the draw."""
    if event.purpose != drawing.EXPERTS:
        return
    session, record = holding.hold(event.lot)
    draw = ExpertDraw.objects.get(draw_id=event.draw)
    finished = draws.draw(event.draw)
    draw.drawn_at = finished.drawn_at
    draw.save(update_fields=["drawn_at"])
    if finished.drawn_at is None or session.state == SessionState.FAILED:
        return
    names = {one.name: one for one in Pseudonym.objects.filter(draw=draw)}
    for stratum in draw.strata.order_by("name"):
        order = draws.draw_record(event.draw, stratum.name)["order"]
        Invitation.objects.bulk_create(
            Invitation(stratum=stratum, pseudonym=names[name], order=place)
            for place, name in enumerate(order)
        )
    fill(session, record, draw, now=finished.drawn_at)


def fill(session: Session, record: LotRecord, draw: ExpertDraw, *, now: datetime) -> None:
    """Call everybody who is taken and not called yet, passing over who is taken elsewhere by now.

    A stratum whose reserve is exhausted is marked and its applicant told: only a supplementary draw goes on.
    """
    for stratum in draw.strata.select_related("site", "draw").order_by("name"):
        _call_taken(session, record, stratum, now)
        short = stratum.take - len(_taken(stratum))
        if short > 0 and stratum.exhausted_at is None:
            stratum.exhausted_at = now
            stratum.save(update_fields=["exhausted_at"])
            payload = {"draw": _draw_id(session, draw), "stratum": stratum.name, "missing": short}
            holding.log(record.id, "evaluation:draw:exhausted", payload, now=now)
            holding.tell(
                session.requested_by_id,
                "experts_missing",
                key=f"{draw.pk}:{stratum.name}",
                record=record,
                now=now,
                link=f"/desk/lots/{record.id}/committee/",
                rule=record.edition.rule("expert_late_minutes").id,
                missing=str(short),
            )


def accept(by: Holder, invitation_id: int, *, now: datetime) -> Invitation:
    """Accept a call; accepting again changes nothing."""
    return _answer(by, invitation_id, Lever.ACCEPT, State.CONFIRMED, now=now)


def decline(by: Holder, invitation_id: int, words: str, *, now: datetime) -> Invitation:
    """Decline a call, or an accepted one; the next in the order is called."""
    return _answer(by, invitation_id, Lever.DECLINE, State.DECLINED, words=words, now=now)


def due_answers(*, now: datetime, limit: int) -> Iterable[int]:
    """Return the calls that were not answered in time."""
    rows = Invitation.objects.filter(state=State.NOTIFYING, answer_due_at__lte=now)
    rows = rows.exclude(stratum__draw__session__state=SessionState.FAILED)
    return list(rows.order_by("answer_due_at", "pk").values_list("pk", flat=True)[:limit])


def time_out(invitation_id: int, *, now: datetime) -> bool:
    """Pass over an expert who did not answer, at the nominal instant; the next one is called."""
    with transaction.atomic():
        session, record, invitation = _hold(invitation_id)
        due = invitation.answer_due_at
        if invitation.state != State.NOTIFYING or due is None or due > now:
            return False
        holding.answer(invitation, Lever.TIME_OUT)
        skip(session, record, invitation, SkipReason.NO_ANSWER, now=now)
    return True


def due_absent(*, now: datetime, limit: int) -> Iterable[int]:
    """Return the accepted calls of sittings under way whose expert has not signed in."""
    rows = Invitation.objects.filter(state=State.CONFIRMED, absent_due_at__lte=now)
    rows = rows.filter(stratum__draw__session__state=SessionState.PREPARING)
    return list(rows.order_by("absent_due_at", "pk").values_list("pk", flat=True)[:limit])


def miss(invitation_id: int, *, now: datetime) -> bool:
    """Note an expert who has not come as absent, and call the next one (R-05)."""
    with transaction.atomic():
        session, record, invitation = _hold(invitation_id)
        if invitation.state != State.CONFIRMED or session.state != SessionState.PREPARING:
            return False
        if invitation.absent_due_at is None or invitation.absent_due_at > now:
            return False
        holding.answer(invitation, Lever.MISS)
        skip(session, record, invitation, SkipReason.ABSENT, now=now)
    return True


def skip(
    session: Session, record: LotRecord, invitation: Invitation, reason: SkipReason, *, now: datetime
) -> None:
    """Pass over an expert in the draw's record and call who comes next; the caller holds the session."""
    _pass_over(invitation, reason, now=now)
    fill(session, record, invitation.stratum.draw, now=now)


def _answer(
    by: Holder, invitation_id: int, lever: Lever, target: State, *, now: datetime, words: str = ""
) -> Invitation:
    found = committee.access_invitation(by, invitation_id)
    with transaction.atomic():
        session, record, invitation = _hold(found.pk)
        if invitation.state == target:
            return invitation
        require(policies.session_is(session, SessionState.PREPARING))
        holding.answer(invitation, lever)
        invitation.answered_at, invitation.words = now, words.strip()[:WORDS]
        if target is State.CONFIRMED:
            invitation.absent_due_at = max(session.starts_at, now) + edition.lateness(record.edition)
        invitation.save(update_fields=["answered_at", "words", "absent_due_at"])
        payload = {"draw": _draw_id(session, invitation.stratum.draw), "id": invitation.pseudonym.name}
        holding.log(record.id, f"evaluation:invitation:{target.value}", payload, now=now)
        if target is State.DECLINED:
            skip(session, record, invitation, SkipReason.DECLINED, now=now)
    return invitation


def _hold(invitation_id: int) -> tuple[Session, LotRecord, Invitation]:
    lot_id: uuid.UUID = Invitation.objects.values_list("stratum__draw__session__lot_id", flat=True).get(
        pk=invitation_id
    )
    session, record = holding.hold(lot_id)
    row = Invitation.objects.select_related("pseudonym__expert", "stratum__site", "stratum__draw")
    return session, record, row.get(pk=invitation_id)


def _taken(stratum: DrawnStratum) -> list[Invitation]:
    """Return the first who were not passed over, as many as the stratum takes."""
    rows = stratum.invitations.select_related("pseudonym__expert", "stratum__site", "stratum__draw")
    return list(rows.filter(skip="").order_by("order")[: stratum.take])


def _call_taken(session: Session, record: LotRecord, stratum: DrawnStratum, now: datetime) -> None:
    while True:
        waiting = next((one for one in _taken(stratum) if one.state == State.PENDING), None)
        if waiting is None:
            return
        if _elsewhere(session, waiting):
            _pass_over(waiting, SkipReason.TAKEN_ELSEWHERE, now=now)
            continue
        holding.answer(waiting, Lever.NOTIFY)
        waiting.notified_at = now
        waiting.answer_due_at = now + edition.answer_time(record.edition)
        waiting.save(update_fields=["notified_at", "answer_due_at"])
        payload = {"draw": _draw_id(session, stratum.draw), "id": waiting.pseudonym.name}
        holding.log(record.id, "evaluation:invitation:sent", payload, now=now)
        holding.call(waiting, session, "expert_invited", now=now)


def _elsewhere(session: Session, invitation: Invitation) -> bool:
    """Tell whether an expert was taken by another stratum or sitting since the pool was fixed."""
    [facts] = pool.facts(None, session.starts_at, session.ends_at, only=[invitation.pseudonym.expert_id])
    return any(sat.starts_at < session.ends_at and session.starts_at < sat.ends_at for sat in facts.sessions)


def _pass_over(invitation: Invitation, reason: SkipReason, *, now: datetime) -> None:
    stratum = invitation.stratum
    drawing.skip(
        stratum.draw_id,
        stratum.name,
        invitation.pseudonym.name,
        reason.value,
        actor=journal.SYSTEM,
        now=now,
    )
    invitation.skip, invitation.skipped_at = reason.value, now
    invitation.save(update_fields=["skip", "skipped_at"])


def _draw_id(session: Session, draw: ExpertDraw) -> str:
    return f"{session.lot_id}/draw-{draw.number}"
