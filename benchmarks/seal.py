"""Sealing and opening one large file, against the age command line on the same bytes.

Prints JSON lines: each pair, then the medians. Speed is counted per container byte: sealing pads, and hashes
the file and the container beside encrypting it; opening checks all of that again.

    python -m benchmarks.seal [--bytes 1073741824] [--pairs 5] [--folder DIR]
"""

import argparse
import multiprocessing
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.report import emit
from bidding.domain import statements
from bidding.domain.statements import Statement
from bidding.sealing import age, seal
from tests.domain import sealing_world

MIB = 1024 * 1024
BLOCK = bytes(range(256)) * 4096


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bytes", type=int, default=1024 * MIB)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    if shutil.which("age") is None:
        emit("seal", skipped="the age command line is not installed")
        return 1
    with tempfile.TemporaryDirectory(prefix="seal-bench-", dir=chosen.folder) as name:
        report(Path(name), chosen.bytes, chosen.pairs)
    return 0


def report(folder: Path, size: int, pairs: int) -> None:
    source = folder / "file.bin"
    with source.open("wb") as file:
        for start in range(0, size, len(BLOCK)):
            file.write(start.to_bytes(8, "big") + BLOCK[8 : min(len(BLOCK), size - start)])
    found: dict[str, list[dict[str, Any]]] = {"seal": [], "open": []}
    for number in range(pairs + 1):
        for name, one in pair(folder, source, number):
            emit(f"{name} pair", number=number, counted=number > 0, **one)
            if number:
                found[name].append(one)
    for name, lines in found.items():
        emit(
            name,
            bytes=size,
            pairs=pairs,
            ratio_median=statistics.median(one["ratio"] for one in lines),
            ratio_wanted=1.0,
            peak_mb=max(one["peak_mb"] for one in lines),
            peak_mb_allowed=150,
        )


def pair(folder: Path, source: Path, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one comparison each of sealing and of opening; who comes first changes from pair to pair."""
    with emptied(folder / "bid") as bid:
        recipient, theirs_age = str(age.Identity.generate().recipient), folder / "theirs.age"
        runs: dict[str, Any] = {}

        def ours_seal() -> None:
            runs["ours"] = apart(do_seal, bid, source)

        def theirs_seal() -> None:
            runs["theirs"] = command("age", "-r", recipient, "-o", str(theirs_age), str(source))

        in_turn(folder, number, ours_seal, theirs_seal)
        seconds, peak, (key, statement, container) = runs["ours"]
        length = container.stat().st_size
        yield "seal", compared(length, seconds, theirs_age.stat().st_size, runs["theirs"], peak)
        theirs_age.unlink()
        identity, target = folder / "identity.txt", folder / "theirs.zip"
        identity.write_text(f"{key}\n")

        def ours_open() -> None:
            runs["ours"] = apart(do_open, container, key, statement, bid / "out")

        def theirs_open() -> None:
            runs["theirs"] = command("age", "-d", "-i", str(identity), "-o", str(target), str(container))

        in_turn(folder, number, ours_open, theirs_open)
        seconds, peak, _ = runs["ours"]
        target.unlink()
        yield "open", compared(length, seconds, length, runs["theirs"], peak)


def in_turn(folder: Path, number: int, *runs: Callable[[], None]) -> None:
    """Run in an order that changes with the pair, each after pages for its output were used and freed."""
    for run in runs if number % 2 else reversed(runs):
        with emptied(folder / "pages") as pages, (pages / "used").open("wb") as file:
            for _ in range(1536):
                file.write(BLOCK)
        run()


def do_seal(folder: Path, source: Path) -> tuple[float, tuple[str, Statement, Path]]:
    world = sealing_world.make_world(parts=("opening", "documents"))
    start = time.perf_counter()
    sealed, statement, written = sealing_world.seal_one(
        world, folder, files={"documents": {"file.bin": source}}
    )
    seconds = time.perf_counter() - start
    container = written / statements.container_name("documents")
    return seconds, (sealed.keys["documents"], statement, container)


def do_open(container: Path, key: str, statement: Statement, target: Path) -> tuple[float, None]:
    start = time.perf_counter()
    seal.open_part(container, key, statement, "documents", target=target, known_bytes=True)
    return time.perf_counter() - start, None


def apart(work: Callable[..., tuple[float, Any]], *given: Any) -> tuple[float, int, Any]:
    """Run in a process of its own, so that its peak memory is its own; returns seconds, MB, result."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, given))


def _measured(work: Callable[..., tuple[float, Any]], given: tuple[Any, ...]) -> tuple[float, int, Any]:
    seconds, result = work(*given)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, result


def command(*words: str) -> float:
    start = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - start


def compared(our_bytes: int, ours: float, their_bytes: int, theirs: float, peak: int) -> dict[str, Any]:
    our_speed, their_speed = our_bytes / MIB / ours, their_bytes / MIB / theirs
    return {
        "seconds": ours,
        "age_seconds": theirs,
        "mib_per_second": our_speed,
        "age_mib_per_second": their_speed,
        "ratio": our_speed / their_speed,
        "peak_mb": peak,
    }


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
