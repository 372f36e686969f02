"""The table of `screens` in parts: whole tenders in the order of their names, each part text of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.cli.bids import Bids, Floats, Integers
from monitoring.domain import frame, summary_frame
from monitoring.domain.screens import NAMES, RATIOS
from monitoring.domain.summaries import SUMMARIES

TENDERS = 2**13
_SPECIAL = re.compile(r'[,"\r\n]')


@dataclass(frozen=True, slots=True)
class Part:
    """Tenders that follow each other by name, and all of their bids; `tender[i]` indexes `names`."""

    names: list[str]
    tender: Integers
    amount: Floats
    estimate: Floats
    ceiling: Floats
    summary: bool


def header(*, summary: bool) -> str:
    """Return the first line of the table."""
    return ",".join(("tender", "n", *_columns(summary=summary))) + "\n"


def parts(bids: Bids, *, summary: bool) -> Iterator[Part]:
    """Yield the tenders in parts, each with its bids gathered from wherever the file had them."""
    order = np.argsort(bids.tender, kind="stable")
    tender, amount = bids.tender[order], bids.amount[order]
    for first in range(0, len(bids.names), TENDERS):
        last = first + TENDERS
        low, high = np.searchsorted(tender, (first, last))
        yield Part(
            bids.names[first:last],
            tender[low:high] - first,
            amount[low:high],
            bids.estimate[first:last],
            bids.ceiling[first:last],
            summary,
        )


def text(part: Part) -> str:
    """Return the lines of a part; they depend on nothing beside it."""
    count = len(part.names)
    table = frame.screens(part.tender, part.amount, count)
    table |= frame.ratios(table, estimate=part.estimate, ceiling=part.ceiling)
    if part.summary:
        table |= summary_frame.summaries(part.tender, part.amount, count)
    columns = [_cells(table[name]) for name in _columns(summary=part.summary)]
    rows = zip(map(_quoted, part.names), map(str, table["n"].tolist()), *columns, strict=True)
    return "".join(f"{','.join(row)}\n" for row in rows)


def _columns(*, summary: bool) -> tuple[str, ...]:
    return (*NAMES, *RATIOS, *(SUMMARIES if summary else ()))


def _cells(values: NDArray) -> list[str]:
    if np.isnan(values).all():
        return [""] * len(values)
    return ["" if value != value else repr(value) for value in values.tolist()]  # noqa: PLR0124 - NaN alone differs from itself


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if _SPECIAL.search(name) else name
