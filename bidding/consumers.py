"""The socket of a hall: each connection joins the one audience that its seat belongs to."""

from types import SimpleNamespace
from typing import Any, cast

from django.db import close_old_connections
from django.http import HttpRequest

from accounts import queries as accounts
from accounts.middleware import second_factor
from accounts.queries import Holder
from bidding.queries import view
from kernel import live
from kernel.sockets import LiveConsumer
from tender import queries as tender


class HallConsumer(LiveConsumer):
    """Follows the opening of a published lot; a lot that is not published is as unknown as none."""

    def audience(self, scope: dict[str, Any]) -> str | None:
        """Return the audience of a connection by the seat of its session. Runs in a thread."""
        lot_id = scope["url_route"]["kwargs"]["lot_id"]
        try:
            if tender.find_published(lot_id) is None:
                return None
            return live.lot_audience(lot_id, view.reader(_holder(scope), lot_id).audience)
        finally:
            close_old_connections()


def _holder(scope: dict[str, Any]) -> Holder | None:
    """Return the seat of a session that showed its second factor."""
    user, session = scope.get("user"), scope.get("session")
    if user is None or session is None or not user.is_authenticated:
        return None
    request = SimpleNamespace(session=session, user=user)
    return accounts.holder_of(user.pk) if second_factor(cast("HttpRequest", request)) else None
