"""The first review: the comparison of the bids read and ruled on, then each clause voted for each bid (V-03, V-05)."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404

from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import convening, holding, scoring
from evaluation.domain import edition, preliminary
from evaluation.domain.lifecycle import MemberLever, MemberState, SessionLever, SessionState
from evaluation.domain.preliminary import Course
from evaluation.models import Breach, CompetitionVote, Member, RulingVote, Session, SimilarityReport
from evaluation.queries import committee, judging
from evaluation.queries.judging import Bench
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender.actions import stepping
from tender.domain import instants
from tender.domain.lifecycle import Lever
from tender.domain.rules import Regime
from tender.queries import LotRecord

JUDGING = (
    SessionState.PRELIMINARY,
    SessionState.COMPETITION,
    SessionState.SCORING,
    SessionState.CHECKING,
)
"""States in which members judge and have not been asked to sign the report."""


def take_similarity(lot_id: uuid.UUID, document: Mapping[str, Any], *, now: datetime) -> bool:
    """Take the comparison of a lot's bids for its committee; the first one counts. Returns whether it is new.

    `document` has `lot`, `groups` and `indications`; every indication is an object that is named by its hash.
    """
    data = canonical.to_bytes(dict(document))
    if document.get("lot") != str(lot_id) or not isinstance(document.get("indications"), list):
        raise ValueError(f"not a comparison of lot {lot_id}: it names the lot and lists its indications")
    with transaction.atomic():
        stepping.lock(lot_id)
        _, made = SimilarityReport.objects.get_or_create(
            lot_id=lot_id,
            defaults={"document": data, "sha256": canonical.sha256(data), "received_at": now},
        )
        if not made:
            return False
        payload = {"report": canonical.sha256(data), "indications": len(document["indications"])}
        holding.log(lot_id, "evaluation:similarity:received", payload, now=now)
        session = committee.session_of(lot_id)
        if session is not None and session.begun_at is not None:
            record = holding.hold(lot_id)[1]
            holding.tell_members(session, "similarity_received", key=str(lot_id), record=record, now=now)
    return True


def begin_review(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Begin the first review, once the comparison has come or its time is over; the leader does."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.leads(session, committee.access_member(by, lot_id)))
        require(policies.may_step(session, SessionLever.BEGIN_REVIEW))
        bench = judging.bench(session)
        due = session.similarity_due_at
        if not has_similarity(lot_id) and due is not None and now < due:
            rule = record.edition.rule("similarity_wait_minutes")
            raise RefusedError(Refused(rule.id, "similarity_awaited", {"until": instants.clock(due)}))
        convening.require_lawful(bench)
        holding.step(session, SessionLever.BEGIN_REVIEW, now=now)


def has_similarity(lot_id: uuid.UUID) -> bool:
    """Tell whether the comparison of a lot's bids has come."""
    return SimilarityReport.objects.filter(lot_id=lot_id).exists()


def rule_on(
    by: Holder, lot_id: uuid.UUID, indication: str, *, upheld: bool, reason: str, now: datetime
) -> None:
    """Give one's view of an indication, with its reason; it can be changed until the report is laid."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.session_is(session, *JUDGING))
        if indication not in judging.bench(session).indications:
            raise Http404
        require(policies.written(reason))
        RulingVote.objects.update_or_create(
            member=member,
            indication=indication,
            defaults={"upheld": upheld, "reason": reason.strip()},
        )
        payload = {"member": member.name, "indication": indication, "upheld": upheld}
        holding.log(lot_id, "evaluation:indication:viewed", payload, now=now)


def find_breach(
    by: Holder, lot_id: uuid.UUID, bid: str, clause: str, *, page: str, reason: str, now: datetime
) -> Breach:
    """Note that a bid breaks a clause, with page and reason; it counts when the member casts its votes."""
    with transaction.atomic():
        bench, member = _voter(by, lot_id)
        known_bid = next((one for one in bench.opened if one == bid), None)
        known_clause = next((one for one in bench.clauses if one.id == clause), None)
        if known_bid is None or known_clause is None:
            raise Http404
        try:
            preliminary.Vote(member.name, bid, clause, keep=False, page=page, reason=reason)
        except preliminary.ReviewError as error:
            raise RefusedError(
                Refused(known_clause.rule, "breach_without_reason", {"clause": clause})
            ) from error
        row, _ = Breach.objects.update_or_create(
            member=member,
            bid=uuid.UUID(bid),
            clause=clause,
            defaults={"page": page.strip(), "reason": reason.strip()},
        )
        payload = {"member": member.name, "bid": bid, "clause": clause}
        holding.log(lot_id, "evaluation:breach:found", payload, now=now)
    return row


def drop_breach(by: Holder, lot_id: uuid.UUID, breach_id: int, *, now: datetime) -> bool:
    """Take back a breach before the votes are cast."""
    with transaction.atomic():
        _, member = _voter(by, lot_id)
        dropped, _ = Breach.objects.filter(pk=breach_id, member=member).delete()
        if dropped:
            holding.log(lot_id, "evaluation:breach:dropped", {"member": member.name}, now=now)
    return bool(dropped)


def cast(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Cast one's votes on every clause of every bid: what was not listed as a breach is kept."""
    with transaction.atomic():
        bench, member = _voter(by, lot_id)
        mine = [digest for digest, views in bench.views.items() if member.name in views]
        if left := len(bench.indications) - len(mine):
            raise RefusedError(Refused("V-01", "indications_open", {"left": str(left)}))
        holding.move(member, MemberLever.VOTE)
        member.voted_at = now
        member.save(update_fields=["voted_at"])
        payload = {
            "member": member.name,
            "breaches": [vote.as_json() for vote in bench.votes(member.name) if not vote.keep],
        }
        holding.log(lot_id, "evaluation:member:voted", payload, now=now)


