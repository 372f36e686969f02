"""Drafting a lot: project, terms, files, officers, custodians and their fresh keys."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from kernel import journal, storage
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender import policies, queries
from tender.actions.stepping import lock
from tender.domain.document import ROLES
from tender.domain.terms import Terms
from tender.models import Lot, LotCustodian, LotFile, LotOfficer, Project

DUTIES = (SeatKind.HOST, SeatKind.WITNESS, SeatKind.SUPERVISOR)
AGE_RECIPIENT_LENGTH = 62


def create_project(
    by: Holder,
    *,
    now: datetime,
    code: str,
    title: str,
    regime: str,
    category: str,
    region: str,
    centre: uuid.UUID,
    agency: uuid.UUID | None = None,
    procuring_entity: uuid.UUID | None = None,
    mandatory: bool = True,
    state_funded: bool = True,
    description: str = "",
) -> uuid.UUID:
    """Make a project of the clerk's own organisation; an agency names whom it works for."""
    entity = procuring_entity if by.kind is SeatKind.AGENCY and procuring_entity else by.organisation.id
    with transaction.atomic():
        if Project.objects.filter(code=code).exists():
            raise RefusedError(Refused("L-01", "code_taken", {"code": code}))
        row = Project.objects.create(
            code=code,
            title=title,
            regime=regime,
            category=category,
            region=region,
            mandatory=mandatory,
            state_funded=state_funded,
            procuring_entity_id=entity,
            agency_id=by.organisation.id if by.kind is SeatKind.AGENCY else agency,
            centre_id=centre,
            description=description,
            created_at=now,
        )
        payload = {"project": str(row.pk), "code": code, "title": title, "regime": regime}
        journal.record("tender:project:made", actor=by.actor, at=now, payload=payload)
    return row.pk


def create_lot(
    by: Holder, project_id: uuid.UUID, *, now: datetime, title: str, round_of: uuid.UUID | None = None
) -> uuid.UUID:
    """Make a draft lot with the next number of its project."""
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project_id)
        number = project.lots.count() + 1
        row = Lot.objects.create(
            project=project,
            number=number,
            code=f"{project.code}-{number:03d}",
            title=title,
            status_at=now,
            round_of_id=round_of,
            created_by=by.actor,
            created_at=now,
        )
        _journal(by, row, "made", {"title": title, "round_of": str(round_of) if round_of else None}, now)
    return row.pk


def set_terms(by: Holder, lot_id: uuid.UUID, terms: dict[str, Any], *, now: datetime) -> Terms:
    """Set a draft's terms; what follows from its project and rows is refused here. Raises TermsError."""
    with transaction.atomic():
        row = _draft(lot_id)
        foreign = sorted(queries.STRUCTURAL & set(terms))
        if foreign:
            raise RefusedError(Refused("L-01", "terms_follow_from_rows", {"fields": ", ".join(foreign)}))
        row.terms = terms
        row.save(update_fields=["terms"])
        whole = queries.terms_of(lot_id)
        _journal(by, row, "drafted", {"terms": canonical.digest(whole.as_json())}, now)
    return whole


def add_file(by: Holder, lot_id: uuid.UUID, name: str, data: bytes, *, now: datetime) -> str:
    """Add or replace a file of the tender document; returns its hash."""
    digest = storage.put(data)
    with transaction.atomic():
        row = _draft(lot_id)
        LotFile.objects.update_or_create(
            lot=row,
            addendum=0,
            name=name,
            defaults={"sha256": digest, "length": len(data), "added_at": now},
        )
        _journal(by, row, "file_added", {"name": name, "sha256": digest}, now)
    return digest


def remove_file(by: Holder, lot_id: uuid.UUID, name: str, *, now: datetime) -> None:
    """Take a file out of a draft."""
    with transaction.atomic():
        row = _draft(lot_id)
        removed, _ = LotFile.objects.filter(lot=row, addendum=0, name=name).delete()
        if removed:
            _journal(by, row, "file_removed", {"name": name}, now)


