"""The command `screens`: one row a tender with its number of bids, ten screens, price ratios and summary screens."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from monitoring.cli import engines, files, screening, source
from monitoring.cli.bids import Bids, Counts, UnusableError, read_mapping


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write its screens, say on stderr what became of the rows; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        bids = source.collect(options.bids, read_mapping(options.map))
        engine = engines.chosen(options.engine, bids=len(bids.amount) if options.summary else 0)
        _write(options.out, bids, engine, summary=options.summary)
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
    source.add_arguments(parser)
    parser.add_argument("--out", metavar="S.csv", type=Path, required=True, help="where the table is written")
    parser.add_argument(
        "--no-summary",
        dest="summary",
        action="store_false",
        help="leave out the summary screens, those of subsets of three and four bids (76 columns)",
    )
    engines.add_argument(parser)
    return parser


def _write(path: Path, bids: Bids, engine: str, *, summary: bool) -> None:
    with (
        files.replacing(path) as stream,
        tqdm(desc="writing", total=len(bids.names), unit="", unit_scale=True, file=sys.stderr) as bar,
    ):
        stream.write(screening.header(summary=summary))
        for lines in engines.each(engine, screening.text, screening.parts(bids, summary=summary)):
            stream.write(lines)
            bar.update(min(screening.TENDERS, len(bids.names) - bar.n))


def _summary(counts: Counts, tenders: int, valid: int) -> str:
    return (
        f"{counts.rows} rows read, {valid} valid bids in {tenders} tenders; left out: {counts.bad} bad, "
        f"{counts.identical} identical, {counts.joint} of joint bids, {counts.set_aside} disqualified"
    )
