"""ETDRAW/1: a random order that everyone can recompute and nobody could choose (docs/formats.md section 9).

The same draw picks experts (ids are pseudonyms) and coefficients (ids are the candidate values as text).
It needs no state: five inputs give the order; skips and replacements only move along it.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

VALUE_BYTES = 32
COMMIT_DOMAIN = b"etender-commit/v1\n"
DRAW_DOMAIN = b"etender-draw/v1\n"
_HEX = re.compile(r"(?:[0-9a-f]{2})*\Z")


class DrawError(ValueError):
    """Inputs or a record of a draw that do not hold; the message names the first thing that is wrong."""


class SkipReason(StrEnum):
    """Why someone who came up in the order was passed over."""

    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    SITE_FULL = "site_full"
    ABSENT = "absent"
    AVOIDANCE = "avoidance"
    LEFT_POST = "left_post"
    HEALTH = "health"


SKIP_RULE: Mapping[SkipReason, str] = {
    SkipReason.DECLINED: "R-03",
    SkipReason.NO_ANSWER: "R-03",
    SkipReason.UNREACHABLE: "R-03",
    SkipReason.TAKEN_ELSEWHERE: "R-03",
    SkipReason.SITE_FULL: "X-09",
    SkipReason.ABSENT: "R-05",
    SkipReason.AVOIDANCE: "C-09",
    SkipReason.LEFT_POST: "C-10",
    SkipReason.HEALTH: "C-10",
}


@dataclass(frozen=True, slots=True)
class Skip:
    """One id that was passed over, with the rule that allowed it and the reason's code."""

    id: str
    rule: str
    reason: str

    @classmethod
    def of(cls, who: str, reason: SkipReason) -> "Skip":
        """Build a skip whose rule follows from its reason."""
        return cls(who, SKIP_RULE[reason], reason.value)


@dataclass(frozen=True, slots=True)
class Draw:
    """The five inputs from which anyone recomputes the order.

    `ids` are distinct one-line texts in NFC; `contributions` name -> 32 bytes, one per contributor; `beacon`
    is an outside value as bytes, or empty. Raises DrawError on anything else.
    """

    ids: tuple[str, ...]
    draw_id: str
    stratum: str
    contributions: Mapping[str, bytes]
    beacon: bytes = b""

    def __post_init__(self) -> None:
        _check_ids(self.ids)
        for what, text in (("draw_id", self.draw_id), ("stratum", self.stratum)):
            _check_line(what, text)
        if not self.contributions:
            raise DrawError("a draw needs at least one contribution")
        for name, value in self.contributions.items():
            _check_line("contributor", name)
            _check_value(name, value)

    @property
    def pool_hash(self) -> str:
        """SHA-256 of the ids sorted by bytes, each followed by LF, in hex."""
        return pool_hash(self.ids)

    @property
    def commits(self) -> dict[str, str]:
        """The commitment of each contributor, by name."""
        return {name: commitment(self.draw_id, name, v) for name, v in sorted(self.contributions.items())}

    @property
    def seed(self) -> bytes:
        """The 32 bytes that every contributor moved and none could choose."""
        return seed(self.draw_id, self.pool_hash, self.contributions, self.beacon)

    @property
    def order(self) -> tuple[str, ...]:
        """All ids by ascending key, ties by the bytes of the id."""
        drawn = self.seed
        return tuple(sorted(self.ids, key=lambda who: (key(drawn, self.stratum, who), who.encode())))

    @property
    def first_key(self) -> str:
        """The key of the first id in the order, in hex."""
        return key(self.seed, self.stratum, self.order[0])


