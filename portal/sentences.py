"""What refusals say in words: a sentence for each reason, a name for each fact, a next step where there is one.

The keys are reason codes of `kernel.domain.refusals.Refused`; a reason that two apps use with other facts has
a sentence for each. English message ids; the catalogue holds the Chinese.
"""

from collections.abc import Mapping

from bidding.domain import wording as bidding
from deposits.domain import wording as deposits
from evaluation.domain import wording as evaluation
from monitoring.domain import wording as monitoring
from tender.domain.wording import REASONS, gettext_noop as _

FALLBACK = _("This is not possible under the rule shown here; the facts are listed below.")

ACCOUNTS: Mapping[str, str | tuple[str, ...]] = {
    "one_seat_per_account": _(
        "The account %(account)s already holds the seat %(seat)s; one account never holds a second one (%(wanted)s)."
    ),
    "certificate_of_another": _("The certificate names %(certificate)s, the seat belongs to %(seat)s."),
    "request_withdrawn": _(
        "The document “%(title)s” changed after it was laid before you; sign its new form."
    ),
    "signature_broken": _("The signature does not hold: %(why)s."),
    "signature_of_another": _("The document is signed by %(certificate)s; this seat is of %(seat)s."),
    "reason_missing": _("State the reason in words; it goes into the log."),
}

TENDER: Mapping[str, str | tuple[str, ...]] = {
    "four_eyes": (
        _(
            "%(proposed_by)s proposed this, so another person must decide it; %(by)s is the same account or person."
        ),
        _("The first word was given by %(by)s; the second must come from another person."),
    ),
    "step_not_possible": _("The lot is at “%(status)s”; the step “%(step)s” is not possible from there."),
    "not_a_draft": _("The document can only be changed while it is a draft; the lot is at “%(status)s”."),
    "custodian_twice": _("The institution %(credit_code)s already keeps another share of this lot."),
    "code_taken": _("The code %(code)s is taken by another project."),
    "terms_follow_from_rows": _("These terms follow from project and lot and are not typed: %(fields)s."),
    "not_a_duty": _("A seat of the kind %(seat)s cannot host, witness or supervise a lot."),
    "not_a_custodian": _("This seat keeps no share of lot %(lot)s."),
    "custodian_key_shape": _(
        "The signed document is not the key of the role %(role)s for this lot; make it anew with the kit."
    ),
    "custodian_key_given": _("The key of the role %(role)s was given already and is never replaced."),
    "year_not_announced": _(
        "The holidays of %(year)s are not announced yet, so no period that runs into that year can be computed."
    ),
    "not_submitted": _("Nothing was laid before you to decide."),
    "officer_missing": _("Name these officers first: %(duties)s."),
    "moved_meanwhile": _("The lot has moved on from “%(status)s” in the meantime; look at it again."),
    "proposal_open": _("A proposal of this kind for lot %(lot)s is already open."),
    "not_published": (
        _("Lot %(lot)s is not published."),
        _("%(what)s of this lot is not published yet."),
    ),
    "text_missing": _("Write a text of 1 to %(limit)s characters."),
    "objection_not_open": (
        _("This objection is no longer open: %(status)s."),
        _("This objection is not open."),
    ),
    "result_not_public": _("An objection to the result of lot %(lot)s waits until there is a public result."),
    "not_on_the_spot": (
        REASONS["not_on_the_spot"],
        _("An objection to the opening of lot %(lot)s is raised in the hall while it is open for it."),
    ),
    "winner_has_no_seat": _("The winner %(bidder)s has no live seat that could sign the contract."),
}

BIDDING: Mapping[str, str | tuple[str, ...]] = {
    **bidding.REASONS,
    "lot_takes_no_bids": _("The lot is at “%(status)s” and takes no bids."),
    "late_bid": _(
        "The last byte arrived at %(received_at)s, %(late_by)s after the deadline %(deadline)s, "
        "so the bid was not taken in."
    ),
    "addendum_demands_reseal": _(
        "Addendum %(needed)s demands that bids are sealed anew; this bid knows only %(known)s addenda."
    ),
    "supersedes_another": _(
        "The bid says that it replaces %(named)s, but the one that stands is %(live)s; fetch the state and seal again."
    ),
    "too_many_unsealed": _(
        "More than %(limit)s declared bids wait for their bytes; send or drop them first."
    ),
    "too_many_versions": _(
        "You have sent %(limit)s bids for this lot, and no more are taken; the bid that stands stays valid."
    ),
    "too_many_bytes": _(
        "All versions of your bid for this lot together have %(length)s bytes; at most %(limit)s are kept."
    ),
    "objecting_over": _("The time to object on the spot ended at %(closes)s; a complaint is open to you."),
    "objections_enough": _(
        "You have raised %(limit)s objections to this opening; put the rest into a written objection."
    ),
    "bid_not_live": _("This bid is at “%(state)s”, so there is nothing to withdraw."),
    "wrongly_addressed": _("The bid does not fit this lot: %(why)s."),
    "used_before": _("The bid %(bid)s, its nonce or one of its files was used before."),
    "time_settled_late": _("The disputed time was settled by %(by)s: the bid came too late."),
    "bytes_differ": _(
        "The bytes of the part %(part)s are not the declared ones; what arrived has the hash %(sha256)s."
    ),
    "share_too_large": _("A share file is larger than a share can be."),
    "too_few_bids": _(
        "%(valid)s valid bids, at least %(least)s are required: the lot has failed and nothing is opened."
    ),
    "another_closing_list": _(
        "This custodian already answered closing list %(answered)s and answers no other (%(asked)s)."
    ),
    "checkpoint_not_of_log": _("The checkpoint is not signed by the log %(log)s."),
    "too_few_witnesses_after_deadline": _(
        "%(wanted)s witnesses must have cosigned the checkpoint at or after %(deadline)s; so far: %(witnesses)s."
    ),
}

