"""The words of an evaluation: sentences of refusals, next steps, names of facts, messages; English message ids."""

from collections.abc import Mapping

from tender.domain.wording import gettext_noop as _

REASONS: Mapping[str, str] = {
    # the pool, the draw, the calls
    "limit_without_window": _("A number of sittings and its window in days belong together."),
    "span_without_time": _("State a time to come that ends after it begins."),
    "lot_not_drawable": _(
        "Experts are drawn for a lot that is published and not yet evaluated; it is at “%(status)s”."
    ),
    "sitting_without_time": _(
        "The sitting must begin after now and end after it begins: %(starts_at)s to %(ends_at)s."
    ),
    "avoid_without_ground": _("State in 1 to %(limit)s characters why %(credit_code)s is to be avoided."),
    "draw_requested": _(
        "Experts were asked for already; a missing one is called from the reserve by itself."
    ),
    "reserve_not_exhausted": _(
        "A supplementary draw follows only when a reserve is exhausted; still open: %(strata)s."
    ),
    "pool_too_small": _("For %(stratum)s %(eligible)s experts may be drawn, %(needed)s are needed."),
    "site_unknown": _("No site of this name is entered: %(sites)s."),
    "site_too_small": _("The site %(site)s has %(places)s places, %(needed)s are needed."),
    "region_shape": _("A region is a code of six digits, not %(region)s."),
    "sitting_begun": _("The sitting has begun; members who need more time ask for it."),
    "invitation_closed": _("This call is at “%(invitation)s” and takes no such answer."),
    # at the site
    "not_a_representative": _(
        "The member whom the procuring entity names judges from an expert's seat that is held for it; "
        "this seat is of %(name)s."
    ),
    "representatives_complete": _(
        "The notice leaves %(allowed_number)s places to the procuring entity; all are named."
    ),
    "member_sits": _("%(member)s sits already; a sitting member is replaced, with a ground."),
    "device_taken": _("The device %(device)s stands at place %(place)s already."),
    "place_in_use": _("Somebody sits at place %(place)s, or a code leads to it."),
    "nobody_expected": _("Nobody is expected at this moment of the sitting."),
    "no_code_issued": _("No code is open for this account: show your number to the witness at the door."),
    "wrong_code": _("This is not the code; %(attempts_left)s tries are left."),
    "site_full": _("The site %(site)s has no free place."),
    # the committee
    "members_missing": _("%(missing)s of %(size)s members are missing."),
    "lot_not_opened": _("The evaluation begins when the opening is finished; the lot is at “%(status)s”."),
    "sitting_not_begun": _("The witness has not begun the evaluation yet."),
    "session_step": _("The sitting is at “%(session)s”; “%(action)s” is not possible from there."),
    "session_state": _("The sitting is at “%(session)s”; this belongs to: %(session_wanted)s."),
    "member_step": _("%(member)s is at “%(member_at)s”; “%(action)s” is not possible from there."),
    "leader_only": _("The committee's leader does this."),
    "time_not_longer": _("The new end must be later than %(ends_at)s."),
    "replacement_proposed": _("A replacement of %(member)s is proposed already."),
    # judging
    "similarity_awaited": _(
        "The comparison of the bids is awaited until %(until)s; the review begins when it has come."
    ),
    "indications_open": _("%(left)s indications wait for a view with its reason."),
    "breach_without_reason": _("A breach of clause %(clause)s needs its page and its reason."),
    "votes_cast": _("%(member)s has cast its votes."),
    "votes_missing": _("The votes cannot be counted: %(why)s."),
    "members_not_voted": _("These members have not voted: %(members)s."),
    "motions_open": _("%(left)s motions are not decided."),
    "text_wanted": _("Write a text of 1 to %(limit)s characters."),
    "answer_time_too_short": _("Give the bidder time until %(earliest)s or later."),
    "answered_already": _("This question is answered; an answer does not change."),
    "answer_late": _("The time for this answer ended at %(closes)s; it is %(at)s."),
    "price_shape": _("This is no price in yuan: %(why)s."),
    "amendments_open": _("%(left)s corrections wait for another member's confirmation."),
    "score_shape": _("“%(score)s” is no mark: write a number like 12.5."),
    "sheet_incomplete": _("The score sheet is not complete: %(why)s."),
    "sheets_missing": _("The signed score sheets of these members are missing: %(members)s."),
    "not_to_explain": _("This finding (%(fault)s) is mended, or explained by the member whom it names."),
    "nothing_to_mend": _("No check found a fault in the sheet of %(member)s."),
    "no_tie": _("No bids are equal, or the document leaves their order to no draw."),
    "report_incomplete": _("The report cannot be laid: %(why)s."),
    "report_not_signed": _("The evaluation report of lot %(lot)s is not signed."),
    # the method of a document
    "parameter_wrong": _("Parameter %(parameter)s of the method: %(why)s."),
    "all_members_dropped": _(
        "%(dropped)s of %(size)s members' marks would be left out; at least one must count."
    ),
    "sme_rate_outside": _("%(parameter)s is %(stated)s; the law allows %(lowest)s to %(highest)s."),
}

