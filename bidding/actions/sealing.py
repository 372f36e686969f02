"""A bid seals by itself: declared with its signed statement, sealed at the instant of its last byte."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts import actions as account_actions, queries as accounts
from accounts.queries import Holder
from bidding import policies, queries
from bidding.actions import recording
from bidding.actions.recording import RecordedRefusalError
from bidding.domain import records, statements
from bidding.domain.lifecycle import BID, Bid as BidState, BidLever
from bidding.domain.parts import FileFact
from bidding.domain.records import Outcome
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import Statement, container_name, share_name
from bidding.models import Bid, BidPart, ShareFile, SignedRecord
from bidding.sealing.custodians import SHARE_FILE_BYTES_MOST
from kernel import clock_alarms, journal, storage
from kernel.domain import canonical
from kernel.domain.refusals import Decision, Refused, RefusedError
from kernel.upload import receive
from tender import queries as tender
from tender.actions import stepping
from tender.queries import LotRecord

PURPOSE = "bid-part"
Shares = Mapping[str, Mapping[str, bytes]]


def declare(
    by: Holder, lot_id: uuid.UUID, statement: bytes, signature: bytes, shares: Shares, *, now: datetime
) -> Bid:
    """Take a signed statement and its share files; the parts follow by upload. The same bid is declared once.

    Raises RecordedRefusalError when it is late, wrongly addressed or used before: the record is signed.
    """
    record = tender.access_public_lot(lot_id)
    value = account_actions.check_signature(by, statement, signature, now=now)
    files = _share_facts(shares)
    known = Bid.objects.filter(pk=_uuid(value), statement_sha256=canonical.sha256(statement)).first()
    if known is not None and known.organisation_id == by.organisation.id:
        return known
    sealed_rule = record.edition.rule("bid_sealed_offline").id
    try:
        read = statements.parse_statement(value, queries.notice_of(record))
        _check_shares(read, files)
        decision = _judge(record, read, by, now)
    except ShapeError as error:
        wrong = Refused(sealed_rule, "wrongly_addressed", {"why": str(error)})
        raise _refuse(by, record, value, signature, files, wrong, now) from error
    if isinstance(decision, Refused):
        raise _refuse(by, record, value, signature, files, decision, now)
    for one in (each for part in shares.values() for each in part.values()):
        storage.put(one)
    try:
        return _store(by, record, read, statement, signature, files, now)
    except IntegrityError as error:
        used = Refused(sealed_rule, "used_before", {"bid": read.bid})
        raise _refuse(by, record, value, signature, files, used, now) from error


def arrived(upload: uuid.UUID, *, now: datetime, sha256: str) -> None:
    """Take a part that is whole or broken; with the last one the bid is sealed or refused by itself.

    `now` is the stamp of its last byte. Runs in the transaction that finishes the upload.
    """
    part = BidPart.objects.select_related("bid").get(upload_id=upload)
    part.arrived_at, part.arrived_sha256 = now, sha256
    part.save(update_fields=["arrived_at", "arrived_sha256"])
    _settle(part.bid_id)


def due_held(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:  # noqa: ARG001 - a due source
    """Return the bids that were held because the clock was in doubt, once two people have resolved the alarm."""
    if clock_alarms.is_open():
        return []
    rows = Bid.objects.filter(state=BidState.HELD).order_by("received_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def settle_held(bid_id: uuid.UUID, *, now: datetime) -> bool:  # noqa: ARG001 - the stamp decides, never today
    """Decide a held bid by the stamp of its last byte; False while the clock is in doubt, or when it is decided."""
    with transaction.atomic():
        bid = _hold(bid_id)
        if bid.state != BidState.HELD or clock_alarms.is_open():
            return False
        _judge_whole(bid, [], doubted=False)
    return True


def _settle(bid_id: uuid.UUID) -> None:
    """Judge a bid once its last part has come or one is broken; one that was given up is judged only when late."""
    bid = _hold(bid_id)
    if bid.state not in (BidState.DECLARED, BidState.INCOMPLETE):
        return
    parts = queries.parts(bid_id)
    broken = [p for p in parts if p.arrived_sha256 and p.arrived_sha256 != p.sha256]
    if not broken and any(p.arrived_at is None for p in parts):
        return
    bid.received_at = max(p.arrived_at for p in parts if p.arrived_at is not None)
    deadline = tender.lot(bid.lot_id).deadline
    if bid.state == BidState.INCOMPLETE and (deadline is None or bid.received_at < deadline):
        return
    bid.save(update_fields=["received_at"])
    _judge_whole(bid, broken, doubted=bid.state == BidState.DECLARED and clock_alarms.is_open())


def _judge_whole(bid: Bid, broken: Sequence[BidPart], *, doubted: bool) -> None:
    """Accept, hold or refuse a bid that has come, and write its record; the caller holds its row."""
    if bid.received_at is None:
        raise ValueError("a bid is judged when its last byte has come")
    record = tender.lot(bid.lot_id)
    statement = queries.statement_of(bid, queries.notice_of(record))
    mine = Bid.objects.select_for_update().filter(lot_id=bid.lot_id, organisation_id=bid.organisation_id)
    live = next((each for each in mine if each.state == BidState.SEALED), None)
    decision: Decision = policies.in_time(record, bid.received_at, doubted=doubted)
    if decision and broken:
        rule = record.edition.rule("bid_sealed_offline")
        decision = Refused(
            rule.id, "bytes_differ", {"part": broken[0].name, "sha256": broken[0].arrived_sha256}
        )
    if decision:
        decision = policies.answers_addenda(record, statement)
    if decision:
        decision = policies.supersedes_live(record, statement, live)
    _write_seal(bid, statement, record, decision, held=doubted)


def _hold(bid_id: uuid.UUID) -> Bid:
    """Hold a bid's lot against its counting, then lock the bid: the order in which counting takes them."""
    stepping.share(Bid.objects.values_list("lot_id", flat=True).get(pk=bid_id))
    return Bid.objects.select_for_update().get(pk=bid_id)


