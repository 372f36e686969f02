"""Sealing a bid into files on the bidder's machine, and opening a part again with its key."""

import io
import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bidding.domain import opening, parts as inside, statements
from bidding.domain.notice import OPENING, Notice, Reading
from bidding.domain.parts import Context, FileFact, PartError
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import PartFact, ShareFact, Statement
from bidding.sealing import custodians, parts
from bidding.sealing.streams import Digest, Settled, whole_file, write_all
from bidding.sealing.suites import ContainerError, suite_of
from kernel.domain import canonical

SMALL_PART_BYTES = 16 * 1024 * 1024
Progress = Callable[[int, int], None]


class SealingError(ValueError):
    """A bid that cannot be sealed as asked; the message says what to mend."""


class LostContainerError(ValueError):
    """The stored bytes are not those that the bidder stated: nothing is said about the bid itself."""


class KeyDiffersError(ValueError):
    """The key is not the one whose recipient the bidder stated."""


class MalformedPartError(ValueError):
    """The stated bytes open with the stated key, and what is in them is not the stated part."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed bid: its statement, yet unsigned, its secrets, and its files below the folder."""

    statement: dict[str, Any]
    keys: dict[str, str] = field(repr=False)
    files: tuple[FileFact, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    statement: Statement
    part: str
    known_bytes: bool


@dataclass(slots=True)
class _Job:
    notice: Notice
    folder: Path
    total: int
    report: Progress | None
    done: int = 0

    def add(self, count: int) -> None:
        """Count bytes read or written; padding comes on top of the total and is not shown."""
        self.done = min(self.done + count, self.total)
        if self.report is not None:
            self.report(self.done, self.total)


def seal_bid(
    reading: Reading,
    *,
    bidder: str,
    files: Mapping[str, Mapping[str, Path]],
    folder: Path,
    supersedes: str | None,
    client_time: datetime,
    progress: Progress | None = None,
) -> Sealed:
    """Seal a bid's files (part -> name -> path) into an empty folder and return its statement and secrets.

    The folder gets one container a part and one file a share, named as the seal record names them. Raises
    SealingError for a notice that has a problem, for missing parts or for unreadable opening fields, PartError
    for files that cannot stand in a part or change meanwhile; then nothing in the folder may be used.
    `progress` gets bytes done and in all.
    """
    notice = _trusted(reading)
    if set(files) != set(notice.parts):
        raise SealingError(f"the notice asks for the parts {', '.join(notice.parts)}")
    _check_opening(files[OPENING])
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SealingError(
            f"{folder} is not empty; seal into a new folder, so that old and new are not mixed"
        )
    total = sum(path.stat().st_size for named in files.values() for path in named.values())
    job = _Job(notice, folder, 2 * total, progress)
    bid = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    nonce = secrets.token_bytes(statements.NONCE_BYTES)
    keys: dict[str, str] = {}
    facts: list[PartFact] = []
    written: list[FileFact] = []
    for name in notice.parts:
        context = Context(notice.tender, notice.lot, bid, bidder, canonical.b64(nonce), name)
        keys[name] = suite_of(notice.suite).new_key()
        fact, share_files = _seal_part(job, context, keys[name], files[name])
        facts.append(fact)
        written += [FileFact(statements.container_name(name), fact.sha256, fact.length), *share_files]
    statement = statements.build_statement(
        notice,
        bid=bid,
        bidder=bidder,
        nonce=nonce,
        parts=facts,
        supersedes=supersedes,
        client_time=client_time,
    )
    return Sealed(statement, keys, tuple(sorted(written, key=lambda one: inside.sort_key(one.name))))


def open_part(
    container: Path,
    key: str,
    statement: Statement,
    part: str,
    *,
    target: Path | None = None,
    known_bytes: bool = False,
) -> tuple[FileFact, ...]:
    """Open a part with its key, check all of it against the statement, and return its files.

    With `target` the files are written into that new folder, which appears only when everything held; without
    it nothing is written, which is how a client checks that its key opens its own bid. Raises
    LostContainerError, KeyDiffersError or MalformedPartError: each has another consequence.

    The content is held against the statement's `inner`, which fixes every byte of it. With `known_bytes` the
    container's own hash is not computed while all goes well: for a caller who compared it on storing, or who
    opens its own bid.
    """
    with _new_folder(target) as folder:
        store = None if folder is None else _into(folder)
        return _open(container, key, _Wanted(statement, part, known_bytes), store)


def read_part(container: Path, key: str, statement: Statement, part: str) -> dict[str, bytes]:
    """Return name -> content of a small part, checked as `open_part` does."""
    if statement.part(part).length > SMALL_PART_BYTES:
        raise ValueError(f"the part {part!r} is too long to be read into memory")
    held: dict[str, io.BytesIO] = {}

    @contextmanager
    def store(fact: FileFact) -> Iterator[BinaryIO]:
        held[fact.name] = io.BytesIO()
        yield held[fact.name]

    _open(container, key, _Wanted(statement, part, known_bytes=False), store)
    return {name: content.getvalue() for name, content in held.items()}


def _trusted(reading: Reading) -> Notice:
    if reading.notice is None or reading.problems:
        reasons = "; ".join(f"{one.rule} {one.facts.get('why', one.reason)}" for one in reading.problems)
        raise SealingError(f"nothing is sealed to this notice: {reasons}")
    return reading.notice


def _check_opening(files: Mapping[str, Path]) -> None:
    path = files.get(inside.OPENING_FIELDS_NAME)
    if path is None:
        raise SealingError(f"the opening part needs {inside.OPENING_FIELDS_NAME}")
    try:
        opening.read_fields(path.read_bytes())
    except ShapeError as error:
        raise SealingError(f"{inside.OPENING_FIELDS_NAME} cannot be read at the opening: {error}") from error


def _seal_part(
    job: _Job, context: Context, key: str, files: Mapping[str, Path]
) -> tuple[PartFact, list[FileFact]]:
    suite, recipient = suite_of(job.notice.suite), suite_of(job.notice.suite).recipient(key)
    source = parts.PartSource(context, secrets.token_bytes(inside.SALT_BYTES), parts.measure(files, job.add))
    with Digest() as digest, whole_file(job.folder / statements.container_name(context.part)) as file:

        def sink(view: memoryview) -> Settled:
            hashed = digest.update(view)
            write_all(file, view)
            job.add(len(view))
            return (hashed,)

        suite.seal(source, sink, recipient)
        length, sha256 = digest.length, digest.hexdigest()
    shares, written = {}, []
    for role, one in custodians.deal(key, job.notice, context).items():
        name = statements.share_name(context.part, role)
        shares[role] = ShareFact(share=one.share, file=canonical.sha256(one.file))
        written.append(FileFact(name, shares[role].file, len(one.file)))
        (job.folder / name).parent.mkdir(parents=True, exist_ok=True)
        with whole_file(job.folder / name) as file:
            write_all(file, one.file)
    fact = PartFact(context.part, sha256, length, recipient, inside.inner_hash(source.manifest), shares)
    return fact, written


def _open(container: Path, key: str, wanted: _Wanted, store: parts.Store | None) -> tuple[FileFact, ...]:
    statement, part, stated = wanted.statement, wanted.part, wanted.statement.part(wanted.part)
    suite = suite_of(statement.notice.suite)
    if suite.recipient(key) != stated.recipient:
        raise KeyDiffersError(f"the key is not the one that the bidder stated for {part!r}")
    if container.stat().st_size != stated.length:
        raise LostContainerError(f"the stored {part!r} has another length than stated")
    length = statements.content_length(part, stated.length, statement.notice)
    with Digest() as digest, container.open("rb") as file:

        def observe(view: memoryview) -> Settled:
            return () if wanted.known_bytes else (digest.update(view),)

        try:
            pieces = suite.open(file, key, observe)
            found = parts.unpack(pieces, length, statement.context(part), stated.inner, store)
        except (ContainerError, PartError) as error:
            if _sha256(container) != stated.sha256:
                raise LostContainerError(f"the stored {part!r} is not the stated bytes") from error
            raise MalformedPartError(f"the part {part!r} is not what was stated: {error}") from error
        if not wanted.known_bytes and digest.hexdigest() != stated.sha256:
            raise LostContainerError(f"the stored {part!r} is not the stated bytes")
    return found


def _sha256(path: Path) -> str:
    with Digest() as digest, path.open("rb", buffering=0) as file:
        while block := file.read(parts.BLOCK):
            digest.update(block).result()
        return digest.hexdigest()


def _into(folder: Path) -> parts.Store:
    @contextmanager
    def store(fact: FileFact) -> Iterator[BinaryIO]:
        path = folder / fact.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb", buffering=0) as file:
            yield file

    return store


@contextmanager
def _new_folder(target: Path | None) -> Iterator[Path | None]:
    """Give a folder that takes its name only when the block ends well; None gives None."""
    if target is None:
        yield None
        return
    if target.exists():
        raise FileExistsError(f"{target} is there already; name a new folder")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    temporary.mkdir(parents=True)
    try:
        yield temporary
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary)
        raise
