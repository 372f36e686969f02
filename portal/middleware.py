"""Language by the visitor's switch only, and refusals as pages that name their rule."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from kernel.domain.refusals import RefusedError
from kernel.pages import REFUSED, refusals_of
from portal.refusals import refusal_view

SECRET = ("csrf", "password", "code", "token", "credential", "key")


class LanguageMiddleware:
    """Simplified Chinese unless the visitor chose English; the browser's own wish does not decide."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language of the cookie for this request."""
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        chosen = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self._next(request)
        response.headers.setdefault("Content-Language", chosen)
        return response


class RefusalMiddleware:
    """Turns a refusal that an action raised into a page with its rule, article, facts and next step."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._next(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show a refusal; everything else goes on."""
        if not isinstance(error, RefusedError):
            return None
        context = {
            "refusals": [refusal_view(each) for each in refusals_of(error)],
            "sent": _sent(request),
            "back": request.headers.get("Referer", "") if request.method == "POST" else "",
        }
        return render(request, "portal/refusal.html", context, status=REFUSED)


def _sent(request: HttpRequest) -> dict[str, str]:
    """Return what the reader had typed, but no secrets, so that it can be typed again."""
    pairs = ((name, str(text)) for name, text in request.POST.items())
    return {name: text for name, text in pairs if text and not any(word in name for word in SECRET)}
