"""The timetable of a lot as `<c-timeline>` draws it."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext as _

from portal import times
from tender.domain import instants
from tender.domain.timetable import Milestone, MilestoneState

register = template.Library()
STATES = {
    MilestoneState.PAST: "done",
    MilestoneState.NEXT: "next",
    MilestoneState.OPEN: "current",
    MilestoneState.MISSED: "late",
    MilestoneState.BLOCKED: "paused",
    MilestoneState.UNKNOWN: "next",
}


@register.simple_tag
def timeline(milestones: Iterable[Milestone]) -> list[dict[str, Any]]:
    """Return the items of a drawn timetable."""
    return [
        {
            "title": _(each.title),
            "state": "late" if each.late else STATES[each.state],
            "at": each.done_at or each.planned_at,
            "note": _note(each),
            "rule": each.rule,
        }
        for each in milestones
    ]


def _note(each: Milestone) -> str:
    if each.missing_year is not None:
        return _("holidays of %(year)s not announced") % {"year": each.missing_year}
    if each.late:
        return (
            _("late: due by %(end)s") % {"end": times.told(instants.until(each.latest))}
            if each.latest
            else ""
        )
    if each.done_at is not None or each.planned_at is not None:
        return ""
    if each.latest is not None:
        end = instants.clock(each.latest) if each.closed else instants.until(each.latest)
        return _("until %(end)s") % {"end": times.told(end)}
    if each.earliest is not None:
        return _("not before %(start)s") % {"start": times.told(instants.clock(each.earliest))}
    return ""
