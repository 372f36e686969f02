"""What bidding tells the apps above."""

import uuid
from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class LotCounted(Event):
    """The closing list of a lot is signed and logged."""

    lot: uuid.UUID
    valid: int


@dataclass(frozen=True, kw_only=True)
class HallStepped(Event):
    """A hall went on to its next step."""

    lot: uuid.UUID
    step: str


@dataclass(frozen=True, kw_only=True)
class BidsOpened(Event):
    """The prices of a lot appeared, all in one commit; plain parts are in the store."""

    lot: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class BidOpened(Event):
    """One bid of an opened lot: what it presents is looked at by itself, so that no other bid waits for it."""

    lot: uuid.UUID
    bid: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class DrawFinished(Event):
    """All contributions of a draw are known and its order follows."""

    draw: int
    lot: uuid.UUID
    purpose: str
