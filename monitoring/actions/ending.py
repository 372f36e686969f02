"""How a case ends: the conference decides, the material is handed over, two people close it."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import queries as accounts
from accounts.policies import four_eyes
from accounts.queries import Holder
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError, require
from monitoring import policies
from monitoring.actions import packaging
from monitoring.actions.casebook import clean, handled, lock, others, record, second, step, tell
from monitoring.domain.cases import HANDED, Minutes, Ruling
from monitoring.domain.lifecycle import CaseLever
from monitoring.models import Case, CaseConference, CasePackage
from monitoring.queries import cases as reading


def confer(by: Holder, case_id: uuid.UUID, held: Minutes, *, now: datetime) -> None:
    """Record a conference on a case (研判会商) with its minutes and decision."""
    text = clean(held.text)
    people = [{"name": clean(name), "organisation": clean(of)} for name, of in held.participants]
    require(policies.in_words(policies.CASE_CONFERENCE, text))
    require(policies.may_confer(held.ruling, people))
    with transaction.atomic():
        row = handled(by, case_id)
        opened = timezone.localdate(row.decided_at) if row.decided_at else None
        require(policies.held_within(held.held_date, opened=opened, today=timezone.localdate(now)))
        row.status = step(row, CaseLever.CONFER)
        row.save(update_fields=["status"])
        made = CaseConference.objects.create(
            case=row,
            number=row.conferences.count() + 1,
            held_date=held.held_date,
            participants=people,
            minutes=text,
            ruling=Ruling(held.ruling),
            by_id=by.id,
            at=now,
        )
        told = {
            "conference": made.number,
            "held": held.held_date.isoformat(),
            "participants": canonical.digest(people),
            "minutes": canonical.sha256(text.encode()),
            "ruling": made.ruling,
        }
        record(by, row, "conferred", told, now=now)
        if made.ruling in HANDED:
            tell(
                others(by),
                "case_to_hand_over",
                row,
                key=f"{row.pk}:{made.number}",
                now=now,
                rule=policies.CASE_HAND_OVER,
            )


def resume(by: Holder, case_id: uuid.UUID, *, now: datetime) -> None:
    """Take a case up again after its conference, to watch or to gather more; never instead of going to the police."""
    with transaction.atomic():
        row = handled(by, case_id)
        newest = reading.conference(row)
        require(policies.may_resume(newest.ruling if newest else ""))
        row.status = step(row, CaseLever.RESUME)
        row.save(update_fields=["status"])
        record(by, row, "resumed", {}, now=now)


def hand_over(by: Holder, case_id: uuid.UUID, *, now: datetime) -> CasePackage:
    """Make the hand-over package that the newest conference decided, as another person than who recorded it.

    Made again it is the same one.
    """
    with transaction.atomic():
        row = lock(by, case_id)
        newest = reading.conference(row)
        if newest is None:
            raise RefusedError(policies.NOT_HANDED)
        require(policies.may_hand_over(newest.ruling))
        require(four_eyes(reading.recorder(newest), by))
        known = CasePackage.objects.filter(conference=newest).first()
        if known is not None:
            return known
        target = step(row, CaseLever.HAND_OVER)
        package = packaging.make(by, row, newest, now=now)
        row.status = target
        row.save(update_fields=["status"])
        told = {"package": package.sha256, "index": package.index_sha256, "size": package.size}
        record(by, row, "handed_over", told, now=now)
        handler = accounts.holder(row.handler_id)
        rule = policies.CASE_HAND_OVER
        tell([handler], "case_handed_over", row, key=str(package.pk), now=now, rule=rule)
    return package


def propose_closing(by: Holder, case_id: uuid.UUID, outcome: str, reason: str, *, now: datetime) -> None:
    """Propose to close a case with an outcome and a reason; another supervisor confirms it."""
    text = clean(reason)
    require(policies.in_words(policies.CASE_STEPS, text, policies.REASON_LIMIT))
    with transaction.atomic():
        row = handled(by, case_id)
        target = step(row, CaseLever.PROPOSE_CLOSING)
        require(policies.may_end(outcome, reading.ends(row)))
        row.status, row.outcome, row.closing_reason = target, outcome, text
        row.closing_by_id, row.closing_at = by.id, now
        row.save(update_fields=["status", "outcome", "closing_reason", "closing_by", "closing_at"])
        record(by, row, "closing_proposed", {"outcome": outcome}, now=now, words=text)
        tell(others(by), "case_to_close", row, key=f"{row.pk}:{row.acts.count()}", now=now)


def close(by: Holder, case_id: uuid.UUID, *, now: datetime) -> None:
    """Close a case as another person than who proposed it; its alerts stay as they are and are free again."""
    with transaction.atomic():
        row = lock(by, case_id)
        target = step(row, CaseLever.CLOSE)
        second(by, row)
        row.status, row.closed_by_id, row.closed_at = target, by.id, now
        row.save(update_fields=["status", "closed_by", "closed_at"])
        record(by, row, "closed", {"outcome": row.outcome}, now=now)


def send_back(by: Holder, case_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Send a proposed closing back to the handler with a reason; the case is open again."""
    text = clean(reason)
    require(policies.in_words(policies.CASE_STEPS, text, policies.REASON_LIMIT))
    with transaction.atomic():
        row = lock(by, case_id)
        target = step(row, CaseLever.SEND_BACK)
        second(by, row)
        _reopen(row, target)
        record(by, row, "sent_back", {}, now=now, words=text)
        handler = accounts.holder(row.handler_id)
        tell([handler], "case_sent_back", row, key=f"{row.pk}:{row.acts.count()}", now=now)


def _reopen(row: Case, target: str) -> None:
    row.status, row.outcome, row.closing_reason = target, "", ""
    row.closing_by, row.closing_at = None, None
    row.save(update_fields=["status", "outcome", "closing_reason", "closing_by", "closing_at"])
