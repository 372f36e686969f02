"""Shapes of JSON values, so that what two parties exchange is read strictly, or refused with the place named.

A shape is a function (value, path) that raises ShapeError; `record`, `rows` and `table` join shapes.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from kernel.domain import canonical, money

Shape = Callable[[Any, str], None]

CREDIT_CODE_LENGTH = 18
_HEX = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z", re.ASCII)
_CREDIT_CODE = re.compile(rf"[0-9A-HJ-NPQRTUWXY]{{{CREDIT_CODE_LENGTH}}}\Z", re.ASCII)
_AMOUNT = re.compile(r"(0|[1-9]\d{0,15})\.\d\d\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
TEXT_LIMIT = 10_000


class ShapeError(ValueError):
    """A value of another shape than the format allows; the message names the place."""


def fail(path: str, wanted: str) -> ShapeError:
    """Return the error for a place that should hold `wanted`."""
    return ShapeError(f"{path}: {wanted} is wanted")


def check(value: Any, shape: Shape, path: str = "$") -> None:
    """Raise ShapeError unless the value has the shape."""
    shape(value, path)


def record(**fields: Shape) -> Shape:
    """An object with exactly these keys."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise fail(path, "an object")
        if value.keys() != fields.keys():
            odd = sorted(map(str, value.keys() ^ fields.keys()))
            raise ShapeError(f"{path}: missing or unknown keys: {', '.join(odd)}")
        for name, inner in fields.items():
            inner(value[name], f"{path}.{name}")

    return shape


def rows(inner: Shape, *, least: int = 0, most: int = 100_000) -> Shape:
    """A list whose items all have one shape."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise fail(path, f"a list of {least} to {most} items")
        for index, item in enumerate(value):
            inner(item, f"{path}[{index}]")

    return shape


def table(inner: Shape, *, keys: Callable[[str], bool] = bool, least: int = 1) -> Shape:
    """An object whose keys are names and whose values have one shape."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, dict) or len(value) < least or not all(map(keys, value)):
            raise fail(path, f"an object of at least {least} named values")
        for name, item in value.items():
            inner(item, f"{path}.{name}")

    return shape


def pair(first: Shape, second: Shape) -> Shape:
    """A list of exactly two values."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, list) or len(value) != 2:
            raise fail(path, "a pair")
        first(value[0], f"{path}[0]")
        second(value[1], f"{path}[1]")

    return shape


def nullable(inner: Shape) -> Shape:
    """Null, or a value of the shape."""

    def shape(value: Any, path: str) -> None:
        if value is not None:
            inner(value, path)

    return shape


def exactly(wanted: Any) -> Shape:
    """One value and no other."""

    def shape(value: Any, path: str) -> None:
        if type(value) is not type(wanted) or value != wanted:
            raise fail(path, repr(wanted))

    return shape


def one_of(*wanted: str) -> Shape:
    """One of several words."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, str) or value not in wanted:
            raise fail(path, " or ".join(map(repr, wanted)))

    return shape


def whole_number(least: int = 0) -> Shape:
    """An integer that is not below `least`."""

    def shape(value: Any, path: str) -> None:
        if type(value) is not int or not least <= value <= canonical.MAX_INTEGER:
            raise fail(path, f"an integer from {least}")

    return shape


def base64_of(length: int | None = None) -> Shape:
    """Base64 in its one form, of `length` bytes if that is given."""

    def shape(value: Any, path: str) -> None:
        try:
            raw = canonical.unb64(value) if isinstance(value, str) else None
        except canonical.NotCanonicalError as error:
            raise ShapeError(f"{path}: {error}") from error
        if raw is None or (length is not None and len(raw) != length):
            raise fail(path, f"base64 of {length} bytes" if length is not None else "base64")

    return shape


def yes_or_no(value: Any, path: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise fail(path, "true or false")


def text(value: Any, path: str) -> None:
    """Text in NFC that is not empty."""
    any_text(value, path)
    if not value.strip():
        raise fail(path, "text")


def any_text(value: Any, path: str) -> None:
    """Text in NFC without control characters but tab and line ends, perhaps empty."""
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or not unicodedata.is_normalized("NFC", value):
        raise fail(path, "text in Unicode NFC")
    if _CONTROL.search(value):
        raise fail(path, "text without control characters")


def digest(value: Any, path: str) -> None:
    """SHA-256 in lower-case hex; also a value or a salt of 32 bytes."""
    _match(_HEX, value, path, "64 lower-case hex digits")


def identifier(value: Any, path: str) -> None:
    """A random UUID in lower case."""
    _match(_UUID, value, path, "a random UUID (v4) in lower case")


def credit_code(value: Any, path: str) -> None:
    """The credit code that names an organisation."""
    _match(_CREDIT_CODE, value, path, "a credit code of 18 characters")


def amount(value: Any, path: str) -> None:
    """Yuan with exactly two decimals, not negative."""
    _match(_AMOUNT, value, path, 'an amount such as "9800000.00"')
    try:
        money.parse(value)
    except money.AmountError as error:
        raise ShapeError(f"{path}: {error}") from error


def instant(value: Any, path: str) -> None:
    """An instant in UTC with three decimals."""
    try:
        canonical.parse_instant(value)
    except canonical.NotCanonicalError as error:
        raise ShapeError(f"{path}: {error}") from error


def anything(_value: Any, _path: str) -> None:
    """Any JSON value: what another part of the format describes."""


def members(value: Mapping[str, Any], shape: Shape, path: str) -> None:
    """Check several named values with one shape."""
    for name, item in value.items():
        shape(item, f"{path}.{name}")


def _match(pattern: re.Pattern[str], value: Any, path: str, wanted: str) -> None:
    if not isinstance(value, str) or not pattern.match(value):
        raise fail(path, wanted)
