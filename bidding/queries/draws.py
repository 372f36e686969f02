"""Reads of draws: what a contributor or custodian must do, and the records that anyone recomputes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.models import Contribution, Draw, DrawStratum
from kernel.domain import canonical, draw as etdraw
from tender import queries as tender

REQUESTED, REVEALING, DRAWN, VOID = "requested", "revealing", "drawn", "void"
OPEN = (REQUESTED, REVEALING)
DUTIES = (SeatKind.HOST, SeatKind.WITNESS, SeatKind.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class DrawView:
    """A draw as pages and upper apps read it; `draw` is its id in all records."""

    id: int
    draw: str
    number: int
    purpose: str
    reason: str
    state: str
    strata: tuple[str, ...]
    requested_at: datetime
    reveal_due_at: datetime | None
    drawn_at: datetime | None
    contributions: tuple[tuple[str, bool, bool, str], ...]
    """Of each contributor its name, whether it committed, whether its value is known, and how."""


def draw_id(row: Draw) -> str:
    """Return the id of a draw as formats write it."""
    return f"{row.lot_id}/draw-{row.number}"


def seat_of(row: Contribution) -> Holder:
    """Return the seat of a contributor."""
    return accounts.holder(row.seat_id)


def draws_of(lot_id: uuid.UUID, *, purpose: str = "") -> list[DrawView]:
    """Return a lot's draws in order, of one purpose or all."""
    rows = Draw.objects.filter(lot_id=lot_id).order_by("number")
    return [_view(row) for row in (rows.filter(purpose=purpose) if purpose else rows)]


def draw(draw_pk: int) -> DrawView:
    """Return a draw that is known to exist."""
    return _view(Draw.objects.get(pk=draw_pk))


def draw_record(draw_pk: int, stratum: str) -> dict[str, Any]:
    """Return the whole record of a finished draw's stratum (docs/formats.md section 9); raises Http404 else."""
    place = DrawStratum.objects.select_related("draw").filter(draw_id=draw_pk, name=stratum).first()
    if place is None or place.draw.state != DRAWN:
        raise Http404
    return result(place.draw, place).as_json()


def public_record(draw_pk: int, stratum: str) -> dict[str, Any]:
    """Return the record that anybody may have: without exclusions, and skips without their reasons."""
    place = DrawStratum.objects.select_related("draw").get(draw_id=draw_pk, name=stratum)
    return result(place.draw, place).as_public_json()


def public_coefficient(lot_id: uuid.UUID, number: int, stratum: str) -> bytes:
    """Return the record of a drawn coefficient as a file; 404 for another purpose, or while it is not drawn."""
    place = DrawStratum.objects.select_related("draw").filter(
        draw__lot_id=lot_id, draw__number=number, draw__purpose="coefficient", draw__state=DRAWN, name=stratum
    )
    found = place.first()
    if found is None:
        raise Http404
    return canonical.to_bytes(result(found.draw, found).as_public_json())


def result(row: Draw, place: DrawStratum) -> etdraw.Result:
    """Return a stratum's result from the values that are known; all committed ones must be."""
    given = {one.name: bytes.fromhex(one.value) for one in row.contributions.all() if one.commit}
    drawn = etdraw.Draw(tuple(place.ids), draw_id(row), place.name, given, bytes.fromhex(row.beacon))
    skips = tuple(etdraw.Skip(one["id"], one["rule"], one["reason"]) for one in place.skips)
    excluded = tuple((who, why) for who, why in place.exclusions)
    return etdraw.Result(drawn, place.take, skips, excluded, row.reason)


def coefficients(lot_id: uuid.UUID) -> list[dict[str, str]] | None:
    """Return [{name, value, draw}] in the notice's order; None while one of them is not drawn."""
    wanted = [one["name"] for one in tender.lot(lot_id).notice["coefficients"]]
    found = {}
    for place in DrawStratum.objects.select_related("draw").filter(
        draw__lot_id=lot_id, draw__purpose="coefficient", draw__state=DRAWN
    ):
        value = result(place.draw, place).taken[0]
        found[place.name] = {"name": place.name, "value": value, "draw": draw_id(place.draw)}
    return [found[name] for name in wanted] if all(name in found for name in wanted) else None


def access_contribution(reader: Holder, draw_pk: int) -> Contribution:
    """Return the reader's contribution to a draw; 404 when it has none."""
    row = Contribution.objects.select_related("draw").filter(draw_id=draw_pk, seat_id=reader.id).first()
    if row is None:
        raise Http404
    return row


def access_as_custodian(reader: Holder, draw_pk: int) -> str:
    """Return the role in which the reader keeps the escrow of a draw; else 404."""
    row = Draw.objects.filter(pk=draw_pk).first()
    role = tender.custodian_role(reader, row.lot_id) if row is not None else None
    if role is None:
        raise Http404
    return role


def access_as_witness(reader: Holder, draw_pk: int) -> Draw:
    """Return a draw to the witness of its lot; else 404."""
    row = Draw.objects.filter(pk=draw_pk).first()
    if row is None or not tender.serves(reader, row.lot_id, SeatKind.WITNESS):
        raise Http404
    return row


