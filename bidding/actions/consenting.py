"""What a bidder does around the opening: checks in, consents, lodges its key anew; each once, each receipted."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from accounts import actions as account_actions
from accounts.queries import Holder
from bidding import policies, queries
from bidding.actions import progress, staging
from bidding.domain import faults, messages
from bidding.domain.faults import Consent as Judged
from bidding.domain.lifecycle import PHASE_A, Hall as HallStep, Pause
from bidding.domain.notice import Notice
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import Statement
from bidding.models import CheckIn, Consent, Hall, Lodging
from bidding.queries import facts
from bidding.sealing.custodians import SHARE_FILE_BYTES_MOST
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender import queries as tender
from tender.queries import LotRecord

CONSENTS_MOST = 20


def check_in(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> CheckIn:
    """Note privately that a bidder came; whether it has a bid plays no part, and the first time stands."""
    record = tender.access_public_lot(lot_id)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        known = CheckIn.objects.filter(lot_id=lot_id, organisation_id=by.organisation.id).first()
        if known is not None:
            return known
        require(policies.may_check_in(record, hall, now))
        row = CheckIn.objects.create(lot_id=lot_id, organisation_id=by.organisation.id, at=now)
        journal.record(
            "bidding:bidder:checked_in",
            actor=by.actor,
            at=now,
            lot=lot_id,
            org=by.organisation.credit_code,
            payload={"lot": str(lot_id), "bidder": by.organisation.credit_code},
        )
    return row


def consent(by: Holder, bid_id: uuid.UUID, document: bytes, signature: bytes, *, now: datetime) -> Consent:
    """Take a bidder's consent to the opening of its bid, judged given, late or invalid; the same one again is the same.

    A signature that does not hold is kept as invalid: what came and when decides whose fault a closed bid is.
    """
    found = queries.access_own_bid(by, bid_id)
    with transaction.atomic():
        hall = staging.hold(found.lot_id)
        same = _known(bid_id, document, signature)
        if same is not None:
            return same
        record = tender.lot(found.lot_id)
        notice = queries.notice_of(record)
        require(policies.may_consent(record, notice, hall, found))
        if Consent.objects.filter(bid_id=bid_id).count() >= CONSENTS_MOST:
            rule = record.edition.rule("decryption_failure").id
            raise RefusedError(Refused(rule, "too_many_consents", {"limit": str(CONSENTS_MOST)}))
        row = Consent.objects.create(
            bid_id=bid_id,
            document=document,
            signature=signature,
            sha256=canonical.sha256(document),
            signature_sha256=canonical.sha256(signature),
            judged=_judge(by, queries.statement_of(found, notice), hall, document, signature, now),
            at=now,
        )
        payload = {
            "bid": str(bid_id),
            "bidder": by.organisation.credit_code,
            "judged": row.judged,
            "message": row.sha256,
            "signature": row.signature_sha256,
        }
        staging.log(hall.pk, "bidding:bid:consent", payload, now=now, actor=by.actor)
        _say_consents(hall, notice, by, row, now)
        progress.go_on(hall, now=now)
    return row


def lodge(by: Holder, bid_id: uuid.UUID, document: bytes, signature: bytes, *, now: datetime) -> Lodging:
    """Take a fresh split of a bid's keys after a bad share, while phase A lasts; the same one again changes nothing."""
    found = queries.access_own_bid(by, bid_id)
    value = account_actions.check_signature(by, document, signature, now=now)
    with transaction.atomic():
        hall = staging.hold(found.lot_id)
        known = Lodging.objects.filter(bid_id=bid_id).first()
        if known is not None and bytes(known.document) == document:
            return known
        record = tender.lot(found.lot_id)
        notice = queries.notice_of(record)
        stands = facts.ledger(hall, notice)
        mine = next((one for one in stands.bids if one.pk == bid_id), None)
        possible = known is None and hall.step in PHASE_A
        if mine is None or not possible or not any(map(faults.may_lodge, stands.facts(mine).values())):
            rule = record.edition.rule("hall_ready_minutes").id
            raise RefusedError(Refused(rule, "lodging_not_wanted", {"hall_step": hall.step}))
        _check_lodging(queries.statement_of(mine, notice), hall, value, record)
        row = Lodging.objects.create(bid_id=bid_id, document=document, signature=signature, at=now)
        payload = {
            "bid": str(bid_id),
            "bidder": by.organisation.credit_code,
            "message": canonical.sha256(document),
            "signature": canonical.sha256(signature),
        }
        staging.log(hall.pk, "bidding:bid:lodged", payload, now=now, actor=by.actor)
        shown = {"bid": str(bid_id), "name": by.organisation.name}
        staging.announce(hall.pk, "lodged", {}, at=now, more=staging.to_officers(shown))
        for keeper in tender.custodians(hall.pk):
            account_actions.notify(
                keeper.seat_id,
                "custodian_ready_again",
                key=f"{hall.pk}:{bid_id}",
                now=now,
                facts={"lot": record.code, "title": record.title},
                link=f"/desk/custody/{hall.pk}/",
                rule=record.edition.rule("hall_ready_minutes").id,
                due_at=hall.due_at,
            )
    return row


