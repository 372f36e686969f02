"""What an opening makes public: the fields read out, the list of bids to release, the one table of all prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidding.domain import shapes
from bidding.domain.faults import Decision as FaultDecision, Outcome
from bidding.domain.shapes import ShapeError
from kernel.domain import canonical, money

FIELDS_DOMAIN = "yangguang/opening-fields/v1"
RELEASE_LIST_DOMAIN = "yangguang/release-list/v1"
TABLE_DOMAIN = "yangguang/opening-table/v1"
RECORD_DOMAIN = "yangguang/opening-record/v1"
ENTERPRISES = ("large", "medium", "small", "micro")
RELEASE_REASONS = ("custodians", "consent", "other_fault")

_GUARANTEE = shapes.record(
    number=shapes.text, issuer=shapes.credit_code, amount=shapes.amount, sha256=shapes.digest
)
FIELDS_SHAPE = shapes.record(
    domain=shapes.exactly(FIELDS_DOMAIN),
    price=shapes.amount,
    price_words=shapes.any_text,
    period_days=shapes.nullable(shapes.whole_number(1)),
    quality=shapes.any_text,
    enterprise=shapes.one_of(*ENTERPRISES),
    guarantee=shapes.nullable(_GUARANTEE),
    terms=shapes.rows(shapes.pair(shapes.text, shapes.any_text), most=1000),
)
_COEFFICIENT = shapes.record(name=shapes.text, value=shapes.text, draw=shapes.text)
RELEASE_LIST_SHAPE = shapes.record(
    domain=shapes.exactly(RELEASE_LIST_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    closing=shapes.digest,
    mode=shapes.one_of("consent", "custodians"),
    bids=shapes.rows(
        shapes.record(
            bid=shapes.identifier,
            reason=shapes.one_of(*RELEASE_REASONS),
            consent=shapes.nullable(shapes.digest),
        )
    ),
    coefficients=shapes.rows(_COEFFICIENT),
)
TABLE_SHAPE = shapes.record(
    domain=shapes.exactly(TABLE_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    closing=shapes.digest,
    release=shapes.digest,
    bids=shapes.rows(
        shapes.record(
            bid=shapes.identifier,
            bidder=shapes.credit_code,
            name=shapes.text,
            received_at=shapes.instant,
            outcome=shapes.one_of(*Outcome),
            cause=shapes.nullable(shapes.text),
            statement=shapes.digest,
            fields=shapes.nullable(FIELDS_SHAPE),
            addenda=shapes.whole_number(),
        )
    ),
    coefficients=shapes.rows(_COEFFICIENT),
)
RECORD_SHAPE = shapes.record(
    domain=shapes.exactly(RECORD_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    table=shapes.digest,
    objections=shapes.rows(
        shapes.record(
            bidder=shapes.credit_code,
            text=shapes.text,
            raised_at=shapes.instant,
            answer=shapes.nullable(shapes.text),
            answered_at=shapes.nullable(shapes.instant),
        )
    ),
    confirmations=shapes.rows(
        shapes.record(
            bidder=shapes.credit_code,
            answer=shapes.one_of("confirmed", "objected", "deemed"),
            at=shapes.instant,
        )
    ),
    pauses=shapes.rows(shapes.anything),
    ended_at=shapes.instant,
)


@dataclass(frozen=True, slots=True)
class Price:
    """A price as it counts: in yuan, by the words or by the figures, with what both said where they differ."""

    amount: Decimal
    by: str
    figures: Decimal
    words: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One bid in the opening table."""

    bid: str
    bidder: str
    name: str
    received_at: str
    statement: str
    addenda: int
    decision: FaultDecision
    fields: dict[str, Any] | None


