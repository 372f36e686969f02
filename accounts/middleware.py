"""Puts the seat on each request and enforces what each view declares."""

import logging
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import access, queries

logger = logging.getLogger(__name__)
STRONG = "yangguang_certificate"


class SeatMiddleware:
    """Sets `request.seat` (a Holder or None) and answers 404 for what a seat may not see."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the seat of the session's account, if its second factor was shown."""
        user = request.user
        signed_in = user.is_authenticated
        request.second_factor = signed_in and second_factor(request)  # type: ignore[attr-defined]
        request.seat = (  # type: ignore[attr-defined]  # read as request.seat everywhere
            queries.holder_of(user.pk)  # type: ignore[arg-type]  # a signed-in user has a key
            if signed_in and request.second_factor  # type: ignore[attr-defined]  # set above
            else None
        )
        return self._next(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Enforce the declaration of a view; an undeclared one is refused and logged as a fault."""
        declared = access.of(view)
        if declared == access.PUBLIC or request.path.startswith("/api/"):
            return None
        if declared is None:
            logger.error("the view %s declares no access", view)
            raise Http404
        if not request.user.is_authenticated:
            return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
        if declared == access.SIGNED_IN:
            return None
        if not request.second_factor:  # type: ignore[attr-defined]  # set above
            return _to_second_factor(request)
        seat = request.seat  # type: ignore[attr-defined]  # set above
        if seat is None or seat.kind not in declared:
            raise Http404
        return None


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    """Send an account to set up its second factor, or to show the one that it has."""
    if not is_mfa_enabled(request.user):
        return redirect("mfa_activate_totp")
    return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")


def second_factor(request: HttpRequest) -> bool:
    """Tell whether this session showed a second factor: a one-time code, a passkey or a certificate."""
    if request.session.get(STRONG):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