@dataclass(frozen=True, slots=True)
class Result:
    """A draw together with how many it should take and who was passed over; what is taken follows from it."""

    draw: Draw
    take: int
    skips: tuple[Skip, ...] = ()
    exclusions: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    order: tuple[str, ...] = field(init=False)
    taken: tuple[str, ...] = field(init=False)
    reserve: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", self.draw.order)
        taken, reserve = split(self.order, self.take, self.skips)
        object.__setattr__(self, "taken", taken)
        object.__setattr__(self, "reserve", reserve)
        both = {who for who, _ in self.exclusions} & set(self.draw.ids)
        if both:
            raise DrawError(f"{min(both)!r} is excluded and in the pool at once")

    @property
    def short(self) -> int:
        """How many are still missing because the order is exhausted."""
        return self.take - len(self.taken)

    def replace(self, who: str, reason: SkipReason) -> "Result":
        """Return the result after one who was taken drops out: the next in the same order comes in.

        Raises DrawError when `who` was not taken. A result with `short` > 0 needs a new draw with a reason.
        """
        if who not in self.taken:
            raise DrawError(f"{who!r} was not taken, so nobody can replace it")
        return replace(self, skips=(*self.skips, Skip.of(who, reason)))

    def as_json(self) -> dict[str, Any]:
        """Return the whole record, as the auditors' edition holds it (docs/formats.md section 9)."""
        return {
            "ids": sorted(self.draw.ids, key=str.encode),
            "draw_id": self.draw.draw_id,
            "stratum": self.draw.stratum,
            "contributions": {name: v.hex() for name, v in sorted(self.draw.contributions.items())},
            "beacon": self.draw.beacon.hex(),
            "take": self.take,
            "commits": self.draw.commits,
            "pool_hash": self.draw.pool_hash,
            "seed": self.draw.seed.hex(),
            "order": list(self.order),
            "taken": list(self.taken),
            "reserve": list(self.reserve),
            "skips": [{"id": s.id, "rule": s.rule, "reason": s.reason} for s in self.skips],
            "exclusions": [{"id": who, "reason": why} for who, why in sorted(self.exclusions)],
            "reason": self.reason,
        }

    def as_public_json(self) -> dict[str, Any]:
        """Return the record for the public edition: no exclusions, and skips without their reasons."""
        whole = self.as_json()
        del whole["exclusions"]
        return whole | {"skips": [{"id": s.id, "rule": s.rule} for s in self.skips]}


def pool_hash(ids: Iterable[str]) -> str:
    """Return SHA-256 of the ids sorted by bytes, each followed by LF, in hex (ETDRAW/1 step 1)."""
    return hashlib.sha256(b"".join(line + b"\n" for line in sorted(who.encode() for who in ids))).hexdigest()


def commitment(draw_id: str, name: str, value: bytes) -> str:
    """Return what a contributor publishes before it reveals its 32 bytes, in hex (ETDRAW/1 step 2)."""
    _check_value(name, value)
    body = COMMIT_DOMAIN + _lp(draw_id.encode()) + _lp(name.encode()) + _lp(value)
    return hashlib.sha256(body).hexdigest()


def check_reveal(commit: str, draw_id: str, name: str, value: bytes) -> None:
    """Raise DrawError unless a revealed value is the one that its contributor committed to."""
    if not hmac.compare_digest(commitment(draw_id, name, value), commit):
        raise DrawError(f"the value of {name} is not the one that it committed to")


def seed(draw_id: str, pool: str, contributions: Mapping[str, bytes], beacon: bytes) -> bytes:
    """Return the seed over draw id, pool hash (32 bytes), contributions by name, and beacon (step 4)."""
    body = DRAW_DOMAIN + _lp(draw_id.encode()) + _lp(bytes.fromhex(pool))
    body += len(contributions).to_bytes(4, "big")
    for name in sorted(contributions, key=str.encode):
        body += _lp(name.encode()) + _lp(contributions[name])
    return hashlib.sha256(body + _lp(beacon)).digest()


def key(drawn: bytes, stratum: str, who: str) -> str:
    """Return HMAC-SHA256(seed, lp(stratum) || lp(id)) in hex: the smaller, the earlier (step 5)."""
    return hmac.digest(drawn, _lp(stratum.encode()) + _lp(who.encode()), "sha256").hex()


