"""From deviation to score: what mean benchmark, composite benchmark and interval table have in common."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from evaluation.domain.scoring import benchmark, exact, uplift
from evaluation.domain.scoring.values import PricedBid, PriceLine, PriceScores, ScoringError, Step
from kernel.domain import money

Points = Callable[[Fraction, Fraction], Fraction]


def score(
    formula: str,
    bids: Sequence[PricedBid],
    stated: benchmark.BenchmarkParameters,
    full: Decimal,
    points: Points,
) -> PriceScores:
    """Score every remaining bid by `points(deviation in percent, full marks)`, floored, rounded, uplifted."""
    if stated.floor > full:
        raise ScoringError(f"the least price score {stated.floor} is above full marks {full}")
    base = benchmark.compute(bids, stated)
    lines, steps = [], list(base.steps)
    for bid in sorted((b for b in bids if b.rejected is None), key=lambda b: b.bid):
        price = benchmark.net(bid, stated)
        percent = benchmark.deviation(price, base.value, stated.deviation_places)
        raw = max(points(percent, Fraction(full)), Fraction(stated.floor))
        scored = exact.rounded(raw, stated.score_places)
        final = uplift.apply(scored, bid.sme, stated, full)
        recorded = exact.rounded(
            percent, exact.SHOWN if stated.deviation_places is None else stated.deviation_places
        )
        line = PriceLine(bid.bid, bid.price, price, recorded, final, bid.sme, bid.terms)
        lines.append(line)
        steps += [
            *_steps(line, recorded, base.value, scored, stated),
            *uplift.steps(bid, scored, final, stated),
        ]
    return PriceScores(
        formula=formula,
        parameters=stated.as_json(),
        coefficients={},
        full=full,
        benchmark=base.value,
        basis=base.basis,
        lines=tuple(lines),
        steps=tuple(steps),
    )


def _steps(
    line: PriceLine,
    recorded: Decimal,
    base: Decimal,
    scored: Decimal,
    stated: benchmark.BenchmarkParameters,
) -> list[Step]:
    found = []
    if stated.provisional_sum:
        of = {"price": money.to_text(line.price), "provisional_sum": money.to_text(stated.provisional_sum)}
        found.append(Step("net_price", money.to_text(line.evaluated), of, line.bid))
    percent = exact.plain(recorded)
    of = {"price": money.to_text(line.evaluated), "benchmark": exact.plain(base)}
    found.append(Step("deviation", percent, of, line.bid, stated.deviation_places))
    of = {"deviation": percent}
    found.append(Step("score", exact.plain(scored), of, line.bid, stated.score_places))
    return found
