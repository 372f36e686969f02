"""Reads of the regulator's cases; a firm reaches what it was asked itself, and nobody else reaches anything."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.policies import four_eyes
from accounts.queries import Holder
from kernel import storage
from kernel.domain import canonical
from monitoring import queries
from monitoring.domain import cases, showing
from monitoring.domain.cases import HANDED, Ends, Next, Outcome, Source, Standing
from monitoring.domain.lifecycle import ENDED, AlertState, CaseState
from monitoring.models import (
    Alert,
    Case,
    CaseAct,
    CaseConference,
    CaseEvidence,
    CasePackage,
    CaseQuestion,
    CaseReply,
)
from monitoring.queries import AlertLine
from tender.queries import LotRecord

MINE = "mine"
RELATED_MOST = 50
LABEL_OUTCOMES = {Outcome.CONFIRMED: True, Outcome.NOT_CONFIRMED: False}
"""What a closed case teaches; of one that was handed over the truth is not known here."""


@dataclass(frozen=True, slots=True)
class Firm:
    """An organisation that a case's alerts touch."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case with its alerts and lots, and what comes next for its reader."""

    case: Case
    alerts: tuple[AlertLine, ...]
    handler: Holder
    next: Next

    @property
    def code(self) -> str:
        """How people name the case."""
        return cases.code(str(self.case.pk))

    @property
    def lots(self) -> list[LotRecord]:
        """The lots of its alerts, each once."""
        return list({line.lot.id: line.lot for line in self.alerts}.values())


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What narrows the list of cases; "" narrows nothing."""

    status: str = ""
    handler: str = ""
    text: str = ""


def access_cases(reader: Holder, narrowed: CaseFilter, *, now: datetime) -> list[CaseLine]:
    """Return the cases to a supervisor, newest first; else 404."""
    queries.as_regulator(reader)
    rows = Case.objects.order_by("-proposed_at", "pk")
    if narrowed.status:
        rows = rows.filter(status=narrowed.status)
    if narrowed.handler == MINE:
        rows = rows.filter(handler_id=reader.id)
    found = (line_of(row, reader, now=now) for row in rows)
    return [line for line in found if _fits(line, narrowed.text)]


def _fits(line: CaseLine, text: str) -> bool:
    words = " ".join(f"{lot.code} {lot.title} {lot.project}" for lot in line.lots)
    return text.casefold() in f"{line.code} {words}".casefold()


def access_case(reader: Holder, case_id: uuid.UUID, *, now: datetime) -> CaseLine:
    """Return a case to a supervisor; else 404."""
    queries.as_regulator(reader)
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise Http404
    return line_of(row, reader, now=now)


def line_of(row: Case, reader: Holder, *, now: datetime) -> CaseLine:
    """Return a case as a supervisor sees it."""
    alerts = Alert.objects.filter(cases__case=row).select_related("indication__comparison", "run")
    lines = tuple(queries.with_lots(alerts.order_by("raised_at", "pk")))
    handler = accounts.holder(row.handler_id)
    return CaseLine(row, lines, handler, cases.next_step(standing(row, reader), now=now))


def standing(row: Case, reader: Holder) -> Standing:
    """Return the facts from which the case's next step follows for a supervisor."""
    asked, replied = heard(row)
    newest = conference(row)
    first = recorder(newest) if newest and row.status == CaseState.CONFERRED else proposer(row)
    return Standing(
        state=row.status,
        second=bool(four_eyes(first, reader)),
        asked=asked,
        replied=replied,
        due_at=row.due_at,
        ruling=newest.ruling if newest else "",
    )


def proposer(row: Case) -> Holder:
    """Return who proposed what a second person decides: the closing where there is one, else the opening."""
    closing = row.closing_by_id if row.status in (CaseState.CLOSING, CaseState.CLOSED) else None
    return accounts.holder(closing or row.proposed_by_id)


def recorder(held: CaseConference) -> Holder:
    """Return who recorded a conference: somebody else makes its package."""
    return accounts.holder(held.by_id)


def ends(row: Case) -> Ends:
    """Return the facts on which it depends how a case may end."""
    newest = conference(row)
    ruling = newest.ruling if newest else ""
    packages = row.packages.all()
    return Ends(
        ruling=ruling,
        handed=(packages.filter(conference=newest) if ruling in HANDED else packages).exists(),
        heard=row.acts.filter(verb="heard").exists(),
    )


def holding(alert_ids: Iterable[uuid.UUID]) -> list[Case]:
    """Return the cases that pursue any of these alerts and have not ended."""
    rows = Case.objects.filter(alerts__alert__in=list(alert_ids)).exclude(status__in=ENDED)
    return list(rows.distinct().order_by("proposed_at", "pk"))


