"""Facts in, a decision out: what a regulator may do with an alert, who may have a dossier made."""

from kernel.domain.refusals import ALLOWED, Decision, Refused
from monitoring.domain.lifecycle import AlertState
from monitoring.models import Alert

REGULATOR_LOOKS = "PR-14"
REASON_LIMIT = 2000


def reason_in_words(text: str) -> Decision:
    """Refuse an empty reason, which nobody could later read."""
    if 0 < len(text) <= REASON_LIMIT:
        return ALLOWED
    return Refused(REGULATOR_LOOKS, "text_missing", {"limit": str(REASON_LIMIT)})


def may_dismiss(alert: Alert) -> Decision:
    """Refuse to dismiss an alert twice: the first reason stands."""
    if alert.status != AlertState.DISMISSED:
        return ALLOWED
    return Refused(REGULATOR_LOOKS, "alert_dismissed", {"reason": alert.reason})
