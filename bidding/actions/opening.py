"""The opening itself: keys rebuilt from released shares, containers unsealed, and all prices of a lot in one commit."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts import authority
from bidding.actions import staging, unsealing
from bidding.actions.unsealing import Unsealed
from bidding.domain import opening
from bidding.domain.faults import Decision, Facts, Key, Outcome
from bidding.domain.lifecycle import BID, BidLever, Hall as HallStep, HallLever
from bidding.domain.notice import OPENING
from bidding.domain.opening import Row
from bidding.domain.statements import Statement
from bidding.events import BidOpened, BidsOpened
from bidding.models import Bid, BidPart, CustodianMessage, FaultDecision, Hall
from bidding.queries import facts, notice_of, statement_of
from bidding.queries.facts import LODGED, RELEASE, STATED, Ledger
from bidding.sealing import custodians
from kernel import clock_alarms, journal, outbox
from kernel.domain import canonical, money
from tender import queries as tender
from tender.queries import LotRecord

Released = dict[str, dict[tuple[str, str], dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """What came of one part: the facts to decide by, its key, and what the container held."""

    facts: Facts
    key: str
    unsealed: Unsealed | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lot's bids as its released shares opened them; `releases` says from which messages."""

    releases: frozenset[int]
    parts: Mapping[uuid.UUID, Mapping[str, OpenedPart]]


