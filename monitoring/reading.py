"""Reads the makers of opened documents in a process of its own, which a hostile file may kill and nothing else."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from monitoring.domain.authorship import BidDocument
from monitoring.domain.metadata import Metadata

logger = logging.getLogger(__name__)
CPU_SECONDS = 60
WALL_SECONDS = 90.0
"""For one run of the reader; a file that costs more is given up and the run goes on behind it."""
DOCUMENTS_MOST = 2000
GIVEN_UP_MOST = 20
"""Files of one zip: so many are read, and so many may end the reader, before the rest is left unread."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of a bid whose metadata could not be read, and why; it proves nothing against anybody."""

    bidder: str
    name: str
    code: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Return it as the regulator's record keeps it."""
        return {"bidder": self.bidder, "name": self.name, "code": self.code, "why": self.why}


@dataclass(frozen=True, slots=True)
class Read:
    """The metadata of the bids' files, and the files that could not be read."""

    documents: tuple[BidDocument, ...]
    unread: tuple[Unread, ...]


def bid_documents(parts: Mapping[str, Path]) -> Read:
    """Return the metadata of every file in the opened parts (bidder -> plain zip)."""
    documents: list[BidDocument] = []
    unread: list[Unread] = []
    for bidder, path in sorted(parts.items()):
        for name, found, code, why in _read(path, inside=True):
            if found is not None:
                documents.append(BidDocument(bidder, name, found))
            else:
                unread.append(Unread(bidder, name, code, why))
    return Read(tuple(documents), tuple(unread))


def issued_documents(paths: list[Path]) -> tuple[Metadata, ...]:
    """Return the metadata of the files that came with the tender document, as far as they can be read."""
    return tuple(found for path in paths for _, found, _, _ in _read(path, inside=False) if found is not None)


_Line = tuple[str, Metadata | None, str, str]


def _read(path: Path, *, inside: bool) -> Iterator[_Line]:
    """Yield (name, metadata or None, code, reason) of a file, or of each file inside a zip.

    The reader writes each line before it touches the next file, so the one that ended it is the one behind the
    last line; the next run begins after it.
    """
    done = given_up = 0
    while True:
        lines, ended = _run(path, done, inside=inside)
        for line in lines:
            yield _parsed(line)
        done += len(lines)
        if not ended:
            return
        given_up += 1
        done += 1
        yield ("", None, "killed", f"file {done} ended the reader: {ended}")
        if given_up == GIVEN_UP_MOST or done >= DOCUMENTS_MOST:
            yield ("", None, "too_many", f"the files after number {done} were not read")
            return


def _run(path: Path, skip: int, *, inside: bool) -> tuple[list[str], str]:
    """Return the lines of one run and how it was ended, "" when it came to its own end."""
    command = [sys.executable, "-m", "monitoring.cli", "metadata", str(path)]
    command += ["--skip", str(skip), "--most", str(DOCUMENTS_MOST), "--seconds", str(CPU_SECONDS)]
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - our own program, the path is one of the store
        [*command, *(["--inside"] if inside else [])],
        cwd=settings.BASE_DIR,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as reader:
        try:
            out, err = reader.communicate(timeout=WALL_SECONDS)
            ended = "" if reader.returncode == 0 else f"it ended with code {reader.returncode}"
        except subprocess.TimeoutExpired:
            reader.kill()
            out, err = reader.communicate()
            ended = f"it took more than {WALL_SECONDS:.0f} s"
    if ended:
        took = time.monotonic() - started
        logger.warning("reading %s: %s after %.1f s: %s", path.name, ended, took, err.decode()[-500:])
    whole, _, _ = out.decode().rpartition("\n")
    return [line for line in whole.split("\n") if line], ended


def _parsed(line: str) -> _Line:
    value = json.loads(line)
    if "metadata" in value:
        return value["name"], Metadata(**value["metadata"]), "", ""
    return value["name"], None, value["unread"], value["why"]
