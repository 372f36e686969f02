"""What a custodian may do and what its word is worth: shares checked, acts bound to one witnessed closing list."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bidding.domain import messages, shapes
from bidding.domain.notice import Notice
from bidding.domain.parts import Context
from bidding.domain.shapes import ShapeError
from kernel.domain import canonical, notes
from kernel.domain.refusals import ALLOWED, Decision, Refused

RULE = "S-04"
WITNESSES_NEEDED = 2


class ShareError(ValueError):
    """A share that is not the stated one, or belongs elsewhere; the message says which."""


def share(context: Context, custodian: str, mnemonic: str) -> dict[str, Any]:
    """Return the plaintext of a share as its JSON object."""
    return {
        "domain": messages.SHARE,
        "tender": context.tender,
        "lot": context.lot,
        "bid": context.bid,
        "bidder": context.bidder,
        "part": context.part,
        "custodian": custodian,
        "nonce": context.nonce,
        "mnemonic": mnemonic,
    }


def read_share(plaintext: bytes, context: Context, custodian: str, stated: str | None) -> str:
    """Return the words of a share; raises ShareError unless it is canonical, stated, and of this place.

    `stated` is the hash in the signed statement; None for a share that was lodged after the closing.
    """
    if stated is not None and canonical.sha256(plaintext) != stated:
        raise ShareError("the share is not the one whose hash the bidder signed")
    try:
        value = canonical.from_bytes(plaintext)
        shapes.check(value, messages.SHARE_SHAPE, "share")
    except (canonical.NotCanonicalError, ShapeError) as error:
        raise ShareError(f"the share cannot be read: {error}") from error
    words: str = value["mnemonic"]
    if value != share(context, custodian, words):
        raise ShareError("the share belongs to another bid, part or custodian")
    return words


def may_act(
    notice: Notice,
    *,
    closing: str,
    checkpoint: notes.Note,
    policy: notes.Policy,
    answered: str | None = None,
) -> Decision:
    """Tell whether a custodian may act on a closing list (its hash).

    Two witnesses must have cosigned the checkpoint at or after T, and `answered`, the list for which this
    custodian already spoke, must be none or the same.
    """
    if answered is not None and answered != closing:
        return Refused(RULE, "another_closing_list", {"answered": answered, "asked": closing})
    if not checkpoint.signed_by(policy.log):
        return Refused(RULE, "checkpoint_not_of_log", {"log": policy.log.name})
    seen = policy.cosignatures(checkpoint)
    after = [one for one in seen if datetime.fromtimestamp(one.seconds, UTC) >= notice.deadline]
    if len({one.name for one in after}) < WITNESSES_NEEDED:
        times = ", ".join(
            f"{one.name} {canonical.instant(datetime.fromtimestamp(one.seconds, UTC))}" for one in seen
        )
        return Refused(
            RULE,
            "too_few_witnesses_after_deadline",
            {
                "deadline": canonical.instant(notice.deadline),
                "witnesses": times,
                "wanted": str(WITNESSES_NEEDED),
            },
        )
    return ALLOWED


def covers(value: Mapping[str, Any], wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a `ready` or `release` message names exactly the parts of exactly these bids."""
    rows = value["results"] if value["domain"] == messages.READY else value["shares"]
    return {(one["bid"], one["part"]) for one in rows} == {
        (bid, part) for bid in wanted for part in wanted[bid]
    }
