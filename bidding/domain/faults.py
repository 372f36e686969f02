"""Why a bid was not opened, and whose cause it was: one table over logged facts (rule O-01).

A bid that stays closed for the bidder's reason counts as revoked (视为撤销, the deposit may be kept); for any
other reason as withdrawn (视为撤回, the deposit goes back and the loss may be claimed). The table proposes, host
and witness decide. It blames a bidder only for what the bidder did or left undone, shown by its own signature
or by a proof that anyone can repeat, and only if that alone kept the bid closed: where another's failure
would have kept it closed as well, or is as likely the cause, the bidder is not blamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bidding.domain.notice import CONSENT, CUSTODIANS


class Mode(StrEnum):
    """Whether the notice asks each bidder for an act of opening."""

    CONSENT = CONSENT
    CUSTODIANS = CUSTODIANS


class Consent(StrEnum):
    """What came of a bidder's consent: in its window, after it, unusable (signature or closing list), or nothing."""

    GIVEN = "given"
    LATE = "late"
    INVALID = "invalid"
    ABSENT = "absent"


class Share(StrEnum):
    """A custodian's word on its share: usable, bad with a proof that holds, bad without one, or no word at all."""

    READY = "ready"
    BAD_PROVEN = "bad_proven"
    BAD_UNPROVEN = "bad_unproven"
    ABSENT = "absent"


class Lodging(StrEnum):
    """What came of a bidder's fresh split: none sent, confirmed by enough custodians, proven bad, not confirmed."""

    NONE = "none"
    GOOD = "good"
    BAD = "bad"
    UNCONFIRMED = "unconfirmed"


class Key(StrEnum):
    """Whether the released shares rebuild the key whose recipient the bidder signed."""

    MATCHES = "matches"
    DIFFERS = "differs"


class Content(StrEnum):
    """What the key opened: the stated part with readable fields, another thing, or a part with unreadable fields."""

    WELL_FORMED = "well_formed"
    MALFORMED = "malformed"
    FIELDS_UNREADABLE = "fields_unreadable"


class Outcome(StrEnum):
    """What becomes of a bid at the opening."""

    OPENED = "opened"
    DEEMED_REVOKED = "deemed_revoked"
    DEEMED_WITHDRAWN = "deemed_withdrawn"


class Cause(StrEnum):
    """Why; the code in the opening table."""

    CONTAINER_LOST = "container_lost"
    CUSTODIANS_FAILED = "custodians_failed"
    BIDDER_HINDERED = "bidder_hindered"
    SHARES_BAD = "shares_bad"
    CONSENT_ABSENT = "consent_absent"
    CONSENT_LATE = "consent_late"
    CONSENT_INVALID = "consent_invalid"
    CUSTODIANS_WITHHELD = "custodians_withheld"
    SHARES_FALSE = "shares_false"
    PART_MALFORMED = "part_malformed"
    FIELDS_UNREADABLE = "fields_unreadable"


class Supply(StrEnum):
    """Whether enough usable shares stand before the release, and on whom it lay if not."""

    ENOUGH = "enough"
    BIDDER_SHORT = "bidder_short"
    BIDDER_HINDERED = "bidder_hindered"
    OTHERS_SHORT = "others_short"


