"""Draws by ETDRAW/1: requested with their pool fixed and logged, committed, revealed, finished; never rolled again."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import actions as account_actions
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.actions import staging
from bidding.domain import messages
from bidding.domain.notice import Notice
from bidding.domain.shapes import ShapeError
from bidding.events import DrawFinished
from bidding.models import Contribution, Draw, DrawStratum
from bidding.queries import draws, notice_of
from bidding.sealing.custodians import SHARE_FILE_BYTES_MOST
from bidding.sealing.suites import ContainerError, suite_of
from kernel import journal, outbox
from kernel.domain import canonical, draw as etdraw
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import Lever
from tender.events import LotChecked, LotPublished, LotStepped
from tender.queries import LotRecord

COEFFICIENT, EXPERTS = "coefficient", "experts"
CONTRIBUTORS: Mapping[str, SeatKind] = {
    "centre": SeatKind.WITNESS,
    "procuring_entity": SeatKind.HOST,
    "supervisor": SeatKind.SUPERVISOR,
}
LEAST = 2
"""With fewer contributions one contributor alone would choose the result."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """What is drawn from: the eligible ids, how many are taken, and who was excluded for which reason."""

    name: str
    take: int
    ids: Sequence[str]
    exclusions: Sequence[tuple[str, str]] = ()


def check_contributors(event: LotChecked) -> None:
    """Refuse a lot that draws coefficients while one of the three contributors is not named."""
    if tender.terms_of(event.lot).coefficients:
        _contributors(event.lot)


def request_coefficients(event: LotPublished) -> None:
    """Request the draw of a notice's coefficients when it is published: commitments may come from then on."""
    record = tender.lot(event.lot)
    wanted = record.notice["coefficients"]
    if wanted and record.published_at is not None:
        request(
            event.lot,
            purpose=COEFFICIENT,
            strata=[Stratum(one["name"], 1, one["values"]) for one in wanted],
            reason="coefficients of the notice",
            actor=journal.SYSTEM,
            now=record.published_at,
        )


def request(
    lot_id: uuid.UUID, *, purpose: str, strata: Sequence[Stratum], reason: str, actor: str, now: datetime
) -> Draw:
    """Request a draw: its number is gapless, its pool fixed and logged before anyone commits.

    Coefficients are revealed in the hall's own step; for other purposes the time to commit runs from now.
    Raises DrawError for a pool that cannot be drawn from, RefusedError while a contributor is missing.
    """
    with transaction.atomic():
        stepping.lock(lot_id)
        record = tender.lot(lot_id)
        seats = _contributors(lot_id)
        number = Draw.objects.filter(lot_id=lot_id).count() + 1
        row = Draw.objects.create(
            lot_id=lot_id,
            number=number,
            purpose=purpose,
            reason=reason,
            requested_by=actor,
            requested_at=now,
            commit_due_at=None
            if purpose == COEFFICIENT
            else now + staging.minutes(record, "draw_commit_minutes"),
        )
        for one in strata:
            _check(row, one)
            DrawStratum.objects.create(
                draw=row,
                name=one.name,
                take=one.take,
                ids=sorted(one.ids, key=str.encode),
                exclusions=sorted([who, why] for who, why in one.exclusions),
            )
        for name, seat in seats.items():
            Contribution.objects.create(draw=row, name=name, seat_id=seat.id)
        _log_request(row, record, strata, seats, actor, now)
        for seat in seats.values():
            _tell(seat, row, record, "draw_commit_wanted", now=now, due_at=row.commit_due_at)
    return row


