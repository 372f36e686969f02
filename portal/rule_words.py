"""What the parameters of rules and formulas are called, and the codes among their values; English message ids."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop as _, pgettext

from portal.names import name_of

RULE_PARAMETERS: Mapping[str, str] = {
    "abnormal_deviation": _("deviation that counts as abnormal"),
    "amount_goods": _("most for goods"),
    "amount_survey": _("most for survey and design"),
    "amount_works": _("most for works"),
    "base_rate": _("base lending rate"),
    "basis": _("days of an interest year"),
    "benchmark": _("benchmark"),
    "categories": _("for"),
    "classes": _("in favour of"),
    "consortium_maximum": _("consortium, at most"),
    "consortium_minimum": _("consortium, at least"),
    "consortium_share": _("share in the consortium, at least"),
    "custodians": _("custodians"),
    "custodians_large": _("custodians of a large lot"),
    "deviation": _("deviation"),
    "employer_years": _("former employers of the last"),
    "exempt": _("exempt"),
    "explanation_minutes": _("time for the explanation"),
    "factor": _("factor"),
    "few_obtained": _("few is less than"),
    "fixed": _("must not change"),
    "forms": _("forms"),
    "goods": _("goods"),
    "highest_line": _("highest line"),
    "large": _("members for a large budget"),
    "large_budget": _("large from"),
    "maximum": _("at most"),
    "members_mean": _("mean of the members"),
    "minimum": _("at least"),
    "minutes": _("time"),
    "odd": _("odd number"),
    "of_ceiling": _("of the ceiling price"),
    "of_mean": _("of the mean"),
    "of_second_lowest": _("of the second lowest price"),
    "owner_code_prefixes": _("credit codes that begin with"),
    "quality": _("money kept for quality"),
    "rate": _("rate"),
    "representative_may_lead": _("a representative may lead"),
    "score": _("marks"),
    "services": _("services"),
    "stated_by": _("stated by"),
    "threshold": _("threshold"),
    "threshold_large": _("threshold of a large lot"),
    "within_estimate": _("within the estimate"),
    "without_marks": _("without marks"),
    "works_consortium_maximum": _("works, consortium, at most"),
    "works_consortium_minimum": _("works, consortium, at least"),
    "works_maximum": _("works, at most"),
    "works_minimum": _("works, at least"),
}

CODES: Mapping[str, str] = {
    "amount": _("amount"),
    "before_deadline": _("before the deadline"),
    "beneficiary": _("beneficiary"),
    "half_up": _("half up"),
    "late": _("late"),
    "not_prequalified": _("not prequalified"),
    "not_sealed": _("not sealed"),
    "opening_form": _("opening form"),
    "principal": _("principal"),
    "private": _("private enterprise"),
    "result_published": _("publication of the result"),
    "unit_price": _("unit price"),
    "unit_price_slip": _("slip in a unit price"),
    "validity": _("validity"),
    "winner_determined": _("determination of the winner"),
    "words": _("amount in words"),
}

TABLES = (
    *("part", "tie", "ground", "fault", "change", "deposit_ground", "passed_over", "formula", "mode"),
    *("deposit_form", "category", "size", "term", "addendum_topic", "unit"),
)
"""The tables of names in which the codes of rules are found when `CODES` does not know them."""

FORMULA_PARAMETERS: Mapping[str, str] = {
    "K": _("K, reduction of the benchmark"),
    "E1": _("E1, marks lost per percent above"),
    "E2": _("E2, marks lost per percent below"),
    "basis": _("Bids that make the mean"),
    "drop_above": _("Extremes are left out above so many bids"),
    "drop_high": _("Highest prices left out of the mean"),
    "drop_low": _("Lowest prices left out of the mean"),
    "provisional_sum": _("Provisional sum taken off first (yuan)"),
    "control_price": _("Control price C (yuan)"),
    "control_weight": _("Weight w of the control price"),
    "benchmark_places": _("Decimals of the benchmark"),
    "mean_places": _("Decimals of the mean"),
    "deviation_places": _("Decimals of a deviation in percent"),
    "floor": _("Least marks of a price"),
    "sme_uplift": _("Uplift for small and micro enterprises"),
    "sme_uplift_share": _("Uplift for their share"),
    "sme_uplift_capped": _("The uplift stays within full marks"),
    "table_full": _("Full marks of the interval table"),
    "score_places": _("Decimals of a price score"),
    "sme_deduction": _("Price deduction for small and micro enterprises"),
    "sme_deduction_share": _("Price deduction for their share"),
    "evaluated_places": _("Decimals of an evaluated price"),
    "member_places": _("Decimals of the members' mean"),
    "drop_members_high": _("Highest members' marks left out of a mean"),
    "drop_members_low": _("Lowest members' marks left out of a mean"),
    "intervals": _("Intervals"),
    "factors": _("Terms that move the price"),
}
BASES: Mapping[str, str] = {
    "opened": _("all bids that were opened"),
    "reviewed": _("bids that passed the preliminary review"),
    "remaining": _("bids that were not rejected"),
}
ROWS: Mapping[str, str] = {
    "over": _("Over (%)"),
    "upto": _("Up to (%)"),
    "anchor": _("Anchor"),
    "score": _("Marks"),
    "step": _("Step"),
    "term": _("Term"),
    "standard": _("Standard"),
    "per": _("Per"),
    "unit": _("In"),
    "above": _("Added above"),
    "below": _("Added below"),
}
"""The columns of the interval table and of the terms that move a price."""


def listed(words: list[str]) -> str:
    """Join words as the reader's language does."""
    return pgettext("between parts of a list", ", ").join(words)


def parameter_name(name: str) -> str:
    """Return what a rule's parameter is called, "" for its main one."""
    found = RULE_PARAMETERS.get(name)
    return gettext(found) if found else name.replace("_", " ")


def code_name(code: str) -> str:
    """Return what a code among the values of rules is called; an unknown one is shown as it is."""
    found = CODES.get(code)
    return gettext(found) if found else name_of(code, *TABLES)


def formula_parameters(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (name, value) of a formula's parameters in words, those of a table row by row."""
    found = []
    for name, value in parameters.items():
        label = FORMULA_PARAMETERS.get(name)
        found.append((gettext(label) if label else name, _formula_value(name, value)))
    return found


def _formula_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return "—"
    if isinstance(value, list):
        return "; ".join(_row(each) if isinstance(each, dict) else str(each) for each in value)
    if name == "basis" and value in BASES:
        return gettext(BASES[value])
    return str(value)


def _row(row: Mapping[str, Any]) -> str:
    cells = [f"{gettext(ROWS.get(name, name))} {value}" for name, value in row.items() if value is not None]
    return listed(cells)