def of_alert(alert_id: uuid.UUID) -> Case | None:
    """Return the case that pursues an alert, else None."""
    return next(iter(holding([alert_id])), None)


def candidates(
    reader: Holder, alert_ids: Iterable[uuid.UUID], lot_ids: Iterable[uuid.UUID]
) -> list[AlertLine]:
    """Return the alerts on which a supervisor may open a case, those of the named lots first.

    They stand and no case pursues them; after those of the lots of what is named come indications that tie one of
    the same firms in other lots.
    """
    queries.as_regulator(reader)
    free = Alert.objects.exclude(status=AlertState.DISMISSED).exclude(pk__in=_held())
    named = Alert.objects.filter(pk__in=list(alert_ids)).values_list("lot_id", flat=True)
    lots = {*lot_ids, *named}
    rows = free.select_related("indication", "run").order_by("raised_at", "pk")
    own = list(queries.with_lots(rows.filter(lot_id__in=lots)))
    firms = {firm for line in own for firm in line.members}
    elsewhere = rows.filter(kind=Alert.Kind.INDICATION).exclude(lot_id__in=lots)
    related = (line for line in queries.with_lots(elsewhere) if firms & set(line.members))
    return [*own, *(line for line, _ in zip(related, range(RELATED_MOST), strict=False))]


def _held() -> "QuerySet[Alert, uuid.UUID]":
    return Alert.objects.filter(cases__case__in=Case.objects.exclude(status__in=ENDED)).values_list(
        "pk", flat=True
    )


def firms(line: CaseLine) -> list[Firm]:
    """Return the firms that a case's alerts touch: those an indication ties, all opened bidders of a statistic."""
    codes = {code for each in line.alerts for code in each.members}
    for each in line.alerts:
        if each.alert.kind == Alert.Kind.STATISTICAL:
            codes |= set(queries.prices(each.lot.id))
    known = accounts.parties_by_code(codes)
    return [Firm(code, known[code].name) for code in sorted(codes) if code in known]


def evidence(row: Case) -> list[CaseEvidence]:
    """Return what is attached to a case, in its order."""
    return list(row.evidence.select_related("alert__indication", "alert__lot").order_by("number"))


def showable(row: Case) -> list[CaseEvidence]:
    """Return what of a case a firm may be shown: never statistics, which are for the regulator alone."""
    return [piece for piece in evidence(row) if piece.alert is None or piece.alert.indication is not None]


def questions(row: Case) -> list[CaseQuestion]:
    """Return what the firms of a case were asked, with their replies, round by round."""
    return list(row.questions.select_related("reply").order_by("round", "name", "pk"))


def conferences(row: Case) -> list[CaseConference]:
    """Return a case's conferences with their packages, in their order."""
    return list(row.conferences.select_related("package").order_by("number"))


def conference(row: Case) -> CaseConference | None:
    """Return a case's newest conference."""
    return row.conferences.order_by("-number").first()


def acts(row: Case) -> list[CaseAct]:
    """Return what was done in a case, in its order."""
    return list(row.acts.order_by("pk"))


def heard(row: Case) -> tuple[int, int]:
    """Return how many firms were asked in the newest round and how many of them replied."""
    newest = round_of(row)
    asked = row.questions.filter(round=newest)
    return asked.count(), asked.filter(reply__isnull=False).count()


def round_of(row: Case) -> int:
    """Return the number of the newest round of questions, 0 before the first."""
    newest = row.questions.order_by("-round").values_list("round", flat=True).first()
    return newest or 0


def access_evidence(reader: Holder, case_id: uuid.UUID, number: int) -> CaseEvidence:
    """Return a piece of evidence to a supervisor; else 404."""
    queries.as_regulator(reader)
    row = CaseEvidence.objects.filter(case_id=case_id, number=number).first()
    if row is None:
        raise Http404
    return row


def access_reply(reader: Holder, case_id: uuid.UUID, question_id: uuid.UUID) -> CaseReply:
    """Return a firm's reply that has a file to a supervisor; else 404."""
    queries.as_regulator(reader)
    row = CaseReply.objects.filter(question_id=question_id, question__case_id=case_id).exclude(sha256="")
    found = row.first()
    if found is None:
        raise Http404
    return found