def build_fields(
    *,
    price: Decimal,
    period_days: int | None,
    quality: str,
    enterprise: str,
    guarantee: Mapping[str, Any] | None = None,
    terms: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return the fields that are read out, the price in figures and in capital numerals."""
    value = {
        "domain": FIELDS_DOMAIN,
        "price": money.to_text(price),
        "price_words": money.capital_numerals(price),
        "period_days": period_days,
        "quality": quality,
        "enterprise": enterprise,
        "guarantee": None if guarantee is None else dict(guarantee),
        "terms": [list(one) for one in terms],
    }
    shapes.check(value, FIELDS_SHAPE, "opening fields")
    return value


def read_fields(data: bytes) -> dict[str, Any]:
    """Return the opening fields from their file; raises ShapeError when they are not canonical or incomplete."""
    try:
        value: dict[str, Any] = canonical.from_bytes(data)
    except canonical.NotCanonicalError as error:
        raise ShapeError(f"the opening fields cannot be read: {error}") from error
    shapes.check(value, FIELDS_SHAPE, "opening fields")
    return value


def price(fields: Mapping[str, Any]) -> Price:
    """Return the price that counts: where words and figures differ the words do (rule M-05).

    Words that say no amount cannot differ from the figures: then the figures count.
    """
    figures = money.parse(fields["price"])
    try:
        words = money.read_capital_numerals(fields["price_words"])
    except money.AmountError:
        return Price(amount=figures, by="figures", figures=figures, words=None)
    return Price(amount=words, by="figures" if words == figures else "words", figures=figures, words=words)


def build_release_list(
    *,
    tender: str,
    lot: str,
    closing: str,
    mode: str,
    bids: Mapping[str, tuple[str, str | None]],
    coefficients: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """Return the list of bids to release: bid -> (reason, hash of the consent where there is one)."""
    value = {
        "domain": RELEASE_LIST_DOMAIN,
        "tender": tender,
        "lot": lot,
        "closing": closing,
        "mode": mode,
        "bids": [{"bid": bid, "reason": bids[bid][0], "consent": bids[bid][1]} for bid in sorted(bids)],
        "coefficients": [dict(one) for one in coefficients],
    }
    return parse_release_list(value)


def parse_release_list(value: Any) -> dict[str, Any]:
    """Return a release list, its shape and its reasons checked; raises ShapeError."""
    shapes.check(value, RELEASE_LIST_SHAPE, "release list")
    bids = [one["bid"] for one in value["bids"]]
    if bids != sorted(set(bids)):
        raise ShapeError("release list.bids: sorted by id, each once, is wanted")
    for index, one in enumerate(value["bids"]):
        if (one["reason"] == "custodians") != (value["mode"] == "custodians"):
            raise ShapeError(f"release list.bids[{index}].reason: it does not fit the mode")
        if (one["reason"] == "consent") != (one["consent"] is not None):
            raise ShapeError(
                f"release list.bids[{index}].consent: a consent, and only one, names its message"
            )
    found: dict[str, Any] = value
    return found


def build_table(
    *,
    tender: str,
    lot: str,
    closing: str,
    release: str,
    rows: Sequence[Row],
    coefficients: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """Return the opening table, by arrival: the one object in which all prices of a lot become known."""
    value = {
        "domain": TABLE_DOMAIN,
        "tender": tender,
        "lot": lot,
        "closing": closing,
        "release": release,
        "bids": [
            {
                "bid": one.bid,
                "bidder": one.bidder,
                "name": one.name,
                "received_at": one.received_at,
                "outcome": str(one.decision.outcome),
                "cause": None if one.decision.cause is None else str(one.decision.cause),
                "statement": one.statement,
                "fields": one.fields,
                "addenda": one.addenda,
            }
            for one in sorted(rows, key=lambda one: (one.received_at, one.bid))
        ],
        "coefficients": [dict(one) for one in coefficients],
    }
    return parse_table(value)


def parse_table(value: Any) -> dict[str, Any]:
    """Return an opening table, its shape and logic checked; raises ShapeError."""
    shapes.check(value, TABLE_SHAPE, "opening table")
    order = [(one["received_at"], one["bid"]) for one in value["bids"]]
    if order != sorted(set(order)) or len({one["bid"] for one in value["bids"]}) != len(order):
        raise ShapeError("opening table.bids: by arrival, each once, is wanted")
    for index, one in enumerate(value["bids"]):
        opened = one["outcome"] == Outcome.OPENED
        if one["fields"] is not None and (not opened or one["cause"] is not None):
            raise ShapeError(
                f"opening table.bids[{index}].fields: null is wanted for a bid that was not opened"
            )
        if one["fields"] is None and one["cause"] is None:
            raise ShapeError(f"opening table.bids[{index}].cause: a bid without fields names the cause")
    found: dict[str, Any] = value
    return found


def build_record(
    *,
    tender: str,
    lot: str,
    table: str,
    objections: Sequence[Mapping[str, Any]],
    confirmations: Sequence[Mapping[str, Any]],
    pauses: Sequence[Mapping[str, Any]],
    ended_at: datetime,
) -> dict[str, Any]:
    """Return the opening record that host and witness sign."""
    value = {
        "domain": RECORD_DOMAIN,
        "tender": tender,
        "lot": lot,
        "table": table,
        "objections": [dict(one) for one in objections],
        "confirmations": [dict(one) for one in confirmations],
        "pauses": [dict(one) for one in pauses],
        "ended_at": canonical.instant(ended_at),
    }
    shapes.check(value, RECORD_SHAPE, "opening record")
    return value
