"""A lot's notice as this machine believes it: fetched or read from files, checked in full, kept beside its files."""

import argparse
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidding.domain import notice as notices, parts, records
from bidding.domain.notice import SEALED, Notice, Reading
from bidding.domain.records import ReceiptError
from bidding.kit import answers, files
from bidding.kit.errors import KitError, RefusedError, Told
from bidding.kit.home import read_bytes
from bidding.kit.session import Kit
from bidding.sealing.streams import whole_file, write_all
from bidding.sealing.suites import SHAPES
from kernel.domain import canonical
from kernel.domain.refusals import Refused

NOTICE_FILE, EDITION_FILE = "notice.json", "edition.toml"
ADDENDA = "addenda"
FILES = "files"


@dataclass(frozen=True, slots=True)
class Terms:
    """A notice with its addenda as canonical bytes, what reading them gave, and what else is wrong."""

    data: bytes
    addenda: tuple[bytes, ...]
    reading: Reading
    edition: str = ""

    def good(self) -> Notice:
        """Return the notice; raises RefusedError naming every problem with its rule."""
        if self.reading.notice is None or self.reading.problems:
            refusals = [Told.of(one) for one in self.reading.problems]
            raise RefusedError("notice_bad", refusals, by="kit")
        return self.reading.notice

    def keep(self, folder: Path) -> None:
        """Write notice and addenda below a folder."""
        files.store(folder / NOTICE_FILE, self.data)
        for number, one in enumerate(self.addenda, start=1):
            files.store(folder / ADDENDA / f"{number}.json", one)
        if self.edition:
            files.store(folder / EDITION_FILE, self.edition.encode("utf-8"))


def read(
    kit: Kit,
    lot: str,
    data: bytes,
    addenda: Sequence[bytes],
    edition: str = "",
    problems: Iterable[Refused] = (),
) -> Terms:
    """Read a notice against the trust folder; one of another lot or edition is a problem like the others."""
    reading = notices.read(data, addenda, kit.trust, SHAPES)
    found = [*reading.problems, *problems]
    if reading.notice is not None:
        found += _mismatches(reading.notice, lot, edition)
    kit.console.edition = edition
    return Terms(data, tuple(addenda), Reading(reading.notice, tuple(found)), edition)


def from_files(kit: Kit, lot: str, notice: Path, addenda: Sequence[Path]) -> Terms:
    """Read a notice and its addenda from files, for sealing without a network; an edition beside it comes along."""
    edition = files.known(notice.with_name(EDITION_FILE)) or b""
    return read(
        kit, lot, read_bytes(notice), [read_bytes(one) for one in addenda], edition.decode("utf-8", "replace")
    )


def kept(kit: Kit, lot: str, folder: Path) -> Terms:
    """Read the notice that was kept in a folder."""
    known = sorted((folder / ADDENDA).glob("*.json"), key=lambda path: int(path.stem))
    return from_files(kit, lot, folder / NOTICE_FILE, known)


def answered(kit: Kit, lot: str, answer: Mapping[str, Any], evidence: Any = None) -> Terms:
    """Read the notice of an API answer; `evidence` is the proof that it is in the log, where one came along."""
    try:
        data = canonical.to_bytes(answer.get("notice"))
        addenda = [canonical.to_bytes(one) for one in answers.rows(answer, "addenda")]
    except canonical.NotCanonicalError as error:
        problem = Refused(SEALED, "notice_unreadable", {"why": str(error)})
        return Terms(b"", (), Reading(None, (problem,)))
    edition = answers.maybe_text(answer, "edition") or ""
    return read(kit, lot, data, addenda, edition, _unlogged(kit, answer.get("notice"), evidence))


def fetch(kit: Kit, lot: str, *, public: bool = False) -> Terms:
    """Fetch a lot's notice; a bidder's own token lets the platform note that the document was obtained."""
    answer = answers.mapping(kit.server.get(f"/api/lots/{lot}/notice", public=public), "answer")
    return answered(kit, lot, answer, answer.get("published", answer))


