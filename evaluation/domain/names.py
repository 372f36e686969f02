"""What the codes of an evaluation are called on pages, as English message ids; one table for each kind of code."""

from collections.abc import Mapping

from evaluation.domain.avoidance import Reason
from evaluation.domain.checks import Fault
from evaluation.domain.committee import Change, Kind
from evaluation.domain.lifecycle import (
    InvitationLever,
    InvitationState,
    MemberLever,
    MemberState,
    SessionLever,
    SessionState,
)
from evaluation.domain.scoring.values import Sme, Stage
from kernel.domain.draw import SkipReason
from tender.domain.wording import gettext_noop as _

SESSION: Mapping[str, str] = {
    SessionState.PREPARING: _("The committee assembles"),
    SessionState.DECLARED: _("All have declared; the leader is elected"),
    SessionState.LEADER: _("Led; the comparison of the bids is read"),
    SessionState.PRELIMINARY: _("First review"),
    SessionState.COMPETITION: _("Competition is judged"),
    SessionState.SCORING: _("Scoring"),
    SessionState.CHECKING: _("Summed up and checked"),
    SessionState.SIGNING: _("The report is being signed"),
    SessionState.SIGNED: _("The report is signed"),
    SessionState.FAILED: _("Ended without a report"),
}

INVITATIONS: Mapping[str, str] = {
    InvitationState.PENDING: _("in reserve"),
    InvitationState.NOTIFYING: _("called, not answered yet"),
    InvitationState.CONFIRMED: _("call accepted"),
    InvitationState.DECLINED: _("call declined"),
    InvitationState.UNREACHED: _("not reached"),
    InvitationState.SIGNED_IN: _("signed in"),
    InvitationState.ABSENT: _("absent"),
    InvitationState.EVALUATING: _("evaluating"),
    InvitationState.COMPLETED: _("completed"),
    InvitationState.REPLACED: _("replaced"),
    InvitationState.RATED: _("rated"),
}

MEMBERS: Mapping[str, str] = {
    MemberState.SEATED: _("signed in"),
    MemberState.DECLARED: _("has declared"),
    MemberState.VOTED: _("has voted"),
    MemberState.SCORED: _("has handed in the score sheet"),
    MemberState.SIGNED: _("has signed the report"),
    MemberState.DISSENTED: _("dissents in writing"),
    MemberState.DEEMED: _("counts as agreeing"),
    MemberState.REPLACED: _("has left"),
}

ACTIONS: Mapping[str, str] = {
    SessionLever.DECLARE: _("declare"),
    SessionLever.ELECT: _("elect the leader"),
    SessionLever.BEGIN_REVIEW: _("begin the first review"),
    SessionLever.CONCLUDE_REVIEW: _("conclude the first review"),
    SessionLever.TOO_FEW: _("judge competition"),
    SessionLever.COMPETITION_LEFT: _("go on with the bids that are left"),
    SessionLever.REJECT_ALL: _("reject all bids"),
    SessionLever.SUM_UP: _("sum up"),
    SessionLever.MEND: _("mend a score sheet"),
    SessionLever.REPORT: _("lay the report"),
    SessionLever.REOPEN: _("open the report again"),
    SessionLever.FINISH: _("finish the evaluation"),
    SessionLever.REPLACE_MEMBER: _("replace a member"),
    SessionLever.CANCEL: _("end the sitting"),
    MemberLever.VOTE: _("cast the votes"),
    MemberLever.SCORE: _("hand in the score sheet"),
    MemberLever.SIGN: _("sign the report"),
    MemberLever.DISSENT: _("dissent"),
    MemberLever.DEEM: _("count as agreeing"),
    MemberLever.RENEW: _("sign anew"),
    InvitationLever.ACCEPT: _("accept"),
    InvitationLever.DECLINE: _("decline"),
}

KINDS: Mapping[str, str] = {
    Kind.EXPERT: _("expert"),
    Kind.REPRESENTATIVE: _("representative of the procuring entity"),
}

CHANGES: Mapping[str, str] = {
    Change.AVOIDANCE: _("must stay away"),
    Change.LEFT_POST: _("left the post"),
    Change.HEALTH: _("health"),
    Change.WISH: _("own wish"),
}

FAULTS: Mapping[str, str] = {
    Fault.SUM: _("wrong sum"),
    Fault.RANGE: _("outside its range"),
    Fault.OBJECTIVE: _("members differ on a fact"),
    Fault.HIGH: _("abnormally high"),
    Fault.LOW: _("abnormally low"),
}

STAGES: Mapping[str, str] = {
    Stage.PRELIMINARY: _("first review"),
    Stage.DETAILED: _("detailed review"),
}

SMES: Mapping[str, str] = {
    Sme.NONE: _("no policy for small firms"),
    Sme.WHOLE: _("small firm"),
    Sme.SHARE: _("with a share of small firms"),
}

