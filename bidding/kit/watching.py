"""Doing what is due for as long as the office is open: custodians on their lots, contributors on their draws."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bidding.kit import answers, closings, custodians, draws, keeping
from bidding.kit.errors import KitError, UsageError
from bidding.kit.keeping import Case
from bidding.kit.session import Kit
from kernel.domain import canonical

Done = dict[str, Any]
Step = Callable[[Kit], Iterator[tuple[str, Callable[[], Done]]]]
DRAFT = "draft"
BEING_OPENED = frozenset({"published", "closed", "opening"})


def custody(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Give keys, report, release and open withheld values on all lots of this custodian, as they become due."""
    kit.passphrases.strong()
    return _watch(kit, options, _custody_due)


def draws_(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Commit to and reveal values of all draws of this contributor, as they become due."""
    kit.passphrases.strong()
    return _watch(kit, options, _draws_due)


def _watch(kit: Kit, options: argparse.Namespace, due: Step) -> dict[str, Any]:
    """Do what is due again and again; what fails is said, counted and tried again, and stops nothing else."""
    done: list[Done] = []
    failed: dict[str, int] = {}
    kit.console.say("watching", seconds=options.interval)
    with _until_stopped() as stopped:
        while True:
            for name, act in _found(kit, due, failed):
                try:
                    done.append({"act": name, **act()})
                    failed.pop(name, None)
                except KitError as error:
                    _note(kit, name, error, failed)
            if options.once or stopped.wait(options.interval):
                break
    kit.console.say("watched", done=len(done), failed=len(failed))
    if options.once and failed:
        raise KitError("watch_failed", more={"done": done}, names=", ".join(sorted(failed)))
    return {"done": done, "failed": failed}


def _found(kit: Kit, due: Step, failed: dict[str, int]) -> list[tuple[str, Callable[[], Done]]]:
    try:
        found = list(due(kit))
    except UsageError:
        raise
    except KitError as error:
        _note(kit, "look", error, failed)
        return []
    failed.pop("look", None)
    return found


def _note(kit: Kit, name: str, error: KitError, failed: dict[str, int]) -> None:
    """Say a failure when it is new; afterwards only count it."""
    failed[name] = failed.get(name, 0) + 1
    if failed[name] == 1:
        kit.console.warn("watch_trouble", name=name)
        kit.console.failed(error)


def _custody_due(kit: Kit) -> Iterator[tuple[str, Callable[[], Done]]]:
    for row in answers.items(kit.server.get("/api/custody"), "custody"):
        lot, status = answers.text(row, "lot"), answers.text(row, "status")
        if keeping.key_is_wanted(row) and status == DRAFT:
            yield f"custodian-key {lot}", _giving_key(kit, lot, answers.text(row, "role"))
        deadline = answers.maybe_text(row, "deadline")
        if deadline is None or status not in BEING_OPENED:
            continue
        Case(kit, lot).note_deadline(canonical.parse_instant(deadline))
        if canonical.parse_instant(deadline) <= kit.now():
            yield from _opening_due(kit, lot)
    for row in draws.waiting_rows(kit):
        if answers.flag(row, "may_open") and answers.rows(row, "escrow"):
            yield f"draw-open {row.get('draw')}", _bound(draws.open_one, kit, row)


def _opening_due(kit: Kit, lot: str) -> Iterator[tuple[str, Callable[[], Done]]]:
    """Yield the report while it is wanted, then the release; nothing before the closing list is witnessed."""
    answer = custodians.fetch(kit, lot)
    if not closings.is_logged(answer):
        return
    if answer.get("release") is None:
        if custodians.report_is_due(Case(kit, lot), answer):
            yield f"ready {lot}", lambda: custodians.report(custodians.examine(kit, answer, lot))
    elif not answers.flag(answer, "release_given"):
        yield f"release {lot}", lambda: custodians.give_shares(custodians.examine(kit, answer, lot))


def _draws_due(kit: Kit) -> Iterator[tuple[str, Callable[[], Done]]]:
    for row in draws.waiting_rows(kit):
        if answers.flag(row, "may_commit"):
            yield f"draw-commit {row.get('draw')}", _bound(draws.commit_one, kit, row)
        if answers.flag(row, "may_reveal"):
            yield f"draw-reveal {row.get('draw')}", _bound(draws.reveal_one, kit, row)


def _giving_key(kit: Kit, lot: str, role: str) -> Callable[[], Done]:
    return lambda: custodians.send_key(Case(kit, lot), role)


def _bound(act: Callable[[Kit, Done], Done], kit: Kit, row: Done) -> Callable[[], Done]:
    return lambda: act(kit, row)


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Give an event that the signals to stop set, so that an act in hand is finished first."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {which: signal.getsignal(which) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        for which in before:
            signal.signal(which, lambda *_: stopped.set())
        yield stopped
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
