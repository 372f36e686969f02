"""Writes BagIt 1.0 bags and plain zips in their one form: sorted, stored, without times; equal facts, equal bytes."""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BLOCK = 1 << 20
ZIP64 = (1 << 31) - 1
"""Above this a length or a place is written in the long form (PKWARE APPNOTE 4.5.3)."""
_DAY_ONE = 0x21
"""1980-01-01, the first day that a zip can name."""
_UNIX, _MODE, _STORED, _UTF8 = 0x314, 0o600 << 16, 20, 0x800
_LONG = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the store that goes into the bag as it lies there."""

    path: Path
    length: int


Source = bytes | Stored


def length_of(source: Source) -> int:
    """Return how many bytes a source has."""
    return len(source) if isinstance(source, bytes) else source.length


def write(target: BinaryIO, folder: str, payload: Mapping[str, Source], info: Mapping[str, str]) -> str:
    """Write a bag whose payload files are named below `data/` into a seekable file; returns its SHA-256.

    `info` are the lines of bag-info.txt beside Payload-Oxum. Sources are read once and never held whole in memory.
    Raises ValueError when a stored file has another length than its source says.
    """
    total = sum(length_of(source) for source in payload.values())
    lines = {**info, "Payload-Oxum": f"{total}.{len(payload)}"}
    tags: dict[str, Source] = {
        "bag-info.txt": "".join(f"{name}: {lines[name]}\n" for name in sorted(lines)).encode(),
        "bagit.txt": DECLARATION,
    }
    archive = _Zip(target)
    hashes = {name: archive.add(f"{folder}/{name}", tags[name]) for name in sorted(tags)}
    found = {
        f"data/{name}": archive.add(f"{folder}/data/{name}", payload[name]) for name in _by_bytes(payload)
    }
    manifest = _manifest(found)
    hashes["manifest-sha256.txt"] = archive.add(f"{folder}/manifest-sha256.txt", manifest)
    archive.add(f"{folder}/tagmanifest-sha256.txt", _manifest(hashes))
    archive.close()
    return _sha256(target)


def archive(target: BinaryIO, files: Mapping[str, Source]) -> str:
    """Write a plain zip in the same form into a seekable file, its entries sorted by name; returns its SHA-256."""
    written = _Zip(target)
    for name in _by_bytes(files):
        written.add(name, files[name])
    written.close()
    return _sha256(target)


def _sha256(target: BinaryIO) -> str:
    digest = hashlib.sha256()
    target.seek(0)
    while piece := target.read(BLOCK):
        digest.update(piece)
    return digest.hexdigest()


def _by_bytes(names: Mapping[str, object]) -> list[str]:
    return sorted(names, key=str.encode)


def _manifest(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{hashes[name]}  {name}\n" for name in _by_bytes(hashes)).encode()


class _Zip:
    """A zip that is written entry by entry; lengths are known before, checksums are put in behind."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._directory: list[bytes] = []

    def add(self, name: str, source: Source) -> str:
        """Write one entry; returns the SHA-256 of its content."""
        place, length = self._target.tell(), length_of(source)
        self._target.write(_local(name, 0, length))
        digest, crc, seen = hashlib.sha256(), 0, 0
        for piece in pieces(source):
            digest.update(piece)
            crc, seen = zlib.crc32(piece, crc), seen + len(piece)
            self._target.write(piece)
        if seen != length:
            raise ValueError(f"{name}: {seen} bytes where {length} were stored")
        end = self._target.tell()
        self._target.seek(place)
        self._target.write(_local(name, crc, length))
        self._target.seek(end)
        self._directory.append(_central(name, crc, length, place))
        return digest.hexdigest()

    def close(self) -> None:
        """Write the directory."""
        place = self._target.tell()
        directory = b"".join(self._directory)
        self._target.write(directory)
        self._target.write(_end(len(self._directory), len(directory), place))
        self._target.truncate()


def pieces(source: Source) -> Iterator[bytes]:
    """Yield the content of a source piece by piece."""
    if isinstance(source, bytes):
        yield source
        return
    with source.path.open("rb") as file:
        while piece := file.read(BLOCK):
            yield piece


def _common(name: str, crc: int, length: int) -> tuple[int, ...]:
    size = _LONG if length > ZIP64 else length
    flags = 0 if name.isascii() else _UTF8
    return (flags, 0, 0, _DAY_ONE, crc, size, size, len(name.encode()))


def _local(name: str, crc: int, length: int) -> bytes:
    long = length > ZIP64
    more = struct.pack("<HHQQ", 1, 16, length, length) if long else b""
    needed = 45 if long else _STORED
    head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", needed, *_common(name, crc, length), len(more))
    return head + name.encode() + more


def _central(name: str, crc: int, length: int, place: int) -> bytes:
    long = [length, length] if length > ZIP64 else []
    long += [place] if place > ZIP64 else []
    more = struct.pack(f"<HH{len(long)}Q", 1, 8 * len(long), *long) if long else b""
    made, needed = (_UNIX + 25, 45) if long else (_UNIX, _STORED)
    at = _LONG if place > ZIP64 else place
    common = _common(name, crc, length)
    head = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", made, needed, *common, len(more), 0, 0, 0, _MODE, at)
    return head + name.encode() + more


def _end(count: int, size: int, place: int) -> bytes:
    found = b""
    if count >= 0xFFFF or size > ZIP64 or place > ZIP64:
        found = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, place)
        found += struct.pack("<4sIQI", b"PK\6\7", 0, place + size, 1)
        count, size, place = min(count, 0xFFFF), min(size, _LONG), min(place, _LONG)
    return found + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, place, 0)
