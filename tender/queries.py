"""Reads of tender; `access_*` functions are the only way to a lot for a user."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from accounts.queries import Holder, Party
from kernel import journal
from kernel.calendar import working_calendar
from kernel.domain import canonical
from tender import rulefiles
from tender.domain import lifecycle, timetable
from tender.domain.lifecycle import EXITS, LotState, Pause, PauseReason
from tender.domain.periods import validity_end
from tender.domain.rulebook import FrozenEdition
from tender.domain.terms import Attachment, Custodian, Terms
from tender.models import (
    Addendum,
    Lot,
    LotCustodian,
    LotFile,
    LotOfficer,
    Objection,
    Obtained,
    Pause as PauseRow,
    Project,
    Proposal,
    Publication,
)

ZONE = ZoneInfo(settings.TIME_ZONE)
DRAFTS = (LotState.DRAFT, LotState.REVIEWED)
MOST_ENDED = 200
"""How many lots that came to an end a list still shows; those under way are never left out."""
STRUCTURAL = frozenset(
    {
        *("tender", "lot", "code", "title", "project", "regime", "category", "mandatory"),
        *("procuring_entity", "agency", "centre", "custodians", "documents", "round_of"),
    }
)
"""Fields of a document's terms that follow from the project and its rows; the clerk edits the others."""


@dataclass(frozen=True, slots=True)
class LotRecord:
    """A lot as other apps read it; `notice` is {} and `edition` the one of today while it is a draft."""

    id: uuid.UUID
    code: str
    title: str
    status: LotState
    status_at: datetime
    project_id: uuid.UUID
    project: str
    regime: str
    category: str
    region: str
    mandatory: bool
    state_funded: bool
    procuring_entity: Party
    agency: Party | None
    centre: Party
    notice: dict[str, Any]
    notice_sha256: str
    edition: FrozenEdition
    published_at: datetime | None
    deadline: datetime | None
    addenda: tuple[str, ...]
    pauses: tuple[Pause, ...]
    round_of: uuid.UUID | None
    report_received_at: datetime | None

    @property
    def tender(self) -> str:
        """The project's id as formats write it."""
        return str(self.project_id)

    @property
    def is_public(self) -> bool:
        """Whether everybody may see the lot."""
        return self.published_at is not None

    def closed(self, now: datetime) -> bool:
        """Tell whether the bid deadline has come: a function of now."""
        return self.deadline is not None and now >= self.deadline

    def shown_status(self, now: datetime) -> LotState:
        """Return where the lot stands now; see `standing`."""
        return standing(self.status, self.deadline, now)

    def parties(self) -> tuple[Party, ...]:
        """Return the procuring side and the centre."""
        return tuple(p for p in (self.procuring_entity, self.agency, self.centre) if p is not None)


def standing(status: LotState, deadline: datetime | None, now: datetime) -> LotState:
    """Return where a lot stands now: at T it is closed, whether or not the ticker has written it down."""
    over = status is LotState.PUBLISHED and deadline is not None and deadline <= now
    return LotState.CLOSED if over else status


def overdue(now: datetime) -> Q:
    """Select the lots that `standing` calls closed although they are still written down as published."""
    return Q(status=LotState.PUBLISHED, deadline__lte=now)


def _lots() -> "QuerySet[Lot]":
    """Return lots with all that `_record` reads, so that a list of them costs as many queries as one."""
    hashes = Addendum.objects.only("lot_id", "number", "sha256").order_by("number")
    parties = ("project__procuring_entity", "project__agency", "project__centre")
    return Lot.objects.select_related(*parties).prefetch_related(Prefetch("addenda", hashes), "pauses")


def _bounded(rows: "QuerySet[Lot]") -> "QuerySet[Lot]":
    """Narrow lots to those under way and the newest of those that came to an end."""
    ended = rows.filter(status__in=EXITS).order_by("-created_at", "-number", "pk")
    return rows.filter(~Q(status__in=EXITS) | Q(pk__in=ended.values("pk")[:MOST_ENDED]))


