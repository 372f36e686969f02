"""What goes into a price formula and what comes out, with every step written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from evaluation.domain.scoring import exact
from kernel.domain import money


class ScoringError(ValueError):
    """Bids or sheets that cannot be scored; the message says which and what to do."""


class Sme(StrEnum):
    """Which policy for small enterprises a bid may claim by its declaration (财库〔2020〕46号 art 9)."""

    NONE = "none"
    WHOLE = "whole"
    SHARE = "share"


class Stage(StrEnum):
    """When a bid was rejected: a benchmark that was fixed after the first review keeps a later one."""

    PRELIMINARY = "preliminary"
    DETAILED = "detailed"


@dataclass(frozen=True, slots=True)
class PricedBid:
    """An opened bid as a formula sees it.

    `price` is the corrected quote in yuan with two places; `terms` name -> value are the other quantities that
    a formula may weigh (`period_days`, …); `rejected` is None for a bid that is scored.
    """

    bid: str
    price: Decimal
    sme: Sme = Sme.NONE
    terms: Mapping[str, Decimal] = field(default_factory=dict)
    rejected: Stage | None = None

    def __post_init__(self) -> None:
        if not self.price.is_finite() or self.price < 0:
            raise ScoringError(f"bid {self.bid}: a price is an amount of at least zero, not {self.price}")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation: what was computed, from which numbers, with which result, rounded or not."""

    name: str
    value: str
    of: Mapping[str, str]
    bid: str | None = None
    places: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the step as its JSON object (docs/formats.md section 10)."""
        return {
            "step": self.name,
            "bid": self.bid,
            "of": dict(self.of),
            "value": self.value,
            "places": self.places,
        }


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One scored bid: quote, evaluated price, deviation in percent and score (None where there is none)."""

    bid: str
    price: Decimal
    evaluated: Decimal
    deviation: Decimal | None
    score: Decimal | None
    sme: Sme
    terms: Mapping[str, Decimal]

    def as_json(self) -> dict[str, Any]:
        """Return the line as its JSON object (docs/formats.md section 10)."""
        return {
            "bid": self.bid,
            "price": money.to_text(self.price),
            "sme": self.sme.value,
            "terms": [[name, exact.plain(value)] for name, value in sorted(self.terms.items())],
            "evaluated": money.to_text(self.evaluated),
            "deviation": None if self.deviation is None else exact.plain(self.deviation),
            "score": None if self.score is None else exact.plain(self.score),
        }


@dataclass(frozen=True, slots=True)
class PriceScores:
    """The result of a formula: the benchmark, a line per scored bid by bid id, and the written derivation.

    `basis` are the bids that made the benchmark with their prices in yuan; `parameters` the effective ones as
    JSON, defaults included.
    """

    formula: str
    parameters: Mapping[str, Any]
    coefficients: Mapping[str, str]
    full: Decimal | None
    benchmark: Decimal | None
    basis: tuple[tuple[str, Decimal], ...]
    lines: tuple[PriceLine, ...]
    steps: tuple[Step, ...]

    def line(self, bid: str) -> PriceLine:
        """Return the line of a bid; raises ScoringError for one that was not scored."""
        found = next((line for line in self.lines if line.bid == bid), None)
        if found is None:
            raise ScoringError(f"bid {bid} was not scored by {self.formula}")
        return found