def _write_seal(bid: Bid, statement: Statement, record: LotRecord, decision: Decision, *, held: bool) -> None:
    if bid.received_at is None or record.deadline is None:
        raise ValueError("a bid is judged when its last byte has come")
    refused = decision if isinstance(decision, Refused) else None
    outcome = Outcome.REFUSED if refused is not None else Outcome.HELD if held else Outcome.ACCEPTED
    lever = {
        Outcome.REFUSED: BidLever.REFUSE,
        Outcome.HELD: BidLever.LAST_BYTE_DISPUTED,
        Outcome.ACCEPTED: BidLever.LAST_BYTE if bid.state == BidState.DECLARED else BidLever.ADMIT,
    }[outcome]
    value = records.build_seal_record(
        statement,
        signature=bytes(bid.signature),
        files=_arrived_files(bid),
        received_at=bid.received_at,
        deadline=record.deadline,
        outcome=outcome,
        refusal=refused,
    )
    if outcome is Outcome.ACCEPTED and statement.supersedes:
        Bid.objects.filter(statement_sha256=statement.supersedes, state=BidState.SEALED).update(
            state=BID.step(BidState.SEALED, BidLever.REPLACE).target
        )
    bid.state = BID.step(bid.state, lever).target
    bid.save(update_fields=["state"])
    by = accounts.holder(bid.seat_id)
    row = recording.write(
        value,
        kind=recording.SEAL,
        by=by,
        lot_id=bid.lot_id,
        document=bytes(bid.statement),
        document_signature=bytes(bid.signature),
        at=bid.received_at,
    )
    _tell(by, record, row, refused)


def _store(
    by: Holder,
    record: LotRecord,
    read: Statement,
    statement: bytes,
    signature: bytes,
    files: Mapping[str, FileFact],
    now: datetime,
) -> Bid:
    with transaction.atomic():
        older = Bid.objects.filter(
            lot_id=record.id, organisation_id=by.organisation.id, state=BidState.DECLARED
        )
        older.update(state=BID.step(BidState.DECLARED, BidLever.REPLACE).target)
        bid = Bid.objects.create(
            id=uuid.UUID(read.bid),
            lot_id=record.id,
            organisation_id=by.organisation.id,
            seat_id=by.id,
            statement=statement,
            statement_sha256=read.hash,
            signature=signature,
            nonce=read.nonce,
            supersedes=read.supersedes or "",
            addenda=read.addenda,
            declared_at=now,
        )
        for part in read.parts:
            row = BidPart.objects.create(
                bid=bid,
                name=part.name,
                sha256=part.sha256,
                length=part.length,
                recipient=part.recipient,
                upload=receive.declare(
                    owner=by.actor,
                    purpose=PURPOSE,
                    reference=f"{bid.pk}/{part.name}",
                    length=part.length,
                    sha256=part.sha256,
                    now=now,
                ),
            )
            ShareFile.objects.bulk_create(
                ShareFile(
                    part=row,
                    custodian=role,
                    share_sha256=fact.share,
                    file_sha256=fact.file,
                    length=files[share_name(part.name, role)].length,
                )
                for role, fact in part.shares.items()
            )
        journal.record(
            "bidding:bid:declared",
            actor=by.actor,
            at=now,
            lot=record.id,
            org=by.organisation.credit_code,
            payload={"bid": read.bid, "statement": read.hash, "signature": canonical.sha256(signature)},
        )
    return bid


