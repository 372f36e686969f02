"""A lot that is cancelled ends its opening with it: no key is released, and what is sealed stays sealed."""

from bidding import policies
from bidding.actions import staging
from bidding.domain.lifecycle import OVER, HallLever
from bidding.models import Hall
from kernel.domain.refusals import require
from tender import queries as tender
from tender.domain.lifecycle import Lever
from tender.events import LotStepped


def on_lot_stepped(event: LotStepped) -> None:
    """End the hall of a cancelled lot; raises RefusedError, and so refuses it, from the first release to the end."""
    if event.lever != Lever.CANCEL or not Hall.objects.filter(pk=event.lot).exists():
        return
    record, hall = tender.lot(event.lot), staging.hold(event.lot)
    require(policies.may_cancel(record, hall))
    if hall.step not in OVER:
        staging.step(hall, HallLever.CANCEL, now=record.status_at)
