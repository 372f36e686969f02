"""What a committee has voted, settled and scored, as the values that the rules compute with."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from accounts import queries as accounts
from bidding import queries as bidding
from bidding.queries import draws
from evaluation.domain import checks, committee as rules, edition, preliminary, rulings
from evaluation.domain.checks import Explanation, Finding
from evaluation.domain.lifecycle import MemberState
from evaluation.domain.preliminary import Clause, Rejection, Review, Vote
from evaluation.domain.report import (
    Clarification,
    Dissent,
    Proceedings,
    Reason,
    Replacement,
    Ruling,
    Subject,
)
from evaluation.domain.scoring import assess, intake
from evaluation.domain.scoring.assess import Assessment, Method
from evaluation.domain.scoring.members import Sheet
from evaluation.domain.scoring.values import PricedBid, Sme, Stage
from evaluation.models import (
    Amendment,
    Breach,
    Clarification as ClarificationRow,
    Dissent as DissentRow,
    Employment,
    Explanation as ExplanationRow,
    Member,
    Merit,
    Motion,
    Replacement as ReplacementRow,
    RulingVote,
    Session,
    SimilarityReport,
)
from evaluation.queries import committee
from kernel.domain import canonical
from tender import queries as tender
from tender.queries import LotRecord

TIE, TIE_STRATUM = "tie", "tie"


@dataclass(frozen=True)
class Bench:
    """A session read at one moment: its lot, its members and everything that follows from what they did.

    Each property is computed once; read a new one after a write.
    """

    session: Session
    record: LotRecord
    members: tuple[Member, ...]

    @cached_property
    def subject(self) -> Subject:
        """The notice and the opening table that are judged."""
        table = bidding.opening_table(self.record.id)
        if table is None:
            raise LookupError(f"lot {self.record.id} has no opening table yet")
        return Subject(self.record.notice, table)

    @cached_property
    def method(self) -> Method:
        """How the notice wants the bids judged."""
        return Method.from_notice(self.record.notice)

    @cached_property
    def opened(self) -> tuple[str, ...]:
        """The opened bids by id."""
        return tuple(sorted(self.subject.opened()))

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of the first review."""
        return edition.clauses(self.record.edition)

    @property
    def names(self) -> tuple[str, ...]:
        """The members' pseudonyms in order."""
        return tuple(member.name for member in self.members)

    @cached_property
    def seats(self) -> tuple[rules.Member, ...]:
        """The members as the rules of a committee see them."""
        return tuple(_seat(member, self.record) for member in self.members)

    @cached_property
    def breaches(self) -> dict[str, dict[tuple[str, str], Vote]]:
        """Member -> (bid, clause) -> the breach that it found in the first review."""
        found: dict[str, dict[tuple[str, str], Vote]] = {name: {} for name in self.names}
        rows = Breach.objects.filter(member__in=self.members).select_related("member").order_by("pk")
        for row in rows:
            place = (str(row.bid), row.clause)
            found[row.member.name][place] = Vote(
                row.member.name, *place, keep=False, page=row.page, reason=row.reason
            )
        return found

    def votes(self, member: str) -> list[Vote]:
        """Return a member's votes of the first review, one for each bid and clause: what it did not list it keeps."""
        found = self.breaches[member]
        return [
            found.get((bid, clause.id), Vote(member, bid, clause.id, keep=True))
            for bid in self.opened
            for clause in self.clauses
        ]

    def signed_votes(self, member: str) -> list[Vote]:
        """Return what a member's sheet shows: a later vote on a motion stands in place of the first one."""
        cast = {(vote.bid, vote.clause): vote for vote in self.votes(member)}
        for motion in self.motions:
            for vote in motion.votes.all():
                if vote.member_id in self._live and vote.member.name == member:
                    place = (str(motion.bid), motion.clause)
                    cast[place] = Vote(member, *place, keep=vote.keep, page=vote.page, reason=vote.reason)
        return [cast[place] for place in sorted(cast)]

    @cached_property
    def voted(self) -> bool:
        """Whether every member has given its votes of the first review."""
        return bool(self.members) and all(member.voted_at is not None for member in self.members)

    @cached_property
    def review(self) -> Review:
        """The count of the first review; raises ReviewError while a member has not voted."""
        cast = [vote for name in self.names for vote in self.votes(name)]
        return preliminary.review(self.clauses, self.opened, self.names, cast)

    @cached_property
    def motions(self) -> tuple[Motion, ...]:
        """The motions of the detailed review in order."""
        rows = Motion.objects.filter(session=self.session).prefetch_related("votes__member")
        return tuple(rows.order_by("moved_at", "pk"))

    @cached_property
    def rejections(self) -> tuple[Rejection, ...]:
        """All rejections that stand: of the first review once all have voted, and of carried motions."""
        first = self.review.rejections if self.voted else ()
        fallen = {rejection.bid for rejection in first}
        titles = {clause.id: clause for clause in self.clauses}
        later = [
            _rejection(motion, titles[motion.clause], self._live)
            for motion in self.motions
            if motion.carried and str(motion.bid) not in fallen
        ]
        return (*first, *later)

    @cached_property
    def remaining(self) -> tuple[str, ...]:
        """The opened bids that were not rejected."""
        out = {rejection.bid for rejection in self.rejections}
        return tuple(bid for bid in self.opened if bid not in out)

    @cached_property
    def amendments(self) -> tuple[Amendment, ...]:
        """What was proposed or settled about the numbers of bids."""
        rows = Amendment.objects.select_related("proposed_by", "confirmed_by").filter(session=self.session)
        return tuple(rows.order_by("bid", "kind"))

    @cached_property
    def priced(self) -> list[PricedBid]:
        """The opened bids as a formula sees them, with what the committee settled about their numbers."""
        settled = [row for row in self.amendments if row.confirmed_at is not None]
        return intake.bids(
            self.subject.table,
            rejected=preliminary.stages(self.rejections),
            corrected={
                str(row.bid): Decimal(row.value) for row in settled if row.kind == Amendment.Kind.PRICE
            },
            sme={str(row.bid): Sme(row.value) for row in settled if row.kind == Amendment.Kind.SME},
        )

    @cached_property
    def sheets(self) -> dict[str, Sheet]:
        """H(sheet) -> the signed sheet that counts of each member that has one."""
        return {
            member.sheet.sha256: _sheet(canonical.from_bytes(bytes(member.sheet.document)))
            for member in self.members
            if member.sheet is not None
        }

    @cached_property
    def tie_draw(self) -> dict[str, Any] | None:
        """The finished draw that settles ties among exactly the ranked bids, None without one."""
        wanted = sorted(self.remaining)
        for drawn in reversed(draws.draws_of(self.record.id, purpose=TIE)):
            if drawn.drawn_at is not None:
                record = draws.draw_record(drawn.id, TIE_STRATUM)
                if record["ids"] == wanted:
                    return record
        return None

    @cached_property
    def assessment(self) -> Assessment:
        """The whole calculation; raises ScoringError (DrawNeededError) while something is missing."""
        tie = self.tie_draw
        return assess.assess(
            self.method,
            self.priced,
            intake.coefficients(self.subject.table),
            list(self.sheets.values()),
            sealed_at=intake.sealed_at(self.subject.table),
            tie_draw={bid: place for place, bid in enumerate(tie["order"])} if tie else None,
        )

    @cached_property
    def findings(self) -> list[Finding]:
        """What the four checks find in the signed sheets (V-11)."""
        return checks.findings(list(self.sheets.values()), self.method.items, self.remaining, self.outlier)

    @property
    def outlier(self) -> checks.Outlier:
        """The distance at which a member's marks are 畸高 or 畸低."""
        return edition.outlier(self.record.edition)

    @cached_property
    def explanations(self) -> tuple[ExplanationRow, ...]:
        """The explanations of findings that stand today."""
        current = [finding.id for finding in self.findings]
        rows = ExplanationRow.objects.select_related("member", "confirmed_by")
        return tuple(rows.filter(session=self.session, finding__in=current).order_by("at", "pk"))

    @property
    def explained(self) -> list[Explanation]:
        """The explanations as values; one that nobody confirmed names nobody."""
        return [
            Explanation(row.finding, row.text, row.confirmed_by.name if row.confirmed_by else "")
            for row in self.explanations
        ]

    @cached_property
    def indications(self) -> dict[str, dict[str, Any]]:
        """H(indication) -> the indication, of the comparison that was handed down; none without one."""
        row = SimilarityReport.objects.filter(lot_id=self.record.id).first()
        if row is None:
            return {}
        document = canonical.from_bytes(bytes(row.document))
        return {canonical.digest(one): one for one in document["indications"]}

    @cached_property
    def views(self) -> dict[str, dict[str, rulings.View]]:
        """H(indication) -> member -> its view."""
        found: dict[str, dict[str, rulings.View]] = {digest: {} for digest in self.indications}
        for row in RulingVote.objects.filter(member__in=self.members).select_related("member"):
            found.setdefault(row.indication, {})[row.member.name] = rulings.View(row.upheld, row.reason)
        return found

    @property
    def open_indications(self) -> list[str]:
        """The indications on which a member has not given its view."""
        return [digest for digest, views in self.views.items() if set(views) != set(self.names)]

    def proceedings(self) -> Proceedings:
        """Return what happened in the session beside the numbers, as the report states it."""
        leader = next(m.name for m in self.members if m.pk == self.session.leader_id)
        merits = Merit.objects.filter(session=self.session).order_by("bid")
        return Proceedings(
            leader=leader,
            reasons={str(row.bid): Reason(row.strengths, row.weaknesses) for row in merits},
            dissent=_dissent(self.members),
            clarifications=_clarifications(self.session),
            replacements=_replacements(self.session),
            rulings=[
                Ruling(digest, *rulings.decide(views, self.names)) for digest, views in self.views.items()
            ],
            findings=self.findings,
            explanations=[answer for answer in self.explained if answer.confirmed_by],
        )

    @cached_property
    def _live(self) -> frozenset[int]:
        return frozenset(member.pk for member in self.members)


