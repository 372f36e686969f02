"""What the page of a hall shows: one shared picture for each audience, and beside it what a seat has to do itself."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bidding.domain import opening
from bidding.domain.faults import Share
from bidding.domain.lifecycle import BROKEN_OFF, UNNAMED, Hall as HallStep
from bidding.models import CheckIn, Confirmation, FaultDecision, Hall, HallRequest
from bidding.queries import draws, facts, notice_of, standing
from bidding.queries.draws import DrawView
from bidding.queries.facts import LODGED, STATED, Ledger
from bidding.queries.view import Reader
from kernel import live
from kernel.domain import canonical
from tender import queries as tender
from tender.queries import LotRecord

ORDER = tuple(step for step in HallStep if step not in BROKEN_OFF)
WITH_CONSENT = "consent"
LOG_LINES = 80
RULES = (
    *("opening_at_deadline", "bidders_minimum", "decryption_failure", "opening_objection_on_the_spot"),
    *("hall_check_in_minutes", "hall_names_minutes", "hall_ready_minutes", "hall_consent_minutes"),
    *("hall_release_minutes", "hall_objection_minutes", "hall_answer_minutes", "hall_confirmation_minutes"),
    *("hall_countersign_minutes", "draw_commit_minutes", "draw_reveal_minutes", "arithmetic_correction"),
)
"""The questions whose rules the page names."""
OFFICERS = ("host", "witness", "supervisor")


@dataclass(frozen=True, slots=True)
class Keeper:
    """A custodian as the hall shows it."""

    role: str
    name: str
    reports: int
    bad: int
    released: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A bidder in the list of names; `consent` is shown to officers alone."""

    credit_code: str
    name: str
    checked_in_at: datetime | None
    consent: str
    word: str


@dataclass(frozen=True, slots=True)
class Read:
    """A bid in the read-out."""

    number: int
    bid: str
    name: str
    bidder: str
    received_at: str
    outcome: str
    cause: str
    price: str
    by: str
    fields: Mapping[str, Any] | None
    addenda: int


@dataclass(frozen=True, slots=True)
class Stage:
    """The picture of a hall for one audience."""

    record: LotRecord
    hall: Hall
    audience: str
    steps: tuple[tuple[str, str], ...]
    valid: int | None
    names: tuple[Named, ...]
    given: int
    keepers: tuple[Keeper, ...]
    draws: tuple[DrawView, ...]
    coefficients: tuple[dict[str, str], ...]
    listed: int | None
    table: tuple[Read, ...]
    objections: tuple[dict[str, Any], ...]
    requests: tuple[HallRequest, ...]
    faults: tuple[FaultDecision, ...]
    confirmed: int
    log: tuple[live.Announcement, ...]
    number: int

    @property
    def officer(self) -> bool:
        """Whether the reader hosts, witnesses or supervises this lot."""
        return self.audience in OFFICERS

    @property
    def rules(self) -> dict[str, str]:
        """The ids of the rules that the page names, in the lot's own edition."""
        return {key: self.record.edition.rule(key).id for key in RULES}

    @property
    def waits(self) -> bool:
        """Whether the deadline has not been worked off yet."""
        return self.hall.step == HallStep.WAITING


def stage(who: Reader, lot_id: uuid.UUID) -> Stage:
    """Return the picture of a published lot's hall; before the closing list it holds nothing of any bid."""
    record = tender.access_public_lot(lot_id)
    hall = Hall.objects.get(pk=lot_id)
    stands = facts.ledger(hall, notice_of(record)) if hall.closing is not None else None
    audience = live.lot_audience(lot_id, who.audience)
    number = live.last_number(audience)
    closing = canonical.from_bytes(bytes(hall.closing)) if hall.closing is not None else None
    listed = canonical.from_bytes(bytes(hall.release))["bids"] if hall.release is not None else None
    officer = who.audience in OFFICERS
    return Stage(
        record=record,
        hall=hall,
        audience=who.audience,
        steps=_steps(hall, record),
        valid=closing["valid"] if closing is not None else None,
        names=_names(hall, stands, officer=officer),
        given=sum(stands.consent(bid) is not None for bid in stands.bids) if stands is not None else 0,
        keepers=_keepers(record, stands),
        draws=tuple(draws.draws_of(lot_id, purpose="coefficient")),
        coefficients=tuple(draws.coefficients(lot_id) or ()),
        listed=len(listed) if listed is not None else None,
        table=_table(hall),
        objections=_objections(hall, shown=who.audience != "public" or hall.record is not None),
        requests=tuple(standing.requests(lot_id)),
        faults=_faults(lot_id) if officer else (),
        confirmed=Confirmation.objects.filter(bid__lot_id=lot_id).count(),
        log=tuple(live.since(audience, max(0, number - LOG_LINES))),
        number=number,
    )


