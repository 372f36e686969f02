"""What the platform signed about a bid: verified against the trust folder before any word is shown, and kept."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bidding.domain import records, statements
from bidding.domain.records import Outcome, Proven, ReceiptError, Standing
from bidding.domain.shapes import ShapeError
from bidding.kit import answers, bids, files, waiting
from bidding.kit.bids import StoredBid
from bidding.kit.errors import KitError, RefusedError, Told
from bidding.kit.home import read_bytes
from bidding.kit.session import Kit
from bidding.sealing.randomness import fresh
from kernel.domain import canonical

SEAL, WITHDRAWAL = "seal", "withdrawal"
KINDS: Mapping[str, str] = {records.SEAL_DOMAIN: SEAL, records.WITHDRAWAL_RECORD_DOMAIN: WITHDRAWAL}


def verify(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Verify receipt files with the trust folder alone; fails when one of them proves nothing."""
    rows = [_verify_file(kit, path) for path in options.files]
    if not all(row["holds"] for row in rows):
        bad = ", ".join(row["file"] for row in rows if not row["holds"])
        raise KitError("receipts_bad", more={"receipts": rows}, files=bad)
    return {"receipts": rows}


def fetch(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Fetch a bid's newest receipt, verify it and keep it; with --wait until it says "submitted"."""
    bid = bids.load(kit, options.bid)
    proven, path = settled(kit, bid, wait=options.wait)
    tell(kit, proven)
    return {**facts(proven), "file": str(path)}


def withdraw(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Withdraw a bid before T, and keep the platform's record of it."""
    bid = bids.load(kit, options.bid)
    value = statements.build_withdrawal(bid.statement, fresh(statements.NONCE_BYTES))
    act = bid.once("withdrawal", value, kit)
    try:
        answer = kit.server.act(f"/api/bids/{bid.id}/withdrawal", act)
    except RefusedError as error:
        keep_refusal(kit, error)
        raise
    proven, path = keep(kit, answers.mapping(answer.get("receipt"), "receipt"))
    if proven.record.get("withdrawal") != canonical.sha256(act.data):
        raise KitError("receipt_of_another", bid=bid.id)
    proven, path = _submitted(kit, bid, proven, path, wait=options.wait)
    tell(kit, proven)
    return {**facts(proven), "file": str(path)}


def keep(kit: Kit, receipt: Mapping[str, Any]) -> tuple[Proven, Path]:
    """Verify a receipt and keep it, never a weaker one over a stronger; raises KitError when it proves nothing."""
    try:
        proven = records.verify_receipt(dict(receipt), kit.trust)
    except ReceiptError as error:
        raise KitError("receipt_bad", why=error) from error
    record = proven.record
    name = f"{record['bid']}-{KINDS[record['domain']]}-{canonical.digest(record)[:12]}.json"
    path = kit.home.receipts / name
    if proven.standing is Standing.SUBMITTED or not path.exists():
        files.store(path, canonical.to_bytes(dict(receipt)))
    return proven, path


def keep_refusal(kit: Kit, error: RefusedError) -> None:
    """Keep the signed record that came with a refusal, and say where it lies."""
    receipt = error.more.get("receipt")
    if isinstance(receipt, dict):
        _, path = keep(kit, receipt)
        error.more["file"] = str(path)
        kit.console.warn("refusal_recorded", path=path)


def settled(kit: Kit, bid: StoredBid, *, wait: float) -> tuple[Proven, Path]:
    """Return the newest proven record about a bid, waiting for "submitted"; raises RefusedError for a refusal.

    A record of sealing must be of exactly this statement, signature and files.
    """
    proven, path = _newest(kit, bid)
    record = proven.record
    if record["domain"] == records.SEAL_DOMAIN and record["outcome"] != Outcome.REFUSED:
        try:
            records.match_statement(record, bid.statement, bid.act.signature)
        except ShapeError as error:
            raise KitError("receipt_bad", why=error) from error
    proven, path = _submitted(kit, bid, proven, path, wait=wait)
    if proven.record["outcome"] == Outcome.REFUSED:
        told = Told(str(proven.record["rule"]), str(proven.record["reason"]))
        raise RefusedError("record_refused", [told], by="platform", **facts(proven), file=str(path))
    return proven, path


def accepted(kit: Kit, bid: StoredBid) -> dict[str, Any] | None:
    """Return the kept record by which the platform accepted exactly this statement, None without one."""
    for proven in _kept(kit, bid.id, SEAL):
        record = proven.record
        if (record["outcome"], record["statement"]) == (Outcome.ACCEPTED, bid.statement.hash):
            return record
    return None


def live_statement(kit: Kit, lot: str) -> str | None:
    """Return the hash of this bidder's live statement, as the platform knows it: for a kit that lost its notes."""
    rows = answers.items(kit.server.get(f"/api/lots/{lot}/bids"), "bids")
    live = [one for one in rows if one.get("state") in {"sealed", "held"}]
    return canonical.sha256(answers.text(live[0], "statement").encode("utf-8")) if live else None


def last_accepted(kit: Kit, lot: str) -> str | None:
    """Return the hash of this bidder's live statement by the receipts of this home, without a network."""
    live: str | None = None
    for bid in bids.of_lot(kit, lot):
        if accepted(kit, bid) is None:
            continue
        if any(one.record["outcome"] == Outcome.ACCEPTED for one in _kept(kit, bid.id, WITHDRAWAL)):
            live = None if live == bid.statement.hash else live
        else:
            live = bid.statement.hash
    return live


def tell(kit: Kit, proven: Proven) -> None:
    """Say what a receipt proves, in the one word that it allows."""
    record = proven.record
    kind = KINDS[record["domain"]]
    key = f"{kind}_{record['outcome']}"
    kit.console.say(key, bid=record["bid"], at=record["received_at"], deadline=record["deadline"])
    names = ", ".join(one.name for one in proven.witnesses)
    kit.console.say(f"standing_{proven.standing}", witnesses=names)


def facts(proven: Proven) -> dict[str, Any]:
    """Return what a receipt proves, for machines."""
    record = proven.record
    return {
        "bid": record["bid"],
        "lot": record["lot"],
        "kind": KINDS[record["domain"]],
        "outcome": record["outcome"],
        "rule": record["rule"],
        "reason": record["reason"],
        "received_at": record["received_at"],
        "deadline": record["deadline"],
        "standing": str(proven.standing),
        "witnesses": [one.name for one in proven.witnesses],
    }


def _newest(kit: Kit, bid: StoredBid) -> tuple[Proven, Path]:
    answer = answers.mapping(kit.server.get(f"/api/bids/{bid.id}/receipt"), "receipt")
    proven, path = keep(kit, answer)
    if proven.record["bid"] != bid.id:
        raise KitError("receipt_of_another", bid=bid.id)
    return proven, path


def _submitted(kit: Kit, bid: StoredBid, proven: Proven, path: Path, *, wait: float) -> tuple[Proven, Path]:
    """Ask again until the same record is proven by a witness, or the time is over."""
    if proven.standing is Standing.SUBMITTED or not wait:
        return proven, path

    def attempt() -> tuple[Proven, Path] | None:
        found = _newest(kit, bid)
        same = found[0].record == proven.record
        return found if same and found[0].standing is Standing.SUBMITTED else None

    return waiting.until(wait, attempt) or (proven, path)


def _kept(kit: Kit, bid: str, kind: str) -> list[Proven]:
    """Return what the kept receipts of a kind prove; one that no longer holds is an error, not left out."""
    found = []
    for path in sorted(kit.home.receipts.glob(f"{bid}-{kind}-*.json")):
        try:
            found.append(records.verify_receipt(json.loads(path.read_bytes()), kit.trust))
        except (ReceiptError, ValueError) as error:
            raise KitError("file_unreadable", path=path, why=error) from error
    return found


def _verify_file(kit: Kit, path: Path) -> dict[str, Any]:
    try:
        proven = records.verify_receipt(json.loads(read_bytes(path)), kit.trust)
    except (ReceiptError, ValueError) as error:
        kit.console.say("receipt_fails", file=path, why=error)
        return {"file": str(path), "holds": False, "why": str(error)}
    kit.console.say("receipt_holds", file=path)
    tell(kit, proven)
    return {"file": str(path), "holds": True, **facts(proven)}
