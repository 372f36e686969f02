"""What the log says of each bid that stood at T: the facts from which the fault table decides."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bidding.domain.faults import (
    Consent,
    Decision,
    Facts,
    Lodging,
    Mode,
    Share,
    decide_bid,
    release_reason,
)
from bidding.domain.notice import Notice
from bidding.models import Bid, BidPart, Consent as ConsentRow, CustodianMessage, Hall, Lodging as LodgingRow

READY, RELEASE = "ready", "release"
STATED, LODGED, FALSE = "stated", "lodged", "false"
Words = Mapping[str, Mapping[str, str]]
"""Bid -> part -> what a custodian's word on it counts as."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that has come for an opening so far, read at once."""

    hall: Hall
    notice: Notice
    bids: tuple[Bid, ...]
    parts: Mapping[uuid.UUID, tuple[BidPart, ...]]
    consents: Mapping[uuid.UUID, tuple[ConsentRow, ...]]
    lodgings: Mapping[uuid.UUID, LodgingRow]
    ready: Mapping[str, tuple[CustodianMessage, ...]]
    releases: Mapping[str, CustodianMessage] = field(default_factory=dict)

    def facts(self, bid: Bid) -> dict[str, Facts]:
        """Return the facts of each part of a bid, as far as they are known before the release."""
        return {part.name: self._part(bid, part) for part in self.parts[bid.pk]}

    def consent(self, bid: Bid) -> ConsentRow | None:
        """Return the consent of a bid that was given in its window."""
        rows = self.consents.get(bid.pk, ())
        return next((row for row in rows if row.judged == Consent.GIVEN), None)

    def all_reported(self) -> bool:
        """Tell whether every custodian has reported, and again after the last lodging."""
        last = max((one.at for one in self.lodgings.values()), default=None)
        return all(
            role in self.ready and (last is None or self._covers(role, last)) for role in self.notice.roles
        )

    def _covers(self, role: str, lodged_at: datetime) -> bool:
        newest = self.ready[role][-1]
        return newest.number > 1 and newest.at >= lodged_at

    def _part(self, bid: Bid, part: BidPart) -> Facts:
        words = tuple(self._word(role, bid, part.name) for role in self.notice.roles)
        return Facts(
            mode=Mode(self.notice.mode),
            threshold=self.notice.threshold,
            shares=words,
            consent=self._act(bid),
            hindered=self.hall.hindered,
            intact=part.intact is not False,
            lodging=self._lodging(bid, part.name),
        )

    def _word(self, role: str, bid: Bid, part: str) -> Share:
        first = self.ready.get(role, ())
        return Share(_said(first[0].judged[STATED], bid, part)) if first else Share.ABSENT

    def _lodging(self, bid: Bid, part: str) -> Lodging:
        if bid.pk not in self.lodgings:
            return Lodging.NONE
        words = [self._lodged_word(role, bid, part) for role in self.notice.roles]
        if words.count(Share.READY) >= self.notice.threshold:
            return Lodging.GOOD
        if len(words) - words.count(Share.BAD_PROVEN) < self.notice.threshold:
            return Lodging.BAD
        return Lodging.UNCONFIRMED

    def _lodged_word(self, role: str, bid: Bid, part: str) -> Share:
        said = self.ready.get(role, ())
        return Share(_said(said[-1].judged[LODGED], bid, part)) if said else Share.ABSENT

    def _act(self, bid: Bid) -> Consent:
        judged = {row.judged for row in self.consents.get(bid.pk, ())}
        order = (Consent.GIVEN, Consent.LATE, Consent.INVALID)
        return next((one for one in order if one in judged), Consent.ABSENT)


def judge(parts: Mapping[str, Facts], *, listed: bool) -> Decision:
    """Return what the table proposes for a bid; of one that was not released, only what kept it off the list counts.

    Its other parts were withheld by rule, not by the custodians.
    """
    if not listed:
        kept = {name: one for name, one in parts.items() if release_reason(one) is None}
        return decide_bid(kept or parts)
    return decide_bid(parts)


def ledger(hall: Hall, notice: Notice) -> Ledger:
    """Read what stands of an opening."""
    bids = tuple(valid_bids(hall.pk))
    ids = [one.pk for one in bids]
    messages = CustodianMessage.objects.filter(lot_id=hall.pk).order_by("custodian", "number")
    return Ledger(
        hall=hall,
        notice=notice,
        bids=bids,
        parts=_by_bid(BidPart.objects.filter(bid_id__in=ids).order_by("pk")),
        consents=_by_bid(ConsentRow.objects.filter(bid_id__in=ids).order_by("pk")),
        lodgings={row.bid_id: row for row in LodgingRow.objects.filter(bid_id__in=ids)},
        ready={
            role: said
            for role in notice.roles
            if (said := tuple(row for row in messages if (row.custodian, row.kind) == (role, READY)))
        },
        releases={row.custodian: row for row in messages if row.kind == RELEASE},
    )


def valid_bids(lot_id: uuid.UUID) -> list[Bid]:
    """Return the bids that stood at T, by arrival."""
    rows = Bid.objects.filter(lot_id=lot_id, line__status="valid").select_related("organisation", "line")
    return list(rows.order_by("received_at", "pk"))


def _said(words: Words, bid: Bid, part: str) -> str:
    return words.get(str(bid.pk), {}).get(part, Share.ABSENT)


def _by_bid(rows: Sequence[Any] | Any) -> dict[uuid.UUID, tuple[Any, ...]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.bid_id, []).append(row)
    return {bid: tuple(own) for bid, own in found.items()}
