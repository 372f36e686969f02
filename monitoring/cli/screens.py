"""The command `screens`: one row a tender with its number of bids, the ten screens and the price ratios."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from monitoring.cli import files
from monitoring.cli.bids import CANONICAL, Bids, Collector, Counts, UnusableError, read_mapping
from monitoring.domain import frame
from monitoring.domain.screens import NAMES, RATIOS

REQUIRED = ("tender", "amount")
HEADER = ("tender", "n", *NAMES, *RATIOS)
_TENDERS = 2**14


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write its screens, say on stderr what became of the rows; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        mapping = read_mapping(options.map)
        bids = _collect(options.bids, mapping)
        _write(options.out, bids)
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    print(_summary(bids.counts, len(bids.names), len(bids.amount)), file=sys.stderr)  # noqa: T201 - as above
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli screens",
        description="Computes the ten screens of each tender's bids; docs/flags.md tells what each one means.",
    )
    parser.add_argument("bids", metavar="BIDS", type=Path, help="CSV, CSV.gz, Parquet or OCDS JSON lines")
    parser.add_argument("--out", metavar="S.csv", type=Path, required=True, help="where the table is written")
    parser.add_argument(
        "--map",
        metavar="canonical=Column,…",
        action="append",
        default=[],
        help=f"the file's own column names; canonical ones are {', '.join(CANONICAL)}",
    )
    return parser


def _collect(path: Path, mapping: dict[str, str]) -> Bids:
    collector = Collector(lambda text: tqdm.write(text, file=sys.stderr))
    with tqdm(desc="reading", unit="", unit_scale=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        for chunk in files.read(path, mapping, REQUIRED, progress):
            collector.add(chunk)
    return collector.bids()


def _write(path: Path, bids: Bids) -> None:
    table = frame.screens(bids.tender, bids.amount, len(bids.names))
    table |= frame.ratios(table, estimate=bids.estimate, ceiling=bids.ceiling)
    with files.replacing(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(tqdm(_rows(bids.names, table), "writing", len(bids.names), file=sys.stderr))


def _rows(names: Sequence[str], table: dict[str, NDArray]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(names), _TENDERS):
        some = slice(start, start + _TENDERS)
        columns = [_cells(table[name][some]) for name in (*NAMES, *RATIOS)]
        yield from zip(names[some], map(str, table["n"][some].tolist()), *columns, strict=True)


def _cells(values: NDArray) -> list[str]:
    if np.isnan(values).all():
        return [""] * len(values)
    return ["" if value != value else repr(value) for value in values.tolist()]  # noqa: PLR0124 - NaN alone differs from itself


def _summary(counts: Counts, tenders: int, valid: int) -> str:
    return (
        f"{counts.rows} rows read, {valid} valid bids in {tenders} tenders; left out: {counts.bad} bad, "
        f"{counts.identical} identical, {counts.joint} of joint bids, {counts.set_aside} disqualified"
    )
