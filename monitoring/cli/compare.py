"""The command `compare`: indications under 条例40 among opened bid documents, as one canonical JSON document."""

import argparse
import csv
import io
import json
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from monitoring.cli import compare_reading, files
from monitoring.cli.bids import UnusableError
from monitoring.cli.compare_reading import Limits, ReadFile, Source, UnreadFile
from monitoring.domain.documents import contents, findings

NAMES = "names.csv"
SUFFIXES = (".zip", ".docx", ".xlsx", ".pdf")
"""What is no part of a bidder's id where a bid is one file."""
NAMES_BYTES = 2**20
FILES_MOST = 20_000


def run(arguments: Sequence[str]) -> int:
    """Read the bids in a folder, write what they share, say on stderr how much; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        bids = _bids(options.dir, [options.out, *options.tender_document])
        names = _names(options.dir / NAMES, bids)
        issued = _issued(options.tender_document)
        sources = [*issued, *(source for files_ in bids.values() for source in files_)]
        limits = Limits(options.largest, options.seconds, options.memory)
        with tqdm(total=len(sources), desc="files", file=sys.stderr) as bar:
            read, unread = compare_reading.read(sources, limits, lambda done: bar.update(done - bar.n))
        _guard(options.tender_document, read)
        document = _document(options.regime, bids, names, read, unread)
        with files.replacing(options.out) as stream:
            stream.write(_canonical(document))
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    print(_summary(document), file=sys.stderr)  # noqa: T201 - as above
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli compare",
        description="Looks for what opened bid documents share that independent ones do not (docs/flags.md); "
        "for use after the opening. A sign is a reason to look, never a verdict.",
    )
    parser.add_argument(
        "dir",
        metavar="DIR",
        type=Path,
        help=f"one folder, zip or file (docx, xlsx, pdf) a bidder, named by its id; {NAMES} may give id,name",
    )
    parser.add_argument("--out", metavar="C.json", type=Path, required=True, help="where the findings go")
    parser.add_argument(
        "--tender-document",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="what was issued to all bidders (repeat it for each file, also for a control-price file)",
    )
    parser.add_argument("--regime", choices=("T", "G"), default="T", help="whose article is cited")
    parser.add_argument("--largest", metavar="MIB", type=int, default=128, help="of one file that is read")
    parser.add_argument(
        "--seconds", metavar="N", type=int, default=120, help="of processor time for one file"
    )
    parser.add_argument("--memory", metavar="MIB", type=int, default=3072, help="that the reader may use")
    return parser


def _bids(folder: Path, apart: Sequence[Path]) -> dict[str, list[Source]]:
    """Return bidder -> files; what begins with a dot, the names, the output and the issued files are no bids."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UnusableError(f"cannot read the folder {folder}: {error.strerror}") from error
    others = {place.resolve() for path in apart for place in (path, path.with_name(f"{path.name}.part"))}
    bids: dict[str, list[Source]] = {}
    for entry in entries:
        if entry.name.startswith(".") or entry.name == NAMES or entry.resolve() in others:
            continue
        bidder = _id(entry)
        if bidder in bids:
            raise UnusableError(f"two entries of {folder} name the bidder {bidder!r}; rename one of them")
        bids[bidder] = list(_sources(bidder, entry))
    if len(bids) < 2:
        raise UnusableError(
            f"{folder} holds {len(bids)} bids; put one folder, zip or file for each of two or more"
        )
    if sum(map(len, bids.values())) > FILES_MOST:
        raise UnusableError(f"{folder} holds more than {FILES_MOST} files; that is no lot, choose one")
    return bids


def _id(entry: Path) -> str:
    is_file = not entry.is_dir() and entry.suffix.casefold() in SUFFIXES
    return entry.stem if is_file else entry.name


