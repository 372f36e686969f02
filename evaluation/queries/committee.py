"""Reads of a committee: who may come to a session, who sits where, and to whom names are shown (C-06)."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation.domain.lifecycle import InvitationState, MemberState, SessionState
from evaluation.models import (
    DrawnStratum,
    Invitation,
    Member,
    Replacement,
    Representative,
    Session,
)
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord

NAMES_KNOWN = frozenset(
    {
        *(LotState.RESULT_PUBLIC, LotState.AWARDED, LotState.CONTRACTED),
        *(LotState.PERFORMING, LotState.ARCHIVED, LotState.AWARD_VOID),
    }
)
"""States in which the result is determined and published, so that names are no longer secret (C-06)."""
HOLDING = (InvitationState.CONFIRMED, InvitationState.SIGNED_IN, InvitationState.EVALUATING)
"""States of an invitation that fill a place of the committee."""
ENDED = (SessionState.SIGNED, SessionState.FAILED)


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as a reader may see it; `person` is empty where names are secret."""

    name: str
    kind: str
    site: str
    room: str
    place: str
    state: str
    leader: bool
    signed_in_at: datetime
    person: str
    own: bool
    wants_time: bool
    live: bool


@dataclass(frozen=True, slots=True)
class StratumView:
    """How far a stratum is filled, in numbers only."""

    draw: int
    number: int
    name: str
    major: str
    site: str
    take: int
    called: int
    confirmed: int
    signed_in: int
    passed_over: int
    left: int
    exhausted: bool


@dataclass(frozen=True, slots=True)
class InvitationView:
    """What an expert reads of a call before it signs in: time, place and kind of work, nothing else (R-04)."""

    id: int
    name: str
    state: str
    category: str
    site: str
    address: str
    starts_at: datetime
    ends_at: datetime
    answer_due_at: datetime | None


def session_of(lot_id: uuid.UUID) -> Session | None:
    """Return the session of a lot, None before experts were asked for."""
    return Session.objects.select_related("leader").filter(lot_id=lot_id).first()


def require_session(lot_id: uuid.UUID) -> Session:
    """Return the session of a lot; 404 without one."""
    found = session_of(lot_id)
    if found is None:
        raise Http404
    return found


def live_members(session: Session) -> list[Member]:
    """Return those who sit, by pseudonym."""
    rows = Member.objects.filter(session=session).exclude(state=MemberState.REPLACED)
    return list(rows.select_related("place__site", "seat", "sheet").order_by("name"))


def signature_at(purpose: str, reference: str, request: uuid.UUID) -> datetime:
    """Return when a requested signature was received."""
    rows = accounts.signature_requests(purpose, reference)
    return next(row.signed_at for row in rows if row.pk == request and row.signed_at is not None)


def access_procurer(reader: Holder, lot_id: uuid.UUID) -> LotRecord:
    """Return a lot to the clerk or agency lead of the side that procures; else 404."""
    record = tender.access_own_lot(reader, lot_id)
    if reader.kind not in (SeatKind.CLERK, SeatKind.AGENCY) or not record.is_public:
        raise Http404
    return record


def access_reviewer(reader: Holder, lot_id: uuid.UUID) -> LotRecord:
    """Return a lot to the reviewer of the side that procures; else 404."""
    record = tender.access_own_lot(reader, lot_id)
    if reader.kind is not SeatKind.REVIEWER or not record.is_public:
        raise Http404
    return record


def access_witness(reader: Holder, lot_id: uuid.UUID) -> Session:
    """Return a session to the lot's witness; else 404."""
    if not tender.serves(reader, lot_id, SeatKind.WITNESS):
        raise Http404
    return require_session(lot_id)


def access_supervisor(reader: Holder, lot_id: uuid.UUID) -> Session:
    """Return a session to the lot's supervisor; else 404."""
    if not tender.serves(reader, lot_id, SeatKind.SUPERVISOR):
        raise Http404
    return require_session(lot_id)


def access_member(reader: Holder, lot_id: uuid.UUID) -> Member:
    """Return the reader's own seat on a lot's committee; 404 for who does not sit there, or no longer."""
    row = (
        Member.objects.select_related("session", "place__site", "sheet")
        .filter(session__lot_id=lot_id, seat_id=reader.id)
        .exclude(state=MemberState.REPLACED)
        .first()
    )
    if row is None:
        raise Http404
    return row


def own_invitations(reader: Holder) -> list[InvitationView]:
    """Return the calls to an expert that still concern it, soonest first; before sign-in they name no lot."""
    rows = (
        Invitation.objects.filter(
            pseudonym__expert__seat_id=reader.id,
            state__in=(InvitationState.NOTIFYING, InvitationState.CONFIRMED),
        )
        .exclude(stratum__draw__session__state__in=ENDED)
        .select_related("pseudonym", "stratum__site", "stratum__draw__session")
    )
    return [_invitation(row) for row in rows.order_by("stratum__draw__session__starts_at", "pk")]


