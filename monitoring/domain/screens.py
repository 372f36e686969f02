"""The ten screens of one tender in exact arithmetic: the plain form that the vectorised one must equal."""

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

Amount = int | float | Decimal

NAMES = ("CV", "SPD", "DIFFP", "RD", "RDNOR", "RDALT", "KURT", "SKEW", "KSTEST", "D")
MINIMUM = {
    "CV": 2, "SPD": 2, "DIFFP": 2, "RD": 3, "RDNOR": 3,
    "RDALT": 3, "KURT": 4, "SKEW": 3, "KSTEST": 3, "D": 3,
}  # fmt: skip
"""The fewest bids for which each screen is defined."""
BASES = ("estimate", "ceiling")
RATIOS = tuple(f"{part}/{base}" for base in BASES for part in ("b1", "m", "bn"))
DIGITS = 15
"""Every decimal number of so many digits is told apart by a double (IEEE 754), so a float may stand for it."""
MAX_PLACES = 22
"""10^22 is the largest power of ten that a double holds exactly."""


def screens(amounts: Iterable[Amount]) -> dict[str, float | None]:
    """Return the ten screens of one tender's valid bids, each a pure number or None where it is missing.

    `amounts` are prices in any one unit, in any order. Missing: too few bids, a bid of zero, all bids equal, all
    losing bids equal (RD and RDALT), a value beyond a double; never 0 for want of an answer and never infinite.
    Raises ValueError for a negative or unreadable amount. Sources: Abrantes-Metz et al. 2006 (CV); Imhof 2018;
    Imhof, Karagök, Rutz 2018; Huber, Imhof 2019; Huber, Imhof, Ishii 2022; García Rodríguez et al. 2022.
    """
    return of_whole_numbers(whole_numbers(amounts))


def of_whole_numbers(bids: list[int]) -> dict[str, float | None]:
    """Return the ten screens of sorted bids in whole numbers of any one unit."""
    if len(bids) < 2 or bids[0] == 0 or bids[0] == bids[-1]:
        return dict.fromkeys(NAMES)
    return {name: _value(name, bids) for name in NAMES}


def ratios(
    amounts: Iterable[Amount], *, estimate: Amount | None = None, ceiling: Amount | None = None
) -> dict[str, float | None]:
    """Return lowest, mean and highest bid over the estimate and over the ceiling price; None where unknown.

    Missing when the base is unknown or zero, when there is no bid, and when a bid is zero.
    """
    bids = sorted(_exact(amount) for amount in amounts)
    found: dict[str, float | None] = dict.fromkeys(RATIOS)
    if not bids or not bids[0]:
        return found
    parts = {"b1": bids[0], "m": sum(bids, Fraction(0)) / len(bids), "bn": bids[-1]}
    for base, value in zip(BASES, (estimate, ceiling), strict=True):
        if value:
            for part, price in parts.items():
                found[f"{part}/{base}"] = _divide(price, _exact(value))
    return found


def whole_numbers(amounts: Iterable[Amount]) -> list[int]:
    """Return the amounts, sorted, as whole numbers of one small unit; every screen is the same in any unit.

    Exact for int and Decimal. Floats stand for the decimal numbers that they print, so that a cent is a cent,
    when all of a tender have at most fifteen digits in one common number of places; else for their binary values.
    """
    given = list(amounts)
    for amount in given:
        if not math.isfinite(amount) or amount < 0:
            raise ValueError(f"a bid is a finite amount of at least 0, not {amount!r}")
    shortest = all(not isinstance(amount, float) for amount in given) or _decimal_floats(given)
    exact = [_exact(amount, shortest=shortest) for amount in given]
    unit = math.lcm(*(value.denominator for value in exact))
    return sorted(int(value * unit) for value in exact)


def _decimal_floats(amounts: Sequence[Amount]) -> bool:
    written = [Decimal(str(amount)).normalize() for amount in amounts if isinstance(amount, float)]
    places = max(0, *(-int(number.as_tuple().exponent) for number in written))
    return places <= MAX_PLACES and all(number.scaleb(places) < 10**DIGITS for number in written)


def _exact(amount: Amount, *, shortest: bool = True) -> Fraction:
    return Fraction(str(amount)) if isinstance(amount, float) and shortest else Fraction(amount)


def _value(name: str, bids: list[int]) -> float | None:
    if len(bids) < MINIMUM[name]:
        return None
    try:
        return _FORMULAS[name](bids)
    except (OverflowError, ZeroDivisionError):
        return None  # beyond a double, or nothing to divide by: missing by definition


def _divide(above: Fraction, below: Fraction) -> float | None:
    try:
        return float(above / below)
    except OverflowError:
        return None  # beyond a double: missing by definition


def _power_sum(bids: Sequence[int], power: int) -> int:
    """Return the sum of (n*b - sum)^power: n^power times the central power sum, without a division."""
    n, total = len(bids), sum(bids)
    return sum((n * bid - total) ** power for bid in bids)


def _cv(bids: list[int]) -> float:
    return math.sqrt(_power_sum(bids, 2) / (sum(bids) ** 2 * (len(bids) - 1)))


def _spd(bids: list[int]) -> float:
    return (bids[-1] - bids[0]) / bids[0]


def _diffp(bids: list[int]) -> float:
    return (bids[1] - bids[0]) / bids[0]


def _rd(bids: list[int]) -> float:
    losing = bids[1:]
    count = len(losing)
    return math.sqrt((bids[1] - bids[0]) ** 2 * count**2 * (count - 1) / _power_sum(losing, 2))


def _rdnor(bids: list[int]) -> float:
    return (bids[1] - bids[0]) * (len(bids) - 1) / (bids[-1] - bids[0])


def _rdalt(bids: list[int]) -> float:
    return (bids[1] - bids[0]) * (len(bids) - 2) / (bids[-1] - bids[1])


def _kurt(bids: list[int]) -> float:
    n, square, fourth = len(bids), _power_sum(bids, 2), _power_sum(bids, 4)
    above = (n - 1) * ((n + 1) * n * fourth - 3 * (n - 1) * square**2)
    return above / ((n - 2) * (n - 3) * square**2)


def _skew(bids: list[int]) -> float:
    n, square, cube = len(bids), _power_sum(bids, 2), _power_sum(bids, 3)
    return math.copysign(math.sqrt(n**2 * (n - 1) * cube**2 / ((n - 2) ** 2 * square**3)), cube)


def _kstest(bids: list[int]) -> float:
    n, reach = len(bids), bids[-1] - bids[0]
    steps = ((i * reach, n * (bid - bids[0])) for i, bid in enumerate(bids, 1))
    return max(max(stair - at, at - stair + reach) for stair, at in steps) / (n * reach)


def _d(bids: list[int]) -> float:
    n = len(bids)
    scale, square = n**2 * (n - 1), _power_sum(bids, 2)
    return max(abs(math.sqrt(bid**2 * scale / square) - i / (n + 1)) for i, bid in enumerate(bids, 1))


_FORMULAS: dict[str, Callable[[list[int]], float]] = {
    "CV": _cv, "SPD": _spd, "DIFFP": _diffp, "RD": _rd, "RDNOR": _rdnor,
    "RDALT": _rdalt, "KURT": _kurt, "SKEW": _skew, "KSTEST": _kstest, "D": _d,
}  # fmt: skip
