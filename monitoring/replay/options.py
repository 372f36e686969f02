"""What the command `replay` is asked."""

import argparse
from pathlib import Path

from monitoring.cli.bids import CANONICAL, UnusableError, read_mapping
from monitoring.replay.formulas import FORMULAS, LOWEST


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a replay to a parser."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="CSV, CSV.gz or Parquet: one row for each bid"
    )
    parser.add_argument(
        "--map",
        metavar="canonical=Column,…",
        action="append",
        default=[],
        help=f"the file's own column names; canonical ones are {', '.join(CANONICAL)}",
    )
    parser.add_argument("--tenders", metavar="N", type=_number, help="only the first N tenders of the file")
    parser.add_argument("--formula", choices=FORMULAS, default=LOWEST, help="how prices are ranked")


def _number(text: str) -> int:
    """Read how many tenders are wanted."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text} is not a number of tenders from 1 on")
    return int(text)


def as_words(options: argparse.Namespace) -> list[str]:
    """Return the arguments anew, as another process is given them."""
    words = [str(options.file.resolve()), "--formula", options.formula]
    words += [word for each in options.map for word in ("--map", each)]
    return [*words, *(["--tenders", str(options.tenders)] if options.tenders else [])]


def mapping(options: argparse.Namespace) -> dict[str, str]:
    """Return canonical name -> column; raises UnusableError."""
    if not options.file.is_file():
        raise UnusableError(f"{options.file} is no file: name a CSV, a gzipped CSV or a Parquet file")
    return read_mapping(options.map)
