"""Reads of the pool: experts as the rules of avoidance see them, and the sites where committees sit."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding import queries as bidding
from evaluation.domain import avoidance
from evaluation.domain.lifecycle import InvitationState as State, SessionState
from evaluation.models import (
    BusySpan,
    Expert,
    Interest,
    Invitation,
    Member,
    Place,
    PoolImport,
    PoolLimits,
    SeatCode,
    Session,
    Site,
)
from tender import queries as tender
from tender.domain.instants import day_of
from tender.queries import LotRecord

SITTING = (
    State.NOTIFYING,
    State.CONFIRMED,
    State.SIGNED_IN,
    State.EVALUATING,
    State.COMPLETED,
    State.RATED,
)
"""States of an invitation that take an expert's time."""
IN_VAIN = (State.DECLINED, State.ABSENT, State.REPLACED)
"""States in which an expert was called to a sitting and will not come to it."""


@dataclass(frozen=True, slots=True)
class ExpertView:
    """An expert as the pool's operator reads it."""

    id: int
    username: str
    person: str
    organisation: str
    title: str
    years: int
    majors: tuple[str, ...]
    region: str
    enabled: bool
    suspended_until: str
    interests: int


def own_expert(reader: Holder) -> Expert:
    """Return the reader's own row of the pool; 404 for a seat that is not in it."""
    row = Expert.objects.filter(seat_id=reader.id).first()
    if row is None:
        raise Http404
    return row


def is_expert(reader: Holder) -> bool:
    """Tell whether a seat is in the pool."""
    return Expert.objects.filter(seat_id=reader.id).exists()


def own_interests(reader: Holder) -> list[Interest]:
    """Return what the reader declared and has not withdrawn."""
    rows = Interest.objects.filter(expert=own_expert(reader), withdrawn_at__isnull=True)
    return list(rows.order_by("declared_at", "pk"))


def own_busy(reader: Holder, *, now: datetime) -> list[BusySpan]:
    """Return the times to come for which the reader cannot be called."""
    rows = BusySpan.objects.filter(expert=own_expert(reader), ends_at__gt=now)
    return list(rows.order_by("starts_at", "pk"))


def experts() -> list[ExpertView]:
    """Return the whole pool by account, for its operator."""
    seats = {seat.id: seat for seat in accounts.holders(kind=SeatKind.EXPERT)}
    found = []
    for row in Expert.objects.prefetch_related("interests").order_by("pk"):
        seat = seats.get(row.seat_id)
        if seat is None:
            continue
        found.append(
            ExpertView(
                id=row.pk,
                username=seat.username,
                person=seat.person,
                organisation=seat.organisation.name,
                title=row.title,
                years=row.years,
                majors=tuple(row.majors),
                region=row.region,
                enabled=row.enabled,
                suspended_until=row.suspended_until.isoformat() if row.suspended_until else "",
                interests=sum(one.withdrawn_at is None for one in row.interests.all()),
            )
        )
    return sorted(found, key=lambda one: one.username)


def standing(expert_id: int) -> dict[str, Any]:
    """Return what the operator may change of an expert's standing."""
    row = Expert.objects.get(pk=expert_id)
    return {
        "enabled": row.enabled,
        "suspended_until": row.suspended_until,
        "penalised_until": row.penalised_until,
    }


def imports() -> list[PoolImport]:
    """Return the imports of the pool, newest first."""
    return list(PoolImport.objects.order_by("-at", "-pk")[:50])


def limits() -> PoolLimits | None:
    """Return the limits in force, None when none were set."""
    return PoolLimits.objects.order_by("-at", "-pk").first()


def sites() -> list[Site]:
    """Return all sites by name."""
    return list(Site.objects.order_by("name"))


def places(site: Site) -> list[Place]:
    """Return a site's places in use, by number."""
    return list(Place.objects.filter(site=site, retired_at__isnull=True).order_by("number", "pk"))


def free_places(site: Site) -> list[Place]:
    """Return a site's places at which nobody sits and to which no code leads."""
    open_codes = SeatCode.objects.filter(used_at__isnull=True, void_at__isnull=True)
    taken = {*open_codes.values_list("place_id", flat=True)}
    taken |= {*Member.objects.filter(freed_at__isnull=True).values_list("place_id", flat=True)}
    return [place for place in places(site) if place.pk not in taken]