def commit(by: Holder, draw_pk: int, document: bytes, signature: bytes, *, now: datetime) -> Contribution:
    """Take a contributor's commitment with its value dealt to the custodians; the same one again changes nothing."""
    draws.access_contribution(by, draw_pk)
    value = account_actions.check_signature(by, document, signature, now=now)
    with transaction.atomic():
        row, record = _hold(draw_pk)
        mine = row.contributions.get(seat_id=by.id)
        if mine.document is not None and bytes(mine.document) == document:
            return mine
        rule = record.edition.rule("draw_commit_minutes").id
        if mine.commit or row.state != draws.REQUESTED:
            raise RefusedError(Refused(rule, "draw_commit_closed", {"draw": draws.draw_id(row)}))
        _check_commit(row, record, mine, value, rule)
        mine.commit, mine.document, mine.signature = value["commit"], document, signature
        mine.committed_at = now
        mine.save(update_fields=["commit", "document", "signature", "committed_at"])
        payload = {
            "draw": draws.draw_id(row),
            "name": mine.name,
            "commit": mine.commit,
            "message": canonical.sha256(document),
            "signature": canonical.sha256(signature),
        }
        staging.log(row.lot_id, "bidding:draw:committed", payload, now=now, actor=by.actor)
        if row.purpose != COEFFICIENT or row.commit_due_at is not None:
            begin_reveals(row, record, now=now)
    return mine


def close_commits(draw_pk: int, *, now: datetime) -> bool:
    """Go on without those who did not commit in time, if enough did; who has not committed has no say."""
    with transaction.atomic():
        row, record = _hold(draw_pk)
        due = row.commit_due_at
        if row.state != draws.REQUESTED or due is None or due > now:
            return False
        return begin_reveals(row, record, now=now)


def begin_reveals(row: Draw, record: LotRecord, *, now: datetime) -> bool:
    """Take no more commitments and begin the reveals, once all have committed or their time is over."""
    given = [one for one in row.contributions.order_by("name") if one.commit]
    over = row.commit_due_at is not None and row.commit_due_at <= now
    if len(given) < LEAST or (len(given) < row.contributions.count() and not over):
        return False
    row.state, row.reveal_from = draws.REVEALING, now
    row.reveal_due_at = now + staging.minutes(record, "draw_reveal_minutes")
    row.save(update_fields=["state", "reveal_from", "reveal_due_at"])
    payload = {
        "draw": draws.draw_id(row),
        "commits": {one.name: one.commit for one in given},
        "reveal_due_at": canonical.instant(row.reveal_due_at),
    }
    staging.log(row.lot_id, "bidding:draw:revealing", payload, now=now)
    _say(row, "draw_revealing", payload, now=now)
    for one in given:
        seat = draws.seat_of(one)
        _tell(seat, row, record, "draw_reveal_wanted", now=now, due_at=row.reveal_due_at)
    return True


def reveal(by: Holder, draw_pk: int, document: bytes, signature: bytes, *, now: datetime) -> Contribution:
    """Take a contributor's value, held against its commitment; the same one again changes nothing."""
    draws.access_contribution(by, draw_pk)
    value = account_actions.check_signature(by, document, signature, now=now)
    with transaction.atomic():
        row, record = _hold(draw_pk)
        mine = row.contributions.get(seat_id=by.id)
        rule = record.edition.rule("draw_reveal_minutes").id
        try:
            found = messages.parse(value, messages.DRAW_REVEAL)
            _check_place(row, mine, found)
            if mine.commit:
                raw = bytes.fromhex(found["value"])
                etdraw.check_reveal(mine.commit, draws.draw_id(row), mine.name, raw)
        except (ShapeError, etdraw.DrawError) as error:
            raise RefusedError(Refused(rule, "draw_reveal_differs", {"why": str(error)})) from error
        if mine.value:
            return mine
        if row.state != draws.REVEALING or not mine.commit:
            raise RefusedError(Refused(rule, "draw_reveal_not_yet", {"draw": draws.draw_id(row)}))
        keep_value(row, mine, found["value"], by=by.actor, how="reveal", now=now)
        settle(row, now=now)
    return mine


def keep_value(row: Draw, mine: Contribution, value: str, *, by: str, how: str, now: datetime) -> None:
    """Write a contribution's value down: revealed by its contributor, or opened by the custodians."""
    mine.value, mine.revealed_at, mine.revealed_by = value, now, how
    mine.save(update_fields=["value", "revealed_at", "revealed_by"])
    payload = {"draw": draws.draw_id(row), "name": mine.name, "value": value, "how": how}
    staging.log(row.lot_id, "bidding:draw:revealed", payload, now=now, actor=by)
    _say(row, "draw_revealed", payload, now=now)


