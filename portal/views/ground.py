"""Pages that every deployment needs: language, health, style guide."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from accounts import access
from kernel import clock, readiness

language = access.public(set_language)
UNREADY = 503


@access.public
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that this process lives."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@access.public
@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer whether this process may serve, and what was measured."""
    found = readiness.report(now=clock.now())
    return JsonResponse(found, status=200 if found["ready"] else UNREADY)


@access.public
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component of the design system."""
    return render(request, "portal/styleguide.html")
