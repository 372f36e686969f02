"""The lives of an alert and of a case of the regulator, and of a dossier's file, each as one table."""

from enum import StrEnum

from accounts.domain.seats import SeatKind
from kernel.domain.lifecycles import Lifecycle, Transition

CLOCK = "clock"


class AlertState(StrEnum):
    """Where an alert stands."""

    NEW = "new"
    SEEN = "seen"
    DISMISSED = "dismissed"


class AlertLever(StrEnum):
    """What moves an alert."""

    SEE = "see"
    DISMISS = "dismiss"
    REOPEN = "reopen"


_A, _L = AlertState, AlertLever
ALERT = Lifecycle(
    "Alert",
    _A.NEW,
    [
        Transition(_A.NEW, _L.SEE, _A.SEEN, SeatKind.SUPERVISOR),
        Transition(_A.NEW, _L.DISMISS, _A.DISMISSED, SeatKind.SUPERVISOR, "reason_in_words"),
        Transition(_A.SEEN, _L.DISMISS, _A.DISMISSED, SeatKind.SUPERVISOR, "reason_in_words"),
        Transition(_A.DISMISSED, _L.REOPEN, _A.SEEN, SeatKind.SUPERVISOR),
    ],
)


class DossierState(StrEnum):
    """Where a dossier's file stands."""

    ASKED = "asked"
    MADE = "made"


class DossierLever(StrEnum):
    """What moves a dossier's file."""

    MAKE = "make"


DOSSIER = Lifecycle(
    "Dossier",
    DossierState.ASKED,
    [Transition(DossierState.ASKED, DossierLever.MAKE, DossierState.MADE, CLOCK, "acts_logged_and_cosigned")],
)


class CaseState(StrEnum):
    """Where a case stands."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    OPEN = "open"
    HEARING = "hearing"
    CONFERRED = "conferred"
    HANDED_OVER = "handed_over"
    CLOSING = "closing"
    CLOSED = "closed"


class CaseLever(StrEnum):
    """What moves a case."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    ASK = "ask"
    GO_ON = "go_on"
    CONFER = "confer"
    RESUME = "resume"
    HAND_OVER = "hand_over"
    PROPOSE_CLOSING = "propose_closing"
    CLOSE = "close"
    SEND_BACK = "send_back"


_C, _M = CaseState, CaseLever
_HANDLER, _SECOND = "its_handler", "another_supervisor"
_REASON = "its_handler, outcome_that_the_hearing_and_the_conference_allow, reason_in_words"
_RECORDED = "another_person_than_recorded_the_conference"
CASE = Lifecycle(
    "Case",
    _C.PROPOSED,
    [
        Transition(_C.PROPOSED, _M.CONFIRM, _C.OPEN, SeatKind.SUPERVISOR, f"{_SECOND}, names_the_handler"),
        Transition(_C.PROPOSED, _M.REFUSE, _C.REFUSED, SeatKind.SUPERVISOR, f"{_SECOND}, reason_in_words"),
        Transition(
            _C.OPEN, _M.ASK, _C.HEARING, SeatKind.SUPERVISOR, f"{_HANDLER}, firms_with_a_seat, time_to_reply"
        ),
        Transition(
            _C.HEARING, _M.GO_ON, _C.OPEN, SeatKind.SUPERVISOR, f"{_HANDLER}, all_replied_or_due_passed"
        ),
        Transition(
            _C.OPEN,
            _M.CONFER,
            _C.CONFERRED,
            SeatKind.SUPERVISOR,
            f"{_HANDLER}, minutes_and_decision, held_since_the_opening",
        ),
        Transition(
            _C.CONFERRED, _M.RESUME, _C.OPEN, SeatKind.SUPERVISOR, f"{_HANDLER}, not_decided_for_the_police"
        ),
        Transition(
            _C.CONFERRED,
            _M.HAND_OVER,
            _C.HANDED_OVER,
            SeatKind.SUPERVISOR,
            f"{_RECORDED}, decided_to_hand_over",
        ),
        Transition(_C.OPEN, _M.PROPOSE_CLOSING, _C.CLOSING, SeatKind.SUPERVISOR, _REASON),
        Transition(_C.CONFERRED, _M.PROPOSE_CLOSING, _C.CLOSING, SeatKind.SUPERVISOR, _REASON),
        Transition(_C.HANDED_OVER, _M.PROPOSE_CLOSING, _C.CLOSING, SeatKind.SUPERVISOR, _REASON),
        Transition(_C.CLOSING, _M.CLOSE, _C.CLOSED, SeatKind.SUPERVISOR, _SECOND),
        Transition(_C.CLOSING, _M.SEND_BACK, _C.OPEN, SeatKind.SUPERVISOR, f"{_SECOND}, reason_in_words"),
    ],
)
ENDED = frozenset({CaseState.REFUSED, CaseState.CLOSED})
"""States in which a case holds its alerts no longer."""
RUNNING = frozenset(CaseState) - ENDED - {CaseState.PROPOSED}
"""States in which a case has a handler."""
GATHERING = frozenset({CaseState.OPEN, CaseState.HEARING, CaseState.CONFERRED})
"""States in which evidence is attached."""


class LessonState(StrEnum):
    """Where a model learned from closed cases stands."""

    ASKED = "asked"
    FAILED = "failed"
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    REFUSED = "refused"
    REPLACED = "replaced"


class LessonLever(StrEnum):
    """What moves a learned model."""

    LEARN = "learn"
    FAIL = "fail"
    ADOPT = "adopt"
    REFUSE = "refuse"
    REPLACE = "replace"
    WITHDRAW = "withdraw"


_S, _T = LessonState, LessonLever
LESSON = Lifecycle(
    "Lesson",
    _S.ASKED,
    [
        Transition(_S.ASKED, _T.LEARN, _S.PROPOSED, CLOCK, "enough_closed_cases"),
        Transition(_S.ASKED, _T.FAIL, _S.FAILED, CLOCK),
        Transition(_S.PROPOSED, _T.ADOPT, _S.ADOPTED, SeatKind.SUPERVISOR, f"{_SECOND}, reason_in_words"),
        Transition(_S.PROPOSED, _T.REFUSE, _S.REFUSED, SeatKind.SUPERVISOR, "reason_in_words"),
        Transition(_S.ADOPTED, _T.REPLACE, _S.REPLACED, SeatKind.SUPERVISOR, "another_is_adopted"),
        Transition(_S.ADOPTED, _T.WITHDRAW, _S.REPLACED, SeatKind.SUPERVISOR, "reason_in_words"),
    ],
)
