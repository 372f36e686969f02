"""Score sheets: drafted by each member alone, handed in once, signed, and mended only where a check found a fault."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.http import Http404

from accounts import actions as account_actions, queries as accounts
from accounts.events import DocumentSigned
from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain import report
from evaluation.domain.drafts import Given
from evaluation.domain.lifecycle import MemberLever, MemberState, SessionState
from evaluation.domain.scoring import members as sheets, parameters
from evaluation.domain.scoring.values import ScoringError
from evaluation.models import Mark, Member, Session, Sheet
from evaluation.queries import committee, judging
from evaluation.queries.judging import Bench
from evaluation.queries.record import SHEET
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender.queries import LotRecord

MARK_LENGTH = 28


def save_marks(by: Holder, lot_id: uuid.UUID, given: list[Given], *, now: datetime) -> int:
    """Save drafts; nobody else sees them. An empty score takes a draft back. Returns how many stand."""
    committee.access_member(by, lot_id)
    with transaction.atomic():
        bench, member = _scorer(by, lot_id)
        places = {(bid, item.id) for bid in bench.remaining for item in bench.method.items}
        for one in given:
            if (one.bid, one.item) not in places:
                raise Http404
            _save(member, one)
        count = Mark.objects.filter(member=member).count()
        payload = {"member": member.name, "drafts": count}
        holding.log(lot_id, "evaluation:marks:saved", payload, now=now)
    return count


def submit(
    by: Holder, lot_id: uuid.UUID, *, totals: Mapping[str, Decimal] | None = None, now: datetime
) -> Sheet:
    """Hand the sheet in: it is fixed as a document that the member is asked to sign.

    `totals` are the sums that the member states; without them they are added up. Handing in the same again
    gives the same sheet. Raises RefusedError naming a score that is missing.
    """
    committee.access_member(by, lot_id)
    with transaction.atomic():
        bench, member = _scorer(by, lot_id)
        sheet = _sheet(bench, member, totals)
        last = Sheet.objects.filter(member=member).order_by("-number").first()
        made_at = now
        if last is not None and _same(last, sheet, bench):
            return last
        document = report.score_sheet(
            bench.subject,
            sheet,
            bench.signed_votes(member.name),
            number=last.number + 1 if last else 1,
            supersedes=last.sha256 if last else None,
            made_at=made_at,
        )
        row = Sheet.objects.create(
            member=member,
            number=document["number"],
            document=canonical.to_bytes(document),
            sha256=canonical.digest(document),
            made_at=made_at,
        )
        account_actions.withdraw_requests(SHEET, _reference(lot_id, member.name), now=now)
        account_actions.request_signature(
            by.id,
            document,
            purpose=SHEET,
            reference=_reference(lot_id, member.name, row.number),
            title=bench.record.title,
            lot=lot_id,
            now=now,
        )
        payload = {"member": member.name, "number": row.number, "sheet": row.sha256}
        holding.log(lot_id, "evaluation:sheet:made", payload, now=now)
    return row


def on_signed(event: DocumentSigned) -> None:
    """Take a signed sheet as its member's; runs in the transaction of the signature."""
    if event.purpose != SHEET:
        return
    lot, name, number = event.reference.rstrip(":").split(":")
    session, record = holding.hold(uuid.UUID(lot))
    member = Member.objects.filter(session=session, name=name, seat_id=event.seat).first()
    if member is None or member.state != MemberState.VOTED or session.state != SessionState.SCORING:
        raise RefusedError(Refused("S-09", "request_withdrawn", {"title": record.title}))
    row = Sheet.objects.filter(member=member).order_by("-number").first()
    if row is None or row.number != int(number):
        raise RefusedError(Refused("S-09", "request_withdrawn", {"title": record.title}))
    member.sheet = row
    member.save(update_fields=["sheet"])
    holding.move(member, MemberLever.SCORE)
    now = committee.signature_at(SHEET, event.reference, event.request)
    payload = {"member": name, "number": row.number, "sheet": row.sha256}
    holding.log(record.id, "evaluation:sheet:signed", payload, now=now)
    _tell_leader(session, record, now)