def conclude(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> Course:
    """Count the votes of the first review and go on as the law says; the leader does, once all have voted."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.leads(session, committee.access_member(by, lot_id)))
        require(policies.session_is(session, SessionState.PRELIMINARY))
        bench = judging.bench(session)
        try:
            found = bench.review if bench.voted else None
        except preliminary.ReviewError as error:
            raise RefusedError(Refused(_grounds(record), "votes_missing", {"why": str(error)})) from error
        if found is None:
            waiting = [member.name for member in bench.members if member.voted_at is None]
            raise RefusedError(
                Refused(_grounds(record), "members_not_voted", {"members": ", ".join(waiting)})
            )
        payload = {
            "rejected": [one.as_json() for one in bench.rejections],
            "remaining": list(bench.remaining),
        }
        holding.log(lot_id, "evaluation:review:concluded", payload, now=now)
        scoring.drop_outdated(session, bench, now=now)
        return go_on(session, record, bench, now=now)


def go_on(session: Session, record: LotRecord, bench: Bench, *, now: datetime) -> Course:
    """Go on with the bids that are left: score them, judge competition, or fail the lot (C-01, V-07)."""
    minimum = edition.bidders_minimum(record.edition)
    way, rule = preliminary.course(len(bench.remaining), minimum=minimum, regime=Regime(record.regime))
    if way is Course.FAIL:
        fail(session, record, rule=rule, left=len(bench.remaining), now=now)
    elif way is Course.JUDGE_COMPETITION and not _competition_left(bench):
        holding.step(session, SessionLever.TOO_FEW, now=now, left=len(bench.remaining))
    elif session.state == SessionState.PRELIMINARY:
        holding.step(session, SessionLever.CONCLUDE_REVIEW, now=now, left=len(bench.remaining))
    return way


def judge_competition(
    by: Holder, lot_id: uuid.UUID, *, lacking: bool, reason: str, now: datetime
) -> bool | None:
    """Vote whether competition is clearly lacking; returns the committee's answer once all have voted.

    By majority all bids are rejected and the lot fails, else the committee goes on with those that are left.
    """
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.session_is(session, SessionState.COMPETITION))
        require(policies.written(reason))
        CompetitionVote.objects.update_or_create(
            member=member, defaults={"lacking": lacking, "reason": reason.strip(), "at": now}
        )
        bench = judging.bench(session)
        votes = _competition(bench.members)
        if set(votes) != set(bench.names):
            return None
        decision = preliminary.judge_competition(votes, bench.names)
        payload = {"votes": votes, "lacking": not decision, "left": list(bench.remaining)}
        holding.log(lot_id, "evaluation:competition:judged", payload, now=now)
        if isinstance(decision, Refused):
            fail(session, record, rule=decision.rule, left=len(bench.remaining), now=now)
            return True
        holding.step(session, SessionLever.COMPETITION_LEFT, now=now)
    return False


def fail(session: Session, record: LotRecord, *, rule: str, left: int, now: datetime) -> None:
    """Fail a lot of which too few bids are left; the caller holds the session."""
    holding.step(session, SessionLever.REJECT_ALL, now=now, rule=rule, left=left)
    convening.close(session, now=now)
    stepping.step(record.id, Lever.FAIL, actor=journal.SYSTEM, now=now, payload={"rule": rule, "left": left})


def _voter(by: Holder, lot_id: uuid.UUID) -> tuple[Bench, Member]:
    committee.access_member(by, lot_id)
    session, record = holding.hold(lot_id)
    member = committee.access_member(by, lot_id)
    require(policies.session_is(session, SessionState.PRELIMINARY))
    if member.state != MemberState.DECLARED:
        raise RefusedError(Refused(_grounds(record), "votes_cast", {"member": member.name}))
    return judging.bench(session), member


def _grounds(record: LotRecord) -> str:
    """Return the rule of the lot's law under which bids are rejected."""
    return record.edition.rule("rejection_grounds").id


def _competition_left(bench: Bench) -> bool:
    """Tell whether all who sit have judged already that competition is left among these bids."""
    votes = _competition(bench.members)
    return set(votes) == set(bench.names) and bool(preliminary.judge_competition(votes, bench.names))


def _competition(members: Iterable[Member]) -> dict[str, bool]:
    rows = CompetitionVote.objects.filter(member__in=list(members)).select_related("member")
    return {row.member.name: row.lacking for row in rows.order_by("member__name")}
