"""What a seat must do next about deposits, for the workbench."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.seats import SeatKind
from accounts.policies import FOUR_EYES
from accounts.queries import Holder
from deposits import queries
from tender import queries as tender
from tender.domain import instants


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do; the fields are those of the workbench's tasks."""

    title: str
    url: str
    lot: str = ""
    until: datetime | None = None
    rule: str = ""
    note: str = ""
    tone: str = "info"


def tasks(holder: Holder, *, now: datetime) -> list[Duty]:
    """Return what a seat must do about deposits; nothing before T, for anybody."""
    find = _BY_SEAT.get(holder.kind)
    return find(holder, now) if find is not None else []


def _returns(holder: Holder, now: datetime) -> list[Duty]:
    """Deposits that are not back although less than a day is left (B-08)."""
    lots = {lot.id: lot for lot in tender.access_own_lots(holder)}
    return [
        Duty(
            _("See to the return of a deposit"),
            reverse("lot-deposits", args=[row.lot_id]),
            lots[row.lot_id].code,
            until=row.due_at,
            rule=row.due_rule,
            tone="bad" if row.due_at <= now else "warn",
        )
        for row in queries.due_back(lots)
        if row.due_at is not None and row.due_at - instants.ONE_DAY <= now
    ]


def _decisions(holder: Holder, _now: datetime) -> list[Duty]:
    lots = {lot.id: lot for lot in tender.access_own_lots(holder)}
    return [
        Duty(
            _("Decide on a deposit"),
            reverse("lot-deposits", args=[row.deposit.lot_id]),
            lots[row.deposit.lot_id].code,
            rule=FOUR_EYES,
            tone="warn",
        )
        for row in queries.open_decisions(lots)
    ]


_BY_SEAT: Mapping[SeatKind, Callable[[Holder, datetime], list[Duty]]] = {
    SeatKind.CLERK: _returns,
    SeatKind.AGENCY: _returns,
    SeatKind.REVIEWER: _decisions,
}
