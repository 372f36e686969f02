"""Bids that stayed closed: the table proposes, host and witness decide and sign, the bidder may object."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.events import DocumentSigned
from accounts.queries import Holder
from bidding.actions import staging
from bidding.domain import messages, names
from bidding.domain.faults import Consent, Content, Facts, Key, Lodging, Mode, Outcome, Share
from bidding.domain.lifecycle import BID, BidLever
from bidding.models import Bid, FaultDecision, Hall
from bidding.queries import access_duty, access_own_bid, facts
from bidding.queries.mine import objection_ends
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.queries import LotRecord

PURPOSE = "fault-decision"
LANGUAGE = "zh-hans"
TEXT_MOST = 2000
LEVERS: Mapping[str, BidLever] = {
    Outcome.DEEMED_REVOKED: BidLever.DEEM_REVOKED,
    Outcome.DEEMED_WITHDRAWN: BidLever.DEEM_WITHDRAWN,
}


def decide(
    by: Holder, lot_id: uuid.UUID, bid_id: uuid.UUID, outcome: str, reason: str, *, now: datetime
) -> FaultDecision:
    """Decide as host what a closed bid counts as, and lay the decision before host and witness to sign.

    A bidder is blamed only where the table blames it; departing from the proposal needs a reason. The same
    decision again changes nothing, another one is possible until both have signed.
    """
    access_duty(by, lot_id, SeatKind.HOST)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        record = tender.lot(lot_id)
        row = FaultDecision.objects.select_for_update().filter(bid_id=bid_id, bid__lot_id=lot_id).first()
        wanted = _require_possible(record, row, outcome, reason)
        document = _document(record, hall, wanted, outcome, reason.strip())
        if wanted.document is not None and bytes(wanted.document) == canonical.to_bytes(document):
            return wanted
        account_actions.withdraw_requests(PURPOSE, f"{bid_id}:", now=now)
        wanted.number += 1
        wanted.decided, wanted.reason = outcome, document["reason"]
        wanted.document = canonical.to_bytes(document)
        wanted.decided_by, wanted.decided_at = "", None
        wanted.countersigned_by, wanted.countersigned_at = "", None
        wanted.save(
            update_fields=[
                *("number", "decided", "reason", "document", "decided_by", "decided_at"),
                *("countersigned_by", "countersigned_at"),
            ]
        )
        payload = {"bid": str(bid_id), "outcome": outcome, "document": canonical.digest(document)}
        staging.log(lot_id, "bidding:fault:decided", payload, now=now, actor=by.actor)
        _ask_signatures(record, wanted, document, now)
    return wanted


def on_signed(event: DocumentSigned) -> None:
    """Note a signature under a decision; with both, the bid counts as decided and its bidder is told."""
    if event.purpose != PURPOSE:
        return
    bid_id = uuid.UUID(event.reference.partition(":")[0])
    lot_id = Bid.objects.values_list("lot_id", flat=True).get(pk=bid_id)
    staging.hold(lot_id)
    row = FaultDecision.objects.select_for_update().get(bid_id=bid_id)
    signed = {one.seat_id: one for one in accounts.signature_requests(PURPOSE, event.reference)}
    now = signed[event.seat].signed_at
    if now is None:
        raise ValueError("a signature has its instant")
    actor = journal.seat_actor(event.seat)
    if tender.serves(accounts.holder(event.seat), lot_id, SeatKind.HOST):
        row.decided_by, row.decided_at = actor, now
    else:
        row.countersigned_by, row.countersigned_at = actor, now
    row.save(update_fields=["decided_by", "decided_at", "countersigned_by", "countersigned_at"])
    if row.decided_at is not None and row.countersigned_at is not None:
        _settle(row, lot_id, now)


def object_to(by: Holder, bid_id: uuid.UUID, text: str, *, now: datetime) -> FaultDecision:
    """Object as bidder to the decision on its own bid, before any money moves; the same text again changes nothing."""
    found = access_own_bid(by, bid_id)
    body = text.strip()
    with transaction.atomic():
        staging.hold(found.lot_id)
        row = FaultDecision.objects.select_for_update().filter(bid_id=bid_id).first()
        record = tender.lot(found.lot_id)
        rule = record.edition.rule("fault_objection_hours").id
        if not body or len(body) > TEXT_MOST:
            raise RefusedError(Refused(rule, "text_missing", {"limit": str(TEXT_MOST)}))
        if row is not None and row.objection == body:
            return row
        ends = objection_ends(record, row)
        if row is None or ends is None or now >= ends or row.objection:
            raise RefusedError(Refused(rule, "fault_objection_closed", {"bid": str(bid_id)}))
        row.objection, row.objected_at = body, now
        row.save(update_fields=["objection", "objected_at"])
        payload = {"bid": str(bid_id), "objection": body}
        staging.log(found.lot_id, "bidding:fault:objected", payload, now=now, actor=by.actor, public=False)
    return row


def propose_anew(hall: Hall, *, now: datetime) -> None:
    """Ask the table again about bids not yet decided, because host and witness put a hindrance on record."""
    rows = FaultDecision.objects.filter(bid__lot_id=hall.pk, countersigned_at__isnull=True, decided_at=None)
    for row in rows.order_by("pk"):
        parts = {name: {**one, "hindered": hall.hindered} for name, one in row.facts["parts"].items()}
        known = {name: read_facts(one) for name, one in parts.items()}
        decision = facts.judge(known, listed=row.facts["listed"])
        row.facts = {**row.facts, "parts": parts}
        row.proposed, row.cause = decision.outcome, str(decision.cause)
        row.save(update_fields=["facts", "proposed", "cause"])
        payload = {"bid": str(row.bid_id), "proposed": row.proposed, "cause": row.cause}
        staging.log(hall.pk, "bidding:fault:proposed", payload, now=now)


def read_facts(found: Mapping[str, Any]) -> Facts:
    """Return logged facts as the table reads them."""
    return Facts(
        mode=Mode(found["mode"]),
        threshold=found["threshold"],
        shares=tuple(Share(one) for one in found["shares"]),
        consent=Consent(found["consent"]),
        hindered=found["hindered"],
        intact=found["intact"],
        lodging=Lodging(found["lodging"]),
        released=found["released"],
        key=Key(found["key"]),
        content=Content(found["content"]),
    )


def _require_possible(
    record: LotRecord, row: FaultDecision | None, outcome: str, reason: str
) -> FaultDecision:
    rule = record.edition.rule("decryption_failure").id
    if row is None or (row.decided_at is not None and row.countersigned_at is not None):
        raise RefusedError(Refused(rule, "fault_not_open", {"outcome": outcome}))
    if outcome not in LEVERS:
        raise RefusedError(Refused(rule, "fault_outcome_unknown", {"outcome": outcome}))
    if outcome == Outcome.DEEMED_REVOKED and row.proposed != Outcome.DEEMED_REVOKED:
        measured = {"proposed": row.proposed, "outcome": outcome, "cause": names.CAUSES[row.cause]}
        raise RefusedError(Refused(rule, "bidder_not_to_blame", measured))
    if len(reason) > TEXT_MOST or (outcome != row.proposed and not reason.strip()):
        raise RefusedError(Refused(rule, "text_missing", {"limit": str(TEXT_MOST)}))
    return row


def _document(record: LotRecord, hall: Hall, row: FaultDecision, outcome: str, reason: str) -> dict[str, Any]:
    value = {
        "domain": messages.FAULT_DECISION,
        "tender": record.tender,
        "lot": str(record.id),
        "bid": str(row.bid_id),
        "bidder": row.bid.organisation.credit_code,
        "closing": hall.closing_sha256,
        "outcome": outcome,
        "cause": row.cause,
        "reason": reason or _in_words(row.cause),
    }
    return messages.parse(value, messages.FAULT_DECISION)


def _in_words(cause: str) -> str:
    """Return a cause in the language in which decisions are signed."""
    with override(LANGUAGE):
        return gettext(names.CAUSES[cause])


def _ask_signatures(record: LotRecord, row: FaultDecision, document: dict[str, Any], now: datetime) -> None:
    due_at = now + staging.minutes(record, "hall_countersign_minutes")
    for duty in (SeatKind.HOST, SeatKind.WITNESS):
        seat = tender.officer(record.id, duty)
        if seat is not None:
            account_actions.request_signature(
                seat.id,
                document,
                purpose=PURPOSE,
                reference=f"{row.bid_id}:{row.number}",
                title=f"{record.code} {row.bid.organisation.name}",
                now=now,
                lot=record.id,
                due_at=due_at,
            )


def _settle(row: FaultDecision, lot_id: uuid.UUID, now: datetime) -> None:
    bid = Bid.objects.select_for_update().get(pk=row.bid_id)
    bid.state = BID.step(bid.state, LEVERS[row.decided]).target
    bid.cause = row.cause
    bid.save(update_fields=["state", "cause"])
    payload = {
        "bid": str(bid.pk),
        "outcome": row.decided,
        "cause": row.cause,
        "document": canonical.sha256(bytes(row.document or b"")),
        "decided_by": row.decided_by,
        "countersigned_by": row.countersigned_by,
    }
    staging.log(lot_id, "bidding:fault:settled", payload, now=now)
    staging.announce(lot_id, "fault", {"bid": str(bid.pk), "outcome": row.decided}, at=now)
    record = tender.lot(lot_id)
    account_actions.notify(
        bid.seat_id,
        "bid_not_opened",
        key=f"{bid.pk}:{payload['document']}",
        now=now,
        facts={"lot": record.code, "title": record.title, "outcome": row.decided, "reason": row.reason},
        link=f"/desk/bids/{lot_id}/",
        rule=record.edition.rule("fault_objection_hours").id,
        due_at=objection_ends(record, row),
    )
