"""The hall of a lot: one page for everybody, its live parts, and every document that the opening made public."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from bidding import forms
from bidding.domain import names
from bidding.models import Hall
from bidding.queries import documents, draws, mine, stage, view
from kernel import clock, exports, live, storage
from tender import queries as tender
from tender.domain.names import ROLE_NAMES

JSON = "application/json; charset=utf-8"
SIGNATURE = "application/pkcs7-signature"
PDF = "application/pdf"


@access.public
@require_safe
@never_cache
def hall(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the hall; with `?format=csv` the opening table, with `?record=` whether a paper shows this record."""
    who = view.reader(getattr(request, "seat", None), lot_id)
    if request.GET.get("format") == "csv":
        return _csv(who, lot_id)
    return render(request, "bidding/hall.html", page(request, lot_id))


@access.public
@require_safe
@never_cache
def now(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the part of the hall that all of an audience see alike, as it stands."""
    who = view.reader(getattr(request, "seat", None), lot_id)
    picture = stage.stage(who, lot_id)
    return render(request, "bidding/hall_stage.html", {"stage": picture, "lot": picture.record})


@access.public
@require_safe
@never_cache
def own(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show what the reader itself has to do."""
    return render(request, "bidding/hall_mine.html", page(request, lot_id))


@access.public
@require_safe
@never_cache
def events(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the events after a number, for pages whose socket does not come through."""
    tender.access_public_lot(lot_id)
    who = view.reader(getattr(request, "seat", None), lot_id)
    since = request.GET.get("since", "")
    found = live.since(live.lot_audience(lot_id, who.audience), int(since) if since.isdigit() else 0)
    return JsonResponse({"events": [each.as_json() for each in found]})


@access.public
@require_safe
def document(_request: HttpRequest, lot_id: uuid.UUID, name: str, kind: str) -> HttpResponse:
    """Give a signed document of the opening as its canonical bytes, or its signature."""
    record = tender.access_public_lot(lot_id)
    data = documents.document(lot_id, name) if kind == "json" else documents.signature(lot_id, name)
    return exports.file_response(data, f"{record.code}-{name}.{kind}", JSON if kind == "json" else SIGNATURE)


@access.public
@require_safe
def keys(_request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the keys of the opening parts of all opened bids."""
    record = tender.access_public_lot(lot_id)
    found = documents.opening_keys(lot_id)
    if not found:
        raise Http404
    return exports.jsonl_response(f"{record.code}-keys", found)


@access.public
@require_safe
def paper(_request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the printed opening record."""
    record = tender.access_public_lot(lot_id)
    row = Hall.objects.get(pk=lot_id)
    if not row.record_pdf_sha256:
        raise Http404
    return exports.file_response(storage.get(row.record_pdf_sha256), f"{record.code}-opening-record.pdf", PDF)


@access.public
@require_safe
def drawn(_request: HttpRequest, lot_id: uuid.UUID, number: int, stratum: str) -> HttpResponse:
    """Give a finished draw of coefficients as the file that anyone recomputes."""
    record = tender.access_public_lot(lot_id)
    data = draws.public_coefficient(lot_id, number, stratum)
    return exports.file_response(data, f"{record.code}-draw-{number}-{stratum}.json", JSON)


def page(request: HttpRequest, lot_id: uuid.UUID, **shown: Any) -> dict[str, Any]:
    """Return what the hall's page needs; `shown` puts a posted form in the place of a fresh one."""
    who = view.reader(getattr(request, "seat", None), lot_id)
    own_part = mine.mine(who, lot_id, now=clock.now())
    picture = stage.stage(who, lot_id)
    wanted = request.GET.get("record", "")
    return {
        "lot": picture.record,
        "stage": picture,
        "mine": own_part,
        "who": who,
        "ask_form": forms.RequestForm(kinds=own_part.may_ask) if own_part.may_ask else None,
        "object_form": forms.ObjectionForm() if own_part.may_object else None,
        "answers": [(row, forms.AnswerForm(name=f"answer-{row.pk}")) for row in own_part.to_answer],
        "decisions": [(row, forms.FaultForm(name=f"fault-{row.pk}")) for row in own_part.to_decide],
        "words": _words(),
        "compared": wanted,
        "same_record": bool(wanted) and wanted == picture.hall.record_sha256,
        "section": "notices",
        **shown,
    }


def _words() -> dict[str, dict[str, str]]:
    """Return the names of the codes that live events carry, for the page's script."""
    tables = {**names.TABLES, "role": ROLE_NAMES}
    used = {kind for said in names.EVENTS.values() for kind in said.codes.values()}
    return {kind: {code: gettext(name) for code, name in tables[kind].items()} for kind in sorted(used)}


def _csv(who: view.Reader, lot_id: uuid.UUID) -> HttpResponse:
    picture = stage.stage(who, lot_id)
    columns = [
        "number",
        "bidder",
        "credit_code",
        "received_at",
        "price",
        "period_days",
        "quality",
        "outcome",
        "cause",
    ]
    rows = (
        [
            row.number,
            row.name,
            row.bidder,
            row.received_at,
            row.price,
            row.fields["period_days"] if row.fields else "",
            row.fields["quality"] if row.fields else "",
            row.outcome,
            row.cause,
        ]
        for row in picture.table
    )
    return exports.csv_response(f"{picture.record.code}-opening", columns, rows)
