"""The closing list: which bids stood at T, fixed and signed before any share of a key is released."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bidding.domain import shapes
from bidding.domain.notice import Notice
from bidding.domain.records import Outcome
from bidding.domain.shapes import ShapeError
from kernel.domain import canonical
from kernel.domain.refusals import ALLOWED, Decision, Refused

CLOSING_DOMAIN = "yangguang/closing/v1"
LINE_DOMAIN = b"yangguang/closing-line/v1\n"
SALT_BYTES = 32


class Status(StrEnum):
    """What a sealed bid was at T."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class ClosingError(ValueError):
    """Records from which no closing list follows, or a list that does not hold; the message says what."""


_CHAIN = shapes.record(chain=shapes.text, length=shapes.whole_number(1), head=shapes.digest)
CLOSING_SHAPE = shapes.record(
    domain=shapes.exactly(CLOSING_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    notice=shapes.digest,
    addenda=shapes.rows(shapes.digest),
    deadline=shapes.instant,
    counted_at=shapes.instant,
    lines=shapes.rows(shapes.digest),
    valid=shapes.whole_number(),
    chains=shapes.rows(_CHAIN),
)
LINE_SHAPE = shapes.record(
    bid=shapes.identifier,
    bidder=shapes.credit_code,
    statement=shapes.digest,
    seal=shapes.digest,
    received_at=shapes.instant,
    status=shapes.one_of(*Status),
    by=shapes.nullable(shapes.digest),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One bid in the closing list, behind a salt: shown only to those who may see it."""

    salt: bytes
    value: dict[str, Any]

    @property
    def hash(self) -> str:
        """H(domain LF || salt || canonical line)."""
        return hashlib.sha256(LINE_DOMAIN + self.salt + canonical.to_bytes(self.value)).hexdigest()


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of the log as it stood: name, number of entries, hash of the last."""

    name: str
    length: int
    head: str


def lines(
    seals: Sequence[Mapping[str, Any]], withdrawals: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return what each accepted bid was at T, by arrival, from the seal and withdrawal records of one lot.

    Refused records say nothing; a held one must be decided first. Raises ClosingError when the records
    contradict each other: two successors, a stranger's successor, two live bids of one bidder.
    """
    accepted = _decided(seals)
    by_statement = {one["statement"]: one for one in accepted}
    if len(by_statement) != len(accepted) or len({one["bid"] for one in accepted}) != len(accepted):
        raise ClosingError("one bid was recorded twice")
    successors = _successors(accepted, by_statement)
    leaving = _leaving(_decided(withdrawals), {one["bid"] for one in accepted})
    found = [_line(one, successors.get(one["statement"]), leaving.get(one["bid"])) for one in accepted]
    live = [one["bidder"] for one in found if one["status"] == Status.VALID]
    if len(set(live)) != len(live):
        raise ClosingError("a bidder has two live bids")
    return sorted(found, key=lambda one: (one["received_at"], one["bid"]))


def build(
    notice: Notice, *, counted_at: datetime, salted: Sequence[Line], chains: Sequence[Chain]
) -> dict[str, Any]:
    """Return the closing list; each line comes with a fresh random salt of 32 bytes."""
    if any(len(one.salt) != SALT_BYTES for one in salted) or len({one.salt for one in salted}) != len(salted):
        raise ClosingError(f"each line needs a salt of its own, of {SALT_BYTES} bytes")
    value = {
        "domain": CLOSING_DOMAIN,
        "tender": notice.tender,
        "lot": notice.lot,
        "notice": notice.hash,
        "addenda": [one.hash for one in notice.addenda],
        "deadline": canonical.instant(notice.deadline),
        "counted_at": canonical.instant(counted_at),
        "lines": sorted(one.hash for one in salted),
        "valid": sum(one.value["status"] == Status.VALID for one in salted),
        "chains": [
            {"chain": one.name, "length": one.length, "head": one.head}
            for one in sorted(chains, key=lambda one: one.name)
        ],
    }
    return parse(value, notice)


def parse(value: Any, notice: Notice) -> dict[str, Any]:
    """Return a closing list, its shape checked against the notice; raises ShapeError."""
    shapes.check(value, CLOSING_SHAPE, "closing")
    expected = {
        "tender": notice.tender,
        "lot": notice.lot,
        "notice": notice.hash,
        "addenda": [one.hash for one in notice.addenda],
        "deadline": canonical.instant(notice.deadline),
    }
    for name, wanted in expected.items():
        if value[name] != wanted:
            raise ShapeError(f"closing.{name}: this is not what the lot's notice says")
    if value["counted_at"] < value["deadline"]:
        raise ShapeError("closing.counted_at: bids are counted after T")
    names = [one["chain"] for one in value["chains"]]
    if value["lines"] != sorted(set(value["lines"])) or names != sorted(set(names)):
        raise ShapeError("closing: lines and chains are sorted, each once")
    if value["valid"] > len(value["lines"]):
        raise ShapeError("closing.valid: more valid bids than lines")
    found: dict[str, Any] = value
    return found


def check_lines(closing: Mapping[str, Any], shown: Sequence[Line]) -> None:
    """Raise ClosingError unless every shown line is in the list, and, when all are shown, the count is right."""
    hashes = [one.hash for one in shown]
    for one in shown:
        shapes.check(one.value, LINE_SHAPE, "line")
        if (one.value["status"] == Status.VALID) != (one.value["by"] is None):
            raise ClosingError("a line names what replaced or withdrew its bid, and a valid one nothing")
    if len(set(hashes)) != len(hashes) or not set(hashes) <= set(closing["lines"]):
        raise ClosingError("a line is not in the closing list")
    if len(hashes) == len(closing["lines"]):
        valid = sum(one.value["status"] == Status.VALID for one in shown)
        if valid != closing["valid"]:
            raise ClosingError(
                f"the closing list counts {closing['valid']} valid bids, its lines show {valid}"
            )


def enough(closing: Mapping[str, Any], *, least: int) -> Decision:
    """Tell whether there are enough valid bids to open any (C-01); `least` is the rulebook's number."""
    if closing["valid"] < least:
        return Refused("C-01", "too_few_bids", {"valid": str(closing["valid"]), "least": str(least)})
    return ALLOWED


def _decided(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if len({one["lot"] for one in records}) > 1:
        raise ClosingError("the records are of several lots")
    if any(one["outcome"] == Outcome.HELD for one in records):
        raise ClosingError("a record is held: two people must decide it before the bids are counted")
    return [one for one in records if one["outcome"] == Outcome.ACCEPTED]


def _successors(
    accepted: Sequence[Mapping[str, Any]], by_statement: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in accepted:
        old = one["supersedes"]
        if old is None:
            continue
        if old not in by_statement or by_statement[old]["bidder"] != one["bidder"]:
            raise ClosingError("a bid replaces one that is not its bidder's")
        if old in found or one["received_at"] < by_statement[old]["received_at"]:
            raise ClosingError("a bid was replaced twice, or by an earlier one")
        found[old] = one["statement"]
    return found


def _leaving(withdrawals: Sequence[Mapping[str, Any]], bids: set[str]) -> dict[str, str]:
    found = {one["bid"]: one["withdrawal"] for one in withdrawals}
    if len(found) != len(withdrawals) or not found.keys() <= bids:
        raise ClosingError("a withdrawal is of no accepted bid, or a bid was withdrawn twice")
    return found


def _line(record: Mapping[str, Any], successor: str | None, withdrawal: str | None) -> dict[str, Any]:
    if successor is not None and withdrawal is not None:
        raise ClosingError("a bid was replaced and withdrawn; only a live bid can be either")
    status = Status.VALID
    if successor is not None:
        status = Status.SUPERSEDED
    elif withdrawal is not None:
        status = Status.WITHDRAWN
    return {
        "bid": record["bid"],
        "bidder": record["bidder"],
        "statement": record["statement"],
        "seal": canonical.digest(dict(record)),
        "received_at": record["received_at"],
        "status": str(status),
        "by": successor or withdrawal,
    }
