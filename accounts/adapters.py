"""How accounts speaks to the libraries and services around it: allauth, mail, SMS."""

import logging
import sys
from typing import Any, Protocol

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts.sessions import close_sockets

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closes sign-up: seats are made by import, accounts by enrolment."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Answer no: nobody makes an account for oneself."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Go to the workbench."""
        return str(settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> Any:
        """Count a sign-in as a fresh proof of who it is, so that nobody is asked twice in five minutes."""
        records = get_authentication_records(request, user)
        fresh = [{**record, "reauthenticated": True} for record in records]
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = fresh
        return super().post_login(request, user, **details)

    def logout(self, request: HttpRequest) -> None:
        """End the session, and with it the live sockets that it opened."""
        key = request.session.session_key
        super().logout(request)
        close_sockets(key)


class SmsAdapter(Protocol):
    """What an SMS service must do; set SMS_ADAPTER to a class of yours."""

    def send(self, phone: str, text: str) -> None:
        """Send one text to one phone; raises on failure, and is then tried again."""


class ConsoleSms:
    """Prints texts to standard error: the default, for machines without an SMS service."""

    def send(self, phone: str, text: str) -> None:
        """Print the text."""
        sys.stderr.write(f"[sms to {phone[:3]}****{phone[-4:]}] {text}\n")


def send_sms(phone: str, text: str) -> None:
    """Send a text by the configured adapter."""
    adapter: Any = import_string(settings.SMS_ADAPTER)()
    adapter.send(phone, text)


def send_email(address: str, subject: str, text: str) -> None:
    """Send a mail by Django's configured backend."""
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address], fail_silently=False)
