"""The pages on which a seat works on a lot, so that each can be reached from the lot's public page.

What is listed depends on the kind of the seat, on its appointment, and on the time, never on what a bidder did.
"""

import uuid
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.seats import PROCURING_SEATS, SeatKind
from accounts.queries import Holder
from evaluation.queries import committee
from monitoring import queries as monitoring
from tender import queries as tender
from tender.queries import LotRecord

Place = tuple[str, str]
DRAFTERS = frozenset({SeatKind.CLERK, SeatKind.AGENCY})


def places(lot: LotRecord, reader: Holder, *, now: datetime) -> list[Place]:
    """Return (address, label) of a seat's own pages on a published lot; [] for a seat that has no part in it."""
    if reader.kind is SeatKind.BIDDER:
        return [_place("own-bids-of-lot", lot.id, _("My bids on this lot"))]
    if reader.kind is SeatKind.CUSTODIAN and tender.custodian_role(reader, lot.id) is not None:
        return [_place("custody-lot", lot.id, _("Your key and your shares"))]
    found = [*_procuring(lot, reader, now), *_watching(lot, reader, now)]
    if reader.kind in monitoring.AUDIT_SEATS:
        found.append(_place("desk-dossiers", lot.id, _("Dossiers")))
    return found


def _procuring(lot: LotRecord, reader: Holder, now: datetime) -> list[Place]:
    own = {party.id for party in (lot.procuring_entity, lot.agency) if party is not None}
    if reader.kind not in PROCURING_SEATS or reader.organisation.id not in own:
        return []
    found = [_place("desk-lot", lot.id, _("Desk of this lot"))]
    if reader.kind in DRAFTERS:
        found.append(_place("lot-committee", lot.id, _("Committee")))
    if committee.session_of(lot.id) is not None:
        found.append(_place("lot-evaluation", lot.id, _("Evaluation")))
    if lot.notice["deposit"] is not None and lot.closed(now):
        found.append(_place("lot-deposits", lot.id, _("Deposits")))
    return found


def _watching(lot: LotRecord, reader: Holder, now: datetime) -> list[Place]:
    found = []
    sits = tender.serves(reader, lot.id, reader.kind) and committee.session_of(lot.id) is not None
    if reader.kind is SeatKind.WITNESS and sits:
        found.append(_place("sitting", lot.id, _("Sitting")))
    if reader.kind is SeatKind.SUPERVISOR:
        if sits:
            found.append(_place("lot-evaluation", lot.id, _("Evaluation")))
        if monitoring.is_opened(lot.id):
            found.append(_place("monitoring-lot", lot.id, _("Screens of the prices")))
        if lot.notice["deposit"] is not None and lot.closed(now):
            found.append(_place("lot-deposits", lot.id, _("Deposits")))
    return found


def _place(route: str, lot_id: uuid.UUID, label: str) -> Place:
    return reverse(route, args=[lot_id]), label
