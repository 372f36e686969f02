"""Reads bids from CSV, plain or gzipped, and knows the line of the file on which each row begins."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from monitoring.cli.bids import Chunk, Places, UnusableError, choose_columns
from monitoring.cli.files import Progress, open_bytes

ROWS = 2**16
_LINE_END = re.compile(r"\r\n|\r|\n")


def read(
    path: Path, mapping: Mapping[str, str], required: Sequence[str], progress: Progress
) -> Iterator[Chunk]:
    """Yield a CSV file's rows; text is UTF-8, cells are parted by commas, the first line names the columns."""
    unpacked, raw = open_bytes(path)
    with raw, io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.reader(text, strict=True)
        header = _header(reader, path)
        columns = choose_columns(header, mapping, required=required, source=str(path))
        while True:
            before = reader.line_num
            rows, fault = _take(reader)
            if rows:
                yield _chunk(rows, columns, len(header), _first_lines(rows, before, reader.line_num))
            if fault:
                yield _broken(fault, before + sum(map(_lines, rows)) + 1, reader.line_num)
            if not (rows or fault):
                break
            progress(raw.tell(), path.stat().st_size)


def _header(reader: Any, path: Path) -> list[str]:
    try:
        return next(row for row in reader if any(map(str.strip, row)))
    except StopIteration as error:
        raise UnusableError(f"{path} has no line of column names") from error
    except csv.Error as error:
        raise UnusableError(f"{path}: line {reader.line_num} is not CSV: {error}") from error


def _take(reader: Any) -> tuple[list[list[str]], str]:
    """Return the next rows, and what is wrong with the row after them where that one cannot be parsed."""
    rows: list[list[str]] = []
    try:
        for row in islice(reader, ROWS):
            rows.append(row)  # noqa: PERF402 - extend() may lose the rows before an error
    except csv.Error as error:
        return rows, str(error)
    return rows, ""


def _chunk(rows: list[list[str]], columns: Mapping[str, int], width: int, places: Sequence[int]) -> Chunk:
    faults = {}
    if set(map(len, rows)) != {width}:
        numbered = [(line, row) for line, row in zip(places, rows, strict=True) if row]
        places = [line for line, _ in numbered]
        faults = {
            index: f"it has {len(row)} cells and the header has {width}"
            for index, (_, row) in enumerate(numbered)
            if len(row) > width
        }
        rows = [row[:width] + [""] * (width - len(row)) for _, row in numbered]
    cells = {name: [row[index] for row in rows] for name, index in columns.items()}
    return Chunk(
        places=Places("line", places),
        twins=list(map(hash, map(tuple, rows))) if "bidder" in columns else None,
        faults=faults,
        **{name: cells.get(name) for name in _USED},  # type: ignore[arg-type]  # required ones are there
    )


_USED = (
    "tender", "amount", "bidder", "estimate", "ceiling", "consortium", "disqualified", "awarded", "buyer",
    "submitted_at",
)  # fmt: skip


def _first_lines(rows: list[list[str]], before: int, after: int) -> Sequence[int]:
    if after - before == len(rows):
        return range(before + 1, after + 1)
    return list(accumulate(map(_lines, rows[:-1]), initial=before + 1))


def _lines(row: list[str]) -> int:
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in row if "\n" in cell or "\r" in cell)


def _broken(reason: str, first: int, last: int) -> Chunk:
    where = f"line {first}" if last <= first else f"lines {first} to {last}"
    return Chunk(places=[where], tender=[""], amount=[""], faults={0: f"not CSV ({reason})"})
