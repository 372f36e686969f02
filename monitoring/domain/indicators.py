"""The regulator's figures of a period: how much was tendered, how many bid, what was saved, what was flagged.

A lot belongs to the month in which its notice was published, by the platform's calendar; all that happened to it
since counts as it stands at the instant of asking. A figure whose denominator is empty is missing (None), never 0.
Money is in yuan and exact, rates are exact fractions; both are rounded half up only where they are shown.

    published        lots whose notice was published
    closed           lots whose bid deadline has come and that were not cancelled
    failed           lots that failed, for too few bids or because none stood the review
    cancelled        lots that their procuring entity ended before an award
    opened           lots whose prices were read out
    estimates        sum of the estimates of the lots that state one
    prices           sum of the winning prices of the lots with a published result whose award is not void
    single_rate      lots with exactly one valid bid at T / lots whose bids were counted
    failed_share     failed / closed
    mean_bids        valid bids at T of all lots whose bids were counted / these lots
    saving_rate      (sum of estimates - sum of winning prices) / sum of estimates, over the lots that have both
    median_saving    median over the same lots of (estimate - winning price) / estimate
    striking_share   opened lots whose newest run gives p <= 0.01 / opened lots to which it gives a p-value
    median_suspicion median suspicion of the newest run over the opened lots that have one
    indicated        lots with a standing indication
    cases_opened     cases that a second supervisor confirmed in the month, whatever the age of their lots
    cases_closed     cases that ended with an outcome in the month

If all lots were honest, `striking_share` would be about 1 % by chance alone (`CHANCE`), for that is what a p-value
means. Suspicion and indications stay in figures of their own: one is of prices, the other of evidence.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

from kernel.domain import money

STRIKING = 0.01
"""A p-value up to this counts as striking."""
CHANCE = Fraction(1, 100)
"""The share of honest lots whose p-value is striking: chance alone."""
MISSING = "–"
ZERO = Decimal(0)
_JANUARY = 1
_QUARTERS = range(1, 5)


class Kind(StrEnum):
    """What kind of number a figure is, which says how it is written."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    MEAN = "mean"


KINDS: Mapping[str, Kind] = {
    "published": Kind.COUNT,
    "closed": Kind.COUNT,
    "failed": Kind.COUNT,
    "cancelled": Kind.COUNT,
    "opened": Kind.COUNT,
    "estimates": Kind.MONEY,
    "prices": Kind.MONEY,
    "single_rate": Kind.SHARE,
    "failed_share": Kind.SHARE,
    "mean_bids": Kind.MEAN,
    "saving_rate": Kind.SHARE,
    "median_saving": Kind.SHARE,
    "striking_share": Kind.SHARE,
    "median_suspicion": Kind.MEAN,
    "indicated": Kind.COUNT,
    "cases_opened": Kind.COUNT,
    "cases_closed": Kind.COUNT,
}
"""Every figure by its code, in the order of pages and papers."""
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "estimates": ("estimated",),
    "prices": ("awarded",),
    "single_rate": ("single", "counted"),
    "failed_share": ("failed", "closed"),
    "mean_bids": ("counted",),
    "saving_rate": ("compared",),
    "median_saving": ("compared",),
    "striking_share": ("striking", "scored"),
    "median_suspicion": ("suspected",),
}
"""Figure -> the counts of lots that it rests on, stated beside it."""


@dataclass(frozen=True, slots=True)
class LotFact:
    """What is known of a published lot; `bids` are valid at T and None while they are not counted.

    `month` is the first day of the month of publication. `price` is the winner's, `p_value` and `suspicion` are of
    the newest run, `indications` counts those that stand.
    """

    region: str
    month: date
    regime: str
    category: str
    procuring_entity: str
    closed: bool = False
    failed: bool = False
    cancelled: bool = False
    opened: bool = False
    bids: int | None = None
    estimate: Decimal | None = None
    price: Decimal | None = None
    p_value: float | None = None
    suspicion: float | None = None
    indications: int = 0


