"""The opening record as a paper in Chinese: a view of what was signed, with the signed files attached."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _, override

from accounts.domain.seats import SeatKind
from bidding.domain import names, opening
from bidding.models import Hall
from bidding.queries import standing
from kernel import pdf
from kernel.domain import canonical, money
from kernel.pdf import Attachment
from tender import queries as tender
from tender.domain.names import MODES
from tender.queries import LotRecord

TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "bidding" / "opening_record.typ"
ZONE = ZoneInfo(settings.TIME_ZONE)
LANGUAGE = "zh-hans"
Rows = list[list[str]]


def opening_record(hall: Hall, record: LotRecord, *, at: datetime) -> bytes:
    """Return the signed record as PDF/A-3b; raises PdfError while the fonts are missing."""
    with override(LANGUAGE):
        data = _data(hall, record)
    return pdf.render(TEMPLATE, data, at=at, attachments=_attachments(hall))


def address(hall: Hall) -> str:
    """Return the address at which a reader compares the paper with what the platform holds."""
    return f"{settings.SITE_URL}/lots/{hall.pk}/hall/?record={hall.record_sha256}"


def _data(hall: Hall, record: LotRecord) -> dict[str, Any]:
    table = canonical.from_bytes(bytes(hall.table or b"{}"))
    value = canonical.from_bytes(bytes(hall.record or b"{}"))
    bidders = {row["bidder"]: row["name"] for row in table["bids"]}
    return {
        "lang": "zh",
        "code": record.code,
        "centre": record.centre.name,
        "sha256": hall.record_sha256,
        "url": address(hall),
        "qr": pdf.qr(address(hall)),
        "words": _words(),
        "facts": _facts(hall, record),
        "bids": {
            "head": [_("No."), _("Bidder"), _("Received"), _("Price"), _("Days"), _("Outcome")],
            "rows": [_bid(number, row) for number, row in enumerate(table["bids"], start=1)],
        },
        "coefficients": {
            "head": [_("Coefficient"), _("Value"), _("Draw")],
            "rows": [[one["name"], one["value"], one["draw"]] for one in table["coefficients"]],
        },
        "objections": {
            "head": [_("Bidder"), _("Objection"), _("Answer")],
            "rows": [
                [bidders[one["bidder"]], one["text"], one["answer"] or "—"] for one in value["objections"]
            ],
        },
        "pauses": {
            "head": [_("What"), _("Reason"), _("Asked"), _("Answer"), _("Answered")],
            "rows": [_request(row) for row in standing.requests(hall.pk)],
        },
        "confirmations": {
            "head": [_("Bidder"), _("Word"), _("At")],
            "rows": [
                [
                    bidders[one["bidder"]],
                    _(names.CONFIRMATIONS[one["answer"]]),
                    _when(canonical.parse_instant(one["at"])),
                ]
                for one in value["confirmations"]
            ],
        },
        "signatures": {
            "head": [_("Seat"), _("Institution and person"), _("SHA-256 of the signature")],
            "rows": _signers(hall, record),
        },
    }


def _words() -> dict[str, str]:
    return {
        "title": _("Opening record"),
        "bids": _("Bids read out"),
        "coefficients": _("Coefficients"),
        "objections": _("Objections and answers"),
        "pauses": _("Pauses, extensions, failures on record"),
        "confirmations": _("Word of the bidders"),
        "signatures": _("Signatures"),
        "none": _("No objection was raised."),
        "scan": _("Scan to compare"),
        "hash": _("SHA-256 of the record:"),
        "attached": _(
            "The record and both signatures are attached to this file as data. The paper shows them; they count."
        ),
    }


def _facts(hall: Hall, record: LotRecord) -> Rows:
    value = canonical.from_bytes(bytes(hall.record or b"{}"))
    return [
        [_("Project"), record.project],
        [_("Lot"), f"{record.code} {record.title}"],
        [_("Procuring entity"), record.procuring_entity.name],
        [_("Trading centre"), record.centre.name],
        [_("Bid deadline"), _when(record.deadline)],
        [_("Opening mode"), _(MODES[record.notice["mode"]])],
        [_("Opening ended"), _when(canonical.parse_instant(value["ended_at"]))],
    ]


def _bid(number: int, row: dict[str, Any]) -> list[str]:
    received = _when(canonical.parse_instant(row["received_at"]))
    outcome = _(names.OUTCOMES[row["outcome"]])
    if row["cause"] is not None:
        outcome = f"{outcome}: {_(names.CAUSES[row['cause']])}"
    if row["fields"] is None:
        return [str(number), row["name"], received, "—", "—", outcome]
    price = opening.price(row["fields"]).amount
    words = f"{money.grouped(price)}\n{money.capital_numerals(price)}"
    return [str(number), row["name"], received, words, str(row["fields"]["period_days"] or "—"), outcome]


def _request(row: Any) -> list[str]:
    return [
        _(names.REQUESTS[row.kind]),
        row.reason,
        _when(row.asked_at),
        _(names.REQUEST_ANSWERS[row.answer]),
        _when(row.answered_at),
    ]


def _signers(hall: Hall, record: LotRecord) -> Rows:
    found = []
    for duty, kind, der in (
        (_("Host"), SeatKind.HOST, hall.host_signature),
        (_("Centre witness"), SeatKind.WITNESS, hall.witness_signature),
    ):
        seat = tender.officer(record.id, kind)
        who = f"{seat.organisation.name} {seat.person}".strip() if seat is not None else "—"
        found.append([duty, who, canonical.sha256(bytes(der or b""))])
    return found


def _attachments(hall: Hall) -> list[Attachment]:
    record = bytes(hall.record or b"{}").decode()
    found = [Attachment("opening.json", record, "application/json", "the signed opening record")]
    for name, der in (("host", hall.host_signature), ("witness", hall.witness_signature)):
        text = canonical.b64(bytes(der or b""))
        found.append(
            Attachment(
                f"opening-{name}.p7s.b64", text, "text/plain", f"CMS signature of the {name}, DER in base64"
            )
        )
    return found


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if moment is not None else "—"
