"""Reads of what everybody may see: the lists of the public site, and the evidence behind a notice."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404

from kernel import evidence
from kernel.domain import canonical, money
from tender import rulefiles, search
from tender.domain.lifecycle import EXITS, LotState
from tender.domain.names import STATES
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Regime, Rule
from tender.models import Addendum, Lot, LotFile, Pause, Publication
from tender.queries import ZONE, LotRecord, addenda, overdue, standing

STAGES: dict[str, tuple[LotState, ...]] = {
    "open": (LotState.PUBLISHED,),
    "opening": (LotState.CLOSED, LotState.OPENING, LotState.OPENED),
    "evaluation": (LotState.EVALUATING, LotState.EVALUATED),
    "decision": (LotState.CANDIDATES_PUBLIC, LotState.DECIDING),
    "decided": (
        LotState.RESULT_PUBLIC,
        LotState.AWARDED,
        LotState.CONTRACTED,
        LotState.PERFORMING,
        LotState.ARCHIVED,
    ),
    "ended": (LotState.FAILED, LotState.CANCELLED, LotState.AWARD_VOID),
}
"""Where a lot stands, coarsely, as the filter of notices asks it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of notices is narrowed to; empty fields narrow nothing. Windows are half-open.

    `stage` is a key of `STAGES`, `status` one state of a lot; both are meant as the lot stands now.
    """

    text: str = ""
    regime: str = ""
    category: str = ""
    region: str = ""
    stage: str = ""
    status: str = ""
    deadline_from: datetime | None = None
    deadline_until: datetime | None = None
    published_from: datetime | None = None
    published_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LotLine:
    """A published lot as lists show it; `state` is where it stands at the instant of asking."""

    id: uuid.UUID
    code: str
    title: str
    project: str
    regime: str
    category: str
    region: str
    procuring_entity: str
    state: LotState
    paused: bool
    published_at: datetime
    deadline: datetime
    estimate: Decimal | None
    notice_sha256: str
    result: dict[str, Any] | None = None


class Lines:
    """A list of lots that is read in slices only, so that a page of it costs a page."""

    def __init__(self, rows: "QuerySet[Lot]", now: datetime) -> None:
        self._rows, self._now = rows, now

    def count(self) -> int:
        """Return how many there are."""
        return self._rows.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[LotLine]:
        return [_line(row, self._now) for row in self._rows[part]]

    def __iter__(self) -> Iterator[LotLine]:
        return (_line(row, self._now) for row in self._rows)


def notices(wanted: Wanted, *, now: datetime) -> Lines:
    """Return the published lots that are wanted, newest first."""
    rows = _published()
    simple = {"project__regime": wanted.regime, "project__category": wanted.category}
    rows = rows.filter(**{name: value for name, value in simple.items() if value})
    if wanted.region:
        rows = rows.filter(project__region__startswith=wanted.region)
    if wanted.stage:
        rows = rows.filter(_standing(STAGES.get(wanted.stage, tuple(STATES)), now))
    if wanted.status:
        rows = rows.filter(_standing((wanted.status,), now))
    if wanted.deadline_from is not None:
        rows = rows.filter(deadline__gte=wanted.deadline_from)
    if wanted.deadline_until is not None:
        rows = rows.filter(deadline__lt=wanted.deadline_until)
    if wanted.published_from is not None:
        rows = rows.filter(published_at__gte=wanted.published_from)
    if wanted.published_until is not None:
        rows = rows.filter(published_at__lt=wanted.published_until)
    if wanted.text:
        rows = search.matching(rows, wanted.text)
    return Lines(rows.order_by("-published_at", "code"), now)


def openings(start: datetime, end: datetime, *, now: datetime) -> Lines:
    """Return the lots whose bids are opened in a half-open window, and those whose opening is under way."""
    rows = _published().filter(
        Q(deadline__gte=start, deadline__lt=end) | Q(status__in=(LotState.OPENING, LotState.OPENED))
    )
    gone = (LotState.CANCELLED,)
    return Lines(rows.exclude(status__in=gone).order_by("deadline", "code"), now)


def results(*, text: str = "", now: datetime) -> Lines:
    """Return the lots that came to an end: decided, failed, cancelled; the newest change first."""
    rows = _published().filter(status__in=(*STAGES["decided"], *STAGES["ended"]))
    if text:
        rows = search.matching(rows, text)
    return Lines(rows.order_by("-status_at", "code"), now)


def regions() -> list[str]:
    """Return the region codes of published lots."""
    rows = Lot.objects.filter(published_at__isnull=False).values_list("project__region", flat=True)
    return sorted(set(rows))


def figures() -> dict[str, int]:
    """Return the public figures: lots published, opened and failed, contracts signed."""
    counted = dict(
        Lot.objects.filter(published_at__isnull=False)
        .values_list("status")
        .annotate(number=Count("pk"))
        .order_by()
    )
    opened = Publication.objects.filter(kind="result").values("lot").distinct().count()
    return {
        "published": sum(counted.values()),
        "decided": opened,
        "failed": counted.get(LotState.FAILED, 0),
        "contracts": Publication.objects.filter(kind="contract").count(),
    }


def previous_round(record: LotRecord) -> LotLine | None:
    """Return the failed lot that a lot tenders again."""
    return _one(Q(pk=record.round_of), record) if record.round_of else None


def next_round(record: LotRecord) -> LotLine | None:
    """Return the published lot that tenders a failed one again."""
    return _one(Q(round_of_id=record.id), record)


def notice_evidence(record: LotRecord) -> dict[str, Any]:
    """Return notice, addenda and edition of a lot with the journal entry of the notice and its proof in the log."""
    return {
        "notice": record.notice,
        "addenda": [canonical.from_bytes(bytes(row.document)) for row in addenda(record.id)],
        "edition": record.edition.text,
        **evidence.proof_of(evidence.act(record.id, "tender:lot:published")),
    }


def end_reason(record: LotRecord) -> dict[str, Any]:
    """Return what was logged when a lot failed or was cancelled: lever, and rule or reason."""
    entry = evidence.act(record.id, "tender:lot:status")
    if entry is None or record.status not in EXITS:
        return {}
    found: dict[str, Any] = canonical.from_bytes(bytes(entry.payload))
    return found


def edition_today(regime: str, region_code: str, *, now: datetime) -> FrozenEdition:
    """Return the edition that stands today for a regime and a region code ("" for the nation)."""
    return rulefiles.edition(regime, region_code, now.astimezone(ZONE).date())


def rule_regions() -> dict[str, str]:
    """Return the regions that have rules of their own: name -> region code."""
    return dict(rulefiles.rulebook().regions)


def versions_of(rule_id: str) -> list[tuple[Regime, Rule]]:
    """Return every dated version of a rule on file with its regime, the newest first."""
    found = [(regime, rule) for regime, rule in rulefiles.rulebook().entries if rule.id == rule_id]
    return sorted(found, key=lambda each: (each[1].valid_from, each[0]), reverse=True)


def known_hash(digest: str) -> list[tuple[str, uuid.UUID, str]]:
    """Return what a SHA-256 names among public files: (kind, lot, name) of notices, addenda, files, publications."""
    public = Q(lot__published_at__isnull=False)
    notices_found = Lot.objects.filter(notice_sha256=digest, published_at__isnull=False)
    found = [("notice", row.pk, row.code) for row in notices_found]
    for kind, model in (("addendum", Addendum), ("file", LotFile), ("publication", Publication)):
        rows = model.objects.filter(public, sha256=digest).select_related("lot").order_by("pk")
        found += [(kind, row.lot_id, _name(kind, row)) for row in rows]
    return found


def access_public_file(lot_id: uuid.UUID, digest: str) -> LotFile:
    """Return a file of a published lot's document or addenda; else 404."""
    row = LotFile.objects.filter(lot_id=lot_id, sha256=digest, lot__published_at__isnull=False).first()
    if row is None:
        raise Http404
    return row


