"""What the messages of the message centre say: one sentence for each kind, with the message's own facts."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop as _

from bidding.domain import wording as bidding
from deposits.domain import wording as deposits
from evaluation.domain import wording as evaluation
from monitoring.domain import wording as monitoring
from portal import times
from portal.names import name_of

FALLBACK = _("Something changed that concerns you.")

MESSAGES: Mapping[str, str] = {
    **bidding.MESSAGES,
    **deposits.MESSAGES,
    **evaluation.MESSAGES,
    **monitoring.MESSAGES,
    "custodian_key_wanted": _(
        "Your institution is named as a custodian of lot %(lot)s, %(title)s: give its fresh key."
    ),
    "lot_submitted": _("Lot %(lot)s, %(title)s, waits for your approval."),
    "new_round_drafted": _("Lot %(lot)s failed; its new round %(round)s is drafted and waits for you."),
    "addendum": _(
        "Addendum %(number)s to lot %(lot)s, %(title)s, was published; your sealed bid stays valid."
    ),
    "addendum_reseal": _(
        "Addendum %(number)s to lot %(lot)s, %(title)s, was published; bids must be sealed anew."
    ),
    "objection_raised": _("An objection to lot %(lot)s, %(title)s, waits for your answer."),
    "opinion_registered": _(
        "A late objection to lot %(lot)s, %(title)s, was taken as an opinion; it pauses nothing."
    ),
    "objection_answered": _("Your objection to lot %(lot)s, %(title)s, was answered."),
    "contract_to_sign": _("The contract of lot %(lot)s, %(title)s, waits for your signature."),
    "indications_found": _(
        "%(count)s indications were found in lot %(lot)s, %(title)s: look at them; the committee has them too."
    ),
    "award_issued": _("The notice of award of lot %(lot)s, %(title)s, was issued to you."),
}


def sentence(kind: str, facts: Mapping[str, str]) -> str:
    """Return what a message says in the active language."""
    message = MESSAGES.get(kind)
    if message is None:
        return gettext(FALLBACK)
    try:
        return gettext(message) % {name: _told(name, str(value)) for name, value in facts.items()}
    except KeyError:
        return gettext(FALLBACK)


def _told(name: str, value: str) -> str:
    return name_of(value, "category") if name == "work" else times.told(value)
