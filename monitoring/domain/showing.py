"""What of a frozen flag a firm is shown: what ties it with whom, and nothing that is another firm's own."""

from collections.abc import Mapping
from typing import Any

from monitoring.domain import payers
from monitoring.domain.documents import people
from monitoring.domain.documents.contents import hidden
from monitoring.domain.indications import Item

SHOWN_DOMAIN = "yangguang/case-snapshot-shown/v1"
FACTS = frozenset({"step", "bids", "weight"})
"""What is told beside a shared value; holders of accounts and the chance of a regularity are not."""


def ties(snapshot: Mapping[str, Any], firm: str) -> bool:
    """Tell whether a frozen flag is an indication that ties a firm; only then it may see anything of it."""
    return "indication" in snapshot and firm in snapshot["indication"]["members"]


def for_firm(snapshot: Mapping[str, Any], firm: str) -> dict[str, Any]:
    """Return a frozen indication as the firm of a credit code may read it, as a JSON value.

    Only what is named here is shown, so that nothing new in a snapshot reaches a firm by itself. Members are the
    credit codes that were published at the opening; accounts and personal numbers can be read at their ends only;
    of other firms' bids neither files nor payments are named, but prices, which were read out. No hash of the
    snapshot is given: what is masked could be guessed from it.
    """
    found = snapshot["indication"]
    return {
        "domain": SHOWN_DOMAIN,
        "kind": snapshot["kind"],
        "lot": snapshot["lot"],
        "raised_at": snapshot["raised_at"],
        "indication": {
            "item": found["item"],
            "article": found["article"],
            "members": found["members"],
            "evidence": [_evidence(one, found["item"], firm) for one in found["evidence"]],
            "exemptions": [
                {"name": one["name"], "result": one["result"]}
                for one in found["exemptions"]
                if one["name"] != "chance"
            ],
            "standing": found["standing"],
            "compared_at": found["compared_at"],
        },
    }


def _evidence(one: Mapping[str, Any], item: str, firm: str) -> dict[str, Any]:
    return {
        "kind": one["kind"],
        "value": _value(item, one["kind"], one["value"]),
        "facts": {name: value for name, value in one["facts"].items() if name in FACTS},
        "places": [_place(place, item, firm) for place in one["places"]],
    }


def _place(place: Mapping[str, str], item: str, firm: str) -> dict[str, str]:
    told = {"bidder": place["bidder"], "field": place["field"]}
    if place["bidder"] == firm or item == Item.REGULAR_PRICES:
        told["source"] = place["source"]
    return told


def _value(item: str, kind: str, value: str) -> str:
    """Return a shared value as the committee reads it; numbers that are prices stay as they were read out."""
    if item == Item.REGULAR_PRICES:
        return value
    if item == Item.ONE_ACCOUNT:
        return payers.masked(value)
    return hidden(people.shown(kind, value))
