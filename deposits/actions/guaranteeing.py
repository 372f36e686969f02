"""Guarantees out of opened bids: read, judged for the committee, verified at their issuer, released in time."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import queries as accounts
from accounts.domain import cms
from accounts.domain.certificates import CertificateFacts
from deposits import queries
from deposits.actions import calling, giving
from deposits.domain import calls, terms
from deposits.domain.calls import Standing
from deposits.domain.guarantees import DOMAIN, TEXT_MOST, Guarantee, GuaranteeError, Stated, read
from deposits.domain.lifecycle import IN_FORCE, DepositLever
from deposits.domain.terms import Wanted
from deposits.events import GuaranteeChecked
from deposits.models import Call, Deposit, Guarantee as GuaranteeRow
from kernel import journal, outbox
from kernel.domain import canonical
from kernel.domain.refusals import Refused
from tender import queries as tender
from tender.queries import LotRecord

ASKED, UNREACHABLE, UNREGISTERED = "asked", "unreachable", "unregistered"
SILENT = "issuer_silent"


@dataclass(frozen=True, slots=True)
class Presented:
    """What an opened bid holds of a guarantee: the opening fields' word, the files, or why they cannot be read."""

    stated: Mapping[str, Any] | None
    document: bytes | None = None
    signature: bytes | None = None
    why: str = ""


def take(lot_id: uuid.UUID, bidder: str, presented: Presented, *, now: datetime) -> None:
    """Take a guarantee out of an opened bid and ask its issuer; taking it again changes nothing.

    Nothing is rejected here: every fault becomes a finding, which the committee judges (E-04, E-07).
    """
    if presented.stated is None and presented.document is None:
        return
    with transaction.atomic():
        giving.hold(lot_id)
        record = tender.lot(lot_id)
        deposit, wanted = giving.deposit(record, bidder, queries.GUARANTEE, now=now)
        if GuaranteeRow.objects.filter(pk=deposit.pk).exists():
            return
        stated = _stated(presented)
        found, findings = _read(record, bidder, wanted.amount, stated, presented, now)
        row = _store(deposit, found, stated, presented)
        findings += _ask(record, row, now)
        giving.find(deposit, findings)
        deposit.amount = found.amount if found else stated.amount if stated else queries.NOTHING
        deposit.save(update_fields=["amount"])
        giving.move(deposit, DepositLever.TAKE_GUARANTEE, now=now)
        journal.record(
            "deposits:guarantee:received",
            actor=journal.SYSTEM,
            at=now,
            lot=lot_id,
            payload={
                "bidder": bidder,
                "number": row.number,
                "issuer": row.issuer,
                "sha256": row.sha256,
                "findings": [{"rule": one.rule, "reason": one.reason} for one in findings],
            },
        )


def take_standing(asked: Call, standing: Standing, *, now: datetime) -> None:
    """Note what an issuer says of a guarantee; the committee sees it, and whoever waits for it is told."""
    row = GuaranteeRow.objects.select_related("deposit").get(pk=uuid.UUID(asked.key.partition(":")[2]))
    deposit, record = row.deposit, tender.lot(asked.lot_id)
    row.standing, row.checked_at = standing.state[:12], now
    if standing.fee is not None:
        row.fee, row.fee_reference = standing.fee.amount, standing.fee.reference
        row.fee_account, row.fee_payer = standing.fee.payer.number, standing.fee.payer.name
    row.save()
    found = terms.disowned(
        record.edition,
        row.number,
        {"state": standing.state, "sha256": standing.sha256},
        sha256=row.sha256,
        standing=standing.state in IN_FORCE,
    )
    giving.find(deposit, found, instead_of=[SILENT])
    journal.record(
        "deposits:guarantee:checked",
        actor=journal.SYSTEM,
        at=now,
        lot=asked.lot_id,
        payload={"bidder": deposit.bidder, "number": row.number, "state": standing.state},
    )
    outbox.publish(GuaranteeChecked(lot=asked.lot_id, bidder=deposit.bidder))