@dataclass(frozen=True, slots=True)
class CaseFact:
    """The months in which a case was opened and closed, each None while it was not."""

    opened: date | None
    closed: date | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some lots, with the counts that they rest on; `cases_*` are None where cases have no place."""

    published: int
    closed: int
    failed: int
    cancelled: int
    opened: int
    estimated: int
    estimates: Decimal | None
    awarded: int
    prices: Decimal | None
    counted: int
    bids: int
    single: int
    compared: int
    saving_rate: Fraction | None
    median_saving: Fraction | None
    scored: int
    striking: int
    suspected: int
    median_suspicion: Fraction | None
    indicated: int
    cases_opened: int | None = None
    cases_closed: int | None = None

    @property
    def single_rate(self) -> Fraction | None:
        """The share of counted lots with exactly one valid bid."""
        return _share(self.single, self.counted)

    @property
    def failed_share(self) -> Fraction | None:
        """The share of closed lots that failed."""
        return _share(self.failed, self.closed)

    @property
    def mean_bids(self) -> Fraction | None:
        """The valid bids of a counted lot, in the mean."""
        return _share(self.bids, self.counted)

    @property
    def striking_share(self) -> Fraction | None:
        """The share of opened lots with a p-value whose p-value is at most `STRIKING`."""
        return _share(self.striking, self.scored)

    def value(self, code: str) -> int | Decimal | Fraction | None:
        """Return a figure by its code; KeyError for an unknown one."""
        found: int | Decimal | Fraction | None = getattr(self, code) if KINDS[code] else None
        return found

    def written(self, code: str) -> str:
        """Return a figure as people read it, with the counts that it rests on in brackets."""
        value = self.value(code)
        if value is None:
            return MISSING
        rests = "/".join(str(getattr(self, name)) for name in RESTS_ON.get(code, ()))
        return written(value, KINDS[code]) + (f" ({rests})" if rests else "")

    def plain(self, code: str) -> str:
        """Return a figure as programs read it: a share as a number between -1 and 1, "" where it is missing."""
        value = self.value(code)
        if value is None:
            return ""
        if isinstance(value, Fraction):
            return f"{rounded(value, 6):f}"
        return money.to_text(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one region, month, regime and category, or procuring entity; `key` names it."""

    key: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period in all, and by what its lots are grouped; cases are told in all and by month."""

    total: Figures
    regions: tuple[Row, ...]
    months: tuple[Row, ...]
    kinds: tuple[Row, ...]
    entities: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, by the first days of its first and its last one. Raises ValueError where they are none."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse what is no range of months."""
        if self.first > self.last or self.first.day != 1 or self.last.day != 1:
            raise ValueError(f"{self.first} to {self.last} are no months in their order")

    @property
    def end(self) -> date:
        """The first day after it."""
        return following(self.last)

    @property
    def quarter(self) -> tuple[int, int] | None:
        """The year and number of the quarter that it is, None where it is no quarter."""
        number = (self.first.month + 2) // 3
        return (self.first.year, number) if quarter(self.first.year, number) == self else None

    def months(self, until: date) -> tuple[date, ...]:
        """Return the first days of its months that have begun on a day."""
        found, month = [], self.first
        while month <= min(self.last, until):
            found.append(month)
            month = following(month)
        return tuple(found)


