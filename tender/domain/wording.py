"""The words of refusals: each reason's sentence and each instant's name, as English message ids."""

from typing import Self

from kernel.domain.refusals import Allowed, Decision, Refused


def gettext_noop(message: str) -> str:
    """Mark a message for the catalogue; the page that shows it translates it."""
    return message


MOMENTS: dict[str, str] = {
    "document_issued": gettext_noop("issue of the tender document"),
    "documents_until": gettext_noop("end of document access"),
    "notice_period_ended": gettext_noop("end of the notice period"),
    "legality_checked": gettext_noop("legality check of the document"),
    "addendum_published": gettext_noop("publication of the addendum"),
    "deadline": gettext_noop("bid deadline"),
    "withdrawal_received": gettext_noop("receipt of the withdrawal"),
    "validity_until": gettext_noop("end of bid validity"),
    "opening_started": gettext_noop("start of the opening"),
    "opened": gettext_noop("end of the opening"),
    "evaluation_ended": gettext_noop("end of the evaluation"),
    "report_received": gettext_noop("receipt of the evaluation report"),
    "candidates_published": gettext_noop("publication of the candidates"),
    "candidates_until": gettext_noop("end of the candidates' publication"),
    "winner_determined": gettext_noop("determination of the winner"),
    "result_published": gettext_noop("publication of the result"),
    "result_until": gettext_noop("end of the result's publication"),
    "notice_issued": gettext_noop("issue of the notice of award"),
    "written_report_filed": gettext_noop("written report to the regulator"),
    "contract_signed": gettext_noop("signing of the contract"),
    "contract_published": gettext_noop("publication of the contract"),
    "deposits_returned": gettext_noop("return of the deposits"),
    "harm_known": gettext_noop("day on which the harm was known"),
    "objection_filed": gettext_noop("filing of the objection"),
    "objection_answered": gettext_noop("answer to the objection"),
    "suspension_ordered": gettext_noop("order of the suspension"),
    "suspension_lifted": gettext_noop("end of the suspension"),
}

UNITS: dict[str, str] = {
    "days": gettext_noop("days"),
    "working_days": gettext_noop("working days"),
    "hours": gettext_noop("hours"),
    "minutes": gettext_noop("minutes"),
}

