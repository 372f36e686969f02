"""After the report: candidates published (T), report delivered (G), result with the winner in its order."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import queries as accounts
from accounts.queries import Holder
from bidding import queries as bidding
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain import report
from evaluation.models import Member
from evaluation.queries import committee, judging, record as records
from kernel.domain.refusals import Refused, RefusedError
from tender.actions import deciding
from tender.actions.deciding import Winner
from tender.domain.lifecycle import LotState
from tender.domain.rules import Regime
from tender.queries import LotRecord


def publish_candidates(
    by: Holder, lot_id: uuid.UUID, *, until: datetime | None = None, now: datetime
) -> dict[str, Any]:
    """Publish the ranked candidates of the signed report (regime T), by default for the shortest lawful time."""
    committee.access_reviewer(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        _require_state(record, LotState.EVALUATED, Regime.T)
        bench = judging.bench(session)
        signed = records.report_json(lot_id)
        if signed is None:
            raise RefusedError(Refused("V-09", "report_not_signed", {"lot": record.code}))
        ends = until or deciding.candidate_publication_end(record, now=now)
        document = report.publication(
            bench.subject,
            bench.method,
            bench.assessment,
            signed,
            rejections=bench.rejections,
            published_at=now,
            until=ends,
        )
        deciding.publish_candidates(by, lot_id, document, until=ends, now=now)
    return document


def deliver_report(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Deliver the signed report to the procuring entity (regime G)."""
    committee.access_procurer(by, lot_id)
    with transaction.atomic():
        _, record = holding.hold(lot_id)
        _require_state(record, LotState.EVALUATED, Regime.G)
        deciding.deliver_report(by, lot_id, now=now)


def publish_result(
    by: Holder,
    lot_id: uuid.UUID,
    bid: str,
    *,
    passed_over: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """Publish the winner: the first candidate, or a later one with a lawful ground for each before it.

    Regime G publishes the members' names with the result, regime T never does.
    """
    committee.access_reviewer(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        _require_state(record, LotState.DECIDING)
        signed = records.report_json(lot_id)
        if signed is None:
            raise RefusedError(Refused("V-09", "report_not_signed", {"lot": record.code}))
        bench = judging.bench(session)
        extra: dict[str, Any] = {}
        if record.regime == Regime.G:
            extra = {"committee": [_named(member) for member in bench.members]}
        deciding.publish_result(
            by,
            lot_id,
            winner(bench, bid),
            candidates=list(signed["candidates"]),
            passed_over=dict(passed_over or {}),
            extra=extra,
            now=now,
        )


def winner(bench: judging.Bench, bid: str) -> Winner:
    """Return a ranked bid as the winner that a contract must equal: its quoted price, corrected, never deducted."""
    if bid not in bench.remaining:
        raise RefusedError(Refused("V-18", "not_a_candidate", {"chosen": bid}))
    opened = next(one for one in bidding.opened_bids(bench.record.id) if str(one.id) == bid)
    fields = opened.fields or {}
    return Winner(
        bid=bid,
        bidder=opened.bidder,
        name=opened.name,
        price=bench.assessment.price.line(bid).price,
        period_days=fields["period_days"],
        quality=fields["quality"],
        terms=tuple((name, value) for name, value in fields["terms"]),
    )


def _named(member: Member) -> dict[str, str]:
    return {"name": accounts.holder(member.seat_id).person, "kind": member.kind}


def _require_state(record: LotRecord, state: LotState, regime: Regime | None = None) -> None:
    if record.status is not state or (regime is not None and record.regime != regime):
        facts = {"status": record.status.value, "step": state.value}
        raise RefusedError(Refused(policies.ORDER, "step_not_possible", facts))
