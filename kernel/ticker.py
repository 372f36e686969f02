"""The ticker: claims due rows, advances each by compare-and-swap, relays the outbox; one leader of a name at a time."""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections

from kernel import clock, leader, outbox, wakeup

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.25
LIMIT = 100
MAIN = "ticker"
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DueSource:
    """Rows that time advances: `find(now, limit)` gives keys, `advance(key, now)` re-checks and moves one.

    `advance` must be idempotent: it takes its row with compare-and-swap and writes the nominal instant.
    """

    name: str
    find: Callable[..., Iterable[Hashable]]
    advance: Callable[..., object]


class Ticker(threading.Thread):
    """The loop of one process; only the leader's loop works. The one named `ticker` also relays the outbox.

    What may wait for the outside, such as mail, goes into a loop of another name, and delays no deadline.
    """

    def __init__(self, sources: Sequence[DueSource], name: str = MAIN) -> None:
        super().__init__(name=name, daemon=True)
        self._sources = sources
        self._wake = wakeup.ticker if name == MAIN else threading.Event()
        self._stop = threading.Event()
        self._resting: dict[tuple[str, Hashable], float] = {}

    def run(self) -> None:
        """Work until stopped."""
        with leader.Election(self.name) as election:
            while not self._stop.is_set():
                try:
                    close_old_connections()
                    if election.leads():
                        self.work()
                except Exception:
                    logger.exception("the loop %s failed a round", self.name)
                self._wake.wait(POLL_SECONDS)
                self._wake.clear()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()
        self._wake.set()

    def work(self) -> int:
        """Advance all that is due once, and relay the outbox; returns how many rows moved."""
        moved = sum(self._source(source) for source in self._sources)
        return moved + (outbox.relay(now=clock.now()) if self.name == MAIN else 0)

    def _source(self, source: DueSource) -> int:
        try:
            keys = list(source.find(now=clock.now(), limit=LIMIT))
        except Exception:
            logger.exception("due source %s", source.name)
            return 0
        return sum(self._advance(source, key, clock.now()) for key in keys)

    def _advance(self, source: DueSource, key: Hashable, now: datetime) -> bool:
        place = (source.name, key)
        if self._resting.get(place, 0.0) > time.monotonic():
            return False
        try:
            source.advance(key, now=now)
        except Exception:
            logger.exception("%s %s could not advance", source.name, key)
            self._resting[place] = time.monotonic() + RETRY_SECONDS
            return False
        self._resting.pop(place, None)
        return True
