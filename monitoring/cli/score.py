"""The command `score`: one row a tender with its suspicion, how often chance does the same, and the reasons."""

import argparse
import csv
import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from monitoring.cli import files, source
from monitoring.cli.bids import Bids, UnusableError, read_mapping
from monitoring.cli.markets import market
from monitoring.domain.suspicion.assessment import Assessment, assess

HEADER = ("tender", "n", "suspicion", "p_value", "q_value", "reasons")


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write the suspicion of its tenders, say on stderr how many stand out; return the code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        bids = source.collect(options.bids, read_mapping(options.map))
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli score",
        description="Scores how much each tender looks like a ring's; docs/flags.md tells how to read and misread it.",
    )
    source.add_arguments(parser)
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