def _sources(bidder: str, entry: Path) -> Iterator[Source]:
    """Yield the files of a bid; a link leads who knows where and is named instead of followed."""
    if entry.is_symlink() or not entry.is_dir():
        yield _source(bidder, entry.name, entry)
        return
    for path in sorted(entry.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield _source(bidder, path.relative_to(entry).as_posix(), path)


def _source(bidder: str, name: str, path: Path) -> Source:
    is_regular = stat.S_ISREG(path.lstat().st_mode)
    return Source(bidder, name, path, "" if is_regular else "not read: it is a link or no regular file")


def _issued(paths: Sequence[Path]) -> list[Source]:
    for path in paths:
        if not path.is_file():
            raise UnusableError(f"cannot read the tender document {path}: it is no file")
    return [Source("", path.name, path) for path in sorted(paths, key=lambda path: (path.name, str(path)))]


def _guard(paths: Sequence[Path], read: Sequence[ReadFile]) -> None:
    """Refuse to go on without the text that exempts: every finding would look worse than it is."""
    if paths and not any(not one.document.bidder for one in read):
        raise UnusableError("none of the tender documents can be read; give docx, xlsx, pdf or zips of them")


def _names(path: Path, bids: dict[str, list[Source]]) -> dict[str, str]:
    """Read bidder's id -> name, where the folder gives them; an id that is no bidder is a mistake to be told."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        data = file.read(NAMES_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    names: dict[str, str] = {}
    for row in csv.reader(io.StringIO(text, newline="")):
        cells = [cell.strip() for cell in row]
        if cells[:2] == ["id", "name"] or not any(cells):
            continue
        if len(cells) < 2 or cells[0] not in bids or not cells[1]:
            raise UnusableError(f"{path} has the row {row!r}; each row is id,name with the id of a bid")
        names[cells[0]] = cells[1]
    return names


def _document(
    regime: str,
    bids: dict[str, list[Source]],
    names: dict[str, str],
    read: Sequence[ReadFile],
    unread: Sequence[UnreadFile],
) -> dict[str, Any]:
    own = [one.document for one in read if one.document.bidder]
    issued = [one.document for one in read if not one.document.bidder]
    found = findings.findings(contents.opened_lot(regime, bids, own, issued=issued, names=names))
    told = sorted((_told(one) for one in read), key=lambda one: (one["bidder"], one["file"], one["sha256"]))
    missed = sorted(
        ({"bidder": one.bidder, "file": one.name, "code": one.code, "why": one.why} for one in unread),
        key=lambda one: (one["bidder"], one["file"], one["code"], one["why"]),
    )
    return {
        "regime": regime,
        "bidders": sorted(bids),
        "tender_documents": {"read": _side(told, issued=True), "unread": _side(missed, issued=True)},
        "files": {"read": _side(told, issued=False), "unread": _side(missed, issued=False)},
        "indications": [findings.as_json(each) for each in found],
    }


def _side(rows: Sequence[dict[str, Any]], *, issued: bool) -> list[dict[str, Any]]:
    return [row for row in rows if (not row["bidder"]) == issued]


def _told(one: ReadFile) -> dict[str, Any]:
    """Say what was read of a file; no letters at all is what a scan gives, and then no text was compared."""
    document = one.document
    return {
        "bidder": document.bidder,
        "file": document.name,
        "format": document.metadata.format,
        "sha256": one.sha256,
        "letters": sum(len(contents.letters(passage.text)) for passage in document.passages),
        "tables": len(document.tables),
        "images": len(document.images),
        "faults": list(one.faults),
    }


def _canonical(document: dict[str, Any]) -> str:
    """Return RFC 8785 text of names as they are: also of one whose bytes are no UTF-8, escaped as JSON can."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()


def _summary(document: dict[str, Any]) -> str:
    found = document["indications"]
    standing = sum(each["standing"] for each in found)
    read, unread = (len(document["files"][side]) for side in ("read", "unread"))
    return (
        f"{len(document['bidders'])} bidders, {read} files read, {unread} not read; "
        f"{len(found)} indications, {standing} standing"
    )
