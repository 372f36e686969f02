"""The committee comes together: checked for interests against the bidders, begun, declared, its leader elected."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import queries as accounts
from accounts.queries import Holder
from bidding import queries as bidding
from evaluation import policies
from evaluation.actions import holding, replacing
from evaluation.actions.requesting import limits_of
from evaluation.domain import avoidance, committee as rules, edition, strata
from evaluation.domain.committee import Change, Kind
from evaluation.domain.lifecycle import (
    InvitationLever,
    InvitationState,
    MemberLever,
    MemberState,
    SessionLever,
    SessionState,
)
from evaluation.models import Ballot, Declaration, Invitation, Member, Session
from evaluation.queries import committee, judging, pool, sites
from evaluation.queries.judging import Bench
from kernel.domain import canonical, money
from kernel.domain.refusals import ALLOWED, Decision, Refused, RefusedError, require
from tender import queries as tender
from tender.actions import stepping
from tender.domain import instants
from tender.domain.lifecycle import Lever, LotState
from tender.events import LotStepped
from tender.queries import LotRecord


class IncompleteCommitteeError(RefusedError):
    """A committee that the law does not allow to begin; `refusals` holds everything that is wrong with it."""

    def __init__(self, refusals: tuple[Refused, ...]) -> None:
        super().__init__(refusals[0])
        self.refusals = refusals


def begin(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> tuple[str, ...]:
    """Begin the evaluation once the committee is complete and lawful; returns () when it began.

    With the bidders known by now, interests are checked once more (C-09): who has one leaves at once, the next
    in the order is called, and their pseudonyms are returned. Raises IncompleteCommitteeError.
    """
    committee.access_witness(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.session_is(session, SessionState.PREPARING))
        if session.begun_at is not None:
            return ()
        require(_opened(record))
        bench = judging.bench(session)
        conflicted = _conflicts(session, record, bench)
        for member in conflicted:
            replacing.leave(session, record, member, Change.AVOIDANCE, "found by the platform", now=now)
        if conflicted:
            return tuple(member.name for member in conflicted)
        advice = require_lawful(bench)
        stepping.step(lot_id, Lever.BEGIN_EVALUATION, actor=by.actor, now=now)
        session.begun_at = now
        session.similarity_due_at = now + edition.similarity_wait(record.edition)
        session.save(update_fields=["begun_at", "similarity_due_at"])
        for invitation in _invitations(session, InvitationState.SIGNED_IN):
            holding.answer(invitation, InvitationLever.BEGIN)
        payload = {
            "members": list(bench.names),
            "advice": [{"rule": one.rule, "reason": one.reason, "facts": one.facts} for one in advice],
        }
        holding.log(lot_id, "evaluation:session:begun", payload, now=now, actor=by.actor)
    return ()


def require_lawful(bench: Bench) -> list[Refused]:
    """Refuse a committee with everything that is wrong with it; returns what practice advises against."""
    record, planned = bench.record, strata.plan(bench.record.notice["committee"])
    missing = planned.size - len(bench.members)
    found = []
    if missing:
        found.append(Refused("C-03", "members_missing", {"missing": str(missing), "size": str(planned.size)}))
    home = sites.home_site(bench.session)
    estimate = record.notice["estimate"]
    law = edition.committee_rules(record.edition, remote=len(planned.sites) > 1)
    found += rules.check(
        bench.seats,
        law,
        budget=money.parse(estimate) if estimate else None,
        agency=record.agency.credit_code if record.agency else None,
        home=home.name if home is not None else "",
    )
    binding, advice = edition.weigh(record.edition, found)
    if binding:
        raise IncompleteCommitteeError(tuple(binding))
    return advice


def declare(by: Holder, lot_id: uuid.UUID, *, conflict: bool, text: str = "", now: datetime) -> Declaration:
    """Declare, before any document is shown and with the bidders' names in sight, whether one must stay away.

    Who declares a conflict leaves at once and the next in the order is called; the law asks nobody's consent.
    """
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        if session.begun_at is None:
            raise RefusedError(Refused(policies.ORDER, "sitting_not_begun", {"lot": record.code}))
        require(policies.may_move(member, MemberLever.DECLARE))
        if conflict:
            require(policies.written(text))
        row = Declaration.objects.create(
            member=member, parties=parties(record), conflict=conflict, text=text.strip(), at=now
        )
        payload = {"member": member.name, "conflict": conflict, "text": row.text, "parties": row.parties}
        holding.log(lot_id, "evaluation:member:declared", payload, now=now)
        if conflict:
            replacing.leave(session, record, member, Change.AVOIDANCE, row.text, now=now)
            return row
        holding.move(member, MemberLever.DECLARE)
        advance(session, record, now=now)
    return row


def vote_leader(by: Holder, lot_id: uuid.UUID, choice: str, *, now: datetime) -> str | None:
    """Vote for the leader; returns who is elected once all have voted, None while the election is open.

    More than half of all members elect; else a further ballot follows (C-05).
    """
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.session_is(session, SessionState.DECLARED))
        bench = judging.bench(session)
        law = edition.committee_rules(record.edition, remote=False)
        require(rules.check_leader(choice, bench.seats, law))
        chosen = next(one for one in bench.members if one.name == choice)
        Ballot.objects.update_or_create(member=member, round=session.round, defaults={"choice": chosen})
        rows = Ballot.objects.filter(member__in=bench.members, round=session.round)
        cast = {row.member.name: row.choice.name for row in rows.select_related("member", "choice")}
        if set(cast) != set(bench.names):
            return None
        elected = rules.elect(cast, bench.seats, law)
        payload = {"round": session.round, "ballots": cast, "elected": elected}
        holding.log(lot_id, "evaluation:leader:voted", payload, now=now)
        if elected is None:
            session.round += 1
            session.save(update_fields=["round"])
            return None
        session.leader = next(one for one in bench.members if one.name == elected)
        session.save(update_fields=["leader"])
        holding.step(session, SessionLever.ELECT, now=now, leader=elected)
    return elected


def advance(session: Session, record: LotRecord, *, now: datetime) -> None:
    """Go on when all have declared; a leader who still sits stays one after a replacement."""
    bench = judging.bench(session)
    planned = strata.plan(record.notice["committee"])
    declared = all(member.state != MemberState.SEATED for member in bench.members)
    if session.state != SessionState.PREPARING or len(bench.members) < planned.size or not declared:
        return
    require_lawful(bench)
    holding.step(session, SessionLever.DECLARE, now=now)
    if session.leader_id in {member.pk for member in bench.members}:
        holding.step(session, SessionLever.ELECT, now=now)


def ask_for_time(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> bool:
    """Say that the time is too short; returns whether so many say it that it must be extended (C-11)."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        member = committee.access_member(by, lot_id)
        require(policies.session_is(session, *OPEN))
        member.wants_time = True
        member.save(update_fields=["wants_time"])
        must = must_extend(judging.bench(session))
        holding.log(lot_id, "evaluation:time:asked", {"member": member.name, "must_extend": must}, now=now)
        if must:
            holding.tell(
                session.requested_by_id,
                "time_must_be_extended",
                key=f"{lot_id}:{session.extended}",
                record=record,
                now=now,
                link=f"/desk/lots/{lot_id}/committee/",
                rule=record.edition.rule("evaluation_time_extension").id,
            )
    return must


