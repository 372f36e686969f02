"""Tasks that follow from monitoring: indications that no regulator has seen, cases and questions that wait."""

from dataclasses import asdict
from datetime import datetime

from accounts.queries import Holder
from monitoring import desk
from portal.duties.base import Task


def tasks(holder: Holder, *, now: datetime) -> list[Task]:
    """Return what a regulator must look at."""
    return [Task(**asdict(duty)) for duty in desk.tasks(holder, now=now)]
