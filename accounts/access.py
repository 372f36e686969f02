"""Who may open a view: each declares it, the middleware enforces it, and an undeclared view is a fault."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.domain.seats import SeatKind
from accounts.queries import Holder

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed_in"


class SeatRequest(HttpRequest):
    """A request as every view behind `seats(…)` gets it: the middleware put its seat there."""

    seat: Holder


def public(view: View) -> View:
    """Declare that anybody may open a view."""
    view.access = PUBLIC  # type: ignore[attr-defined]  # read by the middleware and the access table
    return view


def signed_in(view: View) -> View:
    """Declare that any account may open a view, also before its second factor is set up."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]  # as above
    return view


def seats(*kinds: SeatKind) -> Callable[[View], View]:
    """Declare that only these kinds of seat may open a view; with none, every seat."""

    def declare(view: View) -> View:
        view.access = frozenset(kinds or SeatKind)  # type: ignore[attr-defined]  # as above
        return view

    return declare


def of(view: Callable[..., Any]) -> str | frozenset[SeatKind] | None:
    """Return what a view declares, None when it declares nothing."""
    return getattr(view, "access", None)
