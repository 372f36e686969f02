"""Tasks that follow from deposits: returns that are nearly late, decisions for the second person, silent banks."""

from dataclasses import asdict
from datetime import datetime

from accounts.queries import Holder
from deposits import desk
from portal.duties.base import Task


def tasks(holder: Holder, *, now: datetime) -> list[Task]:
    """Return what a seat must do about deposits."""
    return [Task(**asdict(duty)) for duty in desk.tasks(holder, now=now)]
