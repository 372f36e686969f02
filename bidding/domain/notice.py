"""A lot's notice and addenda as a client must read them before it seals anything to their keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.domain import cms
from accounts.domain.cms import SignatureError
from bidding.domain import shapes
from bidding.domain.shapes import ShapeError
from bidding.domain.suite import Suites, SuiteShape
from bidding.domain.trust import Trust
from kernel.domain import canonical
from kernel.domain.refusals import Refused

NOTICE_DOMAIN = "yangguang/notice/v1"
ADDENDUM_DOMAIN = "yangguang/addendum/v1"
KEY_DOMAIN = "yangguang/custodian-key/v1"
OPENING = "opening"
PARTS = (OPENING, "pricing", "documents")
CONSENT, CUSTODIANS = "consent", "custodians"
ROLES = ("procuring_entity", "centre", "third", "fourth", "fifth")
CUSTODY_SIZES = (3, 5)
SEALED, CUSTODY, TIME = "S-01", "S-04", "T-04"

_ORGANISATION = shapes.record(name=shapes.text, credit_code=shapes.credit_code)
_DOCUMENT = shapes.record(name=shapes.text, sha256=shapes.digest, length=shapes.whole_number())
_CUSTODIAN = shapes.record(
    role=shapes.one_of(*ROLES),
    name=shapes.text,
    credit_code=shapes.credit_code,
    recipient=shapes.text,
    signature=shapes.base64_of(),
)
NOTICE_SHAPE = shapes.record(
    domain=shapes.exactly(NOTICE_DOMAIN),
    suite=shapes.text,
    tender=shapes.identifier,
    lot=shapes.identifier,
    code=shapes.text,
    title=shapes.text,
    project=shapes.text,
    regime=shapes.one_of("T", "G"),
    edition=shapes.record(id=shapes.text, sha256=shapes.digest),
    category=shapes.text,
    procuring_entity=_ORGANISATION,
    agency=shapes.nullable(_ORGANISATION),
    centre=_ORGANISATION,
    published_at=shapes.instant,
    documents_until=shapes.instant,
    deadline=shapes.instant,
    deadline_rule=shapes.any_text,
    estimate=shapes.nullable(shapes.amount),
    ceiling=shapes.nullable(shapes.amount),
    parts=shapes.rows(shapes.one_of(*PARTS), least=1, most=len(PARTS)),
    mode=shapes.one_of(CONSENT, CUSTODIANS),
    threshold=shapes.whole_number(1),
    custodians=shapes.rows(_CUSTODIAN, most=len(ROLES)),
    validity_days=shapes.whole_number(),
    deposit=shapes.nullable(shapes.record(amount=shapes.amount, forms=shapes.rows(shapes.text))),
    method=shapes.anything,
    coefficients=shapes.rows(shapes.record(name=shapes.text, values=shapes.rows(shapes.text, least=1))),
    beacon=shapes.any_text,
    ties=shapes.rows(shapes.text),
    candidates=shapes.whole_number(),
    committee=shapes.anything,
    documents=shapes.rows(_DOCUMENT),
    round_of=shapes.nullable(shapes.identifier),
)
ADDENDUM_SHAPE = shapes.record(
    domain=shapes.exactly(ADDENDUM_DOMAIN),
    tender=shapes.identifier,
    lot=shapes.identifier,
    notice=shapes.digest,
    number=shapes.whole_number(1),
    previous=shapes.nullable(shapes.digest),
    published_at=shapes.instant,
    text=shapes.text,
    deadline=shapes.nullable(shapes.instant),
    reseal=shapes.yes_or_no,
    documents=shapes.rows(_DOCUMENT),
)


@dataclass(frozen=True, slots=True)
class Custodian:
    """An institution that keeps one share of each key; `index` is its group in the split."""

    index: int
    role: str
    name: str
    credit_code: str
    recipient: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Addendum:
    """A change of a notice's terms."""

    hash: str
    number: int
    previous: str | None
    published_at: datetime
    deadline: datetime | None
    reseal: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """What a sealed bid depends on; `value` is the whole notice, `hash` names it in everything later."""

    value: dict[str, Any]
    hash: str
    suite: SuiteShape
    tender: str
    lot: str
    mode: str
    parts: tuple[str, ...]
    threshold: int
    custodians: tuple[Custodian, ...]
    published_at: datetime
    first_deadline: datetime
    addenda: tuple[Addendum, ...] = ()

    @property
    def deadline(self) -> datetime:
        """T in force: the last addendum's deadline that is not null, else the notice's."""
        moved = [one.deadline for one in self.addenda if one.deadline is not None]
        return moved[-1] if moved else self.first_deadline

    @property
    def roles(self) -> tuple[str, ...]:
        """The custodians' roles in the order of their shares."""
        return tuple(one.role for one in self.custodians)

    @property
    def reseal_from(self) -> int:
        """How many addenda a bid must know to be valid still: up to the last that demands resealing."""
        return max((one.number for one in self.addenda if one.reseal), default=0)

    def custodian(self, role: str) -> Custodian:
        """Return the custodian of a role; raises ShapeError when the notice has none."""
        for one in self.custodians:
            if one.role == role:
                return one
        raise ShapeError(f"the notice has no custodian {role!r}")


