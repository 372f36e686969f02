"""The whole calculation of a lot in one call: price scores, members' means, totals, ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from evaluation.domain.scoring import exact, formulas, members, ranking
from evaluation.domain.scoring.formulas import RanksBy
from evaluation.domain.scoring.values import PricedBid, PriceScores, ScoringError


@dataclass(frozen=True, slots=True)
class Method:
    """How a notice wants its bids judged (docs/formats.md section 3, members `regime`, `method` and `ties`)."""

    regime: str
    formula: str
    parameters: Mapping[str, Any]
    price_full: Decimal | None
    items: tuple[members.Item, ...]
    ties: tuple[ranking.Tie, ...]

    @classmethod
    def from_notice(cls, notice: Mapping[str, Any]) -> "Method":
        """Read the method of a notice; raises ScoringError for another shape, RefusedError across regimes."""
        try:
            method = notice["method"]
            formula = formulas.get(method["formula"], notice["regime"])
            items = tuple(members.Item.from_json(item) for item in method["items"])
            full = Decimal(method["price_full"])
            ties = tuple(ranking.Tie(tie) for tie in notice["ties"])
            stated = dict(method["parameters"])
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise ScoringError(f"the notice states no usable method: {error!r}") from error
        if len({item.id for item in items}) != len(items):
            raise ScoringError("an item stands twice in the method")
        price_full = None if formula.ranks_by is RanksBy.EVALUATED else full
        return cls(notice["regime"], formula.id, stated, price_full, items, ties)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the summary: means by item, price score, total and place."""

    bid: str
    items: Mapping[str, Decimal]
    price: Decimal | None
    total: Decimal | None
    place: ranking.Place

    def as_json(self) -> dict[str, Any]:
        """Return the row as its JSON object (docs/formats.md section 10)."""
        return {
            "bid": self.bid,
            "items": {item: exact.plain(value) for item, value in self.items.items()},
            "price": None if self.price is None else exact.plain(self.price),
            "total": None if self.total is None else exact.plain(self.total),
            "rank": self.place.rank,
            "decided_by": [tie.value for tie in self.place.decided_by],
            "shared": self.place.shared,
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that was calculated for a lot; rows from first to last."""

    price: PriceScores
    rows: tuple[Row, ...]

    def row(self, bid: str) -> Row:
        """Return the row of a bid; raises ScoringError for one that was not ranked."""
        found = next((row for row in self.rows if row.bid == bid), None)
        if found is None:
            raise ScoringError(f"bid {bid} is not ranked")
        return found


def assess(
    method: Method,
    bids: Sequence[PricedBid],
    coefficients: Mapping[str, str],
    sheets: Sequence[members.Sheet],
    *,
    sealed_at: Mapping[str, datetime],
    tie_draw: Mapping[str, int] | None = None,
) -> Assessment:
    """Calculate a lot from the notice's method, its opened bids, the drawn coefficients and the sheets.

    `sealed_at` bid -> instant of its seal. The result depends on no order of the inputs. Raises ParameterError,
    ScoringError (DrawNeededError when a tie waits for its draw).
    """
    formula = formulas.get(method.formula, method.regime)
    price = formula.score(bids, method.parameters, coefficients, full=method.price_full)
    stated = formula.read(method.parameters, coefficients)
    found = members.means(sheets, method.items, [line.bid for line in price.lines], stated)
    technical = {item.id for item in method.items if item.group is members.Group.TECHNICAL}
    entries = []
    for line in price.lines:
        marks = found[line.bid]
        if line.bid not in sealed_at:
            raise ScoringError(f"bid {line.bid} has no instant of its seal")
        total = None if line.score is None else sum(marks.values(), line.score)
        skill = sum((value for item, value in marks.items() if item in technical), Decimal(0))
        entries.append(ranking.Entry(line.bid, total, line.evaluated, line.price, skill, sealed_at[line.bid]))
    totals = {entry.bid: entry.total for entry in entries}
    rows = [
        Row(place.bid, found[place.bid], price.line(place.bid).score, totals[place.bid], place)
        for place in ranking.rank(entries, formula.ranks_by, method.ties, tie_draw)
    ]
    return Assessment(price, tuple(rows))
