"""What a seat must do next about evaluations, for the workbench."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_noop

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation.domain import names
from evaluation.domain.lifecycle import InvitationState, MemberState, SessionState
from evaluation.models import Member
from evaluation.queries import asking, committee, sites, watching
from tender import queries as tender
from tender.domain.lifecycle import LotState


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


def tasks(holder: Holder, *, now: datetime) -> list[Duty]:
    """Return what a seat must do about evaluations."""
    find = _BY_SEAT.get(holder.kind)
    return find(holder, now) if find is not None else []


def _judging(holder: Holder, _now: datetime) -> list[Duty]:
    calls = [
        Duty(
            _("Accept or decline a call to an evaluation"),
            reverse("invitations"),
            until=row.answer_due_at,
            rule="R-03",
            tone="warn",
        )
        if row.state == InvitationState.NOTIFYING
        else Duty(_("Come to an evaluation"), reverse("invitations"), until=row.starts_at, rule="R-05")
        for row in committee.own_invitations(holder)
    ]
    named = [
        Duty(_("Come to an evaluation"), reverse("invitations"), until=row.session.starts_at, rule="C-05")
        for row in committee.called_as_representative(holder)
    ]
    return [*calls, *named, *(_sitting(member) for member in committee.own_sessions(holder))]


def _sitting(member: Member) -> Duty:
    session, lot = member.session, tender.lot(member.session.lot_id)
    acts = _ACTS.get((session.state, member.state), ())
    title = _(acts[0]) if acts else _(names.SESSION[SessionState(session.state)])
    return Duty(
        title=title,
        url=reverse(acts[1] if acts else "committee", args=[session.lot_id]),
        lot=f"{lot.code} {lot.title}",
        until=session.ends_at,
        rule=acts[2] if acts else "",
        tone="warn" if acts else "info",
    )


_ACTS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    (SessionState.PREPARING, MemberState.SEATED): (
        gettext_noop("Declare before you see any document"),
        "committee",
        "C-09",
    ),
    (SessionState.DECLARED, MemberState.DECLARED): (gettext_noop("Elect the leader"), "committee", "C-05"),
    (SessionState.LEADER, MemberState.DECLARED): (
        gettext_noop("Read the comparison of the bids, then begin the first review"),
        "committee",
        "PR-20",
    ),
    (SessionState.PRELIMINARY, MemberState.DECLARED): (
        gettext_noop("Review every bid by every clause, then cast your votes"),
        "committee-review",
        "V-01",
    ),
    (SessionState.COMPETITION, MemberState.VOTED): (
        gettext_noop("Judge whether competition is left"),
        "committee",
        "V-07",
    ),
    (SessionState.SCORING, MemberState.VOTED): (
        gettext_noop("Fill your score sheet, hand it in and sign it"),
        "committee-scores",
        "V-11",
    ),
    (SessionState.CHECKING, MemberState.SCORED): (
        gettext_noop("Look at what the four checks found; then the leader lays the report"),
        "committee-checks",
        "V-11",
    ),
    (SessionState.SIGNING, MemberState.SCORED): (
        gettext_noop("Sign the report, or dissent in writing"),
        "committee-report",
        "V-09",
    ),
}


def _procuring(holder: Holder, now: datetime) -> list[Duty]:
    found = []
    for lot in tender.access_own_lots(holder):
        if lot.status not in _CONCERNED:
            continue
        session, named = committee.session_of(lot.id), f"{lot.code} {lot.title}"
        page = reverse("lot-committee", args=[lot.id])
        if session is None:
            if lot.closed(now):
                found.append(Duty(_("Ask for the experts"), page, named, rule="R-02", tone="warn"))
            continue
        if any(
            row.exhausted and row.confirmed + row.called < row.take for row in committee.progress(session)
        ):
            found.append(Duty(_("Ask for a supplementary draw"), page, named, rule="R-05", tone="warn"))
        if lot.status is LotState.EVALUATED and lot.regime == "G":
            url = reverse("lot-evaluation", args=[lot.id])
            rule = lot.edition.rule("report_delivery_maximum").id
            found.append(Duty(_("Deliver the evaluation report"), url, named, rule=rule, tone="warn"))
    return found


def _reviewing(holder: Holder, now: datetime) -> list[Duty]:
    found = []
    for lot in tender.access_own_lots(holder):
        url, named = reverse("lot-evaluation", args=[lot.id]), f"{lot.code} {lot.title}"
        if lot.status is LotState.EVALUATED and lot.regime == "T":
            rule = lot.edition.rule("candidate_publication_start_maximum").id
            line = tender.milestone(lot, "candidates", now=now)
            until = line.latest if line is not None else None
            found.append(Duty(_("Publish the candidates"), url, named, until, rule, tone="warn"))
        elif lot.status is LotState.DECIDING and committee.session_of(lot.id) is not None:
            rule = lot.edition.rule("award_order").id
            found.append(Duty(_("Publish the result"), url, named, rule=rule, tone="warn"))
    return found


def _witnessing(holder: Holder, _now: datetime) -> list[Duty]:
    found = []
    for session in sites.witnessed_sessions(holder):
        if session.begun_at is None:
            lot = tender.lot(session.lot_id)
            url = reverse("sitting", args=[lot.id])
            named = f"{lot.code} {lot.title}"
            found.append(Duty(_("Let the committee in"), url, named, until=session.starts_at, rule="X-05"))
    return found


def _settling(holder: Holder, _now: datetime) -> list[Duty]:
    found = []
    for lot in tender.access_duty_lots(holder):
        session = committee.session_of(lot.id)
        if session is None or not watching.confirms(holder, lot.id):
            continue
        url, named = reverse("lot-evaluation", args=[lot.id]), f"{lot.code} {lot.title}"
        found += [
            Duty(_("Confirm or decline the replacement of a member"), url, named, rule="A-07", tone="warn")
            for row in committee.replacements(session)
            if row.at is None
        ]
    return found


def _answering(holder: Holder, now: datetime) -> list[Duty]:
    return [
        Duty(
            _("Answer the committee in writing"),
            reverse("clarification", args=[row.pk]),
            tender.lot(row.session.lot_id).code,
            until=row.due_at,
            rule="V-02",
            tone="warn",
        )
        for row in asking.access_clarifications(holder)
        if row.answered_at is None and now < row.due_at
    ]


_CONCERNED = frozenset(
    {LotState.CLOSED, LotState.OPENING, LotState.OPENED, LotState.EVALUATING, LotState.EVALUATED}
)
_BY_SEAT: Mapping[SeatKind, Callable[[Holder, datetime], list[Duty]]] = {
    SeatKind.EXPERT: _judging,
    SeatKind.CLERK: _procuring,
    SeatKind.AGENCY: _procuring,
    SeatKind.REVIEWER: _reviewing,
    SeatKind.WITNESS: _witnessing,
    SeatKind.SUPERVISOR: _settling,
    SeatKind.HOST: _settling,
    SeatKind.BIDDER: _answering,
}
