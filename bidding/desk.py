"""What a seat must do next about bids, openings and draws, for the workbench."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_noop

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.domain.lifecycle import OVER, Bid as BidState
from bidding.queries import draws, hall, mine, own, standing, view
from bidding.queries.mine import Mine, OwnBid
from kernel.domain.refusals import Refused
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord

KIT = "yangguang-kit"
OPENED = frozenset({LotState.OPENED, LotState.EVALUATING, LotState.EVALUATED})
"""The states in which a decision about a bid may still be objected to, although its hall has ended."""
AT_WORK = frozenset({LotState.PUBLISHED, LotState.CLOSED, LotState.OPENING})


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
    command: str = ""


def tasks(holder: Holder, *, now: datetime) -> list[Duty]:
    """Return what a seat must do about bids, openings and draws; of a bidder's own bids to itself alone."""
    find = _BY_SEAT.get(holder.kind)
    return [*(find(holder, now) if find is not None else ()), *_drawing(holder, now)]


def _bidding(holder: Holder, now: datetime) -> Iterator[Duty]:
    told = set()
    for lot in own.access_lots(holder):
        told.add(lot.lot.id)
        yield from _own_lot(holder, lot.lot, now)
    for record in tender.access_obtained_lots(holder):
        if record.id not in told and record.status is LotState.PUBLISHED and not record.closed(now):
            rule = record.edition.rule("bid_sealed_offline").id
            url = reverse("own-bids-of-lot", args=[record.id])
            yield Duty(_("Seal a bid, if you take part"), url, _named(record), record.deadline, rule)


def _own_lot(holder: Holder, record: LotRecord, now: datetime) -> Iterator[Duty]:
    opening = hall(record.id)
    if opening is None or (opening.step in OVER and record.status not in OPENED):
        return
    page, named = reverse("hall", args=[record.id]), _named(record)
    part = mine.mine(view.reader(holder, record.id), record.id, now=now)
    if not record.closed(now):
        yield from _before(record, part, named)
    if part.live and part.checked_in_at is None and not isinstance(part.check_in, Refused):
        rule = record.edition.rule("hall_check_in_minutes").id
        until = None if record.closed(now) else record.deadline
        yield Duty(_("Check in"), page, named, until, rule)
    elif part.live and not record.closed(now):
        rule = record.edition.rule("opening_at_deadline").id
        yield Duty(_("Attend the opening"), page, named, record.deadline, rule)
    for one in part.bids:
        yield from _own_bid(record, opening.due_at, part, one, now)


def _before(record: LotRecord, part: Mine, named: str) -> Iterator[Duty]:
    """Give the bids whose bytes have not all arrived."""
    for one in part.bids:
        if one.bid.state == BidState.DECLARED:
            yield Duty(
                _("Go on with the upload: bytes of your bid are missing"),
                reverse("own-bids-of-lot", args=[record.id]),
                named,
                record.deadline,
                record.edition.rule("late_bid_refused").id,
                tone="warn",
                command=_kit("upload", one.bid.pk),
            )


def _own_bid(
    record: LotRecord, due_at: datetime | None, part: Mine, one: OwnBid, now: datetime
) -> Iterator[Duty]:
    page, named, rule = reverse("hall", args=[record.id]), _named(record), record.edition.rule
    if part.may_consent and one.stood and one.consent != "given":
        title, key = _("Consent to the opening of your bid"), rule("hall_consent_minutes").id
        yield Duty(title, page, named, due_at, key, tone="warn", command=_kit("consent", one.bid.pk))
    if one.may_lodge and one.share_bad and not one.lodged:
        title = _("A share of your key is bad or missing: deal your keys anew")
        key = rule("hall_ready_minutes").id
        yield Duty(title, page, named, due_at, key, tone="warn", command=_kit("lodge", one.bid.pk))
    if part.may_confirm and one.stood and not one.word:
        key = rule("hall_confirmation_minutes").id
        yield Duty(_("Confirm what was read out"), page, named, due_at, key, tone="warn")
    if one.fault and not one.fault.objection and one.objection_ends and now < one.objection_ends:
        key = rule("fault_objection_hours").id
        yield Duty(
            _("Object to the decision about your bid, or accept it"), page, named, one.objection_ends, key
        )


