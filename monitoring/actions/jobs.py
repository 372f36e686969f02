"""Long work that is owed: asked in the database, handed to a worker when due, and asked again until it is done."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kernel import wakeup
from monitoring.models import Job, ScreenRun

LEASE = timedelta(minutes=10)
"""So long a worker may take before the work is handed out once more; doing it twice changes nothing."""
SOON = timedelta(seconds=2)
NIGHT_HOUR = 2
"""From this hour of the Chinese day on all opened lots are scored again."""
MAX_BACKOFF = timedelta(minutes=10)


class NotYetError(Exception):
    """The work cannot be done yet, through nobody's fault; the message says what it waits for."""


def ask(kind: Job.Kind, lot_id: uuid.UUID | None, *, key: str, now: datetime) -> None:
    """Owe a piece of work; asked again while a worker has it in hand, or after it was done, it is done once more."""
    row, made = Job.objects.get_or_create(
        key=f"{kind}:{key}",
        defaults={"kind": kind, "lot_id": lot_id, "asked_at": now, "asked": 1, "next_at": now},
    )
    if not made:
        Job.objects.filter(pk=row.pk).update(asked=F("asked") + 1, asked_at=now)
        Job.objects.filter(pk=row.pk, done_at__isnull=False).update(
            done_at=None, next_at=now, attempts=0, error=""
        )
    transaction.on_commit(wakeup.ticker.set)


def due_nights(*, now: datetime, limit: int) -> Iterable[date]:  # noqa: ARG001 - a due source's signature
    """Return this night, from its hour on, until it is owed: a process that was down at that hour misses nothing."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    owed = Job.objects.filter(key=f"{Job.Kind.NIGHT}:{local.date().isoformat()}").exists()
    opened = local.hour >= NIGHT_HOUR and not owed and ScreenRun.objects.exists()
    return [local.date()] if opened else []


def due(*, now: datetime, limit: int) -> Iterable[int]:
    """Return the work that no worker has in hand."""
    rows = Job.objects.filter(done_at__isnull=True, next_at__lte=now).order_by("next_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def lease(job_id: int, *, now: datetime) -> bool:
    """Take a due piece of work in hand for a while; False when another one has it."""
    rows = Job.objects.filter(pk=job_id, done_at__isnull=True, next_at__lte=now)
    return bool(rows.update(next_at=now + LEASE))


def finish(job: Job, *, now: datetime) -> bool:
    """Note that the work is done; when it was asked again meanwhile it is due at once, and this returns False."""
    rows = Job.objects.filter(pk=job.pk, done_at__isnull=True)
    if rows.filter(asked=job.asked).update(done_at=now, error=""):
        return True
    rows.update(next_at=now)
    return False


def wait(job_id: int, why: str, *, now: datetime) -> None:
    """Ask again soon: what the work needs is not there yet."""
    Job.objects.filter(pk=job_id, done_at__isnull=True).update(next_at=now + SOON, error=why)


def put_off(job_id: int, error: Exception, *, now: datetime) -> None:
    """Ask again later, each time later, because the work failed."""
    row = Job.objects.get(pk=job_id)
    pause = min(timedelta(seconds=2 ** min(row.attempts + 1, 10)), MAX_BACKOFF)
    Job.objects.filter(pk=job_id, done_at__isnull=True).update(
        attempts=row.attempts + 1, next_at=now + pause, error=f"{type(error).__name__}: {error}"
    )
