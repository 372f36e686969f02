"""The command `score`: one row a tender with its suspicion, how often chance does the same, and the reasons."""

import argparse
import csv
import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from monitoring.cli import files
from monitoring.cli.bids import CANONICAL, Bids, Collector, UnusableError, read_mapping
from monitoring.domain.suspicion.assessment import Assessment, assess
from monitoring.domain.suspicion.signs import Market

REQUIRED = ("tender", "amount")
HEADER = ("tender", "n", "suspicion", "p_value", "q_value", "reasons")


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write the suspicion of its tenders, say on stderr how many stand out; return the code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        bids = collect(options.bids, read_mapping(options.map))
        found = assess(market(bids))
        if options.model:
            found = _learned(found, bids, options.model)
        with files.replacing(options.out) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_rows(bids.names, found))
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    low = int((found.q <= 0.1).sum())
    print(  # noqa: T201 - as above
        f"{len(bids.names)} tenders scored; q_value at most 0.1: {low}. Suspicion is a reason to look, never a verdict",
        file=sys.stderr,
    )
    return 0


def collect(path: Path, mapping: dict[str, str]) -> Bids:
    """Read a file of bids, telling bad rows and progress on stderr; raises UnusableError."""
    collector = Collector(lambda text: tqdm.write(text, file=sys.stderr))
    with tqdm(desc="reading", unit="", unit_scale=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        for chunk in files.read(path, mapping, REQUIRED, progress):
            collector.add(chunk)
    return collector.bids()


def market(bids: Bids) -> Market:
    """Return the bids as the market that signs are measured in."""
    return Market(len(bids.names), bids.tender, bids.bidder, bids.amount, bids.estimate)


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a file of bids and its columns."""
    parser.add_argument("bids", metavar="BIDS", type=Path, help="CSV, CSV.gz, Parquet or OCDS JSON lines")
    parser.add_argument(
        "--map",
        metavar="canonical=Column,…",
        action="append",
        default=[],
        help=f"the file's own column names; canonical ones are {', '.join(CANONICAL)}",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli score",
        description="Scores how much each tender looks like a ring's; docs/flags.md tells how to read and misread it.",
    )
    add_source(parser)
    parser.add_argument(
        "--model", metavar="M", type=Path, help="a model of fit; else the one that is shipped"
    )
    parser.add_argument("--out", metavar="S.csv", type=Path, required=True, help="where the table is written")
    return parser


def _learned(found: Assessment, bids: Bids, path: Path) -> Assessment:
    """Return the assessment with the suspicion of a learned model; p, q and reasons stay as they are."""
    learned = importlib.import_module("monitoring.cli.learned")
    return replace(found, suspicion=learned.suspicion(bids, path))


def _rows(names: Sequence[str], found: Assessment) -> Iterator[tuple[str, ...]]:
    columns = zip(
        names,
        found.n.tolist(),
        found.suspicion.tolist(),
        found.p.tolist(),
        found.q.tolist(),
        found.reasons,
        strict=True,
    )
    for name, n, suspicion, p, q, reasons in columns:
        yield name, str(n), _cell(suspicion), _cell(p), _cell(q), ";".join(reasons)


def _cell(value: float) -> str:
    """Return nine significant digits, which neither names, order nor scale change; empty where missing."""
    return "" if value != value else repr(float(f"{value:.9g}"))  # noqa: PLR0124 - NaN alone differs from itself