REASONS: dict[str, str] = {
    # periods
    "too_short": gettext_noop(
        "Only %(given)s %(unit)s are given, at least %(limit)s are required: counted from the day after "
        "%(counted_from)s (%(anchor)s), the earliest possible day for the %(act)s is %(earliest)s, "
        "but it is set to %(at)s."
    ),
    "too_early": gettext_noop(
        "Not before %(earliest)s: the %(limit)s %(unit)s that run from the %(anchor)s (%(counted_from)s) "
        "are not over; it is %(at)s."
    ),
    "too_late": gettext_noop(
        "Too late by %(late_by)s: the %(limit)s %(unit)s that run from the %(anchor)s (%(counted_from)s) "
        "ended at %(latest)s; it is %(at)s."
    ),
    "too_late_before": gettext_noop(
        "Too late by %(late_by)s: the last moment was %(latest)s, %(limit)s %(unit)s before the %(anchor)s "
        "(%(counted_from)s); it is %(at)s."
    ),
    "not_the_instant": gettext_noop(
        "The %(act)s is at the very instant of the %(anchor)s, %(counted_from)s, not at %(at)s."
    ),
    "wrong_order": gettext_noop("The %(act)s (%(at)s) must come after the %(anchor)s (%(counted_from)s)."),
    "before_window": gettext_noop("Too early: this is possible from %(opens)s on; it is %(at)s."),
    "after_window": gettext_noop(
        "Too late by %(late_by)s: this was possible until %(closes)s; it is %(at)s."
    ),
    # the document
    "ceiling_not_stated": gettext_noop("State the ceiling price, or how it is computed (%(stated_by)s)."),
    "minimum_price_set": gettext_noop("A minimum price of %(minimum)s yuan is set; none may be."),
    "ceiling_above_estimate": gettext_noop(
        "The ceiling of %(ceiling)s yuan is above the budget of %(estimate)s yuan."
    ),
    "deposit_too_high": gettext_noop(
        "A deposit of %(asked)s yuan is asked, at most %(cap)s is allowed: %(rate)s of the estimate of "
        "%(estimate)s yuan is %(by_rate)s, the fixed limit %(by_amount)s."
    ),
    "deposit_without_estimate": gettext_noop(
        "A deposit of %(asked)s yuan is asked, but no estimate is stated from which its limit is computed."
    ),
    "deposit_form": gettext_noop("The deposit form %(form)s is not among those allowed: %(allowed)s."),
    "bond_too_high": gettext_noop(
        "A performance bond of %(asked)s yuan is asked, at most %(cap)s is allowed: %(rate)s of the contract "
        "price of %(price)s yuan."
    ),
    "validity_not_stated": gettext_noop(
        "State for how many days bids stay valid from the deadline; %(days)s is none."
    ),
    "price_weight_too_low": gettext_noop(
        "The price weighs %(weight)s, at least %(limit)s is required for this category."
    ),
    "full_marks_do_not_add_up": gettext_noop(
        "Full marks add up to %(sum)s: %(price)s for the price and %(items)s for the items; %(limit)s is required."
    ),
    "marks_where_price_ranks": gettext_noop(
        "The formula %(formula)s ranks by price alone; it takes no marks, but %(sum)s are stated."
    ),
    "item_without_marks": gettext_noop("Item %(item)s has no full marks above zero."),
    "item_twice": gettext_noop("Item %(item)s is stated twice."),
    "item_kind": gettext_noop("Item %(item)s must be objective or subjective, not %(kind)s."),
    "formula_of_other_regime": gettext_noop(
        "The formula %(formula)s is not one of regime %(regime)s, which knows: %(known)s."
    ),
    "coefficient_without_values": gettext_noop(
        "Coefficient %(name)s has no value to draw; state at least one."
    ),
    "coefficient_twice": gettext_noop("Coefficient or value %(name)s is stated twice."),
    "tie_rules": gettext_noop("Tie rules %(stated)s: state each of them once, out of %(known)s."),
    "too_many_candidates": gettext_noop("%(stated)s candidates are stated, at most %(limit)s are allowed."),
    "no_candidates": gettext_noop("%(stated)s candidates are stated, at least one is needed."),
    "committee_too_small": gettext_noop(
        "The committee has %(size)s members, at least %(minimum)s are required."
    ),
    "committee_not_odd": gettext_noop("The committee has %(size)s members; the number must be odd."),
    "too_few_experts": gettext_noop(
        "The committee of %(size)s has %(experts)s experts, at least %(minimum)s are required."
    ),
    "strata_do_not_add_up": gettext_noop(
        "The strata ask for %(strata)s experts in all, the committee has %(experts)s."
    ),
    "parts": gettext_noop(
        "Parts %(stated)s: opening comes first, and each part is one of %(known)s and stated once."
    ),
    "mode": gettext_noop("Opening mode %(stated)s is unknown; choose one of %(known)s."),
    "custodian_number": gettext_noop("%(stated)s custodians with threshold %(threshold)s: name %(allowed)s."),
    "custodian_roles": gettext_noop("The custodians' roles are %(stated)s; they must be %(wanted)s."),
    "custodian_not_independent": gettext_noop(
        "Custodian %(role)s (%(name)s, %(credit_code)s) is not an institution of its own: %(clash)s."
    ),
    "custodian_not_named_party": gettext_noop(
        "Custodian %(role)s has the credit code %(credit_code)s; %(wanted)s is expected."
    ),
    "custodian_key_twice": gettext_noop("Custodians %(roles)s have the same key; each needs its own."),
    "custodian_without_key": gettext_noop("Custodian %(role)s has no key signed by its institution yet."),
    "no_document": gettext_noop("No tender document is attached."),
    "document_name_twice": gettext_noop("Two attached files are named %(name)s."),
    "category": gettext_noop("Category %(stated)s is unknown; choose one of %(known)s."),
    "similar_experience_asked": gettext_noop(
        "Similar works are asked for, but the total investment of %(investment)s yuan is below %(limit)s."
    ),
    "investment_not_stated": gettext_noop(
        "Similar works are asked for: state the total investment; below %(limit)s yuan it may not be."
    ),
    "fair_competition_not_reviewed": gettext_noop("The document has not passed its fair competition review."),
    # addenda
    "after_deadline": gettext_noop("The bid deadline %(deadline)s has passed; it is %(at)s."),
    "deadline_moved_earlier": gettext_noop(
        "The deadline would move from %(deadline)s to %(new_deadline)s; it can only move back."
    ),
    "deadline_must_move": gettext_noop(
        "Only %(left)s are left until the deadline %(deadline)s and the change affects bids: with %(limit)s %(unit)s "
        "from %(at)s the deadline must move to %(earliest)s or later."
    ),
    "deadline_moves_too_little": gettext_noop(
        "The new deadline %(new_deadline)s is too near: with %(limit)s %(unit)s from %(at)s it must be "
        "%(earliest)s or later."
    ),
    "fixed_by_law": gettext_noop("An addendum cannot change %(changed)s; publish anew."),
    # pauses
    "paused": gettext_noop("This step waits: %(cause)s since %(since)s."),
    # award
    "candidate_number": gettext_noop("%(stated)s candidates, at most %(limit)s are allowed."),
    "publication_too_short": gettext_noop(
        "The publication would end at %(closes)s; counted from %(opens)s it must last until %(earliest)s."
    ),
    "not_a_candidate": gettext_noop("%(chosen)s is not among the candidates."),
    "not_next_in_order": gettext_noop(
        "%(chosen)s has rank %(rank)s; rank %(first)s comes first unless it falls out for one of: %(grounds)s."
    ),
    "ground_unknown": gettext_noop(
        "Rank %(rank)s cannot be passed over for %(ground)s; only for: %(grounds)s."
    ),
    "contract_differs": gettext_noop("The contract departs from the bid in: %(differences)s."),
    "contract_after_validity": gettext_noop(
        "Bids were valid until %(closes)s; the contract is dated %(at)s."
    ),
    # objections
    "not_on_the_spot": gettext_noop(
        "An objection to the opening is raised while the hall is open for it; it is %(at)s."
    ),
}


class Note(str):
    """A line of advice that still knows what it says, so that a page can say it in the reader's language."""

    __slots__ = ("refusal",)
    refusal: Refused

    def __new__(cls, refusal: Refused) -> Self:
        """Write the line in English: rule and sentence."""
        line = super().__new__(cls, f"{refusal.rule}: {sentence(refusal)}")
        line.refusal = refusal
        return line


def sentence(refusal: Refused) -> str:
    """Return a refusal's sentence in English; KeyError shows a reason or fact that has no words here."""
    return REASONS[refusal.reason] % refusal.facts


def note(refusal: Refused) -> Note:
    """Return a refusal as one line of advice: its rule and its sentence."""
    return Note(refusal)


def notes_of(decision: Decision) -> tuple[str, ...]:
    """Return the advice that a permission carries; a refusal carries none."""
    return decision.notes if isinstance(decision, Allowed) else ()
