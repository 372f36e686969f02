"""The sections of a lot's public page, in their order; an app adds its own to `SECTIONS`.

A section's `fill` gets the lot, the reader's seat (None for a visitor) and now, and returns what its template
needs, or None when it has nothing to show. It must not tell one reader from another before the closing list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.domain.seats import PROCURING_SEATS, SeatKind
from accounts.queries import Holder
from bidding.queries import kit, opening_table
from kernel import evidence
from kernel.domain import canonical
from monitoring import queries as monitoring
from monitoring.dossier.editions import PUBLIC
from portal import lot_places
from tender import queries as tender, site_queries
from tender.domain.lifecycle import EXITS
from tender.queries import LotRecord

Fill = Callable[[LotRecord, Holder | None, datetime], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Section:
    """A named part of the page: `side` sections stand in the narrow column."""

    id: str
    title: str
    template: str
    fill: Fill
    side: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A section that has something to show."""

    section: Section
    data: dict[str, Any]


def filled(lot: LotRecord, reader: Holder | None, *, now: datetime) -> list[Filled]:
    """Return the sections that have something to show, in their order."""
    found = ((section, section.fill(lot, reader, now)) for section in SECTIONS)
    return [Filled(section, data) for section, data in found if data is not None]


def _end(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any] | None:
    if lot.status not in EXITS:
        return None
    return {
        "logged": site_queries.end_reason(lot),
        "next_round": site_queries.next_round(lot),
        "opened": opening_table(lot.id) is not None,
    }


def _publications(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any] | None:
    rows = [
        {"row": row, "document": canonical.from_bytes(bytes(row.document))}
        for row in tender.publications(lot.id)
    ]
    return {"rows": rows} if rows else None


def _documents(lot: LotRecord, reader: Holder | None, _now: datetime) -> dict[str, Any]:
    files = tender.files(lot.id)
    return {
        "files": [file for file in files if not file.addendum],
        "addenda": [
            {
                "row": row,
                "document": canonical.from_bytes(bytes(row.document)),
                "files": [file for file in files if file.addendum == row.number],
            }
            for row in tender.addenda(lot.id)
        ],
        "bidder": reader is not None and reader.kind is SeatKind.BIDDER,
    }


def _method(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any]:
    return {"notice": lot.notice}


def _objections(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any]:
    return {"answered": tender.objections(lot.id, answered_only=True)}


def _facts(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any]:
    return {"notice": lot.notice, "previous": site_queries.previous_round(lot)}


def _custody(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any]:
    return {"custodians": lot.notice["custodians"], "threshold": lot.notice["threshold"]}


def _evidence(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any]:
    proof = evidence.proof_of(evidence.act(lot.id, "tender:lot:published"))
    return {"entry": proof["entry"], "proof": proof["proof"]}


def _dossier(lot: LotRecord, _reader: Holder | None, _now: datetime) -> dict[str, Any] | None:
    files = monitoring.dossiers(lot.id, PUBLIC)[:1]
    return {"file": files[0]} if files else None


def _places(lot: LotRecord, reader: Holder | None, now: datetime) -> dict[str, Any] | None:
    found = lot_places.places(lot, reader, now=now) if reader is not None else []
    return {"places": found} if found else None


def _kit(lot: LotRecord, _reader: Holder | None, now: datetime) -> dict[str, Any] | None:
    found = kit.offered()
    if found is None or lot.status in EXITS or lot.closed(now):
        return None
    return {
        "kit": found,
        "logged": kit.logged() == found.as_json(),
        "proof": kit.proof()["proof"],
        "rule": lot.edition.rule("bid_sealed_offline").id,
    }


def _deposits(lot: LotRecord, reader: Holder | None, _now: datetime) -> dict[str, Any] | None:
    asked = lot.notice["deposit"]
    if asked is None:
        return None
    own = {party.id for party in (lot.procuring_entity, lot.agency) if party is not None}
    insider = reader is not None and reader.kind in PROCURING_SEATS and reader.organisation.id in own
    return {"amount": asked["amount"], "insider": insider}


SECTIONS: Sequence[Section] = (
    Section("end", _("End of this lot"), "portal/lot/end.html", _end),
    Section("publications", _("Publications"), "portal/lot/publications.html", _publications),
    Section("documents", _("Tender document"), "portal/lot/documents.html", _documents),
    Section("kit", _("Bid with the kit"), "portal/lot/kit.html", _kit),
    Section("method", _("How bids are judged"), "portal/lot/method.html", _method),
    Section("objections", _("Objections"), "portal/lot/objections.html", _objections),
    Section("places", _("Your seat and this lot"), "portal/lot/places.html", _places, side=True),
    Section("facts", _("The lot"), "portal/lot/facts.html", _facts, side=True),
    Section("deposits", _("Deposits and guarantees"), "deposits/lot_links.html", _deposits, side=True),
    Section("custody", _("Custodians of the keys"), "portal/lot/custody.html", _custody, side=True),
    Section("evidence", _("Evidence"), "portal/lot/evidence.html", _evidence, side=True),
    Section("dossier", _("Dossier"), "monitoring/dossier_card.html", _dossier, side=True),
)
