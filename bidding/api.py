"""The bidding part of the API: what the kit of bidders, custodians and contributors reads and sends.

Signed documents travel as their canonical text, signatures and age files as standard base64. Every POST may be
sent again: the same words give the same answer and change nothing.
"""

import uuid
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from accounts.tokens import SeatAuth
from bidding import queries
from bidding.actions import consenting, drawing, escrow, keeping, objecting, sealing, withdrawing
from bidding.models import Bid
from bidding.queries import custody, draws, view
from kernel import clock
from kernel.domain import canonical
from kernel.upload import receive
from kernel.upload.asgi import PREFIX

router = Router(tags=["bidding"])
BIDDER = SeatAuth(SeatKind.BIDDER)
CUSTODIAN = SeatAuth(SeatKind.CUSTODIAN)
IN_A_DRAW = SeatAuth(SeatKind.HOST, SeatKind.WITNESS, SeatKind.SUPERVISOR, SeatKind.CUSTODIAN)


class Problem(Schema):
    """What went wrong, in one sentence."""

    detail: str


class Act(Schema):
    """A signed document: its canonical text, and the CMS signature in base64."""

    document: str
    signature: str


class WitnessedAct(Act):
    """A signed document that cites a checkpoint, with the checkpoint's text."""

    checkpoint: str


class BidIn(Schema):
    """A statement, its signature, and the share files: part -> custodian -> age file in base64."""

    statement: str
    signature: str
    shares: dict[str, dict[str, str]]


class UploadOut(Schema):
    """Where a part is sent to, how long it is, and how much of it has come."""

    url: str
    length: int
    offset: int


class BidOut(Schema):
    """A bid as its bidder sees it; `receipt` is the newest record about it, null while there is none."""

    bid: uuid.UUID
    lot: uuid.UUID
    state: str
    received_at: str | None
    uploads: dict[str, UploadOut]
    receipt: dict[str, Any] | None


class BidWithReceipts(BidOut):
    """A bid with all records about it, oldest first."""

    receipts: list[dict[str, Any]]


class OwnBid(Schema):
    """A bid of one's own with the statement as it was declared."""

    bid: uuid.UUID
    state: str
    statement: str
    received_at: str | None


class ReceiptOut(Schema):
    """A receipt."""

    receipt: dict[str, Any]


class At(Schema):
    """When an act was taken."""

    at: str


class ConsentOut(At):
    """What a consent counts as: given, late or invalid."""

    judged: str


class Text(Schema):
    """A text."""

    text: str


class Word(Schema):
    """A bidder's word on the opening."""

    answer: Literal["confirmed", "objected"]


def visitor(request: HttpRequest) -> str:
    """Let in whoever shows no token."""
    return "visitor"


@router.post("/lots/{lot_id}/bids", response={201: BidOut, 400: Problem}, auth=BIDDER)
def declare(request: HttpRequest, lot_id: uuid.UUID, body: BidIn) -> Any:
    """Declare a sealed bid; its parts follow by upload, and with the last byte it is sealed."""
    try:
        shares = {
            part: {role: canonical.unb64(data) for role, data in dealt.items()}
            for part, dealt in body.shares.items()
        }
        signature = canonical.unb64(body.signature)
    except canonical.NotCanonicalError as error:
        return Status(400, {"detail": str(error)})
    bid = sealing.declare(
        _holder(request), lot_id, body.statement.encode(), signature, shares, now=clock.now()
    )
    return Status(201, _bid(request, bid))


@router.get("/lots/{lot_id}/bids", response=list[OwnBid], auth=BIDDER)
def own_bids(request: HttpRequest, lot_id: uuid.UUID) -> Any:
    """List one's own bids on a lot, newest first."""
    return [
        {
            "bid": bid.pk,
            "state": bid.state,
            "statement": bytes(bid.statement).decode(),
            "received_at": _instant(bid.received_at),
        }
        for bid in queries.access_own_bids(_holder(request), lot_id)
    ]


@router.get("/bids/{bid_id}", response=BidWithReceipts, auth=BIDDER)
def own_bid(request: HttpRequest, bid_id: uuid.UUID) -> Any:
    """Tell how a bid of one's own stands."""
    bid = queries.access_own_bid(_holder(request), bid_id)
    found = _bid(request, bid)
    rows = queries.own_records(_holder(request), bid_id)
    return {**found, "receipts": [queries.receipt(row) for row in rows]}


@router.get("/bids/{bid_id}/receipt", response=dict[str, Any], auth=BIDDER)
def receipt(request: HttpRequest, bid_id: uuid.UUID) -> Any:
    """Give the newest record about a bid of one's own, also of its refusal."""
    return queries.receipt(queries.access_own_records(_holder(request), bid_id)[-1])


@router.post("/bids/{bid_id}/withdrawal", response={200: ReceiptOut, 400: Problem}, auth=BIDDER)
def withdraw(request: HttpRequest, bid_id: uuid.UUID, body: Act) -> Any:
    """Withdraw a bid before the deadline."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = withdrawing.withdraw(_holder(request), bid_id, body.document.encode(), signature, now=clock.now())
    return {"receipt": queries.receipt(row)}


@router.get("/lots/{lot_id}/opening", response=dict[str, Any], auth=[SeatAuth(), visitor])
def opening(request: HttpRequest, lot_id: uuid.UUID) -> Any:
    """Tell how a lot's opening stands; who has a part in it sees more of the closing list."""
    found = request.auth  # type: ignore[attr-defined]  # ninja sets it
    holder = found if isinstance(found, Holder) else None
    return view.opening(view.reader(holder, lot_id), lot_id)