def settle(row: Draw, *, now: datetime) -> bool:
    """Finish a draw when every committed value is known and the beacon, where the notice names one, is fixed."""
    known = [one for one in row.contributions.order_by("name") if one.commit]
    if row.state != draws.REVEALING or not all(one.value for one in known):
        return False
    record = tender.lot(row.lot_id)
    if record.notice["beacon"] and not row.beacon:
        return False
    row.state, row.drawn_at = draws.DRAWN, now
    row.save(update_fields=["state", "drawn_at"])
    results = []
    for stratum in row.strata.order_by("name"):
        result = draws.result(row, stratum)
        stratum.order = list(result.order)
        stratum.save(update_fields=["order"])
        results.append(result.as_public_json())
    payload = {"draw": draws.draw_id(row), "purpose": row.purpose, "records": results}
    staging.log(row.lot_id, "bidding:draw:drawn", payload, now=now)
    drawn = [{"name": one["stratum"], "value": one["taken"][0]} for one in results]
    _say(row, "drawn", {"draw": draws.draw_id(row), "coefficients": drawn}, now=now)
    outbox.publish(DrawFinished(draw=row.pk, lot=row.lot_id, purpose=row.purpose))
    return True


def fix_beacon(by: Holder, draw_pk: int, value: str, *, now: datetime) -> Draw:
    """Fix the outside value that the notice names, in hex, after all contributions are known; the witness does."""
    draws.access_as_witness(by, draw_pk)
    with transaction.atomic():
        row, record = _hold(draw_pk)
        rule = record.edition.rule("draw_reveal_minutes").id
        if row.beacon == value and value:
            return row
        known = all(one.value for one in row.contributions.all() if one.commit)
        if not record.notice["beacon"] or row.beacon or row.state != draws.REVEALING or not known:
            raise RefusedError(Refused(rule, "draw_beacon_not_wanted", {"draw": draws.draw_id(row)}))
        try:
            row.beacon = bytes.fromhex(value).hex()
        except ValueError as error:
            raise RefusedError(Refused(rule, "draw_beacon_shape", {"why": str(error)})) from error
        row.save(update_fields=["beacon"])
        payload = {"draw": draws.draw_id(row), "named": record.notice["beacon"], "beacon": row.beacon}
        staging.log(row.lot_id, "bidding:draw:beacon", payload, now=now, actor=by.actor)
        settle(row, now=now)
    return row


def skip(draw_pk: int, stratum: str, who: str, reason: str, *, actor: str, now: datetime) -> etdraw.Result:
    """Pass over one who was taken: the next in the same order comes in; the same skip again changes nothing.

    Raises DrawError when `who` was not taken. A result with `short` > 0 needs a new draw with a reason.
    """
    with transaction.atomic():
        row, _ = _hold(draw_pk)
        place = DrawStratum.objects.select_for_update().get(draw=row, name=stratum)
        before = draws.result(row, place)
        if any(one.id == who and one.reason == reason for one in before.skips):
            return before
        found = before.replace(who, etdraw.SkipReason(reason))
        place.skips = found.as_json()["skips"]
        place.save(update_fields=["skips"])
        one = place.skips[-1]
        payload = {"draw": draws.draw_id(row), "stratum": stratum, **one}
        staging.log(row.lot_id, "bidding:draw:skipped", payload, now=now, actor=actor, public=False)
    return found


def void(event: LotStepped) -> None:
    """Close the open draws of a lot that failed or was cancelled; they stay on record with their number."""
    if event.lever not in (Lever.FAIL, Lever.CANCEL):
        return
    at = tender.lot(event.lot).status_at
    for row in Draw.objects.filter(lot_id=event.lot, state__in=draws.OPEN).order_by("number"):
        row.state = draws.VOID
        row.save(update_fields=["state"])
        payload = {"draw": draws.draw_id(row), "lever": event.lever}
        staging.log(row.lot_id, "bidding:draw:void", payload, now=at)