def _record(row: Lot) -> LotRecord:
    """Return a row of `_lots` as other apps read it."""
    project = row.project
    return LotRecord(
        id=row.pk,
        code=row.code,
        title=row.title,
        status=LotState(row.status),
        status_at=row.status_at,
        project_id=project.pk,
        project=project.title,
        regime=project.regime,
        category=project.category,
        region=project.region,
        mandatory=project.mandatory,
        state_funded=project.state_funded,
        procuring_entity=accounts.as_party(project.procuring_entity),
        agency=accounts.as_party(project.agency) if project.agency else None,
        centre=accounts.as_party(project.centre),
        notice=canonical.from_bytes(bytes(row.notice)) if row.notice else {},
        notice_sha256=row.notice_sha256,
        edition=edition_of(row),
        published_at=row.published_at,
        deadline=row.deadline,
        addenda=tuple(each.sha256 for each in row.addenda.all()),
        pauses=tuple(
            Pause(reason=PauseReason(p.reason), since=p.started_at)
            for p in sorted(row.pauses.all(), key=lambda each: (each.started_at, each.pk))
            if p.ended_at is None
        ),
        round_of=row.round_of_id,
        report_received_at=row.report_received_at,
    )


def edition_of(row: Lot) -> FrozenEdition:
    """Return the frozen edition of a published lot, of a draft the one that stands today."""
    if row.edition:
        return rulefiles.frozen(row.edition)
    day = row.status_at.astimezone(ZONE).date()
    return rulefiles.edition(row.project.regime, row.project.region, day)


def lot(lot_id: uuid.UUID) -> LotRecord:
    """Return a lot that is known to exist."""
    return _record(_lots().get(pk=lot_id))


def lots(lot_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, LotRecord]:
    """Return lot -> record of lots that are known to exist."""
    return {row.pk: _record(row) for row in _lots().filter(pk__in=list(lot_ids))}


def find_published(lot_id: uuid.UUID) -> LotRecord | None:
    """Return a published lot, None for drafts and unknown ids."""
    row = _lots().filter(pk=lot_id, published_at__isnull=False).first()
    return _record(row) if row else None


def access_public_lot(lot_id: uuid.UUID) -> LotRecord:
    """Return a published lot; 404 for drafts and unknown ids alike."""
    found = find_published(lot_id)
    if found is None:
        raise Http404
    return found


def access_own_lot(reader: Holder, lot_id: uuid.UUID) -> LotRecord:
    """Return a lot, draft or not, to a seat of the side that procures it; else 404."""
    row = _lots().filter(own_side(reader), pk=lot_id).first()
    if row is None or reader.kind not in PROCURING_SEATS:
        raise Http404
    return _record(row)


def access_own_lots(reader: Holder) -> list[LotRecord]:
    """Return the lots of the side that procures, newest first."""
    if reader.kind not in PROCURING_SEATS:
        return []
    rows = _bounded(_lots().filter(own_side(reader)))
    return [_record(row) for row in rows.order_by("-created_at", "-number", "pk")]


def access_own_projects(reader: Holder) -> list[Project]:
    """Return the projects of the side that procures, newest first."""
    if reader.kind not in PROCURING_SEATS:
        return []
    own = Q(procuring_entity_id=reader.organisation.id) | Q(agency_id=reader.organisation.id)
    return list(Project.objects.filter(own).order_by("-created_at", "code")[:200])


def access_duty_lots(reader: Holder) -> list[LotRecord]:
    """Return the published lots that a host, witness or supervisor serves, by deadline."""
    served = LotOfficer.objects.filter(seat_id=reader.id).values("lot_id")
    rows = _bounded(_lots().filter(pk__in=served, published_at__isnull=False))
    return [_record(row) for row in rows.order_by("deadline", "code")]


def access_obtained_lots(reader: Holder) -> list[LotRecord]:
    """Return the lots whose document a seat obtained, by deadline."""
    obtained = Obtained.objects.filter(seat_id=reader.id).values("lot_id")
    rows = _bounded(_lots().filter(pk__in=obtained, published_at__isnull=False))
    return [_record(row) for row in rows.order_by("deadline", "code")]


def access_custody_lots(reader: Holder) -> list[tuple[LotRecord, str, bool]]:
    """Return (lot, role, key given) of the lots that a custodian keeps shares of, newest first."""
    kept = {row.lot_id: row for row in LotCustodian.objects.filter(seat_id=reader.id)}
    rows = _bounded(_lots().filter(pk__in=list(kept))).order_by("-created_at", "-number", "pk")
    return [(_record(row), kept[row.pk].role, bool(kept[row.pk].recipient)) for row in rows]


