"""The public lists: today's openings, notices, results, open data, and the feed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access
from kernel import clock, evidence, exports, pages
from kernel.domain import canonical, money
from portal.forms import NoticeFilter, start_of
from portal.names import name_of
from tender import site_queries
from tender.domain import instants
from tender.site_queries import LotLine, Wanted

NEWEST = 8
FEED_ENTRIES = 50
EXPORT_ROWS = 5000
NOTICE_COLUMNS = (
    *("code", "title", "project", "law", "category", "region", "procuring_entity", "status"),
    *("published_at", "deadline", "estimate", "notice_sha256", "address"),
)


@access.public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show today's openings, the newest notices, and the public figures."""
    now = clock.now()
    today = instants.day_of(now)
    start, end = start_of(today), start_of(today, after=1)
    context = {
        "openings": list(site_queries.openings(start or now, end or now, now=now)),
        "newest": site_queries.notices(Wanted(), now=now)[:NEWEST],
        "figures": site_queries.figures(),
        "head": evidence.head(),
        "today": today,
        "section": "home",
    }
    return render(request, "portal/home.html", context)


@access.public
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices, narrowed by words, law, category, region, status and deadline."""
    now = clock.now()
    narrowed = NoticeFilter(request.GET, regions=site_queries.regions())
    found = site_queries.notices(narrowed.wanted(), now=now)
    if request.GET.get("format") == "csv":
        return exports.csv_response("notices", NOTICE_COLUMNS, map(_row, found[:EXPORT_ROWS]))
    context = {"page": pages.page_of(request, found), "filter": narrowed, "section": "notices"}
    return render(request, "portal/notices.html", context)


@access.public
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """List the lots that came to an end."""
    text = request.GET.get("text", "").strip()
    found = site_queries.results(text=text, now=clock.now())
    if request.GET.get("format") == "csv":
        columns = ["code", "title", "procuring_entity", "status", "winner", "credit_code", "price", "address"]
        return exports.csv_response("results", columns, map(_result, found[:EXPORT_ROWS]))
    context = {"page": pages.page_of(request, found), "text": text, "section": "results"}
    return render(request, "portal/results.html", context)


@access.public
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """Tell which data can be taken, in which form."""
    return render(request, "portal/open_data.html", {"section": "open-data"})


@access.public
@require_safe
def notices_jsonl(_request: HttpRequest) -> HttpResponse:
    """Give every published notice as one JSON object a line, with its hash and where the lot stands."""
    return exports.jsonl_response("notices", map(_json, site_queries.notices(Wanted(), now=clock.now())))


@access.public
@require_safe
def notices_atom(request: HttpRequest) -> HttpResponse:
    """Give the newest notices as an Atom feed."""
    feed = Atom1Feed(
        title=_("Notices of Yangguang"),
        link=f"{settings.SITE_URL}{reverse('notices')}",
        description=_("Newly published lots"),
        feed_url=f"{settings.SITE_URL}{reverse('notices-atom')}",
        language=str(getattr(request, "LANGUAGE_CODE", "")),
    )
    for lot in site_queries.notices(Wanted(), now=clock.now())[:FEED_ENTRIES]:
        feed.add_item(
            title=f"{lot.code} {lot.title}",
            link=_address(lot),
            description=f"{lot.procuring_entity} · {instants.clock(lot.deadline)}",
            unique_id=f"urn:uuid:{lot.id}",
            pubdate=lot.published_at,
            updateddate=lot.published_at,
            categories=[name_of(lot.category, "category")],
        )
    answer = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(answer, "utf-8")
    return answer


def _address(lot: LotLine) -> str:
    return f"{settings.SITE_URL}{reverse('lot', args=[lot.id])}"


def _row(lot: LotLine) -> list[Any]:
    return [
        lot.code,
        lot.title,
        lot.project,
        lot.regime,
        lot.category,
        lot.region,
        lot.procuring_entity,
        lot.state,
        lot.published_at,
        lot.deadline,
        money.to_text(lot.estimate) if lot.estimate is not None else "",
        lot.notice_sha256,
        _address(lot),
    ]


def _result(lot: LotLine) -> list[Any]:
    winner = (lot.result or {}).get("winner") or {}
    who = [winner.get("name", ""), winner.get("bidder", ""), winner.get("price", "")]
    return [lot.code, lot.title, lot.procuring_entity, lot.state, *who, _address(lot)]


def _json(lot: LotLine) -> dict[str, Any]:
    return {
        "lot": str(lot.id),
        "code": lot.code,
        "title": lot.title,
        "project": lot.project,
        "regime": lot.regime,
        "category": lot.category,
        "region": lot.region,
        "procuring_entity": lot.procuring_entity,
        "status": str(lot.state),
        "published_at": _instant(lot.published_at),
        "deadline": _instant(lot.deadline),
        "estimate": money.to_text(lot.estimate) if lot.estimate is not None else None,
        "notice_sha256": lot.notice_sha256,
        "address": _address(lot),
    }


def _instant(moment: datetime) -> str:
    return canonical.instant(moment)
