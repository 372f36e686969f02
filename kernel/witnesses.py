"""Brings each new checkpoint to the witnesses and stores what they sign; a missing one delays, never refuses."""

import logging
import threading
from functools import lru_cache
from pathlib import Path

import httpx
from django.conf import settings
from django.db import close_old_connections

from kernel import leader, log
from kernel.domain import canonical, notes
from kernel.models import LogCheckpoint

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5.0
IDLE_SECONDS = 0.5


@lru_cache(maxsize=4)
def policy(path: str) -> notes.Policy:
    """Return the policy file's content, read once."""
    return notes.Policy.parse(Path(path).read_text())


class Courier(threading.Thread):
    """Carries checkpoints to one witness and its cosignatures back."""

    def __init__(self, name: str, key: notes.VerifierKey, url: str) -> None:
        super().__init__(name=f"witness-{name}", daemon=True)
        self._witness, self._key, self._url = name, key, url.rstrip("/")
        self._known = 0
        self._done = 0
        self._stop, self._wake = threading.Event(), threading.Event()

    def run(self) -> None:
        """Carry until stopped; failures wait longer each time, up to 30 seconds."""
        pause = IDLE_SECONDS
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client, leader.Election(self.name) as election:
            while not self._stop.is_set():
                try:
                    close_old_connections()
                    if election.leads():
                        self.carry(client)
                    pause = IDLE_SECONDS
                except (httpx.HTTPError, notes.NoteError, OSError) as error:
                    logger.warning("witness %s: %s", self._witness, error)
                    pause = min(pause * 2, 30.0)
                except Exception:
                    logger.exception("witness %s", self._witness)
                    pause = min(pause * 2, 30.0)
                self._wake.wait(pause)
                self._wake.clear()

    def wake(self) -> None:
        """A new checkpoint is there."""
        self._wake.set()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()
        self._wake.set()

    def carry(self, client: httpx.Client) -> bool:
        """Bring the newest checkpoint; returns whether a new cosignature was stored."""
        newest = LogCheckpoint.objects.order_by("-size").first()
        if newest is None or newest.size <= self._done:
            return False
        for _ in range(2):
            path = [canonical.b64(step) for step in log.consistency(self._known, newest.size)]
            body = "\n".join([f"old {self._known}", *path]) + "\n\n" + newest.note
            answer = client.post(f"{self._url}/add-checkpoint", content=body.encode())
            if answer.status_code != httpx.codes.CONFLICT:
                break
            self._known = int(answer.text)
            if self._known > newest.size:
                raise notes.NoteError("the witness has seen a longer log: this store was rewound")
        answer.raise_for_status()
        note = notes.Note.parse(newest.note + answer.text)
        if note.cosigned_by(self._key) is None:
            raise notes.NoteError("the witness's cosignature does not hold")
        name, raw = next((n, r) for n, r in note.signatures if n == self._key.name)
        self._known = self._done = newest.size
        return log.add_cosignature(newest.size, self._witness, name, raw)


def couriers() -> list[Courier]:
    """Return one courier for each witness of the policy, by the URLs in its order."""
    if not settings.WITNESS_POLICY:
        return []
    found = policy(settings.WITNESS_POLICY).witnesses
    return [Courier(n, k, url) for (n, k), url in zip(found.items(), settings.WITNESS_URLS, strict=True)]
