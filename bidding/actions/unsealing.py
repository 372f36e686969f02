"""Opening a container with its rebuilt key: streamed to the store, checked to its last byte, never whole in memory."""

import hashlib
import io
import logging
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from bidding.domain import opening, statements
from bidding.domain.faults import Content
from bidding.domain.notice import OPENING
from bidding.domain.parts import OPENING_FIELDS_NAME, FileFact, PartError
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import Statement
from bidding.sealing import parts
from bidding.sealing.streams import Block, Settled, write_all
from bidding.sealing.suites import ContainerError, suite_of
from kernel import storage


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What a container held: whether the store's bytes were the stated ones, its content, the plain zip's blob."""

    intact: bool
    content: Content
    plain_sha256: str = ""
    fields: dict[str, Any] | None = None


logger = logging.getLogger(__name__)
_OF_THE_BYTES = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, struct.error)
"""What bytes may cause in a reader, ContainerError and PartError among them: it concerns one bid, never the lot."""
LOST = Unsealed(intact=False, content=Content.MALFORMED)
MALFORMED = Unsealed(intact=True, content=Content.MALFORMED)
Pieces = Iterator[tuple[memoryview, Block]]


def unseal(statement: Statement, part: str, key: str) -> Unsealed:
    """Decrypt a part into the store and check all of it against the statement; the same part gives the same blob."""
    stated = statement.part(part)
    try:
        source = storage.path(stated.sha256).open("rb")
    except FileNotFoundError:
        return LOST
    folder = Path(settings.HOME) / "uploads"
    with source, tempfile.NamedTemporaryFile(dir=folder, prefix=".plain-") as plain:
        seen = _Seen(plain)
        try:
            seen.unpack(source, statement, part, key)
        except _OF_THE_BYTES as error:
            if not isinstance(error, ContainerError | PartError):
                logger.exception("bid %s: part %s fails the reader", statement.bid, part)
            return MALFORMED if _sha256(source) == stated.sha256 else LOST
        if seen.sealed.hexdigest() != stated.sha256:
            return LOST
        plain_sha256 = seen.plain.hexdigest()
        _keep(plain, plain_sha256)
    if part != OPENING:
        return Unsealed(intact=True, content=Content.WELL_FORMED, plain_sha256=plain_sha256)
    try:
        fields = opening.read_fields(seen.opening.getvalue())
    except ShapeError:
        return Unsealed(intact=True, content=Content.FIELDS_UNREADABLE, plain_sha256=plain_sha256)
    return Unsealed(intact=True, content=Content.WELL_FORMED, plain_sha256=plain_sha256, fields=fields)


class _Seen:
    """Follows a container as it is read: its hash, the plain zip written and hashed, the opening fields kept."""

    def __init__(self, target: Any) -> None:
        self.sealed, self.plain = hashlib.sha256(), hashlib.sha256()
        self.opening = io.BytesIO()
        self._target = target

    def unpack(self, source: io.BufferedReader, statement: Statement, part: str, key: str) -> None:
        """Read it all; raises ContainerError or PartError at the first thing that is not as stated."""
        stated = statement.part(part)
        length = statements.content_length(part, stated.length, statement.notice)
        pieces = suite_of(statement.notice.suite).open(source, key, self._observe)
        parts.unpack(self._tee(pieces), length, statement.context(part), stated.inner, self._store)

    def _observe(self, view: memoryview) -> Settled:
        self.sealed.update(view)
        return ()

    def _tee(self, pieces: Pieces) -> Pieces:
        for view, block in pieces:
            self.plain.update(view)
            write_all(self._target, view)
            yield view, block

    @contextmanager
    def _store(self, fact: FileFact) -> Iterator[BinaryIO | None]:
        yield self.opening if fact.name == OPENING_FIELDS_NAME else None


def _keep(plain: Any, sha256: str) -> None:
    """Move the plain zip into the store, its bytes synced first."""
    plain.flush()
    os.fsync(plain.fileno())
    if not storage.exists(sha256):
        kept = Path(f"{plain.name}.kept")
        os.link(plain.name, kept)
        storage.adopt(kept, sha256)


def _sha256(source: io.BufferedReader) -> str:
    source.seek(0)
    return hashlib.file_digest(source, "sha256").hexdigest()
