"""The words of deposits: sentences for findings and refusals, names of states, messages; English message ids."""

from collections.abc import Mapping

from tender.domain.wording import gettext_noop as _

REASONS: Mapping[str, str] = {
    "no_basic_account": _("No basic account of this bidder is registered; the deposit came from %(payer)s."),
    "payer_account_differs": _(
        "The deposit came from account %(payer)s; the basic account is %(registered)s."
    ),
    "payer_name_differs": _("The payer is %(payer)s; the basic account is in the name of %(registered)s."),
    "deposit_short": _("%(given)s yuan are given, %(required)s are required."),
    "deposit_late": _("The payment came at %(at)s; the deadline was %(deadline)s."),
    "guarantee_of_other_lot": _("Guarantee %(number)s is given for another lot (%(lot)s)."),
    "guarantee_not_signed": _("The signature under guarantee %(number)s does not hold: %(why)s."),
    "guarantee_signed_by_another": _("The guarantee names %(issuer)s and is signed by %(certificate)s."),
    "guarantee_issued_late": _("The guarantee was issued at %(at)s, not before the deadline %(deadline)s."),
    "guarantee_for_another": _("The guarantee is given to %(beneficiary)s, not to %(wanted)s."),
    "guarantee_of_another": _("The guarantee stands for %(principal)s, not for the bidder %(bidder)s."),
    "guarantee_begins_late": _("The guarantee begins at %(opens)s, after the deadline %(deadline)s."),
    "guarantee_ends_early": _("The guarantee ends at %(closes)s; bids are valid until %(needed)s."),
    "guarantee_not_stated": _(
        "The documents hold guarantee %(number)s, which the opening fields do not state."
    ),
    "guarantee_differs_from_opening": _(
        "The guarantee departs from what the opening fields state of it in: %(differences)s."
    ),
    "guarantee_unreadable": _(
        "The plain text of guarantee %(number)s cannot be read (%(why)s); that alone rejects no bid, "
        "its issuer is asked."
    ),
    "guarantee_not_in_force": _(
        "The issuer does not answer for guarantee %(number)s: its state is %(state)s."
    ),
    "guarantee_differs_at_issuer": _("The issuer holds another document under the number %(number)s."),
    "issuer_not_registered": _(
        "The issuer %(issuer)s of guarantee %(number)s has no registered address, so it could not be asked."
    ),
    "issuer_silent": _("The issuer has not answered yet whether guarantee %(number)s stands: %(why)s."),
    "deposits_hidden": _("Deposits of lot %(lot)s are hidden from everybody until its bid deadline."),
    "deposit_not_held": _("This deposit is at “%(state)s”; only one that is held can be decided on."),
    "deposit_decision_open": _("A decision on this deposit already waits for the second person."),
    "claim_at_issuer": _(
        "Guarantee %(number)s is kept by claiming on it at its issuer under its own terms, not by a decision here."
    ),
    "ground_of_keeping": _("A deposit is kept only for one of: %(allowed)s; not for %(ground)s."),
    "not_the_winner": _("Only the winner's deposit becomes the performance bond; %(bidder)s did not win."),
    "deposit_reason_missing": _("State the reason in words; it goes into the log and to the bidder."),
    "institution_address": _("The address must begin with https:// (or http:// on this machine): %(url)s."),
    "institution_unknown": _("No organisation has the credit code %(credit_code)s; import it first."),
    "second_bank": _("One bank at a time holds the deposits; %(bank)s does: end it first."),
    "unfit_rate": _("A rate is a share from 0 to below 1, such as 0.0035; %(stated)s is none."),
}

NEXT: Mapping[str, str] = {
    "deposit_decision_open": _("The reviewer finds it on the page of the deposits."),
    "second_bank": _("Set the present bank to ended, then add the new one."),
}

FACTS: Mapping[str, str] = {
    "payer": _("payer"),
    "registered": _("registered"),
    "given": _("given (yuan)"),
    "required": _("required (yuan)"),
    "issuer": _("issuer"),
    "beneficiary": _("beneficiary"),
    "principal": _("principal"),
    "differences": _("differences"),
    "ground": _("ground"),
    "bank": _("bank"),
    "url": _("address"),
}

FORMS: Mapping[str, str] = {
    "transfer": _("bank transfer"),
    "guarantee": _("electronic guarantee"),
    "none": _("none"),
}

KINDS: Mapping[str, str] = {
    "issuer": _("guarantee issuer"),
    "bank": _("deposit bank"),
}

STATES: Mapping[str, str] = {
    "unpaid": _("not given"),
    "paid": _("received"),
    "guaranteed": _("guarantee given"),
    "exempt": _("exempt"),
    "due": _("return due"),
    "returning": _("being returned"),
    "returned": _("returned"),
    "kept": _("not returned"),
    "converted": _("turned into performance bond"),
}

STANDINGS: Mapping[str, str] = {
    "asked": _("issuer asked"),
    "unreachable": _("issuer not reachable"),
    "unregistered": _("issuer not registered"),
    "issued": _("in force"),
    "revealed": _("in force"),
    "unknown": _("unknown to its issuer"),
    "released": _("released"),
    "expired": _("expired"),
}

CAUSES: Mapping[str, str] = {
    "no_bid": _("no bid stood at the deadline"),
    "withdrawn": _("the bid was withdrawn"),
    "deemed_withdrawn": _("the bid counts as withdrawn"),
    "lot_ended": _("the lot ended without an award"),
    "lost": _("another bid won"),
    "won": _("this bid won"),
    "decided": _("decided by two people"),
}

GROUNDS: Mapping[str, str] = {
    "revoked": _("the bid was revoked after the deadline"),
    "refused_contract": _("the winner refuses to sign the contract or adds conditions"),
    "no_performance_bond": _("the winner gives no performance bond as the document asks"),
    "collusion_or_fraud": _("collusion or fraud, where the document says so"),
}
"""When a deposit may be kept (B-06)."""

DECISIONS: Mapping[str, str] = {
    "return": _("Return now"),
    "keep": _("Do not return"),
    "convert": _("Turn into performance bond"),
}

MESSAGES: Mapping[str, str] = {
    "deposit_return_due": _("A deposit of lot %(lot)s, %(title)s, must be back by %(limit)s and is not yet."),
    "deposit_returned": _("Your deposit of %(amount)s yuan for lot %(lot)s, %(title)s, was returned."),
    "guarantee_released": _("The guarantee for lot %(lot)s, %(title)s, was released at its issuer."),
    "deposit_decided": _("It was decided on your deposit for lot %(lot)s, %(title)s: %(reason)s"),
    "deposit_to_decide": _("A decision on a deposit of lot %(lot)s, %(title)s, waits for you."),
}

OPERATOR_TASKS: Mapping[str, str] = {
    "deposit_bank_missing": _("A lot asks for deposits by transfer, but no bank is registered for them."),
    "deposit_call_failing": _("A bank or issuer does not answer as agreed; see the calls that wait."),
    "deposit_payer_unknown": _("The bank reported a deposit of a bidder that is not registered here."),
}
