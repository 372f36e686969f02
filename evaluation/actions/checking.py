"""The summary and its four checks (V-11): mended on the spot, or an outlier explained and confirmed by another."""

import uuid
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts.queries import Holder
from bidding.actions import drawing
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain import checks
from evaluation.domain.checks import EXPLAINABLE, Finding
from evaluation.domain.lifecycle import MemberLever, MemberState, SessionLever, SessionState
from evaluation.domain.scoring.ranking import DrawNeededError
from evaluation.domain.scoring.values import ScoringError
from evaluation.models import Explanation
from evaluation.queries import committee, judging
from evaluation.queries.judging import TIE, TIE_STRATUM, Bench
from kernel import journal
from kernel.domain.refusals import Refused, RefusedError, require


def sum_up(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> list[Finding]:
    """Sum the sheets up once all are signed, and return what the four checks find; the leader does."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        require(policies.leads(session, committee.access_member(by, lot_id)))
        require(policies.session_is(session, SessionState.SCORING))
        bench = judging.bench(session)
        waiting = [member.name for member in bench.members if member.state != MemberState.SCORED]
        if waiting:
            raise RefusedError(Refused("V-11", "sheets_missing", {"members": ", ".join(waiting)}))
        if open_motions := [one for one in bench.motions if one.decided_at is None]:
            rule = bench.record.edition.rule("rejection_grounds").id
            raise RefusedError(Refused(rule, "motions_open", {"left": str(len(open_motions))}))
        if pending := [one for one in bench.amendments if one.confirmed_at is None]:
            raise RefusedError(Refused("M-05", "amendments_open", {"left": str(len(pending))}))
        try:
            found = bench.findings
        except ScoringError as error:
            raise RefusedError(Refused("V-11", "sheet_incomplete", {"why": str(error)})) from error
        listed = [finding.as_json() for finding in found]
        holding.step(session, SessionLever.SUM_UP, now=now, findings=listed)
        holding.tell_members(
            session, "summed_up", key=f"{lot_id}:{now.isoformat()}", record=bench.record, now=now
        )
    return found


def explain(by: Holder, lot_id: uuid.UUID, finding: str, text: str, *, now: datetime) -> Explanation:
    """Explain one's own outlier in writing; a new text needs a new confirmation."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        bench, found = _finding(by, lot_id, finding)
        member = committee.access_member(by, lot_id)
        if found.fault not in EXPLAINABLE or found.member != member.name:
            facts = {"member": found.member or "", "fault": found.fault.value}
            raise RefusedError(Refused("V-11", "not_to_explain", facts))
        require(policies.written(text))
        row, _ = Explanation.objects.update_or_create(
            session=bench.session,
            finding=finding,
            defaults={
                "member": member,
                "text": text.strip(),
                "at": now,
                "confirmed_by": None,
                "confirmed_at": None,
            },
        )
        payload = {"member": member.name, "finding": finding, "text": row.text}
        holding.log(lot_id, "evaluation:finding:explained", payload, now=now)
    return row


def confirm(by: Holder, lot_id: uuid.UUID, finding: str, *, now: datetime) -> None:
    """Confirm another member's explanation; an explanation confirms nothing by itself."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        bench, found = _finding(by, lot_id, finding)
        member = committee.access_member(by, lot_id)
        if found.fault not in EXPLAINABLE:
            facts = {"member": found.member or "", "fault": found.fault.value}
            raise RefusedError(Refused("V-11", "not_to_explain", facts))
        row = Explanation.objects.filter(session=bench.session, finding=finding).first()
        if row is None:
            raise RefusedError(Refused("V-11", f"{found.fault.value}_not_explained", _place(found)))
        if row.member_id == member.pk:
            raise RefusedError(Refused("V-11", f"{found.fault.value}_not_confirmed", _place(found)))
        row.confirmed_by, row.confirmed_at = member, now
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        payload = {"member": member.name, "finding": finding}
        holding.log(lot_id, "evaluation:finding:confirmed", payload, now=now)


def mend(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Take one's own sheet back to mend a fault that a check found in it; nobody else's is touched."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.session_is(session, SessionState.CHECKING, SessionState.SCORING))
        bench = judging.bench(session)
        if session.state == SessionState.CHECKING:
            if not any(concerns(finding, member.name) for finding in bench.findings):
                raise RefusedError(Refused("V-11", "nothing_to_mend", {"member": member.name}))
            holding.step(session, SessionLever.MEND, now=now, member=member.name)
        elif not _was_found(bench, member.name):
            raise RefusedError(Refused("V-11", "nothing_to_mend", {"member": member.name}))
        holding.move(member, MemberLever.MEND)
        member.sheet = None
        member.save(update_fields=["sheet"])
        holding.log(lot_id, "evaluation:sheet:mending", {"member": member.name}, now=now)


def concerns(finding: Finding, member: str) -> bool:
    """Tell whether a finding lies in a member's own sheet: its own fault, or a fact on which members differ."""
    return finding.member == member or (finding.member is None and member in finding.facts)


def require_checked(bench: Bench) -> None:
    """Refuse to go on while a finding is neither mended nor explained and confirmed (V-11)."""
    require(checks.may_sign(bench.findings, bench.explained))


def request_tie_draw(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> int:
    """Ask for the draw that the document foresees among equal bids; the leader does. Returns the draw."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        require(policies.leads(session, committee.access_member(by, lot_id)))
        require(policies.session_is(session, SessionState.CHECKING))
        bench = judging.bench(session)
        require_checked(bench)
        if not tied(bench):
            raise RefusedError(Refused("V-01", "no_tie", {}))
        stratum = drawing.Stratum(TIE_STRATUM, len(bench.remaining), bench.remaining)
        row = drawing.request(
            lot_id, purpose=TIE, strata=[stratum], reason="equal bids", actor=journal.SYSTEM, now=now
        )
    return row.pk


def tied(bench: Bench) -> tuple[str, ...]:
    """Return the equal bids whose order the document leaves to a draw that has not been held, () when none are."""
    try:
        bench.assessment  # noqa: B018 - computed for the error that it may raise
    except DrawNeededError as error:
        return error.bids
    return ()


def _finding(by: Holder, lot_id: uuid.UUID, digest: str) -> tuple[Bench, Finding]:
    session, _ = holding.hold(lot_id)
    committee.access_member(by, lot_id)
    require(policies.session_is(session, SessionState.CHECKING))
    bench = judging.bench(session)
    found = next((one for one in bench.findings if one.id == digest), None)
    if found is None:
        raise Http404
    return bench, found


def _was_found(bench: Bench, member: str) -> bool:
    """Tell whether a member's signed sheet has a fault while another member already mends its own."""
    signed = [one for one in bench.members if one.sheet is not None]
    if len(signed) == len(bench.members):
        return False
    faults = checks.findings(
        [bench.sheets[one.sheet.sha256] for one in signed if one.sheet is not None],
        bench.method.items,
        bench.remaining,
        bench.outlier,
    )
    return any(concerns(finding, member) for finding in faults)


def _place(finding: Finding) -> dict[str, str]:
    return {"bid": finding.bid, "item": finding.item or "", "member": finding.member or ""}
