"""Names of codes for the pages of evaluation."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext

from evaluation.domain import names

register = template.Library()
TABLES: Mapping[str, Mapping[str, str]] = {
    "session": names.SESSION,
    "invitation": names.INVITATIONS,
    "member": names.MEMBERS,
    "kind": names.KINDS,
    "change": names.CHANGES,
    "fault": names.FAULTS,
    "stage": names.STAGES,
    "sme": names.SMES,
    "ground": names.GROUNDS,
    "exclusion": names.EXCLUSIONS,
    "skip": names.SKIPS,
    "interest": names.INTERESTS,
    "step": names.STEPS,
    "check_fact": names.CHECK_FACTS,
    "measure": names.MEASURES,
    "draw_reason": names.DRAW_REASONS,
}


@register.filter
def called(code: str, table: str) -> str:
    """Return what a code of an evaluation is called in the reader's language; an unknown one is shown as it is."""
    found = TABLES[table].get(code)
    return gettext(found) if found else str(code)


@register.filter
def firms(text: str, known: Mapping[str, str]) -> str:
    """Return a list of bids, written as ids with commas, by the names of their bidders; other text as it stands."""
    return ", ".join(known.get(each, each) for each in str(text).split(", "))


@register.filter
def toned(state: str) -> str:
    """Return the tone in which a state of a sitting, a call or a member is shown."""
    return names.TONES.get(state, "info")
