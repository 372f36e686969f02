"""Lines of the hall's log: written by the server, and as templates that the page's script fills alike."""

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from bidding.domain import names
from bidding.queries.stage import Stage
from kernel.domain import canonical
from kernel.live import Announcement
from tender.domain.names import ROLE_NAMES

register = template.Library()
FIRST = {
    "names": ("names", "custody"),
    "consent": ("names", "custody"),
    "coefficients": ("draws",),
    "release": ("custody", "draws"),
    "objections": ("objections", "readout"),
    "ended": ("files",),
}
KIT = "yangguang-kit"
CONTRIBUTORS = {"witness": "centre", "host": "procuring_entity", "supervisor": "supervisor"}
_FIELD = re.compile(r"%\((\w+)\)s")
_TABLES = {**names.TABLES, "role": ROLE_NAMES}


@register.simple_tag
def said(event: Announcement) -> str:
    """Return what an event says, "" for a kind that the log does not show."""
    known = names.EVENTS.get(event.kind)
    if known is None:
        return ""
    values = {name: _named(known, name, event.data.get(name)) for name in _FIELD.findall(known.sentence)}
    return gettext(known.sentence) % values


@register.simple_tag
def log_templates() -> SafeString:
    """Return one `<template>` for each kind of event, its fields to be filled by the page's script."""
    return format_html_join("", "{}", ((_template(kind, known),) for kind, known in names.EVENTS.items()))


@register.simple_tag
def log_kinds() -> str:
    """Return the kinds of events that the log shows."""
    return " ".join(names.EVENTS)


@register.filter
def enterprise(code: str) -> str:
    """Return the name of an enterprise's size."""
    found = names.ENTERPRISES.get(code)
    return gettext(found) if found else code


def _template(kind: str, known: names.Said) -> SafeString:
    """Return the template of a kind: the sentence in the reader's language around fields."""
    parts = _FIELD.split(gettext(known.sentence))
    body = format_html_join("", "{}", ((_piece(known, place, text),) for place, text in enumerate(parts)))
    return format_html(
        '<template data-kind="{}"><li><time data-field="at" data-format="clock"></time><span>{}</span></li></template>',
        kind,
        body,
    )


def _piece(known: names.Said, place: int, text: str) -> SafeString | str:
    if place % 2 == 0:
        return text
    if text in known.codes:
        return format_html('<b data-field="data.{}" data-words="{}"></b>', text, known.codes[text])
    return format_html('<b data-field="data.{}"></b>', text)


def _named(known: names.Said, name: str, value: Any) -> str:
    found = _TABLES[known.codes[name]].get(str(value)) if name in known.codes else None
    return gettext(found) if found else str(value)


@register.simple_tag
def steps_of(stage: Stage) -> list[dict[str, Any]]:
    """Return the steps of a hall as a drawn timeline."""
    return [
        {"title": gettext(names.HALL_STEPS[step]), "state": state, "at": None, "note": "", "rule": ""}
        for step, state in stage.steps
    ]


@register.simple_tag
def sections_of(stage: Stage) -> list[str]:
    """Return the parts that have something to show, what the step is about first."""
    there = {
        "readout": bool(stage.table),
        "names": bool(stage.names),
        "draws": bool(stage.draws),
        "custody": stage.hall.closing is not None,
        "faults": bool(stage.faults),
        "objections": bool(stage.objections),
        "requests": bool(stage.requests),
        "files": True,
    }
    order = [*FIRST.get(stage.hall.step, ()), *there]
    return [f"bidding/hall/{name}.html" for name in dict.fromkeys(order) if there[name]]


@dataclass(frozen=True, slots=True)
class DrawStep:
    """What a draw of the hall wants of the reader: a title, the rule, and the kit's command."""

    title: str
    rule: str
    command: str


@register.simple_tag
def draw_step(stage: Stage) -> DrawStep | None:
    """Return what a contributor has to do for the draw of the coefficients now."""
    for draw in stage.draws if stage.audience in CONTRIBUTORS else ():
        mine = next(one for one in draw.contributions if one[0] == CONTRIBUTORS[stage.audience])
        _name, committed, known, _how = mine
        if draw.state == "requested" and not committed:
            return _draw_step("commit", gettext("Bind yourself to a value for the draw"), draw.draw, stage)
        if draw.state == "revealing" and committed and not known:
            return _draw_step("reveal", gettext("Reveal your value of the draw"), draw.draw, stage)
    return None


def _draw_step(verb: str, title: str, draw: str, stage: Stage) -> DrawStep:
    command = f"{KIT} draw-{verb} {draw} --server {settings.SITE_URL}"
    return DrawStep(title, stage.rules[f"draw_{verb}_minutes"], command)


@register.simple_tag
def recompute(number: int, stratum: str) -> str:
    """Return the command by which anyone recomputes a draw."""
    return f"python3 verify.py draw draw-{number}-{stratum}.json"


@register.filter
def bid_tone(state: str) -> str:
    """Return the tone in which a bid's state is shown."""
    return names.BID_TONES.get(state, "neutral")


@register.filter
def clock_time(at: str) -> str:
    """Write the time of day of an event in the site's time zone."""
    return f"{timezone.localtime(canonical.parse_instant(at)):%H:%M:%S}"
