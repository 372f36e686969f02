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
    "case_due": _("The time to reply must lie ahead."),
    "case_hearing": _("%(replies)s of %(asked)s firms have replied, and the time to reply is not over."),
    "case_replied": _("Your firm has replied to this question; a reply stands as it is."),
    "case_reply_over": _("The hearing on this question is over; no reply is taken any more."),
    "case_minutes": _("The minutes name a decision, and each participant with an organisation."),
    "case_minutes_day": _("The conference is recorded when it has been held, not before: %(at)s lies ahead."),
    "case_not_handed": _("The newest conference has not decided to hand the case over."),
    "too_few_cases": _(
        "A model is learned from %(limit)s lots with a confirmed suspicion and %(limit)s without, at the least; "
        "closed cases give %(confirmed)s and %(cleared)s."
    ),
    "lesson_step": _("The model is at “%(lesson_state)s”; this step does not follow from there."),
    "case_outcome": _("Choose how the case ends."),
}
FACTS: Mapping[str, str] = {
    "case": _("case"),
    "case_state": _("state of the case"),
    "handler": _("handler"),
    "cleared": _("lots cleared"),
    "confirmed": _("lots confirmed"),
    "lesson_state": _("state of the model"),
    "letters": _("characters"),
    "replies": _("replies"),
}
MESSAGES: Mapping[str, str] = {
    "case_to_confirm": _("The opening of case %(case)s waits for another supervisor's decision."),
    "case_refused": _("The opening of case %(case)s was refused; the reason stands in the case."),
    "case_assigned": _("Case %(case)s is assigned to you."),
    "case_asked": _("The regulator asks your firm for a written reply. Being asked is no finding."),
    "case_replied": _("A firm has replied in case %(case)s."),
    "case_to_close": _("The closing of case %(case)s waits for another supervisor's decision."),
    "case_sent_back": _("The closing of case %(case)s was sent back to you; the reason stands in the case."),
}
