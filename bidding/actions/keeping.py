"""What custodians send: `ready` over all shares of a lot under one witnessed closing list, and the one `release`."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import actions as account_actions
from accounts.queries import Holder
from bidding.actions import progress, staging
from bidding.domain import custody, faults, messages
from bidding.domain.lifecycle import PHASE_A, Hall as HallStep
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import Statement
from bidding.models import CustodianMessage, Hall, ShareFile
from bidding.queries import access_custodian, facts, notice_of, statement_of
from bidding.queries.facts import FALSE, LODGED, READY, RELEASE, STATED, Ledger
from bidding.sealing import custodians
from bidding.sealing.custodians import Place
from kernel import evidence, log, storage, wakeup, witnesses
from kernel.domain import canonical, notes
from kernel.domain.refusals import Refused, RefusedError, require
from tender import queries as tender
from tender.queries import LotRecord

Judged = dict[str, dict[str, dict[str, str]]]


def ready(
    by: Holder, lot_id: uuid.UUID, document: bytes, signature: bytes, checkpoint: str, *, now: datetime
) -> CustodianMessage:
    """Take a custodian's findings on all shares; its first word stands, a later one speaks of lodged shares only.

    The same message again changes nothing, so a later one cites a newer checkpoint. A `bad` counts as proven
    when its proof holds for anyone.
    """
    role = access_custodian(by, lot_id)
    value = account_actions.check_signature(by, document, signature, now=now)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        known = _known(lot_id, role, READY, document)
        if known is not None:
            return known
        record = tender.lot(lot_id)
        stands = facts.ledger(hall, notice_of(record))
        read = _read(record, lambda: _match(value, messages.READY, hall, role, checkpoint))
        _require_phase(record, hall, stands, role)
        _require_witnessed(record, stands, checkpoint)
        _require_covers(record, read, {str(one.pk): stands.notice.parts for one in stands.bids})
        row = CustodianMessage.objects.create(
            lot_id=lot_id,
            custodian=role,
            kind=READY,
            number=len(stands.ready.get(role, ())) + 1,
            document=document,
            signature=signature,
            checkpoint=checkpoint,
            judged=_judge_ready(stands, role, read),
            at=now,
        )
        _log(row, by, now=now)
        _say_ready(hall, row, now)
        progress.go_on(hall, now=now)
    return row


def release(
    by: Holder, lot_id: uuid.UUID, document: bytes, signature: bytes, checkpoint: str, *, now: datetime
) -> CustodianMessage:
    """Take a custodian's shares of all listed bids, in one message or not at all; from the first on nothing reverses.

    A share that is neither the stated one nor a lodged one does not count and is recorded so.
    """
    role = access_custodian(by, lot_id)
    value = account_actions.check_signature(by, document, signature, now=now)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        known = _known(lot_id, role, RELEASE, document)
        if known is not None:
            return known
        record = tender.lot(lot_id)
        stands = facts.ledger(hall, notice_of(record))
        if hall.step != HallStep.RELEASE or role in stands.releases or hall.release is None:
            rule = record.edition.rule("hall_release_minutes").id
            raise RefusedError(Refused(rule, "release_not_wanted", {"hall_step": hall.step, "role": role}))
        read = _read(record, lambda: _match(value, messages.RELEASE, hall, role, checkpoint))
        _require_witnessed(record, stands, checkpoint)
        listed = [one["bid"] for one in canonical.from_bytes(bytes(hall.release))["bids"]]
        _require_covers(record, read, dict.fromkeys(listed, stands.notice.parts))
        row = CustodianMessage.objects.create(
            lot_id=lot_id,
            custodian=role,
            kind=RELEASE,
            document=document,
            signature=signature,
            checkpoint=checkpoint,
            judged=_judge_release(stands, role, read),
            at=now,
        )
        if hall.released_first_at is None:
            hall.released_first_at = now
            hall.save(update_fields=["released_first_at"])
        _log(row, by, now=now)
        _say_release(hall, stands, row, now)
        transaction.on_commit(wakeup.ticker.set)
    return row


def _known(lot_id: uuid.UUID, role: str, kind: str, document: bytes) -> CustodianMessage | None:
    rows = CustodianMessage.objects.filter(lot_id=lot_id, custodian=role, kind=kind).order_by("number")
    return next((row for row in rows if bytes(row.document) == document), None)


def _read(record: LotRecord, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except ShapeError as error:
        rule = record.edition.rule("nobody_opens_before_deadline").id
        raise RefusedError(Refused(rule, "custodian_shape", {"why": str(error)})) from error


def _match(value: Any, domain: str, hall: Hall, role: str, checkpoint: str) -> dict[str, Any]:
    read = messages.parse(value, domain)
    expected = {
        "lot": str(hall.pk),
        "custodian": role,
        "closing": hall.closing_sha256,
        "checkpoint": canonical.sha256(checkpoint.encode()),
    }
    if domain == messages.RELEASE:
        expected["release"] = hall.release_sha256
    for name, wanted in expected.items():
        if read[name] != wanted:
            raise ShapeError(f"{domain}.{name}: {wanted} is wanted")
    return read


def _require_phase(record: LotRecord, hall: Hall, stands: Ledger, role: str) -> None:
    said = stands.ready.get(role, ())
    last = max((one.at for one in stands.lodgings.values()), default=None)
    again = bool(said) and last is not None and not (said[-1].number > 1 and said[-1].at >= last)
    if hall.step in PHASE_A and (not said or again):
        return
    rule = record.edition.rule("hall_ready_minutes").id
    raise RefusedError(Refused(rule, "ready_not_wanted", {"hall_step": hall.step, "role": role}))


def _require_witnessed(record: LotRecord, stands: Ledger, checkpoint: str) -> None:
    """Refuse unless two witnesses of the policy saw the closing list in this log at or after T.

    A platform without a policy (nobody witnesses it) can only hold the checkpoint against its own log.
    """
    rule = record.edition.rule("nobody_opens_before_deadline").id
    try:
        note = notes.Note.parse(checkpoint)
        found = note.checkpoint()
    except notes.NoteError as error:
        raise RefusedError(Refused(rule, "custodian_shape", {"why": str(error)})) from error
    if found.size > log.size() or log.root(found.size) != found.root:
        raise RefusedError(Refused(rule, "checkpoint_of_another_log", {"size": str(found.size)}))
    act = evidence.act(record.id, "bidding:lot:closed")
    leaf = log.leaf_of(act.pk) if act is not None else None
    if leaf is None or leaf >= found.size:
        raise RefusedError(Refused(rule, "checkpoint_before_closing", {"size": str(found.size)}))
    if settings.WITNESS_POLICY:
        policy = witnesses.policy(settings.WITNESS_POLICY)
        closing = stands.hall.closing_sha256
        require(custody.may_act(stands.notice, closing=closing, checkpoint=note, policy=policy))


def _require_covers(
    record: LotRecord, read: Mapping[str, Any], wanted: Mapping[str, tuple[str, ...]]
) -> None:
    if not custody.covers(read, wanted):
        rule = record.edition.rule("nobody_opens_before_deadline").id
        raise RefusedError(Refused(rule, "not_all_bids", {"wanted": str(len(wanted))}))


def _judge_ready(stands: Ledger, role: str, read: Mapping[str, Any]) -> Judged:
    first = role not in stands.ready
    found: Judged = {STATED: {}, LODGED: {}}
    bids = {str(one.pk): one for one in stands.bids}
    for one in read["results"]:
        bid = bids[one["bid"]]
        lodged = not first and bid.pk in stands.lodgings
        holds = False
        if one["proof"] is not None:
            place = Place(statement_of(bid, stands.notice), one["part"], role, lodged)
            proof = (canonical.unb64(one["proof"]["file_key"]), canonical.unb64(one["proof"]["plaintext"]))
            holds = custodians.proof_holds(proof, _share_file(stands, place), place)
        word = faults.word(one["result"], proof_holds=holds)
        found[LODGED if lodged else STATED].setdefault(one["bid"], {})[one["part"]] = word
    return found


def _share_file(stands: Ledger, place: Place) -> bytes:
    bid = uuid.UUID(place.statement.bid)
    if place.lodged:
        document = canonical.from_bytes(bytes(stands.lodgings[bid].document))
        return canonical.unb64(document["parts"][place.part][place.role])
    row = ShareFile.objects.get(part__bid_id=bid, part__name=place.part, custodian=place.role)
    return storage.get(row.file_sha256)


def _judge_release(stands: Ledger, role: str, read: Mapping[str, Any]) -> Judged:
    """Return bid -> part -> whether the share is the stated one, a lodged one, or false."""
    found: Judged = {RELEASE: {}}
    bids = {str(one.pk): one for one in stands.bids}
    statements: dict[str, Statement] = {}
    for one in read["shares"]:
        bid = bids[one["bid"]]
        statement = statements.setdefault(one["bid"], statement_of(bid, stands.notice))
        plaintext = canonical.to_bytes(one["share"])
        word = FALSE
        if _is_share(plaintext, Place(statement, one["part"], role)):
            word = STATED
        elif bid.pk in stands.lodgings and _is_share(plaintext, Place(statement, one["part"], role, True)):
            word = LODGED
        found[RELEASE].setdefault(one["bid"], {})[one["part"]] = word
    return found


def _is_share(plaintext: bytes, place: Place) -> bool:
    try:
        custodians.read_share(plaintext, place)
    except custody.ShareError:
        return False
    return True


def _log(row: CustodianMessage, by: Holder, *, now: datetime) -> None:
    payload = {
        "custodian": row.custodian,
        "kind": row.kind,
        "number": row.number,
        "message": canonical.sha256(bytes(row.document)),
        "signature": canonical.sha256(bytes(row.signature)),
        "judged": row.judged,
    }
    staging.log(row.lot_id, f"bidding:custodian:{row.kind}", payload, now=now, actor=by.actor)


def _say_ready(hall: Hall, row: CustodianMessage, now: datetime) -> None:
    bad = [
        {"bid": bid, "part": part, "word": word}
        for found in row.judged.values()
        for bid, words in found.items()
        for part, word in words.items()
        if word != faults.Share.READY
    ]
    shown = {"custodian": row.custodian, "number": row.number, "bad": len(bad)}
    staging.announce(hall.pk, READY, shown, at=now, more=staging.to_officers({"bad_shares": bad}))


def _say_release(hall: Hall, stands: Ledger, row: CustodianMessage, now: datetime) -> None:
    count = len(stands.releases) + 1
    shown = {"custodian": row.custodian, "released": count, "custodians": len(stands.notice.roles)}
    staging.announce(hall.pk, "released", shown, at=now)
