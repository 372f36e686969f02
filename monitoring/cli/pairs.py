"""The command `pairs`: one row for each two firms that met often enough, the most suspicious first."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitoring.cli import files, firm_bids
from monitoring.cli.bids import UnusableError
from monitoring.cli.firm_bids import number
from monitoring.domain.networks.marks import REGULAR, Study, study
from monitoring.domain.networks.pairs import pairs

HEADER = ("bidder_a", "bidder_b", "tenders_together", "score", "p_value", "q_value", "reasons")


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write its pairs, say on stderr what became of the rows; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        bids, market = firm_bids.read(options)
        found = study(market, least=options.least)
        _write(options.out, found, bids.bidders)
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    told = f"{len(found.meetings.a)} pairs with at least {options.least} common tenders"
    print(f"{firm_bids.summary(bids, market)}\n{told}", file=sys.stderr)  # noqa: T201 - as above
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli pairs",
        description="Judges every two firms that met in several tenders; docs/flags.md tells how.",
    )
    firm_bids.add_arguments(parser, out="P.csv")
    parser.add_argument(
        "--least",
        metavar="N",
        type=_least,
        default=REGULAR,
        help=f"common tenders below which a pair is left out (default {REGULAR}, at least {REGULAR})",
    )
    return parser


def _least(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < REGULAR:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {REGULAR}")
    return int(text)


def _write(path: Path, found: Study, names: Sequence[str]) -> None:
    with files.replacing(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_rows(found, names))


def _rows(found: Study, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    met, judged = found.meetings, pairs(found)
    order = sorted(range(len(met.a)), key=lambda at: (-judged.score[at], at))
    for at in order:
        yield (
            names[met.a[at]],
            names[met.b[at]],
            str(met.common[at]),
            number(judged.score[at]),
            number(judged.p_value[at]),
            number(judged.q_value[at]),
            ";".join(judged.reasons[at]),
        )
