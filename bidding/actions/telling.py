"""Messages at the steps of an opening, so that nobody must watch a page to learn what is wanted of it."""

import uuid
from collections.abc import Iterable

from accounts import actions as account_actions
from accounts.domain.seats import SeatKind
from bidding.domain.lifecycle import Hall as HallStep
from bidding.events import HallStepped
from bidding.models import Hall
from bidding.queries import facts
from kernel.domain import canonical
from tender import queries as tender
from tender.queries import LotRecord

BIDDERS = {
    HallStep.FAILED: ("lot_failed_unopened", "bidders_minimum"),
    HallStep.CONSENT: ("consent_wanted", "hall_consent_minutes"),
    HallStep.READ_OUT: ("bids_opened", "hall_confirmation_minutes"),
    HallStep.ENDED: ("opening_ended", "hall_confirmation_minutes"),
}


def on_step(event: HallStepped) -> None:
    """Tell those who have something to do or to know at a step."""
    hall = Hall.objects.get(pk=event.lot)
    record = tender.lot(event.lot)
    step = HallStep(event.step)
    if step in BIDDERS:
        kind, rule = BIDDERS[step]
        tell_bidders(hall, kind, rule=rule)
    if step is HallStep.COUNTED:
        host = tender.officer(event.lot, SeatKind.HOST)
        if host is not None:
            _tell(record, hall, [host.id], "hall_to_begin", "opening_at_deadline", f"/lots/{event.lot}/hall/")
        keepers = [one.seat_id for one in tender.custodians(event.lot)]
        page = f"/desk/custody/{event.lot}/"
        _tell(record, hall, keepers, "custodian_ready_wanted", "hall_ready_minutes", page)


def tell_bidders(hall: Hall, kind: str, *, rule: str, key: str = "") -> None:
    """Tell every bidder whose bid stood at T."""
    seats = [bid.seat_id for bid in facts.valid_bids(hall.pk)]
    _tell(tender.lot(hall.pk), hall, seats, kind, rule, f"/lots/{hall.pk}/hall/", key)


def _tell(
    record: LotRecord,
    hall: Hall,
    seats: Iterable[uuid.UUID],
    kind: str,
    rule: str,
    link: str,
    key: str = "",
) -> None:
    for seat_id in seats:
        account_actions.notify(
            seat_id,
            kind,
            key=f"{hall.pk}:{key}" if key else str(hall.pk),
            now=hall.since,
            facts={"lot": record.code, "title": record.title, "since": canonical.instant(hall.since)},
            link=link,
            rule=record.edition.rule(rule).id,
            due_at=hall.due_at,
        )
