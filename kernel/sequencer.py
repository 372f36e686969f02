"""The sequencer: at a fixed tick it moves waiting journal entries into the log, one leaf a tick, full or empty."""

import logging
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, transaction

from kernel import clock, journal, leader, log
from kernel.domain import leaves
from kernel.models import JournalPending, LogEntry, LogTick, LotGate

logger = logging.getLogger(__name__)


def tick(*, now: datetime) -> LogTick:
    """Write one batch, its leaf and a signed checkpoint in one transaction; returns the tick."""
    with transaction.atomic():
        index = log.size()
        secret = secrets.token_bytes(32)
        placed = _place(index)
        values = leaves.batch_values(secret, {e.position: bytes.fromhex(e.hash) for e in placed})
        row = LogTick.objects.create(index=index, at=now, secret=secret, root=leaves.batch_root(values))
        LogEntry.objects.bulk_create(placed)
        JournalPending.objects.filter(entry_id__in=[e.journal_id for e in placed]).delete()
        log.append_node(index)
        log.sign_checkpoint(index + 1, now=now)
    log.write_tiles(index + 1)
    return row


def _place(index: int) -> list[LogEntry]:
    waiting = [
        p.entry
        for p in JournalPending.objects.select_related("entry").order_by("entry_id")[: leaves.POSITIONS]
    ]
    lots = {e.lot_id for e in waiting if e.lot_id is not None}
    gates = LotGate.objects.filter(lot_id__in=lots, closing__isnull=False)
    closed = dict(gates.values_list("lot_id", "closing_id"))
    positions = secrets.SystemRandom().sample(range(leaves.POSITIONS), len(waiting))
    heads: dict[str, tuple[int, str]] = {}
    placed = []
    for entry, position in zip(waiting, positions, strict=True):
        chain = journal.chain_name(entry, closed)
        seq, prev = heads.get(chain) or _head(chain)
        found = log.entry_of(entry, chain, seq, prev)
        digest = found.hash(bytes(entry.salt)).hex()
        heads[chain] = (seq + 1, digest)
        placed.append(
            LogEntry(
                journal=entry,
                chain=chain,
                seq=seq,
                prev=prev,
                hash=digest,
                tick_id=index,
                position=position,
            )
        )
    return placed


def _head(chain: str) -> tuple[int, str]:
    last = LogEntry.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").first()
    return (last[0] + 1, last[1]) if last else (0, leaves.NO_PREVIOUS)


class Sequencer(threading.Thread):
    """Ticks by the clock while this process leads; near a published deadline it ticks faster."""

    def __init__(self, deadlines_near: Callable[[datetime, timedelta], bool]) -> None:
        super().__init__(name="sequencer", daemon=True)
        self._near = deadlines_near
        self._stop = threading.Event()
        self.after_tick: list[Callable[[], None]] = []

    def run(self) -> None:
        """Tick until stopped; a failed tick is logged and the next one tries again."""
        with leader.Election("sequencer") as election:
            due = time.monotonic()
            while not self._stop.is_set():
                if election.leads():
                    self._tick_once()
                due = max(due + self._period(), time.monotonic())
                self._stop.wait(due - time.monotonic())

    def stop(self) -> None:
        """Ask the thread to end after the tick in hand."""
        self._stop.set()

    def _tick_once(self) -> None:
        try:
            close_old_connections()
            tick(now=clock.now())
        except Exception:
            logger.exception("the log missed a tick")
            return
        for told in self.after_tick:
            told()

    def _period(self) -> float:
        if settings.LOG_TICK_SECONDS <= settings.LOG_TICK_NEAR_SECONDS:
            return float(settings.LOG_TICK_SECONDS)
        try:
            near = self._near(clock.now(), timedelta(minutes=settings.LOG_NEAR_MINUTES))
        except Exception:
            logger.exception("cannot tell whether a deadline is near")
            near = True
        return float(settings.LOG_TICK_NEAR_SECONDS if near else settings.LOG_TICK_SECONDS)


def waiting(lots: Iterable[uuid.UUID]) -> bool:
    """Tell whether acts of these lots still wait for the log."""
    return JournalPending.objects.filter(lot_id__in=list(lots)).exists()
