"""The documents of an evaluation: signed sheets, scores, report, publication (docs/formats.md section 10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from evaluation.domain.checks import Explanation, Finding
from evaluation.domain.committee import Member
from evaluation.domain.preliminary import Rejection, Vote
from evaluation.domain.scoring import exact
from evaluation.domain.scoring.assess import Assessment, Method
from evaluation.domain.scoring.members import Sheet
from kernel.domain import canonical, money

SCORES = "yangguang/scores/v1"
SHEET = "yangguang/score-sheet/v1"
REPORT = "yangguang/evaluation-report/v1"
CANDIDATES = "yangguang/candidates/v1"


class ReportError(ValueError):
    """Parts that do not make one report; the message says which contradict each other."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged: the lot's notice and its opening table, both as their JSON objects."""

    notice: Mapping[str, Any]
    table: Mapping[str, Any]

    def __post_init__(self) -> None:
        if (self.notice["tender"], self.notice["lot"]) != (self.table["tender"], self.table["lot"]):
            raise ReportError("notice and opening table are of different lots")

    def head(self, domain: str) -> dict[str, Any]:
        """Return the members with which every document of the evaluation begins."""
        return {
            "domain": domain,
            "tender": self.notice["tender"],
            "lot": self.notice["lot"],
            "table": canonical.digest(self.table),
        }

    def opened(self) -> dict[str, Mapping[str, Any]]:
        """Return bid -> line of the opening table, of the opened bids."""
        return {line["bid"]: line for line in self.table["bids"] if line["outcome"] == "opened"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the committee placed a bid where it stands (V-10; 评定分离 wants both sides)."""

    strengths: str
    weaknesses: str


@dataclass(frozen=True, slots=True)
class Dissent:
    """A member's differing opinion in writing; who neither signs nor dissents agrees (V-09)."""

    member: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question of the committee and the bidder's answer, None while or because it did not come (V-02)."""

    bid: str
    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """A change of members: who left on which ground of C-10 and who came."""

    out: str
    into: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the committee made of one indication under 条例 art 40: by hash, upheld or not, with its reason."""

    indication: str
    upheld: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Proceedings:
    """What happened in the session beside the numbers."""

    leader: str
    reasons: Mapping[str, Reason]
    dissent: Sequence[Dissent] = ()
    clarifications: Sequence[Clarification] = ()
    replacements: Sequence[Replacement] = ()
    rulings: Sequence[Ruling] = ()
    findings: Sequence[Finding] = ()
    explanations: Sequence[Explanation] = ()


def score_sheet(
    subject: Subject,
    sheet: Sheet,
    votes: Iterable[Vote],
    *,
    number: int,
    supersedes: str | None,
    made_at: datetime,
) -> dict[str, Any]:
    """Return what one member signs: its votes and scores; a mended sheet is the next number and names the last.

    Raises ReportError when a vote is another member's or the numbering contradicts `supersedes`.
    """
    cast = sorted(votes, key=lambda v: (v.bid, v.clause))
    if stranger := next((vote.member for vote in cast if vote.member != sheet.member), None):
        raise ReportError(f"a vote of {stranger} stands on the sheet of {sheet.member}")
    if number < 1 or (number == 1) != (supersedes is None):
        raise ReportError("the first sheet supersedes none, every later one the sheet before it")
    return subject.head(SHEET) | {
        "member": sheet.member,
        "site": sheet.site,
        "number": number,
        "supersedes": supersedes,
        "votes": [vote.as_json() for vote in cast],
        **_sheet_scores(sheet),
        "made_at": canonical.instant(made_at),
    }


def scores(
    subject: Subject,
    method: Method,
    assessment: Assessment,
    sheets: Mapping[str, Sheet],
    *,
    rejections: Sequence[Rejection],
    tie_draw: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return `scores.json`; `sheets` are keyed by H(score sheet), `tie_draw` is a draw record or None.

    Raises ReportError when ranked, rejected and opened bids do not add up.
    """
    _check_adds_up(subject, assessment, rejections)
    return {
        **subject.head(SCORES),
        "notice": canonical.digest(subject.notice),
        **_price_part(subject, method, assessment),
        "derivation": [step.as_json() for step in assessment.price.steps],
        "items": [
            {"id": i.id, "full": exact.plain(i.full), "kind": i.nature.value, "group": i.group.value}
            for i in method.items
        ],
        "ties": [tie.value for tie in method.ties],
        "tie_draw": None if tie_draw is None else {"draw": tie_draw["draw_id"], "order": tie_draw["order"]},
        "sheets": [
            {"sheet": digest, "member": sheet.member, "site": sheet.site, **_sheet_scores(sheet)}
            for digest, sheet in sorted(sheets.items(), key=lambda pair: pair[1].member)
        ],
        "summary": [row.as_json() for row in assessment.rows],
        "rejected": _rejected(rejections),
    }


def evaluation_report(
    subject: Subject,
    assessment: Assessment,
    scored: Mapping[str, Any],
    members: Sequence[Member],
    proceedings: Proceedings,
    *,
    rejections: Sequence[Rejection],
    candidates: int,
    made_at: datetime,
) -> dict[str, Any]:
    """Return the report that all members sign (V-09, V-10); `scored` is `scores.json`, `candidates` the V-08 value.

    Raises ReportError when the leader or a dissenter is no member, a candidate has no reasons, an explanation
    answers no finding, or shared ranks leave the candidates undecided.
    """
    _check_proceedings(members, proceedings)
    chosen = choose(assessment, candidates)
    if bare := [bid for bid in chosen if bid not in proceedings.reasons]:
        raise ReportError(f"candidate {bare[0]} has no strengths and weaknesses")
    return subject.head(REPORT) | {
        "scores": canonical.digest(scored),
        "members": [
            {
                "member": m.id,
                "kind": m.kind.value,
                "site": m.site,
                "leader": m.id == proceedings.leader,
            }
            for m in sorted(members, key=lambda m: m.id)
        ],
        "rejected": _rejected(rejections),
        "ranking": [_ranked(subject, assessment, row.bid, proceedings.reasons) for row in assessment.rows],
        "candidates": list(chosen),
        **_happened(proceedings),
        "made_at": canonical.instant(made_at),
    }


def publication(
    subject: Subject,
    method: Method,
    assessment: Assessment,
    report: Mapping[str, Any],
    *,
    rejections: Sequence[Rejection],
    published_at: datetime,
    until: datetime,
) -> dict[str, Any]:
    """Return `candidates.json`: with notice and opening table the public re-derives every price score from it.

    It names no member and no member's score. `until` ends the period of T-12, half-open. Raises ReportError
    when the period is empty.
    """
    if until <= published_at:
        raise ReportError("the candidates would be public for no time at all")
    _check_adds_up(subject, assessment, rejections)
    return subject.head(CANDIDATES) | {
        "scores": report["scores"],
        "report": canonical.digest(report),
        **_price_part(subject, method, assessment),
        "valid": sorted(row.bid for row in assessment.rows),
        "rejected": [rejection.as_public_json() for rejection in _ordered(rejections)],
        "candidates": [_candidate(subject, assessment, bid) for bid in report["candidates"]],
        "published_at": canonical.instant(published_at),
        "until": canonical.instant(until),
    }


def choose(assessment: Assessment, count: int) -> tuple[str, ...]:
    """Return the candidates: the first `count` places (V-08); raises ReportError when a shared rank is cut."""
    if count < 1:
        raise ReportError("a report recommends at least one candidate")
    rows = assessment.rows
    if len(rows) > count and rows[count - 1].place.rank == rows[count].place.rank:
        raise ReportError(f"{rows[count - 1].bid} and {rows[count].bid} share a rank; settle the tie first")
    return tuple(row.bid for row in rows[:count])


def _price_part(subject: Subject, method: Method, assessment: Assessment) -> dict[str, Any]:
    price = assessment.price
    return {
        "regime": method.regime,
        "formula": price.formula,
        "parameters": dict(price.parameters),
        "coefficients": list(subject.table["coefficients"]),
        "price_full": None if price.full is None else exact.plain(price.full),
        "basis": [{"bid": bid, "price": money.to_text(value)} for bid, value in price.basis],
        "benchmark": None if price.benchmark is None else exact.plain(price.benchmark),
        "price": [line.as_json() for line in price.lines],
    }


def _sheet_scores(sheet: Sheet) -> dict[str, Any]:
    return {
        "items": [
            {"bid": bid, "item": item, "score": exact.plain(score)}
            for (bid, item), score in sorted(sheet.scores.items())
        ],
        "totals": [{"bid": bid, "total": exact.plain(total)} for bid, total in sorted(sheet.totals.items())],
    }


def _ordered(rejections: Iterable[Rejection]) -> list[Rejection]:
    return sorted(rejections, key=lambda r: (r.bid, r.stage.value, r.clause.id))


def _rejected(rejections: Iterable[Rejection]) -> list[dict[str, Any]]:
    return [rejection.as_json() for rejection in _ordered(rejections)]


def _ranked(
    subject: Subject, assessment: Assessment, bid: str, reasons: Mapping[str, Reason]
) -> dict[str, Any]:
    row, line, opened = assessment.row(bid), assessment.price.line(bid), subject.opened()[bid]
    reason = reasons.get(bid)
    return {
        "rank": row.place.rank,
        "bid": bid,
        "bidder": opened["bidder"],
        "name": opened["name"],
        "price": money.to_text(line.price),
        "evaluated": money.to_text(line.evaluated),
        "total": _text(row.total),
        "strengths": "" if reason is None else reason.strengths,
        "weaknesses": "" if reason is None else reason.weaknesses,
    }


def _candidate(subject: Subject, assessment: Assessment, bid: str) -> dict[str, Any]:
    row, line, opened = assessment.row(bid), assessment.price.line(bid), subject.opened()[bid]
    return {
        "rank": row.place.rank,
        "bid": bid,
        "bidder": opened["bidder"],
        "name": opened["name"],
        "price": money.to_text(line.price),
        "period_days": opened["fields"]["period_days"],
        "quality": opened["fields"]["quality"],
        "total": _text(row.total),
    }


def _happened(proceedings: Proceedings) -> dict[str, Any]:
    answers = {answer.finding: answer for answer in proceedings.explanations}
    instant = canonical.instant
    return {
        "dissent": [{"member": d.member, "text": d.text, "at": instant(d.at)} for d in proceedings.dissent],
        "clarifications": [
            {
                "bid": c.bid,
                "question": c.question,
                "asked_at": instant(c.asked_at),
                "answer": c.answer,
                "answered_at": None if c.answered_at is None else instant(c.answered_at),
            }
            for c in proceedings.clarifications
        ],
        "replacements": [
            {"out": r.out, "in": r.into, "reason": r.reason, "at": instant(r.at)}
            for r in proceedings.replacements
        ],
        "rulings": [
            {"indication": r.indication, "upheld": r.upheld, "reason": r.reason} for r in proceedings.rulings
        ],
        "checks": [
            finding.as_json()
            | {"explanation": answers[finding.id].as_json() if finding.id in answers else None}
            for finding in proceedings.findings
        ],
    }


def _check_adds_up(subject: Subject, assessment: Assessment, rejections: Iterable[Rejection]) -> None:
    ranked, rejected = {row.bid for row in assessment.rows}, {rejection.bid for rejection in rejections}
    if both := ranked & rejected:
        raise ReportError(f"bid {min(both)} is ranked and rejected at once")
    if odd := (ranked | rejected) ^ set(subject.opened()):
        raise ReportError(f"bid {min(odd)} was not opened, or is neither ranked nor rejected")


def _check_proceedings(members: Sequence[Member], proceedings: Proceedings) -> None:
    ids = {member.id for member in members}
    if proceedings.leader not in ids:
        raise ReportError(f"the leader {proceedings.leader} is no member")
    if stranger := next((d.member for d in proceedings.dissent if d.member not in ids), None):
        raise ReportError(f"{stranger} dissents without being a member")
    known = {finding.id for finding in proceedings.findings}
    if stray := next((e.finding for e in proceedings.explanations if e.finding not in known), None):
        raise ReportError(f"an explanation answers no finding: {stray}")


def _text(value: Decimal | None) -> str | None:
    return None if value is None else exact.plain(value)