def facts(
    session: Session | None, starts_at: datetime, ends_at: datetime, *, only: Iterable[int] | None = None
) -> list[avoidance.Expert]:
    """Return the experts as the rules see them, of the whole pool or of some rows.

    For a sitting that called them in vain already they count as busy (R-05: only missing numbers are drawn).
    """
    rows = Expert.objects.prefetch_related("employments", "interests", "busy").order_by("pk")
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    listed = list(rows)
    sittings = _sittings([row.pk for row in listed], session, starts_at, ends_at)
    return [_facts(row, sittings.get(row.pk, [])) for row in listed]


def lot_facts(
    record: LotRecord,
    starts_at: datetime,
    ends_at: datetime,
    *,
    avoid: Iterable[str] = (),
    refusals: Iterable[int] = (),
    experts_known: Iterable[avoidance.Expert] = (),
) -> avoidance.Lot:
    """Return a lot as the rules see it; bidders are in it once the hall has shown their names.

    `avoid` are further organisations that the applicant listed; they count like bidders.
    """
    bidders = frozenset({*bidding.bidder_codes(record.id), *avoid})
    supervisor = tender.officer(record.id, SeatKind.SUPERVISOR)
    agency = record.agency.credit_code if record.agency else None
    codes = {*bidders, record.procuring_entity.credit_code, *({agency} if agency else ())}
    employers = {job.employer for expert in experts_known for job in expert.employments}
    return avoidance.Lot(
        procuring_entity=record.procuring_entity.credit_code,
        starts_at=starts_at,
        ends_at=ends_at,
        on_date=day_of(starts_at),
        agency=agency,
        bidders=bidders,
        groups=_groups(codes | employers),
        regulators=frozenset({supervisor.organisation.credit_code} if supervisor else ()),
        refusals=frozenset(str(pk) for pk in refusals),
    )


def _groups(codes: Iterable[str]) -> Mapping[str, str]:
    known = accounts.parties_by_code(codes)
    return {code: party.parent_code for code, party in known.items() if party.parent_code}


def _sittings(
    ids: list[int], session: Session | None, starts_at: datetime, ends_at: datetime
) -> dict[int, list[avoidance.Session]]:
    held = ~Q(stratum__draw__session__state=SessionState.FAILED, stratum__draw__session__begun_at=None)
    taken = Q(state__in=SITTING) & held
    if session is not None:
        taken |= Q(stratum__draw__session=session, state__in=IN_VAIN)
    rows = Invitation.objects.filter(taken, pseudonym__expert_id__in=ids).select_related(
        "pseudonym", "stratum__draw__session"
    )
    entities: dict[uuid.UUID, str] = {}
    found: dict[int, list[avoidance.Session]] = {}
    for row in rows.order_by("pk"):
        sat = row.stratum.draw.session
        code = entities.get(sat.lot_id) or tender.lot(sat.lot_id).procuring_entity.credit_code
        entities[sat.lot_id] = code
        own = session is not None and sat.pk == session.pk
        span = (starts_at, ends_at) if own else (sat.starts_at, sat.ends_at)
        found.setdefault(row.pseudonym.expert_id, []).append(avoidance.Session(*span, code))
    for expert, start, end in BusySpan.objects.filter(expert_id__in=ids).values_list(
        "expert_id", "starts_at", "ends_at"
    ):
        if start < ends_at and starts_at < end:
            clipped = avoidance.Session(max(start, starts_at), min(end, ends_at), "")
            found.setdefault(expert, []).append(clipped)
    return found


def _facts(row: Expert, sittings: list[avoidance.Session]) -> avoidance.Expert:
    declared: dict[str, set[str]] = {kind: set() for kind in Interest.Kind.values}
    for one in row.interests.all():
        if one.withdrawn_at is None:
            declared[one.kind].add(one.organisation)
    jobs = sorted(row.employments.all(), key=lambda job: (job.from_date, job.pk))
    return avoidance.Expert(
        id=str(row.pk),
        majors=frozenset(row.majors),
        region=row.region,
        employments=tuple(avoidance.Employment(job.employer, job.until_date) for job in jobs),
        interests=frozenset(declared[Interest.Kind.INTEREST]),
        relatives=frozenset(declared[Interest.Kind.RELATIVE]),
        regulator_of=frozenset(declared[Interest.Kind.REGULATOR]),
        penalised_until=row.penalised_until,
        suspended_until=row.suspended_until,
        enabled=row.enabled,
        sessions=tuple(sittings),
    )
