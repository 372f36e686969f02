"""From draft to notice under four eyes: submit, return, review, publish; and the linked round after a failure."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.policies import FOUR_EYES, four_eyes
from accounts.queries import Holder
from kernel import journal, outbox
from kernel.calendar import raise_missing_year, working_calendar
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from kernel.domain.workdays import YearNotAnnouncedError
from tender import policies, queries, rulefiles, search
from tender.actions.stepping import lock, step
from tender.domain import document
from tender.domain.lifecycle import Lever
from tender.domain.reviews import Review
from tender.domain.rulebook import FrozenEdition
from tender.domain.terms import Terms
from tender.events import LotChecked, LotPublished, LotStepped
from tender.models import Lot, LotCustodian, LotFile, LotOfficer, Proposal

PUBLISH = "publish"


class RefusedDocumentError(RefusedError):
    """A document that the law does not allow; `refusals` holds everything that is wrong with it at once."""

    def __init__(self, refusals: tuple[Refused, ...]) -> None:
        super().__init__(refusals[0])
        self.refusals = refusals


def review_terms(lot_id: uuid.UUID, *, now: datetime) -> tuple[Terms, FrozenEdition, Review]:
    """Judge a draft as if it were published now; asks the operator for a year that is not announced."""
    record = queries.lot(lot_id)
    terms = queries.terms_of(lot_id)
    day = now.astimezone(queries.ZONE).date()
    edition = rulefiles.edition(record.regime, record.region, day)
    try:
        found = document.check(terms, edition, working_calendar(), published_at=now)
    except YearNotAnnouncedError as error:
        raise_missing_year(error, now=now)
        raise RefusedError(Refused("D-06", "year_not_announced", {"year": str(error.year)})) from error
    return terms, edition, found


def submit(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Lay a draft before the reviewer; submitting again changes nothing."""
    with transaction.atomic():
        row = lock(lot_id)
        require(policies.is_draft(queries.lot(lot_id)))
        _require_officers(row)
        _, made = Proposal.objects.get_or_create(
            lot=row,
            kind=PUBLISH,
            decided_at=None,
            defaults={"proposed_by": by.actor, "proposed_at": now, "content": {"seat": str(by.id)}},
        )
        if not made:
            return
        journal.record(
            "tender:draft:submitted",
            actor=by.actor,
            at=now,
            lot=lot_id,
            org=row.project.procuring_entity.credit_code,
            payload={"lot": str(lot_id)},
        )
        for reviewer in accounts.holders(
            kind=SeatKind.REVIEWER, organisation=row.project.procuring_entity_id
        ):
            account_actions.notify(
                reviewer.id,
                "lot_submitted",
                key=f"{lot_id}:{now.isoformat()}",
                now=now,
                facts={"lot": row.code, "title": row.title},
                link=f"/desk/lots/{lot_id}/",
                rule=FOUR_EYES,
            )


