"""Parts as zip files of one canonical form, written and read as streams: no file is ever whole in memory.

Every byte but the contents follows from the manifest, so a reader renders the form anew and compares.
Each entry: method stored, version 20, flag 11 (UTF-8 names), 1980-01-01 00:00, no extra field, no comment.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bidding.domain import parts as inside
from bidding.domain.parts import MANIFEST_NAME, PAD_NAME, Context, FileFact, PartError
from bidding.sealing.streams import Block, Digest, Lane, Ring, Settled, Sink, fill, write_all
from kernel.domain import canonical

BLOCK = 1024 * 1024
MANIFEST_BYTES_MOST = 16 * 1024 * 1024
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _UTF8, _STORED, _MIDNIGHT, _FIRST_OF_1980 = 20, 0x0800, 0, 0, 0x0021
_CRC_PLACE = slice(14, 18)
_ZEROS = bytes(BLOCK)

Store = Callable[[FileFact], AbstractContextManager[BinaryIO | None]]
Pieces = Iterator[tuple[memoryview, Block]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A file as it was read: its fact, its CRC-32, and the marks by which a later change is noticed."""

    fact: FileFact
    path: Path
    crc: int
    marks: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    length: int
    crc: int

    @property
    def local(self) -> bytes:
        name = self.name.encode("utf-8")
        common = (_VERSION, _UTF8, _STORED, _MIDNIGHT, _FIRST_OF_1980, self.crc, self.length, self.length)
        return _LOCAL.pack(b"PK\x03\x04", *common, len(name), 0) + name

    def central(self, offset: int) -> bytes:
        name = self.name.encode("utf-8")
        common = (_VERSION, _UTF8, _STORED, _MIDNIGHT, _FIRST_OF_1980, self.crc, self.length, self.length)
        return _CENTRAL.pack(b"PK\x01\x02", _VERSION, *common, len(name), 0, 0, 0, 0, 0, offset) + name


def measure(files: Mapping[str, Path], progress: Callable[[int], None] | None = None) -> list[Measured]:
    """Read every file once for its SHA-256, CRC-32 and length; name -> path in, sorted by name out.

    Raises PartError for names that cannot stand in a part; OSError for a file that cannot be read.
    """
    inside.check_names(files)
    ring, names = Ring(BLOCK), sorted(files, key=inside.sort_key)
    with Digest() as digest:
        return [_measure(name, files[name], ring, digest, progress) for name in names]


