"""What the committee settles about a bid's numbers: the corrected price (M-05), its standing as a small firm."""

import uuid
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts import queries as accounts
from accounts.policies import four_eyes
from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain.lifecycle import SessionState
from evaluation.domain.scoring.values import Sme
from evaluation.models import Amendment, Member
from evaluation.queries import committee, judging
from kernel.domain import money
from kernel.domain.refusals import Refused, RefusedError, require
from tender.queries import LotRecord

SETTLING = (SessionState.PRELIMINARY, SessionState.COMPETITION, SessionState.SCORING)


def propose_price(
    by: Holder, lot_id: uuid.UUID, bid: str, price: str, reason: str, *, now: datetime
) -> Amendment:
    """Propose the corrected price of a bid, with the reason; another member confirms it."""
    try:
        value = money.to_text(money.parse(price))
    except money.AmountError as error:
        raise RefusedError(Refused("M-05", "price_shape", {"why": str(error)})) from error
    return _propose(by, lot_id, bid, Amendment.Kind.PRICE, value, reason, now=now)


def propose_sme(
    by: Holder, lot_id: uuid.UUID, bid: str, sme: Sme, reason: str, *, now: datetime
) -> Amendment:
    """Propose that a bid counts otherwise than it states under the policy for small firms."""
    return _propose(by, lot_id, bid, Amendment.Kind.SME, sme.value, reason, now=now)


def confirm(by: Holder, lot_id: uuid.UUID, amendment_id: int, *, now: datetime) -> None:
    """Confirm what another member proposed: from then on it counts."""
    with transaction.atomic():
        record, member = _settler(by, lot_id)
        rows = Amendment.objects.select_related("proposed_by")
        row = rows.filter(pk=amendment_id, session=member.session).first()
        if row is None:
            raise Http404
        if row.confirmed_at is not None:
            return
        proposer = row.proposed_by
        names = (proposer.name, member.name)
        require(four_eyes(accounts.holder(proposer.seat_id), by, names=names))
        row.confirmed_by, row.confirmed_at = member, now
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        _log(record, row, member, "confirmed", now)


def drop(by: Holder, lot_id: uuid.UUID, amendment_id: int, *, now: datetime) -> None:
    """Take an amendment back that is not confirmed."""
    with transaction.atomic():
        record, member = _settler(by, lot_id)
        row = Amendment.objects.filter(
            pk=amendment_id, session=member.session, confirmed_at__isnull=True
        ).first()
        if row is None:
            raise Http404
        _log(record, row, member, "dropped", now)
        row.delete()


def _propose(
    by: Holder,
    lot_id: uuid.UUID,
    bid: str,
    kind: Amendment.Kind,
    value: str,
    reason: str,
    *,
    now: datetime,
) -> Amendment:
    with transaction.atomic():
        record, member = _settler(by, lot_id)
        require(policies.written(reason))
        if bid not in judging.bench(member.session).opened:
            raise Http404
        row, _ = Amendment.objects.update_or_create(
            session=member.session,
            bid=uuid.UUID(bid),
            kind=kind,
            defaults={
                "value": value,
                "reason": reason.strip(),
                "proposed_by": member,
                "proposed_at": now,
                "confirmed_by": None,
                "confirmed_at": None,
            },
        )
        _log(record, row, member, "proposed", now)
    return row


def _settler(by: Holder, lot_id: uuid.UUID) -> tuple[LotRecord, Member]:
    committee.access_member(by, lot_id)
    session, record = holding.hold(lot_id)
    require(policies.session_is(session, *SETTLING))
    return record, committee.access_member(by, lot_id)


def _log(record: LotRecord, row: Amendment, member: Member, verb: str, now: datetime) -> None:
    payload = {
        "member": member.name,
        "bid": str(row.bid),
        "kind": row.kind,
        "value": row.value,
        "reason": row.reason,
    }
    holding.log(record.id, f"evaluation:amendment:{verb}", payload, now=now)
