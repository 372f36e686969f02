"""Collects the rows of any file of bids under one set of rules: what is bad, repeated, joint or set aside."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Cells = Sequence[str] | Floats

CANONICAL = (
    "tender", "bidder", "amount", "estimate", "ceiling",
    "awarded", "submitted_at", "buyer", "consortium", "disqualified",
)  # fmt: skip
_PLAIN = re.compile(r"[0-9.]*", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NO = frozenset(["", "0", "0.0", "false", "f", "no", "n"])
_YES = frozenset(["1", "1.0", "true", "t", "yes", "y"])


class UnusableError(Exception):
    """Input from which nothing can be computed; the message is one sentence that says what to do."""


@dataclass(slots=True)
class Chunk:
    """Some rows as columns of cells; a column that the file lacks is None, an empty cell is ''.

    `places` name each row for people; `twins` are equal for rows that are identical in every cell; `faults` are
    reasons, by position in the chunk, that the reader already has; `unbid` are tenders without a single row.
    """

    places: Sequence[str]
    tender: Sequence[str]
    amount: Cells
    bidder: Sequence[str] | None = None
    estimate: Cells | None = None
    ceiling: Cells | None = None
    consortium: Sequence[str] | None = None
    disqualified: Sequence[str] | None = None
    awarded: Sequence[str] | None = None
    buyer: Sequence[str] | None = None
    submitted_at: Sequence[str] | None = None
    twins: Sequence[int] | None = None
    faults: Mapping[int, str] = field(default_factory=dict)
    unbid: Sequence[str] = ()


@dataclass(slots=True)
class Counts:
    """What became of the rows."""

    rows: int = 0
    bad: int = 0
    set_aside: int = 0
    identical: int = 0
    joint: int = 0


@dataclass(frozen=True, slots=True)
class Bids:
    """The valid bids: `tender[i]` indexes `names`, which are sorted; estimate and ceiling are per tender.

    `bidder[i]` indexes `bidders`, which are sorted too; it is -1 where the row names none. There only when asked
    for: `awarded`; `buyer`, whose names are `buyers`; `instant`, the place of submitted_at among all, -1 for none.
    """

    names: list[str]
    bidders: list[str]
    tender: Integers
    bidder: Integers
    amount: Floats
    estimate: Floats
    ceiling: Floats
    counts: Counts
    awarded: NDArray[np.bool_] | None = None
    buyer: Integers | None = None
    buyers: Sequence[str] = ()
    instant: Integers | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A chunk's numbers, NaN where missing, the rows that are set aside, and by row the reasons against bad ones."""

    amount: Floats
    estimate: Floats
    ceiling: Floats
    out: NDArray[np.bool_]
    faults: dict[int, str]


def judge(chunk: Chunk, *, named: NDArray[np.bool_]) -> Judged:
    """Judge every row of a chunk by the one definition of a bad row; `named` says which name their tender."""
    size = len(chunk.tender)
    out, faults = _flags(chunk.disqualified, "disqualified", size)
    faults |= dict(chunk.faults)
    for row in np.flatnonzero(~named).tolist():
        faults.setdefault(row, _nameless(chunk.tender[row]))
    numbers: dict[str, Floats] = {}
    for name, money in (("estimate", chunk.estimate), ("ceiling", chunk.ceiling)):
        numbers[name], wrong = _numbers(money, name, size)
        faults |= {row: reason for row, reason in wrong.items() if row not in faults}
    numbers["amount"], wrong = _numbers(chunk.amount, "amount", size)
    faults |= {row: reason for row, reason in wrong.items() if row not in faults and not out[row]}
    for row in np.flatnonzero(np.isnan(numbers["amount"]) & ~out).tolist():
        faults.setdefault(row, "amount is missing")
    return Judged(**numbers, out=out, faults=faults)


