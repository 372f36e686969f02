"""Facts in, a decision out: what a bidder, a host or a custodian may do now."""

from datetime import datetime, timedelta

from bidding.domain.lifecycle import (
    BROKEN_OFF,
    OVER,
    Bid as BidState,
    Hall as HallStep,
    may_pause as step_may_pause,
)
from bidding.domain.notice import CONSENT, Notice
from bidding.domain.statements import Statement, must_reseal
from bidding.models import Bid, Hall
from kernel.domain.refusals import ALLOWED, Decision, Refused
from tender.domain import instants
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord

MAX_UNSEALED = 10
MAX_VERSIONS = 200
"""Bids of one organisation for one lot, whatever became of them."""
TAKES_BIDS = frozenset({LotState.PUBLISHED, LotState.CLOSED})


def in_time(lot: LotRecord, received_at: datetime, *, doubted: bool = False) -> Decision:
    """Refuse what arrives at T or later, whatever became of the lot; the instant of the last byte decides.

    While the clock is `doubted` nobody is refused for the time as long as the bids are not counted.
    """
    rule = lot.edition.rule("late_bid_refused")
    deadline, takes = lot.deadline, lot.status in TAKES_BIDS
    if deadline is not None and received_at >= deadline and not (doubted and takes):
        facts = {
            "received_at": instants.clock(received_at),
            "deadline": instants.clock(deadline),
            "late_by": instants.span(received_at - deadline),
        }
        return Refused(rule.id, "late_bid", facts)
    if deadline is None or not takes:
        return Refused(rule.id, "lot_takes_no_bids", {"status": lot.status.value})
    return ALLOWED


def answers_addenda(lot: LotRecord, statement: Statement) -> Decision:
    """Refuse a bid that does not know an addendum which demands resealing."""
    if not must_reseal(statement):
        return ALLOWED
    rule = lot.edition.rule("clarification_lead")
    facts = {"known": str(statement.addenda), "needed": str(statement.notice.reseal_from)}
    return Refused(rule.id, "addendum_demands_reseal", facts)


def supersedes_live(lot: LotRecord, statement: Statement, live: Bid | None) -> Decision:
    """Refuse a bid that does not name the live one it replaces, or names one that is not live."""
    standing = live.statement_sha256 if live is not None else None
    if statement.supersedes == standing:
        return ALLOWED
    rule = lot.edition.rule("withdrawal_is_free")
    facts = {"named": statement.supersedes or "none", "live": standing or "none"}
    return Refused(rule.id, "supersedes_another", facts)


def may_declare_more(lot: LotRecord, unsealed: int, versions: int) -> Decision:
    """Refuse ever more bids that never come, and ever more versions: nobody may fill log and disk before a deadline."""
    rule = lot.edition.rule("bid_sealed_offline")
    if unsealed >= MAX_UNSEALED:
        return Refused(rule.id, "too_many_unsealed", {"limit": str(MAX_UNSEALED)})
    if versions >= MAX_VERSIONS:
        return Refused(rule.id, "too_many_versions", {"limit": str(MAX_VERSIONS)})
    return ALLOWED


def may_send_more(lot: LotRecord, length: int, *, most: int) -> Decision:
    """Refuse bids whose versions together would be longer than one organisation may fill of the disk, in bytes."""
    if length <= most:
        return ALLOWED
    rule = lot.edition.rule("bid_sealed_offline")
    return Refused(rule.id, "too_many_bytes", {"length": str(length), "limit": str(most)})


def may_withdraw(lot: LotRecord, bid: Bid, now: datetime) -> Decision:
    """Refuse to withdraw at T or later, or a bid that is not live."""
    late = in_time(lot, now)
    if not late:
        return late
    if bid.state == BidState.SEALED:
        return ALLOWED
    return Refused(lot.edition.rule("withdrawal_is_free").id, "bid_not_live", {"state": bid.state})


def may_check_in(lot: LotRecord, hall: Hall, now: datetime) -> Decision:
    """Refuse to check in before the hall's door opens, or once the names were shown."""
    rule = lot.edition.rule("hall_check_in_minutes")
    if lot.deadline is None or now < lot.deadline - timedelta(minutes=rule.count()):
        opens = lot.deadline - timedelta(minutes=rule.count()) if lot.deadline is not None else now
        return Refused(
            rule.id, "check_in_not_open", {"opens": instants.clock(opens), "at": instants.clock(now)}
        )
    if hall.step not in (HallStep.WAITING, HallStep.COUNTED):
        return Refused(rule.id, "check_in_over", {"hall_step": hall.step})
    return ALLOWED


def may_consent(lot: LotRecord, notice: Notice, hall: Hall, bid: Bid) -> Decision:
    """Refuse a consent where none is asked, before the bidders are asked, or for a bid that did not stand at T."""
    rule = lot.edition.rule("hall_consent_minutes").id
    if notice.mode != CONSENT:
        return Refused(rule, "consent_not_asked", {"mode": notice.mode})
    if hall.step in (HallStep.WAITING, HallStep.COUNTED, HallStep.NAMES):
        return Refused(rule, "consent_not_open", {"hall_step": hall.step})
    if not hasattr(bid, "line") or bid.line.status != "valid" or hall.step in BROKEN_OFF:
        return Refused(rule, "bid_not_standing", {"state": bid.state})
    return ALLOWED


def may_pause(lot: LotRecord, hall: Hall) -> Decision:
    """Refuse to pause or extend from the release on: nothing can be called back then."""
    if step_may_pause(HallStep(hall.step)) and hall.released_first_at is None:
        return ALLOWED
    rule = lot.edition.rule("hall_extension_minutes").id
    return Refused(rule, "hall_irreversible", {"hall_step": hall.step})


def may_cancel(lot: LotRecord, hall: Hall) -> Decision:
    """Refuse to cancel a lot from the first release to the signed record: what was begun is read out to the end."""
    reversible = step_may_pause(HallStep(hall.step)) or hall.step == HallStep.RELEASE
    if hall.step in OVER or (reversible and hall.released_first_at is None):
        return ALLOWED
    rule = lot.edition.rule("opening_at_deadline").id
    return Refused(rule, "hall_irreversible", {"hall_step": hall.step})
