"""Calls to banks and issuers: planned with the fact that causes them, sent until answered, answered once."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import authority
from deposits import queries
from deposits.domain import envelope
from deposits.models import Call, Institution
from kernel import tasks_for_operator, wakeup

LEASE = timedelta(seconds=30)
"""How long a call counts as under way; then it may be sent again, which its key makes harmless."""
BACKOFF_MOST = timedelta(minutes=10)
ALARM_AFTER = 5
NONCE_BYTES = 16
DOMAINS: Mapping[str, str] = {Institution.Kind.ISSUER: envelope.ISSUER, Institution.Kind.BANK: envelope.BANK}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signed request that is about to be sent, and whose answer it needs."""

    url: str
    call: str
    domain: str
    sender: str
    message: dict[str, Any]


def plan(
    institution: Institution,
    call: str,
    lot_id: uuid.UUID,
    data: Mapping[str, Any],
    *,
    key: str,
    now: datetime,
) -> Call:
    """Plan a call in the transaction of what causes it; the same key is planned once."""
    row, made = Call.objects.get_or_create(
        key=key,
        defaults={
            "institution": institution,
            "lot_id": lot_id,
            "call": call,
            "data": dict(data),
            "made_at": now,
            "next_at": now,
        },
    )
    if made:
        transaction.on_commit(wakeup.ticker.set)
    return row


def claim(pk: int, *, now: datetime) -> Outgoing | None:
    """Take a due call for sending and sign it anew; None when another took it or it is answered."""
    with transaction.atomic():
        mine = Call.objects.filter(pk=pk, answered_at__isnull=True, next_at__lte=now)
        if not mine.update(next_at=now + LEASE):
            return None
    row = queries.call(pk)
    domain = DOMAINS[row.institution.kind]
    message = envelope.request(
        row.call,
        row.data,
        domain=domain,
        nonce=secrets.token_hex(NONCE_BYTES),
        at=now,
        sign=authority.sign,
    )
    return Outgoing(
        url=f"{row.institution.base_url.rstrip('/')}/{row.call}",
        call=row.call,
        domain=domain,
        sender=row.institution.organisation.credit_code,
        message=message,
    )


def fail(pk: int, error: str, *, now: datetime) -> None:
    """Note that a call was not answered as agreed: try again later, and after some tries tell the operator."""
    with transaction.atomic():
        row = Call.objects.select_for_update().get(pk=pk)
        if row.answered_at is not None:
            return
        row.attempts += 1
        wait = min(timedelta(seconds=2 ** min(row.attempts, 10)), BACKOFF_MOST)
        row.next_at, row.error = now + wait, error[:1000]
        row.save(update_fields=["attempts", "next_at", "error"])
        if row.attempts == ALARM_AFTER:
            facts = {"call": row.call, "error": row.error, "institution": str(row.institution_id)}
            tasks_for_operator.raise_once(f"deposit-call:{row.key}", "deposit_call_failing", facts, now=now)


def answered(pk: int, answer: envelope.Answer, *, now: datetime) -> Call | None:
    """Keep the signed answer of a call in the caller's transaction; None when it was answered before."""
    row = Call.objects.select_for_update().get(pk=pk)
    if row.answered_at is not None:
        return None
    row.answer, row.answer_signature = answer.signed, answer.signature
    row.answered_at, row.error = now, ""
    row.save(update_fields=["answer", "answer_signature", "answered_at", "error"])
    tasks_for_operator.finish(f"deposit-call:{row.key}", by="system", now=now)
    return row
