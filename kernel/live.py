"""Live events as rows: a gapless number in each audience, announced to the hub after commit."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from kernel.domain import canonical
from kernel.hub import hub
from kernel.models import LiveCounter, LiveEvent

MAX_CATCH_UP = 500


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a client receives: number, instant, kind and the data that its audience may see."""

    audience: str
    number: int
    kind: str
    at: str
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the frame's JSON."""
        return {"n": self.number, "at": self.at, "kind": self.kind, "data": self.data}


def announce(audience: str, kind: str, data: dict[str, Any], *, at: datetime) -> int:
    """Write an event with the audience's next number and tell the hub after commit; returns the number."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event is announced in the transaction of its fact")
    number = _next(audience)
    LiveEvent.objects.create(audience=audience, number=number, kind=kind, at=at, data=data)
    shown = Announcement(audience=audience, number=number, kind=kind, at=canonical.instant(at), data=data)
    transaction.on_commit(lambda: hub.publish(audience, number, shown.as_json()))
    return number


def _next(audience: str) -> int:
    """Take the next number and the counter's lock in one statement: every client of a hall waits for it."""
    table = connection.ops.quote_name(LiveCounter._meta.db_table)  # noqa: SLF001 - where Django documents it
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (audience, last) VALUES (%s, 1) "  # noqa: S608 - the name is our own table's
            f"ON CONFLICT (audience) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [audience],
        )
        return int(cursor.fetchone()[0])


def since(audience: str, number: int, limit: int = MAX_CATCH_UP) -> list[Announcement]:
    """Return the events after a number, in order."""
    rows = LiveEvent.objects.filter(audience=audience, number__gt=number).order_by("number")[:limit]
    return [
        Announcement(audience=audience, number=r.number, kind=r.kind, at=canonical.instant(r.at), data=r.data)
        for r in rows
    ]


def last_number(audience: str) -> int:
    """Return the newest number of an audience, 0 when nothing was said."""
    return LiveCounter.objects.filter(audience=audience).values_list("last", flat=True).first() or 0


def lot_audience(lot: uuid.UUID, part: str) -> str:
    """Return the audience of one part of a lot's hall."""
    return f"hall:{lot}:{part}"
