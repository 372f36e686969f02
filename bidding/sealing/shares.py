"""Dealing a key among custodians (SLIP-39): two of three institutions open it, one alone learns nothing."""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share

from bidding.domain.custody import ShareError

WORDS = 33
SECRET_BYTES = 32
_WORDS = re.compile(r"[a-z]+( [a-z]+){32}\Z", re.ASCII)


def split(secret: bytes, *, threshold: int, count: int) -> list[str]:
    """Return one share of 33 words for each custodian; any `threshold` of them rebuild the secret of 32 bytes."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a dealt secret has {SECRET_BYTES} bytes")
    groups = generate_mnemonics(
        threshold, [(1, 1)] * count, secret, passphrase=b"", extendable=False, iteration_exponent=0
    )
    return [words for (words,) in groups]


def combine(mnemonics: Sequence[str]) -> bytes:
    """Return the secret from exactly as many shares as its threshold; raises ShareError when they do not fit."""
    try:
        secret: bytes = combine_mnemonics(mnemonics)
    except MnemonicError as error:
        raise ShareError(f"the shares do not fit together: {error}") from error
    return secret


def check_words(mnemonic: str, *, index: int, threshold: int, count: int) -> None:
    """Raise ShareError unless a share is custodian `index`'s of a split as `split` makes it."""
    if not _WORDS.match(mnemonic):
        raise ShareError(f"a share has {WORDS} lower-case words with single spaces")
    try:
        share = Share.from_mnemonic(mnemonic)
    except MnemonicError as error:
        raise ShareError(f"the words are no share: {error}") from error
    found = (
        share.group_index,
        share.group_threshold,
        share.group_count,
        share.index,
        share.member_threshold,
        share.iteration_exponent,
        share.extendable,
        len(share.value),
    )
    if found != (index, threshold, count, 0, 1, 0, False, SECRET_BYTES):
        raise ShareError("the share is of another split, or another custodian's")


def candidates(mnemonics: Iterable[str], threshold: int) -> Iterable[bytes]:
    """Yield the secrets that the subsets of shares give: where a bidder dealt falsely they differ."""
    for chosen in combinations(list(mnemonics), threshold):
        try:
            yield combine(chosen)
        except ShareError:
            continue
