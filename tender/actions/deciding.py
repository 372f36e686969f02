"""From the report to the contract: candidates, result, notice of award, contract; each published once and logged."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.events import DocumentSigned
from accounts.queries import Holder
from kernel import journal, outbox
from kernel.calendar import working_calendar
from kernel.domain import canonical, money
from kernel.domain.refusals import Refused, RefusedError, require
from tender import policies, queries
from tender.actions.stepping import lock, step
from tender.domain import award
from tender.domain.award import MainTerms
from tender.domain.lifecycle import Lever, LotState
from tender.domain.periods import validity_end
from tender.events import ContractSigned
from tender.models import Lot, Publication
from tender.queries import LotRecord

AWARD = "award"
CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Winner:
    """The bid that wins, with the main terms that were read out at the opening."""

    bid: str
    bidder: str
    name: str
    price: Decimal
    period_days: int | None
    quality: str
    terms: tuple[tuple[str, str], ...] = ()

    def main_terms(self) -> MainTerms:
        """Return what the contract must equal."""
        return MainTerms(
            bidder=self.bidder,
            price=self.price,
            period_days=self.period_days,
            quality=self.quality,
            terms=self.terms,
        )


def receive_report(lot_id: uuid.UUID, *, now: datetime) -> None:
    """Note when the procuring entity received the evaluation report; noted once."""
    with transaction.atomic():
        lock(lot_id)
        Lot.objects.filter(pk=lot_id, report_received_at__isnull=True).update(report_received_at=now)


def publish_candidates(
    by: Holder, lot_id: uuid.UUID, document: Mapping[str, Any], *, until: datetime, now: datetime
) -> None:
    """Publish the ranked candidates (regime T); a late publication is done and recorded as late."""
    with transaction.atomic():
        lock(lot_id)
        record = queries.lot(lot_id)
        require(policies.may_step(record, Lever.PUBLISH_CANDIDATES))
        received = record.report_received_at or record.status_at
        review = award.judge_candidates(
            record.edition,
            report_received=received,
            at=now,
            number=len(document["candidates"]),
            calendar=working_calendar(),
            mandatory=record.mandatory,
        )
        require(review.decision)
        require(
            award.judge_publication_end(
                record.edition, published_at=now, until=until, calendar=working_calendar()
            )
        )
        _publish(record, "candidates", document, actor=by.actor, now=now, until=until)
        step(
            lot_id,
            Lever.PUBLISH_CANDIDATES,
            actor=by.actor,
            now=now,
            payload={"notes": list(review.notes)},
        )


def candidate_publication_end(record: LotRecord, *, now: datetime) -> datetime:
    """Return the earliest lawful end of a publication that starts now."""
    return award.candidate_window(record.edition, published_at=now, calendar=working_calendar())[1]


def deliver_report(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Deliver the report to the procuring entity (regime G)."""
    with transaction.atomic():
        lock(lot_id)
        receive_report(lot_id, now=now)
        step(lot_id, Lever.DELIVER_REPORT, actor=by.actor, now=now)


def publish_result(
    by: Holder,
    lot_id: uuid.UUID,
    winner: Winner,
    *,
    candidates: list[str],
    passed_over: Mapping[str, str],
    extra: Mapping[str, Any],
    now: datetime,
) -> None:
    """Publish who wins: the first candidate in order, or a later one with a ground for each passed over."""
    with transaction.atomic():
        lock(lot_id)
        record = queries.lot(lot_id)
        require(policies.may_step(record, Lever.PUBLISH_RESULT))
        published = queries.publication(lot_id, "candidates")
        calendar = working_calendar()
        require(
            award.judge_winner(
                record.edition,
                candidates=candidates,
                chosen=winner.bid,
                passed_over=passed_over,
                mandatory=record.mandatory,
                state_funded=record.state_funded,
            )
        )
        judged = award.judge_result(
            record.edition,
            at=now,
            calendar=calendar,
            candidates_published=published.published_at if published else None,
            candidates_until=published.until if published else None,
            winner_determined=now,
            mandatory=record.mandatory,
        )
        require(judged)
        until = None
        if record.edition.has("result_publication_minimum"):
            until = award.result_window(record.edition, published_at=now, calendar=calendar)[1]
        document = {
            "domain": "yangguang/result/v1",
            "tender": record.tender,
            "lot": str(lot_id),
            "candidates": published.sha256 if published else None,
            "winner": _winner_json(winner),
            "passed_over": [{"bid": bid, "ground": ground} for bid, ground in passed_over.items()],
            "published_at": canonical.instant(now),
            "until": canonical.instant(until) if until else None,
            **extra,
        }
        _publish(record, "result", document, actor=by.actor, now=now, until=until)
        step(lot_id, Lever.PUBLISH_RESULT, actor=by.actor, now=now)