def is_name(text: str, none: frozenset[str] = frozenset([""])) -> bool:
    """Tell whether a text names something: it is UTF-8 and not one of those that stand for nothing."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return text.strip().lower() not in none


class _Names:
    """Numbers for texts that serve only to tell things apart; a text that is no name has number -1."""

    def __init__(self, none: frozenset[str] = frozenset()) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._none = none | {""}
        self._nameless: list[int] = []

    def number(self, texts: Sequence[str]) -> Integers:
        """Return the number of each text, new ones for new texts."""
        before = len(self._numbers)
        found = np.fromiter(map(self._numbers.__getitem__, texts), np.int64, len(texts))
        new = list(islice(reversed(self._numbers), len(self._numbers) - before))
        self._nameless += [self._numbers[text] for text in new if not is_name(text, self._none)]
        if self._nameless:
            found[np.isin(found, self._nameless)] = -1
        return found

    def ranked(self) -> tuple[list[str], Integers]:
        """Return the sorted names, and for each number its place among them, -1 for those that are none."""
        nameless = set(self._nameless)
        names = sorted(text for text, number in self._numbers.items() if number not in nameless)
        places = np.full(len(self._numbers), -1, dtype=np.int64)
        for place, name in enumerate(names):
            places[self._numbers[name]] = place
        return names, places


class Places(Sequence[str]):
    """Says `line 7` of a row only when somebody asks."""

    def __init__(self, kind: str, numbers: Sequence[int]) -> None:
        self._kind, self._numbers = kind, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, row: Any) -> Any:
        return f"{self._kind} {self._numbers[row]}"


class Collector:
    """Takes chunks in any order and gives the valid bids; names each bad row to `report` as it comes.

    With `outcomes` it also keeps who was awarded, who bought and when bids came; then a row that says neither yes nor
    no of an award is bad.
    """

    def __init__(self, report: Callable[[str], None], *, outcomes: bool = False) -> None:
        self._report, self._outcomes = report, outcomes
        self._tenders, self._bidders, self._consortia = _Names(), _Names(), _Names(_NO)
        self._buyers, self._instants = _Names(), _Names()
        self._columns: dict[str, list[NDArray]] = {
            name: []
            for name in ("tender", "bidder", "consortium", "twin", "amount", "estimate", "ceiling", "valid")
        }
        if outcomes:
            self._columns |= {"awarded": [], "buyer": [], "instant": []}
        self._counts = Counts()

    def add(self, chunk: Chunk) -> None:
        """Judge the rows of a chunk and keep the good ones."""
        size = len(chunk.tender)
        self._counts.rows += size
        self._tenders.number(chunk.unbid)
        tender = self._tenders.number(chunk.tender)
        judged = judge(chunk, named=tender >= 0)
        columns: dict[str, NDArray] = {
            "tender": tender,
            "valid": ~judged.out,
            "amount": judged.amount,
            "estimate": judged.estimate,
            "ceiling": judged.ceiling,
        }
        for name, cells, numbers in (
            ("bidder", chunk.bidder, self._bidders),
            ("consortium", chunk.consortium, self._consortia),
        ):
            columns[name] = np.full(size, -1) if cells is None else numbers.number(cells)
        if self._outcomes:
            columns["awarded"], faults = _flags(chunk.awarded, "awarded", size)
            for name, cells, numbers in (
                ("buyer", chunk.buyer, self._buyers),
                ("instant", chunk.submitted_at, self._instants),
            ):
                columns[name] = np.full(size, -1) if cells is None else numbers.number(cells)
            judged.faults.update((row, reason) for row, reason in faults.items() if row not in judged.faults)
        columns["twin"] = np.array(np.zeros(size) if chunk.twins is None else chunk.twins, dtype=np.int64)
        self._keep(columns, chunk.places, judged.faults)

    def _keep(self, columns: dict[str, NDArray], places: Sequence[str], faults: Mapping[int, str]) -> None:
        for row in sorted(faults):
            self._report(f"{places[row]}: {faults[row]}; row left out")
        self._counts.bad += len(faults)
        good = np.ones(len(places), dtype=np.bool_)
        good[list(faults)] = False
        for name, values in columns.items():
            self._columns[name].append(values[good])

    def bids(self) -> Bids:
        """Return the valid bids: identical rows once, joint bids once, those set aside not at all."""
        column: dict[str, NDArray] = {
            name: np.concatenate(parts) if parts else np.empty(0) for name, parts in self._columns.items()
        }
        names, places = self._tenders.ranked()
        tender = places[column["tender"].astype(np.int64)]
        estimate = self._agreed("estimate", tender, column["estimate"], names)
        ceiling = self._agreed("ceiling", tender, column["ceiling"], names)
        keep = column["valid"].astype(np.bool_)
        self._counts.set_aside = int((~keep).sum())
        again = _repeats(keep & (column["bidder"] >= 0), tender, column["bidder"], column["twin"])
        keep &= ~again
        joint = _repeats(keep & (column["consortium"] >= 0), tender, column["consortium"], column["amount"])
        keep &= ~joint
        self._counts.identical, self._counts.joint = int(again.sum()), int(joint.sum())
        bidders, ranks = self._bidders.ranked()
        bidder = np.append(ranks, -1)[column["bidder"].astype(np.int64)]  # -1 finds the last
        bidder[column["consortium"] >= 0] = -1
        outcomes: dict[str, Any] = {}
        if self._outcomes:
            buyers, order = self._buyers.ranked()
            buyer = np.append(order, -1)[column["buyer"].astype(np.int64)][keep]
            instant = np.append(self._instants.ranked()[1], -1)[column["instant"].astype(np.int64)][keep]
            awarded = column["awarded"][keep].astype(np.bool_)
            outcomes = {"awarded": awarded, "buyer": buyer, "buyers": buyers, "instant": instant}
        return Bids(
            names,
            bidders,
            tender[keep],
            bidder[keep],
            column["amount"][keep],
            estimate,
            ceiling,
            self._counts,
            **outcomes,
        )

    def _agreed(self, what: str, tender: Integers, values: Floats, names: list[str]) -> Floats:
        """Return the one value that all rows of a tender state; missing, and said so, where they differ."""
        known = ~np.isnan(values)
        low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
        np.minimum.at(low, tender[known], values[known])
        np.maximum.at(high, tender[known], values[known])
        for index in np.flatnonzero(low < high).tolist():
            self._report(f"tender {names[index]}: its rows state different values of {what}; none is used")
        return np.where(low == high, low, np.nan)


def read_mapping(options: Sequence[str]) -> dict[str, str]:
    """Read canonical=Column pairs; a comma parts pairs only before the next canonical name and its '='.

    Raises UnusableError.
    """
    mapping: dict[str, str] = {}
    for pair in (
        pair for option in options for pair in re.split(rf",(?=(?:{'|'.join(CANONICAL)})=)", option)
    ):
        name, equals, column = pair.partition("=")
        if name.strip() not in CANONICAL or not equals or not column.strip():
            raise UnusableError(
                f"--map {pair!r} is not canonical=Column; canonical names are {', '.join(CANONICAL)}"
            )
        if mapping.setdefault(name.strip(), column.strip()) != column.strip():
            raise UnusableError(f"--map names two columns for {name.strip()!r}")
    return mapping


def choose_columns(
    found: Iterable[str], mapping: Mapping[str, str], *, required: Sequence[str], source: str
) -> dict[str, int]:
    """Return canonical name -> position for the columns that a table has; raises UnusableError for a lack."""
    columns = [name.strip() for name in found]
    chosen: dict[str, int] = {}
    for name in CANONICAL:
        wanted = mapping.get(name, name)
        if columns.count(wanted) > 1:
            raise UnusableError(
                f"{source} has {columns.count(wanted)} columns named {wanted!r}; rename all but one"
            )
        if wanted in columns:
            chosen[name] = columns.index(wanted)
        elif name in required or name in mapping:
            raise UnusableError(
                f"{source} has no column {wanted!r}; its columns are {', '.join(map(repr, columns))}: "
                f"name the right one with --map {name}=COLUMN"
            )
    return chosen


def _numbers(cells: Cells | None, name: str, size: int) -> tuple[Floats, dict[int, str]]:
    """Return values, NaN where missing, and by row the reasons against cells that are no amount."""
    if cells is None:
        return np.full(size, np.nan), {}
    values = cells if isinstance(cells, np.ndarray) else _plain_numbers(cells)
    if not isinstance(values, np.ndarray):
        return _odd_numbers(values, name)
    wrong = np.flatnonzero((values < 0) | np.isinf(values)).tolist()
    return values, {
        row: f"{name} {float(values[row])!r} is not a finite number of at least 0" for row in wrong
    }


def _plain_numbers(cells: Sequence[str]) -> Cells:
    """Return values where all cells are empty or bare digits with a point; else the cells as they are."""
    if not _PLAIN.fullmatch("".join(cells)):
        return cells
    try:
        return np.array([float(text or "nan") for text in cells], dtype=np.float64)
    except ValueError:
        return cells


def _odd_numbers(cells: Sequence[str], name: str) -> tuple[Floats, dict[int, str]]:
    """Read cells one by one, where some are signed, spaced, in exponent form or not numbers."""
    values, faults = np.full(len(cells), np.nan), {}
    for row, text in enumerate(map(str.strip, cells)):
        if not text:
            continue
        if not _NUMBER.fullmatch(text):
            faults[row] = f"{name} {text!r} is not a plain decimal number"
            continue
        value = float(text)
        if value < 0 or math.isinf(value):
            faults[row] = f"{name} {text!r} is not a finite number of at least 0"
        values[row] = abs(value)
    return values, faults


def _flags(cells: Sequence[str] | None, name: str, size: int) -> tuple[NDArray[np.bool_], dict[int, str]]:
    if cells is None:
        return np.zeros(size, dtype=np.bool_), {}
    words = [text.strip().lower() for text in cells]
    faults = {
        row: f"{name} {cells[row]!r} is neither yes nor no"
        for row, word in enumerate(words)
        if word not in _YES and word not in _NO
    }
    return np.array([word in _YES for word in words], dtype=np.bool_), faults


def _repeats(
    among: NDArray[np.bool_], group: Integers, member: Integers, value: NDArray
) -> NDArray[np.bool_]:
    """Flag the rows among those given that equal another one before them in group, member and value."""
    rows = np.flatnonzero(among)
    found = np.zeros(len(among), dtype=np.bool_)
    if not len(rows):
        return found
    pair = group[rows] * (member[rows].max() + 1) + member[rows]
    ordered = np.sort(pair)
    shared = np.isin(pair, ordered[1:][ordered[1:] == ordered[:-1]])
    rows, pair = rows[shared], pair[shared]
    order = np.lexsort((value[rows], pair))
    same = (pair[order][1:] == pair[order][:-1]) & (value[rows][order][1:] == value[rows][order][:-1])
    found[rows[order][1:][same]] = True
    return found


def _nameless(text: str) -> str:
    return f"tender {text!r} is not UTF-8 text" if text.strip() else "tender is missing"
