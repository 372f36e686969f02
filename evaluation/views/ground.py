"""What all pages of a committee share: the session as a member may read it, and the choices of its forms."""

import uuid
from typing import Any, TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import SeatRequest
from evaluation.domain import names
from evaluation.queries import committee, judging, reading, sight
from evaluation.queries.judging import Bench
from kernel import pages

F = TypeVar("F", bound=pages.Form)


def open_bench(request: SeatRequest, lot_id: uuid.UUID) -> Bench:
    """Read the session for a member who may see documents; else 404."""
    reading.access_documents(request.seat, lot_id)
    return judging.bench_of(lot_id)


def context(bench: Bench, request: SeatRequest, **more: Any) -> dict[str, Any]:
    """Return what every page of a committee shows."""
    me = next(member for member in bench.members if member.seat_id == request.seat.id)
    return {
        "lot": bench.record,
        "sitting": bench.session,
        "me": me,
        "leads": bench.session.leader_id == me.pk,
        "members": committee.members(request.seat, bench.session),
        "section": "desk",
        **more,
    }


def offers(bench: Bench, *, remaining: bool = False) -> list[tuple[str, str]]:
    """Return (bid, bidder's name) of the opened bids, or of those that were not rejected."""
    called = sight.names(bench)
    return [(bid, called[bid]) for bid in (bench.remaining if remaining else bench.opened)]


def clauses(bench: Bench) -> list[tuple[str, str]]:
    """Return (clause, rule and ground in words) of the clauses by which a bid is rejected."""
    return [(one.id, f"{one.rule} {_(names.GROUNDS[one.ground])}") for one in bench.clauses]


def keyed(form: F, key: object) -> F:
    """Give a form that a page shows many times control ids of its own."""
    form.auto_id = f"id_{key}_%s"
    return form


def address(name: str, lot_id: uuid.UUID) -> str:
    """Return the address of a page of a lot."""
    return reverse(name, args=[lot_id])