def drop_outdated(session: Session, bench: Bench, *, now: datetime) -> list[str]:
    """Give back the sheets that do not score exactly the bids that are left; returns whose."""
    wanted = {(bid, item.id) for bid in bench.remaining for item in bench.method.items}
    found = []
    for member in bench.members:
        if member.sheet is None:
            continue
        sheet = bench.sheets[member.sheet.sha256]
        if set(sheet.scores) == wanted and set(sheet.totals) == set(bench.remaining):
            continue
        member.sheet = None
        member.save(update_fields=["sheet"])
        holding.move(member, MemberLever.MEND)
        found.append(member.name)
    if found:
        holding.log(session.lot_id, "evaluation:sheets:outdated", {"members": found}, now=now)
    return found


def _save(member: Member, one: Given) -> None:
    if not one.score.strip():
        Mark.objects.filter(member=member, bid=uuid.UUID(one.bid), item=one.item).delete()
        return
    if len(one.score) > MARK_LENGTH or not parameters.NUMBER.match(one.score.strip()):
        facts = {"bid": one.bid, "item": one.item, "score": one.score[:MARK_LENGTH]}
        raise RefusedError(Refused("V-11", "score_shape", facts))
    Mark.objects.update_or_create(
        member=member,
        bid=uuid.UUID(one.bid),
        item=one.item,
        defaults={"score": one.score.strip(), "note": one.note.strip()},
    )


def _scorer(by: Holder, lot_id: uuid.UUID) -> tuple[Bench, Member]:
    session, _ = holding.hold(lot_id)
    member = committee.access_member(by, lot_id)
    require(policies.session_is(session, SessionState.SCORING))
    if member.state != MemberState.VOTED:
        facts = {"member": member.name, "member_at": member.state, "action": MemberLever.SCORE.value}
        raise RefusedError(Refused(policies.ORDER, "member_step", facts))
    return judging.bench(session), member


def _sheet(bench: Bench, member: Member, totals: Mapping[str, Decimal] | None) -> sheets.Sheet:
    scores = {
        (str(row.bid), row.item): Decimal(row.score)
        for row in Mark.objects.filter(member=member, bid__in=[uuid.UUID(bid) for bid in bench.remaining])
    }
    stated = dict(totals) if totals is not None else _added(bench, scores)
    sheet = sheets.Sheet(member.name, member.place.site.name, scores, stated)
    try:
        sheets.check_complete([sheet], bench.method.items, bench.remaining)
    except ScoringError as error:
        raise RefusedError(Refused("V-11", "sheet_incomplete", {"why": str(error)})) from error
    return sheet


def _added(bench: Bench, scores: Mapping[tuple[str, str], Decimal]) -> dict[str, Decimal]:
    return {
        bid: sum((scores.get((bid, item.id), Decimal(0)) for item in bench.method.items), Decimal(0))
        for bid in bench.remaining
    }


def _same(last: Sheet, sheet: sheets.Sheet, bench: Bench) -> bool:
    """Tell whether a sheet says what the last one, which still waits for its signature, says already."""
    told = canonical.from_bytes(bytes(last.document))
    fresh = report.score_sheet(
        bench.subject,
        sheet,
        bench.signed_votes(sheet.member),
        number=told["number"],
        supersedes=told["supersedes"],
        made_at=last.made_at,
    )
    waiting = accounts.signature_requests(SHEET, _reference(bench.record.id, sheet.member, last.number))
    open_request = any(one.signed_at is None and one.withdrawn_at is None for one in waiting)
    return fresh == told and open_request


def _reference(lot_id: uuid.UUID, name: str, number: int | None = None) -> str:
    return f"{lot_id}:{name}:" if number is None else f"{lot_id}:{name}:{number}:"


def _tell_leader(session: Session, record: LotRecord, now: datetime) -> None:
    waiting = [one for one in committee.live_members(session) if one.state != MemberState.SCORED]
    if waiting or session.leader is None:
        return
    holding.tell(
        session.leader.seat_id,
        "all_scored",
        key=f"{session.lot_id}:{session.state_at.isoformat()}",
        record=record,
        now=now,
        link=f"/desk/committee/{session.lot_id}/",
        rule=record.edition.rule("checks_before_signing").id,
    )