@dataclass(frozen=True, slots=True)
class Reading:
    """A notice as far as it could be read, and everything that is wrong with it."""

    notice: Notice | None
    problems: tuple[Refused, ...]


def custodian_key(lot: str, role: str, recipient: str) -> dict[str, Any]:
    """Return what a custodian's institution signs over its key for one lot."""
    return {"domain": KEY_DOMAIN, "lot": lot, "custodian": role, "recipient": recipient}


def parse(value: Any, addenda: Sequence[Any], suites: Suites) -> Notice:
    """Read a notice and its addenda by their shape alone; raises ShapeError.

    Whether keys, institutions and dates may be trusted is `problems`'s question.
    """
    shapes.check(value, NOTICE_SHAPE, "notice")
    if value["suite"] not in suites:
        raise ShapeError(f"notice.suite: {value['suite']!r} is not a suite that this program knows")
    custodians = tuple(
        Custodian(
            index=index,
            role=one["role"],
            name=one["name"],
            credit_code=one["credit_code"],
            recipient=one["recipient"],
            signature=canonical.unb64(one["signature"]),
        )
        for index, one in enumerate(value["custodians"])
    )
    return Notice(
        value=value,
        hash=canonical.digest(value),
        suite=suites[value["suite"]],
        tender=value["tender"],
        lot=value["lot"],
        mode=value["mode"],
        parts=tuple(value["parts"]),
        threshold=value["threshold"],
        custodians=custodians,
        published_at=canonical.parse_instant(value["published_at"]),
        first_deadline=canonical.parse_instant(value["deadline"]),
        addenda=tuple(_addendum(one, value) for one in addenda),
    )


def read(data: bytes, addenda: Sequence[bytes], trust: Trust, suites: Suites) -> Reading:
    """Read a notice and its addenda as canonical bytes and name every problem with rule and reason.

    A client seals only when there is none: to a key that is not proven it would seal for a stranger.
    """
    try:
        value = canonical.from_bytes(data)
        notice = parse(value, [canonical.from_bytes(one) for one in addenda], suites)
    except (canonical.NotCanonicalError, ShapeError) as error:
        return Reading(None, (_problem(SEALED, "notice_unreadable", str(error)),))
    return Reading(notice, tuple(problems(notice, trust)))


def problems(notice: Notice, trust: Trust) -> Iterator[Refused]:
    """Yield every reason not to seal to a notice: its parts, custody, institutions, keys, addenda."""
    if notice.parts[0] != OPENING or len(set(notice.parts)) != len(notice.parts):
        yield _problem(SEALED, "parts", "the parts begin with opening, and none stands twice")
    if not notice.published_at < notice.first_deadline:
        yield _problem(TIME, "deadline", "the deadline must be after the publication")
    yield from _custody_problems(notice)
    yield from _institution_problems(notice)
    for custodian in notice.custodians:
        yield from _key_problems(notice, custodian, trust)
    yield from _addenda_problems(notice)


