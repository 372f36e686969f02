"""Bech32 text for keys (BIP 173, without its length limit), so that a mistyped key is noticed, never used."""

from collections.abc import Iterable

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECKSUM_LENGTH = 6
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VALUES = {char: value for value, char in enumerate(ALPHABET)}


class Bech32Error(ValueError):
    """A text that is not Bech32; the message says why."""


def encode(prefix: str, data: bytes) -> str:
    """Return lower-case Bech32 of bytes under a lower-case prefix."""
    values = _regroup(data, 8, 5, pad=True)
    polymod = _polymod([*_expand(prefix), *values, *[0] * CHECKSUM_LENGTH]) ^ 1
    checksum = [polymod >> 5 * (CHECKSUM_LENGTH - 1 - i) & 31 for i in range(CHECKSUM_LENGTH)]
    return f"{prefix}1{''.join(ALPHABET[value] for value in [*values, *checksum])}"


def decode(text: str) -> tuple[str, bytes]:
    """Return the prefix, as written, and the bytes; raises Bech32Error for anything but one canonical form."""
    if text not in {text.lower(), text.upper()}:
        raise Bech32Error("the text mixes upper and lower case")
    prefix, separator, tail = text.rpartition("1")
    if not separator or not prefix or len(tail) < CHECKSUM_LENGTH:
        raise Bech32Error("the text has no prefix, or no checksum")
    if not all(33 <= ord(char) <= 126 for char in prefix):
        raise Bech32Error("the prefix holds a character that is not allowed")
    try:
        values = [_VALUES[char] for char in tail.lower()]
    except KeyError as error:
        raise Bech32Error(f"the character {error} is not allowed") from error
    if _polymod([*_expand(prefix.lower()), *values]) != 1:
        raise Bech32Error("the checksum does not hold: a character was mistyped or lost")
    return prefix, bytes(_regroup(values[:-CHECKSUM_LENGTH], 5, 8, pad=False))


def _expand(prefix: str) -> list[int]:
    return [*(ord(char) >> 5 for char in prefix), 0, *(ord(char) & 31 for char in prefix)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check


def _regroup(data: Iterable[int], source: int, target: int, *, pad: bool) -> list[int]:
    """Cut a row of `source`-bit numbers into `target`-bit ones; without `pad`, left-over bits must be zeros."""
    found, held, bits = [], 0, 0
    for value in data:
        held, bits = held << source | value, bits + source
        while bits >= target:
            bits -= target
            found.append(held >> bits & (1 << target) - 1)
        held &= (1 << bits) - 1
    if pad and bits:
        found.append(held << target - bits & (1 << target) - 1)
    elif not pad and (bits >= source or held):
        raise Bech32Error("the text ends with loose bits")
    return found
