"""Waiting in real time: for a network that comes back, and for what the platform or others have still to do."""

import time
from collections.abc import Callable
from typing import TypeVar

from bidding.kit.errors import NetworkError

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
POLL_SECONDS = 0.5
Found = TypeVar("Found")


class Patience:
    """Pauses that grow, until the time for one thing is used up; progress renews it."""

    def __init__(self, seconds: float, server: str) -> None:
        self._seconds, self._server = seconds, server
        self.renew()

    def renew(self) -> None:
        """Begin anew: something went forward."""
        self._until = time.monotonic() + self._seconds
        self._pause = FIRST_PAUSE

    def wait(self, why: str, *, least: float = 0.0) -> None:
        """Pause before another attempt; raises NetworkError when there is no time left for one."""
        pause = max(self._pause, least)
        if time.monotonic() + pause > self._until:
            raise NetworkError("server_unreachable", server=self._server, why=why)
        time.sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


def until(
    seconds: float, attempt: Callable[[], Found | None], *, every: float = POLL_SECONDS
) -> Found | None:
    """Ask again and again until there is an answer; None when the seconds are over. Asks at least once."""
    end = time.monotonic() + seconds
    while True:
        found = attempt()
        left = end - time.monotonic()
        if found is not None or left <= 0:
            return found
        time.sleep(min(every, left))
