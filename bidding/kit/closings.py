"""A closing list as a bidder or custodian must see it before it acts: signed, witnessed after T, and the only one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.domain.cms import SignatureError
from bidding.domain import closing as lists, custody, records
from bidding.domain.closing import ClosingError, Line
from bidding.domain.notice import Notice
from bidding.domain.records import ReceiptError
from bidding.domain.shapes import ShapeError
from bidding.kit import answers, files
from bidding.kit.errors import KitError, RefusedError, Told
from bidding.kit.session import Kit
from kernel.domain import canonical, notes
from kernel.domain.refusals import Refused

EVIDENCE = ("entry", "salt", "proof", "checkpoint")


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing list that holds, the lines of it that were shown, and the checkpoint under which it was seen."""

    value: dict[str, Any]
    data: bytes
    lines: tuple[Line, ...]
    checkpoint: str

    @property
    def hash(self) -> str:
        """H of the list."""
        return canonical.sha256(self.data)

    @property
    def checkpoint_hash(self) -> str:
        """H of the checkpoint's text, as acts name it."""
        return canonical.sha256(self.checkpoint.encode("utf-8"))

    def is_whole(self) -> bool:
        """Tell whether every line was shown."""
        return len(self.lines) == len(self.value["lines"])


def is_logged(answer: Mapping[str, Any]) -> bool:
    """Tell whether an answer holds a closing list with its proof: before that there is nothing to act on."""
    return answer.get("closing") is not None and all(answer.get(name) is not None for name in EVIDENCE)


def read(kit: Kit, notice: Notice, answer: Mapping[str, Any]) -> Closing:
    """Return the closing list of an answer, everything but its witnesses checked; raises KitError."""
    found = answers.signed(answer, "closing", "closing_signature")
    if found is None:
        raise KitError("closing_missing")
    data, signature = found
    try:
        value = lists.parse(canonical.from_bytes(data), notice)
        kit.trust.signed_by_platform(value, signature, canonical.parse_instant(value["counted_at"]))
        lines = tuple(_line(row) for row in answers.rows(answer, "lines"))
        lists.check_lines(value, lines)
        records.verify_logged(value, answer, kit.trust)
    except (
        canonical.NotCanonicalError,
        ShapeError,
        SignatureError,
        ClosingError,
        ReceiptError,
    ) as error:
        raise KitError("closing_bad", why=error) from error
    return Closing(value, data, lines, answers.text(answer, "checkpoint"))


def may_act(kit: Kit, notice: Notice, closing: Closing, remembered: Path) -> None:
    """Raise RefusedError unless two witnesses saw the list at T or later, and it is the one that was answered before.

    `remembered` keeps the list on disk for good before anything is signed under it.
    """
    known = files.known(remembered)
    decision = custody.may_act(
        notice,
        closing=closing.hash,
        checkpoint=notes.Note.parse(closing.checkpoint),
        policy=kit.trust.policy,
        answered=None if known is None else canonical.sha256(known),
    )
    if isinstance(decision, Refused):
        raise RefusedError("must_not_act", [Told.of(decision)], by="kit")
    first = files.remember(remembered, closing.data)
    if first != closing.data:
        facts = {"answered": canonical.sha256(first), "asked": closing.hash}
        raise RefusedError("must_not_act", [Told(custody.RULE, "another_closing_list", facts)], by="kit")


def own_line(closing: Closing, expected: Mapping[str, Any]) -> Line:
    """Return the line of a bid, as its own receipt says that it must be; raises KitError otherwise."""
    found = [one for one in closing.lines if one.value["bid"] == expected["bid"]]
    if len(found) != 1:
        raise KitError("line_missing", bid=expected["bid"])
    wrong = sorted(name for name, wanted in expected.items() if found[0].value[name] != wanted)
    if wrong:
        raise KitError("line_wrong", bid=expected["bid"], names=", ".join(wrong))
    return found[0]


def valid(lines: Sequence[Line]) -> dict[str, dict[str, Any]]:
    """Return the valid lines by bid."""
    return {one.value["bid"]: one.value for one in lines if one.value["status"] == lists.Status.VALID}


def _line(row: Mapping[str, Any]) -> Line:
    salt = answers.text(row, "salt")
    if len(salt) != 2 * lists.SALT_BYTES:
        raise ClosingError(f"a line's salt has {lists.SALT_BYTES} bytes in hex")
    try:
        return Line(bytes.fromhex(salt), answers.mapping(row.get("line"), "lines.line"))
    except ValueError as error:
        raise ClosingError("a line's salt is not hex") from error
