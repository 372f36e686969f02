"""Finds the values that stand behind labels, in running text, in cells beside or below, in custom properties."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitoring.domain.documents.contents import Document, Table
from monitoring.domain.indications import Place

Labels = Mapping[str, Sequence[str]]
"""Kind of value -> the labels that announce it, as `plain_label` writes them."""
_MARK = r"\s*(?:[(（][^()（）\n]{1,12}[)）]\s*)?[:：=]\s*"
_END = re.compile(r"[，。；;,\n\t|]|[(（](?!\d)|(?<!\d)[)）]|\s{3,}")
"""What ends a value; brackets around digits are those of an area code."""
_BELOW = 200
"""Rows below a heading that are looked at; a list of people is shorter, a column of figures says nothing."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value as it is written, the kind that its label announces, and where it stands."""

    kind: str
    value: str
    place: Place


def labelled(document: Document, labels: Labels) -> Iterator[Labelled]:
    """Yield every value of a file that one of the labels announces; it is up to the caller what counts as a value."""
    for passage in document.passages:
        for kind, value in _in_text(passage.text, labels):
            yield Labelled(kind, value, Place(document.bidder, document.name, passage.where))
    for table in document.tables:
        for kind, value, where in _in_table(table, labels):
            yield Labelled(kind, value, Place(document.bidder, document.name, where))
    kinds = _kinds(labels)
    for name, value in document.properties:
        kind_named = kinds.get(plain_label(name))
        if kind_named:
            yield Labelled(kind_named, value, Place(document.bidder, document.name, f"property {name}"))


def plain_label(text: str) -> str:
    """Return a label for comparison: one width and case, without spaces, underscores and a colon behind it."""
    kept = unicodedata.normalize("NFKC", text).casefold().replace("_", "")
    return "".join(kept.split()).rstrip(":=")


def _kinds(labels: Labels) -> dict[str, str]:
    return {label: kind for kind, names in labels.items() for label in names}


@lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of the labels, the longest first, in which letters may stand apart, as forms print them."""
    spaced = [r"\s*".join(map(re.escape, name)) for name in sorted(names, key=lambda n: (-len(n), n))]
    return re.compile(f"({'|'.join(spaced)}){_MARK}", re.IGNORECASE)


def _in_text(text: str, labels: Labels) -> Iterator[tuple[str, str]]:
    kinds = _kinds(labels)
    found = list(_pattern(tuple(sorted(kinds))).finditer(text))
    for index, match in enumerate(found):
        behind = found[index + 1].start() if index + 1 < len(found) else len(text)
        value = _END.split(text[match.end() : behind], maxsplit=1)[0].strip()
        if value:
            yield kinds[plain_label(match[1])], value


def _in_table(table: Table, labels: Labels) -> Iterator[tuple[str, str, str]]:
    kinds = _kinds(labels)
    for number, row in enumerate(table.rows):
        following = _following(row)
        for column, cell in enumerate(row):
            kind = kinds.get(plain_label(cell)) if cell else None
            if kind is None:
                continue
            beside = following[column]
            if beside and plain_label(beside) not in kinds:
                yield kind, beside.strip(), f"{table.where} row {1 + number}"
            for step, below in enumerate(table.rows[number + 1 : number + 1 + _BELOW], 1):
                value = below[column].strip() if column < len(below) else ""
                if not value or plain_label(value) in kinds:
                    break
                yield kind, value, f"{table.where} row {1 + number + step}"


def _following(row: Sequence[str]) -> list[str]:
    """Return for each cell the next one of its row that is filled, "" where none is."""
    found, last = [""] * len(row), ""
    for column in range(len(row) - 1, -1, -1):
        found[column] = last
        last = row[column] if row[column].strip() else last
    return found
