"""What screens, findings and explanations are called on pages, as English message ids."""

from collections.abc import Mapping

from monitoring.domain.indications import Item, Result
from monitoring.domain.lifecycle import AlertState
from monitoring.domain.record import Missing, Sign


def _(message: str) -> str:
    """Mark a message for the catalogue; the page that shows it translates it."""
    return message


TITLES: Mapping[str, str] = {
    "CV": _("Coefficient of variation"),
    "SPD": _("Spread"),
    "DIFFP": _("Distance of the two lowest"),
    "RD": _("Relative distance"),
    "RDNOR": _("Normalised distance"),
    "RDALT": _("Alternative distance"),
    "KURT": _("Kurtosis"),
    "SKEW": _("Skewness"),
    "KSTEST": _("Distance from even spacing"),
    "D": _("Distance of scaled bids from their ranks"),
    "b1/estimate": _("Lowest bid over the estimate"),
    "m/estimate": _("Mean bid over the estimate"),
    "bn/estimate": _("Highest bid over the estimate"),
    "b1/ceiling": _("Lowest bid over the ceiling"),
    "m/ceiling": _("Mean bid over the ceiling"),
    "bn/ceiling": _("Highest bid over the ceiling"),
}
FORMULAS: Mapping[str, str] = {
    "CV": _("standard deviation of the bids, divided by their mean"),
    "SPD": _("highest bid less the lowest, divided by the lowest"),
    "DIFFP": _("second lowest bid less the lowest, divided by the lowest"),
    "RD": _(
        "second lowest bid less the lowest, divided by the standard deviation of all bids but the lowest"
    ),
    "RDNOR": _("second lowest bid less the lowest, divided by the mean gap between neighbouring bids"),
    "RDALT": _(
        "second lowest bid less the lowest, divided by the mean gap between neighbouring bids that are not the lowest"
    ),
    "KURT": _("bias-corrected excess kurtosis of the bids (Fisher's G2)"),
    "SKEW": _("bias-corrected skewness of the bids (Fisher and Pearson's G1)"),
    "KSTEST": _(
        "largest distance of the bids, stretched to 0 … 1, from evenly spaced ones (Kolmogorov and Smirnov's D)"
    ),
    "D": _("largest distance of the bids, divided by their standard deviation, from their ranks over n + 1"),
    "b1/estimate": _("lowest bid divided by the estimate"),
    "m/estimate": _("mean of the bids divided by the estimate"),
    "bn/estimate": _("highest bid divided by the estimate"),
    "b1/ceiling": _("lowest bid divided by the ceiling price"),
    "m/ceiling": _("mean of the bids divided by the ceiling price"),
    "bn/ceiling": _("highest bid divided by the ceiling price"),
}
SIGN_NAMES: Mapping[str, str] = {Sign.LOW: _("low values"), Sign.HIGH: _("high values")}
MISSING: Mapping[str, str] = {
    Missing.TOO_FEW: _("missing: too few bids"),
    Missing.ZERO: _("missing: a bid of zero"),
    Missing.EQUAL: _("missing: all bids are equal"),
    Missing.LOSERS_EQUAL: _("missing: all bids but the lowest are equal"),
    Missing.NO_BASE: _("missing: the notice does not state it"),
    Missing.BEYOND: _("missing: larger than can be written"),
}
ITEMS: Mapping[str, str] = {
    Item.SAME_PREPARER: _("One preparer of several bids"),
    Item.REGULAR_PRICES: _("Regular differences of prices"),
    Item.ONE_ACCOUNT: _("Payments from one account"),
}
EVIDENCE: Mapping[str, str] = {
    "person": _("a person's name in the files"),
    "unit": _("a unit's name in the files"),
    "template": _("one template (a circumstance)"),
    "software": _("one program (a circumstance)"),
    "created": _("one instant of creation (a circumstance)"),
    "equal_prices": _("three or more equal prices"),
    "arithmetic_progression": _("prices in equal steps"),
    "geometric_progression": _("prices in equal ratios"),
    "equal_differences": _("pairs of prices equally far apart"),
    "payer_account": _("one payer's account"),
}
EXEMPTIONS: Mapping[str, str] = {
    "tender_document": _("The name stands in the files that were issued with the tender document"),
    "generic_name": _("The name is one that any machine bears"),
    "software_default": _("The name is a program's own"),
    "same_agency": _("The name is that of the procuring side or of its people"),
    "chance": _("Independent bids would show it often enough"),
    "rounding": _("Bids rounded to one coarse grid would show it often enough"),
    "ceiling_rates": _("The prices are round rates of the ceiling or the estimate"),
    "common_basis": _("The whole lot counts on one basis"),
    "document_price": _("The tender document sets these prices"),
    "issuer_account": _("The account is a guarantee issuer's own"),
    "collection_account": _("The account collects deposits, as the document says"),
}
RESULTS: Mapping[str, str] = {
    Result.EXPLAINS: _("explains it"),
    Result.FAILS: _("does not explain it"),
    Result.UNTRIED: _("cannot be tried"),
}
FACTS: Mapping[str, str] = {
    "step": _("common step"),
    "bids": _("bids"),
    "null": _("null model"),
    "chance": _("chance"),
    "weight": _("weight"),
    "holders": _("account holders"),
    "documents": _("documents"),
    "names": _("names"),
    "name": _("name"),
    "software": _("programs"),
    "offices": _("offices"),
    "grid": _("grid in yuan"),
    "limit": _("limit"),
    "ways": _("ways to choose"),
    "hits": _("prices on the grid"),
    "points": _("points of the grid for each"),
    "density": _("density for each yuan"),
    "bases": _("bases"),
    "base": _("base"),
    "groups": _("separate groups"),
    "from": _("from"),
    "prices": _("prices"),
    "accounts": _("accounts"),
}
VALUES: Mapping[str, str] = {
    "independent_bids_bounded_density": _("independent bids from one distribution of bounded density"),
    "circumstance": _("a circumstance, never evidence alone"),
    "ceiling": _("Ceiling price"),
    "estimate": _("Estimate"),
}
FIELDS: Mapping[str, str] = {
    "author": _("author"),
    "last_modified_by": _("last modified by"),
    "manager": _("manager"),
    "company": _("company"),
    "template": _("template"),
    "software": _("program"),
    "created": _("created"),
    "price": _("price"),
    "deposit": _("deposit"),
    "guarantee_fee": _("fee of a guarantee"),
}
ALERT_STATES: Mapping[str, str] = {
    AlertState.NEW: _("new"),
    AlertState.SEEN: _("seen"),
    AlertState.DISMISSED: _("dismissed"),
}
UNREAD: Mapping[str, str] = {
    "too_large": _("too large"),
    "unknown_form": _("neither docx, xlsx nor pdf"),
    "encrypted": _("encrypted"),
    "bomb": _("unpacks beyond its limit"),
    "doctype": _("declares a document type"),
    "broken": _("broken"),
    "killed": _("ended the reader"),
    "too_many": _("too many files"),
}
EDITIONS: Mapping[str, str] = {"public": _("Public edition"), "audit": _("Auditors' edition")}
