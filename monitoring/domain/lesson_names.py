"""What learned models and their figures are called on pages, as English message ids."""

from collections.abc import Mapping

from monitoring.domain.lifecycle import LessonState
from monitoring.domain.names import _

STATES: Mapping[str, str] = {
    LessonState.ASKED: _("being learned"),
    LessonState.FAILED: _("could not be learned"),
    LessonState.PROPOSED: _("waits for a decision"),
    LessonState.ADOPTED: _("adopted: it scores this market"),
    LessonState.REFUSED: _("the model was refused"),
    LessonState.REPLACED: _("no longer in use"),
}
TONES: Mapping[str, str] = {
    LessonState.PROPOSED: "warn",
    LessonState.ADOPTED: "ok",
    LessonState.FAILED: "bad",
    LessonState.REFUSED: "bad",
}
ORDERS: Mapping[str, str] = {
    "learned": _("this model, out of fold"),
    "shipped": _("the shipped model"),
    "adopted": _("the model in use (it knows some of these cases: its figures flatter it)"),
    "baseline n": _("number of bids alone"),
    "baseline CV": _("CV alone"),
}
FIGURES: Mapping[str, str] = {
    "AUC": _("AUC"),
    "average precision": _("average precision"),
    "balanced accuracy": _("balanced accuracy"),
    "F1": _("F1"),
    "recall at top 5%": _("recall in the top 5 %"),
    "recall at top 10%": _("recall in the top 10 %"),
}
ACTS: Mapping[str, str] = {
    "adopt": _("Adopt this model"),
    "refuse": _("Refuse this model"),
    "withdraw": _("Go back to the shipped model"),
    "replace": _("Replaced by another model"),
}
