"""Bearer tokens of tools: who may call which operation of the API is declared on the operation."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from accounts import queries
from accounts.domain.seats import SeatKind
from accounts.queries import Holder


class SeatAuth(HttpBearer):
    """Lets in the listed kinds of seat by their token; with none, every seat."""

    def __init__(self, *kinds: SeatKind) -> None:
        super().__init__()
        self.kinds = frozenset(kinds or SeatKind)

    def authenticate(self, request: HttpRequest, token: str) -> Holder | None:  # noqa: ARG002 - ninja's
        """Return the seat of the token if its kind may call this operation."""
        holder = queries.token_seat(token)
        return holder if holder is not None and holder.kind in self.kinds else None


def owner_of(token: str) -> str | None:
    """Return the journal's name of a token's seat, for the upload app."""
    holder = queries.token_seat(token)
    return holder.actor if holder else None
