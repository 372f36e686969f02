"""What the codes of bidding are called on pages and papers, as English message ids; one table for each kind of code."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bidding.domain.faults import Cause, Consent, Outcome, Share
from bidding.domain.lifecycle import Bid, Hall, Pause
from tender.domain.wording import gettext_noop as _

HALL_STEPS: Mapping[str, str] = {
    Hall.WAITING: _("Waiting for the deadline"),
    Hall.COUNTED: _("Bids counted"),
    Hall.NAMES: _("Names of the bidders"),
    Hall.CONSENT: _("Consent of the bidders"),
    Hall.COEFFICIENTS: _("Coefficients drawn"),
    Hall.RELEASE: _("Keys released"),
    Hall.READ_OUT: _("Read-out"),
    Hall.OBJECTIONS: _("Objections"),
    Hall.RECORD: _("Record"),
    Hall.ENDED: _("Opening ended"),
    Hall.FAILED: _("Lot failed, nothing opened"),
    Hall.CANCELLED: _("Lot cancelled, nothing opened"),
}

BID_STATES: Mapping[str, str] = {
    Bid.DECLARED: _("Declared, bytes on their way"),
    Bid.HELD: _("Held while the clock is in doubt"),
    Bid.SEALED: _("Sealed"),
    Bid.SUPERSEDED: _("Replaced"),
    Bid.WITHDRAWN: _("Withdrawn"),
    Bid.INCOMPLETE: _("Never completed"),
    Bid.REFUSED: _("Refused"),
    Bid.LOCKED: _("Locked at the deadline"),
    Bid.RETURNED: _("Returned unopened"),
    Bid.OPENED: _("Opened"),
    Bid.DEEMED_REVOKED: _("Deemed revoked"),
    Bid.DEEMED_WITHDRAWN: _("Deemed withdrawn"),
}

BID_TONES: Mapping[str, str] = {
    Bid.DECLARED: "warn",
    Bid.HELD: "warn",
    Bid.SEALED: "ok",
    Bid.REFUSED: "bad",
    Bid.LOCKED: "info",
    Bid.OPENED: "ok",
    Bid.DEEMED_REVOKED: "bad",
    Bid.DEEMED_WITHDRAWN: "warn",
}

OUTCOMES: Mapping[str, str] = {
    Outcome.OPENED: _("opened"),
    Outcome.DEEMED_REVOKED: _("deemed revoked"),
    Outcome.DEEMED_WITHDRAWN: _("deemed withdrawn"),
}

CAUSES: Mapping[str, str] = {
    Cause.CONTAINER_LOST: _("the platform lost the bytes"),
    Cause.CUSTODIANS_FAILED: _("too few custodians reported a usable share"),
    Cause.BIDDER_HINDERED: _("another's failure kept the bidder from lodging its key"),
    Cause.SHARES_BAD: _("the bidder's shares are proven bad"),
    Cause.CONSENT_ABSENT: _("no consent to the opening"),
    Cause.CONSENT_LATE: _("consent after its window"),
    Cause.CONSENT_INVALID: _("consent not valid"),
    Cause.CUSTODIANS_WITHHELD: _("too few custodians released their shares"),
    Cause.SHARES_FALSE: _("the released shares give another key than stated"),
    Cause.PART_MALFORMED: _("the opened part is not the stated one"),
    Cause.FIELDS_UNREADABLE: _("opened, its fields cannot be read"),
}

SHARE_WORDS: Mapping[str, str] = {
    Share.READY: _("ready"),
    Share.BAD_PROVEN: _("bad, proven"),
    Share.BAD_UNPROVEN: _("bad, not proven"),
    Share.ABSENT: _("no word"),
}

CONSENTS: Mapping[str, str] = {
    Consent.GIVEN: _("consent given"),
    Consent.LATE: _("consent came late"),
    Consent.INVALID: _("consent not valid"),
    Consent.ABSENT: _("no consent yet"),
}

REQUESTS: Mapping[str, str] = {
    "pause": _("pause"),
    "extend": _("more time"),
    "resume": _("go on"),
    "hindered": _("failure on record"),
}

REQUEST_ANSWERS: Mapping[str, str] = {
    "": _("waits for the witness"),
    "asked": _("waits for the witness"),
    "countersigned": _("countersigned"),
    "declined": _("declined"),
    "lapsed": _("not answered in time"),
}

PAUSES: Mapping[str, str] = {
    Pause.RUNNING: _("running"),
    Pause.ASKED: _("pause or more time asked"),
    Pause.PAUSED: _("paused"),
}

RECORD_OUTCOMES: Mapping[str, str] = {
    "accepted": _("accepted"),
    "held": _("held"),
    "refused": _("refused"),
}

CONFIRMATIONS: Mapping[str, str] = {
    "confirmed": _("confirmed"),
    "objected": _("contested"),
    "deemed": _("no word, deemed accepted"),
}

DRAW_STATES: Mapping[str, str] = {
    "requested": _("commitments are taken"),
    "revealing": _("values are revealed"),
    "drawn": _("drawn"),
    "void": _("void, never drawn"),
}

CONTRIBUTORS: Mapping[str, str] = {
    "centre": _("Trading centre"),
    "procuring_entity": _("Procuring entity"),
    "supervisor": _("Supervisor"),
}

OFFICERS: Mapping[str, str] = {
    "host": _("Host"),
    "witness": _("Centre witness"),
    "supervisor": _("Supervisor"),
}

ENTERPRISES: Mapping[str, str] = {
    "large": _("large enterprise"),
    "medium": _("medium enterprise"),
    "small": _("small enterprise"),
    "micro": _("micro enterprise"),
}

TABLES: Mapping[str, Mapping[str, str]] = {
    "hall_step": HALL_STEPS,
    "bid_state": BID_STATES,
    "outcome": OUTCOMES,
    "fault_cause": CAUSES,
    "share_word": SHARE_WORDS,
    "consent": CONSENTS,
    "hall_request": REQUESTS,
    "hall_answer": REQUEST_ANSWERS,
    "hall_pause": PAUSES,
    "confirmation": CONFIRMATIONS,
    "record_outcome": RECORD_OUTCOMES,
    "draw_state": DRAW_STATES,
    "contributor": CONTRIBUTORS,
    "officer": OFFICERS,
    "enterprise": ENTERPRISES,
}
"""Kind -> code -> name, for `portal.names`."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an event of the hall says: a sentence, and which of its words are codes of which table."""

    sentence: str
    codes: Mapping[str, str] = field(default_factory=dict)


