"""The process that reads bid documents for `compare`: paths on its standard input, a JSON line a file on its output.

Arguments: number of the first path, of the first file in it, largest file in MiB, processor seconds a file, memory in
MiB. Before each file it says `{"at": [path, file, name]}` (file -1: the path is being opened), so that whoever waits
knows which file ended the process; one past the last path means that all is done.
"""

import io
import json
import resource
import signal
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from monitoring.cli.compare_extracting import Found, extract
from monitoring.domain.metadata import MIB, UnreadableError

ENTRIES = 2000
"""Files of one zip; a bid has dozens."""
DEPTH = 2
"""A zip, and zips inside it; deeper nesting has no honest use and is how bombs are built."""
UNPACKED = 16
"""So many times the largest file may the files of one zip unpack to together."""
WAIT = 10
"""So many times its processor time may a file take by the clock, on a machine that has other work."""


def main(arguments: Sequence[str]) -> None:
    """Read every path from the given place on, within the given limits."""
    job, leaf, largest, seconds, memory = map(int, arguments)
    for what, wanted in ((resource.RLIMIT_AS, memory * MIB), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(what, (limit, limit))
    paths = json.load(sys.stdin)
    for index in range(job, len(paths)):
        _read(index, Path(paths[index]), leaf if index == job else 0, largest * MIB, seconds)
    _begin(len(paths), 0, "", seconds)


def _read(index: int, path: Path, skip: int, largest: int, seconds: int) -> None:
    _begin(index, -1, "", seconds)
    number = -1
    try:
        for number, (name, data) in enumerate(_leaves(path, largest)):
            if number >= skip:
                _begin(index, number, name, seconds)
                _tell(_line(data, largest))
    except MemoryError:
        _begin(index, number + 1, "", seconds)
        _tell({"unread": "too_large", "why": "cannot read: it wants more memory than allowed"})
    except (OSError, zipfile.BadZipFile, ValueError, RuntimeError, EOFError) as error:
        _begin(index, number + 1, "", seconds)
        _tell({"unread": "broken", "why": f"cannot read: {error}"})


_Leaf = tuple[str, Callable[[], bytes]]


def _leaves(path: Path, largest: int) -> Iterator[_Leaf]:
    """Yield (name inside, reader) of a file: one for docx, xlsx and pdf, one for each file of a zip."""
    budget = [UNPACKED * largest]
    with path.open("rb") as file:
        if not _is_zip(file):
            yield "", lambda: _whole(path, largest)
            return
        with zipfile.ZipFile(file) as outer:
            yield from _entries(outer, "", largest, budget, DEPTH)


def _is_zip(file: IO[bytes]) -> bool:
    """Say whether a stream is a zip of files, and no office document, which is a zip of its own parts."""
    plain = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    if not plain:
        return False
    try:
        with zipfile.ZipFile(file) as parts:
            return "_rels/.rels" not in parts.NameToInfo
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return False  # it is then refused as what it claims to be
    finally:
        file.seek(0)


def _entries(
    outer: zipfile.ZipFile, prefix: str, largest: int, budget: list[int], depth: int
) -> Iterator[_Leaf]:
    entries = [entry for entry in outer.infolist() if not entry.is_dir()]
    if len(entries) > ENTRIES:
        yield prefix, lambda: _fail("bomb", f"a zip of more than {ENTRIES} files")
        return
    for entry in sorted(entries, key=lambda entry: (_decoded(entry), entry.header_offset)):
        name = prefix + _decoded(entry)
        try:
            data = _unpacked(outer, entry, largest, budget)
        except UnreadableError as error:
            yield name, partial(_raise, error)
            continue
        inner = io.BytesIO(data)
        if not _is_zip(inner):
            yield name, partial(bytes, data)
        elif depth <= 1:
            yield name, lambda: _fail("bomb", f"zips nested deeper than {DEPTH}")
        else:
            with zipfile.ZipFile(inner) as deeper:
                yield from _entries(deeper, f"{name}/", largest, budget, depth - 1)


def _unpacked(outer: zipfile.ZipFile, entry: zipfile.ZipInfo, largest: int, budget: list[int]) -> bytes:
    most = min(largest, budget[0])
    try:
        with outer.open(entry) as stream:
            data = stream.read(most + 1)
    except Exception as error:
        code = "encrypted" if entry.flag_bits & 1 else "broken"
        raise UnreadableError(code, f"the zip does not give it: {error}") from error
    if len(data) > most:
        raise UnreadableError("bomb", f"it unpacks to more than the {most} bytes that are allowed")
    budget[0] -= len(data)
    return data


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; Chinese systems write names without the mark of UTF-8 in GBK."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return entry.filename


def _whole(path: Path, largest: int) -> bytes:
    with path.open("rb") as file:
        return file.read(largest + 1)  # one byte more than may be read tells that there are too many


def _fail(code: str, why: str) -> bytes:
    raise UnreadableError(code, why)


def _raise(error: UnreadableError) -> bytes:
    raise error


def _line(data: Callable[[], bytes], largest: int) -> Found:
    try:
        return extract(data(), largest=largest)
    except MemoryError:
        return {"unread": "too_large", "why": "cannot read: it wants more memory than allowed"}
    except UnreadableError as error:
        return {"unread": error.code, "why": str(error)}


def _begin(job: int, leaf: int, name: str, seconds: int) -> None:
    """Name what comes next and set the time it has; the signals end the process, no parser can catch them."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * WAIT)
    _tell({"at": [job, leaf, name]})


def _tell(line: Found) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 - this is how the process answers


if __name__ == "__main__":
    main(sys.argv[1:])
