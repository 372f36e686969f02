"""Values that a contributor withheld: opened by the custodians, two of whom suffice; the draw stays the same."""

from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import transaction

from accounts import actions as account_actions
from accounts.queries import Holder
from bidding.actions import drawing, staging
from bidding.domain import messages
from bidding.domain.custody import ShareError
from bidding.domain.notice import Notice
from bidding.domain.shapes import ShapeError
from bidding.models import Contribution, Draw, EscrowShare
from bidding.queries import draws, notice_of
from bidding.sealing import custodians
from kernel.domain import canonical, draw as etdraw
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.actions import stepping


def open_share(by: Holder, draw_pk: int, document: bytes, signature: bytes, *, now: datetime) -> EscrowShare:
    """Take a custodian's opened share of an overdue value; the same one again changes nothing.

    With enough shares that give the committed value it counts as revealed, and the draw goes on.
    """
    role = draws.access_as_custodian(by, draw_pk)
    value = account_actions.check_signature(by, document, signature, now=now)
    with transaction.atomic():
        stepping.lock(Draw.objects.values_list("lot_id", flat=True).get(pk=draw_pk))
        row = Draw.objects.select_for_update().get(pk=draw_pk)
        record = tender.lot(row.lot_id)
        rule = record.edition.rule("draw_reveal_minutes").id
        found = _read(row, role, value, rule)
        place = row.contributions.filter(name=found["name"]).exclude(commit="").first()
        known = EscrowShare.objects.filter(contribution=place, custodian=role).first()
        if known is not None and bytes(known.document) == document:
            return known
        if place is None or place.value or place not in draws.withheld(row, now=now) or known is not None:
            facts = {"draw": draws.draw_id(row), "name": found["name"]}
            raise RefusedError(Refused(rule, "escrow_not_wanted", facts))
        kept = EscrowShare.objects.create(
            contribution=place, custodian=role, document=document, signature=signature, at=now
        )
        payload = {
            "draw": draws.draw_id(row),
            "name": place.name,
            "custodian": role,
            "message": canonical.sha256(document),
            "signature": canonical.sha256(signature),
        }
        staging.log(row.lot_id, "bidding:draw:escrow_opened", payload, now=now, actor=by.actor)
        joined = _join(row, place, notice_of(record))
        if joined is not None:
            drawing.keep_value(row, place, joined.hex(), by=by.actor, how="custodians", now=now)
            drawing.settle(row, now=now)
    return kept


def _read(row: Draw, role: str, value: Any, rule: str) -> dict[str, Any]:
    try:
        found = messages.parse(value, messages.DRAW_OPEN)
        _check_place(row, role, found)
    except ShapeError as error:
        raise RefusedError(Refused(rule, "escrow_shape", {"why": str(error)})) from error
    return found


def _check_place(row: Draw, role: str, found: dict[str, Any]) -> None:
    named = (found["draw"], found["custodian"])
    inner = tuple(found["share"][key] for key in ("draw", "custodian", "name"))
    if named != (draws.draw_id(row), role) or inner != (*named, found["name"]):
        raise ShapeError(f"this is no share of {role} in {draws.draw_id(row)}")


def _join(row: Draw, place: Contribution, notice: Notice) -> bytes | None:
    """Return the committed value if enough of the opened shares give it: a false one among them spoils nothing."""
    opened = [canonical.from_bytes(bytes(one.document)) for one in place.escrow.order_by("custodian")]
    for chosen in combinations(opened, notice.threshold):
        try:
            value = custodians.rejoin_value(chosen, suite_id=notice.suite.id, threshold=notice.threshold)
            etdraw.check_reveal(place.commit, draws.draw_id(row), place.name, value)
        except (ShareError, etdraw.DrawError):
            continue
        return value
    return None
