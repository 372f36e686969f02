"""What the codes of a tender are called on pages, as English message ids; one table for each kind of code."""

from collections.abc import Mapping

from tender.domain.document import CATEGORIES, ITEM_KINDS, ROLES
from tender.domain.lifecycle import PAUSES, Lever, LotState, ObjectionState
from tender.domain.objections import Kind
from tender.domain.rules import Breach, Confidence, Regime, Unit
from tender.domain.timetable import MilestoneState
from tender.domain.wording import gettext_noop as _

STATES: Mapping[str, str] = {
    LotState.DRAFT: _("Draft"),
    LotState.REVIEWED: _("Approved, not published"),
    LotState.PUBLISHED: _("Open for bids"),
    LotState.CLOSED: _("Closed for bids"),
    LotState.OPENING: _("Opening in progress"),
    LotState.OPENED: _("Bids opened"),
    LotState.EVALUATING: _("In evaluation"),
    LotState.EVALUATED: _("Evaluated"),
    LotState.CANDIDATES_PUBLIC: _("Candidates public"),
    LotState.DECIDING: _("Winner to be determined"),
    LotState.RESULT_PUBLIC: _("Result public"),
    LotState.AWARDED: _("Awarded"),
    LotState.CONTRACTED: _("Contract signed"),
    LotState.PERFORMING: _("In performance"),
    LotState.ARCHIVED: _("Archived"),
    LotState.FAILED: _("Failed"),
    LotState.CANCELLED: _("Cancelled"),
    LotState.AWARD_VOID: _("Award void"),
}

LEVERS: Mapping[str, str] = {
    Lever.REVIEW: _("approve the document"),
    Lever.RETURN_TO_DRAFT: _("send the document back"),
    Lever.PUBLISH: _("publish the notice"),
    Lever.CLOSE: _("close for bids"),
    Lever.BEGIN_OPENING: _("begin the opening"),
    Lever.FINISH_OPENING: _("finish the opening"),
    Lever.BEGIN_EVALUATION: _("begin the evaluation"),
    Lever.SIGN_REPORT: _("sign the report"),
    Lever.PUBLISH_CANDIDATES: _("publish the candidates"),
    Lever.DELIVER_REPORT: _("deliver the report"),
    Lever.END_PUBLICATION: _("end the publication"),
    Lever.RE_EVALUATE: _("evaluate again"),
    Lever.PUBLISH_RESULT: _("publish the result"),
    Lever.ISSUE_NOTICE: _("issue the notice of award"),
    Lever.SIGN_CONTRACT: _("sign the contract"),
    Lever.BEGIN_PERFORMANCE: _("begin the performance"),
    Lever.ARCHIVE: _("archive"),
    Lever.FAIL: _("declare failed"),
    Lever.CANCEL: _("cancel the lot"),
    Lever.VOID_AWARD: _("void the award"),
}

REGIMES: Mapping[str, str] = {
    Regime.T: _("Tendering Law"),
    Regime.G: _("Government Procurement Law"),
}

CATEGORY_NAMES: Mapping[str, str] = dict(
    zip(CATEGORIES, (_("Works"), _("Goods"), _("Services"), _("Survey and design")), strict=True)
)

ITEM_KIND_NAMES: Mapping[str, str] = dict(zip(ITEM_KINDS, (_("objective"), _("subjective")), strict=True))

ROLE_NAMES: Mapping[str, str] = dict(
    zip(
        ROLES,
        (
            _("Procuring entity or agency"),
            _("Trading centre"),
            _("Independent third"),
            _("Independent fourth"),
            _("Independent fifth"),
        ),
        strict=True,
    )
)

FORMULAS: Mapping[str, str] = {
    "mean_benchmark": _("Mean benchmark"),
    "composite_benchmark": _("Composite benchmark"),
    "interval_table": _("Interval table"),
    "evaluated_price": _("Evaluated price, reasonable lowest"),
    "lowest_price": _("Lowest price has full marks"),
    "lowest_evaluated_price": _("Lowest evaluated price"),
}

MODES: Mapping[str, str] = {
    "consent": _("With each bidder's consent"),
    "custodians": _("By the custodians alone"),
}

PARTS: Mapping[str, str] = {
    "opening": _("Opening form"),
    "pricing": _("Bill of quantities"),
    "documents": _("Documents"),
}

DEPOSIT_FORMS: Mapping[str, str] = {
    "guarantee": _("Electronic guarantee"),
    "transfer": _("Bank transfer"),
    "cheque": _("Cheque"),
    "cash": _("Cash"),
}

TIES: Mapping[str, str] = {
    "price": _("lower price"),
    "technical": _("more technical marks"),
    "seal": _("earlier seal"),
    "draw": _("draw"),
}

PAUSE_REASONS: Mapping[str, str] = {reason.value: rule.cause for reason, rule in PAUSES.items()}

OBJECTION_KINDS: Mapping[str, str] = {
    Kind.DOCUMENT: _("the tender document"),
    Kind.OPENING: _("the opening"),
    Kind.PROCESS: _("a step of the procedure"),
    Kind.RESULT: _("the result"),
}

OBJECTION_STATES: Mapping[str, str] = {
    ObjectionState.FILED: _("filed"),
    ObjectionState.OPEN: _("waits for an answer"),
    ObjectionState.ANSWERED: _("answered"),
    ObjectionState.OPINION: _("late, taken as an opinion"),
    ObjectionState.WITHDRAWN: _("withdrawn"),
}

PUBLICATIONS: Mapping[str, str] = {
    "candidates": _("Candidates"),
    "result": _("Result"),
    "award": _("Notice of award"),
    "contract": _("Contract"),
}

ADDENDUM_TOPICS: Mapping[str, str] = {
    "subject": _("the subject of the procurement"),
    "qualification": _("the qualification of bidders"),
}

MILESTONE_STATES: Mapping[str, str] = {
    MilestoneState.PAST: _("done"),
    MilestoneState.NEXT: _("to come"),
    MilestoneState.OPEN: _("now"),
    MilestoneState.MISSED: _("overdue"),
    MilestoneState.BLOCKED: _("paused"),
    MilestoneState.UNKNOWN: _("unknown until the year's holidays are announced"),
}

UNIT_NAMES: Mapping[str, str] = {
    Unit.DAYS: _("days"),
    Unit.WORKING_DAYS: _("working days"),
    Unit.HOURS: _("hours"),
    Unit.MINUTES: _("minutes"),
    Unit.YEARS: _("years"),
    Unit.COUNT: "",
    Unit.PLACES: _("decimals"),
    Unit.RATE: "",
    Unit.YUAN: _("yuan"),
    Unit.MARKS: _("marks"),
    Unit.FRACTION: "",
    Unit.FLAG: "",
    Unit.CODE: "",
    Unit.CODES: "",
}

BREACHES: Mapping[str, str] = {
    Breach.REFUSE: _("An act that breaks this rule is refused."),
    Breach.RECORD: _("An act that breaks this rule is done all the same and recorded as a breach."),
    Breach.ADVISE: _("This rule advises; it refuses nothing."),
}

CONFIDENCES: Mapping[str, str] = {
    Confidence.READ: _("taken from the text of the law"),
    Confidence.MEMORY: _("not yet checked against the text of the law"),
    Confidence.PRACTICE: _("practice of this platform, without force of law"),
}
