"""What tender tells the apps above."""

import uuid
from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class LotChecked(Event):
    """A lot is about to be reviewed or published; a handler above may refuse it by raising RefusedError."""

    lot: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class LotPublished(Event):
    """A lot's notice is published and logged."""

    lot: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AddendumPublished(Event):
    """A tender document was changed."""

    lot: uuid.UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class LotStepped(Event):
    """A lot's status changed by a lever."""

    lot: uuid.UUID
    source: str
    lever: str
    target: str


@dataclass(frozen=True, kw_only=True)
class PauseChanged(Event):
    """A pause of a lot began or ended."""

    lot: uuid.UUID
    reason: str
    ended: bool


@dataclass(frozen=True, kw_only=True)
class ContractSigned(Event):
    """A contract was signed by both sides and recorded."""

    lot: uuid.UUID
    bidder: str
