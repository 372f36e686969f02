"""The lives of an alert of the regulator and of a dossier's file, each as one table."""

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


_A, _L = AlertState, AlertLever
ALERT = Lifecycle(
    "Alert",
    _A.NEW,
    [
        Transition(_A.NEW, _L.SEE, _A.SEEN, SeatKind.SUPERVISOR),
        Transition(_A.NEW, _L.DISMISS, _A.DISMISSED, SeatKind.SUPERVISOR, "reason_in_words"),
        Transition(_A.SEEN, _L.DISMISS, _A.DISMISSED, SeatKind.SUPERVISOR, "reason_in_words"),
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