def _steps(hall: Hall, record: LotRecord) -> tuple[tuple[str, str], ...]:
    """Return (step, done | current | next | late | skipped) in order."""
    skipped = set()
    if record.notice["mode"] != WITH_CONSENT:
        skipped.add(HallStep.CONSENT)
    if not record.notice["coefficients"]:
        skipped.add(HallStep.COEFFICIENTS)
    if hall.step in BROKEN_OFF:
        counted = "done" if hall.counted_at is not None else "next"
        shown = [(HallStep.WAITING, "done"), (HallStep.COUNTED, counted), (HallStep(hall.step), "late")]
        return tuple((str(step), state) for step, state in shown)
    here = ORDER.index(HallStep(hall.step))
    found = []
    for place, step in enumerate(ORDER):
        state = "done" if place < here else "current" if place == here else "next"
        if step is HallStep.ENDED and state == "current":
            state = "done"
        found.append((str(step), "skipped" if step in skipped and state != "current" else state))
    return tuple(found)


def _names(hall: Hall, stands: Ledger | None, *, officer: bool) -> tuple[Named, ...]:
    if stands is None or hall.step in UNNAMED:
        return ()
    came = dict(CheckIn.objects.filter(lot_id=hall.pk).values_list("organisation_id", "at"))
    words = dict(Confirmation.objects.filter(bid__lot_id=hall.pk).values_list("bid_id", "answer"))
    found = [
        Named(
            credit_code=bid.organisation.credit_code,
            name=bid.organisation.name,
            checked_in_at=came.get(bid.organisation_id),
            consent=str(next(iter(stands.facts(bid).values())).consent) if officer else "",
            word=words.get(bid.pk, "") if officer else "",
        )
        for bid in stands.bids
    ]
    return tuple(sorted(found, key=lambda one: one.credit_code))


def _keepers(record: LotRecord, stands: Ledger | None) -> tuple[Keeper, ...]:
    found = []
    for one in record.notice["custodians"]:
        said = stands.ready.get(one["role"], ()) if stands is not None else ()
        bad = sum(
            word != Share.READY
            for message in said[-1:]
            for words in (message.judged[STATED], message.judged[LODGED])
            for parts in words.values()
            for word in parts.values()
        )
        released = stands is not None and one["role"] in stands.releases
        found.append(Keeper(one["role"], one["name"], len(said), bad, released))
    return tuple(found)


def _table(hall: Hall) -> tuple[Read, ...]:
    if hall.table is None:
        return ()
    found = []
    for number, row in enumerate(canonical.from_bytes(bytes(hall.table))["bids"], start=1):
        price = opening.price(row["fields"]) if row["fields"] is not None else None
        found.append(
            Read(
                number=number,
                bid=row["bid"],
                name=row["name"],
                bidder=row["bidder"],
                received_at=row["received_at"],
                outcome=row["outcome"],
                cause=row["cause"] or "",
                price=str(price.amount) if price is not None else "",
                by=price.by if price is not None else "",
                fields=row["fields"],
                addenda=row["addenda"],
            )
        )
    return tuple(found)


def _objections(hall: Hall, *, shown: bool) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "id": row.pk,
            "name": row.organisation.name,
            "text": row.text if shown else "",
            "raised_at": row.raised_at,
            "answer": row.answer if shown else "",
            "answered_at": row.answered_at,
        }
        for row in standing.objections(hall.pk)
    )


def _faults(lot_id: uuid.UUID) -> tuple[FaultDecision, ...]:
    rows = FaultDecision.objects.filter(bid__lot_id=lot_id).select_related("bid__organisation")
    return tuple(rows.order_by("bid__received_at", "bid_id"))
