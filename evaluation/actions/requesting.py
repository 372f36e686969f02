"""Asking for a committee: the pool sifted and fixed under fresh pseudonyms, then handed to the draw (R-01 to R-05)."""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.domain.identity import credit_code
from accounts.queries import Holder
from bidding.actions import drawing
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain import avoidance, edition, strata
from evaluation.domain.avoidance import Demand, Limits, Pool
from evaluation.domain.lifecycle import InvitationState, MemberState, SessionState
from evaluation.models import (
    Declaration,
    DrawnStratum,
    Expert,
    ExpertDraw,
    Invitation,
    Member,
    Pseudonym,
    Replacement,
    Session,
    Site,
)
from evaluation.queries import committee, pool
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender.actions import stepping
from tender.queries import LotRecord

ALPHABET = "ACDEFGHJKLMNPQRTUVWXY347"
GROUPS, LETTERS = 2, 4
FIRST_REASON = "first draw"


class PoolTooSmallError(RefusedError):
    """Too few experts may be drawn in some strata; `refusals` holds one for each."""

    def __init__(self, refusals: tuple[Refused, ...]) -> None:
        super().__init__(refusals[0])
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Sifted:
    """A stratum's pool; `avoided` counts those whom nothing but the applicant's own list keeps out of it."""

    pool: Pool
    avoided: int

    def counts(self) -> dict[str, int]:
        """Return how many may be drawn and how many may not, without a name."""
        excluded = len({one.expert for one in self.pool.exclusions})
        return {"eligible": len(self.pool.eligible), "excluded": excluded, "avoided": self.avoided}


def request_draw(
    by: Holder,
    lot_id: uuid.UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    avoid: Sequence[tuple[str, str]] = (),
    now: datetime,
) -> Session:
    """Ask for the experts of a lot as its notice plans them; sealed once it is asked.

    `avoid` lists further organisations from which nobody may come, each as (credit code, ground). Asking early is
    advised against and logged (R-02). Raises PoolTooSmallError, IdentityError for what is no credit code.
    """
    committee.access_procurer(by, lot_id)
    listed = {credit_code(code): ground.strip() for code, ground in avoid}
    require(policies.may_avoid(listed))
    with transaction.atomic():
        stepping.lock(lot_id)
        record = committee.access_procurer(by, lot_id)
        require(policies.may_draw(record, starts_at, ends_at, now))
        if Session.objects.filter(lot_id=lot_id).exists():
            raise RefusedError(Refused("R-01", "draw_requested", {"lot": record.code}))
        session = Session.objects.create(
            lot_id=lot_id,
            state_at=now,
            starts_at=starts_at,
            ends_at=ends_at,
            avoid=listed,
            requested_by_id=by.id,
            requested_at=now,
        )
        planned = strata.plan(record.notice["committee"])
        ratio = edition.pool_ratio(record.edition)
        _draw(session, record, planned.strata, FIRST_REASON, ratio=ratio, by=by, now=now)
    return session


def request_supplement(by: Holder, lot_id: uuid.UUID, reason: str, *, now: datetime) -> ExpertDraw:
    """Ask for a supplementary draw of the experts who are still missing, with its reason (R-05).

    Only strata whose reserve is exhausted are drawn again; refused while an earlier draw can still fill the places.
    The list of organisations to avoid is that of the first draw, so as many experts as are missing are enough.
    """
    committee.access_procurer(by, lot_id)
    if not reason.strip():
        raise RefusedError(Refused("R-05", "reason_missing", {}))
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.session_is(session, SessionState.PREPARING))
        planned = strata.plan(record.notice["committee"])
        left = strata.missing(planned, committee.filled(session))
        running = DrawnStratum.objects.filter(draw__session=session, exhausted_at__isnull=True)
        open_names = set(running.values_list("name", flat=True))
        wanted = [
            strata.Stratum(one.name, one.major, one.site, left[one.name])
            for one in planned.strata
            if one.name in left and one.name not in open_names
        ]
        if not wanted:
            facts = {"strata": ", ".join(sorted(open_names & set(left))) or "none"}
            raise RefusedError(Refused("R-05", "reserve_not_exhausted", facts))
        return _draw(session, record, wanted, reason.strip(), ratio=1, by=by, now=now)


