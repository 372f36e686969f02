"""The benchmark price (评标基准价) that the formulas of regime T share: which bids, which mean, which reduction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from evaluation.domain.scoring import exact, parameters
from evaluation.domain.scoring.values import PricedBid, ScoringError, Stage, Step
from kernel.domain import money


class Basis(StrEnum):
    """Which bids make the mean; `reviewed` is fixed after the first review, later rejections do not move it."""

    OPENED = "opened"
    REVIEWED = "reviewed"
    REMAINING = "remaining"


class BenchmarkParameters(parameters.Method):
    """How the benchmark is computed and rounded.

    More than `drop_above` bids: the `drop_high` highest and `drop_low` lowest are left out of the mean, and
    only of the mean. B = (C x w + M x (1 - w)) x (1 - K); without control price B = M x (1 - K). The mean is
    not rounded unless `mean_places` says so; B has `benchmark_places`, the deviation `deviation_places`
    (None = not rounded). `provisional_sum` is taken off every price first.
    """

    K: parameters.Fraction01 = Field(description="Reduction of the benchmark")
    basis: Annotated[Basis, parameters.choice(Basis)] = Field(
        default=Basis.REVIEWED, description="Bids that make the mean"
    )
    provisional_sum: parameters.Amount = Field(
        default=Decimal("0.00"), description="Sum in every price that is not scored"
    )
    drop_above: parameters.Count | None = Field(
        description="Leave out extremes when there are more bids than this"
    )
    drop_high: parameters.Count = Field(default=1, description="Highest prices left out of the mean")
    drop_low: parameters.Count = Field(default=1, description="Lowest prices left out of the mean")
    control_price: parameters.Amount | None = Field(default=None, description="Control price")
    control_weight: parameters.Weight = Field(default=Decimal(0), description="Weight of the control price")
    mean_places: parameters.Places | None = Field(
        default=None, description="Decimals of the mean, if rounded"
    )
    benchmark_places: parameters.AmountPlaces = Field(default=2, description="Decimals of the benchmark")
    deviation_places: parameters.Places | None = Field(default=2, description="Decimals of the deviation")
    score_places: parameters.Places = Field(default=2, description="Decimals of a price score")
    floor: parameters.Positive = Field(default=Decimal(0), description="Least price score")
    sme_uplift: parameters.Fraction01 = Field(
        default=Decimal(0), description="Uplift of the price score of a small enterprise"
    )
    sme_uplift_share: parameters.Fraction01 = Field(
        default=Decimal(0), description="Uplift where small enterprises do a stated share"
    )
    sme_uplift_capped: bool = Field(default=False, description="Uplift ends at full marks")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.drop_above is not None and self.drop_above < self.drop_high + self.drop_low:
            raise parameters.wrong(
                "drop", "drop_above must be at least drop_high + drop_low, or no price would be left"
            )
        if (self.control_price is None) != (self.control_weight == 0):
            raise parameters.wrong(
                "control_price", "state control_price and a control_weight above 0 together, or neither"
            )
        return self


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The benchmark in yuan, the bids that made it, and its derivation."""

    value: Decimal
    basis: tuple[tuple[str, Decimal], ...]
    steps: tuple[Step, ...]


def net(bid: PricedBid, stated: BenchmarkParameters) -> Decimal:
    """Return the price that is evaluated: the quote without the provisional sum."""
    price = bid.price - stated.provisional_sum
    if price <= 0:
        raise ScoringError(f"bid {bid.bid}: nothing is left of {bid.price} after {stated.provisional_sum}")
    return price


def compute(bids: Sequence[PricedBid], stated: BenchmarkParameters) -> Benchmark:
    """Return the benchmark of a lot (RULES 6.3, 6.4); raises ScoringError when no bid may enter the mean."""
    made_of = sorted((b for b in bids if _enters(b, stated.basis)), key=lambda b: (net(b, stated), b.bid))
    if not made_of:
        raise ScoringError("no bid is left from which a benchmark could be computed")
    kept = _without_extremes(made_of, stated)
    total = sum((net(bid, stated) for bid in kept), Decimal(0))
    mean = Fraction(total) / len(kept)
    if stated.mean_places is not None:
        mean = Fraction(exact.rounded(mean, stated.mean_places))
    weight = Fraction(stated.control_weight)
    blended = Fraction(stated.control_price or 0) * weight + mean * (1 - weight)
    value = exact.rounded(blended * (1 - Fraction(stated.K)), stated.benchmark_places)
    if value <= 0:
        raise ScoringError("the benchmark is not above zero, so no deviation from it exists")
    dropped = [bid.bid for bid in made_of if bid not in kept]
    steps = [
        Step(
            "mean",
            exact.shown(mean),
            {"sum": money.to_text(total), "count": str(len(kept)), "dropped": ", ".join(dropped)},
            places=stated.mean_places,
        ),
        *_blend_step(blended, mean, stated),
        Step(
            "benchmark",
            exact.plain(value),
            {"mean": exact.shown(blended), "K": exact.plain(stated.K)},
            places=stated.benchmark_places,
        ),
    ]
    return Benchmark(value, tuple(sorted((bid.bid, bid.price) for bid in made_of)), tuple(steps))


def deviation(price: Decimal, benchmark: Decimal, places: int | None) -> Fraction:
    """Return (P - B) / B in percent, rounded when the document says so (RULES 6.3 step 4)."""
    percent = (Fraction(price) - Fraction(benchmark)) / Fraction(benchmark) * 100
    return percent if places is None else Fraction(exact.rounded(percent, places))


def _enters(bid: PricedBid, basis: Basis) -> bool:
    if basis is Basis.OPENED:
        return True
    if basis is Basis.REVIEWED:
        return bid.rejected is not Stage.PRELIMINARY
    return bid.rejected is None


def _without_extremes(by_price: list[PricedBid], stated: BenchmarkParameters) -> list[PricedBid]:
    if stated.drop_above is None or len(by_price) <= stated.drop_above:
        return by_price
    return by_price[stated.drop_low : len(by_price) - stated.drop_high]


def _blend_step(blended: Fraction, mean: Fraction, stated: BenchmarkParameters) -> list[Step]:
    if stated.control_price is None:
        return []
    of: dict[str, Any] = {
        "control_price": money.to_text(stated.control_price),
        "control_weight": exact.plain(stated.control_weight),
        "mean": exact.shown(mean),
    }
    return [Step("blend", exact.shown(blended), of)]