def approve(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> Review:
    """Approve a submitted draft: the reviewer's eyes, and the whole document judged."""
    with transaction.atomic():
        lock(lot_id)
        _four_eyes(by, _open_proposal(lot_id))
        found = _judge(lot_id, now)[2]
        step(lot_id, Lever.REVIEW, actor=by.actor, now=now)
    return found


def send_back(by: Holder, lot_id: uuid.UUID, comment: str, *, now: datetime) -> None:
    """Send a submitted or reviewed draft back to the clerk with a reason."""
    with transaction.atomic():
        row = lock(lot_id)
        proposal = _open_proposal(lot_id)
        _four_eyes(by, proposal)
        if row.status == "reviewed":
            step(lot_id, Lever.RETURN_TO_DRAFT, actor=by.actor, now=now)
        _decide(proposal, by, now, approved=False, comment=comment)


def publish(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> str:
    """Publish a reviewed lot: freeze its edition and notice, log both; returns the notice's hash."""
    with transaction.atomic():
        row = lock(lot_id)
        require(policies.may_step(queries.lot(lot_id), Lever.PUBLISH))
        proposal = _open_proposal(lot_id)
        _four_eyes(by, proposal)
        terms, edition, _ = _judge(lot_id, now)
        notice = document.build_notice(terms, edition, published_at=now)
        row.notice = canonical.to_bytes(notice)
        row.notice_sha256 = canonical.digest(notice)
        row.edition, row.edition_id = edition.text, edition.id
        row.published_at, row.deadline = now, terms.deadline
        row.save(
            update_fields=[
                "notice",
                "notice_sha256",
                "edition",
                "edition_id",
                "published_at",
                "deadline",
            ]
        )
        _decide(proposal, by, now, approved=True)
        search.index(row)
        journal.record(
            "tender:lot:published", actor=by.actor, at=now, lot=lot_id, public=True, payload=notice
        )
        step(lot_id, Lever.PUBLISH, actor=by.actor, now=now)
        outbox.publish(LotPublished(lot=lot_id))
    return row.notice_sha256


def begin_new_round(event: LotStepped) -> None:
    """After a failure, draft the lot again, linked to the failed one, for the clerk to mend and submit."""
    if event.lever != Lever.FAIL:
        return
    old = lock(event.lot)
    if Lot.objects.filter(round_of=old).exists():
        return
    number = old.project.lots.count() + 1
    terms = {k: v for k, v in old.terms.items() if k not in ("documents_until", "deadline")}
    row = Lot.objects.create(
        project=old.project,
        number=number,
        code=f"{old.project.code}-{number:03d}",
        title=old.title,
        status_at=old.status_at,
        terms=terms,
        round_of=old,
        created_by=journal.SYSTEM,
        created_at=old.status_at,
    )
    for file in old.files.filter(addendum=0).order_by("pk"):
        LotFile.objects.create(
            lot=row, name=file.name, sha256=file.sha256, length=file.length, added_at=old.status_at
        )
    for officer in old.officers.order_by("pk"):
        LotOfficer.objects.create(lot=row, duty=officer.duty, seat_id=officer.seat_id)
    for keeper in old.custodians.order_by("pk"):
        LotCustodian.objects.create(
            lot=row, role=keeper.role, organisation_id=keeper.organisation_id, seat_id=keeper.seat_id
        )
    journal.record(
        "tender:lot:new_round",
        actor=journal.SYSTEM,
        at=old.status_at,
        lot=event.lot,
        public=True,
        payload={"lot": str(event.lot), "round": str(row.pk), "code": row.code},
    )
    for clerk in accounts.holders(kind=SeatKind.CLERK, organisation=old.project.procuring_entity_id):
        account_actions.notify(
            clerk.id,
            "new_round_drafted",
            key=str(row.pk),
            now=old.status_at,
            facts={"lot": old.code, "round": row.code},
            link=f"/desk/lots/{row.pk}/",
            rule="C-01",
        )


def _judge(lot_id: uuid.UUID, now: datetime) -> tuple[Terms, FrozenEdition, Review]:
    terms, edition, found = review_terms(lot_id, now=now)
    if found.refusals:
        raise RefusedDocumentError(tuple(found.refusals))
    outbox.publish(LotChecked(lot=lot_id))
    return terms, edition, found


def _open_proposal(lot_id: uuid.UUID) -> Proposal:
    found = queries.proposal(lot_id, PUBLISH)
    if found is None:
        raise RefusedError(Refused(FOUR_EYES, "not_submitted", {}))
    return found


def _four_eyes(by: Holder, proposal: Proposal) -> None:
    require(four_eyes(accounts.holder(uuid.UUID(proposal.content["seat"])), by))


def _decide(proposal: Proposal, by: Holder, now: datetime, *, approved: bool, comment: str = "") -> None:
    proposal.decided_by, proposal.decided_at = by.actor, now
    proposal.approved, proposal.comment = approved, comment
    proposal.save(update_fields=["decided_by", "decided_at", "approved", "comment"])


def _require_officers(row: Lot) -> None:
    named = set(row.officers.values_list("duty", flat=True))
    missing = [duty for duty in (SeatKind.HOST, SeatKind.WITNESS) if duty not in named]
    if missing:
        raise RefusedError(Refused("A-06", "officer_missing", {"duties": ", ".join(missing)}))
