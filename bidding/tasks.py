"""Work of an opening that takes long: beside the ticker, one lot at a time, begun again after a crash.

No broker stands between: what the law times waits for nothing but this process.
"""

import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from django.db import close_old_connections

from bidding.actions import ending, examining, opening
from kernel import clock

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="opening")
_running: dict[tuple[str, uuid.UUID], "Future[None]"] = {}


def examine(lot_id: uuid.UUID, *, now: datetime) -> bool:  # noqa: ARG001 - a due source's signature
    """Begin to look at a lot's containers, unless that is under way."""
    return _begin("examine", lot_id, _examine)


def open_bids(lot_id: uuid.UUID, *, now: datetime) -> bool:  # noqa: ARG001 - a due source's signature
    """Begin to open a lot's bids, unless that is under way."""
    return _begin("open", lot_id, _open)


def end(lot_id: uuid.UUID, *, now: datetime) -> bool:  # noqa: ARG001 - a due source's signature
    """Begin to print a lot's signed record, unless that is under way."""
    return _begin("end", lot_id, _end)


def _examine(lot_id: uuid.UUID) -> None:
    examining.record(lot_id, examining.measure(lot_id), now=clock.now())


def _open(lot_id: uuid.UUID) -> None:
    opening.publish(lot_id, opening.prepare(lot_id), now=clock.now())


def _end(lot_id: uuid.UUID) -> None:
    ending.end(lot_id, now=clock.now())


def _begin(what: str, lot_id: uuid.UUID, work: Callable[[uuid.UUID], None]) -> bool:
    """Hand work to the thread. What failed is raised at the next call, so that the ticker logs it and rests."""
    place = (what, lot_id)
    known = _running.get(place)
    if known is not None and not known.done():
        return False
    failure = known.exception() if known is not None else None
    _running.pop(place, None)
    if failure is not None:
        raise failure
    _running[place] = _worker.submit(_guarded, work, lot_id)
    return True


def _guarded(work: Callable[[uuid.UUID], None], lot_id: uuid.UUID) -> None:
    close_old_connections()
    try:
        work(lot_id)
    finally:
        close_old_connections()
