"""How a case is opened by two people, who handles it, and how evidence is frozen in it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from kernel import storage
from kernel.domain import canonical
from kernel.domain.refusals import require
from monitoring import policies
from monitoring.actions.casebook import clean, handled, lock, others, record, second, step, tell
from monitoring.domain.cases import SNAPSHOT_DOMAIN, Source
from monitoring.domain.lifecycle import AlertState, CaseLever
from monitoring.models import Alert, Case, CaseAlert, CaseEvidence, Suspicion
from monitoring.queries import as_regulator, cases as reading, suspicion
from tender import queries as tender


def propose(by: Holder, alert_ids: Sequence[uuid.UUID], reason: str, *, now: datetime) -> uuid.UUID:
    """Propose to open a case on alerts, which are frozen in it; returns its id. Another supervisor confirms it."""
    as_regulator(by)
    text = clean(reason)
    require(policies.in_words(policies.CASE_STEPS, text, policies.REASON_LIMIT))
    with transaction.atomic():
        rows = Alert.objects.select_for_update().filter(pk__in=set(alert_ids))
        alerts = list(rows.exclude(status=AlertState.DISMISSED).order_by("pk"))
        require(policies.some_alerts(len(alerts) if len(alerts) == len(set(alert_ids)) else 0))
        require(policies.not_in_case(reading.holding(alert.pk for alert in alerts)))
        row = Case.objects.create(reason=text, proposed_by_id=by.id, proposed_at=now, handler_id=by.id)
        CaseAlert.objects.bulk_create([CaseAlert(case=row, alert=alert) for alert in alerts])
        named = {"alerts": [str(alert.pk) for alert in alerts]}
        record(by, row, "proposed", named, now=now, words=text)
        for alert in sorted(alerts, key=lambda each: (each.raised_at, each.pk)):
            _freeze(by, row, alert, now)
        tell(others(by), "case_to_confirm", row, key=str(row.pk), now=now)
    return row.pk


def confirm(by: Holder, case_id: uuid.UUID, handler_id: uuid.UUID, *, now: datetime) -> None:
    """Confirm the opening of a case as another person, and assign it."""
    with transaction.atomic():
        row = lock(by, case_id)
        target = step(row, CaseLever.CONFIRM)
        second(by, row)
        handler = _supervisor(handler_id)
        row.status, row.handler_id = target, handler.id
        row.decided_by_id, row.decided_at = by.id, now
        row.save(update_fields=["status", "handler", "decided_by", "decided_at"])
        record(by, row, "opened", {"handler": str(handler.id)}, now=now)
        tell([handler], "case_assigned", row, key=f"{row.pk}:opened", now=now)


def refuse(by: Holder, case_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Refuse the opening of a case as another person, with a reason; its alerts are free again."""
    text = clean(reason)
    require(policies.in_words(policies.CASE_STEPS, text, policies.REASON_LIMIT))
    with transaction.atomic():
        row = lock(by, case_id)
        target = step(row, CaseLever.REFUSE)
        second(by, row)
        row.status, row.refusal = target, text
        row.decided_by_id, row.decided_at = by.id, now
        row.save(update_fields=["status", "refusal", "decided_by", "decided_at"])
        record(by, row, "refused", {}, now=now, words=text)
        tell([accounts.holder(row.proposed_by_id)], "case_refused", row, key=str(row.pk), now=now)