def due(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the lots to open: all custodians have released, or their time is over."""
    if clock_alarms.is_open():
        return []
    rows = Hall.objects.filter(step=HallStep.RELEASE, frozen_at__isnull=True).order_by("due_at", "pk")
    done = dict(
        CustodianMessage.objects.filter(kind=RELEASE, lot_id__in=rows.values("pk"))
        .values_list("lot_id")
        .annotate(found=Count("pk"))
    )
    ready = []
    for lot_id, due_at in rows.values_list("pk", "due_at")[:limit]:
        all_in = done.get(lot_id, 0) >= len(tender.custodians(lot_id))
        if all_in or (due_at is not None and due_at <= now):
            ready.append(lot_id)
    return ready


def prepare(lot_id: uuid.UUID) -> Prepared:
    """Rebuild keys and unseal all listed bids into the store; takes long and writes no row, so it can be repeated."""
    stands = facts.ledger(Hall.objects.get(pk=lot_id), notice_of(tender.lot(lot_id)))
    shares = _shares(stands)
    return Prepared(
        releases=frozenset(row.pk for row in stands.releases.values()),
        parts={bid.pk: _prepare_bid(stands, shares, bid) for bid in stands.bids},
    )


def publish(lot_id: uuid.UUID, prepared: Prepared, *, now: datetime) -> bool:
    """Make all prices of a lot known in one commit; False when it was done, or shares came since it was prepared."""
    with transaction.atomic():
        hall = staging.hold(lot_id)
        if hall.step != HallStep.RELEASE or hall.table is not None or _releases(lot_id) != prepared.releases:
            return False
        record = tender.lot(lot_id)
        stands = facts.ledger(hall, notice_of(record))
        known = {bid.pk: _facts(stands, bid, prepared.parts[bid.pk]) for bid in stands.bids}
        listed = {one["bid"] for one in canonical.from_bytes(bytes(hall.release or b""))["bids"]}
        decisions = {pk: facts.judge(parts, listed=str(pk) in listed) for pk, parts in known.items()}
        table = _build_table(hall, record, stands, prepared, decisions)
        hall.table, hall.table_signature = canonical.to_bytes(table), authority.sign(table)
        hall.table_sha256 = canonical.digest(table)
        hall.save(update_fields=["table", "table_signature", "table_sha256"])
        for bid in stands.bids:
            _store(bid, prepared.parts[bid.pk], decisions[bid.pk])
            if decisions[bid.pk].outcome is not Outcome.OPENED:
                _propose(bid, known[bid.pk], decisions[bid.pk], now, listed=str(bid.pk) in listed)
        journal.record(
            "bidding:lot:opened", actor=journal.SYSTEM, at=now, lot=lot_id, public=True, payload=table
        )
        keys = _public_keys(stands, prepared, decisions)
        staging.log(lot_id, "bidding:lot:keys", {"keys": keys}, now=now)
        staging.step(hall, HallLever.READ_OUT, now=now)
        for number, row in enumerate(table["bids"], start=1):
            staging.announce(lot_id, *_read_out(row, number, len(table["bids"])), at=now)
        for bid in stands.bids:
            outbox.publish(BidOpened(lot=lot_id, bid=bid.pk))
        outbox.publish(BidsOpened(lot=lot_id))
    return True


def _releases(lot_id: uuid.UUID) -> frozenset[int]:
    rows = CustodianMessage.objects.filter(lot_id=lot_id, kind=RELEASE)
    return frozenset(rows.values_list("pk", flat=True))


def _shares(stands: Ledger) -> Released:
    """Return word -> (bid, part) -> custodian -> share, of all released shares that count."""
    found: Released = {STATED: {}, LODGED: {}}
    for role, row in stands.releases.items():
        for one in canonical.from_bytes(bytes(row.document))["shares"]:
            word = row.judged[RELEASE][one["bid"]][one["part"]]
            if word in found:
                found[word].setdefault((one["bid"], one["part"]), {})[role] = one["share"]
    return found


def _prepare_bid(stands: Ledger, shares: Released, bid: Bid) -> dict[str, OpenedPart]:
    statement, known = statement_of(bid, stands.notice), stands.facts(bid)
    return {name: _prepare_part(shares, statement, name, one) for name, one in known.items()}


def _prepare_part(shares: Released, statement: Statement, part: str, known: Facts) -> OpenedPart:
    place = (statement.bid, part)
    key, counted = custodians.rejoin(shares[STATED].get(place, {}), statement, part)
    released = len(counted)
    if key is None and place in shares[LODGED]:
        key, counted = custodians.rejoin(shares[LODGED][place], statement, part, lodged=True)
        released = max(released, len(counted))
    found = replace(known, released=released)
    if released < statement.notice.threshold:
        return OpenedPart(found, "", None)
    if key is None:
        return OpenedPart(replace(found, key=Key.DIFFERS), "", None)
    unsealed = unsealing.unseal(statement, part, key)
    intact = known.intact and unsealed.intact
    return OpenedPart(replace(found, intact=intact, content=unsealed.content), key, unsealed)


def _facts(stands: Ledger, bid: Bid, prepared: Mapping[str, OpenedPart]) -> dict[str, Facts]:
    """Return the facts as they stand now; only what the opening found is taken from the preparation."""
    known = stands.facts(bid)
    return {
        name: replace(
            known[name],
            released=one.facts.released,
            key=one.facts.key,
            content=one.facts.content,
            intact=known[name].intact and one.facts.intact,
        )
        for name, one in prepared.items()
    }


def _build_table(
    hall: Hall,
    record: LotRecord,
    stands: Ledger,
    prepared: Prepared,
    decisions: Mapping[uuid.UUID, Decision],
) -> dict[str, Any]:
    return opening.build_table(
        tender=record.tender,
        lot=str(record.id),
        closing=hall.closing_sha256,
        release=hall.release_sha256,
        rows=[
            Row(
                bid=str(bid.pk),
                bidder=bid.organisation.credit_code,
                name=bid.organisation.name,
                received_at=_received_at(bid),
                statement=bid.statement_sha256,
                addenda=bid.addenda,
                decision=decisions[bid.pk],
                fields=_fields(prepared.parts[bid.pk], decisions[bid.pk]),
            )
            for bid in stands.bids
        ],
        coefficients=canonical.from_bytes(bytes(hall.release or b""))["coefficients"],
    )


def _received_at(bid: Bid) -> str:
    line = canonical.from_bytes(bytes(bid.line.line))
    return str(line["received_at"])


def _fields(prepared: Mapping[str, OpenedPart], decision: Decision) -> dict[str, Any] | None:
    found = prepared[OPENING].unsealed
    return found.fields if found is not None and decision.outcome is Outcome.OPENED else None


def _store(bid: Bid, prepared: Mapping[str, OpenedPart], decision: Decision) -> None:
    bid.cause, bid.fields = str(decision.cause or ""), _fields(prepared, decision)
    if decision.outcome is Outcome.OPENED:
        bid.state = BID.step(bid.state, BidLever.OPEN).target
        for name, one in prepared.items():
            plain = one.unsealed.plain_sha256 if one.unsealed is not None else ""
            BidPart.objects.filter(bid=bid, name=name).update(key=one.key, plain_sha256=plain)
    bid.save(update_fields=["state", "cause", "fields"])


def _propose(
    bid: Bid, known: Mapping[str, Facts], decision: Decision, now: datetime, *, listed: bool
) -> None:
    FaultDecision.objects.create(
        bid=bid,
        facts={"listed": listed, "parts": {name: _facts_json(one) for name, one in known.items()}},
        proposed=decision.outcome,
        cause=str(decision.cause),
        proposed_at=now,
    )


def _facts_json(found: Facts) -> dict[str, Any]:
    return {
        "mode": found.mode,
        "threshold": found.threshold,
        "shares": list(found.shares),
        "consent": found.consent,
        "hindered": found.hindered,
        "intact": found.intact,
        "lodging": found.lodging,
        "released": found.released,
        "key": found.key,
        "content": found.content,
    }


def _public_keys(
    stands: Ledger, prepared: Prepared, decisions: Mapping[uuid.UUID, Decision]
) -> list[dict[str, str]]:
    opened = [one for one in stands.bids if decisions[one.pk].outcome is Outcome.OPENED]
    return [
        {"bid": str(one.pk), "part": OPENING, "key": prepared.parts[one.pk][OPENING].key} for one in opened
    ]


def _read_out(row: Mapping[str, Any], number: int, count: int) -> tuple[str, dict[str, Any]]:
    """Return the event of one bid in the read-out: what the host would say aloud."""
    shown = {"number": number, "of": count, "bid": row["bid"], "bidder": row["bidder"], "name": row["name"]}
    shown["received_at"] = row["received_at"]
    if row["fields"] is None:
        return "not_read_out", {**shown, "outcome": row["outcome"], "cause": row["cause"]}
    price, guarantee = opening.price(row["fields"]), row["fields"]["guarantee"]
    return "read_out", {
        **shown,
        "price": money.to_text(price.amount),
        "price_text": money.grouped(price.amount),
        "price_words": money.capital_numerals(price.amount),
        "by": price.by,
        "period_days": row["fields"]["period_days"],
        "quality": row["fields"]["quality"],
        "guarantee": None if guarantee is None else guarantee["number"],
    }
