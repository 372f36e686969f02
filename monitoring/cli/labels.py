"""Reads the label of each tender from a column of a file of bids, in a pass of its own: it is no canonical column."""

from collections.abc import Mapping
from pathlib import Path

from monitoring.cli import files
from monitoring.cli.bids import UnusableError

_YES = frozenset(["1", "1.0", "true", "t", "yes", "y"])
_NO = frozenset(["0", "0.0", "false", "f", "no", "n"])


def read(path: Path, mapping: Mapping[str, str], column: str) -> dict[str, bool]:
    """Return the label by tender: yes where one of its rows says yes; empty cells say nothing. Raises UnusableError.

    The readers know canonical names, so the label stands where the bidder would.
    """
    labels: dict[str, bool] = {}
    try:
        for chunk in files.read(path, {**mapping, "bidder": column}, ("tender", "amount", "bidder"), _untold):
            for at, (tender, cell) in enumerate(zip(chunk.tender, chunk.bidder or (), strict=True)):
                said = _meaning(cell, chunk.places[at])
                if said is not None:
                    labels[tender] = labels.get(tender, False) or said
    except UnusableError as error:
        raise UnusableError(str(error).replace("--map bidder=COLUMN", "--label COLUMN")) from error
    if not labels:
        raise UnusableError(f"{path}: no tender has a label in column {column!r}")
    return labels


def _meaning(cell: str, place: str) -> bool | None:
    word = cell.strip().lower()
    if word and word not in _YES and word not in _NO:
        raise UnusableError(f"{place}: label {cell!r} is neither yes nor no (1, 0, true, false)")
    return word in _YES if word else None


def _untold(_done: int, _total: int) -> None:
    """Show no progress: the first pass did."""
