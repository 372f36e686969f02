"""The command `regular`: regular differences of prices (40-(4)), one JSON line a tender, with the chance of each."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tqdm import tqdm

from monitoring.cli import source
from monitoring.cli.bids import Bids, UnusableError, read_mapping
from monitoring.domain import indications
from monitoring.domain.regularity import regular_prices


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids and print what is regular in each tender; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        bids = source.collect(options.bids, read_mapping(options.map), shown=False)
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
    source.add_arguments(parser)
    parser.add_argument("--regime", choices=("T", "G"), default="T", help="whose article is cited")
    parser.add_argument("--limit", type=float, required=True, help="the largest chance that may stand")
    return parser


def _tenders(bids: Bids) -> Iterator[tuple[int, str, dict[str, Decimal]]]:
    """Yield index, name and prices above zero of each tender; its bids are numbered, for names are only names."""
    prices: list[dict[str, Decimal]] = [{} for _ in bids.names]
    for tender, amount in zip(bids.tender.tolist(), bids.amount.tolist(), strict=True):
        if amount > 0:
            prices[tender][str(len(prices[tender]) + 1)] = _money(amount)
    yield from ((index, name, prices[index]) for index, name in enumerate(bids.names))


def _money(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(Decimal("0.01"))
