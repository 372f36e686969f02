"""Reads bid documents in a process of its own, which a hostile file may kill: that file is named, the next is read."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitoring.domain.documents.contents import Document, Image, Passage, Table
from monitoring.domain.metadata import Metadata

GIVEN_UP_MOST = 5
"""Files of one bidder that may end the reader before its others are left unread; nobody blinds the rest."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: whose it is, under which name it is told, where it lies; `why` if it cannot be opened."""

    bidder: str
    name: str
    path: Path
    why: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost: its size in MiB, processor seconds, memory of the reader in MiB."""

    largest: int = 128
    seconds: int = 120
    memory: int = 3072


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read, its hash, and the parts of it that could not be."""

    document: Document
    sha256: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that could not be read, and why; it proves nothing against anybody."""

    bidder: str
    name: str
    code: str
    why: str


def read(
    sources: Sequence[Source], limits: Limits, progress: Callable[[int], object]
) -> tuple[list[ReadFile], list[UnreadFile]]:
    """Read files and the files in zips; `progress` is told how many sources are begun."""
    read_files: list[ReadFile] = []
    unread = [UnreadFile(one.bidder, one.name, "no_file", one.why) for one in sources if one.why]
    jobs = [one for one in sources if not one.why]
    job = leaf = 0
    given_up: Counter[str] = Counter()
    while job < len(jobs):
        name, pending = "", True
        for line in _run(jobs, job, leaf, limits):
            if "at" in line:
                job, leaf, name = line["at"]
                pending = True
                progress(min(job + 1, len(jobs)))
            else:
                _take(line, jobs[job], name, read_files, unread)
                pending = False
        if job >= len(jobs):
            break
        bidder = jobs[job].bidder
        unread.append(_lost(jobs[job], name if pending else "", "killed"))
        job, leaf = (job, leaf + 1) if pending and leaf >= 0 else (job + 1, 0)
        given_up[bidder] += 1
        if given_up[bidder] < GIVEN_UP_MOST:
            continue
        if leaf and not name:  # a file by itself, which was named above; of an archive more may be left
            job, leaf = job + 1, 0
        while job < len(jobs) and jobs[job].bidder == bidder:
            unread.append(_lost(jobs[job], "", "too_many"))
            job, leaf = job + 1, 0
    return read_files, unread


_LOST = {
    "killed": "cannot read: it ended the reader by its use of memory or time",
    "too_many": "not read: too many files of this bidder ended the reader before",
}


def _lost(source: Source, inner: str, code: str) -> UnreadFile:
    return UnreadFile(source.bidder, _name(source, inner), code, _LOST[code])


def _name(source: Source, inner: str) -> str:
    return f"{source.name}/{inner}" if inner else source.name


def _run(jobs: Sequence[Source], job: int, leaf: int, limits: Limits) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "monitoring.cli.compare_worker", str(job), str(leaf)]
    command += [str(limits.largest), str(limits.seconds), str(limits.memory)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command,
        cwd=Path(__file__).resolve().parents[2],
        env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        if reader.stdin is None or reader.stdout is None:
            raise AssertionError("a process with pipes has both ends")
        with reader.stdin as sent:
            sent.write(json.dumps([str(each.path.resolve()) for each in jobs]).encode())
        for line in reader.stdout:
            if line.endswith(b"\n"):
                yield json.loads(line)


def _take(
    line: dict[str, Any], source: Source, inner: str, read_files: list[ReadFile], unread: list[UnreadFile]
) -> None:
    name = _name(source, inner)
    if "unread" in line:
        unread.append(UnreadFile(source.bidder, name, line["unread"], line["why"]))
        return
    document = Document(
        source.bidder,
        name,
        Metadata(**line["metadata"]),
        passages=tuple(Passage(where, text) for where, text in line["passages"]),
        tables=tuple(Table(where, tuple(tuple(row) for row in rows)) for where, rows in line["tables"]),
        images=tuple(Image(digest, size, where) for digest, size, where in line["images"]),
        properties=tuple((key, value) for key, value in line["properties"]),
    )
    read_files.append(ReadFile(document, line["sha256"], tuple(line["faults"])))
