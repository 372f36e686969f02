"""Tasks that only an operator can do, raised once and shown until done."""

from datetime import datetime
from typing import Any

from kernel.models import OperatorTask


def raise_once(key: str, kind: str, facts: dict[str, Any], *, now: datetime) -> bool:
    """Raise a task unless its key exists; returns whether it is new."""
    _, made = OperatorTask.objects.get_or_create(
        key=key, defaults={"kind": kind, "facts": facts, "raised_at": now}
    )
    return made


def finish(key: str, *, by: str, now: datetime) -> bool:
    """Close an open task; returns False when it was closed already."""
    return bool(OperatorTask.objects.filter(key=key, done_at__isnull=True).update(done_at=now, done_by=by))


def open_tasks() -> list[OperatorTask]:
    """Return the open tasks, oldest first."""
    return list(OperatorTask.objects.filter(done_at__isnull=True).order_by("raised_at", "pk"))
