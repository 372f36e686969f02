"""What accounts tells the apps above."""

import uuid
from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentSigned(Event):
    """A requested signature was given and verified."""

    request: uuid.UUID
    purpose: str
    reference: str
    seat: uuid.UUID
