"""At the site: representatives named, one-time codes for workstations, and signing in at one's own place (X-05)."""

import hashlib
import hmac
import secrets
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import holding, replacing
from evaluation.actions.requesting import fresh_name
from evaluation.domain import strata
from evaluation.domain.committee import Kind
from evaluation.domain.lifecycle import InvitationLever, InvitationState, SessionState
from evaluation.models import Invitation, Member, Place, Pseudonym, Representative, SeatCode, Session, Site
from evaluation.queries import committee, pool, sites
from kernel.domain.refusals import Refused, RefusedError, require
from tender.queries import LotRecord

DIGITS = 8
ATTEMPTS = 5
"""Wrong entries after which a code is void: with its digits no guess is worth trying."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh code and the workstation to which it leads; shown once."""

    code: str
    place: Place


def name_representative(by: Holder, lot_id: uuid.UUID, seat_id: uuid.UUID, *, now: datetime) -> str:
    """Name a member of the procuring entity's own choice; returns its pseudonym.

    It judges from an expert's seat that is held for the procuring entity, so that whoever runs the procedure
    never judges in it (A-06).
    """
    committee.access_procurer(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.session_is(session, SessionState.PREPARING))
        seat = accounts.holder(seat_id)
        own = seat.organisation.id == record.procuring_entity.id
        if seat.kind is not SeatKind.EXPERT or not own:
            raise RefusedError(Refused("C-05", "not_a_representative", {"name": seat.organisation.name}))
        standing = Representative.objects.filter(session=session, ended_at__isnull=True)
        known = standing.filter(seat_id=seat_id).first()
        if known is not None:
            return known.name
        allowed = strata.plan(record.notice["committee"]).representatives
        if standing.count() >= allowed:
            raise RefusedError(Refused("C-04", "representatives_complete", {"allowed_number": str(allowed)}))
        names = {
            *Pseudonym.objects.values_list("name", flat=True),
            *Representative.objects.values_list("name", flat=True),
        }
        row = Representative.objects.create(
            session=session, seat_id=seat_id, name=fresh_name(names), named_by=by.actor, named_at=now
        )
        holding.log(lot_id, "evaluation:representative:named", {"member": row.name}, now=now, actor=by.actor)
        holding.tell(
            seat_id,
            "representative_named",
            key=row.name,
            record=record,
            now=now,
            link="/desk/invitations/",
            rule=record.edition.rule("committee_leader").id,
        )
    return row.name


def dismiss_representative(by: Holder, lot_id: uuid.UUID, name: str, *, now: datetime) -> None:
    """Take back a representative who has not signed in."""
    committee.access_procurer(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        row = Representative.objects.filter(session=session, name=name, ended_at__isnull=True).first()
        if row is None:
            raise Http404
        if Member.objects.filter(name=name).exists():
            raise RefusedError(Refused("C-10", "member_sits", {"member": name}))
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        _void(session, name, now)
        holding.log(record.id, "evaluation:representative:taken_back", {"member": name}, now=now)


def issue_code(by: Holder, lot_id: uuid.UUID, name: str, *, now: datetime) -> Issued:
    """Give a one-time code for a workstation drawn at random to one who stands at the door; an older one is void.

    The witness knows the pseudonym that the person shows, and no more.
    """
    _, own = sites.access_site_session(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        if session.state != SessionState.PREPARING:
            raise RefusedError(Refused("X-05", "nobody_expected", {"name": name}))
        awaited = {one.name: one for one in sites.expected(session, own)}
        if name not in awaited:
            raise Http404
        _void(session, name, now)
        place = _place(session, awaited[name].site)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        SeatCode.objects.create(
            session=session,
            name=name,
            place=place,
            digest=_digest(session, name, code),
            issued_by=by.actor,
            issued_at=now,
        )
        payload = {"member": name, "site": place.site.name, "place": place.number}
        holding.log(record.id, "evaluation:code:issued", payload, now=now, actor=by.actor)
    return Issued(code, place)


def sign_in(by: Holder, code: str, *, now: datetime) -> Member:
    """Sign in at the workstation to which a code leads, with the expert's own account; good once.

    Wrong entries are counted, and after some the code is void. Raises RefusedError (X-05).
    """
    found = _open_codes(by)
    if not found:
        raise RefusedError(Refused("X-05", "no_code_issued", {}))
    left = 0
    for row in found:
        with transaction.atomic():
            session, record = holding.hold(row.session.lot_id)
            current = SeatCode.objects.select_related("place__site").filter(
                pk=row.pk, used_at__isnull=True, void_at__isnull=True
            )
            open_code = current.first()
            if open_code is None:
                continue
            if hmac.compare_digest(_digest(session, row.name, code.strip()), open_code.digest):
                return _sit(by, session, record, open_code, now)
            open_code.attempts += 1
            if open_code.attempts >= ATTEMPTS:
                open_code.void_at = now
            open_code.save(update_fields=["attempts", "void_at"])
            left = ATTEMPTS - open_code.attempts
    raise RefusedError(Refused("X-05", "wrong_code", {"attempts_left": str(left)}))


def _sit(by: Holder, session: Session, record: LotRecord, code: SeatCode, now: datetime) -> Member:
    require(policies.session_is(session, SessionState.PREPARING))
    code.used_at = now
    code.save(update_fields=["used_at"])
    invitation = Invitation.objects.filter(
        pseudonym__name=code.name, state=InvitationState.CONFIRMED, stratum__draw__session=session
    ).first()
    kind = Kind.EXPERT if invitation is not None else Kind.REPRESENTATIVE
    if invitation is not None:
        holding.answer(invitation, InvitationLever.SIGN_IN)
        if session.begun_at is not None:
            holding.answer(invitation, InvitationLever.BEGIN)
    member = Member.objects.create(
        session=session,
        name=code.name,
        kind=kind,
        seat_id=by.id,
        invitation=invitation,
        place=code.place,
        signed_in_at=now,
    )
    replacing.arrived(session, member)
    payload = {
        "member": member.name,
        "kind": kind.value,
        "site": code.place.site.name,
        "place": code.place.number,
        "device": code.place.device,
    }
    holding.log(record.id, "evaluation:member:signed_in", payload, now=now)
    return member


def _open_codes(by: Holder) -> list[SeatCode]:
    mine = {
        *Invitation.objects.filter(
            pseudonym__expert__seat_id=by.id, state=InvitationState.CONFIRMED
        ).values_list("pseudonym__name", flat=True),
        *Representative.objects.filter(seat_id=by.id, ended_at__isnull=True).values_list("name", flat=True),
    }
    rows = SeatCode.objects.select_related("session").filter(name__in=mine, used_at=None, void_at=None)
    return list(rows.order_by("issued_at", "pk"))


def _place(session: Session, site: Site) -> Place:
    """Draw a free place, in a room where this committee has the fewest of its members (X-05)."""
    Site.objects.select_for_update().get(pk=site.pk)
    free = pool.free_places(site)
    if not free:
        raise RefusedError(Refused("X-09", "site_full", {"site": site.name}))
    sitting = Member.objects.filter(session=session, place__site=site, freed_at__isnull=True)
    rooms = Counter(sitting.values_list("place__room", flat=True))
    fewest = min(rooms[place.room] for place in free)
    return secrets.choice([place for place in free if rooms[place.room] == fewest])


def _void(session: Session, name: str, now: datetime) -> None:
    SeatCode.objects.filter(session=session, name=name, used_at=None, void_at=None).update(void_at=now)


def _digest(session: Session, name: str, code: str) -> str:
    return hashlib.sha256(f"{session.pk}:{name}:{code}".encode()).hexdigest()
