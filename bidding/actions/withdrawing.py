"""Withdrawal before T: free, signed by the bidder, recorded by the platform (撤回, never 撤销)."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import actions as account_actions
from accounts.queries import Holder
from bidding import policies, queries
from bidding.actions import recording
from bidding.actions.recording import RecordedRefusalError
from bidding.domain import records, statements
from bidding.domain.lifecycle import BID, Bid as BidState, BidLever
from bidding.domain.records import Outcome
from bidding.domain.shapes import ShapeError
from bidding.models import Bid, SignedRecord
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.actions import stepping


def withdraw(
    by: Holder, bid_id: uuid.UUID, document: bytes, signature: bytes, *, now: datetime
) -> SignedRecord:
    """Withdraw a live bid; the same withdrawal gives the same record.

    Raises RecordedRefusalError for a late one, or one of a bid that is not live: the record is signed.
    """
    found = queries.access_own_bid(by, bid_id)
    value = account_actions.check_signature(by, document, signature, now=now)
    record = tender.lot(found.lot_id)
    statement = queries.statement_of(found, queries.notice_of(record))
    try:
        digest = statements.parse_withdrawal(value, statement)
    except ShapeError as error:
        rule = record.edition.rule("withdrawal_is_free")
        raise RefusedError(Refused(rule.id, "wrongly_addressed", {"why": str(error)})) from error
    with transaction.atomic():
        stepping.share(found.lot_id)
        bid = Bid.objects.select_for_update().get(pk=bid_id)
        same = SignedRecord.objects.filter(
            bid=bid_id, kind=recording.WITHDRAWAL, outcome=Outcome.ACCEPTED, document=document
        ).first()
        if same is not None:
            return same
        record = tender.lot(found.lot_id)
        decision = policies.may_withdraw(record, bid, now)
        refused = decision if isinstance(decision, Refused) else None
        if record.deadline is None:
            raise ValueError("a bid stands on a published lot")
        if refused is not None:
            known = recording.refused(by, found.lot_id, refused, kind=recording.WITHDRAWAL, document=document)
            if known is not None:
                raise known
        row = recording.write(
            records.build_withdrawal_record(
                statement,
                withdrawal=digest,
                signature=signature,
                received_at=now,
                deadline=record.deadline,
                outcome=Outcome.REFUSED if refused is not None else Outcome.ACCEPTED,
                refusal=refused,
            ),
            kind=recording.WITHDRAWAL,
            by=by,
            lot_id=found.lot_id,
            document=document,
            document_signature=signature,
            at=now,
        )
        if refused is None:
            bid.state = BID.step(BidState.SEALED, BidLever.WITHDRAW).target
            bid.save(update_fields=["state"])
        account_actions.notify(
            by.id,
            f"withdrawal_{row.outcome}",
            key=str(row.pk),
            now=now,
            facts={"lot": record.code, "title": record.title, "bid": canonical.sha256(document)[:12]},
            link=f"/desk/bids/{found.lot_id}/",
            rule=refused.rule if refused is not None else record.edition.rule("withdrawal_is_free").id,
        )
    if refused is not None:
        raise RecordedRefusalError(refused, row)
    return row