def _name(kind: str, row: Any) -> str:
    own = {"addendum": "number", "file": "name", "publication": "kind"}[kind]
    return f"{row.lot.code} {getattr(row, own)}"


def _standing(states: Collection[str], now: datetime) -> Q:
    """Select the lots that stand in one of these states now, as `queries.standing` tells it."""
    written = Q(status__in=states) & ~overdue(now)
    return (written | overdue(now)) if LotState.CLOSED in states else written


def _one(condition: Q, record: LotRecord) -> LotLine | None:
    row = _published().filter(condition).first()
    return _line(row, record.status_at) if row else None


def _published() -> "QuerySet[Lot]":
    held = Pause.objects.filter(lot_id=OuterRef("pk"), ended_at__isnull=True)
    return (
        Lot.objects.filter(published_at__isnull=False)
        .select_related("project__procuring_entity")
        .prefetch_related("publications")
        .annotate(held=Exists(held))
    )


def _line(row: Any, now: datetime) -> LotLine:
    notice = canonical.from_bytes(bytes(row.notice))
    result = next((p for p in row.publications.all() if p.kind == "result"), None)
    return LotLine(
        id=row.pk,
        code=row.code,
        title=row.title,
        project=row.project.title,
        regime=row.project.regime,
        category=row.project.category,
        region=row.project.region,
        procuring_entity=row.project.procuring_entity.name,
        state=standing(LotState(row.status), row.deadline, now),
        paused=row.held,
        published_at=row.published_at,
        deadline=row.deadline,
        estimate=money.parse(notice["estimate"]) if notice["estimate"] else None,
        notice_sha256=row.notice_sha256,
        result=canonical.from_bytes(bytes(result.document)) if result else None,
    )
