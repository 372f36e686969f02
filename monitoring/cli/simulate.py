"""The command `simulate`: a made market with the truth beside each bid, to measure signs and to train on."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from monitoring.cli import files
from monitoring.cli.bids import CANONICAL, UnusableError
from monitoring.domain.market.generator import Tender, make
from monitoring.domain.market.setting import KINDS, USUAL_MIX, Award, Setting, SettingError, read_mix

HEADER = (*(name for name in CANONICAL if name != "submitted_at"), "collusive", "scheme", "ring")


def run(arguments: Sequence[str]) -> int:
    """Write a market and say on stderr what it holds; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        setting = Setting(
            tenders=options.tenders,
            mix=read_mix(options.mix) if options.mix else USUAL_MIX,
            award=Award(options.award),
            fewest=options.bidders[0],
            most=options.bidders[1],
            spread=options.spread,
            firms=options.firms,
            rings=options.rings,
        )
        seed = _seed(options.seed)
        with files.replacing(options.out) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            collusive = 0
            for tender in tqdm(make(setting, seed), "making", setting.tenders, file=sys.stderr):
                writer.writerows(_rows(tender))
                collusive += tender.collusive
    except (UnusableError, SettingError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    print(f"{setting.tenders} tenders made, {collusive} of them collusive", file=sys.stderr)  # noqa: T201 - as above
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli simulate",
        description="Makes a labelled market from a seed: equal arguments give equal bytes.",
        epilog=f"kinds of a mix: {', '.join(KINDS)}; 'honest' and 'collusive' stand for all of theirs.",
    )
    parser.add_argument("--tenders", metavar="N", type=int, required=True)
    parser.add_argument("--seed", metavar="S", type=int, required=True)
    parser.add_argument(
        "--out", metavar="BIDS.csv", type=Path, required=True, help="where the bids are written"
    )
    parser.add_argument(
        "--mix", metavar="kind=share,…", help="e.g. honest=0.9,rotation=0.1; shares are scaled to 1"
    )
    parser.add_argument("--award", choices=[str(each) for each in Award], default="lowest")
    parser.add_argument(
        "--bidders", metavar=("LEAST", "MOST"), type=int, nargs=2, default=(3, 12), help="bids a tender"
    )
    parser.add_argument(
        "--spread",
        metavar="SD",
        type=float,
        default=0.08,
        help="of an honest bid's logarithm; 0.08 is about 8 %%",
    )
    parser.add_argument("--firms", metavar="K", type=int, default=60)
    parser.add_argument("--rings", metavar="R", type=int, default=3)
    return parser


def _seed(number: int) -> int:
    if number < 0:
        raise SettingError(f"a seed is a whole number of at least 0, not {number}")
    return number


def _rows(tender: Tender) -> Iterator[tuple[str, ...]]:
    for bid in tender.bids:
        yield (
            tender.name,
            bid.bidder,
            _yuan(bid.cents),
            _yuan(tender.estimate),
            _yuan(tender.ceiling),
            "yes" if bid.awarded else "no",
            tender.buyer,
            bid.consortium,
            "no",
            "1" if tender.collusive else "0",
            tender.kind,
            bid.ring,
        )


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
