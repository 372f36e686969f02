"""Tasks that follow from bids and openings: consents, shares, words in the hall, draws, uploads to be ended."""

from dataclasses import asdict
from datetime import datetime

from accounts.queries import Holder
from bidding import desk
from portal.duties.base import Task


def tasks(holder: Holder, *, now: datetime) -> list[Task]:
    """Return what a seat must do about bids, openings and draws."""
    return [Task(**asdict(duty)) for duty in desk.tasks(holder, now=now)]
