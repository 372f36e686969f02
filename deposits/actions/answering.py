"""What the answer to a call changes: one table from the call's name to the action that takes its answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from deposits.actions import calling, deciding, guaranteeing, refunding, reporting
from deposits.domain import calls
from deposits.domain.calls import CallError, Done, Report, Standing
from deposits.domain.envelope import Answer
from deposits.models import Call


def answer(pk: int, found: Answer, *, now: datetime) -> None:
    """Take the verified answer of a call, once; raises CallError when it says something else than was asked."""
    with transaction.atomic():
        row = calling.answered(pk, found, now=now)
        if row is not None:
            TAKERS[row.call](row, found.result, now)


def failed(pk: int, error: str, *, now: datetime) -> None:
    """Note that a call was not answered as agreed, and show a silent issuer to the committee."""
    calling.fail(pk, error, now=now)
    guaranteeing.note_silence(Call.objects.get(pk=pk), error)


def _report(row: Call, result: Mapping[str, Any], now: datetime) -> None:
    found = Report.from_json(result)
    _same(found.lot, str(row.lot_id))
    reporting.take(row, found, now=now)
    refunding.settle(row.lot_id, now=now)


def _verified(row: Call, result: Mapping[str, Any], now: datetime) -> None:
    found = Standing.from_json(result)
    _same(found.number, row.data["number"])
    guaranteeing.take_standing(row, found, now=now)


def _released(row: Call, result: Mapping[str, Any], now: datetime) -> None:
    found = Standing.from_json(result)
    _same(found.number, row.data["number"])
    refunding.take_release(row, found, now=now)


def _refunded(row: Call, result: Mapping[str, Any], now: datetime) -> None:
    found = Done.from_json(result)
    _same(found.reference, row.data["reference"])
    refunding.take_refund(row, found, now=now)


def _kept(row: Call, result: Mapping[str, Any], now: datetime) -> None:
    found = Done.from_json(result)
    _same(found.reference, row.data["reference"])
    deciding.take_kept(row, found, now=now)


def _noted(row: Call, result: Mapping[str, Any], _now: datetime) -> None:
    _same(calls.field(result, "lot"), str(row.lot_id))


def _same(told: str, asked: str) -> None:
    if told != asked:
        raise CallError(f"the answer speaks of {told}, asked was {asked}")


TAKERS: Mapping[str, Callable[[Call, Mapping[str, Any], datetime], None]] = {
    calls.LOT: _noted,
    calls.CLOSE: _noted,
    calls.REPORT: _report,
    calls.REFUND: _refunded,
    calls.KEEP: _kept,
    calls.VERIFY: _verified,
    calls.RELEASE: _released,
}
