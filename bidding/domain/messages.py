"""What bidders and custodians send around an opening, each as one shape (docs/formats.md section 6).

`parse` reads any of them; the functions below build them. What a message must agree with (the closing list,
the notice) is checked by `custody` and by `opening`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bidding.domain import shapes
from bidding.domain.notice import PARTS, ROLES
from bidding.domain.parts import Context
from bidding.domain.shapes import Shape, ShapeError
from kernel.domain import canonical

CONSENT = "yangguang/opening-consent/v1"
LODGING = "yangguang/lodging/v1"
READY = "yangguang/custodian-ready/v1"
RELEASE = "yangguang/release/v1"
SHARE = "yangguang/share/v1"
DRAW_COMMIT = "yangguang/draw-commit/v1"
DRAW_REVEAL = "yangguang/draw-reveal/v1"
DRAW_OPEN = "yangguang/draw-open/v1"
DRAW_SHARE = "yangguang/draw-share/v1"
FAULT_DECISION = "yangguang/fault-decision/v1"
NONCE_BYTES = 32
FILE_KEY_BYTES = 16

_ROLE = shapes.one_of(*ROLES)
_PART = shapes.one_of(*PARTS)
SHARE_SHAPE = shapes.record(
    domain=shapes.exactly(SHARE),
    tender=shapes.identifier,
    lot=shapes.identifier,
    bid=shapes.identifier,
    bidder=shapes.credit_code,
    part=_PART,
    custodian=_ROLE,
    nonce=shapes.base64_of(NONCE_BYTES),
    mnemonic=shapes.text,
)
DRAW_SHARE_SHAPE = shapes.record(
    domain=shapes.exactly(DRAW_SHARE),
    draw=shapes.text,
    name=shapes.text,
    custodian=_ROLE,
    mnemonic=shapes.text,
)
_PROOF = shapes.record(file_key=shapes.base64_of(FILE_KEY_BYTES), plaintext=shapes.base64_of())
_RESULT = shapes.record(
    bid=shapes.identifier,
    part=_PART,
    result=shapes.one_of("ready", "bad"),
    proof=shapes.nullable(_PROOF),
)
_ESCROW = shapes.table(shapes.base64_of(), keys=ROLES.__contains__)
SHAPES: Mapping[str, Shape] = {
    CONSENT: shapes.record(
        domain=shapes.exactly(CONSENT),
        tender=shapes.identifier,
        lot=shapes.identifier,
        bid=shapes.identifier,
        bidder=shapes.credit_code,
        statement=shapes.digest,
        closing=shapes.digest,
        nonce=shapes.base64_of(NONCE_BYTES),
    ),
    LODGING: shapes.record(
        domain=shapes.exactly(LODGING),
        tender=shapes.identifier,
        lot=shapes.identifier,
        bid=shapes.identifier,
        bidder=shapes.credit_code,
        closing=shapes.digest,
        nonce=shapes.base64_of(NONCE_BYTES),
        parts=shapes.table(_ESCROW, keys=PARTS.__contains__),
    ),
    READY: shapes.record(
        domain=shapes.exactly(READY),
        lot=shapes.identifier,
        custodian=_ROLE,
        closing=shapes.digest,
        checkpoint=shapes.digest,
        results=shapes.rows(_RESULT),
    ),
    RELEASE: shapes.record(
        domain=shapes.exactly(RELEASE),
        lot=shapes.identifier,
        custodian=_ROLE,
        closing=shapes.digest,
        release=shapes.digest,
        checkpoint=shapes.digest,
        shares=shapes.rows(shapes.record(bid=shapes.identifier, part=_PART, share=SHARE_SHAPE)),
    ),
    DRAW_COMMIT: shapes.record(
        domain=shapes.exactly(DRAW_COMMIT),
        draw=shapes.text,
        name=shapes.text,
        commit=shapes.digest,
        escrow=_ESCROW,
    ),
    DRAW_REVEAL: shapes.record(
        domain=shapes.exactly(DRAW_REVEAL),
        draw=shapes.text,
        name=shapes.text,
        value=shapes.digest,
    ),
    DRAW_OPEN: shapes.record(
        domain=shapes.exactly(DRAW_OPEN),
        draw=shapes.text,
        name=shapes.text,
        custodian=_ROLE,
        share=DRAW_SHARE_SHAPE,
    ),
    FAULT_DECISION: shapes.record(
        domain=shapes.exactly(FAULT_DECISION),
        tender=shapes.identifier,
        lot=shapes.identifier,
        bid=shapes.identifier,
        bidder=shapes.credit_code,
        closing=shapes.digest,
        outcome=shapes.one_of("opened", "deemed_revoked", "deemed_withdrawn"),
        cause=shapes.nullable(shapes.text),
        reason=shapes.text,
    ),
}


def parse(value: Any, domain: str) -> dict[str, Any]:
    """Return a message of a domain, its shape checked; raises ShapeError naming the place.

    A custodian names each part of each bid once; a `ready` carries no proof.
    """
    if domain not in SHAPES:
        raise ShapeError(f"{domain!r} is not a message of bidders and custodians")
    shapes.check(value, SHAPES[domain], domain)
    found: dict[str, Any] = value
    if domain == READY:
        _once([(one["bid"], one["part"]) for one in found["results"]], f"{domain}.results")
        for index, one in enumerate(found["results"]):
            if one["result"] == "ready" and one["proof"] is not None:
                raise ShapeError(f"{domain}.results[{index}].proof: null is wanted where the share is ready")
    if domain == RELEASE:
        _once([(one["bid"], one["part"]) for one in found["shares"]], f"{domain}.shares")
    return found


def consent(context: Context, *, statement: str, closing: str, nonce: bytes) -> dict[str, Any]:
    """Return a bidder's consent to the opening of its bid, bound to one closing list."""
    return parse(
        {**_bid(CONSENT, context), "statement": statement, "closing": closing, "nonce": canonical.b64(nonce)},
        CONSENT,
    )