def _hosting(holder: Holder, now: datetime) -> Iterator[Duty]:
    for record, due_at, part in _halls(holder, now):
        page, named, rule = reverse("hall", args=[record.id]), _named(record), record.edition.rule
        if part.may_show_names:
            key = rule("opening_at_deadline").id
            yield Duty(_("Begin: show the names of the bidders"), page, named, due_at, key, tone="warn")
        if part.may_hear_names:
            title = _("Ask whether anybody declares an interest in a bidder")
            yield Duty(title, page, named, due_at, rule("hall_names_minutes").id, tone="warn")
        if part.may_hear_objections:
            title = _("Read out the bids, then hear objections")
            yield Duty(title, page, named, due_at, rule("hall_objection_minutes").id, tone="warn")
        for row in part.to_answer:
            title = _("Answer the objection of %(name)s") % {"name": row.organisation.name}
            yield Duty(title, page, named, due_at, rule("hall_answer_minutes").id, tone="warn")
        for fault in part.to_decide:
            if not fault.decided:
                title = _("Decide about the bid of %(name)s") % {"name": fault.bid.organisation.name}
                yield Duty(title, page, named, due_at, rule("decryption_failure").id, tone="warn")


def _witnessing(holder: Holder, now: datetime) -> Iterator[Duty]:
    for record, _due_at, _part in _halls(holder, now):
        asked = standing.open_request(record.id)
        if asked is not None:
            rule = record.edition.rule("hall_countersign_minutes").id
            title = _("Countersign or decline what the host asks")
            page = reverse("hall", args=[record.id])
            yield Duty(title, page, _named(record), asked.due_at, rule, asked.reason, "warn")


def _keeping(holder: Holder, now: datetime) -> Iterator[Duty]:
    for record, _role, given in tender.access_custody_lots(holder):
        opening = hall(record.id) if given and record.is_public and record.closed(now) else None
        if opening is None or opening.step in OVER:
            continue
        part = mine.mine(view.reader(holder, record.id), record.id, now=now)
        page, named, rule = reverse("hall", args=[record.id]), _named(record), record.edition.rule
        if part.ready_wanted:
            key, command = rule("hall_ready_minutes").id, _kit("ready", record.id)
            yield Duty(_("Check your shares"), page, named, opening.due_at, key, tone="warn", command=command)
        if part.release_wanted:
            key, command = rule("hall_release_minutes").id, _kit("release", record.id)
            title = _("Release your shares of all listed bids")
            yield Duty(title, page, named, opening.due_at, key, tone="warn", command=command)


def _halls(holder: Holder, now: datetime) -> Iterator[tuple[LotRecord, datetime | None, Mine]]:
    """Give the openings at work in which a seat has a duty."""
    for record in tender.access_duty_lots(holder):
        opening = hall(record.id) if record.status in AT_WORK and record.closed(now) else None
        if opening is not None and opening.step not in OVER:
            yield (
                record,
                opening.due_at,
                mine.mine(view.reader(holder, record.id), record.id, now=now),
            )


def _drawing(holder: Holder, now: datetime) -> Iterator[Duty]:
    """Give the draws that wait for the seat: bind itself, reveal, or open what another withholds."""
    for row, wanted in draws.waiting(holder, now=now):
        record = tender.lot(row.lot_id)
        title, key, until, verb = _DRAWS[wanted]
        yield Duty(
            _(title),
            reverse("hall", args=[row.lot_id]),
            _named(record),
            (getattr(row, until) if until else None) or (None if record.closed(now) else record.deadline),
            record.edition.rule(key).id,
            tone="warn",
            command=_kit(verb, draws.draw_id(row)),
        )


def _kit(*words: uuid.UUID | str) -> str:
    return " ".join((KIT, *map(str, words), "--server", settings.SITE_URL))


def _named(record: LotRecord) -> str:
    return f"{record.code} {record.title}"


_DRAWS: Mapping[str, tuple[str, str, str, str]] = {
    "commit": (
        gettext_noop("Bind yourself to a value for the draw"),
        "draw_commit_minutes",
        "commit_due_at",
        "draw-commit",
    ),
    "reveal": (
        gettext_noop("Reveal your value of the draw"),
        "draw_reveal_minutes",
        "reveal_due_at",
        "draw-reveal",
    ),
    "open": (
        gettext_noop("Open a value that was not revealed in time"),
        "draw_reveal_minutes",
        "",
        "draw-open",
    ),
}
"""What is wanted in a draw -> title, rule, the draw's instant until when, command of the kit."""
_BY_SEAT: Mapping[SeatKind, Callable[[Holder, datetime], Iterator[Duty]]] = {
    SeatKind.BIDDER: _bidding,
    SeatKind.HOST: _hosting,
    SeatKind.WITNESS: _witnessing,
    SeatKind.CUSTODIAN: _keeping,
}
