"""Shares on their way: dealt by a bidder, examined and released by custodians, rejoined to the key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bidding.domain import custody, messages
from bidding.domain.custody import ShareError
from bidding.domain.notice import Notice
from bidding.domain.parts import Context
from bidding.domain.statements import Statement
from bidding.sealing.suites import SUITES, ContainerError, suite_of
from kernel.domain import canonical

SHARE_FILE_BYTES_MOST = 8 * 1024


@dataclass(frozen=True, slots=True)
class Dealt:
    """One custodian's share: the hash of its plaintext, and its file."""

    share: str
    file: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a share belongs: a custodian's of one part of one bid; `lodged` after the closing, or stated before."""

    statement: Statement
    part: str
    role: str
    lodged: bool = False

    @property
    def file(self) -> str | None:
        """The stated hash of the share's file; a lodged one has none."""
        return None if self.lodged else self.statement.part(self.part).shares[self.role].file

    @property
    def share(self) -> str | None:
        """The stated hash of the share's plaintext; a lodged one has none."""
        return None if self.lodged else self.statement.part(self.part).shares[self.role].share


@dataclass(frozen=True, slots=True)
class Finding:
    """What a custodian found in a share file: the share, or what is wrong and, where it can be shown, the proof.

    `proof` is the file's key and what it opens: anyone can repeat it.
    """

    share: dict[str, Any] | None
    problem: str = ""
    proof: tuple[bytes, bytes] | None = None


def deal(key: str, notice: Notice, context: Context) -> dict[str, Dealt]:
    """Return custodian -> share of a part's key, each in a file that only this custodian opens."""
    suite = suite_of(notice.suite)
    words = suite.split(key, threshold=notice.threshold, count=len(notice.custodians))
    found = {}
    for one in notice.custodians:
        plaintext = canonical.to_bytes(custody.share(context, one.role, words[one.index]))
        found[one.role] = Dealt(canonical.sha256(plaintext), suite.seal_bytes(plaintext, one.recipient))
    return found


def lodge(keys: Mapping[str, str], statement: Statement) -> dict[str, dict[str, bytes]]:
    """Return a fresh split of a bid's keys (part -> key) as a lodging carries it: part -> custodian -> file."""
    notice, found = statement.notice, {}
    for part in notice.parts:
        dealt = deal(keys[part], notice, statement.context(part))
        found[part] = {role: one.file for role, one in dealt.items()}
    return found


def read_share(plaintext: bytes, place: Place) -> dict[str, Any]:
    """Return a share as its JSON object; raises ShareError unless it is good in every way a custodian can see."""
    notice, context = place.statement.notice, place.statement.context(place.part)
    words = custody.read_share(plaintext, context, place.role, place.share)
    suite_of(notice.suite).check_share(
        words,
        index=notice.custodian(place.role).index,
        threshold=notice.threshold,
        count=len(notice.custodians),
    )
    return custody.share(context, place.role, words)


def examine(file: bytes, key: str, place: Place) -> Finding:
    """Return what a custodian with its key finds in its share file.

    A file that is not the stated one, or is not addressed to this key, gives no proof: the word alone stands.
    """
    suite = suite_of(place.statement.notice.suite)
    if place.file not in {None, canonical.sha256(file)}:
        return Finding(None, "this is not the share file whose hash the bidder signed")
    try:
        file_key = suite.file_key(file, key)
        plaintext, error = suite.open_with_file_key(file, file_key)
    except ContainerError as problem:
        return Finding(None, f"the share file does not open with this custodian's key: {problem}")
    if error is not None:
        return Finding(None, f"the share file is broken: {error}", (file_key, plaintext))
    try:
        return Finding(read_share(plaintext, place))
    except ShareError as problem:
        return Finding(None, str(problem), (file_key, plaintext))


def proof_holds(proof: tuple[bytes, bytes], file: bytes, place: Place) -> bool:
    """Tell whether a file key shows, to anyone, that a share file does not hold the stated share.

    The file must be the stated one and the key its own (by the header's HMAC); what it opens must be what the
    proof says, and must be broken, another than stated, or no share of this place.
    """
    file_key, plaintext = proof
    if place.file not in {None, canonical.sha256(file)}:
        return False
    try:
        found, error = suite_of(place.statement.notice.suite).open_with_file_key(file, file_key)
    except ContainerError:
        return False
    if found != plaintext:
        return False
    if error is not None:
        return True
    try:
        read_share(plaintext, place)
    except ShareError:
        return True
    return False


def rejoin(
    released: Mapping[str, Mapping[str, Any]], statement: Statement, part: str, *, lodged: bool = False
) -> tuple[str | None, tuple[str, ...]]:
    """Return the key of a part, if the released shares (custodian -> share) give it, and whose shares counted.

    A share counts when it is the stated one; all subsets are tried, and only a key with the stated recipient
    is returned: enough counted shares without it mean that the bidder dealt falsely.
    """
    notice, wanted = statement.notice, statement.part(part).recipient
    suite = suite_of(notice.suite)
    words: dict[str, str] = {}
    for role in notice.roles:
        if role not in released:
            continue
        try:
            plaintext = canonical.to_bytes(dict(released[role]))
            good = read_share(plaintext, Place(statement, part, role, lodged))
        except (ShareError, canonical.NotCanonicalError):
            continue
        words[role] = good["mnemonic"]
    keys = suite.rebuild(list(words.values()), threshold=notice.threshold)
    return next((one for one in keys if suite.recipient(one) == wanted), None), tuple(words)


def deal_value(
    value: bytes, *, draw: str, name: str, recipients: Mapping[str, str], suite_id: str, threshold: int
) -> dict[str, bytes]:
    """Return custodian -> share file of a contributor's value in a draw, so that it can be opened without it."""
    suite = SUITES[suite_id]
    words = suite.split_secret(value, threshold=threshold, count=len(recipients))
    found = {}
    for mnemonic, (role, recipient) in zip(words, recipients.items(), strict=True):
        share = {
            "domain": messages.DRAW_SHARE,
            "draw": draw,
            "name": name,
            "custodian": role,
            "mnemonic": mnemonic,
        }
        found[role] = suite.seal_bytes(canonical.to_bytes(share), recipient)
    return found


def open_value_share(file: bytes, key: str, suite_id: str) -> dict[str, Any]:
    """Return a custodian's share of a draw's value; raises ContainerError, or ShareError for another thing."""
    suite = SUITES[suite_id]
    plaintext, error = suite.open_with_file_key(file, suite.file_key(file, key))
    if error is not None:
        raise error
    try:
        value: dict[str, Any] = canonical.from_bytes(plaintext)
        messages.DRAW_SHARE_SHAPE(value, "draw share")
    except ValueError as problem:
        raise ShareError(f"the share of the draw's value cannot be read: {problem}") from problem
    return value


def rejoin_value(opened: Sequence[Mapping[str, Any]], *, suite_id: str, threshold: int) -> bytes:
    """Return a contributor's value from `draw-open` messages; raises ShareError when too few or odd ones came.

    The caller compares it with the commitment: that, and not this, shows that it is the value.
    """
    held = [one["share"] for one in opened]
    named = {(one["draw"], one["name"]) for one in [*opened, *held]}
    words = {one["custodian"]: one["mnemonic"] for one in held}
    if len(named) != 1 or len(words) != len(held) or len(words) < threshold:
        raise ShareError("the opened shares are too few, or of several values")
    return SUITES[suite_id].join_secret([words[role] for role in sorted(words)][:threshold])