def _judge(record: LotRecord, read: Statement, by: Holder, now: datetime) -> Decision:
    if read.bidder != by.organisation.credit_code:
        raise ShapeError("statement.bidder: this is not the organisation that signs")
    decision = policies.in_time(record, now, doubted=clock_alarms.is_open())
    if decision:
        decision = policies.answers_addenda(record, read)
    if decision:
        live = queries.live_bid(record.id, by.organisation.id)
        decision = policies.supersedes_live(record, read, live)
    if decision:
        mine = Bid.objects.filter(lot_id=record.id, organisation_id=by.organisation.id)
        unsealed = mine.filter(state__in=(BidState.DECLARED, BidState.INCOMPLETE)).count()
        decision = policies.may_declare_more(record, unsealed, mine.count())
    if decision:
        known = BidPart.objects.filter(bid__in=mine).aggregate(total=Sum("length"))["total"] or 0
        length = known + sum(part.length for part in read.parts)
        decision = policies.may_send_more(record, length, most=settings.BIDS_MAX_BYTES)
    return decision


def _refuse(
    by: Holder,
    record: LotRecord,
    value: dict[str, Any],
    signature: bytes,
    files: Mapping[str, FileFact],
    refusal: Refused,
    now: datetime,
) -> RefusedError:
    if record.deadline is None:
        return RefusedError(refusal)
    document = canonical.to_bytes(value)
    known = recording.refused(by, record.id, refusal, kind=recording.SEAL, document=document)
    if known is not None:
        return known
    try:
        written = records.build_refusal_record(
            value,
            signature=signature,
            files=list(files.values()),
            received_at=now,
            deadline=record.deadline,
            refusal=refusal,
        )
    except ShapeError:
        return RefusedError(refusal)
    with transaction.atomic():
        row = recording.write(
            written,
            kind=recording.SEAL,
            by=by,
            lot_id=record.id,
            document=document,
            document_signature=signature,
            at=now,
        )
        _tell(by, record, row, refusal)
    return RecordedRefusalError(refusal, row)


def _share_facts(shares: Shares) -> dict[str, FileFact]:
    found = {}
    for part, roles in shares.items():
        for role, data in roles.items():
            if len(data) > SHARE_FILE_BYTES_MOST:
                facts = {"part": part, "limit": str(SHARE_FILE_BYTES_MOST)}
                raise RefusedError(Refused("S-01", "share_too_large", facts))
            name = share_name(part, role)
            found[name] = FileFact(name=name, sha256=canonical.sha256(data), length=len(data))
    return found


def _check_shares(read: Statement, files: Mapping[str, FileFact]) -> None:
    for part in read.parts:
        for role, fact in part.shares.items():
            name = share_name(part.name, role)
            if name not in files or files[name].sha256 != fact.file:
                raise ShapeError(f"{name}: the share file is missing or is not the stated one")
    if len(files) != sum(len(part.shares) for part in read.parts):
        raise ShapeError("shares: there are share files that the statement does not name")


def _arrived_files(bid: Bid) -> list[FileFact]:
    found = [
        FileFact(
            name=container_name(p.name),
            sha256=p.arrived_sha256,
            length=p.length,
        )
        for p in queries.parts(bid.pk)
        if p.arrived_sha256
    ]
    return found + [
        FileFact(name=share_name(s.part.name, s.custodian), sha256=s.file_sha256, length=s.length)
        for s in queries.share_files(bid.pk)
    ]


def _tell(by: Holder, record: LotRecord, row: SignedRecord, refused: Refused | None) -> None:
    account_actions.notify(
        by.id,
        f"bid_{row.outcome}",
        key=str(row.pk),
        now=row.at,
        facts={"lot": record.code, "title": record.title, "bid": str(row.bid)},
        link=f"/desk/bids/{row.lot_id}/",
        rule=refused.rule if refused is not None else record.edition.rule("receipt_at_once").id,
    )


def _uuid(value: dict[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(str(value.get("bid")))
    except ValueError:
        return uuid.UUID(int=0)
