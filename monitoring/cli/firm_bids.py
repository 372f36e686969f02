"""Reads bids for the commands that look at firms, which must be named, and says what they leave out."""

import argparse
from pathlib import Path

import numpy as np

from monitoring.cli import source
from monitoring.cli.bids import Bids, Chunk, is_name, read_mapping
from monitoring.domain.networks.market import LARGEST, Market, of_bids

REQUIRED = ("tender", "bidder", "amount")
_NO_CONSORTIUM = frozenset(["", "0", "0.0", "false", "f", "no", "n"])


def add_arguments(parser: argparse.ArgumentParser, *, out: str) -> None:
    """Add the arguments that these commands share."""
    source.add_arguments(parser)
    parser.add_argument("--out", metavar=out, type=Path, required=True, help="where the result is written")


def read(options: argparse.Namespace, *, outcomes: bool = False) -> tuple[Bids, Market]:
    """Return the bids and the market in which firms meet; `outcomes` reads who was awarded and who bought.

    Raises UnusableError.
    """
    bids = source.collect(
        options.bids, read_mapping(options.map), REQUIRED, outcomes=outcomes, prepare=_leave_joint
    )
    market = of_bids(
        bids.tender,
        bids.bidder,
        bids.amount,
        tenders=len(bids.names),
        firms=len(bids.bidders),
        awarded=bids.awarded,
    )
    return bids, market


def summary(bids: Bids, market: Market) -> str:
    """Say what became of the rows."""
    counts, left_out = bids.counts, market.left_out
    rows = (
        f"{counts.rows} rows read, {len(market.price)} bids of {int((market.activity > 0).sum())} firms used; "
        f"left out: {counts.bad} bad, {counts.identical} identical, {counts.set_aside} disqualified, "
        f"{left_out.nameless} without bidder or of joint bids, {left_out.zero} of zero, "
        f"{left_out.repeated} repeated (of a firm's bids in a tender the lowest counts)"
    )
    crowded = f"; tenders of more than {LARGEST} bidders left out: {left_out.crowded}"
    return rows + (crowded if left_out.crowded else "")


def number(value: float) -> str:
    """Return a number with the ten digits that do not depend on the unit of the amounts."""
    return f"{value:.10g}" if np.isfinite(value) else ""


def _leave_joint(chunk: Chunk) -> None:
    """Take the bidder from rows that name a consortium: partners meet openly and share one price."""
    if chunk.consortium is None or chunk.bidder is None:
        return
    joint = [is_name(text, _NO_CONSORTIUM) for text in chunk.consortium]
    chunk.bidder = ["" if together else name for together, name in zip(joint, chunk.bidder, strict=True)]
    chunk.consortium = None
