"""The two words that resolve an alarm of the clock come from two people, not from two accounts of one."""

import uuid
from datetime import datetime

from accounts import queries as accounts
from accounts.queries import Holder
from kernel import clock_alarms
from kernel.domain.refusals import Refused, RefusedError


def vouch(by: Holder, alarm_id: int, first_by: str, reason: str, *, now: datetime) -> bool:
    """Give a word; returns True when it resolved the alarm. Raises RefusedError for a second word of one person."""
    if first_by:
        first = accounts.holder(uuid.UUID(first_by.removeprefix("seat:")))
        if first.id == by.id or (first.person_id is not None and first.person_id == by.person_id):
            facts = {"proposed_by": first.username, "by": by.username}
            raise RefusedError(Refused("A-07", "four_eyes", facts))
    return clock_alarms.resolve(alarm_id, reason, actor=by.actor, now=now)