def access_custody_lot(reader: Holder, lot_id: uuid.UUID) -> tuple[LotRecord, str, bool]:
    """Return (lot, role, key given) of a lot that a custodian keeps shares of; else 404."""
    row = LotCustodian.objects.filter(seat_id=reader.id, lot_id=lot_id).order_by("pk").first()
    if row is None:
        raise Http404
    return lot(lot_id), row.role, bool(row.recipient)


def own_side(reader: Holder) -> Q:
    """Select the lots of the side to which a seat belongs."""
    own = reader.organisation.id
    return Q(project__procuring_entity_id=own) | Q(project__agency_id=own)


def officer(lot_id: uuid.UUID, duty: SeatKind) -> Holder | None:
    """Return the seat that hosts, witnesses or supervises a lot."""
    row = LotOfficer.objects.filter(lot_id=lot_id, duty=duty).values_list("seat_id", flat=True).first()
    return accounts.holder(row) if row else None


def serves(reader: Holder, lot_id: uuid.UUID, duty: SeatKind) -> bool:
    """Tell whether a seat has a duty on a lot."""
    return LotOfficer.objects.filter(lot_id=lot_id, duty=duty, seat_id=reader.id).exists()


def custodians(lot_id: uuid.UUID) -> list[LotCustodian]:
    """Return a lot's custodians in the order of their roles in the notice."""
    return list(LotCustodian.objects.filter(lot_id=lot_id).order_by("pk"))


def custodian_role(reader: Holder, lot_id: uuid.UUID) -> str | None:
    """Return the role in which a seat keeps shares of a lot."""
    rows = LotCustodian.objects.filter(lot_id=lot_id, seat_id=reader.id)
    return rows.values_list("role", flat=True).first()


def files(lot_id: uuid.UUID) -> list[LotFile]:
    """Return the files of a lot's document and its addenda."""
    return list(LotFile.objects.filter(lot_id=lot_id).order_by("addendum", "name"))


def addenda(lot_id: uuid.UUID) -> list[Addendum]:
    """Return the addenda in their order."""
    return list(Addendum.objects.filter(lot_id=lot_id).order_by("number"))


def objections(lot_id: uuid.UUID, *, answered_only: bool) -> list[Objection]:
    """Return the objections to a lot; the public sees those that are answered."""
    rows = Objection.objects.filter(lot_id=lot_id).order_by("raised_at", "pk")
    return list(rows.filter(answered_at__isnull=False) if answered_only else rows)


def access_objections(reader: Holder) -> list[Objection]:
    """Return a bidder's own objections, newest first."""
    return list(Objection.objects.filter(seat_id=reader.id).order_by("-raised_at", "pk"))


def access_open_objection(reader: Holder, objection_id: uuid.UUID) -> Objection:
    """Return an objection that the reader's side must answer; else 404."""
    row = Objection.objects.filter(pk=objection_id).first()
    if row is None:
        raise Http404
    access_own_lot(reader, row.lot_id)
    return row


def proposal(lot_id: uuid.UUID, kind: str) -> Proposal | None:
    """Return the open proposal of a kind."""
    return Proposal.objects.filter(lot_id=lot_id, kind=kind, decided_at__isnull=True).first()


def publication(lot_id: uuid.UUID, kind: str) -> Publication | None:
    """Return what a lot published under a kind."""
    return Publication.objects.filter(lot_id=lot_id, kind=kind).first()


def publications(lot_id: uuid.UUID) -> list[Publication]:
    """Return all that a lot published, in order."""
    return list(Publication.objects.filter(lot_id=lot_id).order_by("published_at", "pk"))


def new_round(lot_id: uuid.UUID) -> LotRecord | None:
    """Return the lot that tenders a failed one again."""
    row = _lots().filter(round_of_id=lot_id).first()
    return _record(row) if row else None


