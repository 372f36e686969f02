"""Screens of an opened lot: computed from its prices, kept with their version, laid before the regulator alone.

The act is of the platform's chain: a lot's own chain goes into dossiers, where statistical suspicion has no place.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel import journal
from kernel.domain import canonical, money
from monitoring import queries
from monitoring.domain import record as records
from monitoring.models import Alert, ScreenRun
from tender import queries as tender


def screen(lot_id: uuid.UUID, *, now: datetime) -> ScreenRun | None:
    """Keep the screens of a lot under today's version; None before its opening. Repeating changes nothing.

    A run that was kept before prices were kept with it gets them.
    """
    if not queries.is_opened(lot_id):
        return None
    record = tender.lot(lot_id)
    opened = queries.prices(lot_id)
    prices = list(opened.values())
    estimate, ceiling = (record.notice[name] for name in ("estimate", "ceiling"))
    values = records.keep(
        prices,
        estimate=money.parse(estimate) if estimate else None,
        ceiling=money.parse(ceiling) if ceiling else None,
    )
    kept: dict[str, Any] = {
        "regime": record.regime,
        "category": record.category,
        "bids": len(prices),
        "values": values,
        "prices": [[bidder, f"{amount:.2f}"] for bidder, amount in sorted(opened.items())],
        "estimate": estimate or "",
        "ceiling": ceiling or "",
        "computed_at": now,
    }
    with transaction.atomic():
        run, made = ScreenRun.objects.get_or_create(
            lot_id=lot_id,
            version=records.VERSION,
            defaults=kept,
        )
        if not made and not run.prices:
            run.prices, run.estimate, run.ceiling = kept["prices"], kept["estimate"], kept["ceiling"]
            run.save(update_fields=["prices", "estimate", "ceiling"])
        if not made:
            return run
        payload = {"lot": str(lot_id), "version": run.version, "values": canonical.digest(values)}
        journal.record("monitoring:lot:screened", actor=journal.SYSTEM, at=now, payload=payload)
        if any("value" in kept for kept in values.values()):
            Alert.objects.create(kind=Alert.Kind.STATISTICAL, lot_id=lot_id, run=run, raised_at=now)
    return run