def reschedule(
    by: Holder, lot_id: uuid.UUID, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> None:
    """Move a sitting that has not begun; all who are called learn the new time."""
    committee.access_procurer(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.session_is(session, SessionState.PREPARING))
        if session.begun_at is not None:
            raise RefusedError(Refused(policies.ORDER, "sitting_begun", {"lot": record.code}))
        require(policies.may_draw(record, starts_at, ends_at, now))
        session.starts_at, session.ends_at = starts_at, ends_at
        session.save(update_fields=["starts_at", "ends_at"])
        confirmed = Invitation.objects.filter(stratum__draw__session=session, state=InvitationState.CONFIRMED)
        confirmed.update(absent_due_at=starts_at + edition.lateness(record.edition))
        payload = {"starts_at": canonical.instant(starts_at), "ends_at": canonical.instant(ends_at)}
        holding.log(lot_id, "evaluation:session:moved", payload, now=now, actor=by.actor)
        holding.tell_called(session, "sitting_moved", now=now)


def _draw(
    session: Session,
    record: LotRecord,
    wanted: Sequence[strata.Stratum],
    reason: str,
    *,
    ratio: int,
    by: Holder,
    now: datetime,
) -> ExpertDraw:
    sites = _sites(wanted)
    _require_places(wanted, sites)
    found = _sift(session, record, wanted, sites)
    _require_depth(wanted, found, ratio)
    names = _names([expert.pk for expert in Expert.objects.order_by("pk")])
    drawn = [
        drawing.Stratum(
            one.name, one.take, *found[one.name].pool.under({str(pk): n for pk, n in names.items()})
        )
        for one in wanted
    ]
    row = drawing.request(
        record.id, purpose=drawing.EXPERTS, strata=drawn, reason=reason, actor=by.actor, now=now
    )
    draw = ExpertDraw.objects.create(
        draw_id=row.pk, session=session, number=row.number, reason=reason, requested_at=now
    )
    Pseudonym.objects.bulk_create(Pseudonym(draw=draw, expert_id=pk, name=n) for pk, n in names.items())
    DrawnStratum.objects.bulk_create(
        DrawnStratum(draw=draw, name=one.name, major=one.major, site=sites[one.site], take=one.take)
        for one in wanted
    )
    payload = {
        "draw": f"{record.id}/draw-{row.number}",
        "starts_at": canonical.instant(session.starts_at),
        "ends_at": canonical.instant(session.ends_at),
        "avoid": session.avoid,
        "reason": reason,
        **_timing(record, session, now),
    }
    holding.log(record.id, "evaluation:draw:requested", payload, now=now, actor=by.actor)
    counted = {
        "draw": payload["draw"],
        "ratio": ratio,
        "strata": [{"name": one.name, "take": one.take, **found[one.name].counts()} for one in wanted],
    }
    holding.log(record.id, "evaluation:draw:pool", counted, now=now, actor=by.actor, public=True)
    return draw


def _sift(
    session: Session, record: LotRecord, wanted: Iterable[strata.Stratum], sites: dict[str, Site]
) -> dict[str, Sifted]:
    span = (session.starts_at, session.ends_at)
    experts = pool.facts(session, *span)
    declined = _declined(session)
    lot, unlisted = (
        pool.lot_facts(record, *span, avoid=avoid, refusals=declined, experts_known=experts)
        for avoid in (session.avoid, ())
    )
    limits = limits_of(record)
    found = {}
    for one in wanted:
        demand = Demand(frozenset({one.major}), frozenset({sites[one.site].region}))
        sifted = avoidance.sift(experts, lot, demand, limits)
        without = avoidance.sift(experts, unlisted, demand, limits)
        found[one.name] = Sifted(sifted, avoided=len(without.eligible) - len(sifted.eligible))
    return found


def _require_depth(wanted: Iterable[strata.Stratum], found: Mapping[str, Sifted], ratio: int) -> None:
    """Refuse strata with so few experts left that who asks for the draw could foresee who is taken (R-06)."""
    short = [
        Refused(
            "R-06", "pool_too_small", {"stratum": one.name, "eligible": str(there), "needed": str(needed)}
        )
        for one in wanted
        if (there := len(found[one.name].pool.eligible)) < (needed := one.take * ratio)
    ]
    if short:
        raise PoolTooSmallError(tuple(short))


def limits_of(record: LotRecord) -> Limits:
    """Return the limits of avoidance for a lot: years from its edition, frequency from the pool's operator."""
    row = pool.limits()
    return edition.avoidance_limits(
        record.edition,
        sessions=row.sessions if row else None,
        window_days=row.window_days if row else None,
        cooling_days=row.cooling_days if row else None,
    )


def _declined(session: Session) -> set[int]:
    """Return the experts who said that they must stay away from this lot, or had to leave it for that reason."""
    said = Declaration.objects.filter(member__session=session, conflict=True)
    left = Replacement.objects.filter(session=session, reason="avoidance", at__isnull=False)
    members = Member.objects.filter(session=session, state=MemberState.REPLACED).filter(
        pk__in=[*said.values_list("member_id", flat=True), *left.values_list("out_id", flat=True)]
    )
    found = members.values_list("invitation__pseudonym__expert_id", flat=True)
    return {pk for pk in found if pk is not None}


def _sites(wanted: Sequence[strata.Stratum]) -> dict[str, Site]:
    names = {one.site for one in wanted}
    found = {site.name: site for site in Site.objects.filter(name__in=names)}
    if missing := sorted(names - set(found)):
        raise RefusedError(Refused("X-01", "site_unknown", {"sites": ", ".join(missing)}))
    return found


def _require_places(wanted: Sequence[strata.Stratum], sites: dict[str, Site]) -> None:
    """Refuse a draw to a site that has no workstation for everybody; only that is a ground (X-09)."""
    for name, site in sorted(sites.items()):
        needed = sum(one.take for one in wanted if one.site == name)
        there = len(pool.places(site))
        if there < needed:
            facts = {"site": name, "places": str(there), "needed": str(needed)}
            raise RefusedError(Refused("X-09", "site_too_small", facts))


def _names(experts: Sequence[int]) -> dict[int, str]:
    known = set(Pseudonym.objects.values_list("name", flat=True))
    found: dict[int, str] = {}
    for pk in experts:
        found[pk] = fresh_name(known)
        known.add(found[pk])
    return found


def fresh_name(known: set[str]) -> str:
    """Return a pseudonym that nobody had before, easy to read out at a door."""
    while True:
        groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
        name = "-".join(groups)
        if name not in known:
            return name


def _timing(record: LotRecord, session: Session, now: datetime) -> dict[str, Any]:
    lead = edition.draw_lead(record.edition)
    early = session.starts_at - now > lead
    return {"early": early, "rule": record.edition.rule("draw_lead_hours").id if early else None}