def access_draws(reader: Holder) -> list[tuple[Draw, str, str]]:
    """Return (draw, contributor's name, custodian's role) of the draws that need the reader or did, newest first."""
    if reader.kind is SeatKind.CUSTODIAN:
        kept = {record.id: role for record, role, _ in tender.access_custody_lots(reader)}
        rows = Draw.objects.filter(lot_id__in=kept).order_by("-requested_at", "-pk")
        return [(row, "", kept[row.lot_id]) for row in rows[:200]]
    mine = Contribution.objects.select_related("draw").filter(seat_id=reader.id)
    return [(one.draw, one.name, "") for one in mine.order_by("-draw__requested_at", "-draw_id")[:200]]


def withheld(row: Draw, *, now: datetime) -> list[Contribution]:
    """Return the contributions whose values are overdue, for the custodians to open."""
    if row.state != REVEALING or row.reveal_due_at is None or now < row.reveal_due_at:
        return []
    return list(row.contributions.filter(value="").exclude(commit="").order_by("name"))


def waiting(reader: Holder, *, now: datetime) -> list[tuple[Draw, str]]:
    """Return the draws that want something of the reader now, oldest first: commit, reveal, or open (a custodian)."""
    if reader.kind is SeatKind.CUSTODIAN:
        kept = {record.id: role for record, role, _ in tender.access_custody_lots(reader)}
        rows = Draw.objects.filter(lot_id__in=kept, state=REVEALING).order_by("requested_at", "pk")
        return [(row, "open") for row in rows if _unopened(row, kept[row.lot_id], now=now)]
    mine = Contribution.objects.select_related("draw").filter(seat_id=reader.id, draw__state__in=OPEN)
    found = []
    for one in mine.order_by("draw__requested_at", "draw_id"):
        if not one.commit and one.draw.state == REQUESTED:
            found.append((one.draw, "commit"))
        elif one.commit and not one.value and one.draw.state == REVEALING:
            found.append((one.draw, "reveal"))
    return found


def _unopened(row: Draw, role: str, *, now: datetime) -> bool:
    return any(not one.escrow.filter(custodian=role).exists() for one in withheld(row, now=now))


def rows_for(reader: Holder, *, now: datetime) -> list[dict[str, Any]]:
    """Return the draws in which the reader has a part, as its tool reads them."""
    return [_row(row, name, role, now=now) for row, name, role in access_draws(reader)]


def _row(row: Draw, name: str, role: str, *, now: datetime) -> dict[str, Any]:
    record = tender.lot(row.lot_id)
    notice = record.notice
    mine = row.contributions.filter(name=name).first() if name else None
    overdue = withheld(row, now=now) if role else []
    opened = {one.pk for one in overdue if one.escrow.filter(custodian=role).exists()}
    return {
        "draw": draw_id(row),
        "id": row.pk,
        "lot": str(row.lot_id),
        "code": record.code,
        "purpose": row.purpose,
        "reason": row.reason,
        "state": row.state,
        "name": name or None,
        "role": role or None,
        "may_commit": mine is not None and not mine.commit and row.state == REQUESTED,
        "may_reveal": mine is not None and bool(mine.commit) and not mine.value and row.state == REVEALING,
        "may_open": any(one.pk not in opened for one in overdue),
        "custodians": [{"role": one["role"], "recipient": one["recipient"]} for one in notice["custodians"]],
        "threshold": notice["threshold"],
        "suite": notice["suite"],
        "commit_due_at": _instant(row.commit_due_at),
        "reveal_from": _instant(row.reveal_from),
        "reveal_due_at": _instant(row.reveal_due_at),
        "strata": [
            {"name": one.name, "take": one.take, "ids": one.ids, "pool_hash": etdraw.pool_hash(one.ids)}
            for one in row.strata.order_by("name")
        ],
        "escrow": [
            {"name": one.name, "file": canonical.from_bytes(bytes(one.document or b""))["escrow"][role]}
            for one in overdue
            if one.pk not in opened
        ],
    }


def _instant(moment: datetime | None) -> str | None:
    return canonical.instant(moment) if moment is not None else None


def due_to_close(*, now: datetime, limit: int) -> Iterable[int]:
    """Return the draws whose time to commit is over."""
    rows = Draw.objects.filter(state=REQUESTED, commit_due_at__lte=now).order_by("commit_due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def _view(row: Draw) -> DrawView:
    given = row.contributions.order_by("name")
    return DrawView(
        id=row.pk,
        draw=draw_id(row),
        number=row.number,
        purpose=row.purpose,
        reason=row.reason,
        state=row.state,
        strata=tuple(row.strata.order_by("name").values_list("name", flat=True)),
        requested_at=row.requested_at,
        reveal_due_at=row.reveal_due_at,
        drawn_at=row.drawn_at,
        contributions=tuple((one.name, bool(one.commit), bool(one.value), one.revealed_by) for one in given),
    )
