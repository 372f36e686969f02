"""Signed documents for readers: each member of the JSON on a line of its own, with a name and a readable value."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _, gettext_noop

from kernel.domain import canonical
from portal.names import name_of
from portal.templatetags.parts import moment

register = template.Library()
MEMBERS = {
    "domain": gettext_noop("kind of document"),
    "tender": gettext_noop("tender"),
    "lot": gettext_noop("lot"),
    "notice": gettext_noop("hash of the notice"),
    "result": gettext_noop("hash of the result"),
    "award": gettext_noop("hash of the notice of award"),
    "procuring_entity": gettext_noop("procuring entity"),
    "bidder": gettext_noop("bidder"),
    "winner": gettext_noop("winner"),
    "bid": gettext_noop("bid"),
    "name": gettext_noop("name"),
    "credit_code": gettext_noop("credit code"),
    "price": gettext_noop("price"),
    "price_words": gettext_noop("price in capital numerals"),
    "period_days": gettext_noop("period in days"),
    "quality": gettext_noop("quality"),
    "terms": gettext_noop("further terms"),
    "issued_at": gettext_noop("issued at"),
    "prepared_at": gettext_noop("prepared at"),
    "published_at": gettext_noop("published at"),
    "until": gettext_noop("until"),
    "candidates": gettext_noop("candidates"),
    "passed_over": gettext_noop("passed over"),
    "ground": gettext_noop("ground"),
    "rank": gettext_noop("rank"),
    "answer": gettext_noop("answer"),
    "answered_at": gettext_noop("answered at"),
    "answered_by": gettext_noop("answered by"),
    "asked_at": gettext_noop("asked at"),
    "asked_by": gettext_noop("asked by"),
    "at": gettext_noop("time"),
    "cause": gettext_noop("cause"),
    "checks": gettext_noop("checks"),
    "clarifications": gettext_noop("questions to bidders"),
    "clause": gettext_noop("clause"),
    "closing": gettext_noop("hash of the closing list"),
    "confirmations": gettext_noop("word of the bidders"),
    "dissent": gettext_noop("dissenting opinions"),
    "ended_at": gettext_noop("ended at"),
    "evaluated": gettext_noop("evaluated price"),
    "explanation": gettext_noop("explanation"),
    "fault": gettext_noop("fault"),
    "in": gettext_noop("new member"),
    "indication": gettext_noop("indication"),
    "item": gettext_noop("item"),
    "items": gettext_noop("marks by bid and item"),
    "keep": gettext_noop("keeps the bid"),
    "kind": gettext_noop("kind"),
    "leader": gettext_noop("leader"),
    "made_at": gettext_noop("made at"),
    "member": gettext_noop("member"),
    "members": gettext_noop("members of the committee"),
    "number": gettext_noop("number"),
    "objections": gettext_noop("objections"),
    "out": gettext_noop("former member"),
    "outcome": gettext_noop("outcome"),
    "page": gettext_noop("page"),
    "pauses": gettext_noop("pauses and extensions"),
    "question": gettext_noop("question"),
    "raised_at": gettext_noop("raised at"),
    "ranking": gettext_noop("ranking"),
    "reason": gettext_noop("reason"),
    "reject": gettext_noop("reject the bid"),
    "rejected": gettext_noop("rejected bids"),
    "replacements": gettext_noop("replaced members"),
    "rule": gettext_noop("rule"),
    "rulings": gettext_noop("views on indications"),
    "score": gettext_noop("mark"),
    "scores": gettext_noop("hash of the scores"),
    "site": gettext_noop("site"),
    "stage": gettext_noop("stage"),
    "strengths": gettext_noop("strengths"),
    "supersedes": gettext_noop("replaces"),
    "table": gettext_noop("hash of the opening table"),
    "text": gettext_noop("text"),
    "total": gettext_noop("total"),
    "totals": gettext_noop("totals"),
    "upheld": gettext_noop("upheld"),
    "votes": gettext_noop("votes"),
    "weaknesses": gettext_noop("weaknesses"),
}
CODES = {
    "answer": ("confirmation", "hall_answer"),
    "cause": ("fault_cause",),
    "fault": ("fault",),
    "ground": ("ground", "passed_over"),
    "kind": ("member_kind", "hall_request"),
    "outcome": ("outcome",),
    "reason": ("change",),
    "stage": ("stage",),
}
"""Members whose value may be a code, with the tables of its name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: how deep it lies, what it is called, what it says."""

    depth: int
    label: str
    text: str


@register.simple_tag
def readable(document: bytes) -> list[Line]:
    """Return the lines of a canonical JSON document."""
    return _lines(canonical.from_bytes(bytes(document)), 0)


def _lines(value: Any, depth: int) -> list[Line]:
    if isinstance(value, dict):
        rows = [
            (_(MEMBERS[name]) if name in MEMBERS else name.replace("_", " "), each, CODES.get(name, ()))
            for name, each in value.items()
        ]
    else:
        rows = [(str(number), each, ()) for number, each in enumerate(value, start=1)]
    found = []
    for label, each, tables in rows:
        if isinstance(each, dict | list) and each:
            found += [Line(depth, label, ""), *_lines(each, depth + 1)]
        else:
            found.append(Line(depth, label, _text(each, tables)))
    return found


def _text(value: Any, tables: tuple[str, ...]) -> str:
    if value is None or value in ([], {}):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    try:
        return moment(canonical.parse_instant(str(value)))
    except canonical.NotCanonicalError:
        return name_of(str(value), *tables) if tables else str(value)
