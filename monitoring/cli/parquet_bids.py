"""Reads bids from Parquet, in batches of rows and only the columns that are used."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from monitoring.cli.bids import Cells, Chunk, Places, UnusableError, choose_columns
from monitoring.cli.files import Progress

ROWS = 2**17
_NUMERIC = ("amount", "estimate", "ceiling")
_TEXTUAL = ("tender", "bidder", "consortium", "disqualified", "awarded", "buyer", "submitted_at")


def read(
    path: Path, mapping: Mapping[str, str], required: Sequence[str], progress: Progress
) -> Iterator[Chunk]:
    """Yield a Parquet file's rows; whole numbers used as ids become their decimal text."""
    try:
        with parquet.ParquetFile(path) as table:
            names = table.schema_arrow.names
            columns = choose_columns(names, mapping, required=required, source=str(path))
            used = names if "bidder" in columns else [names[index] for index in columns.values()]
            done = 0
            for batch in table.iter_batches(ROWS, columns=used, use_threads=False):
                yield _chunk(batch, {name: names[index] for name, index in columns.items()}, done)
                done += batch.num_rows
                progress(done, table.metadata.num_rows)
    except pa.ArrowException as error:
        raise UnusableError(f"{path} is not a sound Parquet file: {error}") from error


def _chunk(batch: Any, columns: Mapping[str, str], done: int) -> Chunk:
    values = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    texts = {name: list(map(_text, values[columns[name]])) for name in _TEXTUAL if name in columns}
    numbers = {
        name: _numbers(batch.column(columns[name]), values[columns[name]])
        for name in _NUMERIC
        if name in columns
    }
    rows = zip(*map(_same, batch.columns, values.values()), strict=True)
    return Chunk(
        places=Places("row", range(done + 1, done + batch.num_rows + 1)),
        twins=list(map(hash, rows)) if "bidder" in columns else None,
        **texts,  # type: ignore[arg-type]  # the names are those of Chunk
        **numbers,  # type: ignore[arg-type]  # the names are those of Chunk
    )


def _numbers(column: Any, values: list[object]) -> Cells:
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    return list(map(_text, values))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return "" if value is None else str(value)


def _same(column: Any, values: list[object]) -> list[object]:
    """Return hashable values of which identical cells are equal, a NaN to a NaN as well."""
    if pa.types.is_floating(column.type):
        return [None if value != value else value for value in values]  # noqa: PLR0124 - only NaN differs from itself
    return list(map(repr, values)) if pa.types.is_nested(column.type) else values
