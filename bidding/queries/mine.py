"""What a seat has to do, or may do, in a hall: shown to itself alone."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.queries import Holder
from bidding import policies
from bidding.domain import faults
from bidding.domain.lifecycle import CONFIRMING, OBJECTING, OVER, PHASE_A, Hall as HallStep, Pause
from bidding.models import Bid, CheckIn, Confirmation, FaultDecision, Hall, HallRequest, OpeningObjection
from bidding.queries import access_own_bids, facts, notice_of, standing
from bidding.queries.view import Reader
from kernel.domain.refusals import Decision, Refused
from tender import queries as tender
from tender.queries import LotRecord

BAD = (faults.Share.BAD_PROVEN, faults.Share.BAD_UNPROVEN)


@dataclass(frozen=True, slots=True)
class OwnBid:
    """A bid of one's own in the opening: what became of it and what it waits for."""

    bid: Bid
    stood: bool
    consent: str
    may_lodge: bool
    share_bad: bool
    lodged: bool
    word: str
    fault: FaultDecision | None
    objection_ends: datetime | None


@dataclass(frozen=True, slots=True)
class Mine:
    """A seat's own part in a hall."""

    checked_in_at: datetime | None = None
    check_in: Decision | None = None
    bids: tuple[OwnBid, ...] = ()
    may_consent: bool = False
    may_confirm: bool = False
    may_object: bool = False
    may_show_names: bool = False
    may_hear_names: bool = False
    may_hear_objections: bool = False
    may_ask: tuple[str, ...] = ()
    request: HallRequest | None = None
    to_answer: tuple[OpeningObjection, ...] = ()
    to_decide: tuple[FaultDecision, ...] = ()
    custodian: str = ""
    ready_wanted: bool = False
    release_wanted: bool = False

    @property
    def live(self) -> tuple[OwnBid, ...]:
        """The bids that stand, or stood at T."""
        return tuple(one for one in self.bids if one.stood or one.bid.state == "sealed")


def mine(who: Reader, lot_id: uuid.UUID, *, now: datetime) -> Mine:
    """Return what the reader's seat has to do in a hall; empty for a visitor."""
    record = tender.access_public_lot(lot_id)
    hall = Hall.objects.get(pk=lot_id)
    if who.holder is None:
        return Mine()
    if who.audience == "bidder":
        return _bidder(who.holder, record, hall, now)
    if who.audience == "host":
        return _host(record, hall)
    if who.audience == "witness":
        return Mine(request=standing.open_request(lot_id))
    if who.custodian:
        return _custodian(who.custodian, record, hall)
    return Mine()


def _bidder(holder: Holder, record: LotRecord, hall: Hall, now: datetime) -> Mine:
    came = CheckIn.objects.filter(lot_id=hall.pk, organisation_id=holder.organisation.id).first()
    stands = facts.ledger(hall, notice_of(record)) if hall.closing is not None else None
    stood = {bid.pk for bid in stands.bids} if stands is not None else set()
    words = dict(
        Confirmation.objects.filter(bid__organisation_id=holder.organisation.id).values_list(
            "bid_id", "answer"
        )
    )
    found = []
    for bid in access_own_bids(holder, hall.pk):
        known = tuple(stands.facts(bid).values()) if stands is not None and bid.pk in stood else ()
        fault = FaultDecision.objects.filter(bid=bid).first()
        found.append(
            OwnBid(
                bid=bid,
                stood=bid.pk in stood,
                consent=str(known[0].consent) if known else "",
                may_lodge=any(map(faults.may_lodge, known)) and hall.step in PHASE_A,
                share_bad=any(word in BAD for each in known for word in each.shares),
                lodged=stands is not None and bid.pk in stands.lodgings,
                word=words.get(bid.pk, ""),
                fault=fault,
                objection_ends=objection_ends(record, fault),
            )
        )
    return Mine(
        checked_in_at=came.at if came is not None else None,
        check_in=policies.may_check_in(record, hall, now),
        bids=tuple(found),
        may_consent=hall.step == HallStep.CONSENT,
        may_confirm=hall.step in CONFIRMING and hall.record is None,
        may_object=bool(stood & {one.bid.pk for one in found}) and hall.step in OBJECTING,
    )


def _host(record: LotRecord, hall: Hall) -> Mine:
    faults_open = FaultDecision.objects.filter(bid__lot_id=hall.pk).select_related("bid__organisation")
    return Mine(
        may_show_names=hall.step == HallStep.COUNTED and record.status == "opening",
        may_hear_names=hall.step == HallStep.NAMES and hall.names_heard_at is None,
        may_hear_objections=hall.step == HallStep.READ_OUT,
        may_ask=_asks(record, hall),
        request=standing.open_request(hall.pk),
        to_answer=tuple(row for row in standing.objections(hall.pk) if row.answered_at is None),
        to_decide=tuple(
            row
            for row in faults_open.order_by("bid__received_at", "bid_id")
            if row.decided_at is None or row.countersigned_at is None
        ),
    )


def _asks(record: LotRecord, hall: Hall) -> tuple[str, ...]:
    if standing.open_request(hall.pk) is not None or hall.step in OVER:
        return ()
    if hall.pause == Pause.PAUSED:
        return ("resume",)
    found = []
    if not isinstance(policies.may_pause(record, hall), Refused) and hall.step != HallStep.WAITING:
        found = ["pause", "extend"] if hall.due_at is not None else ["pause"]
    if not hall.hindered and hall.step != HallStep.WAITING:
        found.append("hindered")
    return tuple(found)


def _custodian(role: str, record: LotRecord, hall: Hall) -> Mine:
    stands = facts.ledger(hall, notice_of(record)) if hall.closing is not None else None
    if stands is None:
        return Mine(custodian=role)
    last = max((one.at for one in stands.lodgings.values()), default=None)
    said = stands.ready.get(role, ())
    again = bool(said) and last is not None and not (said[-1].number > 1 and said[-1].at >= last)
    return Mine(
        custodian=role,
        ready_wanted=hall.step in PHASE_A and (not said or again),
        release_wanted=hall.step == HallStep.RELEASE and role not in stands.releases,
    )


def objection_ends(record: LotRecord, row: FaultDecision | None) -> datetime | None:
    """Return until when a bidder may object to a countersigned decision on its bid; None before there is one."""
    if row is None or row.decided_at is None or row.countersigned_at is None:
        return None
    hours = record.edition.rule("fault_objection_hours").count()
    return max(row.decided_at, row.countersigned_at) + timedelta(hours=hours)
