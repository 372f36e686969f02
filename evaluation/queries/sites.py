"""Reads at the sites: which ones a session uses, who runs them, and who is still to be let in, without names."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation.domain import strata
from evaluation.domain.committee import Kind
from evaluation.domain.lifecycle import InvitationState
from evaluation.models import DrawnStratum, Invitation, Member, Representative, SeatCode, Session, Site
from evaluation.queries.committee import ENDED, require_session
from tender import queries as tender


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is to sign in at a site: the pseudonym, whether a code is out, whether it sits already."""

    name: str
    kind: str
    site: Site
    code_issued_at: datetime | None
    place: str


def sites_of(reader: Holder, session: Session) -> list[Site]:
    """Return the sites of a session at which a witness lets people in: all as the lot's witness, else its own."""
    rows = Site.objects.filter(pk__in=_site_ids(session)).order_by("name")
    if tender.serves(reader, session.lot_id, SeatKind.WITNESS):
        return list(rows)
    if reader.kind is not SeatKind.WITNESS:
        return []
    return list(rows.filter(organisation_id=reader.organisation.id))


def access_site_session(reader: Holder, lot_id: uuid.UUID) -> tuple[Session, list[Site]]:
    """Return a session and the sites that a witness runs for it; 404 when it runs none."""
    session = require_session(lot_id)
    found = sites_of(reader, session)
    if not found:
        raise Http404
    return session, found


def witnessed_sessions(reader: Holder) -> list[Session]:
    """Return the open sessions at which a witness lets people in, soonest first."""
    rows = Session.objects.exclude(state__in=ENDED).order_by("starts_at", "pk")
    return [row for row in rows if sites_of(reader, row)]


def home_site(session: Session) -> Site | None:
    """Return the site of the lot's own centre, else the first site of its notice."""
    record = tender.lot(session.lot_id)
    planned = strata.plan(record.notice["committee"])
    rows = list(Site.objects.filter(name__in=planned.sites).order_by("name"))
    own = next((row for row in rows if row.organisation_id == record.centre.id), None)
    return own or next((row for name in planned.sites for row in rows if row.name == name), None)


def expected(session: Session, sites: Iterable[Site]) -> list[Expected]:
    """Return who is to sign in at some sites, by pseudonym; no names."""
    listed = {site.pk: site for site in sites}
    codes = {
        code.name: code
        for code in SeatCode.objects.filter(session=session, used_at=None, void_at=None).select_related(
            "place"
        )
    }
    rows = Invitation.objects.select_related("pseudonym", "stratum__site").filter(
        stratum__draw__session=session,
        state=InvitationState.CONFIRMED,
        stratum__site_id__in=listed,
    )
    waiting = [(row.pseudonym.name, Kind.EXPERT, row.stratum.site) for row in rows]
    home = home_site(session)
    if home is not None and home.pk in listed:
        seated = {member.name for member in Member.objects.filter(session=session)}
        named = Representative.objects.filter(session=session, ended_at__isnull=True)
        waiting += [(row.name, Kind.REPRESENTATIVE, home) for row in named if row.name not in seated]
    return [
        Expected(
            name=name,
            kind=kind.value,
            site=site,
            code_issued_at=codes[name].issued_at if name in codes else None,
            place=codes[name].place.number if name in codes else "",
        )
        for name, kind, site in sorted(waiting, key=lambda one: one[0])
    ]


def _site_ids(session: Session) -> set[int]:
    found = set(DrawnStratum.objects.filter(draw__session=session).values_list("site_id", flat=True))
    home = home_site(session)
    return found | ({home.pk} if home is not None else set())


def representatives(session: Session) -> list[Representative]:
    """Return those whom the procuring entity has named and not taken back, by pseudonym."""
    return list(Representative.objects.filter(session=session, ended_at__isnull=True).order_by("name"))