def assign(by: Holder, case_id: uuid.UUID, handler_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Give a case to another supervisor with a reason; any may, but to no one's own self. Its old handler is told."""
    text = clean(reason)
    require(policies.in_words(policies.CASE_STEPS, text, policies.REASON_LIMIT))
    with transaction.atomic():
        row = lock(by, case_id)
        handler = _supervisor(handler_id)
        require(policies.may_assign(row, handler, by))
        before = accounts.holder(row.handler_id)
        row.handler_id = handler.id
        row.save(update_fields=["handler"])
        told = {"from": str(before.id), "handler": str(handler.id)}
        record(by, row, "assigned", told, now=now, words=text)
        key = f"{row.pk}:{row.acts.count()}"
        tell([handler], "case_assigned", row, key=key, now=now)
        if before.id != by.id:
            tell([before], "case_taken", row, key=key, now=now)


def attach(by: Holder, case_id: uuid.UUID, name: str, data: bytes, about: str, *, now: datetime) -> int:
    """Attach a file to a case, where it stays as it is; returns its number. The same bytes are attached once."""
    called, text = clean(name), clean(about)
    require(policies.fit_file(called, len(data)))
    require(policies.in_words(policies.CASE_EVIDENCE, text, policies.REASON_LIMIT))
    with transaction.atomic():
        row = handled(by, case_id)
        require(policies.may_attach(row))
        known = row.evidence.filter(sha256=canonical.sha256(data)).first()
        if known is not None:
            return known.number
        return _keep(by, row, Source.FILE, called, data, now, about=text).number


def _supervisor(seat_id: uuid.UUID) -> Holder:
    """Return a live supervisor's seat; refused for any other."""
    found = [each for each in accounts.holders(kind=SeatKind.SUPERVISOR) if each.id == seat_id]
    require(policies.some_supervisor(len(found)))
    return found[0]


def _freeze(by: Holder, row: Case, alert: Alert, now: datetime) -> None:
    data = canonical.to_bytes(snapshot(alert))
    _keep(by, row, Source.ALERT, f"{alert.kind}-{alert.pk}.json", data, now, alert=alert)


def _keep(
    by: Holder,
    row: Case,
    source: Source,
    name: str,
    data: bytes,
    now: datetime,
    *,
    about: str = "",
    alert: Alert | None = None,
) -> CaseEvidence:
    newest: int = row.evidence.aggregate(newest=Max("number"))["newest"] or 0
    piece = CaseEvidence.objects.create(
        case=row,
        number=newest + 1,
        source=source,
        alert=alert,
        name=name,
        about=about,
        sha256=storage.put(data),
        size=len(data),
        by_id=by.id,
        at=now,
    )
    told = {"number": piece.number, "sha256": piece.sha256, "size": piece.size}
    record(by, row, "evidence", told, now=now)
    return piece


def snapshot(alert: Alert) -> dict[str, Any]:
    """Return an alert as a JSON value with all that it rests on: an indication or a run of screens, never both."""
    lot = tender.lot(alert.lot_id)
    found: dict[str, Any] = {
        "domain": SNAPSHOT_DOMAIN,
        "alert": str(alert.pk),
        "kind": alert.kind,
        "lot": {"id": str(lot.id), "code": lot.code},
        "raised_at": canonical.instant(alert.raised_at),
    }
    if alert.indication is not None:
        match, made = alert.indication, alert.indication.comparison
        found["indication"] = {
            "item": match.item,
            "article": match.article,
            "identity": match.identity,
            "members": match.members,
            "evidence": match.evidence,
            "exemptions": match.exemptions,
            "standing": match.standing,
            "chance": match.chance,
            "report_sha256": made.report_sha256,
            "compared_at": canonical.instant(made.compared_at),
        }
    if alert.run is not None:
        run = alert.run
        found["screens"] = {
            "version": run.version,
            "regime": run.regime,
            "category": run.category,
            "bids": run.bids,
            "values": run.values,
            "prices": run.prices,
            "estimate": run.estimate,
            "ceiling": run.ceiling,
            "computed_at": canonical.instant(run.computed_at),
        }
        newest = suspicion.newest(alert.lot_id)
        found["suspicion"] = _scored(newest) if newest is not None else None
    return found


def _scored(row: Suspicion) -> dict[str, Any]:
    """Return what the newest run says of a lot, numbers as text, with the hashes of its data and model."""
    market = row.market
    return {
        "run": str(market.pk),
        "lots": market.lots,
        "bids_sha256": market.bids_sha256,
        "model_sha256": market.model_sha256,
        "suspicion": repr(row.suspicion),
        "p_value": None if row.p_value is None else repr(row.p_value),
        "q_value": None if row.q_value is None else repr(row.q_value),
        "reasons": row.reasons,
        "computed_at": canonical.instant(market.computed_at),
    }