class PartSource:
    """The bytes of a part's zip, to be read once; `length` is known before, `manifest` is what it begins with."""

    def __init__(self, context: Context, salt: bytes, files: Sequence[Measured]) -> None:
        self._files = sorted(files, key=lambda one: inside.sort_key(one.fact.name))
        self.manifest = inside.manifest(context, salt, [one.fact for one in self._files])
        rendered = canonical.to_bytes(self.manifest)
        entries = [_Entry(MANIFEST_NAME, len(rendered), zlib.crc32(rendered))]
        entries += [_Entry(one.fact.name, one.fact.length, one.crc) for one in self._files]
        bare = _length([*entries, _Entry(PAD_NAME, 0, 0)])
        self.length = inside.padded_length(context.part, bare)
        pad = self.length - bare
        entries.append(_Entry(PAD_NAME, pad, _crc_of_zeros(pad)))
        self._segments = self._render(entries, rendered, pad)

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer from the zip; returns 0 at its end, raises PartError when a file has changed."""
        view = memoryview(buffer)
        for segment in self._segments:
            count: int = segment(view)
            if count:
                return count
        return 0

    def _render(
        self, entries: Sequence[_Entry], manifest: bytes, pad: int
    ) -> Iterator[Callable[[memoryview], int]]:
        """Yield readers until each is empty: headers and contents, zeros, central directory."""
        yield from _of_bytes(entries[0].local + manifest)
        for entry, measured in zip(entries[1:-1], self._files, strict=True):
            yield from _of_bytes(entry.local)
            yield from _of_file(measured)
        yield from _of_bytes(entries[-1].local)
        yield from _of_zeros(pad)
        yield from _of_bytes(_tail(entries))


def unpack(
    pieces: Pieces, length: int, context: Context, inner: str, store: Store | None = None
) -> tuple[FileFact, ...]:
    """Read a decrypted part of `length` bytes, check its whole form, and hand each file to `store`.

    Raises PartError at the first byte that departs from the form which the manifest demands; what `store`
    was given until then must not be used.
    """
    if not inside.is_step(context.part, length):
        raise PartError(f"no part has a padded length of {length} bytes")
    cursor = _Cursor(pieces)
    first, rendered = _read_manifest(cursor)
    files = inside.read_manifest(rendered, context, inner)
    entries = [first]
    bare = _length([first, *(_Entry(one.name, one.length, 0) for one in files), _Entry(PAD_NAME, 0, 0)])
    if inside.padded_length(context.part, bare) != length:
        raise PartError("the part has another length than its content demands")
    with Digest() as digest, Lane("write") as lane:
        for fact in files:
            with nullcontext(None) if store is None else store(fact) as target:
                entries.append(_read_file(cursor, fact, digest, _writer(lane, target)))
    entries.append(_read_pad(cursor, length - bare))
    if cursor.take(len(_tail(entries))) != _tail(entries) or not cursor.at_end():
        raise PartError("the part's directory is not what its entries demand, or something follows it")
    return files


class _Cursor:
    """Takes bytes from a stream of pieces, copying only what is small."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._view = memoryview(b"")
        self._block: Block | None = None

    def spans(self, length: int) -> Iterator[tuple[memoryview, Block]]:
        """Yield the next `length` bytes as views with the blocks that hold them."""
        while length:
            block = self._fill()
            count = min(length, len(self._view))
            view, self._view = self._view[:count], self._view[count:]
            length -= count
            yield view, block

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes."""
        return b"".join(bytes(view) for view, _ in self.spans(length))

    def at_end(self) -> bool:
        """Tell whether nothing is left; reads the stream to its authenticated end."""
        return not self._view and all(not view for view, _ in self._pieces)

    def _fill(self) -> Block:
        while not self._view or self._block is None:
            found = next(self._pieces, None)
            if found is None:
                raise PartError("the part ends too early")
            self._view, self._block = found
        return self._block


def _measure(
    name: str, path: Path, ring: Ring, digest: Digest, progress: Callable[[int], None] | None
) -> Measured:
    crc = length = 0
    with path.open("rb", buffering=0) as file:
        marks = _marks(path)
        while True:
            block = ring.take()
            count = fill(file, block.view)
            if not count:
                break
            view = block.view[:count]
            block.lend([digest.update(view)])
            crc, length = zlib.crc32(view, crc), length + count
            if progress is not None:
                progress(count)
    return Measured(FileFact(name, digest.hexdigest(), length), path, crc, marks)


def _marks(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _of_bytes(data: bytes) -> Iterator[Callable[[memoryview], int]]:
    held = memoryview(data)

    def read(view: memoryview) -> int:
        nonlocal held
        count = min(len(view), len(held))
        view[:count], held = held[:count], held[count:]
        return count

    while held:
        yield read


def _of_zeros(length: int) -> Iterator[Callable[[memoryview], int]]:
    left = length

    def read(view: memoryview) -> int:
        nonlocal left
        count = min(len(view), left, BLOCK)
        view[:count] = _ZEROS[:count]
        left -= count
        return count

    while left:
        yield read


def _of_file(measured: Measured) -> Iterator[Callable[[memoryview], int]]:
    """Yield a reader of exactly the measured bytes; raises PartError when the file is another one by now."""
    left = measured.fact.length
    with measured.path.open("rb", buffering=0) as file:

        def read(view: memoryview) -> int:
            nonlocal left
            count = file.readinto(view[: min(len(view), left)]) or 0
            left -= count
            return count

        before = -1
        while left and left != before:
            before = left
            yield read
    if left or _marks(measured.path) != measured.marks:
        raise PartError(f"{measured.path.name} was changed while it was being sealed; begin again")


def _crc_of_zeros(length: int) -> int:
    crc = 0
    for start in range(0, length, BLOCK):
        crc = zlib.crc32(_ZEROS[: min(BLOCK, length - start)], crc)
    return crc


def _length(entries: Sequence[_Entry]) -> int:
    locals_ = sum(len(one.local) + one.length for one in entries)
    return locals_ + sum(len(one.central(0)) for one in entries) + _END.size


def _tail(entries: Sequence[_Entry]) -> bytes:
    offset, records = 0, []
    for one in entries:
        records.append(one.central(offset))
        offset += len(one.local) + one.length
    directory = b"".join(records)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), offset, 0)
    return directory + end


def _read_manifest(cursor: _Cursor) -> tuple[_Entry, bytes]:
    size = _LOCAL.size + len(MANIFEST_NAME)
    head = cursor.take(size)
    length = _LOCAL.unpack(head[: _LOCAL.size])[7]
    if length > MANIFEST_BYTES_MOST:
        raise PartError("the part's manifest is too long")
    data = cursor.take(length)
    entry = _Entry(MANIFEST_NAME, length, zlib.crc32(data))
    if head != entry.local:
        raise PartError("the part does not begin with its manifest")
    return entry, data


def _writer(lane: Lane, target: BinaryIO | None) -> Sink:
    def write(view: memoryview) -> Settled:
        return () if target is None else (lane.do(write_all, target, view),)

    return write


def _read_file(cursor: _Cursor, fact: FileFact, digest: Digest, write: Sink) -> _Entry:
    stated = _read_local(cursor, fact.name, fact.length)
    crc = 0
    written: Settled = ()
    try:
        for view, block in cursor.spans(fact.length):
            written = write(view)
            block.lend([digest.update(view), *written])
            crc = zlib.crc32(view, crc)
    finally:
        wait(written)
    for one in written:
        one.result()
    if digest.hexdigest() != fact.sha256 or crc != stated.crc:
        raise PartError(f"{fact.name!r} is not the file that the manifest names")
    return stated


def _read_pad(cursor: _Cursor, length: int) -> _Entry:
    stated = _read_local(cursor, PAD_NAME, length)
    crc = 0
    for view, _ in cursor.spans(length):
        if view.tobytes() != bytes(len(view)):
            raise PartError("the padding is not made of zeros")
        crc = zlib.crc32(view, crc)
    if crc != stated.crc:
        raise PartError("the padding has a wrong checksum")
    return stated


def _read_local(cursor: _Cursor, name: str, length: int) -> _Entry:
    head = cursor.take(len(_Entry(name, length, 0).local))
    entry = _Entry(name, length, int.from_bytes(head[_CRC_PLACE], "little"))
    if head != entry.local:
        raise PartError(f"the entry {name!r} is not in the canonical form")
    return entry
