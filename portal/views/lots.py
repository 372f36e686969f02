"""The public page of a lot, its rules, and its files as they were published."""

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import access
from kernel import clock, exports, storage
from kernel.domain import canonical
from portal import lot_sections, rulebook
from tender import queries as tender, site_queries

JSON = "application/json; charset=utf-8"


@access.public
@require_safe
def lot(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show a lot: where it stands, its timetable, and the sections that all apps add."""
    record, now = tender.access_public_lot(lot_id), clock.now()
    reader = getattr(request, "seat", None)
    sections = lot_sections.filled(record, reader, now=now)
    context = {
        "lot": record,
        "state": record.shown_status(now),
        "milestones": tender.milestones(record, now=now),
        "wide": [each for each in sections if not each.section.side],
        "narrow": [each for each in sections if each.section.side],
        "section": "notices",
    }
    return render(request, "portal/lot.html", context)


@access.public
@require_safe
def rules(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show every rule of the edition that was frozen for a lot."""
    record = tender.access_public_lot(lot_id)
    views = rulebook.views(record.edition.rules)
    if request.GET.get("format") == "csv":
        lines = ([v.id, v.title, "; ".join(t for _n, t in v.values), v.source, v.breach] for v in views)
        return exports.csv_response(
            f"rules-{record.code}", ["id", "title", "values", "article", "breach"], lines
        )
    context = {"lot": record, "rules": views, "section": "notices"}
    return render(request, "portal/lot_rules.html", context)


@access.public
@require_safe
def file(_request: HttpRequest, lot_id: uuid.UUID, digest: str) -> FileResponse:
    """Give a file of the document or an addendum, always to be saved."""
    row = site_queries.access_public_file(lot_id, digest)
    return FileResponse(storage.open_blob(digest), as_attachment=True, filename=row.name)


@access.public
@require_safe
def notice(_request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the notice's canonical bytes, whose SHA-256 names the lot's terms."""
    record = tender.access_public_lot(lot_id)
    return exports.file_response(canonical.to_bytes(record.notice), f"{record.code}-notice.json", JSON)


@access.public
@require_safe
def edition(_request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the frozen edition of the rules."""
    record = tender.access_public_lot(lot_id)
    data = record.edition.text.encode()
    return exports.file_response(data, f"{record.code}-edition.toml", "application/toml; charset=utf-8")


@access.public
@require_safe
def addendum(_request: HttpRequest, lot_id: uuid.UUID, number: int) -> HttpResponse:
    """Give an addendum's canonical bytes."""
    record = tender.access_public_lot(lot_id)
    found = [row for row in tender.addenda(lot_id) if row.number == number]
    if not found:
        raise Http404
    return exports.file_response(bytes(found[0].document), f"{record.code}-addendum-{number}.json", JSON)


@access.public
@require_safe
def publication(_request: HttpRequest, lot_id: uuid.UUID, kind: str) -> HttpResponse:
    """Give what a lot published under a kind, as canonical bytes."""
    record = tender.access_public_lot(lot_id)
    row = tender.publication(lot_id, kind)
    if row is None:
        raise Http404
    return exports.file_response(bytes(row.document), f"{record.code}-{kind}.json", JSON)


@access.public
@require_safe
def proof(_request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give notice, addenda and edition with the journal entry of the notice and its proof in the log."""
    record = tender.access_public_lot(lot_id)
    answer = JsonResponse(site_queries.notice_evidence(record), json_dumps_params={"ensure_ascii": False})
    answer.headers["Content-Disposition"] = f'attachment; filename="{record.code}-evidence.json"'
    return answer
