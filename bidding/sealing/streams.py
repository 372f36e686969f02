"""Reusable blocks and background hashing, so that gigabytes pass at disk speed through a few megabytes."""

import hashlib
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

BLOCK_COUNT = 3


class Source(Protocol):
    """Anything that fills a buffer: a binary file, a pipe, a part that is being zipped."""

    def readinto(self, buffer: Any, /) -> int | None:
        """Write bytes into the buffer and return how many; 0 at the end."""


class Reader(Source, Protocol):
    """A buffered binary file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; fewer only at the end."""

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return bytes up to a line's end, at most `size`."""


Settled = Sequence["Future[Any]"]
Sink = Callable[[memoryview], Settled]


class Block:
    """A buffer that is used again only when all who still read it are done."""

    __slots__ = ("_readers", "buffer", "view")

    def __init__(self, size: int) -> None:
        self.buffer = bytearray(size)
        self.view = memoryview(self.buffer)
        self._readers: list[Future[Any]] = []

    def lend(self, readers: Settled) -> None:
        """Keep the buffer unchanged until these are done."""
        self._readers.extend(readers)

    def settle(self) -> None:
        """Wait for all readers; raises what one of them raised."""
        readers, self._readers = self._readers, []
        for reader in readers:
            reader.result()


class Ring:
    """A few blocks in rotation, made when they are first needed."""

    def __init__(self, size: int, count: int = BLOCK_COUNT) -> None:
        self._size, self._count = size, count
        self._blocks: deque[Block] = deque()

    def take(self) -> Block:
        """Return a block that nobody reads: a new one, or the one that was used longest ago."""
        full = len(self._blocks) == self._count
        block = self._blocks.popleft() if full else Block(self._size)
        self._blocks.append(block)
        block.settle()
        return block

    def settle(self) -> None:
        """Wait until no block is read any more."""
        for block in self._blocks:
            block.settle()


class Lane:
    """A thread that does what it is given, in order, while the caller goes on."""

    def __init__(self, name: str) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def do(self, work: Callable[..., Any], *given: Any) -> "Future[Any]":
        """Begin after what was given before; buffers must stay unchanged until the future is done."""
        return self._worker.submit(work, *given)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown()


class Digest(Lane):
    """SHA-256 in a thread of its own; `update` returns at once."""

    def __init__(self) -> None:
        super().__init__("sha256")
        self._hash = hashlib.sha256()
        self.length = 0

    def update(self, view: memoryview | bytes) -> "Future[Any]":
        """Add bytes; the buffer must stay unchanged until the returned future is done."""
        self.length += len(view)
        return self.do(self._hash.update, view)

    def hexdigest(self) -> str:
        """Return the digest of all that was added, and begin anew."""
        found: str = self.do(self._hash.hexdigest).result()
        self._hash, self.length = hashlib.sha256(), 0
        return found


def fill(source: Source, view: memoryview) -> int:
    """Read until the view is full or the source ends; returns the number of bytes."""
    done = source.readinto(view) or 0
    while 0 < done < len(view):
        more = source.readinto(view[done:]) or 0
        if not more:
            break
        done += more
    return done


def write_all(file: BinaryIO, view: memoryview | bytes) -> None:
    """Write every byte, also to an unbuffered file, which may take less than it is offered."""
    done = file.write(view)
    while done < len(view):
        done += file.write(view[done:])


@contextmanager
def whole_file(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Give an unbuffered temporary file beside `path` that takes its name only when the block ends well.

    After a failure nothing is left: no reader can mistake half a file for a whole one.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