def bench(session: Session) -> Bench:
    """Read a session with all who sit."""
    return Bench(session, tender.lot(session.lot_id), tuple(committee.live_members(session)))


def bench_of(lot_id: uuid.UUID) -> Bench:
    """Read the session of a lot; 404 without one."""
    return bench(committee.require_session(lot_id))


def _seat(member: Member, record: LotRecord) -> rules.Member:
    """Return a member for the rules; its employer is the agency if it works there by either record."""
    employers = {accounts.holder(member.seat_id).organisation.credit_code}
    if member.invitation_id is not None:
        jobs = Employment.objects.filter(expert__seat_id=member.seat_id, until_date__isnull=True)
        employers |= set(jobs.values_list("employer", flat=True))
    agency = record.agency.credit_code if record.agency else ""
    return rules.Member(
        id=member.name,
        kind=rules.Kind(member.kind),
        site=member.place.site.name,
        employer=agency if agency in employers else min(employers),
    )


def _rejection(motion: Motion, clause: Clause, live: frozenset[int]) -> Rejection:
    votes = sorted(
        (vote for vote in motion.votes.all() if vote.member_id in live), key=lambda vote: vote.member.name
    )
    against = tuple(
        Vote(vote.member.name, str(motion.bid), clause.id, keep=False, page=vote.page, reason=vote.reason)
        for vote in votes
        if not vote.keep
    )
    kept = tuple(vote.member.name for vote in votes if vote.keep)
    return Rejection(str(motion.bid), Stage.DETAILED, clause, against, kept)


