"""Browsers of seats: a test client whose session shows the second factor, and pages that are really rendered."""

from django.test import Client

from accounts.middleware import STRONG
from accounts.models import User


def browser(username="", *, second_factor=True, language="en"):
    """A client signed in as a person of the cast; without a name it is a visitor."""
    client = Client()
    client.cookies["django_language"] = language
    if username:
        client.force_login(
            User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
        )
        if second_factor:
            session = client.session
            session[STRONG] = True
            session.save()
    return client


def text_of(answer):
    """The page's text."""
    return answer.content.decode()
