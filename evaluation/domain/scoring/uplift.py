"""Small enterprises in works of regime T: the price score is raised, never the price lowered (46号文 art 9)."""

from decimal import Decimal
from fractions import Fraction

from evaluation.domain.scoring import exact
from evaluation.domain.scoring.benchmark import BenchmarkParameters
from evaluation.domain.scoring.values import PricedBid, Sme, Step


def rate(sme: Sme, stated: BenchmarkParameters) -> Decimal:
    """Return the uplift that a bid may claim: whole, for a share, or none."""
    if sme is Sme.WHOLE:
        return stated.sme_uplift
    return stated.sme_uplift_share if sme is Sme.SHARE else Decimal(0)


def apply(score: Decimal, sme: Sme, stated: BenchmarkParameters, full: Decimal) -> Decimal:
    """Return the score x (1 + rate), rounded; it ends at full marks only if the document says so (P-3)."""
    raised = exact.rounded(Fraction(score) * (1 + Fraction(rate(sme, stated))), stated.score_places)
    return exact.rounded(min(raised, full), stated.score_places) if stated.sme_uplift_capped else raised


def steps(bid: PricedBid, score: Decimal, raised: Decimal, stated: BenchmarkParameters) -> list[Step]:
    """Return the written step of an uplift, none where no rate applies."""
    applied = rate(bid.sme, stated)
    if not applied:
        return []
    of = {
        "score": exact.plain(score),
        "rate": exact.plain(applied),
        "capped": str(stated.sme_uplift_capped).lower(),
    }
    return [Step("uplift", exact.plain(raised), of, bid.bid, stated.score_places)]
