"""Opens a file of bids whatever its form, told by its content and not by its name."""

import gzip
import importlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from monitoring.cli.bids import Chunk, UnusableError

Progress = Callable[[int, int], None]
"""Takes how much has been read and how much there is, in bytes of the file, in Parquet in rows."""
READERS = {
    "csv": "monitoring.cli.csv_bids",
    "parquet": "monitoring.cli.parquet_bids",
    "ocds": "monitoring.cli.ocds_bids",
}
_GZIP, _PARQUET, _BOM = b"\x1f\x8b", b"PAR1", b"\xef\xbb\xbf"
_HEAD = 4096


def read(
    path: Path, mapping: Mapping[str, str], required: Sequence[str], progress: Progress
) -> Iterator[Chunk]:
    """Yield the rows of CSV, CSV.gz, Parquet or OCDS JSON lines (plain or gz); raises UnusableError.

    `mapping` gives the file's own names of canonical columns; `required` are those without which nothing goes.
    """
    try:
        reader = importlib.import_module(READERS[_form(path)])
        yield from reader.read(path, mapping, required, progress)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableError(f"cannot read {path}: {error}") from error


def open_bytes(path: Path) -> tuple[IO[bytes] | gzip.GzipFile, IO[bytes]]:
    """Open a file and return (its unpacked bytes, the file itself, whose position tells the progress)."""
    raw = path.open("rb")
    packed = raw.read(len(_GZIP)) == _GZIP
    raw.seek(0)
    return (gzip.GzipFile(fileobj=raw) if packed else raw), raw


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Give a stream beside a place and move it there at the end, so that no half file ever bears the name."""
    special = path.exists() and not path.is_file()
    target = path if special else path.with_name(f"{path.name}.part")
    try:
        with target.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        if not special:
            target.replace(path)
    except OSError as error:
        raise UnusableError(f"cannot write {path}: {error}") from error


def _form(path: Path) -> str:
    unpacked, raw = open_bytes(path)
    with raw, unpacked:
        head = unpacked.read(_HEAD)
    if head.startswith(_PARQUET):
        return "parquet"
    if not head.strip():
        raise UnusableError(f"{path} is empty; a table begins with a line of column names")
    return "ocds" if head.removeprefix(_BOM).lstrip().startswith(b"{") else "csv"