def lodging(
    context: Context, *, closing: str, nonce: bytes, parts: Mapping[str, Mapping[str, bytes]]
) -> dict[str, Any]:
    """Return a bidder's fresh split of its keys: part -> custodian -> age file of a share."""
    files = {
        part: {role: canonical.b64(data) for role, data in dealt.items()} for part, dealt in parts.items()
    }
    value = {**_bid(LODGING, context), "closing": closing, "nonce": canonical.b64(nonce), "parts": files}
    return parse(value, LODGING)


def result(bid: str, part: str, *, good: bool, proof: tuple[bytes, bytes] | None = None) -> dict[str, Any]:
    """Return a custodian's finding on one share; `proof` is the share file's key and what it opens."""
    shown = (
        None if proof is None else {"file_key": canonical.b64(proof[0]), "plaintext": canonical.b64(proof[1])}
    )
    return {"bid": bid, "part": part, "result": "ready" if good else "bad", "proof": shown}


def ready(
    *, lot: str, custodian: str, closing: str, checkpoint: str, results: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a custodian's findings on all shares of a lot, sorted by bid and part."""
    value = {
        "domain": READY,
        "lot": lot,
        "custodian": custodian,
        "closing": closing,
        "checkpoint": checkpoint,
        "results": sorted((dict(one) for one in results), key=_bid_and_part),
    }
    return parse(value, READY)


def release(
    *,
    lot: str,
    custodian: str,
    closing: str,
    release_list: str,
    checkpoint: str,
    shares: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return a custodian's shares (plaintexts as JSON) of all listed bids, sorted by bid and part."""
    held = [{"bid": one["bid"], "part": one["part"], "share": dict(one)} for one in shares]
    value = {
        "domain": RELEASE,
        "lot": lot,
        "custodian": custodian,
        "closing": closing,
        "release": release_list,
        "checkpoint": checkpoint,
        "shares": sorted(held, key=_bid_and_part),
    }
    return parse(value, RELEASE)


def draw_commit(*, draw: str, name: str, commit: str, escrow: Mapping[str, bytes]) -> dict[str, Any]:
    """Return a contributor's commitment to its value of a draw, with the value dealt to the custodians."""
    files = {role: canonical.b64(data) for role, data in escrow.items()}
    return parse(
        {"domain": DRAW_COMMIT, "draw": draw, "name": name, "commit": commit, "escrow": files}, DRAW_COMMIT
    )


def draw_reveal(*, draw: str, name: str, value: bytes) -> dict[str, Any]:
    """Return a contributor's value of a draw."""
    return parse({"domain": DRAW_REVEAL, "draw": draw, "name": name, "value": value.hex()}, DRAW_REVEAL)


def draw_open(share: Mapping[str, Any]) -> dict[str, Any]:
    """Return a custodian's opening of its share of a value that was not revealed in time."""
    named = {name: share[name] for name in ("draw", "name", "custodian")}
    return parse({"domain": DRAW_OPEN, **named, "share": dict(share)}, DRAW_OPEN)


def _bid(domain: str, context: Context) -> dict[str, Any]:
    return {
        "domain": domain,
        "tender": context.tender,
        "lot": context.lot,
        "bid": context.bid,
        "bidder": context.bidder,
    }


def _bid_and_part(value: Mapping[str, Any]) -> tuple[str, str]:
    return value["bid"], value["part"]


def _once(named: Sequence[tuple[str, str]], path: str) -> None:
    if len(set(named)) != len(named):
        raise ShapeError(f"{path}: a part of a bid is named twice")
    if list(named) != sorted(named):
        raise ShapeError(f"{path}: sorted by bid and part is wanted")