def following(month: date) -> date:
    """Return the first day of the month after one."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def quarter(year: int, number: int) -> Period:
    """Return a quarter of a year; raises ValueError for a number that is none."""
    if number not in _QUARTERS:
        raise ValueError(f"{number} is no quarter")
    return Period(date(year, number * 3 - 2, 1), date(year, number * 3, 1))


def quarter_of(day: date) -> Period:
    """Return the quarter in which a day lies."""
    return quarter(day.year, (day.month + 2) // 3)


def before(period: Period) -> Period:
    """Return the quarter before a quarter."""
    year, month = period.first.year, period.first.month
    return quarter(year - 1, 4) if month == _JANUARY else quarter(year, month // 3)


def tabulate(lots: Sequence[LotFact], cases: Sequence[CaseFact], months: Iterable[date]) -> Report:
    """Return the figures of lots and cases in all and by group; each of `months` has its row, even an empty one.

    Groups are ordered by their keys: region codes, months as 2026-03, T-works, names of procuring entities.
    The order of lots and of cases changes nothing.
    """
    shown = tuple(months)
    by_month = _grouped(lots, lambda lot: _name(lot.month))
    rows = {_name(month): _cases(cases, {month}) for month in shown}
    for key in by_month:
        rows.setdefault(key, (0, 0))
    return Report(
        total=_figures(lots, _cases(cases, set(shown))),
        regions=_rows(_grouped(lots, lambda lot: lot.region)),
        months=tuple(Row(key, _figures(by_month.get(key, ()), rows[key])) for key in sorted(rows)),
        kinds=_rows(_grouped(lots, lambda lot: f"{lot.regime}-{lot.category}")),
        entities=_rows(_grouped(lots, lambda lot: lot.procuring_entity)),
    )


def rounded(value: Fraction, places: int) -> Decimal:
    """Round an exact fraction half away from zero (四舍五入, rule M-02) to a number of decimal places."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def written(value: int | Decimal | Fraction, kind: Kind) -> str:
    """Write a figure for people: 9,800,000.00 yuan as grouped, shares in per cent to one place, means to two."""
    if kind is Kind.MONEY:
        return money.grouped(Decimal(value))  # type: ignore[arg-type]  # money is never a fraction
    if kind is Kind.SHARE:
        return f"{rounded(Fraction(value) * 100, 1)} %"
    return f"{rounded(Fraction(value), 2)}" if kind is Kind.MEAN else str(value)


def _name(month: date) -> str:
    return f"{month:%Y-%m}"


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _grouped(lots: Iterable[LotFact], key: Callable[[LotFact], str]) -> dict[str, list[LotFact]]:
    found: dict[str, list[LotFact]] = defaultdict(list)
    for lot in lots:
        found[key(lot)].append(lot)
    return found


def _rows(groups: Mapping[str, Sequence[LotFact]]) -> tuple[Row, ...]:
    return tuple(Row(key, _figures(groups[key], (None, None))) for key in sorted(groups))


def _cases(cases: Iterable[CaseFact], months: set[date]) -> tuple[int, int]:
    found = list(cases)
    return sum(case.opened in months for case in found), sum(case.closed in months for case in found)


def _figures(lots: Sequence[LotFact], cases: tuple[int | None, int | None]) -> Figures:
    estimates = [lot.estimate for lot in lots if lot.estimate is not None]
    prices = [lot.price for lot in lots if lot.price is not None]
    bids = [lot.bids for lot in lots if lot.bids is not None]
    both = [
        (Fraction(lot.estimate), Fraction(lot.price))
        for lot in lots
        if lot.estimate is not None and lot.estimate > 0 and lot.price is not None
    ]
    stated = sum((estimate for estimate, _ in both), Fraction(0))
    paid = sum((price for _, price in both), Fraction(0))
    p_values = [lot.p_value for lot in lots if lot.opened and lot.p_value is not None]
    suspicions = [Fraction(lot.suspicion) for lot in lots if lot.opened and lot.suspicion is not None]
    return Figures(
        published=len(lots),
        closed=sum(lot.closed for lot in lots),
        failed=sum(lot.failed for lot in lots),
        cancelled=sum(lot.cancelled for lot in lots),
        opened=sum(lot.opened for lot in lots),
        estimated=len(estimates),
        estimates=sum(estimates, ZERO) if estimates else None,
        awarded=len(prices),
        prices=sum(prices, ZERO) if prices else None,
        counted=len(bids),
        bids=sum(bids),
        single=sum(number == 1 for number in bids),
        compared=len(both),
        saving_rate=(stated - paid) / stated if both else None,
        median_saving=median((e - p) / e for e, p in both) if both else None,
        scored=len(p_values),
        striking=sum(p <= STRIKING for p in p_values),
        suspected=len(suspicions),
        median_suspicion=median(suspicions) if suspicions else None,
        indicated=sum(lot.indications > 0 for lot in lots),
        cases_opened=cases[0],
        cases_closed=cases[1],
    )
