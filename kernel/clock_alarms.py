"""What happens when the clock cannot be trusted: an alarm, held seals, and two people who resolve it."""

from datetime import datetime

from django.db import transaction

from kernel import clock, journal
from kernel.domain.refusals import Refused, RefusedError
from kernel.models import ClockAlarm


def is_open() -> bool:
    """Tell whether new seals are to be held: an alarm stands, or this process's clock is in doubt now."""
    return not clock.health().good or ClockAlarm.objects.filter(resolved_at__isnull=True).exists()


def open_alarm() -> ClockAlarm | None:
    """Return the alarm that stands."""
    return ClockAlarm.objects.filter(resolved_at__isnull=True).order_by("raised_at").first()


def due(*, now: datetime, limit: int) -> list[str]:  # noqa: ARG001 - a due source's signature
    """Return what to raise: the doubt of this process's clock, unless an alarm stands."""
    health = clock.health()
    return [] if health.good or open_alarm() is not None else [health.reason]


def raise_alarm(reason: str, *, now: datetime) -> None:
    """Write an alarm down, once."""
    with transaction.atomic():
        if open_alarm() is not None:
            return
        row = ClockAlarm.objects.create(reason=reason, seconds=clock.health().seconds, raised_at=now)
        journal.record(
            "kernel:clock:alarm",
            actor=journal.SYSTEM,
            at=now,
            payload={"alarm": row.pk, "reason": reason, "seconds": f"{row.seconds:.3f}"},
        )


def resolve(alarm_id: int, resolution: str, *, actor: str, now: datetime) -> bool:
    """Give one of two words that resolve an alarm; returns True when it is resolved by this one.

    The first word states the reason, the second must be another seat's. Raises RefusedError.
    """
    with transaction.atomic():
        row = ClockAlarm.objects.select_for_update().get(pk=alarm_id)
        if row.resolved_at is not None:
            return False
        if not resolution.strip():
            raise RefusedError(Refused("D-07", "reason_missing", {}))
        if not row.first_by:
            row.first_by, row.resolution = actor, resolution.strip()
            row.save(update_fields=["first_by", "resolution"])
            return False
        if row.first_by == actor:
            raise RefusedError(Refused("A-07", "four_eyes", {"by": actor}))
        row.resolved_by, row.resolved_at = actor, now
        row.save(update_fields=["resolved_by", "resolved_at"])
        journal.record(
            "kernel:clock:resolved",
            actor=actor,
            at=now,
            payload={"alarm": row.pk, "first": row.first_by, "reason": row.resolution},
        )
    clock.reset()
    return True
