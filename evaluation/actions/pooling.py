"""Keeping the pool: imported from CSV, limited and suspended by its operator, completed by the experts themselves."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts import queries as accounts
from accounts.domain.identity import credit_code
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation.domain import pool
from evaluation.models import BusySpan, Employment, Expert, Interest, PoolImport, PoolLimits
from evaluation.queries import pool as queries
from kernel import journal, storage
from kernel.domain.refusals import Refused, RefusedError


class UnusableFileError(ValueError):
    """A file whose columns are not what an import needs."""


@dataclass(slots=True)
class ImportReport:
    """What an import did: rows that came in, and (line, reason) of those left out."""

    done: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


def import_pool(by: Holder, name: str, data: bytes, *, now: datetime) -> ImportReport:
    """Import experts by account; a known one is brought up to date. Bad rows are named with line and reason.

    Raises UnusableFileError when the first line does not name the columns of `pool.COLUMNS`.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableFileError("the file must be text in UTF-8") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in pool.COLUMNS if column not in (reader.fieldnames or [])]
    if missing:
        raise UnusableFileError(f"the first line must name the columns {', '.join(missing)}")
    seats = {seat.username: seat for seat in accounts.holders(kind=SeatKind.EXPERT)}
    report = ImportReport()
    with transaction.atomic():
        for row in reader:
            clean = {key: value or "" for key, value in row.items() if isinstance(key, str)}
            try:
                found = pool.read(clean)
            except pool.RowError as error:
                report.errors.append((reader.line_num, str(error)))
                continue
            if found.username not in seats:
                reason = f"no live expert's seat has the account {found.username}: import people first"
                report.errors.append((reader.line_num, reason))
                continue
            _save(seats[found.username], found, now)
            report.done += 1
        stored = PoolImport.objects.create(
            name=name,
            sha256=storage.put(data),
            done=report.done,
            errors=[list(error) for error in report.errors],
            by=by.actor,
            at=now,
        )
        payload = {"file": stored.sha256, "done": report.done, "errors": len(report.errors)}
        journal.record("evaluation:pool:imported", actor=by.actor, at=now, payload=payload)
    return report


def _save(seat: Holder, found: pool.Row, now: datetime) -> None:
    expert, _ = Expert.objects.update_or_create(
        seat_id=seat.id,
        defaults={
            "title": found.title,
            "years": found.years,
            "majors": list(found.majors),
            "region": found.region,
            "updated_at": now,
        },
    )
    expert.employments.all().delete()
    Employment.objects.bulk_create(
        Employment(
            expert=expert, employer=job.credit_code, from_date=job.from_date, until_date=job.until_date
        )
        for job in found.employers
    )


def set_standing(
    by: Holder,
    expert_id: int,
    *,
    enabled: bool,
    suspended_until: date | None,
    penalised_until: date | None,
    reason: str,
    now: datetime,
) -> None:
    """Enable, suspend or bar an expert, with a reason that is logged."""
    if not reason.strip():
        raise RefusedError(Refused("R-03", "reason_missing", {}))
    with transaction.atomic():
        row = get_object_or_404(Expert.objects.select_for_update(), pk=expert_id)
        row.enabled, row.suspended_until, row.penalised_until = enabled, suspended_until, penalised_until
        row.note, row.updated_at = reason.strip(), now
        row.save(update_fields=["enabled", "suspended_until", "penalised_until", "note", "updated_at"])
        payload = {
            "seat": str(row.seat_id),
            "enabled": enabled,
            "suspended_until": suspended_until.isoformat() if suspended_until else None,
            "penalised_until": penalised_until.isoformat() if penalised_until else None,
            "reason": row.note,
        }
        journal.record("evaluation:pool:standing", actor=by.actor, at=now, payload=payload)


def set_limits(
    by: Holder,
    *,
    sessions: int | None,
    window_days: int | None,
    cooling_days: int | None,
    now: datetime,
) -> None:
    """Set how often an expert may sit (R-07); a number of sittings needs its window in days."""
    if (sessions is None) != (window_days is None):
        raise RefusedError(Refused("R-07", "limit_without_window", {}))
    with transaction.atomic():
        values = {"sessions": sessions, "window_days": window_days, "cooling_days": cooling_days}
        PoolLimits.objects.create(**values, by=by.actor, at=now)
        journal.record("evaluation:pool:limits", actor=by.actor, at=now, payload=values)


def declare_interest(
    by: Holder, organisation: str, kind: Interest.Kind, note: str, *, now: datetime
) -> Interest:
    """Note an organisation from which an expert must stay away; the same one is noted once.

    Raises IdentityError for what is no credit code.
    """
    expert = queries.own_expert(by)
    code = credit_code(organisation)
    with transaction.atomic():
        row, made = Interest.objects.get_or_create(
            expert=expert,
            organisation=code,
            kind=kind,
            withdrawn_at=None,
            defaults={"note": note.strip(), "declared_at": now},
        )
        if made:
            payload = {"seat": str(by.id), "organisation": code, "kind": str(kind)}
            journal.record("evaluation:interest:declared", actor=by.actor, at=now, payload=payload)
    return row


def withdraw_interest(by: Holder, interest_id: int, *, now: datetime) -> bool:
    """Withdraw one of the expert's own declarations; it stays on record."""
    expert = queries.own_expert(by)
    with transaction.atomic():
        mine = Interest.objects.filter(pk=interest_id, expert=expert, withdrawn_at__isnull=True)
        if not mine.update(withdrawn_at=now):
            return False
        payload = {"seat": str(by.id), "interest": interest_id}
        journal.record("evaluation:interest:withdrawn", actor=by.actor, at=now, payload=payload)
    return True


def mark_busy(by: Holder, starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Note a time for which an expert cannot be called."""
    expert = queries.own_expert(by)
    if not now < ends_at or not starts_at < ends_at:
        raise RefusedError(Refused("R-03", "span_without_time", {}))
    with transaction.atomic():
        BusySpan.objects.get_or_create(expert=expert, starts_at=starts_at, ends_at=ends_at)


def drop_busy(by: Holder, span_id: int) -> bool:
    """Drop one of the expert's own times of absence."""
    return bool(BusySpan.objects.filter(pk=span_id, expert=queries.own_expert(by)).delete()[0])
