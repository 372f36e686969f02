"""What strangers check: receipts and hashes on one page, the log with its tiles, the rules, the words."""

import json
import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from accounts import access, queries as accounts
from bidding.domain import records
from bidding.domain.trust import PLATFORM_FILE, POLICY_FILE, ROOTS_FILE, Trust
from kernel import clock, evidence, exports, pages, tiles
from kernel.domain import canonical
from portal import error_words, glossary as words, rulebook
from portal.forms import ReceiptForm
from tender import site_queries
from tender.domain.rules import Regime

DIGEST = re.compile(r"[0-9a-f]{64}\Z")
TEXT = "text/plain; charset=utf-8"
VERIFIER = settings.BASE_DIR / "verifier" / "verify.py"


@access.public
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Tell how to verify without this site, and check a receipt or a hash in memory."""
    form = ReceiptForm(*pages.posted(request))
    proven = None
    if request.method == "POST" and form.is_valid():
        try:
            proven = records.verify_receipt(json.loads(form.cleaned_data["receipt"]), _own_trust())
        except (json.JSONDecodeError, RecursionError):
            form.add_error("receipt", _("This is no JSON. Choose the receipt as the kit saved it."))
        except ValueError as error:
            why = error_words.told(str(error))
            form.add_error("receipt", why[:1].upper() + why[1:])
    digest = request.GET.get("sha256", "").strip().lower()
    context = {
        "form": form,
        "proven": proven,
        "digest": digest,
        "digest_is_one": bool(DIGEST.match(digest)),
        "known": site_queries.known_hash(digest) if DIGEST.match(digest) else [],
        "verifier_sha256": canonical.sha256(VERIFIER.read_bytes()),
        "section": "verify",
    }
    return pages.show(request, "portal/verify.html", context, form)


@access.public
@require_safe
def verifier(_request: HttpRequest) -> HttpResponse:
    """Give the verifier, one file that shares no code with this platform."""
    return exports.file_response(VERIFIER.read_bytes(), VERIFIER.name, "text/x-python; charset=utf-8")


@access.public
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show where the log stands, who watches it, and where its files lie."""
    context = {
        "head": evidence.head(),
        "key": evidence.log_key(),
        "policy": evidence.policy_text(),
        "section": "log",
    }
    return render(request, "portal/log.html", context)


@access.public
@require_safe
@never_cache
def log_checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest cosigned checkpoint (C2SP signed note)."""
    text = tiles.checkpoint()
    if text is None:
        raise Http404
    return HttpResponse(text, content_type=TEXT)


@access.public
@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def log_tile(_request: HttpRequest, path: str) -> HttpResponse:
    """Give a tile or an entry bundle of the log (C2SP tlog-tiles)."""
    data = tiles.read(f"tile/{path}")
    if data is None:
        raise Http404
    return HttpResponse(data, content_type="application/octet-stream")


@access.public
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules that stand today, of a law and a region."""
    regimes = [regime.value for regime in Regime]
    regime = request.GET.get("regime", regimes[0])
    regions = site_queries.rule_regions()
    region = request.GET.get("region", "")
    if regime not in regimes or (region and region not in regions):
        raise Http404
    edition = site_queries.edition_today(regime, regions.get(region, ""), now=clock.now())
    context = {
        "edition": edition,
        "rules": rulebook.views(edition.rules),
        "regimes": regimes,
        "regime": regime,
        "regions": regions,
        "region": region,
        "section": "rules",
    }
    return render(request, "portal/rules.html", context)


@access.public
@require_safe
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show a rule: its words, numbers, article, validity, and its other versions."""
    found = rulebook.find(rule_id, now=clock.now())
    versions: list[Any] = [
        (regime, rulebook.view(each)) for regime, each in site_queries.versions_of(rule_id)
    ]
    if found is None and not versions:
        raise Http404
    context = {"rule": found or versions[0][1], "versions": versions, "section": "rules"}
    return render(request, "portal/rule.html", context)


@access.public
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show what the words of this platform mean, in both languages."""
    return render(request, "portal/glossary.html", {"terms": words.terms(), "section": "glossary"})


@access.public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Tell what this platform promises, and what it does not."""
    return render(request, "portal/about.html", {"section": "about"})


@access.public
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Tell each seat how its work goes."""
    return render(request, "portal/guide.html", {"section": "help"})


def _own_trust() -> Trust:
    """Return trust as this server states it; who checks here trusts this server for the moment."""
    _pem, fingerprint = accounts.platform_certificate()
    return Trust.of(
        {
            ROOTS_FILE: accounts.roots_pem().encode(),
            PLATFORM_FILE: f"{fingerprint}\n".encode(),
            POLICY_FILE: evidence.policy_text().encode(),
        }
    )