@router.post("/lots/{lot_id}/check-in", response=At, auth=BIDDER)
def check_in(request: HttpRequest, lot_id: uuid.UUID) -> Any:
    """Say privately that one came to the opening."""
    row = consenting.check_in(_holder(request), lot_id, now=clock.now())
    return {"at": canonical.instant(row.at)}


@router.post("/bids/{bid_id}/consent", response={200: ConsentOut, 400: Problem}, auth=BIDDER)
def consent(request: HttpRequest, bid_id: uuid.UUID, body: Act) -> Any:
    """Consent to the opening of a bid of one's own."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = consenting.consent(_holder(request), bid_id, body.document.encode(), signature, now=clock.now())
    return {"judged": row.judged, "at": canonical.instant(row.at)}


@router.post("/bids/{bid_id}/lodging", response={200: At, 400: Problem}, auth=BIDDER)
def lodge(request: HttpRequest, bid_id: uuid.UUID, body: Act) -> Any:
    """Deal the keys of a bid of one's own anew to the custodians."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = consenting.lodge(_holder(request), bid_id, body.document.encode(), signature, now=clock.now())
    return {"at": canonical.instant(row.at)}


@router.post("/bids/{bid_id}/confirmation", response=At, auth=BIDDER)
def confirm(request: HttpRequest, bid_id: uuid.UUID, body: Word) -> Any:
    """Confirm or contest what was read out."""
    row = objecting.confirm(_holder(request), bid_id, body.answer, now=clock.now())
    return {"at": canonical.instant(row.at)}


@router.post("/lots/{lot_id}/opening-objections", response=At, auth=BIDDER)
def object_to_opening(request: HttpRequest, lot_id: uuid.UUID, body: Text) -> Any:
    """Object to the opening on the spot."""
    row = objecting.raise_objection(_holder(request), lot_id, body.text, now=clock.now())
    return {"at": canonical.instant(row.raised_at)}


@router.get("/custody/{lot_id}", response=dict[str, Any], auth=CUSTODIAN)
def custody_case(request: HttpRequest, lot_id: uuid.UUID) -> Any:
    """Give a custodian all that it needs to act on a lot."""
    return custody.case(_holder(request), lot_id)


@router.post("/custody/{lot_id}/ready", response={200: At, 400: Problem}, auth=CUSTODIAN)
def ready(request: HttpRequest, lot_id: uuid.UUID, body: WitnessedAct) -> Any:
    """Report which shares are usable: first of the stated ones, later of those that were dealt anew."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = keeping.ready(
        _holder(request), lot_id, body.document.encode(), signature, body.checkpoint, now=clock.now()
    )
    return {"at": canonical.instant(row.at)}


@router.post("/custody/{lot_id}/release", response={200: At, 400: Problem}, auth=CUSTODIAN)
def release(request: HttpRequest, lot_id: uuid.UUID, body: WitnessedAct) -> Any:
    """Release one's shares of all listed bids, once."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = keeping.release(
        _holder(request), lot_id, body.document.encode(), signature, body.checkpoint, now=clock.now()
    )
    return {"at": canonical.instant(row.at)}


@router.get("/draws", response=list[dict[str, Any]], auth=IN_A_DRAW)
def own_draws(request: HttpRequest) -> Any:
    """List the draws in which this seat has a part."""
    return draws.rows_for(_holder(request), now=clock.now())


@router.post("/draws/{draw_id}/commit", response={200: At, 400: Problem}, auth=IN_A_DRAW)
def commit(request: HttpRequest, draw_id: int, body: Act) -> Any:
    """Commit to a value of a draw."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = drawing.commit(_holder(request), draw_id, body.document.encode(), signature, now=clock.now())
    return {"at": _instant(row.committed_at)}


@router.post("/draws/{draw_id}/reveal", response={200: At, 400: Problem}, auth=IN_A_DRAW)
def reveal(request: HttpRequest, draw_id: int, body: Act) -> Any:
    """Reveal a value of a draw."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = drawing.reveal(_holder(request), draw_id, body.document.encode(), signature, now=clock.now())
    return {"at": _instant(row.revealed_at)}


@router.post("/draws/{draw_id}/open", response={200: At, 400: Problem}, auth=IN_A_DRAW)
def open_escrow(request: HttpRequest, draw_id: int, body: Act) -> Any:
    """Open, as a custodian, one's share of a value that was withheld."""
    signature = _signature(body)
    if signature is None:
        return _unreadable()
    row = escrow.open_share(_holder(request), draw_id, body.document.encode(), signature, now=clock.now())
    return {"at": canonical.instant(row.at)}


def _holder(request: HttpRequest) -> Holder:
    found = request.auth  # type: ignore[attr-defined]  # ninja sets it
    if not isinstance(found, Holder):
        raise Http404
    return found


def _signature(body: Act) -> bytes | None:
    try:
        return canonical.unb64(body.signature)
    except canonical.NotCanonicalError:
        return None


def _unreadable() -> Status:
    return Status(400, {"detail": "signature: standard base64 with padding is wanted"})


def _bid(request: HttpRequest, bid: Bid) -> dict[str, Any]:
    rows = queries.own_records(_holder(request), bid.pk)
    return {
        "bid": bid.pk,
        "lot": bid.lot_id,
        "state": bid.state,
        "received_at": _instant(bid.received_at),
        "uploads": {
            part.name: {
                "url": f"{PREFIX}{part.upload_id}",
                "length": part.length,
                "offset": receive.received(part.upload),
            }
            for part in queries.parts(bid.pk)
        },
        "receipt": queries.receipt(rows[-1]) if rows else None,
    }


def _instant(moment: Any) -> str | None:
    return canonical.instant(moment) if moment is not None else None
