"""Makes the hand-over package of a case: its signed index, its evidence and replies, in one zip that stays."""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings

from accounts import authority, queries as accounts
from accounts.queries import Holder
from kernel import storage
from kernel.domain import canonical
from monitoring.domain import cases
from monitoring.domain.cases import INDEX, SIGNATURE, Contents
from monitoring.dossier import bag
from monitoring.dossier.bag import Source, Stored
from monitoring.models import Case, CaseAct, CaseConference, CaseEvidence, CasePackage, CaseQuestion
from monitoring.queries import AlertLine, cases as reading
from tender.queries import LotRecord

TAG = "monitoring:case"


def make(by: Holder, row: Case, held: CaseConference, *, now: datetime) -> CasePackage:
    """Write the package of a conference and keep it; the caller holds the case and journals its hash."""
    evidence, questions = reading.evidence(row), reading.questions(row)
    line = reading.line_of(row, by, now=now)
    found = Contents(
        case=_case(row),
        lots=[_lot(each) for each in line.lots],
        alerts=[_alert(each) for each in line.alerts],
        evidence=[_piece(each) for each in evidence],
        questions=[_question(number, each) for number, each in enumerate(questions, 1)],
        conference=_conference(held),
        acts=[_act(each) for each in reading.acts(row)],
    )
    value = cases.index(found, made_at=canonical.instant(now), made_by=str(by.id))
    index, signature = canonical.to_bytes(value), authority.sign(value)
    files: dict[str, Source] = {INDEX: index, SIGNATURE: signature}
    files |= {_path(each): _stored(each.sha256) for each in evidence}
    files |= {
        _reply_path(number, each): _stored(each.reply.sha256)
        for number, each in enumerate(questions, 1)
        if _replied_with_file(each)
    }
    sha256, size = _write(files)
    return CasePackage.objects.create(
        case=row,
        conference=held,
        index_sha256=canonical.sha256(index),
        sha256=sha256,
        size=size,
        by_id=by.id,
        at=now,
    )


def _write(files: dict[str, Source]) -> tuple[str, int]:
    """Write a zip into the store; returns its SHA-256 and size."""
    folder = Path(settings.HOME) / "uploads"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".case-", delete=False) as target:
        path = Path(target.name)
        try:
            sha256 = bag.archive(cast("BinaryIO", target), files)
            target.flush()
            os.fsync(target.fileno())
        except BaseException:
            path.unlink()
            raise
    size = path.stat().st_size
    storage.adopt(path, sha256)
    return sha256, size


def _lot(lot: LotRecord) -> dict[str, Any]:
    return {
        "id": str(lot.id),
        "code": lot.code,
        "title": lot.title,
        "regime": lot.regime,
        "procuring_entity": lot.procuring_entity.as_json(),
        "notice_sha256": lot.notice_sha256,
    }


def _alert(line: AlertLine) -> dict[str, Any]:
    return {
        "id": str(line.alert.pk),
        "kind": line.alert.kind,
        "lot": str(line.lot.id),
        "raised_at": canonical.instant(line.alert.raised_at),
        "members": line.members,
    }


def _case(row: Case) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "code": cases.code(str(row.pk)),
        "reason": row.reason,
        "proposed_by": _person(accounts.holder(row.proposed_by_id)),
        "proposed_at": canonical.instant(row.proposed_at),
        "opened_by": _person(accounts.holder(row.decided_by_id)) if row.decided_by_id else None,
        "opened_at": canonical.instant(row.decided_at) if row.decided_at else None,
        "handler": _person(accounts.holder(row.handler_id)),
    }


def _person(seat: Holder) -> dict[str, str]:
    return {"seat": str(seat.id), "name": seat.person, "organisation": seat.organisation.name}


def _piece(row: CaseEvidence) -> dict[str, Any]:
    return {
        "number": row.number,
        "file": _path(row),
        "source": row.source,
        "alert": str(row.alert_id) if row.alert_id else None,
        "name": row.name,
        "about": row.about,
        "sha256": row.sha256,
        "length": row.size,
        "attached_at": canonical.instant(row.at),
    }


def _question(number: int, row: CaseQuestion) -> dict[str, Any]:
    reply = getattr(row, "reply", None)
    found: dict[str, Any] = {
        "number": number,
        "round": row.round,
        "firm": {"name": row.name, "credit_code": row.firm},
        "text": row.text,
        "shown": row.shown,
        "asked_at": canonical.instant(row.at),
        "due_at": canonical.instant(row.due_at),
        "reply": None,
    }
    if reply is not None:
        found["reply"] = {
            "text": reply.text,
            "at": canonical.instant(reply.at),
            "late": reply.late,
            "file": _reply_path(number, row) if reply.sha256 else None,
            "name": reply.name,
            "sha256": reply.sha256 or None,
            "length": reply.size,
        }
    return found


def _conference(row: CaseConference) -> dict[str, Any]:
    return {
        "number": row.number,
        "held": row.held_date.isoformat(),
        "participants": row.participants,
        "minutes": row.minutes,
        "decision": row.ruling,
        "recorded_at": canonical.instant(row.at),
    }


def _act(row: CaseAct) -> dict[str, Any]:
    return {
        "tag": f"{TAG}:{row.verb}",
        "actor": f"seat:{row.by_id}",
        "at": canonical.instant(row.at),
        "journal": row.entry,
        "payload": row.payload,
        "payload_sha256": row.payload_sha256,
        "words": row.words,
    }


def _path(row: CaseEvidence) -> str:
    return cases.place("evidence", row.number, row.name)


def _reply_path(number: int, row: CaseQuestion) -> str:
    return cases.place("replies", number, row.reply.name)


def _replied_with_file(row: CaseQuestion) -> bool:
    reply = getattr(row, "reply", None)
    return reply is not None and bool(reply.sha256)


def _stored(sha256: str) -> Stored:
    path = storage.path(sha256)
    return Stored(path, path.stat().st_size)
