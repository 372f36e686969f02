"""The words of a case: sentences of refusals, names of facts, messages; English message ids."""

from collections.abc import Mapping

from monitoring.domain.names import _

REASONS: Mapping[str, str] = {
    "alert_in_case": _("Case %(case)s pursues this flag; what becomes of it is decided there."),
    "case_alerts": _("Choose 1 to %(limit)s flags that stand."),
    "case_step": _("The case is at “%(case_state)s”; this step does not follow from there."),
    "case_of_another": _("Another supervisor handles this case."),
    "case_handler": _("The handler must hold the seat of a supervisor."),
    "case_handler_same": _("The case is already handled by %(handler)s."),
    "case_file": _("A file has 1 byte to %(limit)s MB and a name of 1 to %(letters)s characters."),
    "case_firms": _("Choose at least one firm, and only firms that the flags of this case touch."),
    "case_take_over": _(
        "Another supervisor handles this case, and nobody takes it over alone: somebody else assigns it to %(handler)s."
    ),
    "case_due": _("A firm has at least %(days)s days to reply."),
    "case_firm_no_seat": _(
        "Nobody holds a live bidder's seat for %(firms)s, so nobody would learn of the question; "
        "a seat must be opened first."
    ),
    "case_unheard": _(
        "A suspicion is confirmed only after firms were asked and the hearing was ended; no round of questions was."
    ),
    "case_hearing": _("%(replies)s of %(asked)s firms have replied, and the time to reply is not over."),
    "case_replied": _("Your firm has replied to this question; a reply stands as it is."),
    "case_reply_over": _("The hearing on this question is over; no reply is taken any more."),
    "case_minutes": _("The minutes name a decision, and each participant with an organisation."),
    "case_minutes_day": _("The conference is recorded when it has been held, not before: %(at)s lies ahead."),
    "case_minutes_early": _(
        "The case was opened on %(opened)s; a conference on it was not held before, on %(at)s."
    ),
    "case_police": _(
        "The newest conference decided to hand the case over to the police or the prosecutors. Until the package is "
        "made the case is not taken up again, and it ends as handed over."
    ),
    "case_not_packed": _("The package that the newest conference decided is not made yet."),
    "case_not_handed": _("The newest conference has not decided to hand the case over."),
    "too_few_cases": _(
        "A model is learned from %(limit)s closed cases with a confirmed suspicion and %(limit)s without, at the "
        "least; this market has %(confirmed)s and %(cleared)s."
    ),
    "lesson_step": _("The model is at “%(lesson_state)s”; this step does not follow from there."),
    "case_outcome": _("Choose how the case ends."),
}
FACTS: Mapping[str, str] = {
    "case": _("case"),
    "case_state": _("state of the case"),
    "handler": _("handler"),
    "firms": _("firms"),
    "opened": _("day of the opening"),
    "cleared": _("cases not confirmed"),
    "confirmed": _("cases confirmed"),
    "lesson_state": _("state of the model"),
    "letters": _("characters"),
    "replies": _("replies"),
}
MESSAGES: Mapping[str, str] = {
    "case_to_confirm": _("The opening of case %(case)s waits for another supervisor's decision."),
    "case_refused": _("The opening of case %(case)s was refused; the reason stands in the case."),
    "case_assigned": _("Case %(case)s is assigned to you."),
    "case_taken": _("Case %(case)s is now with another supervisor; the reason stands in the case."),
    "case_to_hand_over": _(
        "The hand-over package of case %(case)s waits for another supervisor than who recorded the conference."
    ),
    "case_handed_over": _("The hand-over package of case %(case)s is made."),
    "case_asked": _("The regulator asks your firm for a written reply. Being asked is no finding."),
    "case_replied": _("A firm has replied in case %(case)s."),
    "case_to_close": _("The closing of case %(case)s waits for another supervisor's decision."),
    "case_sent_back": _("The closing of case %(case)s was sent back to you; the reason stands in the case."),
}
