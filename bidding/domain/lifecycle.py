"""The lives of a bid and of an opening hall, each one table: who moves it, under which guard, due by which rule."""

from enum import StrEnum

from kernel.domain.lifecycles import Lifecycle, Transition


class Bid(StrEnum):
    """What has become of one statement and its files."""

    DECLARED = "declared"
    HELD = "held"
    SEALED = "sealed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    LOCKED = "locked"
    RETURNED = "returned"
    OPENED = "opened"
    DEEMED_REVOKED = "deemed_revoked"
    DEEMED_WITHDRAWN = "deemed_withdrawn"


class BidLever(StrEnum):
    """What moves a bid."""

    LAST_BYTE = "last_byte"
    LAST_BYTE_DISPUTED = "last_byte_disputed"
    REFUSE = "refuse"
    ADMIT = "admit"
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    FAIL_LOT = "fail_lot"
    OPEN = "open"
    DEEM_REVOKED = "deem_revoked"
    DEEM_WITHDRAWN = "deem_withdrawn"


BID = Lifecycle(
    "bid",
    Bid.DECLARED,
    (
        Transition(Bid.DECLARED, BidLever.LAST_BYTE, Bid.SEALED, "clock", "complete_before_deadline"),
        Transition(Bid.DECLARED, BidLever.LAST_BYTE_DISPUTED, Bid.HELD, "clock", "clock_in_dispute"),
        Transition(Bid.DECLARED, BidLever.REFUSE, Bid.REFUSED, "clock", "late_or_broken", "late_bid_refused"),
        Transition(
            Bid.INCOMPLETE, BidLever.REFUSE, Bid.REFUSED, "clock", "last_byte_after_close", "late_bid_refused"
        ),
        Transition(Bid.DECLARED, BidLever.REPLACE, Bid.INCOMPLETE, "bidder", "newer_statement_declared"),
        Transition(
            Bid.DECLARED, BidLever.CLOSE, Bid.INCOMPLETE, "clock", "deadline_reached", "late_bid_refused"
        ),
        Transition(
            Bid.HELD,
            BidLever.ADMIT,
            Bid.SEALED,
            "operator and centre_witness",
            "time_settled_before_deadline",
        ),
        Transition(
            Bid.HELD, BidLever.REFUSE, Bid.REFUSED, "operator and centre_witness", "time_settled_late"
        ),
        Transition(
            Bid.SEALED, BidLever.REPLACE, Bid.SUPERSEDED, "bidder", "replacement_sealed_before_deadline"
        ),
        Transition(
            Bid.SEALED,
            BidLever.WITHDRAW,
            Bid.WITHDRAWN,
            "bidder",
            "live_before_deadline",
            "withdrawal_is_free",
        ),
        Transition(
            Bid.SEALED, BidLever.CLOSE, Bid.LOCKED, "clock", "deadline_reached", "opening_at_deadline"
        ),
        Transition(
            Bid.LOCKED, BidLever.FAIL_LOT, Bid.RETURNED, "clock", "lot_failed_unopened", "bidders_minimum"
        ),
        Transition(Bid.LOCKED, BidLever.OPEN, Bid.OPENED, "clock", "opens_whole"),
        Transition(
            Bid.LOCKED,
            BidLever.DEEM_REVOKED,
            Bid.DEEMED_REVOKED,
            "host and centre_witness",
            "fault_table_and_countersignature",
            "decryption_failure",
        ),
        Transition(
            Bid.LOCKED,
            BidLever.DEEM_WITHDRAWN,
            Bid.DEEMED_WITHDRAWN,
            "host and centre_witness",
            "fault_table_and_countersignature",
            "decryption_failure",
        ),
    ),
)


class Hall(StrEnum):
    """The steps of an opening, in order."""

    WAITING = "waiting"
    COUNTED = "counted"
    NAMES = "names"
    CONSENT = "consent"
    COEFFICIENTS = "coefficients"
    RELEASE = "release"
    READ_OUT = "read_out"
    OBJECTIONS = "objections"
    RECORD = "record"
    ENDED = "ended"
    FAILED = "failed"
    CANCELLED = "cancelled"


class HallLever(StrEnum):
    """What moves a hall on."""

    COUNT = "count"
    FAIL = "fail"
    SHOW_NAMES = "show_names"
    OPEN_CONSENT = "open_consent"
    END_PHASE_A = "end_phase_a"
    START_RELEASE = "start_release"
    READ_OUT = "read_out"
    HEAR_OBJECTIONS = "hear_objections"
    CLOSE_OBJECTIONS = "close_objections"
    END = "end"
    CANCEL = "cancel"


