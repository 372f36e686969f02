"""What those outside a committee may see of it: numbers, pseudonyms and draws, marks only once it has signed."""

import uuid
from collections import Counter
from dataclasses import dataclass

from django.http import Http404

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation.domain.lifecycle import SessionState
from evaluation.models import Session
from evaluation.queries import committee, record
from tender import queries as tender

OWN_SIDE = (SeatKind.CLERK, SeatKind.AGENCY, SeatKind.REVIEWER, SeatKind.HOST)


@dataclass(frozen=True, slots=True)
class DrawView:
    """A drawn stratum as its record shows it: counts, and who was passed over by which rule."""

    number: int
    stratum: str
    take: int
    eligible: int
    excluded: int
    taken: tuple[str, ...]
    skips: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """How many experts one ground kept out of a stratum."""

    number: int
    stratum: str
    reason: str
    count: int


def access_session(reader: Holder, lot_id: uuid.UUID) -> Session:
    """Return a session to the side that procures and to the lot's supervisor; else 404."""
    if tender.serves(reader, lot_id, SeatKind.SUPERVISOR):
        return committee.require_session(lot_id)
    if reader.kind not in OWN_SIDE:
        raise Http404
    tender.access_own_lot(reader, lot_id)
    return committee.require_session(lot_id)


def report_shown(session: Session) -> bool:
    """Tell whether the report may be read outside the committee: once it is signed."""
    return session.state == SessionState.SIGNED


def confirms(reader: Holder, lot_id: uuid.UUID) -> bool:
    """Tell whether a seat confirms replacements: the supervisor, or the host of a lot without one."""
    found = tender.officer(lot_id, SeatKind.SUPERVISOR) or tender.officer(lot_id, SeatKind.HOST)
    return found is not None and found.id == reader.id


def draws(session: Session) -> list[DrawView]:
    """Return the finished draws of a session by number and stratum, under pseudonyms."""
    return [
        DrawView(
            number=one.number,
            stratum=one.stratum,
            take=one.record["take"],
            eligible=len(one.record["ids"]),
            excluded=len({each["id"] for each in one.record["exclusions"]}),
            taken=tuple(one.record["taken"]),
            skips=tuple((each["id"], each["rule"]) for each in one.record["skips"]),
            reason=one.record["reason"],
        )
        for one in record.draw_records(session.lot_id)
    ]


def exclusions(session: Session) -> list[ExclusionView]:
    """Return how many experts each ground kept out, by draw and stratum; for the supervisor."""
    return [
        ExclusionView(one.number, one.stratum, reason, count)
        for one in record.draw_records(session.lot_id)
        for reason, count in sorted(Counter(each["reason"] for each in one.record["exclusions"]).items())
    ]
