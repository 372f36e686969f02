"""What every page needs to know: the seat, its messages, the server's time, whether the clock is moved."""

from typing import Any

from django.http import HttpRequest

from accounts import queries as accounts
from kernel import clock, timemachine
from kernel.domain import canonical


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the template variables of every page."""
    seat = getattr(request, "seat", None)
    return {
        "seat": seat,
        "unread": accounts.unread_count(seat) if seat else 0,
        "server_time": canonical.instant(clock.now()),
        "now": clock.now(),
        "clock_is_moved": timemachine.moved(),
    }
