"""What the indicators read of an OCDS compiled release; a value of another type than the standard's is missing."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_CLOSED = frozenset(["cancelled", "unsuccessful"])
_NOT_SUBMITTED = frozenset(["invited", "withdrawn"])


class Price(NamedTuple):
    """An amount in the unit of its currency; both are known, or there is no price."""

    amount: float
    currency: str


class Bid(NamedTuple):
    """A bid with a status; `alone` is its tenderer where it has exactly one, and that one has an id."""

    status: str
    tenderers: tuple[str, ...]
    alone: str | None
    price: Price | None
    date: str | None


class Award(NamedTuple):
    """An award with a status; `alone` is its supplier as for a bid, `classes` the ids of its items' classes."""

    status: str
    suppliers: tuple[str, ...]
    alone: str | None
    classes: tuple[str, ...]


class Process(NamedTuple):
    """One contracting process: what one line of the file says of it."""

    ocid: str
    buyer: str | None
    procuring_entity: str | None
    status: str | None
    method: str | None
    details: str | None
    tenderers: int | None
    start: str | None
    end: str | None
    bids: tuple[Bid, ...]
    awards: tuple[Award, ...]


def read(release: object) -> Process | None:
    """Return the process that a compiled release describes, None where the release bears no ocid."""
    ocid = _text(release, "ocid")
    if ocid is None:
        return None
    tender = _object(release, "tender")
    period = _object(tender, "tenderPeriod")
    number = tender.get("numberOfTenderers")
    return Process(
        ocid=ocid,
        buyer=_text(_object(release, "buyer"), "id"),
        procuring_entity=_text(_object(tender, "procuringEntity"), "id"),
        status=_text(tender, "status"),
        method=_text(tender, "procurementMethod"),
        details=_text(tender, "procurementMethodDetails"),
        tenderers=number if type(number) is int else None,
        start=_text(period, "startDate"),
        end=_text(period, "endDate"),
        bids=tuple(_bids(release)),
        awards=tuple(_awards(release)),
    )


def submitted(process: Process) -> list[Bid]:
    """Return the bids that were submitted: neither only invited nor withdrawn, whatever became of them."""
    return [bid for bid in process.bids if bid.status not in _NOT_SUBMITTED]


def active(process: Process) -> list[Award]:
    """Return the awards in force."""
    return [award for award in process.awards if award.status == "active"]


def settled(process: Process) -> list[Award] | None:
    """Return the awards in force once every award is final; None while one is pending or of an unknown status."""
    found = active(process)
    closed = sum(award.status in _CLOSED for award in process.awards)
    return found if len(found) + closed == len(process.awards) else None


def winner(process: Process) -> str | None:
    """Return the supplier of the only award in force, None where there is not exactly one of each.

    With one award in force all bids are taken to compete for the whole; with several there are lots, of which
    the release does not say which bids belong together.
    """
    awards = settled(process)
    return awards[0].alone if awards and len(awards) == 1 else None


def _bids(release: object) -> Iterator[Bid]:
    for entry in _list(_object(release, "bids"), "details"):
        status = _text(entry, "status")
        if status is None:
            continue
        value = _object(entry, "value")
        amount, currency = _number(value.get("amount")), _text(value, "currency")
        parties = _list(entry, "tenderers")
        yield Bid(
            status=status,
            tenderers=_ids(parties),
            alone=_text(parties[0], "id") if len(parties) == 1 else None,
            price=None if amount is None or currency is None else Price(amount, currency),
            date=_text(entry, "date"),
        )


def _awards(release: object) -> Iterator[Award]:
    for entry in _list(release, "awards"):
        status = _text(entry, "status")
        if status is None:
            continue
        parties = _list(entry, "suppliers")
        classes = (_text(_object(item, "classification"), "id") for item in _list(entry, "items"))
        yield Award(
            status=status,
            suppliers=_ids(parties),
            alone=_text(parties[0], "id") if len(parties) == 1 else None,
            classes=tuple(name for name in classes if name is not None),
        )


def _ids(parties: list[Any]) -> tuple[str, ...]:
    names = (_text(party, "id") for party in parties)
    return tuple(name for name in names if name is not None)


def _object(value: object, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(value: object, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []


def _text(value: object, name: str) -> str | None:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