def access_package(reader: Holder, case_id: uuid.UUID, sha256: str) -> CasePackage:
    """Return a hand-over package to a supervisor; else 404."""
    queries.as_regulator(reader)
    row = CasePackage.objects.filter(case_id=case_id, sha256=sha256).first()
    if row is None:
        raise Http404
    return row


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence as one firm sees it: a flag's snapshot rendered for it (`data`), a file as it is.

    The handler's own note of a file is no part of it; the hash is of what the firm sees.
    """

    number: int
    source: Source
    name: str
    alert: Alert | None
    sha256: str
    size: int
    data: bytes | None = None


def shown_to(case_id: uuid.UUID, firm: str, numbers: Sequence[int]) -> list[Shown]:
    """Return the numbered evidence of a case as a firm sees it, without the flags that do not tie it."""
    rows = CaseEvidence.objects.filter(case_id=case_id, number__in=list(numbers))
    pieces = rows.select_related("alert__indication", "alert__lot").order_by("number")
    found = (_shown(piece, firm) for piece in pieces)
    return [piece for piece in found if piece is not None]


def _shown(piece: CaseEvidence, firm: str) -> Shown | None:
    if piece.alert is None:
        return Shown(piece.number, Source.FILE, piece.name, None, piece.sha256, piece.size)
    frozen = canonical.from_bytes(storage.get(piece.sha256))
    if not showing.ties(frozen, firm):
        return None
    data = canonical.to_bytes(showing.for_firm(frozen, firm))
    name = f"{piece.alert.kind}-{piece.number}.json"
    return Shown(piece.number, Source.ALERT, name, piece.alert, canonical.sha256(data), len(data), data=data)


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What a firm is asked, as its bidder's seats see it: its own question and its own reply."""

    question: CaseQuestion
    reply: CaseReply | None
    lots: tuple[LotRecord, ...]
    open: bool


def access_questions(reader: Holder) -> list[AskedLine]:
    """Return what a bidder's firm was asked, newest first; 404 for every other kind of seat."""
    _bidder(reader)
    rows = CaseQuestion.objects.filter(firm=reader.organisation.credit_code)
    return [_asked(row) for row in rows.select_related("case", "reply").order_by("-at", "pk")]


def access_question(reader: Holder, question_id: uuid.UUID) -> AskedLine:
    """Return what a bidder's own firm was asked; 404 for everybody else."""
    _bidder(reader)
    rows = CaseQuestion.objects.filter(pk=question_id, firm=reader.organisation.credit_code)
    row = rows.select_related("case", "reply").first()
    if row is None:
        raise Http404
    return _asked(row)


def shown(line: AskedLine) -> list[Shown]:
    """Return the evidence that a firm is shown with its question."""
    asked = line.question
    return shown_to(asked.case_id, asked.firm, asked.shown)


def access_shown(reader: Holder, question_id: uuid.UUID, number: int) -> Shown:
    """Return a piece of evidence that a bidder's own firm is shown; 404 for everybody else."""
    for piece in shown(access_question(reader, question_id)):
        if piece.number == number:
            return piece
    raise Http404


def _bidder(reader: Holder) -> None:
    if reader.kind is not SeatKind.BIDDER:
        raise Http404


def _asked(row: CaseQuestion) -> AskedLine:
    alerts = Alert.objects.filter(cases__case_id=row.case_id).select_related("indication", "run")
    lines = list(queries.with_lots(alerts.order_by("raised_at", "pk")))
    concerned = {line.lot.id: line.lot for line in lines if _concerns(line, row.firm)}
    reply = getattr(row, "reply", None)
    newest = row.round == round_of(row.case)
    waits = reply is None and newest and row.case.status == CaseState.HEARING
    return AskedLine(row, reply, tuple(concerned.values()), open=waits)


def _concerns(line: AlertLine, firm: str) -> bool:
    """Tell whether an alert touches a firm, so that it learns of no lot in which it has no part."""
    return firm in line.members or (
        line.alert.kind == Alert.Kind.STATISTICAL and firm in queries.prices(line.lot.id)
    )


def waiting(reader: Holder, *, now: datetime) -> list[CaseLine]:
    """Return the cases that have not ended, for a supervisor's workbench, oldest first."""
    queries.as_regulator(reader)
    rows = Case.objects.exclude(status__in=ENDED).order_by("proposed_at", "pk")
    return [line_of(row, reader, now=now) for row in rows]


def labels() -> list[tuple[uuid.UUID, bool]]:
    """Return (lot, whether a closed case confirmed the suspicion) by lot, for learning; a confirmed case counts first.

    Lots whose cases were only handed over are left out: what became of them is decided elsewhere.
    """
    rows = Case.objects.filter(status=CaseState.CLOSED, outcome__in=list(LABEL_OUTCOMES))
    found: dict[uuid.UUID, bool] = {}
    for lot_id, outcome in rows.order_by("closed_at", "pk").values_list("alerts__alert__lot_id", "outcome"):
        if lot_id is not None:
            found[lot_id] = found.get(lot_id, False) or LABEL_OUTCOMES[Outcome(outcome)]
    return sorted(found.items(), key=lambda each: str(each[0]))
