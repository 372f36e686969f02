"""The command `firms`: one row for each firm, the most suspicious first."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from monitoring.cli import files, firm_bids
from monitoring.cli.bids import UnusableError
from monitoring.cli.firm_bids import number
from monitoring.domain.networks.firms import Firms, firms
from monitoring.domain.networks.marks import study
from monitoring.domain.networks.pairs import pairs

HEADER = (
    "bidder", "tenders", "wins", "win_rate", "partners", "isolation", "near_margin",
    "frequent_loser", "score", "p_value", "q_value", "reasons",
)  # fmt: skip


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write its firms, say on stderr what became of the rows; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli firms",
        description="Judges every firm by the tenders in which it bids; docs/flags.md tells how.",
    )
    firm_bids.add_arguments(parser, out="F.csv")
    options = parser.parse_args(arguments)
    try:
        bids, market = firm_bids.read(options, outcomes=True)
        found = study(market)
        reserve = np.where(bids.ceiling > 0, bids.ceiling, bids.estimate)
        judged = firms(found, pairs(found), reserve)
        with files.replacing(options.out) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_rows(judged, bids.bidders))
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    print(firm_bids.summary(bids, market), file=sys.stderr)  # noqa: T201 - as above
    return 0


def _rows(judged: Firms, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    present = np.flatnonzero(judged.tenders).tolist()
    for at in sorted(present, key=lambda at: (-np.nan_to_num(judged.score[at], nan=-np.inf), at)):
        yield (
            names[at],
            str(judged.tenders[at]),
            str(judged.wins[at]),
            number(judged.wins[at] / judged.tenders[at]),
            str(judged.partners[at]),
            number(judged.isolation[at]),
            number(judged.near_margin[at]),
            "yes" if judged.frequent_loser[at] else "no",
            number(judged.score[at]),
            number(judged.p_value[at]),
            number(judged.q_value[at]),
            ";".join(judged.reasons[at]),
        )
