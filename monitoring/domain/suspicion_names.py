"""What the reasons of a statistical suspicion are called on pages, as English message ids."""

from collections.abc import Mapping


def _(message: str) -> str:
    """Mark a message for the catalogue; the page that shows it translates it."""
    return message


REASONS: Mapping[str, str] = {
    "low_spread": _("the bids lie close together"),
    "low_spread_here": _("the bids lie closer together than is usual in this market"),
    "wide_gap": _("the lowest bid lies far below the next one, and the others lie close together"),
    "left_skew": _("the lowest bid stands alone and the others crowd at the top"),
    "peaked": _("most bids crowd around one price"),
    "high_price": _("the lowest bid is high against the estimate"),
    "regular_bidders": _("the same firms bid here that bid almost everywhere"),
    "frequent_company": _("its bidders often meet in other lots"),
    "equal_bids": _("all bids are equal"),
}
FORMULAS: Mapping[str, str] = {
    "low_spread": _(
        "(log 0.08 - w) / 0.5; w is the logarithm of CV, less its middle on normal bids of equal n"
    ),
    "low_spread_here": _("(the market's middle w - w) / 0.5"),
    "wide_gap": _("place of log(RD + 0.02) among normal bids of equal n, less where many bid"),
    "left_skew": _("place of SKEW among normal bids of equal n, turned round"),
    "peaked": _("place of KURT among normal bids of equal n, less where many bid"),
    "high_price": _("(log(lowest bid / estimate) - the market's middle) / 0.08, within 3"),
    "regular_bidders": _("log(1 + other lots of the middle bidder) - the market's middle, where many bid"),
    "frequent_company": _(
        "log(1 + other common lots of a pair, on average) - the market's middle, where many bid"
    ),
    "equal_bids": _("three or more bids, all equal"),
}
INNOCENT: Mapping[str, str] = {
    "low_spread": _("A price list binds all bidders, or one supplier serves them all."),
    "low_spread_here": _("The job is simple where others of this market are difficult."),
    "wide_gap": _("One firm works nearby, or has idle plant."),
    "left_skew": _("One firm works nearby, or has idle plant."),
    "peaked": _("One bid has a slip, and the others are calculated alike."),
    "high_price": _("The estimate was too low, or prices rose since."),
    "regular_bidders": _("The works need the few well-known firms."),
    "frequent_company": _("The trade has few firms, or they are of one region."),
    "equal_bids": _("An authority sets the price."),
}
