"""How a refusal is told: its rule, article, one plain sentence, what was measured, what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel import clock
from kernel.domain.refusals import Refused, RefusedError
from kernel.pages import refusals_of
from portal import error_words, rulebook, sentences, times
from portal.names import name_of
from portal.rule_words import listed

KINDS: Mapping[str, tuple[str, ...]] = {
    "status": ("state", "objection_state"),
    "step": ("lever",),
    "seat": ("seat",),
    "wanted": ("seat", "role"),
    "duties": ("seat",),
    "role": ("role",),
    "roles": ("role",),
    "clash": ("role",),
    "form": ("deposit_form",),
    "allowed": ("deposit_form", "deposit_ground", "change"),
    "formula": ("formula",),
    "known": ("formula", "category", "mode", "part", "tie"),
    "stated": ("category", "mode", "part", "tie", "role"),
    "category": ("category",),
    "regime": ("regime",),
    "formula_regime": ("regime",),
    "lot_regime": ("regime",),
    "part": ("part",),
    "stated_by": ("term",),
    "changed": ("addendum_topic",),
    "ground": ("passed_over", "deposit_ground", "ground"),
    "grounds": ("passed_over",),
    "reason": ("change",),
    "what": ("publication",),
    "session": ("session",),
    "session_wanted": ("session",),
    "action": ("action",),
    "member_at": ("member_state",),
    "invitation": ("invitation",),
    "fault": ("fault",),
    "hall_step": ("hall_step",),
    "request": ("hall_request",),
    "word": ("hall_answer",),
    "outcome": ("outcome",),
    "proposed": ("outcome",),
    "state": ("bid_state", "deposit_state", "deposit_answer"),
    "mode": ("mode",),
    "case_state": ("case_state",),
}
"""Which tables of names a fact's codes are found in, the first that knows a code before the others."""
MESSAGE_IDS = frozenset({"act", "anchor", "unit", "cause"})
"""Facts whose values are message ids themselves."""


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal in the reader's language; `facts` name -> text, `url` the page of its rule or ""."""

    rule: str
    title: str
    article: str
    sentence: str
    facts: dict[str, str]
    next: str
    url: str


def refusal_view(refusal: Refused) -> Told:
    """Return a refusal for a page."""
    facts = {name: _value(name, str(value)) for name, value in refusal.facts.items()}
    rule = rulebook.find(refusal.rule, now=clock.now())
    advice = sentences.NEXT.get(refusal.reason, "")
    return Told(
        rule=refusal.rule,
        title=rule.title if rule else "",
        article=rule.source if rule else "",
        sentence=_sentence(refusal.reason, facts),
        facts={_(sentences.FACTS.get(name, name)): text for name, text in facts.items() if text},
        next=_(advice) if advice else "",
        url=reverse("rule", args=[refusal.rule]) if rule else "",
    )


def refusal_json(refusal: Refused) -> dict[str, Any]:
    """Return a refusal for the API: codes for programs, words for the people behind them."""
    told = refusal_view(refusal)
    return {
        "rule": refusal.rule,
        "reason": refusal.reason,
        "facts": dict(refusal.facts),
        "article": told.article,
        "title": told.title,
        "sentence": told.sentence,
        "next": told.next,
    }


def error_json(error: RefusedError) -> dict[str, Any]:
    """Return all that an action refused: the first refusal, and the whole list under `refusals`."""
    found = [refusal_json(each) for each in refusals_of(error)]
    return {**found[0], "refusals": found}


def _sentence(reason: str, facts: Mapping[str, str]) -> str:
    """Return the first sentence of a reason whose facts are all there."""
    known = sentences.SENTENCES.get(reason, ())
    for message in (known,) if isinstance(known, str) else known:
        try:
            return _(message) % facts
        except KeyError:
            continue
    return _(sentences.FALLBACK)


def _value(name: str, text: str) -> str:
    if name in MESSAGE_IDS:
        return _(text) if text else ""
    kinds = KINDS.get(name)
    if name == "why":
        return error_words.told(text)
    if kinds is None:
        return times.told(name_of(text))
    return listed([name_of(code, *kinds) for code in text.split(", ")])
