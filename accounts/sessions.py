"""Browser sessions of seats: opened by a certificate, closed with their live sockets."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.middleware import STRONG
from accounts.models import User
from accounts.queries import Holder
from kernel.hub import hub

BACKEND = "django.contrib.auth.backends.ModelBackend"


def open_session(request: HttpRequest, holder: Holder) -> None:
    """Open a browser session that counts as strong: a certificate is a second factor and a fresh proof of oneself."""
    user = User.objects.get(username=holder.username)
    login(request, user, backend=BACKEND)
    request.session[STRONG] = True
    record_authentication(request, user, method="certificate", reauthenticated=True)


def close_sockets(session_key: str | None) -> None:
    """Close the live sockets of a session that ended."""
    if session_key:
        hub.revoke(session_key)
