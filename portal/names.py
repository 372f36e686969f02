"""Every code that pages show, with its name in the reader's language, and the tone in which a state is shown."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop as _

from accounts.domain import names as accounts
from bidding.domain import names as bidding
from deposits.domain import wording as deposits
from evaluation.domain import names as evaluation
from monitoring.domain import case_names, names as monitoring
from tender.domain import names as tender
from tender.domain.lifecycle import LotState

PURPOSES: Mapping[str, str] = {
    "award": _("Notice of award"),
    "contract": _("Contract"),
    "opening-record": _("Opening record"),
    "evaluation-report": _("Evaluation report"),
    "score-sheet": _("Score sheet"),
    "fault-decision": _("Decision about a fault"),
}
CLOCK_REASONS: Mapping[str, str] = {
    "jump": _("the clock jumped"),
    "differs": _("the clock differs from the system's"),
    "stale": _("the clock was not sampled"),
}
TERMS: Mapping[str, str] = {
    "estimate": _("the estimate or budget"),
    "ceiling": _("the ceiling price"),
    "ceiling_method": _("how the ceiling is computed"),
}
SHARED: Mapping[str, str] = {"none": _("none"), "system": _("the platform itself")}

NAMES: Mapping[str, Mapping[str, str]] = {
    "seat": accounts.SEATS,
    "size": accounts.SIZES,
    "purpose": PURPOSES,
    "clock": CLOCK_REASONS,
    "term": TERMS,
    "state": tender.STATES,
    "lever": tender.LEVERS,
    "regime": tender.REGIMES,
    "category": tender.CATEGORY_NAMES,
    "item_kind": tender.ITEM_KIND_NAMES,
    "role": tender.ROLE_NAMES,
    "formula": tender.FORMULAS,
    "mode": tender.MODES,
    "part": tender.PARTS,
    "deposit_form": tender.DEPOSIT_FORMS,
    "tie": tender.TIES,
    "pause": tender.PAUSE_REASONS,
    "objection": tender.OBJECTION_KINDS,
    "objection_state": tender.OBJECTION_STATES,
    "publication": tender.PUBLICATIONS,
    "addendum_topic": tender.ADDENDUM_TOPICS,
    "milestone": tender.MILESTONE_STATES,
    "unit": tender.UNIT_NAMES,
    "breach": tender.BREACHES,
    "confidence": tender.CONFIDENCES,
    "finding": monitoring.ITEMS,
    "finding_kind": monitoring.EVIDENCE,
    "finding_fact": monitoring.FACTS,
    "finding_value": monitoring.VALUES,
    "finding_field": monitoring.FIELDS,
    "explanation": monitoring.EXEMPTIONS,
    "explanation_result": monitoring.RESULTS,
    "case_state": case_names.CASE_STATES,
    "deposit_state": deposits.STATES,
    "deposit_ground": deposits.GROUNDS,
    "deposit_answer": deposits.STANDINGS,
    "session": evaluation.SESSION,
    "member_state": evaluation.MEMBERS,
    "invitation": evaluation.INVITATIONS,
    "action": evaluation.ACTIONS,
    "fault": evaluation.FAULTS,
    "change": evaluation.CHANGES,
    "member_kind": evaluation.KINDS,
    "stage": evaluation.STAGES,
    "ground": evaluation.GROUNDS,
    "passed_over": evaluation.PASSED_OVER,
    **bidding.TABLES,
}

TONES: Mapping[str, str] = {
    LotState.DRAFT: "neutral",
    LotState.REVIEWED: "info",
    LotState.PUBLISHED: "info",
    LotState.CLOSED: "info",
    LotState.OPENING: "live",
    LotState.AWARDED: "ok",
    LotState.CONTRACTED: "ok",
    LotState.PERFORMING: "ok",
    LotState.ARCHIVED: "ok",
    LotState.FAILED: "bad",
    LotState.CANCELLED: "bad",
    LotState.AWARD_VOID: "bad",
}


def name_of(code: str, *kinds: str) -> str:
    """Return a code's name in the active language, from the first of some tables that knows it, else the code."""
    known = (NAMES.get(kind, {}).get(code) for kind in kinds)
    found = next((name for name in known if name), SHARED.get(code))
    return gettext(found) if found else str(code)


def tone_of(state: str) -> str:
    """Return the tone in which a lot's state is shown."""
    return TONES.get(state, "info")
