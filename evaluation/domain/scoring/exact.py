"""Exact arithmetic between the rounding steps: rationals inside, decimals only where the document rounds (M-03)."""

from decimal import Decimal
from fractions import Fraction

SHOWN = 6


def rounded(value: Fraction | Decimal, places: int) -> Decimal:
    """Round a rational half away from zero (M-02) to `places` decimals, in one step and without a limit."""
    scaled = Fraction(value) * Fraction(10) ** places
    whole = abs(scaled.numerator) * 2 + scaled.denominator
    digits = whole // (2 * scaled.denominator)
    sign = 1 if scaled < 0 and digits else 0
    return Decimal((sign, tuple(int(digit) for digit in str(digits)), -places))


def plain(value: Decimal) -> str:
    """Write a decimal without an exponent, with the places that it has."""
    return f"{value:f}"


def shown(value: Fraction | Decimal) -> str:
    """Write an unrounded value for readers: exact when it ends within six decimals, else cut off with `…`."""
    exact = Fraction(value)
    scale = 10**SHOWN
    cut = abs(exact.numerator) * scale // exact.denominator
    whole, rest = divmod(cut, scale)
    digits = f"{rest:0{SHOWN}d}"
    sign = "-" if exact < 0 else ""
    if Fraction(cut, scale) != abs(exact):
        return f"{sign}{whole}.{digits}…"
    digits = digits.rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