GROUNDS: Mapping[str, str] = {
    "not_signed": _("not sealed and signed as demanded"),
    "no_consortium_agreement": _("a consortium without its agreement"),
    "not_qualified": _("qualification not met"),
    "two_bids": _("two different bids or prices"),
    "below_cost": _("price below cost"),
    "above_ceiling": _("price above the ceiling"),
    "not_responsive": _("no response to a substantive demand"),
    "collusion_or_fraud": _("collusion, fraud or bribery"),
    "no_deposit": _("deposit missing or defective"),
    "period_exceeded": _("completion period exceeded"),
    "off_specification": _("plainly off the technical specification"),
    "packaging": _("packaging or inspection does not match"),
    "conditions": _("conditions that cannot be accepted"),
    "other": _("another breach that the document names"),
}

EXCLUSIONS: Mapping[str, str] = {
    Reason.EMPLOYER: _("works for a party"),
    Reason.FORMER_EMPLOYER: _("worked for a party not long ago"),
    Reason.EMPLOYER_GROUP: _("works in the group of a party"),
    Reason.INTEREST: _("declared an interest in a party"),
    Reason.RELATIVE: _("a near relative is with a party"),
    Reason.REGULATOR: _("is on the staff of the supervisor"),
    Reason.PENALISED: _("is barred for violations"),
    Reason.OWN_DECLARATION: _("declared that it must stay away"),
    Reason.NOT_ENABLED: _("is not enabled"),
    Reason.SUSPENDED: _("is suspended"),
    Reason.MAJOR: _("has another major"),
    Reason.REGION: _("is from another region"),
    Reason.BUSY: _("is busy at that time"),
    Reason.TOO_OFTEN: _("sat too often of late"),
    Reason.SAME_ENTITY: _("sat for this procuring entity of late"),
}

SKIPS: Mapping[str, str] = {
    SkipReason.DECLINED: _("call declined"),
    SkipReason.NO_ANSWER: _("did not answer in time"),
    SkipReason.UNREACHABLE: _("could not be reached"),
    SkipReason.TAKEN_ELSEWHERE: _("taken elsewhere by then"),
    SkipReason.SITE_FULL: _("no place left at the site"),
    SkipReason.ABSENT: _("did not come"),
    SkipReason.AVOIDANCE: _("must stay away"),
    SkipReason.LEFT_POST: _("left the post"),
    SkipReason.HEALTH: _("health"),
}

INTERESTS: Mapping[str, str] = {
    "interest": _("an interest of my own"),
    "relative": _("a near relative leads or works there"),
    "regulator": _("an authority on whose staff I am"),
}

PASSED_OVER: Mapping[str, str] = {
    "gave_up": _("gave up"),
    "force_majeure": _("cannot perform for force majeure"),
    "no_performance_bond": _("brought no performance bond"),
    "unlawful": _("was found to have broken the law"),
}

STEPS: Mapping[str, str] = {
    "mean": _("mean"),
    "benchmark": _("benchmark"),
    "blend": _("weighted mean"),
    "net_price": _("price without the provisional sum"),
    "deviation": _("deviation"),
    "score": _("price marks"),
    "evaluated": _("evaluated price"),
    "deduction": _("price after the deduction"),
    "uplift": _("marks after the uplift"),
    "factor": _("Terms that move the price"),
    "sum": _("sum"),
    "count": _("number of bids"),
    "dropped": _("left out"),
    "price": _("price"),
    "provisional_sum": _("provisional sum"),
    "control_price": _("control price C"),
    "control_weight": _("weight w"),
    "rate": _("rate"),
    "full": _("full marks"),
    "stated": _("stated"),
    "standard": _("Standard"),
    "per": _("Per"),
    "unit": _("In"),
    "above": _("Added above"),
    "below": _("Added below"),
    "term": _("Term"),
}
"""Steps by which price marks are calculated, and what goes into them."""

CHECK_FACTS: Mapping[str, str] = {
    "given": _("given"),
    "others": _("mean of the others"),
    "allowed": _("allowed"),
    "share": _("rate"),
    "of": _("measured on"),
    "sum": _("sum"),
    "stated": _("stated"),
    "full": _("full marks"),
    "score": _("mark"),
}

MEASURES: Mapping[str, str] = {"mean": _("mean of the others"), "full": _("full marks")}

DRAW_REASONS: Mapping[str, str] = {
    "first draw": _("first draw"),
    "equal bids": _("equal bids"),
    "coefficients of the notice": _("coefficients of the notice"),
}
"""Reasons that the platform gives itself; others are people's own words."""

TONES: Mapping[str, str] = {
    SessionState.SIGNED: "ok",
    SessionState.FAILED: "bad",
    SessionState.SIGNING: "live",
    InvitationState.NOTIFYING: "warn",
    InvitationState.CONFIRMED: "ok",
    MemberState.SEATED: "info",
    MemberState.DECLARED: "info",
    MemberState.VOTED: "info",
    MemberState.SCORED: "ok",
    MemberState.DISSENTED: "warn",
    MemberState.DEEMED: "warn",
    MemberState.REPLACED: "neutral",
}