EVALUATION: Mapping[str, str | tuple[str, ...]] = {
    "formula_of_other_regime": (
        REASONS["formula_of_other_regime"],
        _(
            "The formula %(formula)s belongs to regime %(formula_regime)s; this lot is of regime %(lot_regime)s."
        ),
    ),
    "unknown_formula": _("The formula %(formula)s is unknown; known are: %(known)s."),
    "member_twice": _("%(member)s sits twice on the committee."),
    "expert_not_drawn": _("%(member)s was not drawn."),
    "agency_staff": _("%(member)s works for the agency of this lot."),
    "leader_not_member": _("%(leader)s is not a member of the committee."),
    "leader_is_representative": _("%(leader)s represents the procuring entity and may not lead."),
    "too_few_sites": _("The committee sits at %(sites)s sites, at least %(minimum)s are wanted."),
    "too_few_away": _(
        "%(away)s experts sit away from the procuring entity, at least %(minimum)s are wanted."
    ),
    "representative_away": _(
        "%(member)s represents the procuring entity and sits at %(site)s, away from it."
    ),
    "no_ground_for_replacement": _(
        "%(reason)s is no lawful ground for a replacement; these are: %(allowed)s."
    ),
    "no_competition": _("%(votes)s of %(members)s members find that competition is clearly lacking."),
    "sum": _("The marks of %(member)s for bid %(bid)s do not add up."),
    "range": _("A mark of %(member)s for bid %(bid)s, item %(item)s, is outside its range."),
    "objective": _("The members' marks for bid %(bid)s differ in the objective item %(item)s."),
    "abnormally_high_not_explained": _(
        "The mark of %(member)s for bid %(bid)s, item %(item)s, is abnormally high and not explained."
    ),
    "abnormally_high_not_confirmed": _(
        "The explanation of %(member)s for bid %(bid)s, item %(item)s (abnormally high), "
        "is not confirmed by another member."
    ),
    "abnormally_low_not_explained": _(
        "The mark of %(member)s for bid %(bid)s, item %(item)s, is abnormally low and not explained."
    ),
    "abnormally_low_not_confirmed": _(
        "The explanation of %(member)s for bid %(bid)s, item %(item)s (abnormally low), "
        "is not confirmed by another member."
    ),
}

MONITORING: Mapping[str, str | tuple[str, ...]] = {
    **monitoring.REASONS,
    "alert_dismissed": _("This alert was dismissed before, with the reason: %(reason)s"),
}

SENTENCES: Mapping[str, str | tuple[str, ...]] = {
    **REASONS,
    **ACCOUNTS,
    **TENDER,
    **BIDDING,
    **EVALUATION,
    **MONITORING,
    **deposits.REASONS,
    **evaluation.REASONS,
}