EVENTS: Mapping[str, Said] = {
    "step": Said(_("Step of the opening: %(step)s."), {"step": "hall_step"}),
    "counted": Said(_("Bids that stand: %(valid)s. The closing list is signed and logged.")),
    "names": Said(_("Names of the bidders are shown: %(count)s.")),
    "names_heard": Said(_("The host has heard that nobody declares an interest.")),
    "consent": Said(_("Consents given: %(given)s of %(wanted)s.")),
    "ready": Said(
        _("Custodian “%(custodian)s” has checked its shares; bad ones: %(bad)s."), {"custodian": "role"}
    ),
    "lodged": Said(_("A bidder has dealt its keys anew to the custodians.")),
    "container_lost": Said(_("The platform no longer holds the bytes of a bid.")),
    "draw_revealing": Said(_("All contributors of the draw are bound; their values are revealed now.")),
    "draw_revealed": Said(_("Value of contributor “%(name)s” is known."), {"name": "contributor"}),
    "drawn": Said(_("The coefficients are drawn.")),
    "release_list": Said(_("The release list is signed: %(bids)s of %(of)s bids.")),
    "released": Said(
        _("Custodian “%(custodian)s” has released its shares: %(released)s of %(custodians)s."),
        {"custodian": "role"},
    ),
    "read_out": Said(_("Read out: %(name)s, %(price_text)s yuan.")),
    "not_read_out": Said(
        _("Not read out: %(name)s, %(outcome)s (%(cause)s)."),
        {"outcome": "outcome", "cause": "fault_cause"},
    ),
    "objection": Said(_("Objection by %(name)s.")),
    "answer": Said(_("The host has answered %(name)s.")),
    "confirmation": Said(_("Bidders that have given their word on the opening: %(count)s.")),
    "record": Said(_("The opening record is built; host and witness sign it.")),
    "signed": Said(_("The opening record is signed: %(duty)s."), {"duty": "officer"}),
    "request": Said(
        _("Request of the host: %(asked)s; %(word)s. Reason: %(reason)s"),
        {"asked": "hall_request", "word": "hall_answer"},
    ),
    "paused": Said(_("The opening is paused.")),
    "extended": Said(_("All bidders have more time.")),
    "resumed": Said(_("The opening goes on.")),
    "hindered": Said(_("A failure that was not the bidders' is on record.")),
    "frozen": Said(_("The clock is in doubt: no time runs in the hall.")),
    "thawed": Said(_("The clock is settled: the time that stood still is given back.")),
    "fault": Said(
        _("A bid that was not opened: %(outcome)s, decided and countersigned."), {"outcome": "outcome"}
    ),
}
"""Kind of a live event -> what the hall's log says of it."""
