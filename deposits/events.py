"""What deposits tells the apps above."""

import uuid
from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DepositsReported(Event):
    """The bank's report of a lot's deposits was verified, stored and booked; payers can be compared."""

    lot: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class GuaranteeChecked(Event):
    """The issuer of a bidder's guarantee has answered whether it stands."""

    lot: uuid.UUID
    bidder: str


@dataclass(frozen=True, kw_only=True)
class DepositReturned(Event):
    """A deposit went back, or its guarantee was released."""

    lot: uuid.UUID
    bidder: str
