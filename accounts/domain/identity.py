"""Credit codes, resident numbers and transaction codes: their check characters, and how they are shown."""

import re
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2, mod_37_2

_RESIDENT = re.compile(r"\d{17}[\dX]\Z", re.ASCII)
_PROVINCES = frozenset(
    f"{n}"
    for span in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for n in (*span, 71, 81, 82, 83)
)
MOD_37_2 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"


class IdentityError(ValueError):
    """A number that cannot be right; the message says why."""


def credit_code(text: str) -> str:
    """Return a unified social credit code (GB 32100) trimmed and in upper case; raises IdentityError."""
    code = text.strip().upper()
    try:
        if uscc.validate(code) != code:
            raise IdentityError(f"a credit code has 18 characters without separators: {code!r}")
    except ValidationError as error:
        raise IdentityError(f"{code!r} is no credit code: {error}") from error
    return code


def resident_number(text: str) -> str:
    """Return a resident identity number (GB 11643) in upper case; raises IdentityError.

    Form, province, birth date and check character are judged. The district is not: numbers are older than
    the districts of today, and lists of districts by year refuse people who exist.
    """
    number = text.strip().upper()
    if not _RESIDENT.match(number) or number[:2] not in _PROVINCES:
        raise IdentityError(
            "a resident number has 17 digits and a check character, and begins with a province"
        )
    try:
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError as error:
        raise IdentityError("the resident number's birth date does not exist") from error
    if mod_11_2.calc_check_digit(number[:-1]) != number[-1]:
        raise IdentityError("the check character of the resident number is wrong")
    return number


def masked(number: str) -> str:
    """Return a resident number for showing: 510802********0014."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def trade_check(code: str) -> str:
    """Return the check character of a transaction code (ISO 7064 MOD 37-2), which may be `*`."""
    return str(mod_37_2.calc_check_digit(code, MOD_37_2))
