"""Banks and issuers as the operator enters them: addresses, public prices, the bank that holds deposits."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import queries as accounts
from accounts.queries import Holder
from deposits import policies
from deposits.actions import telling
from deposits.domain import amounts
from deposits.domain.entries import Entry
from deposits.models import Institution
from kernel import journal
from kernel.domain.refusals import Refused, RefusedError, require


def save_institution(by: Holder, entry: Entry, *, now: datetime) -> uuid.UUID:
    """Enter or correct an institution; prices are public, so every change is logged."""
    party = accounts.party_by_code(entry.credit_code)
    if party is None:
        facts = {"credit_code": entry.credit_code}
        raise RefusedError(Refused(policies.PRICES, "institution_unknown", facts))
    require(policies.fit_institution(entry.base_url, (entry.fee_rate, entry.interest_rate)))
    amounts.interest(Decimal(0), rate=entry.interest_rate, days=0, basis=entry.day_basis)
    with transaction.atomic():
        _require_one_bank(entry, party.id)
        row, _ = Institution.objects.update_or_create(
            kind=entry.kind,
            organisation_id=party.id,
            defaults={
                "base_url": entry.base_url.rstrip("/"),
                "fee_rate": entry.fee_rate,
                "fee_floor": entry.fee_floor,
                "interest_rate": entry.interest_rate,
                "day_basis": entry.day_basis,
                "active": entry.active,
                "changed_by": by.actor,
                "changed_at": now,
            },
        )
        journal.record("deposits:institution:saved", actor=by.actor, at=now, payload=_payload(entry))
        if row.kind == Institution.Kind.BANK and row.active:
            telling.adopt(row, now=now)
    return row.pk


def _require_one_bank(entry: Entry, organisation: uuid.UUID) -> None:
    if entry.kind != Institution.Kind.BANK or not entry.active:
        return
    others = Institution.objects.filter(kind=Institution.Kind.BANK, active=True)
    other = others.exclude(organisation_id=organisation).select_related("organisation").first()
    if other is not None:
        raise RefusedError(Refused(policies.PRICES, "second_bank", {"bank": other.organisation.name}))


def _payload(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "credit_code": entry.credit_code,
        "base_url": entry.base_url,
        "fee_rate": str(entry.fee_rate),
        "fee_floor": str(entry.fee_floor),
        "interest_rate": str(entry.interest_rate),
        "day_basis": entry.day_basis,
        "active": entry.active,
    }
