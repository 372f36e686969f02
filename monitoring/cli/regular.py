"""The command `regular`: regular differences of prices (40-(4)), one JSON line a tender, with the chance of each."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from tqdm import tqdm

from monitoring.cli import files
from monitoring.cli.bids import CANONICAL, Bids, Collector, UnusableError, read_mapping
from monitoring.domain import indications
from monitoring.domain.regularity import regular_prices

REQUIRED = ("tender", "amount")


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids and print what is regular in each tender; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        collector = Collector(lambda text: tqdm.write(text, file=sys.stderr))
        for chunk in files.read(options.bids, read_mapping(options.map), REQUIRED, _untold):
            collector.add(chunk)
        bids = collector.bids()
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    for index, name, prices in tqdm(_tenders(bids), "tenders", len(bids.names), file=sys.stderr):
        bases = {
            base: _money(float(values[index]))
            for base, values in (("ceiling", bids.ceiling), ("estimate", bids.estimate))
            if values[index] > 0
        }
        found = regular_prices(prices, regime=options.regime, limit=options.limit, bases=bases)
        told = [indications.as_json(each, masked=False) for each in found]
        print(json.dumps({"tender": name, "n": len(prices), "indications": told}, ensure_ascii=False))  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli regular",
        description="Looks for prices in progressions or at equal distances, and says how likely chance makes them.",
    )
    parser.add_argument("bids", metavar="BIDS", type=Path, help="CSV, CSV.gz, Parquet or OCDS JSON lines")
    parser.add_argument("--regime", choices=("T", "G"), default="T", help="whose article is cited")
    parser.add_argument("--limit", type=float, required=True, help="the largest chance that may stand")
    parser.add_argument(
        "--map",
        metavar="canonical=Column,…",
        action="append",
        default=[],
        help=f"the file's own column names; canonical ones are {', '.join(CANONICAL)}",
    )
    return parser


def _untold(_done: int, _total: int) -> None:
    """Show no progress while reading: the tenders have their own."""


def _tenders(bids: Bids) -> Iterator[tuple[int, str, dict[str, Decimal]]]:
    """Yield index, name and prices above zero of each tender; its bids are numbered, for names are only names."""
    prices: list[dict[str, Decimal]] = [{} for _ in bids.names]
    for tender, amount in zip(bids.tender.tolist(), bids.amount.tolist(), strict=True):
        if amount > 0:
            prices[tender][str(len(prices[tender]) + 1)] = _money(amount)
    yield from ((index, name, prices[index]) for index, name in enumerate(bids.names))


def _money(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(Decimal("0.01"))
