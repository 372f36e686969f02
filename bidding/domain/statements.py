"""What a bidder signs: the statement that binds a bid, and its withdrawal; read strictly against the notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bidding.domain import parts as inside, shapes
from bidding.domain.notice import Notice
from bidding.domain.parts import Context, PartError
from bidding.domain.shapes import ShapeError
from kernel.domain import canonical

STATEMENT_DOMAIN = "yangguang/bid-statement/v1"
WITHDRAWAL_DOMAIN = "yangguang/bid-withdrawal/v1"
NONCE_BYTES = 32

_SHARE = shapes.record(share=shapes.digest, file=shapes.digest)
_PART = shapes.record(
    name=shapes.text,
    sha256=shapes.digest,
    length=shapes.whole_number(1),
    recipient=shapes.text,
    inner=shapes.digest,
    shares=shapes.table(_SHARE),
)
STATEMENT_SHAPE = shapes.record(
    domain=shapes.exactly(STATEMENT_DOMAIN),
    suite=shapes.text,
    tender=shapes.identifier,
    lot=shapes.identifier,
    notice=shapes.digest,
    addenda=shapes.rows(shapes.digest),
    bid=shapes.identifier,
    bidder=shapes.credit_code,
    nonce=shapes.base64_of(NONCE_BYTES),
    parts=shapes.rows(_PART, least=1),
    supersedes=shapes.nullable(shapes.digest),
    client_time=shapes.instant,
)
WITHDRAWAL_SHAPE = shapes.record(
    domain=shapes.exactly(WITHDRAWAL_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    bid=shapes.identifier,
    statement=shapes.digest,
    nonce=shapes.base64_of(NONCE_BYTES),
)


@dataclass(frozen=True, slots=True)
class ShareFact:
    """The hash of a share's plaintext and that of its file."""

    share: str
    file: str


