"""Tasks that follow from evaluations: calls, sittings, sheets, reports, candidates, questions to bidders."""

from dataclasses import asdict
from datetime import datetime

from accounts.queries import Holder
from evaluation import desk
from portal.duties.base import Task


def tasks(holder: Holder, *, now: datetime) -> list[Task]:
    """Return what a seat must do about evaluations."""
    return [Task(**asdict(duty)) for duty in desk.tasks(holder, now=now)]
