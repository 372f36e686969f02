"""The command `metadata`: who made files, and with what, one JSON line a file; hostile files meet hard limits."""

import argparse
import json
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from monitoring.domain import metadata
from monitoring.domain.metadata import MIB, Limits, UnreadableError

ENTRIES = 50_000
_OWN = ("manifest.json", ".pad")
"""What a sealed part's zip holds beside the bidder's files (docs/formats.md section 4)."""


def run(arguments: Sequence[str]) -> int:
    """Read the files one after another, each line written before the next file is touched; return the exit code."""
    options = _parser().parse_args(arguments)
    _confine(options.memory, options.seconds)
    limits = Limits(file_bytes=options.largest * MIB)
    for line in islice(_lines(options.files, limits, inside=options.inside), options.skip, options.most):
        print(json.dumps(line(), ensure_ascii=True), flush=True)  # noqa: T201 - a command speaks
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli metadata",
        description="Tells what docx, xlsx and pdf files say of their making, one JSON line a file.",
    )
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="docx, xlsx or pdf")
    parser.add_argument("--inside", action="store_true", help="the files are zips: read what lies in them")
    parser.add_argument("--largest", metavar="MIB", type=int, default=128, help="of one file that is read")
    parser.add_argument("--memory", metavar="MIB", type=int, default=1536, help="that the command may use")
    parser.add_argument("--seconds", metavar="N", type=int, default=120, help="of processor time for all")
    parser.add_argument("--skip", metavar="N", type=int, default=0, help="leave out the first lines")
    parser.add_argument("--most", metavar="N", type=int, default=None, help="stop before this line")
    return parser


def _confine(memory: int, seconds: int) -> None:
    """Take from this process what a hostile file could make it use: memory and time."""
    for what, wanted in (
        (resource.RLIMIT_AS, memory * MIB),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(what, (limit, limit))


class _One:
    """One file that waits to be read; calling it gives its line."""

    def __init__(self, path: Path, name: str, limits: Limits, fault: str = "") -> None:
        self._path, self._name, self._limits, self._fault = path, name, limits, fault

    def __call__(self) -> dict[str, Any]:
        line: dict[str, Any] = {"file": str(self._path), "name": self._name}
        try:
            return line | {"metadata": asdict(metadata.read(self._data(), limits=self._limits))}
        except MemoryError:
            return line | {"unread": "too_large", "why": "cannot read: it wants more memory than allowed"}
        except UnreadableError as error:
            return line | {"unread": error.code, "why": str(error)}
        except (OSError, zipfile.BadZipFile, RuntimeError, EOFError, ValueError) as error:
            return line | {"unread": "broken", "why": f"cannot read: {error}"}

    def _data(self) -> bytes:
        if self._fault:
            raise UnreadableError("broken", self._fault)
        most = self._limits.file_bytes + 1
        if not self._name:
            with self._path.open("rb") as file:
                return file.read(most)
        with zipfile.ZipFile(self._path) as outer, outer.open(self._name) as file:
            return file.read(most)


def _lines(files: Sequence[Path], limits: Limits, *, inside: bool) -> Iterator[_One]:
    for path in files:
        if not inside:
            yield _One(path, "", limits)
            continue
        try:
            with zipfile.ZipFile(path) as outer:
                names = [one.filename for one in outer.infolist() if not one.is_dir()]
        except (OSError, zipfile.BadZipFile, ValueError, MemoryError) as error:
            yield _One(path, "", limits, f"not a sound zip: {error}")
            continue
        for name in names[:ENTRIES]:
            if name not in _OWN:
                yield _One(path, name, limits)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