def access_invitation(reader: Holder, invitation_id: int) -> Invitation:
    """Return one of the reader's own calls; 404 for anybody else's and for one that never came."""
    row = (
        Invitation.objects.select_related("pseudonym", "stratum__site", "stratum__draw__session")
        .filter(pk=invitation_id, pseudonym__expert__seat_id=reader.id)
        .exclude(state=InvitationState.PENDING)
        .first()
    )
    if row is None:
        raise Http404
    return row


def own_sessions(reader: Holder) -> list[Member]:
    """Return the seats that an expert holds on committees that are not done, newest first."""
    rows = Member.objects.select_related("session").filter(seat_id=reader.id)
    rows = rows.exclude(state=MemberState.REPLACED).exclude(session__state__in=ENDED)
    return list(rows.order_by("-signed_in_at", "-pk"))


def called_as_representative(reader: Holder) -> list[Representative]:
    """Return the sessions to which a seat was named by its procuring entity and has not signed in."""
    rows = Representative.objects.select_related("session").filter(seat_id=reader.id, ended_at__isnull=True)
    rows = rows.exclude(session__state__in=ENDED)
    seated = set(Member.objects.filter(seat_id=reader.id).values_list("name", flat=True))
    return [row for row in rows.order_by("session__starts_at", "pk") if row.name not in seated]


def progress(session: Session) -> list[StratumView]:
    """Return every drawn stratum in numbers, by draw and name."""
    rows = DrawnStratum.objects.select_related("draw", "site").filter(draw__session=session)
    return [_progress(row) for row in rows.order_by("draw__number", "name")]


def filled(session: Session) -> dict[str, int]:
    """Return stratum -> how many experts hold a place of it or are asked to."""
    states = (*HOLDING, InvitationState.NOTIFYING)
    rows = Invitation.objects.filter(stratum__draw__session=session, state__in=states)
    return dict(Counter(rows.values_list("stratum__name", flat=True)))


def names_known(reader: Holder, session: Session) -> bool:
    """Tell whether a reader may know who sits: the committee once it sits, the parties to the process afterwards."""
    sits = Member.objects.filter(session=session, seat_id=reader.id).exclude(state=MemberState.REPLACED)
    if sits.exists():
        return True
    record = tender.lot(session.lot_id)
    own = {record.procuring_entity.id, *((record.agency.id,) if record.agency else ())}
    concerned = (
        tender.serves(reader, session.lot_id, SeatKind.SUPERVISOR)
        or tender.serves(reader, session.lot_id, SeatKind.WITNESS)
        or (
            reader.kind in (SeatKind.CLERK, SeatKind.REVIEWER, SeatKind.AGENCY)
            and reader.organisation.id in own
        )
    )
    return concerned and record.status in NAMES_KNOWN


def members(reader: Holder, session: Session) -> list[MemberView]:
    """Return all who sit or sat, by pseudonym, with their names where the reader may know them."""
    known = names_known(reader, session)
    rows = Member.objects.select_related("place__site").filter(session=session).order_by("name")
    return [
        MemberView(
            name=row.name,
            kind=row.kind,
            site=row.place.site.name,
            room=row.place.room,
            place=row.place.number,
            state=row.state,
            leader=row.pk == session.leader_id,
            signed_in_at=row.signed_in_at,
            person=accounts.holder(row.seat_id).person if known else "",
            own=row.seat_id == reader.id,
            wants_time=row.wants_time,
            live=row.state != MemberState.REPLACED,
        )
        for row in rows
    ]


def replacements(session: Session) -> list[Replacement]:
    """Return the members who left or are proposed to leave, in order."""
    rows = Replacement.objects.select_related("out", "into").filter(session=session)
    return list(rows.order_by("proposed_at", "pk"))


def _invitation(row: Invitation) -> InvitationView:
    session = row.stratum.draw.session
    return InvitationView(
        id=row.pk,
        name=row.pseudonym.name,
        state=row.state,
        category=tender.lot(session.lot_id).category,
        site=row.stratum.site.name,
        address=row.stratum.site.address,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        answer_due_at=row.answer_due_at if row.state == InvitationState.NOTIFYING else None,
    )


def _progress(row: DrawnStratum) -> StratumView:
    calls = list(row.invitations.order_by("order"))
    states = Counter(call.state for call in calls)
    seated = states[InvitationState.SIGNED_IN] + states[InvitationState.EVALUATING]
    seated += states[InvitationState.COMPLETED] + states[InvitationState.RATED]
    return StratumView(
        draw=row.draw_id,
        number=row.draw.number,
        name=row.name,
        major=row.major,
        site=row.site.name,
        take=row.take,
        called=states[InvitationState.NOTIFYING],
        confirmed=states[InvitationState.CONFIRMED] + seated,
        signed_in=seated,
        passed_over=sum(bool(call.skip) for call in calls),
        left=sum(call.state == InvitationState.PENDING and not call.skip for call in calls),
        exhausted=row.exhausted_at is not None,
    )
