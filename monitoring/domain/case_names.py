"""What the states, outcomes and steps of a case are called on pages, as English message ids."""

from collections.abc import Mapping

from monitoring.domain.cases import Outcome, Ruling, Source, Todo
from monitoring.domain.lifecycle import CaseState
from monitoring.domain.names import _

CASE_STATES: Mapping[str, str] = {
    CaseState.PROPOSED: _("opening proposed"),
    CaseState.REFUSED: _("opening refused"),
    CaseState.OPEN: _("under way"),
    CaseState.HEARING: _("firms are heard"),
    CaseState.CONFERRED: _("conferred"),
    CaseState.HANDED_OVER: _("package made"),
    CaseState.CLOSING: _("closing proposed"),
    CaseState.CLOSED: _("closed case"),
}
CASE_TONES: Mapping[str, str] = {
    CaseState.PROPOSED: "warn",
    CaseState.REFUSED: "neutral",
    CaseState.OPEN: "info",
    CaseState.HEARING: "info",
    CaseState.CONFERRED: "info",
    CaseState.HANDED_OVER: "info",
    CaseState.CLOSING: "warn",
    CaseState.CLOSED: "neutral",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.CONFIRMED: _("the suspicion is confirmed"),
    Outcome.NOT_CONFIRMED: _("the suspicion is not confirmed"),
    Outcome.HANDED_OVER: _("handed over"),
}
RULINGS: Mapping[str, str] = {
    Ruling.NO_ACTION: _("no action"),
    Ruling.WATCH: _("keep watching"),
    Ruling.PENALTY: _("hand over for an administrative penalty"),
    Ruling.POLICE: _("hand over to the police or the prosecutors"),
}
SOURCES: Mapping[str, str] = {Source.ALERT: _("snapshot of a flag"), Source.FILE: _("attached file")}
ACTS: Mapping[str, str] = {
    "proposed": _("opening proposed"),
    "opened": _("opening confirmed and handler named"),
    "refused": _("opening refused"),
    "assigned": _("given to another handler"),
    "evidence": _("evidence frozen"),
    "asked": _("firm asked"),
    "replied": _("firm replied"),
    "heard": _("hearing ended"),
    "conferred": _("conference recorded"),
    "resumed": _("taken up again"),
    "handed_over": _("hand-over package made"),
    "closing_proposed": _("closing proposed"),
    "closed": _("closing confirmed"),
    "sent_back": _("closing sent back"),
}
TODOS: Mapping[str, str] = {
    Todo.CONFIRM: _("Confirm or refuse the opening"),
    Todo.AWAIT_CONFIRM: _("Another supervisor decides on the opening"),
    Todo.INVESTIGATE: _("Gather evidence, hear the firms, record the conference"),
    Todo.AWAIT_REPLIES: _("The firms have time to reply"),
    Todo.GO_ON: _("End the hearing"),
    Todo.HAND_OVER: _("Make the hand-over package"),
    Todo.AWAIT_HAND_OVER: _("Another supervisor makes the hand-over package"),
    Todo.AFTER_CONFERENCE: _("Take the case up again, or propose to close it"),
    Todo.PROPOSE_CLOSING: _("Propose to close the case"),
    Todo.CONFIRM_CLOSING: _("Confirm the closing, or send it back"),
    Todo.AWAIT_CLOSING: _("Another supervisor decides on the closing"),
    Todo.NOTHING: _("Nothing is left to do"),
}
TODO_NOTES: Mapping[str, str] = {
    Todo.CONFIRM: _("Whoever confirms is another person than who proposed, and names the handler."),
    Todo.AWAIT_CONFIRM: _("Whoever proposed a case does not confirm it."),
    Todo.INVESTIGATE: _("Nobody's suspicion is settled before the firms concerned were heard."),
    Todo.AWAIT_REPLIES: _(
        "Each firm sees its own question alone. The hearing ends when all have replied or the time is over."
    ),
    Todo.GO_ON: _("All have replied, or the time is over. After this no reply is taken."),
    Todo.HAND_OVER: _(
        "The package holds a signed index, the evidence, the replies and the minutes; it is made once, by another "
        "person than who recorded the conference."
    ),
    Todo.AWAIT_HAND_OVER: _("Whoever recorded the conference does not make its package."),
    Todo.AFTER_CONFERENCE: _(
        "Whoever handles the case takes it up again, or proposes its outcome with a reason."
    ),
    Todo.PROPOSE_CLOSING: _("Give the package to the authority, then propose the outcome with a reason."),
    Todo.CONFIRM_CLOSING: _("Whoever confirms is another person than who proposed."),
    Todo.AWAIT_CLOSING: _("Whoever proposed the closing does not confirm it."),
    Todo.NOTHING: _("The record stays as it is."),
}
