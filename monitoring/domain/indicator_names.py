"""What the regulator's figures are called and how each is computed, as English message ids."""

from collections.abc import Mapping

from monitoring.domain.names import _

FIGURES: Mapping[str, str] = {
    "published": _("Lots published"),
    "closed": _("Lots closed for bids"),
    "failed": _("Lots failed"),
    "cancelled": _("Lots cancelled"),
    "opened": _("Lots opened"),
    "estimates": _("Estimates, yuan"),
    "prices": _("Winning prices, yuan"),
    "single_rate": _("Single-bid rate"),
    "failed_share": _("Failed share"),
    "mean_bids": _("Valid bids, mean"),
    "saving_rate": _("Saving, by sums"),
    "median_saving": _("Saving, median lot"),
    "striking_share": _("Lots with p ≤ 0.01"),
    "median_suspicion": _("Suspicion, median"),
    "indicated": _("Lots with an indication"),
    "cases_opened": _("Cases opened"),
    "cases_closed": _("Cases closed"),
}
FORMULAS: Mapping[str, str] = {
    "published": _("Lots whose notice was published in the period; each belongs to the month of its notice."),
    "closed": _("Of these, lots whose bid deadline has come and that were not cancelled."),
    "failed": _("Of these, lots that failed: too few bids, or none stood the review."),
    "cancelled": _("Of these, lots that the procuring entity ended before an award."),
    "opened": _("Of these, lots whose prices were read out."),
    "estimates": _("Sum of the estimates; in brackets, the lots that state one."),
    "prices": _(
        "Sum of the winners' prices as published; in brackets, the lots. A void award does not count."
    ),
    "single_rate": _(
        "Lots with exactly one valid bid at the deadline, divided by the lots whose bids were counted."
    ),
    "failed_share": _("Lots failed, divided by lots closed for bids."),
    "mean_bids": _("Valid bids at the deadline, divided by the lots whose bids were counted (in brackets)."),
    "saving_rate": _(
        "(Sum of estimates - sum of winning prices) / sum of estimates, over the lots that have both (in brackets)."
    ),
    "median_saving": _(
        "Median over the same lots of (estimate - winning price) / estimate: a large lot weighs like a small one."
    ),
    "striking_share": _(
        "Opened lots whose newest run gives p ≤ 0.01, divided by the opened lots with a p-value. "
        "Among honest lots chance alone gives about 1 %."
    ),
    "median_suspicion": _(
        "Median suspicion of the newest run, over the opened lots that have one (in brackets)."
    ),
    "indicated": _(
        "Lots with an indication that no innocent explanation accounts for and that was not dismissed; "
        "evidence, never added to the statistics."
    ),
    "cases_opened": _(
        "Cases that a second supervisor confirmed in the period, whenever their lots were published."
    ),
    "cases_closed": _("Cases that ended with an outcome in the period."),
}
VOLUME = ("published", "estimates", "prices", "saving_rate", "median_saving")
COMPETITION = ("closed", "failed_share", "mean_bids", "single_rate")
FLAGGED = ("opened", "striking_share", "indicated")
"""The columns of flags: statistics and indications, each in its own."""
CASES = ("cases_opened", "cases_closed")