def watchers(lot_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the seats to be told of changes: those that obtained the document."""
    return list(Obtained.objects.filter(lot_id=lot_id).order_by("pk").values_list("seat_id", flat=True))


def terms_of(lot_id: uuid.UUID) -> Terms:
    """Return a draft's terms with what follows from its project and rows; raises TermsError."""
    row = _lots().get(pk=lot_id)
    record = _record(row)
    rows = list(row.custodians.select_related("organisation").order_by("pk"))
    whole = {
        **row.terms,
        "tender": str(record.project_id),
        "lot": str(record.id),
        "code": record.code,
        "title": record.title,
        "project": record.project,
        "regime": record.regime,
        "category": record.category,
        "mandatory": record.mandatory,
        "procuring_entity": record.procuring_entity.as_json(),
        "agency": record.agency.as_json() if record.agency else None,
        "centre": record.centre.as_json(),
        "custodians": [_custodian(each) for each in rows],
        "documents": [_attachment(each) for each in row.files.filter(addendum=0).order_by("name")],
        "round_of": str(row.round_of_id) if row.round_of_id else None,
    }
    return Terms.from_json(whole)


def _custodian(row: LotCustodian) -> Custodian:
    party = accounts.party(row.organisation_id)
    return Custodian(
        role=row.role,
        name=party.name,
        credit_code=party.credit_code,
        recipient=row.recipient,
        signature=canonical.b64(bytes(row.signature)) if row.signature else "",
    )


def _attachment(row: LotFile) -> Attachment:
    return Attachment(name=row.name, sha256=row.sha256, length=row.length)


def milestones(record: LotRecord, *, now: datetime) -> tuple[timetable.Milestone, ...]:
    """Return a lot's timetable from what is recorded of it."""
    blocked = lifecycle.blocked_levers(record.pauses)
    facts = {name: at for name, at in _facts(record).items() if at is not None}
    return timetable.compute(record.edition, facts, now=now, calendar=working_calendar(), blocked=blocked)


def milestone(record: LotRecord, key: str, *, now: datetime) -> timetable.Milestone | None:
    """Return one line of a lot's timetable."""
    return next((each for each in milestones(record, now=now) if each.key == key), None)


def _facts(record: LotRecord) -> dict[str, datetime | None]:
    published = {p.kind: p for p in publications(record.id)}
    stepped = _stepped_at(record.id)
    until = record.notice.get("documents_until")
    days = record.notice.get("validity_days")
    candidates = published.get("candidates")
    return {
        "document_issued": record.published_at,
        "documents_until": canonical.parse_instant(until) if until else None,
        "deadline": record.deadline,
        "validity_until": (validity_end(record.deadline, days) if record.deadline and days else None),
        "opening_started": stepped.get(LotState.OPENING),
        "opened": stepped.get(LotState.OPENED),
        "evaluation_ended": stepped.get(LotState.EVALUATED),
        "report_received": record.report_received_at,
        "candidates_published": candidates.published_at if candidates else None,
        "candidates_until": candidates.until if candidates else None,
        "winner_determined": published["result"].published_at if "result" in published else None,
        "result_published": published["result"].published_at if "result" in published else None,
        "notice_issued": published["award"].published_at if "award" in published else None,
        "contract_signed": published["contract"].published_at if "contract" in published else None,
        "contract_published": published["contract"].published_at if "contract" in published else None,
    }


def _stepped_at(lot_id: uuid.UUID) -> dict[str, datetime]:
    rows = journal.of_lot(lot_id, tag="tender:lot:status")
    return {canonical.from_bytes(bytes(row.payload))["to"]: row.at for row in rows}


def rule_anywhere(rule_id: str, on: datetime) -> Any:
    """Return a rule by its id in the national editions of a day, T first; None when there is none."""
    day = on.astimezone(ZONE).date()
    for regime in ("T", "G"):
        for region in ("", "510800"):
            rules = rulefiles.edition(regime, region, day).rules
            found = next((rule for rule in rules if rule.id == rule_id), None)
            if found is not None:
                return found
    return None


def deadline_within(now: datetime, span: timedelta) -> bool:
    """Tell whether a published lot's deadline lies within a span before or after now."""
    return Lot.objects.filter(deadline__gte=now - span, deadline__lte=now + span).exists()


def ids_in(status: LotState) -> Iterable[uuid.UUID]:
    """Return the ids of all lots in a state, read when they are needed."""
    return Lot.objects.filter(status=status).values_list("pk", flat=True)


def due_to_close(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the published lots whose deadline has come."""
    rows = Lot.objects.filter(overdue(now)).order_by("deadline", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def due_to_decide(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the lots whose candidates have been public to the end and which no pause holds."""
    held = PauseRow.objects.filter(lot_id=OuterRef("lot_id"), ended_at__isnull=True)
    rows = Publication.objects.filter(
        ~Exists(held), kind="candidates", until__lte=now, lot__status=LotState.CANDIDATES_PUBLIC
    )
    return list(rows.order_by("until", "pk").values_list("lot_id", flat=True)[:limit])


def gate_closed(lot_id: uuid.UUID) -> bool:
    """Tell whether a lot's closing list is logged."""
    return journal.gate_closed(lot_id)
