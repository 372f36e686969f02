"""Amounts in yuan: exact decimals, half away from zero, and the capital numerals of Chinese documents."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
WAN = Decimal(10000)
_PLAIN = re.compile(r"-?\d{1,16}(\.\d+)?\Z", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LIMIT = Decimal(10) ** 16


class AmountError(ValueError):
    """A text that is no amount; the message says what is wrong with it."""


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round half away from zero (四舍五入, rule M-02) to a number of decimal places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def parse(text: str) -> Decimal:
    """Read an exact amount of yuan with at most two decimals; raises AmountError on anything else."""
    if not isinstance(text, str) or not _PLAIN.match(text.strip()):
        raise AmountError(f"not an amount in yuan: {text!r}")
    value = Decimal(text.strip())
    if value != round_half_up(value):
        raise AmountError(f"an amount has at most two decimals: {text!r}")
    return round_half_up(value)


def parse_rounding(text: str) -> Decimal:
    """Read any finite decimal number and round it half up to the cent, for files that others made."""
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation as error:
        raise AmountError(f"not a number: {text!r}") from error
    if not value.is_finite() or abs(value) >= _LIMIT:
        raise AmountError(f"not an amount in yuan: {text!r}")
    return round_half_up(value)


def to_text(value: Decimal) -> str:
    """Write an amount with exactly two decimals; raises AmountError when it has more."""
    if value != round_half_up(value):
        raise AmountError(f"an amount has at most two decimals: {value}")
    return f"{round_half_up(value):f}"


def grouped(value: Decimal) -> str:
    """Write an amount for people: 9,800,000.00."""
    return f"{round_half_up(value):,.2f}"


def from_wan(text: str) -> Decimal:
    """Read an interchange field in 万元 (six decimals at most) as yuan, without loss."""
    return parse(str(Decimal(text) * WAN)) if "E" not in text.upper() else parse(text)


def to_wan(value: Decimal) -> str:
    """Write yuan as an interchange field in 万元 with six decimals."""
    return f"{value / WAN:.6f}"


def capital_numerals(value: Decimal) -> str:
    """Write an amount in capital numerals (大写), as 玖佰捌拾万元整; raises AmountError beyond 10^16."""
    amount = round_half_up(value)
    if abs(amount) >= _LIMIT:
        raise AmountError("too large for capital numerals")
    sign = "负" if amount < 0 else ""
    whole, cents = divmod(int(abs(amount) * 100), 100)
    tens, ones = divmod(cents, 10)
    text = f"{_integer(whole)}元" if whole else ""
    if not cents:
        return f"{sign}{text or '零元'}整"
    if tens:
        text += f"{_DIGITS[tens]}角"
    elif whole:
        text += _DIGITS[0]
    text += f"{_DIGITS[ones]}分" if ones else "整"
    return sign + text


def read_capital_numerals(text: str) -> Decimal:
    """Read what `capital_numerals` writes; raises AmountError when the words say no amount exactly."""
    body = text.removeprefix("人民币").strip().replace("圆", "元").replace("正", "整")
    sign, body = (-1, body[1:]) if body.startswith("负") else (1, body)
    whole_text, _, tail = body.rpartition("元")
    whole = _read_integer(whole_text) if whole_text else 0
    match = re.fullmatch(r"零?(?:([壹贰叁肆伍陆柒捌玖])角)?(?:([壹贰叁肆伍陆柒捌玖])分)?整?", tail)
    if match is None:
        raise AmountError(f"cannot read the words {text!r}")
    tens, ones = (_DIGITS.index(d) if d else 0 for d in match.groups())
    value = sign * (Decimal(whole) + Decimal(tens * 10 + ones) / 100)
    if capital_numerals(value) != ("负" if sign < 0 else "") + body:
        raise AmountError(f"cannot read the words {text!r}")
    return round_half_up(value)


def _integer(value: int) -> str:
    groups = []
    while value:
        value, group = divmod(value, 10000)
        groups.append(group)
    text = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        gap = text and (group < 1000 or not groups[index + 1])
        text += ("零" if gap else "") + _group(group) + _GROUPS[index]
    return text.replace("万亿亿", "万亿")


def _group(value: int) -> str:
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + _PLACES[place]
            zero = False
        else:
            zero = True
    return text


def _read_integer(text: str) -> int:
    total = section = digit = 0
    for char in text.replace("万亿", "兆"):
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        elif char in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(char) + 1), 0
        elif char in "万亿兆":
            total, section, digit = total + (section + digit) * 10 ** (4 * ("万亿兆".index(char) + 1)), 0, 0
        else:
            raise AmountError(f"cannot read the words {text!r}")
    return total + section + digit
