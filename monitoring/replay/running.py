"""Runs the tenders of a file through the platform, phase by phase, and prints one line for each."""

import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from tqdm import tqdm

from kernel import timemachine
from kernel.pdf import PdfError
from monitoring.replay import finishing, judging, lots, opening, sealing
from monitoring.replay.evidence_log import EvidenceLog
from monitoring.replay.finishing import Finished
from monitoring.replay.lots import Lot
from monitoring.replay.rows import Tender
from monitoring.replay.store import Store
from monitoring.replay.world import World

AFTER_DEADLINE = timedelta(seconds=1)
VERIFIERS = 2
MINIMUM = "C-01"
PROJECT = "R000000001"


def run(store: Store, tenders: Sequence[Tender], formula: str) -> int:
    """Replay all tenders; returns 0 when every one was verified, else 1."""
    started = time.monotonic()
    call_command("migrate", verbosity=0, interactive=False)
    replay = Replay(store, formula)
    replay.publish(tenders)
    replay.seal()
    replay.open()
    replay.judge()
    good = replay.finish()
    count, seconds = sum(len(one.bids) for one in tenders), time.monotonic() - started
    tell(f"{len(tenders)} tenders, {count} bids in {seconds:.1f} s: {count / seconds:.1f} bids/s")
    return 0 if good else 1


def tell(text: str) -> None:
    """Say something on stderr without breaking a progress bar."""
    tqdm.write(text, file=sys.stderr)


class Replay:
    """One run: the world, its log, the lots, and those that went wrong."""

    def __init__(self, store: Store, formula: str) -> None:
        self._store, self._formula = store, formula
        self._world = World()
        self._world.write_trust(store)
        self._trust = self._world.trust()
        self._log = EvidenceLog(store.witnesses())
        self._lots: list[Lot] = []
        self._broken: set[str] = set()
        self._failed: set[str] = set()
        self._lines: dict[str, dict[str, Any]] = {}

    def publish(self, tenders: Sequence[Tender]) -> None:
        """Publish every tender as a lot, all at one instant."""
        project = lots.create_project(self._world, code=PROJECT)
        for one in _bar(tenders, "publishing", "lots"):
            self._lots.append(lots.publish(self._world, project, one, self._formula, self._trust))
        self._log.settle()

    def seal(self) -> None:
        """Seal every row in the order of the file."""
        turns, total = sealing.Turns(), sum(len(lot.tender.bids) for lot in self._lots)
        with tqdm(desc="sealing", total=total, unit="bids", file=sys.stderr) as bar:
            for lot in self._lots:
                self._safely(lot, lambda lot: self._seal_lot(lot, turns, bar))
        self._log.settle()

    def open(self) -> None:
        """Close all lots at T, count and open them, let the quiet times of the hall pass, sign the records."""
        self._each("closing", opening.close, at=lots.DEADLINE + AFTER_DEADLINE)
        self._log.settle()
        self._each("counting", self._count)
        checkpoint = self._log.settle()
        self._each("custodians report", lambda lot: opening.report(self._world, lot, checkpoint))
        self._each("custodians release", lambda lot: opening.release(self._world, lot, checkpoint))
        for hours in (1, 2):
            self._each("hall", opening.go_on, at=lots.DEADLINE + hours * opening.QUIET)
        self._each("records", self._sign_record)
        self._log.settle()

    def judge(self) -> None:
        """Rank every opened tender, compute its screens, compare its bids."""
        self._each("ranking", self._judge_lot)
        self._log.settle()

    def finish(self) -> bool:
        """Export and verify every tender; print its line. Returns whether all were verified."""
        good = True
        with ThreadPoolExecutor(max_workers=VERIFIERS) as pool:
            waiting: deque[Finished] = deque()
            for lot in _bar(self._lots, "dossiers", "lots"):
                found = self._finish_lot(lot)
                found.verdicts = tuple(
                    pool.submit(judging.verify, path, self._store.trust, found.receipts)
                    for path in found.dossiers
                )
                waiting.append(found)
                while len(waiting) > VERIFIERS:
                    good &= _print(waiting.popleft())
            while waiting:
                good &= _print(waiting.popleft())
        return good

    def _seal_lot(self, lot: Lot, turns: sealing.Turns, bar: Any) -> None:
        seen: Counter[str] = Counter()
        for row in lot.tender.bids:
            sealing.submit(self._world, lot, row, turns, occurrence=seen[row.bidder])
            seen[row.bidder] += 1
            bar.update()

    def _count(self, lot: Lot) -> None:
        if not opening.count(lot):
            self._failed.add(str(lot.id))

    def _sign_record(self, lot: Lot) -> None:
        try:
            opening.sign_record(self._world, lot)
        except PdfError as error:
            tell(f"tender {lot.tender.name}: its opening record is signed and not printed: {error}")

    def _judge_lot(self, lot: Lot) -> None:
        self._lines[str(lot.id)] = finishing.opened(lot, tell)

    def _finish_lot(self, lot: Lot) -> Finished:
        failed = MINIMUM if str(lot.id) in self._failed else None
        line = self._lines.get(str(lot.id)) or finishing.unopened(lot, failed=failed)
        if str(lot.id) in self._broken:
            return Finished(line, (), ())
        try:
            return finishing.finish(lot, line, self._store, self._trust)
        except Exception as error:  # noqa: BLE001 - a tender that breaks stops no other; its line says so
            self._give_up(lot, error)
            return Finished(line, (), ())

    def _each(self, what: str, act: Callable[[Lot], None], *, at: datetime | None = None) -> None:
        """Do one phase for every lot that is still to be opened."""
        if at is not None:
            timemachine.move_to(at)
        for lot in _bar(self._lots, what, "lots"):
            if str(lot.id) not in self._failed:
                self._safely(lot, act)

    def _safely(self, lot: Lot, act: Callable[[Lot], None]) -> None:
        if str(lot.id) in self._broken:
            return
        try:
            act(lot)
        except Exception as error:  # noqa: BLE001 - as below
            self._give_up(lot, error)

    def _give_up(self, lot: Lot, error: Exception) -> None:
        self._broken.add(str(lot.id))
        tell(f"tender {lot.tender.name}: {type(error).__name__}: {error}")


def _bar(things: Iterable[Any], what: str, unit: str) -> Any:
    return tqdm(things, desc=what, unit=unit, file=sys.stderr)


def _print(found: Finished) -> bool:
    """Wait for a tender's verdicts and print its line; returns whether both editions were verified."""
    verdicts = [one.result() for one in found.verdicts]
    for path, verdict in zip(found.dossiers, verdicts, strict=True):
        if not verdict.held:
            tell(f"tender {found.line['tender']}: {path.name}: {verdict.said}")
    verified = bool(verdicts) and all(verdict.held for verdict in verdicts)
    sys.stdout.write(f"{finishing.said(found.line, verified=verified)}\n")
    sys.stdout.flush()
    return verified