def split(order: Sequence[str], take: int, skips: Iterable[Skip]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (taken, reserve): the first `take` who were not skipped, and the rest in order.

    Raises DrawError when a skip is no member of the order, stands twice, or was never reached: someone behind
    the last taken cannot have been passed over.
    """
    if take < 1:
        raise DrawError("a draw takes at least one")
    passed = [skip.id for skip in skips]
    if len(set(passed)) != len(passed):
        raise DrawError("an id is skipped twice")
    places = {who: place for place, who in enumerate(order)}
    stranger = next((who for who in passed if who not in places), None)
    if stranger is not None:
        raise DrawError(f"{stranger!r} is skipped but not in the order")
    left = [who for who in order if who not in set(passed)]
    taken, reserve = tuple(left[:take]), tuple(left[take:])
    if len(taken) == take and (early := [who for who in passed if places[who] > places[taken[-1]]]):
        raise DrawError(f"{early[0]!r} is skipped although the draw never reached it")
    return taken, reserve


def from_json(value: Mapping[str, Any]) -> Draw:
    """Read the five inputs of a draw record; raises DrawError when they have another shape."""
    try:
        return Draw(
            ids=tuple(value["ids"]),
            draw_id=value["draw_id"],
            stratum=value["stratum"],
            contributions={name: _unhex(name, text) for name, text in value["contributions"].items()},
            beacon=_unhex("the beacon", value["beacon"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise DrawError(f"not a draw record: {error!r}") from error


def verify(record: Mapping[str, Any]) -> Result:
    """Recompute a record (whole or public) and return its result; raises DrawError naming what differs."""
    drawn = from_json(record)
    try:
        skips = tuple(Skip(s["id"], s["rule"], s.get("reason", "")) for s in record["skips"])
        exclusions = tuple((e["id"], e["reason"]) for e in record.get("exclusions", ()))
        result = Result(drawn, record["take"], skips, exclusions, record["reason"])
    except (KeyError, TypeError, AttributeError) as error:
        raise DrawError(f"not a draw record: {error!r}") from error
    expected = result.as_json() if "exclusions" in record else result.as_public_json()
    for name, value in expected.items():
        if record.get(name) != value:
            raise DrawError(f"{name} is not what the draw gives: {record.get(name)!r}, not {value!r}")
    if extra := set(record) - set(expected):
        raise DrawError(f"the record has an unknown member {min(extra)!r}")
    return result


def coefficient(
    name: str, values: Iterable[str], *, draw_id: str, contributions: Mapping[str, bytes], beacon: bytes = b""
) -> Result:
    """Draw one candidate value of a coefficient: its name is the stratum, the values as written are ids."""
    return Result(Draw(tuple(values), draw_id, name, contributions, beacon), take=1)


def _lp(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _check_ids(ids: tuple[str, ...]) -> None:
    if not ids:
        raise DrawError("the pool is empty")
    for who in ids:
        _check_line("id", who)
    if len(set(ids)) != len(ids):
        raise DrawError("an id stands twice in the pool")


def _check_line(what: str, text: str) -> None:
    if not isinstance(text, str) or not text or "\n" in text:
        raise DrawError(f"{what} must be one line of text, not {text!r}")
    if not unicodedata.is_normalized("NFC", text):
        raise DrawError(f"{what} {text!r} is not in Unicode NFC")


def _check_value(name: str, value: bytes) -> None:
    if not isinstance(value, bytes) or len(value) != VALUE_BYTES:
        raise DrawError(f"the value of {name} must be {VALUE_BYTES} bytes")


def _unhex(name: str, text: str) -> bytes:
    if not isinstance(text, str) or not _HEX.match(text):
        raise DrawError(f"{name} must be lower-case hex digits, not {text!r}")
    return bytes.fromhex(text)
