"""Import of organisations and people from CSV: good rows come in, each bad row is named with its reason."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import actions
from accounts.domain.identity import IdentityError
from accounts.domain.seats import SeatKind
from accounts.models import Organisation
from kernel.domain.refusals import RefusedError

ORGANISATION_COLUMNS = ("credit_code", "name", "region")
ORGANISATION_OPTIONAL = (
    "size",
    "private",
    "parent_code",
    "account_bank",
    "account_number",
    "account_name",
)
PEOPLE_COLUMNS = ("username", "seat", "credit_code", "name", "resident_number")
YES = {"1", "yes", "true", "是"}


@dataclass(slots=True)
class ImportReport:
    """What an import did: rows made, one-time codes by username, and (line, reason) of the rows left out."""

    done: int = 0
    codes: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)


class UnusableFileError(ValueError):
    """A file whose columns are not what an import needs."""


def organisations(text: str, *, actor: str, now: datetime) -> ImportReport:
    """Import organisations; columns credit_code, name, region and, where known, the optional ones."""

    def one(row: dict[str, str], report: ImportReport) -> None:
        fields: dict[str, Any] = {name: row[name] for name in ORGANISATION_OPTIONAL if row.get(name)}
        if "private" in fields:
            fields["private"] = fields["private"].lower() in YES
        if fields.get("size", "other") not in Organisation.Size.values:
            raise ValueError(f"size must be one of {', '.join(Organisation.Size.values)}")
        if len(row["region"]) != 6 or not row["region"].isdigit():
            raise ValueError("region is a six-digit code (GB/T 2260)")
        actions.save_organisation(
            actor=actor,
            now=now,
            credit_code=row["credit_code"],
            name=row["name"],
            region=row["region"],
            **fields,
        )
        report.done += 1

    return _each(text, ORGANISATION_COLUMNS, one)


def people(text: str, *, actor: str, now: datetime) -> ImportReport:
    """Import people with their seat; returns the one-time enrolment codes of new seats."""

    def one(row: dict[str, str], report: ImportReport) -> None:
        if row["seat"] not in set(SeatKind):
            raise ValueError(f"seat must be one of {', '.join(SeatKind)}")
        code = row["credit_code"].strip().upper()
        if not Organisation.objects.filter(credit_code=code).exists():
            raise ValueError(f"no organisation has the credit code {code}: import organisations first")
        new = actions.NewSeat(
            username=row["username"],
            kind=SeatKind(row["seat"]),
            credit_code=code,
            person_name=row["name"],
            resident_number=row["resident_number"],
            phone=row.get("phone", ""),
            email=row.get("email", ""),
        )
        enrolment = actions.make_seat(new, actor=actor, now=now)
        if enrolment is not None:
            report.codes[new.username] = enrolment
        report.done += 1

    return _each(text, PEOPLE_COLUMNS, one)


def _each(
    text: str, columns: tuple[str, ...], one: Callable[[dict[str, str], ImportReport], None]
) -> ImportReport:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing:
        raise UnusableFileError(f"the first line must name the columns {', '.join(missing)}")
    report = ImportReport()
    for row in reader:
        clean = {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}
        empty = [name for name in columns if not clean[name]]
        if empty:
            report.errors.append((reader.line_num, f"{', '.join(empty)} must not be empty"))
            continue
        try:
            with transaction.atomic():
                one(clean, report)
        except RefusedError as error:
            report.errors.append((reader.line_num, f"{error} {error.refusal.facts}"))
        except (ValueError, IdentityError, IntegrityError) as error:
            report.errors.append((reader.line_num, str(error)))
    return report