def note_silence(asked: Call, why: str) -> None:
    """Show the committee that an issuer has not answered, and why (E-07)."""
    if asked.call != calls.VERIFY:
        return
    with transaction.atomic():
        row = GuaranteeRow.objects.select_related("deposit").get(pk=uuid.UUID(asked.key.partition(":")[2]))
        if row.standing not in (ASKED, UNREACHABLE):
            return
        GuaranteeRow.objects.filter(pk=row.pk).update(standing=UNREACHABLE)
        rule = tender.lot(asked.lot_id).edition.rule(terms.TERMS).id
        silent = Refused(rule, "issuer_silent", {"number": row.number, "why": why[:200]})
        giving.find(row.deposit, [silent], instead_of=[SILENT])


def release(deposit: Deposit, *, now: datetime) -> bool:
    """Tell the issuer that a guarantee is no longer needed; False where there is no address to tell it at."""
    row = GuaranteeRow.objects.get(pk=deposit.pk)
    issuer = queries.issuer_by_code(row.issuer)
    if issuer is None:
        return False
    data = {"number": row.number, "lot": str(deposit.lot_id), "reason": deposit.due_cause}
    calling.plan(issuer, calls.RELEASE, deposit.lot_id, data, key=f"release:{deposit.pk}", now=now)
    return True


def _stated(presented: Presented) -> Stated | None:
    if presented.stated is None:
        return None
    try:
        return Stated.from_json(presented.stated)
    except GuaranteeError:
        return None


def _read(
    record: LotRecord, bidder: str, amount: Any, stated: Stated | None, presented: Presented, now: datetime
) -> tuple[Guarantee | None, list[Refused]]:
    number = stated.number if stated else ""
    if presented.document is None:
        return None, [terms.unreadable(record.edition, number, presented.why)]
    try:
        found = read(presented.document)
    except GuaranteeError as error:
        return None, [terms.unreadable(record.edition, number, str(error))]
    signer, fault = _signer(presented, now)
    findings = terms.judge(
        record.edition, found, _wanted(record, bidder, amount), signer=signer, signature_fault=fault
    )
    return found, [*findings, *terms.differences(record.edition, found, stated)]


def _signer(presented: Presented, now: datetime) -> tuple[CertificateFacts | None, str]:
    if presented.document is None or presented.signature is None:
        return None, "no signature lies beside it"
    try:
        signed = cms.verify_json(
            presented.document, presented.signature, accounts.roots(), now, domain=DOMAIN
        )
    except (cms.SignatureError, canonical.NotCanonicalError) as error:
        return None, str(error)
    return signed.signer, ""


def _wanted(record: LotRecord, bidder: str, amount: Any) -> Wanted:
    if record.deadline is None:
        raise ValueError("an opened bid stands on a lot with a deadline")
    return Wanted(
        tender=record.tender,
        lot=str(record.id),
        beneficiary=record.procuring_entity.credit_code,
        principal=bidder,
        amount=amount,
        deadline=record.deadline,
        valid_until=terms.valid_until(record.deadline, record.notice["validity_days"]),
    )


def _store(
    deposit: Deposit, found: Guarantee | None, stated: Stated | None, presented: Presented
) -> GuaranteeRow:
    number = found.number if found else stated.number if stated else ""
    issuer = found.issuer.credit_code if found else stated.issuer if stated else ""
    return GuaranteeRow.objects.create(
        deposit=deposit,
        number=number[:TEXT_MOST],
        issuer=issuer[:18],
        issuer_name=found.issuer.name if found else "",
        sha256=found.sha256 if found else "",
        document=presented.document,
        signature=presented.signature,
        valid_until=found.valid_until if found else None,
        standing=ASKED,
    )


def _ask(record: LotRecord, row: GuaranteeRow, now: datetime) -> list[Refused]:
    issuer = queries.issuer_by_code(row.issuer)
    if issuer is None or not row.number:
        GuaranteeRow.objects.filter(pk=row.pk).update(standing=UNREGISTERED)
        return [terms.unverifiable(record.edition, row.number, row.issuer)]
    data = {"number": row.number, "lot": str(record.id)}
    calling.plan(issuer, calls.VERIFY, record.id, data, key=f"verify:{row.pk}", now=now)
    return []
