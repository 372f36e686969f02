"""The command `evaluate`: how well scores order tenders of known label, beside trivial orders."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from monitoring.cli import source
from monitoring.cli.bids import UnusableError, read_mapping


def run(arguments: Sequence[str]) -> int:
    """Read scores and labels, print the figures; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli evaluate",
        description="Measures scores against labels, over tenders of three bids or more; docs/flags.md tells how.",
    )
    parser.add_argument("scores", metavar="SCORES", type=Path, help="a table with tender and suspicion")
    source.add_arguments(parser)
    parser.add_argument("--label", metavar="COLUMN", required=True, help="1 or 0 for the whole tender")
    parser.add_argument(
        "--cut",
        metavar="S",
        type=float,
        default=0.5,
        help="suspicion from which a tender counts as flagged (0.5)",
    )
    options = parser.parse_args(arguments)
    try:
        mapping = read_mapping(options.map)
        evaluating = importlib.import_module("monitoring.cli.evaluating")
        for line in evaluating.lines(options.scores, options.bids, mapping, options.label, options.cut):
            print(line)  # noqa: T201 - a command speaks
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - as above
        return 2
    return 0
