"""Small acts and looks of a bidder: how its bids stand, that it is there, what it says of the opening."""

import argparse
from typing import Any

from bidding.kit import answers, bids, receipts
from bidding.kit.errors import KitError
from bidding.kit.session import Kit


def status(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Say how this home's bids stand: what the platform says beside what the receipts here prove."""
    local = {one.id: one for one in (bids.load(kit, folder.name) for folder in kit.home.sealed())}
    lots = [options.lot] if options.lot else sorted({one.lot for one in local.values()})
    rows = [row for lot in lots for row in _of_lot(kit, lot, local)]
    if not rows:
        kit.console.say("no_bids")
    return {"bids": rows}


def check_in(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Check in at an opening; nobody sees it before the names are shown."""
    told = answers.mapping(kit.server.post(f"/api/lots/{options.lot}/check-in"), "answer")
    at = answers.text(told, "at")
    kit.console.say("checked_in", at=at)
    return {"lot": options.lot, "at": at}


def confirm(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Confirm the opening record as far as it concerns this bid, or object to it."""
    bid = bids.load(kit, options.bid)
    answer = "objected" if options.objected else "confirmed"
    kit.server.post(f"/api/bids/{bid.id}/confirmation", {"answer": answer})
    kit.console.say(f"answer_{answer}", bid=bid.id)
    return {"bid": bid.id, "answer": answer}


def object_(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Raise an objection in the hall."""
    if not options.text.strip():
        raise KitError("text_missing")
    kit.server.post(f"/api/lots/{options.lot}/opening-objections", {"text": options.text})
    kit.console.say("objection_raised")
    return {"lot": options.lot, "text": options.text}


def _of_lot(kit: Kit, lot: str, local: dict[str, bids.StoredBid]) -> list[dict[str, Any]]:
    told = answers.items(kit.server.get(f"/api/lots/{lot}/bids"), "bids")
    states = {answers.text(one, "bid"): answers.text(one, "state") for one in told}
    here = [name for name, one in local.items() if one.lot == lot]
    rows = []
    for name in sorted({*states, *here}):
        proven = name in local and receipts.accepted(kit, local[name]) is not None
        row = {"lot": lot, "bid": name, "state": states.get(name), "here": name in local, "accepted": proven}
        kit.console.say(
            "bid_stands", bid=name, state=row["state"] or "-", here=_tick(row["here"]), proof=_tick(proven)
        )
        rows.append(row)
    return rows


def _tick(value: object) -> str:
    return "+" if value else "-"