NEXT: Mapping[str, str] = {
    **bidding.NEXT,
    **deposits.NEXT,
    **evaluation.NEXT,
    "too_short": _("Set a later day, or publish earlier."),
    "too_early": _("Wait until the moment stated here, then do the same again."),
    "ceiling_not_stated": _("State a ceiling price in the terms, or the method by which it is computed."),
    "ceiling_above_estimate": _("Lower the ceiling to the budget or below."),
    "deposit_too_high": _("Lower the deposit to the limit or below."),
    "deposit_without_estimate": _("State the estimate, or ask no deposit."),
    "custodian_without_key": _("Ask the custodian to give its key: its workbench shows the command."),
    "no_document": _("Attach the tender document."),
    "deadline_must_move": _("State a new deadline, the stated moment or later."),
    "deadline_moves_too_little": _("State a later new deadline."),
    "paused": _("The step becomes possible by itself when the cause is gone."),
    "four_eyes": _("Ask a colleague who did not propose it to decide."),
    "year_not_announced": _(
        "The operator has been asked to enter the year; do the same again when it is entered."
    ),
    "not_submitted": _("The clerk lays it before you with “Submit for approval”."),
    "officer_missing": _("Name them on the page of the lot, under officers."),
    "not_a_draft": _("Ask the reviewer to send the document back."),
    "moved_meanwhile": _("Open the page of the lot again."),
    "one_seat_per_account": _("Make a second account for the second seat."),
    "signature_broken": _("Sign the document again, with the certificate of this seat."),
    "signature_of_another": _("Choose the certificate that was issued to this seat."),
    "certificate_of_another": _("Choose the certificate that was issued to this seat."),
    "late_bid": _("Keep the signed record of this refusal. You may object to the opening on the spot."),
    "time_settled_late": _(
        "Keep the signed record of this refusal. You may object to the opening on the spot."
    ),
    "lot_takes_no_bids": _(
        "The page of the lot shows where it stands, and its new round where there is one."
    ),
    "addendum_demands_reseal": _(
        "Fetch the lot anew with the kit, read the addendum, and seal again before the deadline."
    ),
    "bid_not_live": _("“My bids” shows which bid stands."),
    "bid_not_standing": _("“My bids” shows which bid stood at the deadline, and why this one did not."),
    "wrongly_addressed": _(
        "Fetch the lot anew with the kit and seal again; your files are still on your machine."
    ),
    "used_before": _("Seal again with the kit: it makes new keys and numbers each time."),
    "share_too_large": _("Seal again with the kit: it makes new keys and numbers each time."),
    "bytes_differ": _(
        "Upload again with the kit; it sends the file that it sealed. Do not change that file."
    ),
    "too_few_bids": _("No bid is decrypted. The page of the lot links the new round; seal a new bid for it."),
    "too_many_consents": _("Tell the host in the hall before the window ends; what came is on record."),
    "lodging_shape": _("Fetch the lot anew with the kit and repeat the command."),
    "confirmation_not_open": _("You are asked when the bids are read out; silence counts as agreement."),
    "deposits_hidden": _("Come back after the bid deadline."),
    "objection_not_open": _("Open the page of the lot again."),
    "request_withdrawn": _("Open your list of documents to sign; the new form waits there."),
}

FACTS: Mapping[str, str] = {
    **bidding.FACTS,
    **deposits.FACTS,
    **evaluation.FACTS,
    **monitoring.FACTS,
    "account": _("account"),
    "act": _("act"),
    "allowed": _("allowed"),
    "anchor": _("counted from the event"),
    "answered": _("answered"),
    "asked": _("asked"),
    "at": _("at"),
    "away": _("away"),
    "bid": _("bid"),
    "bidder": _("bidder"),
    "budget": _("budget (yuan)"),
    "by": _("by"),
    "by_amount": _("fixed limit (yuan)"),
    "by_rate": _("limit by rate (yuan)"),
    "cap": _("highest allowed (yuan)"),
    "category": _("category"),
    "cause": _("cause"),
    "ceiling": _("ceiling (yuan)"),
    "certificate": _("certificate of"),
    "changed": _("what would change"),
    "chosen": _("chosen"),
    "clash": _("same institution as"),
    "clause": _("clause"),
    "closes": _("window closes"),
    "code": _("code"),
    "counted_from": _("counted from"),
    "credit_code": _("credit code"),
    "days": _("days"),
    "deadline": _("bid deadline"),
    "differences": _("differences"),
    "duties": _("officers"),
    "earliest": _("earliest"),
    "estimate": _("estimate (yuan)"),
    "experts": _("experts"),
    "fields": _("fields"),
    "first": _("first in order"),
    "form": _("form"),
    "formula": _("formula"),
    "formula_regime": _("regime of the formula"),
    "given": _("given"),
    "ground": _("ground"),
    "grounds": _("lawful grounds"),
    "investment": _("total investment (yuan)"),
    "item": _("item"),
    "items": _("items (marks)"),
    "kind": _("kind"),
    "known": _("known"),
    "late_by": _("late by"),
    "latest": _("latest"),
    "leader": _("leader"),
    "least": _("at least"),
    "left": _("left"),
    "length": _("bytes"),
    "limit": _("limit"),
    "live": _("live bid"),
    "log": _("log"),
    "lot": _("lot"),
    "lot_regime": _("regime of the lot"),
    "member": _("member"),
    "members": _("members"),
    "minimum": _("minimum"),
    "name": _("name"),
    "named": _("named bid"),
    "needed": _("needed"),
    "new_deadline": _("new deadline"),
    "number": _("number"),
    "opens": _("window opens"),
    "part": _("part"),
    "price": _("price"),
    "proposed_by": _("proposed by"),
    "rank": _("rank"),
    "rate": _("rate"),
    "reason": _("reason"),
    "received_at": _("last byte received"),
    "regime": _("regime"),
    "role": _("role"),
    "roles": _("roles"),
    "rule": _("rule"),
    "seat": _("seat"),
    "sha256": _("SHA-256"),
    "since": _("since"),
    "site": _("site"),
    "sites": _("sites"),
    "size": _("size of the committee"),
    "state": _("state"),
    "stated": _("stated"),
    "stated_by": _("to be stated by"),
    "status": _("status"),
    "step": _("step"),
    "strata": _("experts in the strata"),
    "sum": _("sum"),
    "threshold": _("threshold"),
    "title": _("title"),
    "unit": _("unit"),
    "valid": _("valid bids"),
    "votes": _("votes"),
    "wanted": _("wanted"),
    "weight": _("weight of the price"),
    "what": _("what"),
    "why": _("why"),
    "witnesses": _("witnesses"),
    "year": _("year"),
}
