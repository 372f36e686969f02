"""Sends a written message by mail and SMS; texts name no bidder and no lot before they may."""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from accounts import adapters
from accounts.models import Message

logger = logging.getLogger(__name__)
ATTEMPTS_MOST = 12
WAIT_MOST = timedelta(hours=1)


def due(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the messages that wait to be sent."""
    rows = Message.objects.filter(send_at__lte=now).order_by("send_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def send(pk: uuid.UUID, *, now: datetime) -> bool:
    """Send what the account's person can receive; the text only says that a message waits.

    Outside of any transaction, since servers of others may be slow. What fails is tried again, ever later; the
    message centre shows the message in any case. Returns whether nothing is left to send.
    """
    row = Message.objects.select_related("seat__user", "seat__person").get(pk=pk)
    sent = list(filter(None, row.sent_by.split(",")))
    failed = ""
    for way, address in _addresses(row).items():
        if way in sent:
            continue
        try:
            _WAYS[way](address)
        except Exception as error:  # noqa: BLE001 - whatever a mail or SMS library raises, the others are sent
            failed = f"{way}: {error}"
        else:
            sent.append(way)
    row.sent_by, row.attempts = ",".join(sent), row.attempts + 1
    again = bool(failed) and row.attempts < ATTEMPTS_MOST
    row.send_at = now + min(timedelta(seconds=2**row.attempts), WAIT_MOST) if again else None
    row.save(update_fields=["sent_by", "attempts", "send_at"])
    if failed:
        logger.warning("message %s was not sent (attempt %s): %s", pk, row.attempts, failed)
    return not failed


def _addresses(row: Message) -> dict[str, str]:
    person, user = row.seat.person, row.seat.user
    found = {
        "email": user.email or (person.email if person else ""),
        "sms": person.phone if person else "",
    }
    return {way: address for way, address in found.items() if address}


def _mail(address: str) -> None:
    with translation.override("zh-hans"):
        text = _("Sign in and open your message centre to read it. This mail holds no content on purpose.")
        adapters.send_email(address, _subject(), text)


def _text(phone: str) -> None:
    adapters.send_sms(phone, _subject())


def _subject() -> str:
    with translation.override("zh-hans"):
        return _("A message waits for you on Yangguang")


_WAYS = {"email": _mail, "sms": _text}