def assign_officer(by: Holder, lot_id: uuid.UUID, seat_id: uuid.UUID, *, now: datetime) -> None:
    """Name the host, witness or supervisor of a lot; the duty is the seat's kind."""
    seat = accounts.holder(seat_id)
    if seat.kind not in DUTIES:
        raise RefusedError(Refused("A-06", "not_a_duty", {"seat": seat.kind.value}))
    with transaction.atomic():
        row = _draft(lot_id)
        LotOfficer.objects.update_or_create(lot=row, duty=seat.kind, defaults={"seat_id": seat_id})
        _journal(by, row, "officer_named", {"duty": seat.kind.value, "seat": str(seat_id)}, now)


def assign_custodian(by: Holder, lot_id: uuid.UUID, role: str, seat_id: uuid.UUID, *, now: datetime) -> None:
    """Name a custodian and ask it for a fresh key; naming another one drops the old key."""
    seat = accounts.holder(seat_id)
    with transaction.atomic():
        row = _draft(lot_id)
        if role not in ROLES or seat.kind is not SeatKind.CUSTODIAN:
            raise RefusedError(
                Refused("S-04", "custodian_roles", {"stated": role, "wanted": ", ".join(ROLES)})
            )
        others = LotCustodian.objects.filter(lot=row).exclude(role=role).select_related("organisation")
        codes = [each.organisation.credit_code for each in others]
        require(policies.independent_custodian(codes, seat.organisation.credit_code))
        LotCustodian.objects.update_or_create(
            lot=row,
            role=role,
            defaults={
                "organisation_id": seat.organisation.id,
                "seat_id": seat_id,
                "recipient": "",
                "signature": None,
                "provided_at": None,
            },
        )
        _journal(by, row, "custodian_named", {"role": role, "seat": str(seat_id)}, now)
        account_actions.notify(
            seat_id,
            "custodian_key_wanted",
            key=f"{lot_id}:{role}",
            now=now,
            facts={"lot": row.code, "title": row.title},
            link=f"/desk/custody/{lot_id}/",
            rule="S-04",
        )


def provide_custodian_key(
    by: Holder, lot_id: uuid.UUID, document: bytes, signature: bytes, *, now: datetime
) -> None:
    """Take a custodian's fresh key, signed by its institution; once given it stays."""
    with transaction.atomic():
        lot = lock(lot_id)
        row = LotCustodian.objects.select_for_update().filter(lot=lot, seat_id=by.id).first()
        if row is None:
            raise RefusedError(Refused("S-04", "not_a_custodian", {"lot": lot.code}))
        value = account_actions.check_signature(by, document, signature, now=now)
        wanted = {
            "domain": "yangguang/custodian-key/v1",
            "lot": str(lot_id),
            "custodian": row.role,
            "recipient": value.get("recipient", ""),
        }
        if value != wanted or len(str(wanted["recipient"])) != AGE_RECIPIENT_LENGTH:
            raise RefusedError(Refused("S-04", "custodian_key_shape", {"role": row.role}))
        if row.recipient:
            if row.recipient == wanted["recipient"]:
                return
            raise RefusedError(Refused("S-04", "custodian_key_given", {"role": row.role}))
        require(policies.is_draft(queries.lot(lot_id)))
        row.recipient, row.signature, row.provided_at = str(wanted["recipient"]), signature, now
        row.save(update_fields=["recipient", "signature", "provided_at"])
        payload = {"role": row.role, "recipient": row.recipient, "signature": canonical.sha256(signature)}
        _journal(by, lot, "custodian_key_given", payload, now)


def _draft(lot_id: uuid.UUID) -> Lot:
    row = lock(lot_id)
    require(policies.is_draft(queries.lot(lot_id)))
    return row


def _journal(by: Holder, row: Lot, verb: str, payload: dict[str, Any], now: datetime) -> None:
    journal.record(
        f"tender:draft:{verb}",
        actor=by.actor,
        at=now,
        lot=row.pk,
        org=row.project.procuring_entity.credit_code,
        payload=payload,
    )
