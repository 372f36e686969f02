"""When a deposit must go back, under which rule, and what a late return costs (T-14, T-15, G-05 to G-08)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from deposits.domain import amounts
from kernel.domain.workdays import WorkingCalendar
from tender.domain import instants, periods
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Rule

WITHDRAWN_KEY = "withdrawn_deposit_return_maximum"
WINNER_KEY = "winner_deposit_return_maximum"
LOSER_KEY = "loser_deposit_return_maximum"
OVERDUE_KEY = "overdue_deposit_fee"


class Fate(StrEnum):
    """What became of a depositor's bid, as the closing list and the opening say."""

    NO_BID = "no_bid"
    WITHDRAWN = "withdrawn"
    VALID = "valid"
    DEEMED_WITHDRAWN = "deemed_withdrawn"
    DEEMED_REVOKED = "deemed_revoked"


class Cause(StrEnum):
    """Why a deposit goes back."""

    NO_BID = "no_bid"
    WITHDRAWN = "withdrawn"
    DEEMED_WITHDRAWN = "deemed_withdrawn"
    LOT_ENDED = "lot_ended"
    LOST = "lost"
    WON = "won"
    DECIDED = "decided"


STATUTORY = frozenset(Cause) - {Cause.DECIDED}
"""Causes that follow from a fact: nobody decides them, so nobody countersigns them."""
_LEFT: Mapping[Fate, Cause] = {
    Fate.NO_BID: Cause.NO_BID,
    Fate.WITHDRAWN: Cause.WITHDRAWN,
    Fate.DEEMED_WITHDRAWN: Cause.DEEMED_WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Course:
    """How far a lot has come: instants of the notice of award, the contract, and its end without an award."""

    notice_issued: datetime | None = None
    contract_signed: datetime | None = None
    ended: datetime | None = None
    winner: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A return that is owed: why, under which rule, and counted from when."""

    cause: Cause
    rule: Rule
    since: datetime

    def limit(self, calendar: WorkingCalendar) -> datetime:
        """Return the instant from which the return is late; raises YearNotAnnouncedError."""
        return periods.window_end(self.rule, self.since, calendar)


def due(edition: FrozenEdition, *, bidder: str, fate: Fate, fate_at: datetime, course: Course) -> Due | None:
    """Return the return that is owed to a depositor by now, None while nothing has happened that owes it.

    A lot that ended without an award, and a bidder who left or never bid, fall under the period of a
    withdrawal, the shortest that each law knows.
    """
    if course.ended is not None:
        return Due(Cause.LOT_ENDED, edition.rule(WITHDRAWN_KEY), course.ended)
    if fate in _LEFT:
        return Due(_LEFT[fate], edition.rule(WITHDRAWN_KEY), fate_at)
    won = bool(course.winner) and bidder == course.winner
    rule = edition.rule(WINNER_KEY if won else LOSER_KEY)
    since = {"contract_signed": course.contract_signed, "notice_issued": course.notice_issued}[rule.anchor]
    return Due(Cause.WON if won else Cause.LOST, rule, since) if since is not None else None


def decided(edition: FrozenEdition, *, at: datetime) -> Due:
    """Return the return that two people decided: counted from their decision like a withdrawal."""
    return Due(Cause.DECIDED, edition.rule(WITHDRAWN_KEY), at)


def overdue(edition: FrozenEdition, *, principal: Decimal, limit: datetime, returned_at: datetime) -> Decimal:
    """Return the yuan owed for a return after its limit; zero in time, or where no rule of the edition asks it."""
    if returned_at < limit or not edition.has(OVERDUE_KEY):
        return Decimal("0.00")
    rule = edition.rule(OVERDUE_KEY)
    last = instants.last_day_before(limit)
    return amounts.overdue_fee(
        principal,
        base_rate=rule.number("base_rate"),
        factor=rule.number("factor"),
        days=amounts.days_between(last, instants.day_of(returned_at)),
        basis=rule.count("basis"),
    )
