"""What a regulator does with an alert: see it, dismiss it with a reason, take it up again; all is journalled."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts.queries import Holder
from kernel import journal
from kernel.domain.refusals import require
from monitoring import policies, queries
from monitoring.domain.lifecycle import ALERT, AlertLever, AlertState
from monitoring.models import Alert
from monitoring.queries import cases


def see(by: Holder, alert_id: uuid.UUID, *, now: datetime) -> None:
    """Note that the regulator has seen an alert; seeing it again changes nothing."""
    queries.access_alert(by, alert_id)
    with transaction.atomic():
        row = Alert.objects.select_for_update().get(pk=alert_id)
        if row.status != AlertState.NEW:
            return
        row.status = ALERT.step(row.status, AlertLever.SEE).target
        row.seen_by, row.seen_at = by.actor, now
        row.save(update_fields=["status", "seen_by", "seen_at"])
        _journal(by, row, "seen", {}, now)


def dismiss(by: Holder, alert_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Dismiss an alert with a reason in words; an alert is dismissed once."""
    queries.access_alert(by, alert_id)
    text = reason.strip()
    require(policies.reason_in_words(text))
    with transaction.atomic():
        row = Alert.objects.select_for_update().get(pk=alert_id)
        require(policies.may_dismiss(row))
        require(policies.not_in_case(cases.holding([row.pk])))
        row.status = ALERT.step(row.status, AlertLever.DISMISS).target
        row.reason, row.dismissed_by, row.dismissed_at = text, by.actor, now
        row.save(update_fields=["status", "reason", "dismissed_by", "dismissed_at"])
        _journal(by, row, "dismissed", {"reason": text}, now)


def reopen(by: Holder, alert_id: uuid.UUID, *, now: datetime) -> None:
    """Take a dismissed alert up again, so that nobody settles one alone; any supervisor may. Again changes nothing."""
    queries.access_alert(by, alert_id)
    with transaction.atomic():
        row = Alert.objects.select_for_update().get(pk=alert_id)
        if row.status != AlertState.DISMISSED:
            return
        row.status = ALERT.step(row.status, AlertLever.REOPEN).target
        dismissed = {"dismissed_by": row.dismissed_by, "reason": row.reason}
        row.reason, row.dismissed_by, row.dismissed_at = "", "", None
        row.seen_by, row.seen_at = by.actor, now
        row.save(update_fields=["status", "reason", "dismissed_by", "dismissed_at", "seen_by", "seen_at"])
        _journal(by, row, "reopened", dismissed, now)


def _journal(by: Holder, row: Alert, verb: str, more: dict[str, str], now: datetime) -> None:
    """Write it into the platform's chain: a lot's own chain goes into dossiers, where suspicion has no place."""
    payload = {"alert": str(row.pk), "kind": row.kind, "lot": str(row.lot_id), **more}
    journal.record(f"monitoring:alert:{verb}", actor=by.actor, at=now, payload=payload)
