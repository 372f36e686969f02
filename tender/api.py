"""The tender part of the API: what the kit reads of lots, and the keys that custodians give."""

import uuid
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from ninja import Query, Router, Schema, Status

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from accounts.tokens import SeatAuth
from kernel import clock, storage
from kernel.domain import canonical
from tender import queries, site_queries
from tender.actions import drafting, objecting
from tender.domain.lifecycle import LotState
from tender.site_queries import STAGES, LotLine, Wanted

router = Router(tags=["tender"])
MOST_LOTS = 500


class Problem(Schema):
    """What went wrong, in one sentence."""

    detail: str


class LotOut(Schema):
    """A published lot: where it stands now, its deadline, and the hash that names its terms."""

    lot: uuid.UUID
    code: str
    title: str
    regime: str
    category: str
    status: str
    paused: bool
    published_at: str
    deadline: str
    notice_sha256: str


class NoticeOut(Schema):
    """Everything that fixes a lot's terms, with the journal entry of the notice and its proof, null while none."""

    notice: dict[str, Any]
    addenda: list[dict[str, Any]]
    edition: str
    entry: dict[str, Any] | None
    salt: str | None
    proof: dict[str, Any] | None
    checkpoint: str | None


class KeyIn(Schema):
    """A custodian-key document as canonical text, and its CMS signature in base64."""

    document: str
    signature: str


class CustodyOut(Schema):
    """A lot of which this seat keeps shares; `wanted` tells that its fresh key is to be given."""

    lot: uuid.UUID
    code: str
    title: str
    role: str
    status: str
    wanted: bool
    deadline: str | None


class Done(Schema):
    """The act is recorded."""

    recorded_at: str


def visitor(request: HttpRequest) -> str:
    """Let in whoever shows no token."""
    return "visitor"


@router.get("/lots", response={200: list[LotOut], 400: Problem}, auth=None)
def lots(request: HttpRequest, status: str = Query("", description="a state or a stage; empty: all")) -> Any:
    """List the published lots, newest first, at most 500."""
    known = tuple(dict.fromkeys([*STAGES, *LotState]))
    if status and status not in known:
        return Status(400, {"detail": f"status must be one of {', '.join(known)}"})
    wanted = Wanted(stage=status) if status in STAGES else Wanted(status=status)
    return [_lot(line) for line in site_queries.notices(wanted, now=clock.now())[:MOST_LOTS]]


@router.get("/lots/{lot_id}/notice", response=NoticeOut, auth=[SeatAuth(SeatKind.BIDDER), visitor])
def notice(request: HttpRequest, lot_id: uuid.UUID) -> Any:
    """Give the terms of a lot; a bidder that shows its token is told of every later change."""
    record = queries.access_public_lot(lot_id)
    reader = request.auth  # type: ignore[attr-defined]  # ninja sets it
    if isinstance(reader, Holder):
        objecting.obtain(reader, lot_id, now=clock.now())
    return site_queries.notice_evidence(record)


@router.get("/lots/{lot_id}/files/{digest}", auth=None)
def file(request: HttpRequest, lot_id: uuid.UUID, digest: str) -> Any:
    """Give a file of a published document or addendum by its hash."""
    row = site_queries.access_public_file(lot_id, digest)
    return FileResponse(storage.open_blob(digest), as_attachment=True, filename=row.name)


@router.post(
    "/lots/{lot_id}/custodian-key",
    response={200: Done, 400: Problem},
    auth=SeatAuth(SeatKind.CUSTODIAN),
)
def custodian_key(request: HttpRequest, lot_id: uuid.UUID, body: KeyIn) -> Any:
    """Take a custodian's fresh key for a lot, signed by its institution."""
    holder = request.auth  # type: ignore[attr-defined]  # ninja sets it
    if queries.custodian_role(holder, lot_id) is None:
        raise Http404
    try:
        signature = canonical.unb64(body.signature)
    except canonical.NotCanonicalError as error:
        return Status(400, {"detail": str(error)})
    now = clock.now()
    drafting.provide_custodian_key(holder, lot_id, body.document.encode(), signature, now=now)
    return {"recorded_at": canonical.instant(now)}


@router.get("/custody", response=list[CustodyOut], auth=SeatAuth(SeatKind.CUSTODIAN))
def custody(request: HttpRequest) -> Any:
    """List the lots of which this seat keeps shares, and whether a key is wanted."""
    rows = queries.access_custody_lots(request.auth)  # type: ignore[attr-defined]  # ninja sets it
    return [
        {
            "lot": lot.id,
            "code": lot.code,
            "title": lot.title,
            "role": role,
            "status": lot.status,
            "wanted": not given and lot.status is LotState.DRAFT,
            "deadline": canonical.instant(lot.deadline) if lot.deadline else None,
        }
        for lot, role, given in rows
    ]


def _lot(line: LotLine) -> dict[str, Any]:
    return {
        "lot": line.id,
        "code": line.code,
        "title": line.title,
        "regime": line.regime,
        "category": line.category,
        "status": line.state,
        "paused": line.paused,
        "published_at": canonical.instant(line.published_at),
        "deadline": canonical.instant(line.deadline),
        "notice_sha256": line.notice_sha256,
    }
