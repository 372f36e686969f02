"""Reads bids from OCDS releases, one JSON object a line (Open Contracting Data Standard 1.1, bids extension)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitoring.cli.bids import Chunk, UnusableError
from monitoring.cli.files import Progress, open_bytes

_NOT_VALID = frozenset(["disqualified", "withdrawn", "invited"])
"""Codes of bidStatus under which a bid does not compete."""
_NOT_IN_FORCE = frozenset(["cancelled", "unsuccessful", "pending"])
"""Codes of awardStatus under which nobody has won."""


@dataclass(frozen=True, slots=True)
class _Row:
    tender: tuple[str, str]
    place: str
    bidder: str
    amount: str
    currency: str
    out: bool
    twin: int
    buyer: str
    awarded: bool
    date: str


class _Releases:
    """What the lines say, kept until all are read: only then is it known which ids stand alone."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self.broken: list[tuple[str, str]] = []
        self.estimates: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self.tenders: dict[tuple[str, str], None] = {}

    def add(self, place: str, line: bytes) -> None:
        try:
            release = json.loads(line, parse_float=Decimal, parse_constant=str)
        except (ValueError, RecursionError) as error:
            self.broken.append((place, f"not JSON ({error})"))
            return
        tender = _object(release, "tender")
        key = (_text(_get(release, "ocid")), _text(tender.get("id")))
        details = _object(release, "bids").get("details") or []
        if not any(map(str.strip, key)):
            self.broken.append((place, "not an OCDS release: it has neither tender.id nor ocid"))
            return
        self.tenders[key] = None
        value = _object(tender, "value")
        if _text(value.get("amount")):
            self.estimates[key].add((_text(value.get("amount")), _text(value.get("currency"))))
        if not isinstance(details, list):
            self.broken.append((place, "bids.details is not a list"))
            return
        buyer, winners = _text(_object(release, "buyer").get("id")), _winners(_get(release, "awards"))
        self.rows += [
            _row(key, f"{place}, bid {number}", bid, buyer, winners) for number, bid in enumerate(details, 1)
        ]


def read(
    path: Path, mapping: Mapping[str, str], required: Sequence[str], progress: Progress
) -> Iterator[Chunk]:
    """Yield the bids of OCDS releases: tender.id (or ocid), tenderers[0].id, value.amount, tender.value.amount.

    Awarded are the suppliers of awards in force; the buyer is buyer.id.

    A tender.id that stands under several ocids is no name; the ocid takes its place. Bids in several currencies
    under one tender cannot be compared and are bad rows; an estimate in another currency than the bids is missing.
    """
    if mapping:
        raise UnusableError("--map is for tables; the places of OCDS releases are fixed by the standard")
    found = _Releases()
    unpacked, raw = open_bytes(path)
    size = path.stat().st_size
    with raw, unpacked:
        for number, line in enumerate(unpacked, 1):
            if line.strip():
                found.add(f"line {number}", line.removeprefix(b"\xef\xbb\xbf"))
            progress(raw.tell(), size)
    if "bidder" in required and not any(row.bidder for row in found.rows):
        raise UnusableError(f"{path} names no bidder: no bid has tenderers[0].id")
    yield _chunk(found)


def _chunk(found: _Releases) -> Chunk:
    names = _display_names(list(found.tenders))
    currencies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in found.rows:
        if row.currency:
            currencies[row.tender].add(row.currency)
    faults = {
        index: f"bids in {' and '.join(sorted(currencies[row.tender]))} of one tender cannot be compared"
        for index, row in enumerate(found.rows)
        if len(currencies[row.tender]) > 1
    }
    faults |= {len(found.rows) + index: reason for index, (_, reason) in enumerate(found.broken)}
    none = [""] * len(found.broken)
    return Chunk(
        places=[row.place for row in found.rows] + [place for place, _ in found.broken],
        tender=[names[row.tender] for row in found.rows] + none,
        bidder=[row.bidder for row in found.rows] + none,
        amount=[row.amount for row in found.rows] + none,
        estimate=[_estimate(found.estimates[row.tender], currencies[row.tender]) for row in found.rows]
        + none,
        disqualified=["yes" if row.out else "" for row in found.rows] + none,
        awarded=["yes" if row.awarded else "" for row in found.rows] + none,
        buyer=[row.buyer for row in found.rows] + none,
        submitted_at=[row.date for row in found.rows] + none,
        twins=[row.twin for row in found.rows] + [0] * len(none),
        faults=faults,
        unbid=list(names.values()),
    )


def _display_names(tenders: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    ocids: dict[str, set[str]] = defaultdict(set)
    for ocid, name in tenders:
        ocids[name].add(ocid)
    return {(ocid, name): name if name and len(ocids[name]) == 1 else ocid or name for ocid, name in tenders}


def _estimate(stated: set[tuple[str, str]], currencies: set[str]) -> str:
    """Return the estimate that a tender's releases agree on, in the currency of its bids."""
    if len(stated) != 1:
        return ""
    amount, currency = next(iter(stated))
    return amount if not (currency and currencies) or {currency} == currencies else ""


def _row(tender: tuple[str, str], place: str, bid: object, buyer: str, winners: frozenset[str]) -> _Row:
    value = _object(bid, "value")
    tenderers = _get(bid, "tenderers")
    first = tenderers[0] if isinstance(tenderers, list) and tenderers else {}
    return _Row(
        tender=tender,
        place=place,
        bidder=_text(_get(first, "id")),
        amount=_text(value.get("amount")),
        currency=_text(value.get("currency")),
        out=_text(_get(bid, "status")) in _NOT_VALID,
        twin=hash(json.dumps(bid, sort_keys=True, default=str)),
        buyer=buyer,
        awarded=_text(_get(first, "id")) in winners,
        date=_text(_get(bid, "date")),
    )


def _winners(awards: object) -> frozenset[str]:
    """Return the ids of the suppliers of awards in force."""
    return frozenset(
        _text(_get(supplier, "id"))
        for award in _list(awards)
        if _text(_get(award, "status")) not in _NOT_IN_FORCE
        for supplier in _list(_get(award, "suppliers"))
    ) - {""}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _get(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _object(value: object, name: str) -> dict[str, Any]:
    found = _get(value, name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    """Return text and numbers as they were written; anything else is no id and no amount."""
    if isinstance(value, bool):
        return str(value)
    return str(value) if isinstance(value, str | int | Decimal) else ""