@dataclass(frozen=True, slots=True)
class PartFact:
    """A sealed part: its container's hash and length, its key's recipient, its content's hash, its shares."""

    name: str
    sha256: str
    length: int
    recipient: str
    inner: str
    shares: Mapping[str, ShareFact]

    def as_json(self) -> dict[str, Any]:
        """Return the part as it stands in a statement."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "length": self.length,
            "recipient": self.recipient,
            "inner": self.inner,
            "shares": {role: {"share": one.share, "file": one.file} for role, one in self.shares.items()},
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """A bid as its bidder declared it to a notice; `hash` names it in everything later."""

    notice: Notice
    value: dict[str, Any]
    hash: str
    bid: str
    bidder: str
    nonce: str
    addenda: int
    parts: tuple[PartFact, ...]
    supersedes: str | None

    def part(self, name: str) -> PartFact:
        """Return a part by its name; raises ShapeError when there is none."""
        for one in self.parts:
            if one.name == name:
                return one
        raise ShapeError(f"the bid has no part {name!r}")

    def context(self, name: str) -> Context:
        """Return which part of which bid something must belong to."""
        value = self.value
        return Context(value["tender"], value["lot"], self.bid, self.bidder, self.nonce, name)

    def files(self) -> dict[str, tuple[str, int | None]]:
        """Return the files to be uploaded, sorted: name -> SHA-256, and the length where the statement says it."""
        found: dict[str, tuple[str, int | None]] = {}
        for part in self.parts:
            found[container_name(part.name)] = (part.sha256, part.length)
            found.update({share_name(part.name, role): (one.file, None) for role, one in part.shares.items()})
        return dict(sorted(found.items()))


def container_name(part: str) -> str:
    """Return the name of a part's container among a bid's files."""
    return f"{part}.age"


def share_name(part: str, role: str) -> str:
    """Return the name of a custodian's share file among a bid's files."""
    return f"shares/{part}/{role}.age"


def build_statement(
    notice: Notice,
    *,
    bid: str,
    bidder: str,
    nonce: bytes,
    parts: Sequence[PartFact],
    supersedes: str | None,
    client_time: datetime,
) -> dict[str, Any]:
    """Return the statement of a sealed bid; raises ShapeError when it would not be read against the notice."""
    value = {
        "domain": STATEMENT_DOMAIN,
        "suite": notice.suite.id,
        "tender": notice.tender,
        "lot": notice.lot,
        "notice": notice.hash,
        "addenda": [one.hash for one in notice.addenda],
        "bid": bid,
        "bidder": bidder,
        "nonce": canonical.b64(nonce),
        "parts": [one.as_json() for one in parts],
        "supersedes": supersedes,
        "client_time": canonical.instant(client_time),
    }
    parse_statement(value, notice)
    return value


def parse_statement(value: Any, notice: Notice) -> Statement:
    """Read a statement strictly against the notice that it answers; raises ShapeError naming the place.

    A bid sealed before an addendum stays valid: its addenda must be the chain's beginning. Whether one of the
    later ones demands resealing is `must_reseal`.
    """
    shapes.check(value, STATEMENT_SHAPE, "statement")
    known = [one.hash for one in notice.addenda]
    expected: tuple[tuple[str, Any], ...] = (
        ("suite", notice.suite.id),
        ("tender", notice.tender),
        ("lot", notice.lot),
        ("notice", notice.hash),
        ("addenda", known[: len(value["addenda"])]),
    )
    for name, wanted in expected:
        if value[name] != wanted:
            raise ShapeError(f"statement.{name}: this is not what the lot's notice says")
    if tuple(one["name"] for one in value["parts"]) != notice.parts:
        raise ShapeError(f"statement.parts: the notice asks for {', '.join(notice.parts)}, in this order")
    found = tuple(_part(one, notice, f"statement.parts[{index}]") for index, one in enumerate(value["parts"]))
    _check_distinct(found)
    return Statement(
        notice=notice,
        value=value,
        hash=canonical.digest(value),
        bid=value["bid"],
        bidder=value["bidder"],
        nonce=value["nonce"],
        addenda=len(value["addenda"]),
        parts=found,
        supersedes=value["supersedes"],
    )


def must_reseal(statement: Statement) -> bool:
    """Tell whether an addendum that the bid did not know demands that bids be sealed anew."""
    return statement.addenda < statement.notice.reseal_from


def content_length(part: str, container_length: int, notice: Notice) -> int:
    """Return the length of the padded part in a container; raises ShapeError when no step has this length.

    What a suite adds grows slowly, so the least step not below the difference is the only candidate.
    """
    added = notice.suite.container_length(container_length) - container_length
    try:
        found = inside.padded_length(part, max(container_length - added, 1))
    except PartError as error:
        raise ShapeError(f"no part {part!r} has a container of {container_length} bytes: {error}") from error
    if notice.suite.container_length(found) != container_length:
        raise ShapeError(f"no padded part {part!r} has a container of {container_length} bytes")
    return found


def build_withdrawal(statement: Statement, nonce: bytes) -> dict[str, Any]:
    """Return the withdrawal of a bid; the nonce of 32 bytes is the bidder's, fresh."""
    value = {
        "domain": WITHDRAWAL_DOMAIN,
        "tender": statement.value["tender"],
        "lot": statement.value["lot"],
        "bid": statement.bid,
        "statement": statement.hash,
        "nonce": canonical.b64(nonce),
    }
    parse_withdrawal(value, statement)
    return value


def parse_withdrawal(value: Any, statement: Statement) -> str:
    """Return the hash of a withdrawal; raises ShapeError unless it names exactly this bid."""
    shapes.check(value, WITHDRAWAL_SHAPE, "withdrawal")
    expected = {
        "tender": statement.value["tender"],
        "lot": statement.value["lot"],
        "bid": statement.bid,
        "statement": statement.hash,
    }
    for name, wanted in expected.items():
        shapes.check(value[name], shapes.exactly(wanted), f"withdrawal.{name}")
    return canonical.digest(value)


def _part(value: dict[str, Any], notice: Notice, path: str) -> PartFact:
    if set(value["shares"]) != set(notice.roles):
        raise ShapeError(f"{path}.shares: one share for each of {', '.join(notice.roles)} is wanted")
    why = notice.suite.recipient_problem(value["recipient"])
    if why:
        raise ShapeError(f"{path}.recipient: {why}")
    content_length(value["name"], value["length"], notice)
    return PartFact(
        name=value["name"],
        sha256=value["sha256"],
        length=value["length"],
        recipient=value["recipient"],
        inner=value["inner"],
        shares={role: ShareFact(**value["shares"][role]) for role in notice.roles},
    )


def _check_distinct(found: Sequence[PartFact]) -> None:
    hashes = [one.sha256 for one in found] + [one.recipient for one in found]
    hashes += [one for part in found for share in part.shares.values() for one in (share.share, share.file)]
    hashes += [one.inner for one in found]
    if len(set(hashes)) != len(hashes):
        raise ShapeError("statement.parts: two containers, keys or shares are the same")
