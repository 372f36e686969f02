"""The only reader of the clock: monotonic time plus the offset to the database's clock, and its health."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from django.conf import settings

from kernel import timemachine

SAMPLE_SECONDS = 1.0
STALE_SECONDS = 5.0
LIMIT_SECONDS = 0.5
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the clock may decide a bid; `reason` is a code, `seconds` the measured difference or age."""

    good: bool
    reason: str = ""
    seconds: float = 0.0


class Clock:
    """Monotonic time plus an offset that a sampler keeps right; without a sampler, the system's clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = time.time() - time.monotonic()
        self._sampled_at: float | None = None
        self._fault = Health(good=True)

    def now(self) -> datetime:
        """Return the instant, aware, in UTC, in the moved world if there is one."""
        return datetime.fromtimestamp(time.monotonic() + self._offset, UTC) + timemachine.offset()

    def sample(self, database_seconds: float, monotonic: float) -> Health:
        """Take one reading of the database's clock at a monotonic instant; returns the health after it."""
        offset = database_seconds - monotonic
        system = time.time() - time.monotonic()
        with self._lock:
            jump = abs(offset - self._offset) if self._sampled_at is not None else 0.0
            if jump > LIMIT_SECONDS:
                self._fault = Health(good=False, reason="jump", seconds=jump)
            elif abs(offset - system) > LIMIT_SECONDS:
                self._fault = Health(good=False, reason="differs", seconds=abs(offset - system))
            else:
                self._fault = Health(good=True)
                self._offset = offset
            self._sampled_at = monotonic
        return self.health()

    def health(self) -> Health:
        """Return whether the last sample was good and is young enough."""
        if not self._fault.good or self._sampled_at is None:
            return self._fault
        age = time.monotonic() - self._sampled_at
        return Health(good=age <= STALE_SECONDS, reason="stale" if age > STALE_SECONDS else "", seconds=age)

    def reset(self) -> None:
        """Accept the system's clock as it is now: the answer of the two people who resolve an alarm."""
        with self._lock:
            self._offset = time.time() - time.monotonic()
            self._sampled_at = None
            self._fault = Health(good=True)


_clock = Clock()
now = _clock.now
health = _clock.health
reset = _clock.reset


class Sampler(threading.Thread):
    """Samples the database's clock every second on a connection of its own."""

    def __init__(self) -> None:
        super().__init__(name="clock", daemon=True)
        self._stop = threading.Event()
        self._connection: psycopg.Connection | None = None

    def run(self) -> None:
        """Sample until stopped; a failed sample only lets the last one grow old."""
        while not self._stop.is_set():
            try:
                self.sample_once()
            except (psycopg.Error, OSError):
                log.warning("the database's clock cannot be sampled", exc_info=True)
                self._connection = None
            self._stop.wait(SAMPLE_SECONDS)

    def sample_once(self) -> None:
        """Take one sample, its instant the middle of the round trip."""
        before = time.monotonic()
        seconds = self._database_seconds()
        _clock.sample(seconds, (before + time.monotonic()) / 2)

    def stop(self) -> None:
        """Ask the thread to end and close its connection."""
        self._stop.set()
        if self._connection is not None:
            self._connection.close()

    def _database_seconds(self) -> float:
        config = settings.DATABASES["default"]
        if not config["ENGINE"].endswith("postgresql"):
            return time.time()
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                dbname=config["NAME"],
                user=config["USER"] or None,
                password=config["PASSWORD"] or None,
                host=config["HOST"] or None,
                port=config["PORT"] or None,
                autocommit=True,
                connect_timeout=2,
            )
        row = self._connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        if row is None:
            raise OSError("the database gave no time")
        return float(row[0])
