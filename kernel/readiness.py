"""Whether this process may serve: database, clock, log, witnesses and disk, measured now."""

import shutil
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from kernel import clock, clock_alarms, log, witnesses
from kernel.models import LogCheckpoint, LogCosignature

LOG_TICKS_LATE = 6
DISK_FREE_LEAST = 0.15


def report(*, now: datetime) -> dict[str, Any]:
    """Return what was measured; `ready` is the verdict. A missing witness delays and does not count against it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ready": False, "database": {"good": False}}
    parts = {
        "database": {"good": True},
        "clock": _clock(),
        "log": _log(now),
        "disk": {"good": _disk_is_free()},
    }
    ready = all(part["good"] for part in parts.values())
    return {"ready": ready, **parts, "witnesses": _witnesses()}


def _clock() -> dict[str, Any]:
    health = clock.health()
    good = health.good and clock_alarms.open_alarm() is None
    return {"good": good, "reason": health.reason, "seconds": round(health.seconds, 3)}


def _log(now: datetime) -> dict[str, Any]:
    newest = LogCheckpoint.objects.order_by("-size").first()
    if newest is None:
        return {"good": False, "age_seconds": None}
    age = max(0.0, (now - newest.at).total_seconds())
    return {"good": age <= LOG_TICKS_LATE * settings.LOG_TICK_SECONDS, "age_seconds": round(age, 1)}


def _witnesses() -> dict[str, Any]:
    wanted = sorted(witnesses.policy(settings.WITNESS_POLICY).witnesses) if settings.WITNESS_POLICY else []
    newest = log.newest_cosigned()
    rows = LogCosignature.objects.filter(checkpoint_id=newest) if newest else LogCosignature.objects.none()
    signed = sorted(rows.values_list("witness", flat=True))
    return {"good": set(wanted) <= set(signed), "wanted": wanted, "cosigned": signed}


def _disk_is_free() -> bool:
    usage = shutil.disk_usage(settings.HOME)
    return usage.free >= usage.total * DISK_FREE_LEAST
