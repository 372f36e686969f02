"""Tasks that follow from accounts: documents to sign, unread messages."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts import queries as accounts
from accounts.queries import Holder
from portal.duties.base import Task
from portal.names import name_of


def tasks(holder: Holder, *, now: datetime) -> list[Task]:
    """Return what a seat must sign, and whether messages wait."""
    found = [
        Task(
            title=_("Sign: %(what)s") % {"what": name_of(row.purpose, "purpose")},
            lot=row.title,
            until=row.due_at,
            rule="S-09",
            url=reverse("sign", args=[row.pk]),
            tone="bad" if row.due_at is not None and row.due_at <= now else "warn",
        )
        for row in accounts.access_signature_requests(holder)
    ]
    unread = accounts.unread_count(holder)
    if unread:
        title = ngettext("Read %(n)s new message", "Read %(n)s new messages", unread) % {"n": unread}
        found.append(Task(title=title, url=reverse("messages")))
    return found