def extend(by: Holder, lot_id: uuid.UUID, ends_at: datetime, *, now: datetime) -> None:
    """Give the committee more time, as it asked or as the procuring entity sees fit."""
    committee.access_procurer(by, lot_id)
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        require(policies.session_is(session, *OPEN))
        if ends_at <= session.ends_at:
            facts = {"ends_at": instants.clock(session.ends_at)}
            raise RefusedError(Refused("C-11", "time_not_longer", facts))
        session.ends_at, session.extended = ends_at, session.extended + 1
        session.save(update_fields=["ends_at", "extended"])
        Member.objects.filter(session=session).update(wants_time=False)
        payload = {"ends_at": canonical.instant(ends_at), "times": session.extended}
        holding.log(lot_id, "evaluation:time:extended", payload, now=now, actor=by.actor)


def must_extend(bench: Bench) -> bool:
    """Tell whether so many members ask for time that it must be given (C-11)."""
    law = edition.committee_rules(bench.record.edition, remote=False)
    return rules.must_extend(len(bench.members), sum(m.wants_time for m in bench.members), law)


def on_lot_stepped(event: LotStepped) -> None:
    """End the sitting of a lot that failed or was cancelled, and let the experts know; same transaction."""
    if event.target not in (LotState.FAILED, LotState.CANCELLED):
        return
    session = Session.objects.select_for_update(of=("self",)).filter(lot_id=event.lot).first()
    if session is None or session.state in committee.ENDED:
        return
    record = tender.lot(event.lot)
    holding.tell_called(session, "sitting_cancelled", now=record.status_at)
    holding.step(session, SessionLever.CANCEL, now=record.status_at, cause=event.lever)
    close(session, now=record.status_at)


def close(session: Session, *, now: datetime) -> None:
    """Free the places and let the experts go; the caller has ended the session."""
    session.ended_at = now
    session.save(update_fields=["ended_at"])
    Member.objects.filter(session=session, freed_at__isnull=True).update(freed_at=now)
    for invitation in _invitations(session, InvitationState.EVALUATING):
        holding.answer(invitation, InvitationLever.COMPLETE)


def parties(record: LotRecord) -> list[dict[str, str]]:
    """Return the organisations that a member is asked about: bidders, procuring entity, agency."""
    codes = bidding.bidder_codes(record.id)
    known = accounts.parties_by_code(codes)
    shown = [{"credit_code": code, "name": known[code].name if code in known else ""} for code in codes]
    ours = [party.as_json() for party in (record.procuring_entity, record.agency) if party is not None]
    return [*shown, *ours]


OPEN = (
    SessionState.PREPARING,
    SessionState.DECLARED,
    SessionState.LEADER,
    SessionState.PRELIMINARY,
    SessionState.COMPETITION,
    SessionState.SCORING,
    SessionState.CHECKING,
)
"""States in which a committee still works."""


def _opened(record: LotRecord) -> Decision:
    if record.status is LotState.OPENED:
        return ALLOWED
    return Refused(policies.ORDER, "lot_not_opened", {"status": record.status.value})


def _conflicts(session: Session, record: LotRecord, bench: Bench) -> list[Member]:
    drawn = {
        member.invitation.pseudonym.expert_id: member
        for member in bench.members
        if member.kind == Kind.EXPERT and member.invitation is not None
    }
    experts = pool.facts(None, session.starts_at, session.ends_at, only=drawn)
    lot = pool.lot_facts(
        record, session.starts_at, session.ends_at, avoid=session.avoid, experts_known=experts
    )
    limits = limits_of(record)
    found = [expert for expert in experts if avoidance.conflicts(expert, lot, limits)]
    return [drawn[int(expert.id)] for expert in found]


def _invitations(session: Session, state: InvitationState) -> list[Invitation]:
    rows = Invitation.objects.filter(stratum__draw__session=session, state=state)
    return list(rows.order_by("pk"))