def _addendum(value: Any, notice: dict[str, Any]) -> Addendum:
    shapes.check(value, ADDENDUM_SHAPE, "addendum")
    for name, wanted in (
        ("tender", notice["tender"]),
        ("lot", notice["lot"]),
        ("notice", canonical.digest(notice)),
    ):
        shapes.check(value[name], shapes.exactly(wanted), f"addendum.{name}")
    deadline = value["deadline"]
    return Addendum(
        hash=canonical.digest(value),
        number=value["number"],
        previous=value["previous"],
        published_at=canonical.parse_instant(value["published_at"]),
        deadline=None if deadline is None else canonical.parse_instant(deadline),
        reseal=value["reseal"],
    )


def _custody_problems(notice: Notice) -> Iterator[Refused]:
    count = len(notice.custodians)
    if count not in CUSTODY_SIZES or notice.roles != ROLES[:count]:
        yield _problem(
            CUSTODY,
            "custodian_roles",
            f"three or five custodians are wanted, {', '.join(ROLES[:3])} first",
            found=", ".join(notice.roles),
        )
    elif notice.threshold != count // 2 + 1:
        yield _problem(
            CUSTODY,
            "threshold",
            "a key opens with two shares of three, or three of five, and no other number",
            found=f"{notice.threshold} of {count}",
        )
    for reason, values in (
        ("custodians_not_distinct", [one.credit_code for one in notice.custodians]),
        ("custodian_keys_not_distinct", [one.recipient for one in notice.custodians]),
    ):
        twice = sorted({one for one in values if values.count(one) > 1})
        if twice:
            yield _problem(
                CUSTODY,
                reason,
                "each custodian is an institution with a key of its own",
                twice=", ".join(twice),
            )


def _institution_problems(notice: Notice) -> Iterator[Refused]:
    value = notice.value
    buyers = {one["credit_code"] for one in (value["procuring_entity"], value["agency"]) if one is not None}
    centre = value["centre"]["credit_code"]
    if centre in buyers:
        yield _problem(
            CUSTODY,
            "centre_is_buyer",
            "the trading centre must be another institution than the buyer",
            code=centre,
        )
    for one in notice.custodians:
        if one.role == "procuring_entity":
            fits = one.credit_code in buyers
        elif one.role == "centre":
            fits = one.credit_code == centre
        else:
            fits = one.credit_code not in {*buyers, centre}
        if not fits:
            yield _problem(
                CUSTODY,
                "custodian_institution",
                "buyer and agency count as one institution, the centre is another, the others are independent of both",
                custodian=one.role,
                code=one.credit_code,
            )


def _key_problems(notice: Notice, custodian: Custodian, trust: Trust) -> Iterator[Refused]:
    why = notice.suite.recipient_problem(custodian.recipient)
    if why:
        yield _problem(CUSTODY, "custodian_key_unusable", why, custodian=custodian.role)
    signed = canonical.to_bytes(custodian_key(notice.lot, custodian.role, custodian.recipient))
    try:
        found = cms.verify_json(
            signed, custodian.signature, trust.roots, notice.published_at, domain=KEY_DOMAIN
        )
    except SignatureError as error:
        yield _problem(
            CUSTODY, "custodian_signature", str(error), custodian=custodian.role, fault=error.fault
        )
        return
    if found.signer.credit_code != custodian.credit_code:
        yield _problem(
            CUSTODY,
            "custodian_signature",
            f"the key is signed by {found.signer.credit_code}, where {custodian.credit_code} is wanted",
            custodian=custodian.role,
        )


def _addenda_problems(notice: Notice) -> Iterator[Refused]:
    previous, published, deadline = None, notice.published_at, notice.first_deadline
    for expected, one in enumerate(notice.addenda, start=1):
        number = str(one.number)
        if one.number != expected or one.previous != previous:
            yield _problem(TIME, "addenda_chain", "the addenda are not a chain without a gap", number=number)
        if one.published_at < published or one.published_at >= deadline:
            yield _problem(
                TIME,
                "addendum_time",
                "an addendum comes after the one before, and before T",
                number=number,
            )
        if one.deadline is not None and one.deadline < deadline:
            yield _problem(
                TIME,
                "deadline_earlier",
                "an addendum may move T later, never earlier",
                number=number,
            )
        previous, published, deadline = one.hash, one.published_at, one.deadline or deadline


def _problem(rule: str, reason: str, why: str, **facts: str) -> Refused:
    return Refused(rule, reason, {"why": why, **facts})