def prepare_award(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Ask the reviewer to sign the notice of award; its signature issues it."""
    with transaction.atomic():
        lock(lot_id)
        record = queries.lot(lot_id)
        require(policies.may_step(record, Lever.ISSUE_NOTICE))
        result = _document(lot_id, "result")
        document = {
            "domain": "yangguang/award/v1",
            "tender": record.tender,
            "lot": str(lot_id),
            "notice": record.notice_sha256,
            "result": canonical.digest(result),
            "procuring_entity": record.procuring_entity.as_json(),
            "winner": result["winner"],
            "issued_at": canonical.instant(now),
        }
        account_actions.request_signature(
            by.id,
            document,
            purpose=AWARD,
            reference=str(lot_id),
            title=record.title,
            lot=lot_id,
            now=now,
        )


def prepare_contract(by: Holder, lot_id: uuid.UUID, terms: MainTerms, *, now: datetime) -> None:
    """Lay the contract before both sides to sign; its main terms equal the winning bid or it is refused."""
    with transaction.atomic():
        lock(lot_id)
        record = queries.lot(lot_id)
        require(policies.may_step(record, Lever.SIGN_CONTRACT))
        issued = _document(lot_id, AWARD)
        offered = _main_terms(issued["winner"])
        require(award.judge_contract_terms(record.edition, bid=offered, contract=terms))
        bidder = accounts.party_by_code(terms.bidder)
        seats = accounts.holders(kind=SeatKind.BIDDER, organisation=bidder.id) if bidder else []
        if not seats:
            raise RefusedError(Refused("T-27", "winner_has_no_seat", {"bidder": terms.bidder}))
        document = {
            "domain": "yangguang/contract/v1",
            "tender": record.tender,
            "lot": str(lot_id),
            "award": canonical.digest(issued),
            "procuring_entity": record.procuring_entity.as_json(),
            "bidder": {"name": issued["winner"]["name"], "credit_code": terms.bidder},
            "price": money.to_text(terms.price),
            "price_words": money.capital_numerals(terms.price),
            "period_days": terms.period_days,
            "quality": terms.quality,
            "terms": [list(pair) for pair in terms.terms],
            "prepared_at": canonical.instant(now),
        }
        for seat_id in (by.id, seats[0].id):
            account_actions.request_signature(
                seat_id,
                document,
                purpose=CONTRACT,
                reference=str(lot_id),
                title=record.title,
                lot=lot_id,
                now=now,
            )
        account_actions.notify(
            seats[0].id,
            "contract_to_sign",
            key=str(lot_id),
            now=now,
            facts={"lot": record.code, "title": record.title},
            link="/desk/signatures/",
            rule=record.edition.rule("contract_maximum").id,
        )


def on_signed(event: DocumentSigned) -> None:
    """Issue the award, or record the contract, when its last signature has come."""
    if event.purpose not in (AWARD, CONTRACT):
        return
    lot_id = uuid.UUID(event.reference)
    lock(lot_id)
    requests = signatures_wanted(event.purpose, lot_id)
    if any(row.signed_at is None for row in requests):
        return
    now = max(row.signed_at for row in requests if row.signed_at is not None)
    actor = journal.seat_actor(event.seat)
    if event.purpose == AWARD:
        _issue_award(lot_id, requests, actor, now)
    else:
        _record_contract(lot_id, requests, actor, now)


def published(lot_id: uuid.UUID, kind: str) -> dict[str, Any] | None:
    """Return what a lot published under a kind, None before."""
    found = queries.publication(lot_id, kind)
    return canonical.from_bytes(bytes(found.document)) if found else None


def signatures_wanted(purpose: str, lot_id: uuid.UUID) -> list[Any]:
    """Return the signature requests of a purpose on a lot that stand, signed or not."""
    rows = accounts.signature_requests(purpose, str(lot_id))
    return [row for row in rows if row.withdrawn_at is None]


def _issue_award(lot_id: uuid.UUID, requests: list[Any], actor: str, now: datetime) -> None:
    record = queries.lot(lot_id)
    document = canonical.from_bytes(bytes(requests[0].document))
    _publish(record, AWARD, document, actor=actor, now=now, signature=bytes(requests[0].signature))
    step(lot_id, Lever.ISSUE_NOTICE, actor=actor, now=now)
    winner = accounts.party_by_code(document["winner"]["bidder"])
    for seat in accounts.holders(kind=SeatKind.BIDDER, organisation=winner.id) if winner else []:
        account_actions.notify(
            seat.id,
            "award_issued",
            key=str(lot_id),
            now=now,
            facts={"lot": record.code, "title": record.title},
            link=f"/lots/{lot_id}/",
            rule=record.edition.rule("contract_maximum").id,
        )


def _record_contract(lot_id: uuid.UUID, requests: list[Any], actor: str, now: datetime) -> None:
    record = queries.lot(lot_id)
    issued = queries.publication(lot_id, AWARD)
    document = canonical.from_bytes(bytes(requests[0].document))
    ours = [row for row in requests if accounts.holder(row.seat_id).kind is not SeatKind.BIDDER]
    theirs = [row for row in requests if row not in ours]
    days = record.notice.get("validity_days")
    valid_until = None
    if record.deadline is not None and days:
        valid_until = validity_end(record.deadline, days)
    review = award.judge_contract_time(
        record.edition,
        notice_issued=issued.published_at if issued else now,
        signed_at=now,
        calendar=working_calendar(),
        validity_until=valid_until,
    )
    _publish(
        record,
        CONTRACT,
        document,
        actor=actor,
        now=now,
        signature=bytes(ours[0].signature),
        counter=bytes(theirs[0].signature),
    )
    step(lot_id, Lever.SIGN_CONTRACT, actor=actor, now=now, payload={"notes": list(review.notes)})
    outbox.publish(ContractSigned(lot=lot_id, bidder=document["bidder"]["credit_code"]))


def begin_performance(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Begin the performance of a published contract."""
    step(lot_id, Lever.BEGIN_PERFORMANCE, actor=by.actor, now=now)


def archive(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Archive a lot whose contract is performed."""
    step(lot_id, Lever.ARCHIVE, actor=by.actor, now=now)


def _publish(
    record: LotRecord,
    kind: str,
    document: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
    until: datetime | None = None,
    signature: bytes | None = None,
    counter: bytes | None = None,
) -> None:
    value = dict(document)
    Publication.objects.create(
        lot_id=record.id,
        kind=kind,
        document=canonical.to_bytes(value),
        sha256=canonical.digest(value),
        published_at=now,
        until=until,
        signature=signature,
        counter_signature=counter,
    )
    tag = f"tender:{kind}:{'issued' if kind == AWARD else 'recorded' if kind == CONTRACT else 'published'}"
    journal.record(tag, actor=actor, at=now, lot=record.id, public=True, payload=value)


def _document(lot_id: uuid.UUID, kind: str) -> dict[str, Any]:
    found = published(lot_id, kind)
    if found is None:
        raise RefusedError(Refused("L-01", "not_published", {"what": kind}))
    return found


def _winner_json(winner: Winner) -> dict[str, Any]:
    return {
        "bid": winner.bid,
        "bidder": winner.bidder,
        "name": winner.name,
        "price": money.to_text(winner.price),
        "period_days": winner.period_days,
        "quality": winner.quality,
        "terms": [list(pair) for pair in winner.terms],
    }


def _main_terms(winner: Mapping[str, Any]) -> MainTerms:
    return MainTerms(
        bidder=winner["bidder"],
        price=money.parse(winner["price"]),
        period_days=winner["period_days"],
        quality=winner["quality"],
        terms=tuple((name, value) for name, value in winner["terms"]),
    )


DECIDED = frozenset({LotState.RESULT_PUBLIC, LotState.AWARDED, LotState.CONTRACTED, LotState.PERFORMING})
"""States in which the result is known to all."""
