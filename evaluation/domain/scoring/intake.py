"""From the opening table to the bids that a formula sees, with what the committee decided about them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from evaluation.domain.scoring import parameters
from evaluation.domain.scoring.values import PricedBid, ScoringError, Sme, Stage
from kernel.domain import canonical, money

SMALL = frozenset({"small", "micro"})
PERIOD = "period_days"


def bids(
    table: Mapping[str, Any],
    *,
    rejected: Mapping[str, Stage],
    corrected: Mapping[str, Decimal] | None = None,
    sme: Mapping[str, Sme] | None = None,
) -> list[PricedBid]:
    """Return the opened bids of an opening table (docs/formats.md section 5), sorted by id.

    `rejected` bid -> stage; `corrected` bid -> price in yuan after the arithmetic correction (M-05); `sme` bid ->
    what the committee found, else a bidder that states to be small or micro claims the whole. Terms whose value
    is a plain number become quantities beside `period_days`; a name that stands twice is ambiguous and becomes
    none. A bid whose opening fields could not be read has no price: it is left out once it is rejected. Raises
    ScoringError for one that is not, and for a table of another shape.
    """
    found = []
    opened = {line["bid"]: line for line in table["bids"] if line["outcome"] == "opened"}
    corrections, claims = corrected or {}, sme or {}
    for what in (rejected, corrections, claims):
        if strangers := set(what) - set(opened):
            raise ScoringError(f"bid {min(strangers)} was decided upon but never opened")
    for bid, line in sorted(opened.items()):
        if line["fields"] is None and bid in rejected:
            continue
        try:
            fields = line["fields"]
            price = corrections[bid] if bid in corrections else money.parse(fields["price"])
            claim = Sme.WHOLE if fields["enterprise"] in SMALL else Sme.NONE
            terms = _terms(fields)
        except (KeyError, TypeError, ValueError) as error:
            raise ScoringError(f"bid {bid}: its opening fields cannot be read: {error!r}") from error
        found.append(PricedBid(bid, price, claims.get(bid, claim), terms, rejected.get(bid)))
    return found


def sealed_at(table: Mapping[str, Any]) -> dict[str, datetime]:
    """Return bid -> instant of its seal, for the tie rule of the earlier seal."""
    return {line["bid"]: canonical.parse_instant(line["received_at"]) for line in table["bids"]}


def coefficients(table: Mapping[str, Any]) -> dict[str, str]:
    """Return name -> value of the coefficients that were drawn before the prices were opened."""
    return {entry["name"]: entry["value"] for entry in table["coefficients"]}


def _terms(fields: Mapping[str, Any]) -> dict[str, Decimal]:
    stated = Counter(name for name, _ in fields["terms"])
    found = {
        name: Decimal(value)
        for name, value in fields["terms"]
        if stated[name] == 1 and parameters.NUMBER.match(value)
    }
    if fields["period_days"] is not None:
        found[PERIOD] = Decimal(fields["period_days"])
    return found
