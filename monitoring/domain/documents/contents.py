"""What was read from the files of opened bids, and the few questions that every comparison asks of it."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitoring.domain.indications import Evidence, Exemption, Place, Result, explanation
from monitoring.domain.metadata import Metadata

COMMONPLACE_FROM = 4
"""Fewer bidders have no majority that could show a custom: two of three would always be one."""
VISIBLE = 4
_NUMBER = re.compile(r"\d{7,}[Xx]?")


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A paragraph, a page or a row of a sheet, and where in its file it stands."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Image:
    """An embedded picture: SHA-256 of its bytes, their number, where it stands."""

    sha256: str
    size: int
    where: str


@dataclass(frozen=True, slots=True, order=True)
class Table:
    """A table or a sheet: rows of cells as text, "" where empty."""

    where: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file and what was read of it; `bidder` is "" for a file that was issued with the tender."""

    bidder: str
    name: str
    metadata: Metadata
    passages: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()
    images: tuple[Image, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def is_prose(self) -> bool:
        """True unless the file is a workbook, whose words are the issued items and no text of the bidder."""
        return self.metadata.format != "xlsx"


@dataclass(frozen=True, slots=True)
class OpenedLot:
    """An opened lot: its bidders, their files, the files issued with the tender, bidders' names where known."""

    regime: str
    bidders: tuple[str, ...]
    documents: tuple[Document, ...]
    issued: tuple[Document, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def of(self, bidder: str) -> list[Document]:
        """Return one bidder's files."""
        return [document for document in self.documents if document.bidder == bidder]


def opened_lot(
    regime: str,
    bidders: Iterable[str],
    documents: Iterable[Document],
    *,
    issued: Iterable[Document] = (),
    names: Mapping[str, str] | None = None,
) -> OpenedLot:
    """Build a lot whose order is its own, so that no order of files or bidders changes a finding."""
    own = tuple(sorted(documents, key=_order))
    return OpenedLot(
        regime,
        tuple(sorted({*bidders, *(document.bidder for document in own)})),
        own,
        tuple(sorted(issued, key=_order)),
        dict(sorted((names or {}).items())),
    )


def _order(document: Document) -> tuple[object, ...]:
    """Return a key that tells even two entries of one zip with one name apart."""
    return (
        document.bidder,
        document.name,
        document.passages,
        document.tables,
        document.images,
        document.properties,
        repr(document.metadata),
    )


def letters(text: str) -> str:
    """Return only letters and digits, in one width and case: what stays of a text however it is set."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def issued_letters(issued: Sequence[Document]) -> str:
    """Return the letters of all that was issued, passages parted by newlines so that none grow together."""
    return "\n".join(
        letters(text)
        for document in issued
        for text in (
            *(passage.text for passage in document.passages),
            *(value for _, value in document.properties),
        )
    )


def is_issued(value: str, lot: OpenedLot, known: str) -> Exemption:
    """Try whether a value stands in the files issued with the tender; `known` is what `issued_letters` gave."""
    return explanation("tender_document", lot.issued, letters(value) in known, documents=str(len(lot.issued)))


def is_commonplace(holders: Collection[str], lot: OpenedLot) -> Exemption:
    """Try whether more than half of the bidders share it, which with few bidders shows nothing."""
    count, held = len(lot.bidders), len(set(holders))
    known = lot.bidders if count >= COMMONPLACE_FROM else ()
    return explanation("commonplace", known, 2 * held > count, holders=str(held), bidders=str(count))


def tried(name: str, explains: bool, /, **facts: str) -> Exemption:
    """Record an explanation that needs no further facts."""
    return Exemption(name, facts, Result.EXPLAINS if explains else Result.FAILS)


def shared(
    kind: str,
    value: str,
    places: Iterable[Place],
    facts: Mapping[str, str] | None = None,
    shown: str | None = None,
) -> Evidence:
    """Build evidence with the first place of each file only: a name on each page is one find.

    `shown` is what may be read of the value where the value holds something personal; None for the value itself.
    """
    first: dict[tuple[str, str], Place] = {}
    for place in places:
        first.setdefault((place.bidder, place.source), place)
    return Evidence(kind, value, tuple(first[key] for key in sorted(first)), dict(facts or {}), shown)


def hidden(text: str) -> str:
    """Return text in which numbers as long as a telephone's can be read at their ends only."""
    return _NUMBER.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    return "*" * (len(match[0]) - VISIBLE) + match[0][-VISIBLE:]
