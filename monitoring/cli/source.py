"""What the commands on bids share: the arguments that name a file and its columns, and reading it with progress."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from monitoring.cli import files
from monitoring.cli.bids import CANONICAL, Bids, Chunk, Collector

REQUIRED = ("tender", "amount")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a file of bids and its columns."""
    parser.add_argument("bids", metavar="BIDS", type=Path, help="CSV, CSV.gz, Parquet or OCDS JSON lines")
    parser.add_argument(
        "--map",
        metavar="canonical=Column,…",
        action="append",
        default=[],
        help=f"the file's own column names; canonical ones are {', '.join(CANONICAL)}",
    )


def collect(
    path: Path,
    mapping: Mapping[str, str],
    required: Sequence[str] = REQUIRED,
    *,
    outcomes: bool = False,
    shown: bool = True,
    prepare: Callable[[Chunk], None] | None = None,
) -> Bids:
    """Read a file of bids, telling bad rows and, where `shown`, progress on stderr; raises UnusableError.

    `outcomes` reads who was awarded and who bought; `prepare` changes each chunk before it is judged.
    """
    collector = Collector(lambda text: tqdm.write(text, file=sys.stderr), outcomes=outcomes)
    with tqdm(desc="reading", unit="", unit_scale=True, file=sys.stderr, disable=not shown) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        for chunk in files.read(path, mapping, required, progress):
            if prepare:
                prepare(chunk)
            collector.add(chunk)
    return collector.bids()