STILL_REVERSIBLE = frozenset({Hall.WAITING, Hall.COUNTED, Hall.NAMES, Hall.CONSENT, Hall.COEFFICIENTS})
"""The steps before the release."""
PHASE_A = frozenset({Hall.COUNTED, Hall.NAMES, Hall.CONSENT})
"""The steps in which custodians report and bidders may lodge."""
OBJECTING = frozenset(
    {Hall.NAMES, Hall.CONSENT, Hall.COEFFICIENTS, Hall.RELEASE, Hall.READ_OUT, Hall.OBJECTIONS}
)
"""The steps in which a bidder may object on the spot."""
CONFIRMING = frozenset({Hall.READ_OUT, Hall.OBJECTIONS, Hall.RECORD})
"""The steps in which a bidder may give its word on the opening."""
BROKEN_OFF = frozenset({Hall.FAILED, Hall.CANCELLED})
OVER = BROKEN_OFF | {Hall.ENDED}
"""The steps that nothing follows."""
UNNAMED = BROKEN_OFF | {Hall.WAITING, Hall.COUNTED}
"""The steps in which the names of the bidders are not shown."""

HALL = Lifecycle(
    "hall",
    Hall.WAITING,
    (
        Transition(
            Hall.WAITING,
            HallLever.COUNT,
            Hall.COUNTED,
            "clock",
            "all_stamps_in_and_closing_list_logged",
            "opening_at_deadline",
        ),
        Transition(
            Hall.COUNTED, HallLever.FAIL, Hall.FAILED, "clock", "fewer_than_minimum", "bidders_minimum"
        ),
        Transition(Hall.COUNTED, HallLever.SHOW_NAMES, Hall.NAMES, "host", "enough_bids"),
        Transition(
            Hall.NAMES, HallLever.OPEN_CONSENT, Hall.CONSENT, "clock", "mode_consent", "hall_names_minutes"
        ),
        Transition(
            Hall.NAMES,
            HallLever.END_PHASE_A,
            Hall.COEFFICIENTS,
            "clock",
            "mode_custodians",
            "hall_ready_minutes",
        ),
        Transition(
            Hall.CONSENT,
            HallLever.END_PHASE_A,
            Hall.COEFFICIENTS,
            "clock",
            "window_over_or_all_answered",
            "hall_consent_minutes",
        ),
        Transition(
            Hall.COEFFICIENTS,
            HallLever.START_RELEASE,
            Hall.RELEASE,
            "clock",
            "coefficients_drawn_and_list_signed",
        ),
        Transition(
            Hall.RELEASE,
            HallLever.READ_OUT,
            Hall.READ_OUT,
            "clock",
            "all_released_or_time_over",
            "hall_release_minutes",
        ),
        Transition(Hall.READ_OUT, HallLever.HEAR_OBJECTIONS, Hall.OBJECTIONS, "host", "table_published"),
        Transition(
            Hall.OBJECTIONS,
            HallLever.CLOSE_OBJECTIONS,
            Hall.RECORD,
            "clock",
            "all_answered",
            "hall_objection_minutes",
        ),
        Transition(
            Hall.RECORD,
            HallLever.END,
            Hall.ENDED,
            "host and centre_witness",
            "record_signed",
            "hall_confirmation_minutes",
        ),
        *(
            Transition(step, HallLever.CANCEL, Hall.CANCELLED, "reviewer", "nothing_released")
            for step in (step for step in Hall if step in STILL_REVERSIBLE or step is Hall.RELEASE)
        ),
    ),
)


class Pause(StrEnum):
    """What lies over a hall's step beside the step itself."""

    RUNNING = "running"
    ASKED = "asked"
    PAUSED = "paused"


class PauseLever(StrEnum):
    """What pauses a hall, or gives it more time."""

    ASK = "ask"
    COUNTERSIGN = "countersign"
    DECLINE = "decline"
    EXTEND = "extend"
    RESUME = "resume"


PAUSE = Lifecycle(
    "hall pause",
    Pause.RUNNING,
    (
        Transition(Pause.RUNNING, PauseLever.ASK, Pause.ASKED, "host", "before_first_release_with_reason"),
        Transition(
            Pause.ASKED,
            PauseLever.COUNTERSIGN,
            Pause.PAUSED,
            "centre_witness",
            "before_first_release",
            "hall_countersign_minutes",
        ),
        Transition(
            Pause.ASKED,
            PauseLever.EXTEND,
            Pause.RUNNING,
            "centre_witness",
            "same_for_all_bidders",
            "hall_extension_minutes",
        ),
        Transition(
            Pause.ASKED, PauseLever.DECLINE, Pause.RUNNING, "centre_witness", "", "hall_countersign_minutes"
        ),
        Transition(Pause.PAUSED, PauseLever.RESUME, Pause.RUNNING, "host and centre_witness", "reason_gone"),
    ),
)


def may_pause(step: Hall) -> bool:
    """Tell whether a step can be paused, extended or lodged in: none from the first release on."""
    return step in STILL_REVERSIBLE