def _hold(draw_pk: int) -> tuple[Draw, LotRecord]:
    lot_id = Draw.objects.values_list("lot_id", flat=True).get(pk=draw_pk)
    stepping.lock(lot_id)
    return Draw.objects.select_for_update().get(pk=draw_pk), tender.lot(lot_id)


def _contributors(lot_id: uuid.UUID) -> dict[str, Holder]:
    found = {name: tender.officer(lot_id, duty) for name, duty in CONTRIBUTORS.items()}
    missing = [CONTRIBUTORS[name].value for name, seat in found.items() if seat is None]
    if missing:
        raise RefusedError(Refused("A-06", "officer_missing", {"duties": ", ".join(missing)}))
    return {name: seat for name, seat in found.items() if seat is not None}


def _check(row: Draw, one: Stratum) -> None:
    """Raise DrawError for a stratum that could not be drawn from once the values are known."""
    nothing = {"nobody": bytes(etdraw.VALUE_BYTES)}
    drawn = etdraw.Draw(tuple(one.ids), draws.draw_id(row), one.name, nothing)
    etdraw.Result(drawn, one.take, exclusions=tuple(one.exclusions))


def _check_commit(row: Draw, record: LotRecord, mine: Contribution, value: Any, rule: str) -> None:
    notice = notice_of(record)
    try:
        found = messages.parse(value, messages.DRAW_COMMIT)
        _check_place(row, mine, found)
        _check_escrow(notice, found["escrow"])
    except (ShapeError, ContainerError) as error:
        raise RefusedError(Refused(rule, "draw_commit_shape", {"why": str(error)})) from error


def _check_escrow(notice: Notice, escrow: Mapping[str, str]) -> None:
    if set(escrow) != set(notice.roles):
        raise ShapeError(f"escrow: one file for each of {', '.join(notice.roles)} is wanted")
    for role, text in escrow.items():
        data = canonical.unb64(text)
        if len(data) > SHARE_FILE_BYTES_MOST:
            raise ShapeError(f"escrow.{role}: a share file is never so long")
        suite_of(notice.suite).check_container(data)


def _check_place(row: Draw, mine: Contribution, found: Mapping[str, Any]) -> None:
    if found["draw"] != draws.draw_id(row) or found["name"] != mine.name:
        raise ShapeError(f"this is not of {mine.name} in {draws.draw_id(row)}")


def _log_request(
    row: Draw,
    record: LotRecord,
    strata: Sequence[Stratum],
    seats: Mapping[str, Holder],
    actor: str,
    now: datetime,
) -> None:
    payload = {
        "draw": draws.draw_id(row),
        "purpose": row.purpose,
        "reason": row.reason,
        "beacon": record.notice["beacon"],
        "contributors": {name: seat.actor for name, seat in seats.items()},
        "strata": [
            {"name": one.name, "take": one.take, "ids": one.ids, "pool_hash": etdraw.pool_hash(one.ids)}
            for one in row.strata.order_by("name")
        ],
    }
    staging.log(row.lot_id, "bidding:draw:requested", payload, now=now, actor=actor)
    excluded = {one.name: [list(pair) for pair in one.exclusions] for one in strata if one.exclusions}
    if excluded:
        left_out = {"draw": draws.draw_id(row), "exclusions": excluded}
        staging.log(row.lot_id, "bidding:draw:excluded", left_out, now=now, actor=actor, public=False)


def _say(row: Draw, kind: str, data: dict[str, Any], *, now: datetime) -> None:
    if row.purpose == COEFFICIENT:
        staging.announce(row.lot_id, kind, data, at=now)


def _tell(
    seat: Holder, row: Draw, record: LotRecord, kind: str, *, now: datetime, due_at: datetime | None
) -> None:
    account_actions.notify(
        seat.id,
        kind,
        key=str(row.pk),
        now=now,
        facts={"lot": record.code, "title": record.title, "number": str(row.number)},
        link=f"/lots/{row.lot_id}/hall/",
        rule=record.edition.rule("draw_commit_minutes").id,
        due_at=due_at,
    )
