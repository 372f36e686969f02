"""Tasks that follow from lots: drafts, approvals, addenda, objections, keys of custodians, openings to attend."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_noop

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from portal.duties.base import Task
from tender import desk_queries, queries
from tender.actions import deciding
from tender.desk_queries import OwnLot
from tender.domain.lifecycle import LotState, ObjectionState

AWARDING: Mapping[LotState, tuple[str, str, str]] = {
    LotState.RESULT_PUBLIC: (gettext_noop("Issue the notice of award"), deciding.AWARD, "award"),
    LotState.AWARDED: (gettext_noop("Lay the contract before both sides"), deciding.CONTRACT, "contract"),
}
"""What a reviewer lays, the purpose of its signatures, and the line of the timetable that it is due by."""
TO_OPEN = frozenset({LotState.PUBLISHED, LotState.CLOSED, LotState.OPENING})


def tasks(holder: Holder, *, now: datetime) -> list[Task]:
    """Return what a seat must do for its lots."""
    found = BY_SEAT.get(holder.kind)
    return found(holder, now) if found else []


def _drafting(holder: Holder, _now: datetime) -> list[Task]:
    own = desk_queries.own_lots(holder)
    drafts = [lot for lot in own if lot.status is LotState.DRAFT]
    begin = [
        Task(_("Begin the performance"), reverse("desk-lot-award", args=[lot.id]), _named(lot))
        for lot in own
        if lot.status is LotState.CONTRACTED
    ]
    return begin + [
        Task(
            title=_("Mend the document, it was sent back")
            if lot.returned
            else _("Complete and submit the document"),
            lot=_named(lot),
            rule="A-07",
            note=lot.returned,
            url=reverse("desk-lot", args=[lot.id]),
            tone="warn" if lot.returned else "info",
        )
        for lot in drafts
        if "publish" not in lot.waits
    ]


def _reviewing(holder: Holder, now: datetime) -> list[Task]:
    found = [task for lot in desk_queries.own_lots(holder) for task in _to_decide(lot)]
    return [*found, *_answers(holder, now), *_awarding(holder, now)]


def _awarding(holder: Holder, now: datetime) -> list[Task]:
    """Return the notices of award and the contracts that nobody has laid before those who sign them."""
    found = []
    for lot in queries.access_own_lots(holder):
        step = AWARDING.get(lot.status)
        if step is None or deciding.signatures_wanted(step[1], lot.id):
            continue
        due = queries.milestone(lot, step[2], now=now)
        found.append(
            Task(
                title=_(step[0]),
                lot=f"{lot.code} {lot.title}",
                until=due.latest if due is not None else None,
                rule=(due.rule if due is not None else "") or lot.edition.rule("award_order").id,
                url=reverse("desk-lot-award", args=[lot.id]),
                tone="bad" if due is not None and due.latest is not None and due.latest <= now else "warn",
            )
        )
    return found


def _to_decide(lot: OwnLot) -> list[Task]:
    page = reverse("desk-lot", args=[lot.id])
    found = []
    if lot.status is LotState.DRAFT and "publish" in lot.waits:
        found.append(
            Task(_("Approve the document, or send it back"), page, _named(lot), rule="A-07", tone="warn")
        )
    if lot.status is LotState.REVIEWED:
        found.append(Task(_("Publish the lot"), page, _named(lot), rule="A-07", tone="warn"))
    if "addendum" in lot.waits:
        url = reverse("desk-lot-addendum", args=[lot.id])
        found.append(
            Task(_("Decide on the addendum"), url, _named(lot), until=lot.deadline, rule="A-07", tone="warn")
        )
    if "cancel" in lot.waits:
        url = reverse("desk-lot-cancel", args=[lot.id])
        found.append(Task(_("Decide on the cancellation"), url, _named(lot), rule="A-07", tone="warn"))
    return found


def _answers(holder: Holder, now: datetime) -> list[Task]:
    waiting = [row for row in desk_queries.own_objections(holder) if row.status == ObjectionState.OPEN]
    return [
        Task(
            title=_("Answer the objection"),
            lot=f"{row.lot.code} {row.lot.title}",
            until=row.due_at,
            rule=queries.lot(row.lot_id).edition.rule("objection_answer_maximum").id,
            url=reverse("objection", args=[row.pk]),
            tone="bad" if row.due_at is not None and row.due_at <= now else "warn",
        )
        for row in waiting
    ]


def _keeping(holder: Holder, _now: datetime) -> list[Task]:
    return [
        Task(
            title=_("Give a fresh key for this lot"),
            lot=f"{lot.code} {lot.title}",
            rule="S-04",
            url=reverse("custody-lot", args=[lot.id]),
            tone="warn",
        )
        for lot, _role, given in queries.access_custody_lots(holder)
        if not given and lot.status is LotState.DRAFT
    ]


def _attending(holder: Holder, now: datetime) -> list[Task]:
    return [
        Task(
            title=_("Attend the opening"),
            lot=f"{lot.code} {lot.title}",
            until=None if lot.closed(now) else lot.deadline,
            rule=lot.edition.rule("opening_at_deadline").id,
            url=reverse("hall", args=[lot.id]),
        )
        for lot in queries.access_duty_lots(holder)
        if lot.status in TO_OPEN
    ]


def _named(lot: OwnLot) -> str:
    return f"{lot.code} {lot.title}"


BY_SEAT: Mapping[SeatKind, Callable[[Holder, datetime], list[Task]]] = {
    SeatKind.CLERK: _drafting,
    SeatKind.AGENCY: _drafting,
    SeatKind.REVIEWER: _reviewing,
    SeatKind.CUSTODIAN: _keeping,
    SeatKind.HOST: _attending,
    SeatKind.WITNESS: _attending,
    SeatKind.SUPERVISOR: _attending,
}
