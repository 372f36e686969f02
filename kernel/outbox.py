"""The outbox: who hears of an event, in its transaction or after commit at least once, is one table."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from kernel import clock, wakeup
from kernel.events import Event
from kernel.models import OutboxDelivery, OutboxMessage

logger = logging.getLogger(__name__)
Handler = Callable[[Event], None]
MAX_BACKOFF = timedelta(minutes=5)
BATCH = 50


@dataclass(frozen=True, slots=True)
class Hears:
    """The handlers of one event: `now` in its transaction, `later` after commit."""

    now: tuple[Callable[..., None], ...] = ()
    later: tuple[Callable[..., None], ...] = ()


_table: dict[type[Event], Hears] = {}


def configure(table: Mapping[type[Event], Hears]) -> None:
    """Set the one table of the composition root."""
    _table.clear()
    _table.update(table)


def table() -> dict[type[Event], Hears]:
    """Return the table in force."""
    return dict(_table)


def publish(event: Event) -> None:
    """Tell an event inside the transaction of its fact."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event is published in the transaction of its fact")
    hears = _table.get(type(event), Hears())
    for handler in hears.now:
        handler(event)
    if hears.later:
        moment = clock.now()
        OutboxMessage.objects.create(
            name=event.name(), body=event.as_json(), created_at=moment, next_at=moment
        )
        transaction.on_commit(wakeup.ticker.set)


def relay(*, now: datetime) -> int:
    """Deliver what is due; returns how many messages were finished. One bad message stops no other."""
    due = OutboxMessage.objects.filter(done_at__isnull=True, next_at__lte=now).order_by("id")
    return sum(_deliver(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def _deliver(pk: int, *, now: datetime) -> bool:
    message = OutboxMessage.objects.get(pk=pk)
    try:
        event = Event.registry[message.name].from_json(message.body)
    except Exception as failure:
        logger.exception("outbox message %s: %s cannot be read", pk, message.name)
        return _later(message, f"{message.name}: {failure}", now)
    heard = set(message.deliveries.values_list("handler", flat=True))
    error = ""
    for handler in _table.get(type(event), Hears()).later:
        name = f"{handler.__module__}.{handler.__qualname__}"
        if name in heard:
            continue
        try:
            with transaction.atomic():
                handler(event)
                OutboxDelivery.objects.create(message=message, handler=name)
        except Exception as failure:
            logger.exception("outbox message %s: %s", pk, name)
            error = f"{name}: {failure}"
    if error:
        return _later(message, error, now)
    return bool(OutboxMessage.objects.filter(pk=pk, done_at__isnull=True).update(done_at=now, error=""))


def _later(message: OutboxMessage, error: str, now: datetime) -> bool:
    wait = min(timedelta(seconds=2 ** min(message.attempts, 10)), MAX_BACKOFF)
    fields = {"attempts": message.attempts + 1, "next_at": now + wait, "error": error}
    OutboxMessage.objects.filter(pk=message.pk, done_at__isnull=True).update(**fields)
    return False


def drain(*, now: Callable[[], datetime], limit: int = 1000) -> Iterable[int]:
    """Relay until nothing is due; for tests and one-process tools."""
    for _ in range(limit):
        done = relay(now=now())
        if not done:
            return
        yield done