class Act(StrEnum):
    """Whether the bidder's act of opening stands in the way: done, not asked or excused; else what it lacks."""

    NOTHING_OWED = "nothing_owed"
    ABSENT = "absent"
    LATE = "late"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the log says of one part of one bid.

    `hindered`: host and witness logged a failure, not the bidder's, of platform, network, certificate service
    or custody in the time in which the bidder had to act. `intact`: the stored container has the stated hash.
    `shares`: one word for each custodian. `released`: how many custodians released a share that is the stated
    one, or the lodged one. `key` and `content` are read only where enough was released.
    """

    mode: Mode
    threshold: int
    shares: tuple[Share, ...]
    consent: Consent = Consent.ABSENT
    hindered: bool = False
    intact: bool = True
    lodging: Lodging = Lodging.NONE
    released: int = 0
    key: Key = Key.MATCHES
    content: Content = Content.WELL_FORMED


@dataclass(frozen=True, slots=True)
class Decision:
    """What the table proposes for a bid."""

    outcome: Outcome
    cause: Cause | None
    sentence: str

    @property
    def blames_bidder(self) -> bool:
        """Tell whether the deposit may be kept on this ground."""
        return self.outcome is Outcome.DEEMED_REVOKED


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts as far as the table distinguishes them."""

    intact: bool
    supply: Supply
    act: Act
    released: bool
    key: Key
    content: Content


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: None in a column means that it does not matter."""

    decision: Decision
    intact: bool | None = True
    supply: Supply | None = Supply.ENOUGH
    act: Act | None = Act.NOTHING_OWED
    released: bool | None = None
    key: Key | None = None
    content: Content | None = None

    def fits(self, situation: Situation) -> bool:
        """Tell whether this line speaks of a situation."""
        columns = ("intact", "supply", "act", "released", "key", "content")
        return all(getattr(self, name) in {None, getattr(situation, name)} for name in columns)


def _revoked(cause: Cause, sentence: str) -> Decision:
    return Decision(Outcome.DEEMED_REVOKED, cause, sentence)


def _withdrawn(cause: Cause, sentence: str) -> Decision:
    return Decision(Outcome.DEEMED_WITHDRAWN, cause, sentence)


TABLE: tuple[Row, ...] = (
    Row(
        _withdrawn(
            Cause.CONTAINER_LOST,
            "The platform no longer holds the bytes that it receipted, so the bid cannot be opened.",
        ),
        intact=False,
        supply=None,
        act=None,
    ),
    Row(
        _withdrawn(
            Cause.CUSTODIANS_FAILED,
            "Too few custodians reported a usable share, and the bidder's own shares are not proven the reason.",
        ),
        supply=Supply.OTHERS_SHORT,
        act=None,
    ),
    Row(
        _withdrawn(
            Cause.BIDDER_HINDERED,
            "The bidder's shares were bad, and another's failure kept it from lodging its key anew in time.",
        ),
        supply=Supply.BIDDER_HINDERED,
        act=None,
    ),
    Row(
        _revoked(
            Cause.SHARES_BAD,
            "So many of the bidder's shares are proven bad that no custodian could have helped to open the bid, "
            "and it lodged no usable key.",
        ),
        supply=Supply.BIDDER_SHORT,
        act=None,
    ),
    Row(
        _revoked(Cause.CONSENT_ABSENT, "The bidder did not consent to the opening of its bid."),
        act=Act.ABSENT,
    ),
    Row(
        _revoked(Cause.CONSENT_LATE, "The bidder's consent came after its window had ended."),
        act=Act.LATE,
    ),
    Row(
        _revoked(
            Cause.CONSENT_INVALID,
            "The bidder's consent was not signed with its certificate, or named another closing list.",
        ),
        act=Act.INVALID,
    ),
    Row(
        _withdrawn(
            Cause.CUSTODIANS_WITHHELD,
            "Enough custodians had reported their shares ready, but too few released them.",
        ),
        released=False,
    ),
    Row(
        _revoked(
            Cause.SHARES_FALSE,
            "The shares that the bidder signed were released, and do not rebuild the key that it stated.",
        ),
        released=True,
        key=Key.DIFFERS,
    ),
    Row(
        _revoked(
            Cause.PART_MALFORMED,
            "The key opened the stored container, and what is in it is not the part that the bidder stated.",
        ),
        released=True,
        key=Key.MATCHES,
        content=Content.MALFORMED,
    ),
    Row(
        Decision(
            Outcome.OPENED,
            Cause.FIELDS_UNREADABLE,
            "The bid was opened; its opening fields cannot be read, which the committee must judge.",
        ),
        released=True,
        key=Key.MATCHES,
        content=Content.FIELDS_UNREADABLE,
    ),
    Row(
        Decision(Outcome.OPENED, None, "The bid was opened."),
        released=True,
        key=Key.MATCHES,
        content=Content.WELL_FORMED,
    ),
)


def decide(facts: Facts) -> Decision:
    """Return what the table proposes for one part; raises ValueError for facts of another number of custodians."""
    here = situation(facts)
    return next(row.decision for row in TABLE if row.fits(here))


def decide_bid(parts: Mapping[str, Facts]) -> Decision:
    """Return what the table proposes for a bid of several parts that are released together.

    A bid is opened when all are. Where one part failed for another's reason the bid is withdrawn, also when
    a second one failed for the bidder's: either alone would have kept the bid closed.
    """
    found = [decide(parts[name]) for name in sorted(parts)]
    if not found:
        raise ValueError("a bid has at least one part")
    rank = (Outcome.DEEMED_WITHDRAWN, Outcome.DEEMED_REVOKED, Outcome.OPENED)
    return min(found, key=lambda one: (rank.index(one.outcome), one.cause is None))


def situation(facts: Facts) -> Situation:
    """Return the facts as far as the table distinguishes them."""
    return Situation(
        intact=facts.intact,
        supply=supply(facts),
        act=act(facts),
        released=facts.released >= facts.threshold,
        key=facts.key,
        content=facts.content,
    )


def act(facts: Facts) -> Act:
    """Tell whether the bidder owed an act that it did not do; a logged failure of another excuses it."""
    if facts.mode is Mode.CUSTODIANS or facts.consent is Consent.GIVEN or facts.hindered:
        return Act.NOTHING_OWED
    return {Consent.ABSENT: Act.ABSENT, Consent.LATE: Act.LATE, Consent.INVALID: Act.INVALID}[facts.consent]


def supply(facts: Facts) -> Supply:
    """Tell whether enough shares stand, and else whose lack it is.

    The bidder's, only if its proven bad shares alone leave too few, whatever the custodians had done, and
    it lodged nothing usable; a lodging that custodians did not confirm is not the bidder's lack.
    """
    count = len(facts.shares)
    if not 0 < facts.threshold <= count or not 0 <= facts.released <= count:
        raise ValueError("the facts name a threshold or releases that do not fit the number of custodians")
    ready, proven = facts.shares.count(Share.READY), facts.shares.count(Share.BAD_PROVEN)
    if ready >= facts.threshold or facts.lodging is Lodging.GOOD:
        return Supply.ENOUGH
    if count - proven < facts.threshold and facts.lodging is not Lodging.UNCONFIRMED:
        return Supply.BIDDER_HINDERED if facts.hindered else Supply.BIDDER_SHORT
    return Supply.OTHERS_SHORT


def may_lodge(facts: Facts) -> bool:
    """Tell whether a bidder may lodge its keys anew before the release: a bad share is proven, or too few are ready."""
    return Share.BAD_PROVEN in facts.shares or facts.shares.count(Share.READY) < facts.threshold


def release_reason(facts: Facts) -> str | None:
    """Return why a bid stands in the release list, or None where it must not be released.

    With consent or where none is asked; without one where another's failure kept the bidder from giving it;
    never when its container is lost or too few shares stand, since then it could not be opened whole.
    """
    if not facts.intact or supply(facts) is not Supply.ENOUGH or act(facts) is not Act.NOTHING_OWED:
        return None
    if facts.mode is Mode.CUSTODIANS:
        return "custodians"
    return "consent" if facts.consent is Consent.GIVEN else "other_fault"


def word(result: str | None, *, proof_holds: bool) -> Share:
    """Return what a custodian's finding counts as: None is no word, a `bad` counts only with a proof that holds."""
    if result is None:
        return Share.ABSENT
    if result == "ready":
        return Share.READY
    return Share.BAD_PROVEN if proof_holds else Share.BAD_UNPROVEN


def in_time(
    *, received_at: datetime, witnessed_at: datetime | None, opens_at: datetime, closes_at: datetime
) -> bool:
    """Tell whether a message came in its window [opens_at, closes_at).

    The platform's stamp decides; a witness's cosignature from before the end outweighs a later stamp, since
    what a witness had seen had arrived.
    """
    seen_at = received_at if witnessed_at is None else min(received_at, witnessed_at)
    return opens_at <= received_at and seen_at < closes_at
