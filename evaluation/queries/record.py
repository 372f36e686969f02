"""What upper apps take from an evaluation: the files of the dossier, and whether its committee waits for them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import queries as accounts
from bidding.queries import draws
from evaluation.domain.lifecycle import SessionState
from evaluation.models import DrawnStratum, Report, Session, Sheet, SimilarityReport
from evaluation.queries.judging import TIE, TIE_STRATUM
from kernel.domain import canonical
from tender import queries as tender

SHEET, REPORT = "score-sheet", "evaluation-report"
"""Purposes under which members are asked to sign."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A member's signature under a document of the evaluation; `name` is the pseudonym."""

    purpose: str
    name: str
    number: int
    sha256: str
    document: bytes
    signature: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """The record of one stratum of a draw, whole and as the public may have it."""

    number: int
    stratum: str
    record: dict[str, Any]
    public: dict[str, Any]


def scores_json(lot_id: uuid.UUID) -> dict[str, Any] | None:
    """Return `scores.json` of the report in force, None before a report was laid."""
    row = _report(lot_id)
    return canonical.from_bytes(bytes(row.scores)) if row else None


def report_json(lot_id: uuid.UUID) -> dict[str, Any] | None:
    """Return `report.json` of the report in force, None before a report was laid."""
    row = _report(lot_id)
    return canonical.from_bytes(bytes(row.document)) if row else None


def candidates_json(lot_id: uuid.UUID) -> dict[str, Any] | None:
    """Return `candidates.json` as it was published (regime T), else None."""
    found = tender.publication(lot_id, "candidates")
    return canonical.from_bytes(bytes(found.document)) if found else None


def signatures(lot_id: uuid.UUID) -> list[Signature]:
    """Return every signature under a sheet or a report of a lot, by purpose, pseudonym and number."""
    session = Session.objects.filter(lot_id=lot_id).first()
    if session is None:
        return []
    names = dict(session.members.values_list("seat_id", "name"))
    found = []
    for purpose in (SHEET, REPORT):
        for row in accounts.signature_requests(purpose, f"{lot_id}:"):
            if row.signed_at is None or row.signature is None or row.seat_id not in names:
                continue
            found.append(
                Signature(
                    purpose=purpose,
                    name=names[row.seat_id],
                    number=int(row.reference.rstrip(":").rpartition(":")[2]),
                    sha256=row.sha256,
                    document=bytes(row.document),
                    signature=bytes(row.signature),
                    signed_at=row.signed_at,
                )
            )
    return sorted(found, key=lambda one: (one.purpose, one.name, one.number))


def sheet_documents(lot_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return every score sheet that was laid before its member, by pseudonym and number."""
    rows = Sheet.objects.filter(member__session__lot_id=lot_id).order_by("member__name", "number")
    return [canonical.from_bytes(bytes(row.document)) for row in rows]


def draw_records(lot_id: uuid.UUID) -> list[DrawRecord]:
    """Return the records of all finished draws of experts, and of the tie draw, by number and stratum."""
    drawn = DrawnStratum.objects.filter(draw__session__lot_id=lot_id, draw__drawn_at__isnull=False)
    places = [(row.draw_id, row.draw.number, row.name) for row in drawn.select_related("draw")]
    places += [
        (one.id, one.number, TIE_STRATUM) for one in draws.draws_of(lot_id, purpose=TIE) if one.drawn_at
    ]
    return [
        DrawRecord(number, name, draws.draw_record(pk, name), draws.public_record(pk, name))
        for pk, number, name in sorted(places, key=lambda place: (place[1], place[2]))
    ]


def members_json(lot_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return who sat, under pseudonyms, with kind, site and place; for the auditors' edition."""
    session = Session.objects.filter(lot_id=lot_id).first()
    if session is None:
        return []
    rows = session.members.select_related("place__site").order_by("name")
    return [
        {
            "member": row.name,
            "kind": row.kind,
            "site": row.place.site.name,
            "place": row.place.number,
            "leader": row.pk == session.leader_id,
            "state": row.state,
            "signed_in_at": canonical.instant(row.signed_in_at),
        }
        for row in rows
    ]


def similarity_json(lot_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the comparison of the bids as it was handed to the committee."""
    row = SimilarityReport.objects.filter(lot_id=lot_id).first()
    return canonical.from_bytes(bytes(row.document)) if row else None


def committee_waiting_for_similarity(lot_id: uuid.UUID) -> bool:
    """Tell whether a lot's committee could still read a comparison of the bids before its first review."""
    if SimilarityReport.objects.filter(lot_id=lot_id).exists():
        return False
    before = (SessionState.PREPARING, SessionState.DECLARED, SessionState.LEADER)
    return Session.objects.filter(lot_id=lot_id, state__in=before).exists()


def _report(lot_id: uuid.UUID) -> Report | None:
    return Report.objects.filter(session__lot_id=lot_id).order_by("-number").first()
