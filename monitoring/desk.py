"""What a regulator has to look at next, for the workbench."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import ngettext

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from monitoring import policies, queries
from monitoring.models import Alert


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do; the fields are those of the workbench's tasks."""

    title: str
    url: str
    lot: str = ""
    until: datetime | None = None
    rule: str = ""
    note: str = ""
    tone: str = "info"


def tasks(holder: Holder, *, now: datetime) -> list[Duty]:  # noqa: ARG001 - the signature of all contributors
    """Return the indications that nobody has seen to a supervisor; statistics alone make no task."""
    if holder.kind is not SeatKind.SUPERVISOR:
        return []
    unseen = queries.unseen(Alert.Kind.INDICATION)
    if not unseen:
        return []
    title = ngettext("Look at %(n)s new indication", "Look at %(n)s new indications", unseen) % {"n": unseen}
    return [Duty(title, reverse("monitoring"), rule=policies.REGULATOR_LOOKS, tone="warn")]
