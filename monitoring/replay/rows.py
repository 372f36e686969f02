"""Which rows of a file are bids of which tender: every good row is one bid, none is merged and none is dropped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from kernel.domain import money
from kernel.domain.money import AmountError
from monitoring.cli import bids as judging, files
from monitoring.cli.bids import Cells, Chunk, UnusableError

REQUIRED = ("tender", "amount")
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bid:
    """One row: who bid, as the file names it or by the row's number in the file, and yuan to the cent."""

    bidder: str
    amount: Decimal


@dataclass(slots=True)
class Tender:
    """The bids of one tender in the order of the file, and the estimate that all of its rows agree on."""

    name: str
    bids: list[Bid] = field(default_factory=list)
    estimates: set[Decimal] = field(default_factory=set)

    @property
    def estimate(self) -> Decimal | None:
        """The one estimate above zero that the rows state, None where they state none or several."""
        stated = {value for value in self.estimates if value}
        return next(iter(stated)) if len(stated) == 1 else None


def read(path: Path, mapping: dict[str, str], report: Report, *, most: int | None = None) -> list[Tender]:
    """Return the tenders of a file in the order in which it first names them, the first `most` of them.

    Each bad row is told to `report` with its line and reason and left out; its tender stays. Amounts are rounded
    half up to the cent. Without a bidder column, or where its cell is empty, row i of the file is bidder i.
    Raises UnusableError for a file from which nothing can be read.
    """
    tenders: dict[str, Tender] = {}
    row = 0
    for chunk in files.read(path, mapping, REQUIRED, _untold):
        for name in chunk.unbid:
            tenders.setdefault(name, Tender(name))
        _take(chunk, row, tenders, report)
        row += len(chunk.tender)
    if not tenders:
        raise UnusableError(f"{path} names no tender; a row is wanted for each bid")
    found = list(tenders.values())[:most]
    for tender in found:
        if len({value for value in tender.estimates if value}) > 1:
            report(f"tender {tender.name}: its rows state different values of estimate; none is used")
    return found


def _untold(_done: int, _total: int) -> None:
    """Show no progress: reading is short beside sealing."""


def _take(chunk: Chunk, before: int, tenders: dict[str, Tender], report: Report) -> None:
    named = np.array([judging.is_name(name) for name in chunk.tender], dtype=np.bool_)
    faults = judging.judge(_all_bids(chunk), named=named).faults
    for index, name in enumerate(chunk.tender):
        tender = tenders.setdefault(name, Tender(name)) if named[index] else None
        try:
            if index in faults:
                report(f"{chunk.places[index]}: {faults[index]}; row left out")
            elif tender is not None:
                bid = Bid(_bidder(chunk.bidder, index, before), _money("amount", chunk.amount, index))
                if chunk.estimate is not None and _cell(chunk.estimate, index):
                    tender.estimates.add(_money("estimate", chunk.estimate, index))
                tender.bids.append(bid)
        except AmountError as error:
            report(f"{chunk.places[index]}: {error}; row left out")


def _all_bids(chunk: Chunk) -> Chunk:
    """Return the chunk without what sets bids aside: a bid that was disqualified later was sealed all the same."""
    return Chunk(
        places=chunk.places,
        tender=chunk.tender,
        amount=chunk.amount,
        estimate=chunk.estimate,
        ceiling=chunk.ceiling,
        faults=chunk.faults,
    )


def _bidder(cells: Sequence[str] | None, index: int, before: int) -> str:
    named = cells is not None and judging.is_name(cells[index])
    return cells[index] if cells is not None and named else str(before + index + 1)


def _money(what: str, cells: Cells, index: int) -> Decimal:
    try:
        return abs(money.parse_rounding(_cell(cells, index)))
    except AmountError as error:
        raise AmountError(f"{what} {_cell(cells, index)!r} is too large for a bid in yuan") from error


def _cell(cells: Cells, index: int) -> str:
    """Return a cell as text; a number of a Parquet file as the shortest decimal that it stands for, NaN as ''."""
    if not isinstance(cells, np.ndarray):
        return cells[index].strip()
    value = float(cells[index])
    return "" if np.isnan(value) else repr(value)
