"""A lot that is made step by step, each document of which a forger may change before it is hashed, signed and logged."""

import copy
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bidding.domain.notice import Notice
from bidding.domain.statements import Statement
from bidding.sealing.seal import Sealed
from kernel.domain import canonical
from tests.verifier import parties
from tests.verifier.ledger import Act, Keys, Ledger
from tests.verifier.lots import Plan
from tests.verifier.parties import Party

Json = dict[str, Any]
Change = Callable[[Any], Any]


def new_id() -> str:
    """Return a random UUID."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


@dataclass
class Bid:
    """A bid as it lies on the platform."""

    index: int
    price: str
    sealed: Sealed
    statement: Statement
    signature: bytes
    folder: Path
    seal: Json
    record_signature: bytes
    act: Act
    line: Json = field(default_factory=dict)
    consent: str | None = None

    @property
    def id(self) -> str:
        """The bid's id."""
        return self.statement.bid


@dataclass
class Making:
    """The state of a lot on its way; `changes` are a forger's, by the kind of the document.

    A document whose kind is in `unsigned` keeps the signatures that it had before it was changed: the forger does
    not have the signer's key.
    """

    plan: Plan
    folder: Path
    changes: Mapping[str, Change] = field(default_factory=dict)
    unsigned: frozenset[str] = frozenset()
    keys: Keys = field(default_factory=Keys)
    platform: Party = field(default_factory=lambda: parties.party(parties.PLATFORM))
    tender: str = field(default_factory=new_id)
    lot: str = field(default_factory=new_id)
    files: dict[str, tuple[bytes, bytes | None]] = field(default_factory=dict)
    before: dict[str, Json] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    notice: Json = field(default_factory=dict)
    addenda: list[Json] = field(default_factory=list)
    custody_keys: dict[str, str] = field(default_factory=dict)
    bids: list[Bid] = field(default_factory=list)
    withdrawals: list[tuple[Json, Json]] = field(default_factory=list)
    closing: Json = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    draws: list[Json] = field(default_factory=list)
    table: Json = field(default_factory=dict)
    result: Json = field(default_factory=dict)
    messages: int = 0
    state: str = "reviewed"
    now: datetime = field(default_factory=lambda: datetime.min)
    cited: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.lot, self.keys)

    @property
    def read(self) -> Notice:
        """The notice and its addenda as bidders read them."""
        from_value: Notice = self.said["notice"]
        return from_value

    def change(self, kind: str, value: Any) -> Any:
        """Return what stands in a document's place after the forger was there."""
        change = self.changes.get(kind)
        if change is None:
            return value
        self.used.add(kind)
        found = copy.deepcopy(value)
        given = change(found)
        found = found if given is None else given
        if kind in self.unsigned:
            self.before[canonical.digest(found)] = value
        return found

    def sign(self, value: Json, party: Party | None = None) -> bytes:
        """Return a signature over a document, of the platform unless a party is named."""
        return (party or self.platform).sign(self.before.get(canonical.digest(value), value))

    def log(self, tag: str, payload: Json, *, chain: str = "", public: bool = True) -> Act:
        """Log an act now."""
        payload = self.change(tag, payload)
        return self.ledger.act(tag, payload, at=self.now, chain=chain, public=public)

    def step(self, state: str, lever: str) -> None:
        """Bring the lot to another state."""
        payload = {"lot": self.lot, "from": self.state, "to": state, "lever": lever}
        self.log("tender:lot:status", payload | {"at": canonical.instant(self.now)})
        self.state = state

    def wait(self, **length: int) -> None:
        """Let time pass."""
        self.now += timedelta(**length)

    def put(self, name: str, value: Any, *, public: bool = True) -> None:
        """Put a file into the dossier, JSON as its canonical bytes."""
        data = value if isinstance(value, bytes) else canonical.to_bytes(value)
        self.files[name] = (data, data if public else None)

    def put_signed(self, name: str, value: Json, signature: bytes, *, public: bool = True) -> None:
        """Put a document and its signature into the dossier."""
        self.put(f"{name}.json", value, public=public)
        self.put(f"{name}.p7s", signature, public=public)

    def send(self, kind: str, who: str, value: Json, party: Party, *, public: bool) -> str:
        """Log a message of a bidder or custodian, put it into the dossier, return its hash."""
        value, signature = self.change(kind, value), b""
        signature = self.sign(value, party)
        mark = canonical.digest(value)
        payload = {"lot": self.lot, "who": who, "message": mark, "signature": canonical.sha256(signature)}
        self.log(f"bidding:custody:{kind}", payload, public=public)
        self.messages += 1
        self.put_signed(f"custody/{self.messages}-{kind}-{who}", value, signature, public=public)
        return mark
