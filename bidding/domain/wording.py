"""The words of an opening: sentences of refusals, next steps, names of facts, messages; English message ids."""

from collections.abc import Mapping

from tender.domain.wording import gettext_noop as _

REASONS: Mapping[str, str] = {
    # bidders around the opening
    "check_in_not_open": _("Checking in is possible from %(opens)s on; it is %(at)s."),
    "check_in_over": _("The names were shown already (“%(hall_step)s”); who did not check in loses nothing."),
    "consent_not_asked": _("This lot is opened %(mode)s; no consent is asked."),
    "consent_not_open": _("The window for consents has not begun; the hall is at “%(hall_step)s”."),
    "bid_not_standing": _("This bid did not stand at the deadline; it is at “%(state)s”."),
    "too_many_consents": _(
        "%(limit)s messages that could not count have come for this bid; no more is taken."
    ),
    "lodging_not_wanted": _(
        "Keys are dealt anew once, while the custodians check their shares and only where shares are bad or "
        "missing; the hall is at “%(hall_step)s”."
    ),
    "lodging_shape": _("The message that deals keys anew does not fit: %(why)s."),
    "confirmation_not_open": _(
        "Your word on the opening cannot be taken now; the hall is at “%(hall_step)s”."
    ),
    # custodians
    "custodian_shape": _("The custodian's message does not fit: %(why)s."),
    "ready_not_wanted": _(
        "No report of the custodian “%(role)s” is wanted now; the hall is at “%(hall_step)s”."
    ),
    "release_not_wanted": _(
        "No release of the custodian “%(role)s” is wanted now; the hall is at “%(hall_step)s”."
    ),
    "not_all_bids": _("The message must name every part of exactly the %(wanted)s bids of the list."),
    "checkpoint_of_another_log": _("The checkpoint of size %(size)s is not one of this log."),
    "checkpoint_before_closing": _("The checkpoint of size %(size)s is older than the closing list."),
    # the hall
    "hall_step_not_possible": _(
        "This is not possible now: the hall is at “%(hall_step)s” and the lot at “%(status)s”."
    ),
    "hall_request_open": _("The witness is being asked already: %(request)s."),
    "hall_request_not_possible": _("“%(request)s” cannot be asked at “%(hall_step)s”."),
    "hall_request_answered": _("This request is no longer open: %(word)s."),
    "hall_irreversible": _(
        "From the release of the keys on nothing can be paused, extended or cancelled; the hall is at “%(hall_step)s”."
    ),
    # bids that stayed closed
    "fault_not_open": _("There is nothing to decide about this bid, or it is decided and countersigned."),
    "fault_outcome_unknown": _(
        "A bid that stayed closed is deemed revoked or deemed withdrawn, nothing else."
    ),
    "bidder_not_to_blame": _(
        "The bidder cannot be blamed: %(cause)s. The table proposes “%(proposed)s”, not “%(outcome)s”."
    ),
    "fault_objection_closed": _(
        "An objection to the decision is possible once it is countersigned, until its time is over, and once."
    ),
    # draws
    "draw_commit_closed": _("The draw %(draw)s takes no commitment from this seat any more."),
    "draw_commit_shape": _("The commitment does not fit: %(why)s."),
    "draw_reveal_not_yet": _("The draw %(draw)s is not at its reveals, or this seat is not bound in it."),
    "draw_reveal_differs": _("The revealed value does not count: %(why)s."),
    "draw_beacon_not_wanted": _("The draw %(draw)s waits for no outside value now."),
    "draw_beacon_shape": _("The outside value is written in hex digits: %(why)s."),
    "escrow_not_wanted": _("The value of %(name)s in %(draw)s is not to be opened by this custodian now."),
    "escrow_shape": _("The opened share does not fit: %(why)s."),
}

NEXT: Mapping[str, str] = {
    "check_in_not_open": _("Come back then; checking in is voluntary."),
    "consent_not_open": _("Run the command with --wait: the kit consents when the window begins."),
    "custodian_shape": _("Fetch the lot anew with the kit and repeat the command."),
    "checkpoint_before_closing": _("Wait a moment for the witnesses and repeat the command."),
    "hall_request_open": _("Wait for the witness's word."),
    "not_all_bids": _("Use the kit: it names all bids of the list, or nothing."),
    "bidder_not_to_blame": _("Decide that the bid is deemed withdrawn."),
}

FACTS: Mapping[str, str] = {
    "draw": _("draw"),
    "hall_step": _("step of the opening"),
    "mode": _("opening mode"),
    "outcome": _("outcome"),
    "proposed": _("proposed"),
    "request": _("request"),
    "state": _("state"),
    "wanted": _("wanted"),
    "why": _("why"),
    "word": _("answer"),
}

MESSAGES: Mapping[str, str] = {
    "bid_accepted": _("Your bid on lot %(lot)s, %(title)s, is sealed; its receipt waits for you."),
    "bid_held": _(
        "Your bid on lot %(lot)s, %(title)s, has come while the clock was in doubt; it is held until two people "
        "have settled the time."
    ),
    "bid_refused": _("Your bid on lot %(lot)s, %(title)s, was refused; the signed record says why."),
    "withdrawal_accepted": _("Your bid on lot %(lot)s, %(title)s, is withdrawn."),
    "withdrawal_refused": _("The withdrawal on lot %(lot)s, %(title)s, was refused; the record says why."),
    "draw_commit_wanted": _("Bind yourself to a value for draw %(number)s of lot %(lot)s, %(title)s."),
    "draw_reveal_wanted": _("Reveal your value for draw %(number)s of lot %(lot)s, %(title)s."),
    "hall_to_begin": _("Lot %(lot)s, %(title)s: the bids are counted; begin the opening with the names."),
    "custodian_ready_wanted": _("Lot %(lot)s, %(title)s: check your shares of the keys."),
    "custodian_ready_again": _("Lot %(lot)s, %(title)s: a bidder dealt its keys anew; check the new shares."),
    "custodian_release_wanted": _("Lot %(lot)s, %(title)s: release your shares of all listed bids."),
    "consent_wanted": _("Lot %(lot)s, %(title)s: consent to the opening of your bid now."),
    "bids_opened": _("Lot %(lot)s, %(title)s: the bids are opened and read out; give your word on it."),
    "opening_ended": _("Lot %(lot)s, %(title)s: the opening record is signed."),
    "lot_failed_unopened": _("Lot %(lot)s, %(title)s, failed with too few bids; yours was never opened."),
    "opening_paused": _("Lot %(lot)s, %(title)s: the opening is paused."),
    "opening_extended": _("Lot %(lot)s, %(title)s: all bidders have more time."),
    "opening_resumed": _("Lot %(lot)s, %(title)s: the opening goes on."),
    "hall_countersign_wanted": _("Lot %(lot)s, %(title)s: the host asks you to countersign. %(reason)s"),
    "opening_objection_raised": _(
        "Lot %(lot)s, %(title)s: %(name)s objects to the opening; answer in the hall."
    ),
    "bid_not_opened": _(
        "Lot %(lot)s, %(title)s: what your unopened bid counts as is decided and countersigned. %(reason)s"
    ),
}