def _sheet(document: dict[str, Any]) -> Sheet:
    return Sheet(
        member=document["member"],
        site=document["site"],
        scores={(one["bid"], one["item"]): Decimal(one["score"]) for one in document["items"]},
        totals={one["bid"]: Decimal(one["total"]) for one in document["totals"]},
    )


def _dissent(members: Iterable[Member]) -> list[Dissent]:
    standing = [member for member in members if member.state == MemberState.DISSENTED]
    rows = DissentRow.objects.filter(member__in=standing).select_related("member").order_by("at", "pk")
    newest = {row.member.name: Dissent(row.member.name, row.text, row.at) for row in rows}
    return list(newest.values())


def _clarifications(session: Session) -> list[Clarification]:
    rows = ClarificationRow.objects.filter(session=session).order_by("asked_at", "pk")
    return [
        Clarification(str(row.bid), row.question, row.asked_at, row.answer or None, row.answered_at)
        for row in rows
    ]


def _replacements(session: Session) -> list[Replacement]:
    rows = ReplacementRow.objects.select_related("out", "into")
    done = rows.filter(session=session, at__isnull=False, into__isnull=False)
    return [
        Replacement(row.out.name, row.into.name if row.into else "", row.reason, row.at or row.proposed_at)
        for row in done.order_by("at", "pk")
    ]
