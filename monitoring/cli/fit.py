"""The command `fit`: learns from confirmed cases, prints how well out of fold, and stores the model safely."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from monitoring.cli import source
from monitoring.cli.bids import UnusableError, read_mapping


def run(arguments: Sequence[str]) -> int:
    """Learn from a file of labelled bids, print the table, write the model; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli fit",
        description="Learns from labelled tenders of one market; docs/flags.md tells the protocol.",
    )
    source.add_arguments(parser)
    parser.add_argument("--label", metavar="COLUMN", required=True, help="1 or 0 for the whole tender")
    parser.add_argument("--out", metavar="M", type=Path, required=True, help="where the model is written")
    options = parser.parse_args(arguments)
    try:
        mapping = read_mapping(options.map)
        fitting = importlib.import_module("monitoring.cli.fitting")
        print(fitting.fit(options.bids, mapping, options.label, options.out), end="")  # noqa: T201 - a command speaks
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - as above
        return 2
    return 0