def _known(bid_id: uuid.UUID, document: bytes, signature: bytes) -> Consent | None:
    """Return the consent with the same words that was judged before; a broken one may be sent again, well signed."""
    for row in Consent.objects.filter(bid_id=bid_id, sha256=canonical.sha256(document)).order_by("pk"):
        if row.judged != Judged.INVALID or bytes(row.signature) == signature:
            return row
    return None


def _judge(
    by: Holder, statement: Statement, hall: Hall, document: bytes, signature: bytes, now: datetime
) -> Judged:
    try:
        value = account_actions.check_signature(by, document, signature, now=now)
        read = messages.parse(value, messages.CONSENT)
    except (RefusedError, ShapeError):
        return Judged.INVALID
    expected = messages.consent(
        statement.context(statement.parts[0].name),
        statement=statement.hash,
        closing=hall.closing_sha256,
        nonce=canonical.unb64(read["nonce"]),
    )
    if read != expected:
        return Judged.INVALID
    if hall.step != HallStep.CONSENT:
        return Judged.LATE
    ends = hall.due_at if hall.pause != Pause.PAUSED and hall.frozen_at is None else None
    window = ends or now + timedelta(microseconds=1)
    timely = faults.in_time(
        received_at=now, witnessed_at=None, opens_at=min(hall.since, now), closes_at=window
    )
    return Judged.GIVEN if timely else Judged.LATE


def _say_consents(hall: Hall, notice: Notice, by: Holder, row: Consent, now: datetime) -> None:
    stands = facts.ledger(hall, notice)
    given = sum(stands.consent(one) is not None for one in stands.bids)
    shown = {"bid": str(row.bid_id), "name": by.organisation.name, "judged": row.judged}
    counts = {"given": given, "wanted": len(stands.bids)}
    staging.announce(hall.pk, "consent", counts, at=now, more=staging.to_officers(shown))


def _check_lodging(statement: Statement, hall: Hall, value: object, record: LotRecord) -> None:
    rule = record.edition.rule("hall_ready_minutes").id
    try:
        _match_lodging(statement, hall, value)
    except (ShapeError, canonical.NotCanonicalError) as error:
        raise RefusedError(Refused(rule, "lodging_shape", {"why": str(error)})) from error


def _match_lodging(statement: Statement, hall: Hall, value: object) -> None:
    read = messages.parse(value, messages.LODGING)
    files = {
        part: {role: canonical.unb64(text) for role, text in dealt.items()}
        for part, dealt in read["parts"].items()
    }
    expected = messages.lodging(
        statement.context(statement.parts[0].name),
        closing=hall.closing_sha256,
        nonce=canonical.unb64(read["nonce"]),
        parts=files,
    )
    if read != expected:
        raise ShapeError("the lodging is of another bid or another closing list")
    if set(files) != {part.name for part in statement.parts}:
        raise ShapeError("a lodging holds every part of the bid")
    roles = set(statement.notice.roles)
    if any(set(dealt) != roles for dealt in files.values()):
        raise ShapeError(f"a lodging has a share for each of {', '.join(sorted(roles))}")
    if any(len(data) > SHARE_FILE_BYTES_MOST for dealt in files.values() for data in dealt.values()):
        raise ShapeError("a share file is never so long")
