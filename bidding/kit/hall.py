"""A bidder at the opening of its own bid: consent to it, lodge its keys anew, open it here with its own key."""

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bidding.domain import messages, opening, parts as inside
from bidding.domain.closing import Status
from bidding.domain.lifecycle import Hall
from bidding.domain.notice import CONSENT, OPENING, Notice
from bidding.domain.statements import Statement
from bidding.kit import answers, bids, closings, files, notices, receipts, waiting
from bidding.kit.bids import StoredBid
from bidding.kit.closings import Closing
from bidding.kit.errors import KitError
from bidding.kit.session import Kit
from bidding.sealing import custodians, seal as sealing
from bidding.sealing.randomness import fresh
from bidding.sealing.seal import KeyDiffersError, LostContainerError, MalformedPartError
from kernel.domain import canonical

BEFORE_CONSENT = frozenset({Hall.WAITING, Hall.COUNTED, Hall.NAMES})
GIVEN = "given"
REMEMBERED = "answered-closing.json"
_UNOPENED = (KeyDiffersError, LostContainerError, MalformedPartError, OSError)


def consent(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Consent to the opening of a bid, once the closing list names it rightly and its key opens it here."""
    bid = bids.load(kit, options.bid)
    if bid.notice.mode != CONSENT:
        raise KitError("no_consent_wanted", mode=bid.notice.mode)
    answer = _at_step(kit, bid, options.wait, _consent_is_open)
    closing, statement = _own_closing(kit, bid, answer)
    _opens(kit, bid, statement, bid.keys(kit.passphrases.get()))
    value = messages.consent(
        statement.context(OPENING),
        statement=statement.hash,
        closing=closing.hash,
        nonce=fresh(messages.NONCE_BYTES),
    )
    told = kit.server.act(f"/api/bids/{bid.id}/consent", bid.once("consent", value, kit))
    judged, at = answers.text(told, "judged"), answers.text(told, "at")
    if judged != GIVEN:
        raise KitError("consent_not_given", more={"judged": judged, "at": at}, judged=judged, at=at)
    kit.console.say("consented", bid=bid.id, at=at)
    return {"bid": bid.id, "closing": closing.hash, "judged": judged, "at": at}


def lodge(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Deal a bid's keys anew to the custodians, where their shares of it failed."""
    bid = bids.load(kit, options.bid)
    answer = _at_step(kit, bid, options.wait, _is_counted)
    closing, statement = _own_closing(kit, bid, answer)
    keys = bid.keys(kit.passphrases.get())
    value = messages.lodging(
        statement.context(OPENING),
        closing=closing.hash,
        nonce=fresh(messages.NONCE_BYTES),
        parts=custodians.lodge(keys, statement),
    )
    told = kit.server.act(f"/api/bids/{bid.id}/lodging", bid.once("lodging", value, kit))
    kit.console.say("lodged", bid=bid.id)
    return {"bid": bid.id, "closing": closing.hash, **told}


def open_own(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Open a bid with its own keys, offline; with --out its files are written there."""
    bid = bids.load(kit, options.bid)
    keys = bid.keys(kit.passphrases.get())
    found = _opens(kit, bid, bid.statement, keys, out=options.out)
    fields = _fields(bid, keys[OPENING])
    kit.console.say("opened", bid=bid.id, price=fields["price"], words=fields["price_words"])
    if options.out is not None:
        kit.console.say("opened_to", path=options.out)
    shown = None if options.out is None else str(options.out)
    return {"bid": bid.id, "fields": fields, "files": found, "folder": shown}


def _own_closing(kit: Kit, bid: StoredBid, answer: Mapping[str, Any]) -> tuple[Closing, Statement]:
    """Return the closing list and the statement under today's addenda; raises KitError where they do not agree."""
    notice = _notice_of_today(kit, bid)
    statement = bid.against(notice)
    record = receipts.accepted(kit, bid)
    if record is None:
        raise KitError("receipt_wanted", bid=bid.id)
    closing = closings.read(kit, notice, answer)
    expected = {
        "bid": bid.id,
        "bidder": statement.bidder,
        "statement": statement.hash,
        "seal": canonical.digest(record),
        "received_at": record["received_at"],
        "status": str(Status.VALID),
        "by": None,
    }
    closings.own_line(closing, expected)
    closings.may_act(kit, notice, closing, bid.folder / REMEMBERED)
    return closing, statement


def _notice_of_today(kit: Kit, bid: StoredBid) -> Notice:
    notice = notices.fetch(kit, bid.lot).good()
    if notice.hash != bid.notice.hash:
        raise KitError("bid_of_another_notice", bid=bid.id, why="the lot's notice has another hash now")
    return notice


def _at_step(kit: Kit, bid: StoredBid, wait: float, ready: Any) -> dict[str, Any]:
    """Return the opening's state once something can be done in it; raises KitError when it is too early still."""

    def attempt() -> dict[str, Any] | None:
        answer = answers.mapping(kit.server.get(f"/api/lots/{bid.lot}/opening"), "opening")
        return answer if ready(answer) else None

    found = waiting.until(wait, attempt)
    if found is None:
        raise KitError("too_early", lot=bid.lot)
    return found


def _consent_is_open(answer: Mapping[str, Any]) -> bool:
    """Tell whether the window has come; what is over already is for the platform to judge and record."""
    return answers.text(answer, "step") not in BEFORE_CONSENT and closings.is_logged(answer)


def _is_counted(answer: Mapping[str, Any]) -> bool:
    return closings.is_logged(answer)


def _opens(
    kit: Kit, bid: StoredBid, statement: Statement, keys: Mapping[str, str], out: Path | None = None
) -> list[dict[str, Any]]:
    """Open every part with its key, check it in full, and return its files; raises KitError naming the part."""
    if out is not None and out.exists():
        raise KitError("folder_exists", path=out)
    if out is not None:
        files.folder(out)
    found: list[dict[str, Any]] = []
    for part in statement.notice.parts:
        target = None if out is None else out / part
        try:
            inner = sealing.open_part(
                bid.container(part), keys[part], statement, part, target=target, known_bytes=True
            )
        except _UNOPENED as error:
            if out is not None:
                shutil.rmtree(out)
            raise KitError("does_not_open", part=part, bid=bid.id, why=error) from error
        found += [{"part": part, **one.as_json()} for one in inner]
        kit.console.say("part_opens", part=part, count=len(inner))
    return found


def _fields(bid: StoredBid, key: str) -> dict[str, Any]:
    content = sealing.read_part(bid.container(OPENING), key, bid.statement, OPENING)
    return opening.read_fields(content[inside.OPENING_FIELDS_NAME])
