"""Who may read what monitoring finds: supervisors, and to everybody else nothing is there."""

from django.http import Http404

from accounts.domain.seats import SeatKind
from accounts.queries import Holder


def as_regulator(reader: Holder) -> None:
    """Let a supervisor pass; to everybody else nothing is there (404)."""
    if reader.kind is not SeatKind.SUPERVISOR:
        raise Http404