NEXT: Mapping[str, str] = {
    "pool_too_small": _(
        "Avoid fewer organisations, choose another time, or ask the pool's operator to import more experts."
    ),
    "avoid_without_ground": _("Write the ground behind the credit code, or leave the organisation out."),
    "site_unknown": _("Ask the operator to enter the site with its places."),
    "site_too_small": _("Ask the site for more places; lack of places is its only ground to refuse."),
    "no_code_issued": _("The witness knows you by this number alone, and gives you a code and a place."),
    "wrong_code": _("Ask the witness for a fresh code when none is left."),
    "similarity_awaited": _(
        "It is made by itself after the opening; when the time is over you can begin without it."
    ),
    "sum": _("Take your sheet back, mend the sum and hand it in again."),
    "range": _("Take your sheet back, mend the mark and hand it in again."),
    "objective": _("Look at the fact together; who was wrong takes the sheet back and mends it."),
    "abnormally_high_not_explained": _("The member explains the mark in writing, or takes the sheet back."),
    "abnormally_low_not_explained": _("The member explains the mark in writing, or takes the sheet back."),
    "members_missing": _("Let those in who are expected; who does not come is replaced by itself."),
}

FACTS: Mapping[str, str] = {
    "action": _("step"),
    "allowed_number": _("allowed"),
    "attempts_left": _("tries left"),
    "member_at": _("state"),
    "closes": _("ended"),
    "device": _("device"),
    "dropped": _("left out"),
    "eligible": _("may be drawn"),
    "ends_at": _("end"),
    "fault": _("fault"),
    "highest": _("highest"),
    "invitation": _("call"),
    "lowest": _("lowest"),
    "missing": _("missing"),
    "others": _("mean of the others"),
    "parameter": _("parameter"),
    "place": _("place"),
    "places": _("places"),
    "region": _("region"),
    "score": _("mark"),
    "session": _("sitting"),
    "session_wanted": _("belongs to"),
    "starts_at": _("begin"),
    "stratum": _("stratum"),
    "until": _("until"),
}

MESSAGES: Mapping[str, str] = {
    "expert_invited": _(
        "You are called to an evaluation (%(work)s) from %(starts_at)s to %(ends_at)s at %(site)s, "
        "%(address)s: accept or decline."
    ),
    "sitting_moved": _(
        "The evaluation (%(work)s) to which you are called is from %(starts_at)s to %(ends_at)s now, "
        "at %(site)s, %(address)s."
    ),
    "sitting_cancelled": _(
        "The evaluation from %(starts_at)s to %(ends_at)s at %(site)s does not take place."
    ),
    "experts_missing": _(
        "%(missing)s experts are missing for lot %(lot)s, %(title)s, and the reserve is exhausted: "
        "ask for a supplementary draw."
    ),
    "representative_named": _("You were named to the committee of lot %(lot)s, %(title)s."),
    "replacement_to_confirm": _(
        "A member of the committee of lot %(lot)s, %(title)s, is to be replaced: confirm or decline."
    ),
    "time_must_be_extended": _(
        "More than the lawful share of the committee of lot %(lot)s, %(title)s, finds the time too "
        "short: give more."
    ),
    "similarity_received": _(
        "The comparison of the bids of lot %(lot)s, %(title)s, has come: read it before the review."
    ),
    "clarification_asked": _(
        "The committee of lot %(lot)s, %(title)s, asks you to explain something in writing."
    ),
    "clarification_answered": _("A bidder of lot %(lot)s, %(title)s, has answered your question."),
    "motion_moved": _("A motion to reject a bid of lot %(lot)s, %(title)s, waits for your vote."),
    "all_scored": _("All members of lot %(lot)s, %(title)s, have signed their score sheets: sum up."),
    "summed_up": _("The marks of lot %(lot)s, %(title)s, are summed up and checked."),
    "report_to_sign": _(
        "The evaluation report of lot %(lot)s, %(title)s, waits for your signature or your dissent."
    ),
    "session_reopened": _(
        "The report of lot %(lot)s, %(title)s, was opened again: the committee goes back to the checks."
    ),
    "evaluation_signed": _("The evaluation report of lot %(lot)s, %(title)s, is signed."),
}
