"""What deposits must know of bids, handed down after T: which bids stood, what was withdrawn, opened guarantees."""

import uuid
import zipfile
from datetime import datetime

from accounts.events import DocumentSigned
from bidding import queries
from bidding.domain.lifecycle import Bid as BidState
from bidding.events import BidOpened, LotCounted
from bidding.models import Bid, ClosingLine, FaultDecision, SignedRecord
from bidding.queries import OpenedBid
from deposits.actions import guaranteeing, refunding, telling
from deposits.actions.guaranteeing import Presented
from deposits.domain.guarantees import BYTES_MOST, DOCUMENT_NAME, SIGNATURE_NAME
from deposits.domain.refunds import Fate
from kernel import clock, storage
from kernel.storage import MissingBlobError

DOCUMENTS = "documents"
FAULT_PURPOSE = "fault-decision"
DEEMED = {BidState.DEEMED_REVOKED: Fate.DEEMED_REVOKED, BidState.DEEMED_WITHDRAWN: Fate.DEEMED_WITHDRAWN}


def hand_down_fates(event: LotCounted) -> None:
    """With the closing list logged, tell deposits whose bids stood and who withdrew, and let the bank be asked."""
    now = clock.now()
    refunding.note_fates(event.lot, _fates(event.lot), now=now)
    telling.ask_report(event.lot, now=now)


def hand_down_guarantee(event: BidOpened) -> None:
    """Hand the guarantee of an opened bid to deposits, with what the opening fields state of it."""
    for bid in queries.opened_bids(event.lot):
        if bid.id == event.bid and bid.fields is not None:
            guaranteeing.take(event.lot, bid.bidder, _presented(bid), now=clock.now())


def hand_down_fault(event: DocumentSigned) -> None:
    """When host and witness have signed what a closed bid counts as, tell deposits."""
    if event.purpose != FAULT_PURPOSE:
        return
    bid = Bid.objects.select_related("organisation").get(pk=uuid.UUID(event.reference.partition(":")[0]))
    fate = DEEMED.get(BidState(bid.state))
    if fate is None:
        return
    decided_at = FaultDecision.objects.values_list("countersigned_at", flat=True).get(bid=bid)
    now = clock.now()
    refunding.note_fates(bid.lot_id, {bid.organisation.credit_code: (fate, decided_at or now)}, now=now)


def _fates(lot_id: uuid.UUID) -> dict[str, tuple[Fate, datetime]]:
    lines = ClosingLine.objects.filter(bid__lot_id=lot_id).select_related("bid__organisation")
    found: dict[str, tuple[Fate, datetime]] = {}
    for line in lines.order_by("pk"):
        code = line.bid.organisation.credit_code
        if line.status == "valid" and line.bid.received_at is not None:
            found[code] = (Fate.VALID, line.bid.received_at)
        elif line.status == "withdrawn" and code not in found:
            found[code] = (Fate.WITHDRAWN, _withdrawn_at(line.bid_id))
    return found


def _withdrawn_at(bid_id: uuid.UUID) -> datetime:
    rows = SignedRecord.objects.filter(bid=bid_id, kind="withdrawal", outcome="accepted")
    return rows.values_list("at", flat=True).get()


def _presented(bid: OpenedBid) -> Presented:
    stated = (bid.fields or {}).get("guarantee")
    blob = queries.plain_part(bid.id, DOCUMENTS)
    if blob is None:
        return Presented(stated, why="the documents are not open")
    try:
        with storage.open_blob(blob) as file, zipfile.ZipFile(file) as archive:
            document, signature = _file(archive, DOCUMENT_NAME), _file(archive, SIGNATURE_NAME)
    except (MissingBlobError, zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        return Presented(stated, why=f"the documents cannot be read: {error}")
    return Presented(
        stated, document, signature, "" if document else f"no {DOCUMENT_NAME} lies in the documents"
    )


def _file(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    return archive.read(info) if info.file_size <= BYTES_MOST else None
