"""The comparison of an opened lot's bids under 条例40: found, kept in full for the regulator, told to the committee."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import PROCURING_SEATS
from bidding import queries as bidding
from deposits import queries as deposits
from evaluation.actions import reviewing
from kernel import evidence, journal, storage
from kernel.domain import canonical, money
from monitoring import policies, queries, reading
from monitoring.actions.jobs import NotYetError
from monitoring.domain import filing, indications
from monitoring.domain.authorship import same_preparer
from monitoring.domain.indications import Indication
from monitoring.domain.payers import Payment, one_account
from monitoring.domain.regularity import regular_prices
from monitoring.models import Alert, Comparison, IndicationRow
from monitoring.reading import Unread
from tender import queries as tender
from tender.actions import stepping
from tender.queries import LotRecord

BASES = ("ceiling", "estimate")
DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison found, and how much of what was there it could read."""

    indications: tuple[Indication, ...]
    documents: int
    unread: tuple[Unread, ...]
    payments: int


def compare(lot_id: uuid.UUID, *, now: datetime) -> Comparison | None:
    """Compare a lot's opened bids and keep what is found; None before the opening. The same finding is kept once.

    Raises NotYetError while bank and issuers may still report who paid.
    """
    if not queries.is_opened(lot_id):
        return None
    record = tender.lot(lot_id)
    _wait_for_payments(record, now)
    found = _find(record)
    with transaction.atomic():
        row = _keep(record, found, now)
    report = canonical.from_bytes(bytes(row.report))
    if row.handed_down_at is None and reviewing.take_similarity(lot_id, report, now=now):
        Comparison.objects.filter(pk=row.pk).update(handed_down_at=now)
    return row


def _wait_for_payments(record: LotRecord, now: datetime) -> None:
    opened = evidence.act(record.id, "bidding:lot:opened")
    account = deposits.account_of(record.id)
    if opened is None or account is None or account.reported_at is not None:
        return
    patience = timedelta(minutes=record.edition.rule("payments_wait_minutes").count())
    if now < opened.at + patience:
        raise NotYetError("the bank has not reported yet who paid the deposits")


def _find(record: LotRecord) -> Found:
    prices = {bidder: price for bidder, price in queries.prices(record.id).items() if price}
    files = reading.bid_documents(_documents(record.id))
    issued = reading.issued_documents([storage.path(each.sha256) for each in tender.files(record.id)])
    paid = deposits.payments(record.id)
    return Found(
        indications=(
            *same_preparer(files.documents, regime=record.regime, issued=issued, offices=_offices(record)),
            *regular_prices(
                prices,
                regime=record.regime,
                limit=float(record.edition.rule("regularity_limit").number()),
                bases={name: money.parse(record.notice[name]) for name in BASES if record.notice[name]},
            ),
            *one_account(
                [Payment(p.bidder, p.purpose, p.account, p.holder, p.reference) for p in paid],
                regime=record.regime,
                issuer_accounts=deposits.issuer_accounts(),
                collection_accounts=deposits.collection_accounts(record.id),
            ),
        ),
        documents=len(files.documents),
        unread=files.unread,
        payments=len(paid),
    )


def _documents(lot_id: uuid.UUID) -> dict[str, Any]:
    """Return bidder -> plain zip of its opened documents part."""
    parts = {bid.bidder: bidding.plain_part(bid.id, DOCUMENTS) for bid in bidding.opened_bids(lot_id)}
    return {bidder: storage.path(blob) for bidder, blob in parts.items() if blob}


def _offices(record: LotRecord) -> list[str]:
    """Return the names of the procuring side and the centre and of their people, who make templates."""
    people = [
        seat.person
        for party in record.parties()
        for kind in sorted(PROCURING_SEATS)
        for seat in accounts.holders(kind=kind, organisation=party.id)
        if seat.person
    ]
    return [*(party.name for party in record.parties()), *dict.fromkeys(people)]


def _keep(record: LotRecord, found: Found, now: datetime) -> Comparison:
    report = filing.report(
        record.tender,
        str(record.id),
        found.indications,
        documents=found.documents,
        unread=len(found.unread),
    )
    full = [indications.as_json(each, masked=False) for each in found.indications]
    facts = canonical.digest({"report": report, "full": full, "payments": found.payments})
    stepping.lock(record.id)
    last = queries.comparison(record.id)
    if last is not None and last.facts_sha256 == facts:
        return last
    row = Comparison.objects.create(
        lot_id=record.id,
        number=last.number + 1 if last else 1,
        facts_sha256=facts,
        report=canonical.to_bytes(report),
        report_sha256=canonical.digest(report),
        documents=found.documents,
        unread=[one.as_json() for one in found.unread],
        payments=found.payments,
        compared_at=now,
    )
    known = queries.alerted(record.id)
    rows = [_row(row, number, each, full[number - 1]) for number, each in enumerate(found.indications, 1)]
    IndicationRow.objects.bulk_create(rows)
    fresh = [each for each in rows if each.standing and each.identity not in known]
    Alert.objects.bulk_create(
        Alert(kind=Alert.Kind.INDICATION, lot_id=record.id, indication=each, raised_at=now) for each in fresh
    )
    journal.record(
        "monitoring:lot:compared",
        actor=journal.SYSTEM,
        at=now,
        lot=record.id,
        payload={"lot": str(record.id), "number": row.number, "report": row.report_sha256},
    )
    _tell(record, fresh, now)
    return row


def _row(row: Comparison, number: int, found: Indication, full: dict[str, Any]) -> IndicationRow:
    return IndicationRow(
        comparison=row,
        number=number,
        item=str(found.item),
        article=found.article,
        identity=filing.identity(found),
        members=list(found.members),
        evidence=full["evidence"],
        exemptions=full["exemptions"],
        standing=found.standing,
        chance=filing.chance(full),
    )


def _tell(record: LotRecord, fresh: Sequence[IndicationRow], now: datetime) -> None:
    if not fresh:
        return
    for seat in queries.regulators(record.id):
        account_actions.notify(
            seat.id,
            "indications_found",
            key=str(fresh[0].comparison_id),
            now=now,
            facts={"lot": record.code, "title": record.title, "count": str(len(fresh))},
            link=f"/desk/monitoring/lots/{record.id}/",
            rule=policies.REGULATOR_LOOKS,
        )
