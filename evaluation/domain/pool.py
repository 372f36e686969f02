"""A row of the expert pool's CSV as facts, everything that is wrong with it named at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.domain.identity import IdentityError, credit_code

COLUMNS = ("username", "title", "years", "majors", "region", "employers")
BETWEEN, SPAN = ";", ".."
REGION_DIGITS = 6


class RowError(ValueError):
    """A row that is no expert; the message names every field that is wrong and what is expected there."""


@dataclass(frozen=True, slots=True)
class Employer:
    """An employer by credit code, from a day to a day; `until_date` is the last one, None while it lasts."""

    credit_code: str
    from_date: date
    until_date: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """An expert as the pool's operator enters it; majors and region are codes."""

    username: str
    title: str
    years: int
    majors: tuple[str, ...]
    region: str
    employers: tuple[Employer, ...]


def read(row: Mapping[str, str]) -> Row:
    """Read a row with the columns of `COLUMNS`; raises RowError.

    `majors` are separated by `;`, and so are `employers`, each written `CODE 2019-03-01..` or
    `CODE 2015-01-01..2019-02-28`.
    """
    wrong: list[str] = []

    def take(name: str, parse: Callable[[str], object], wanted: str) -> object:
        try:
            return parse(row.get(name, "").strip())
        except (ValueError, IdentityError) as error:
            wrong.append(f"{name}: {wanted} ({error})")
            return None

    found = {
        "username": take("username", _text, "the account of the expert's seat"),
        "title": take("title", _text, "the professional title"),
        "years": take("years", _count, "whole years in the field"),
        "majors": take("majors", _majors, f"at least one code, separated by {BETWEEN}"),
        "region": take("region", _region, "a code of six digits (GB/T 2260)"),
        "employers": take("employers", _employers, f"CODE FROM{SPAN}UNTIL, separated by {BETWEEN}"),
    }
    if wrong:
        raise RowError("; ".join(wrong))
    return Row(**found)  # type: ignore[arg-type]  # each value was parsed by the reader of its field


def _text(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"not {text!r}")
    return int(text)


def _majors(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(part.strip() for part in text.split(BETWEEN) if part.strip()))
    if not codes:
        raise ValueError("none")
    return codes


def _region(text: str) -> str:
    if len(text) != REGION_DIGITS or not text.isascii() or not text.isdigit():
        raise ValueError(f"not {text!r}")
    return text


def _employers(text: str) -> tuple[Employer, ...]:
    return tuple(_employer(part.strip()) for part in text.split(BETWEEN) if part.strip())


def _employer(text: str) -> Employer:
    code, _, days = text.partition(" ")
    first, mark, last = days.strip().partition(SPAN)
    if not mark:
        raise ValueError(f"no days in {text!r}")
    started, ended = date.fromisoformat(first), date.fromisoformat(last) if last else None
    if ended is not None and ended < started:
        raise ValueError(f"{text!r} ends before it starts")
    return Employer(credit_code(code), started, ended)