def show(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Fetch a lot's notice, addenda and files, check them all, and keep them."""
    terms = fetch(kit, options.lot, public=not kit.home.certificate.exists())
    folder = options.out or kit.home.lot(options.lot)
    notice = terms.good()
    terms.keep(folder)
    got = [_download(kit, options.lot, folder / FILES, one) for one in _documents(terms)]
    _describe(kit, notice, len(got), folder)
    return {
        "lot": notice.lot,
        "code": notice.value["code"],
        "notice": notice.hash,
        "addenda": len(notice.addenda),
        "deadline": canonical.instant(notice.deadline),
        "mode": notice.mode,
        "parts": list(notice.parts),
        "folder": str(folder),
        "files": got,
    }


def _describe(kit: Kit, notice: Notice, count: int, folder: Path) -> None:
    value = notice.value
    kit.console.say(
        "notice_good",
        code=value["code"],
        title=value["title"],
        deadline=canonical.instant(notice.deadline),
        parts=", ".join(notice.parts),
        hash=notice.hash,
        addenda=len(notice.addenda),
    )
    for one in notice.custodians:
        kit.console.say("notice_custodian", role=one.role, name=one.name, code=one.credit_code)
    kit.console.say("notice_kept", count=count, path=folder)


def _unlogged(kit: Kit, notice: Any, evidence: Any) -> Iterator[Refused]:
    """Yield what is wrong with the proof that the notice is in the log; while there is none, nothing is wrong."""
    if not isinstance(evidence, dict) or evidence.get("checkpoint") is None:
        return
    try:
        records.verify_logged(answers.mapping(notice, "notice"), evidence, kit.trust)
    except (ReceiptError, KeyError) as error:
        yield Refused(SEALED, "notice_not_logged", {"why": str(error)})


def _mismatches(notice: Notice, lot: str, edition: str) -> Iterator[Refused]:
    """Yield a problem when the notice is not of the lot that was asked for, or the rulebook not the one it froze."""
    if notice.lot != lot:
        facts = {"why": "the notice is of another lot", "wanted": lot, "found": notice.lot}
        yield Refused(SEALED, "another_lot", facts)
    found = canonical.sha256(edition.encode("utf-8"))
    if edition and notice.value["edition"]["sha256"] != found:
        facts = {"why": "the edition is not the one whose hash the notice fixes", "found": found}
        yield Refused(SEALED, "another_edition", facts)


def _documents(terms: Terms) -> list[dict[str, Any]]:
    """Return the files of notice and addenda, each name and hash once."""
    values = [canonical.from_bytes(one) for one in (terms.data, *terms.addenda)]
    found = {(one["sha256"], one["name"]): one for value in values for one in value["documents"]}
    return list(found.values())


def _download(kit: Kit, lot: str, folder: Path, document: Mapping[str, Any]) -> dict[str, Any]:
    """Fetch a file unless it is there already, and hold its bytes against the notice; returns name, hash, path."""
    name, wanted, length = document["name"], document["sha256"], document["length"]
    try:
        parts.check_names([name])
    except parts.PartError as error:
        raise KitError("file_name", name=name, why=error) from error
    path = files.folder(folder / wanted[:12]).joinpath(*name.split("/"))
    if not path.exists():
        files.folder(path.parent)
        digest, done = hashlib.sha256(), 0
        progress = kit.console.progress("downloading", name)
        with whole_file(path) as file, kit.server.download(f"/api/lots/{lot}/files/{wanted}") as answer:
            for block in answer.iter_bytes():
                digest.update(block)
                done += len(block)
                if done > length:
                    raise KitError("file_differs", name=name)
                write_all(file, block)
                progress(done, length)
            if digest.hexdigest() != wanted or done != length:
                raise KitError("file_differs", name=name)
    return {"name": name, "sha256": wanted, "path": str(path)}
