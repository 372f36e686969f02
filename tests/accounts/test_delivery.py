"""Mail and SMS beside the message centre: sent once, tried again ever later, and never holding anything up."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts import actions, delivery
from accounts.models import Message, Person
from config import wiring
from kernel import clock
from kernel.ticker import Ticker
from tests import cast


@pytest.fixture
def message(store, settings):
    """A message to a clerk who has both mail and phone."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SMS_ADAPTER = "tests.accounts.test_delivery.Phone"
    Phone.texts, Phone.broken = [], False
    actor = cast.found_city("clerk")[0]
    Person.objects.update(email="clerk@example.test", phone="13900000000")
    actions.notify(actor.holder.id, "addendum", key="k", now=clock.now(), facts={"lot": "L"})
    return Message.objects.get()


class Phone:
    """An SMS service that a test can break."""

    texts: list[str] = []
    broken = False

    def send(self, phone, text):
        if self.broken:
            raise OSError("no route")
        self.texts.append(phone)


def test_a_message_is_sent_once_on_each_way_and_tells_nothing(message):
    for _ in range(2):
        Ticker(wiring.POST, "post").work()
    [sent] = mail.outbox
    assert sent.to == ["clerk@example.test"]
    assert "L" not in sent.body.split()
    assert Phone.texts == ["13900000000"]
    message.refresh_from_db()
    assert (message.sent_by, message.send_at) == ("email,sms", None)


def test_a_way_that_fails_is_tried_again_later_and_the_other_is_not_repeated(message):
    Phone.broken = True
    now = clock.now()
    assert list(delivery.due(now=now, limit=9)) == [message.pk]
    assert delivery.send(message.pk, now=now) is False
    message.refresh_from_db()
    assert (message.sent_by, message.send_at) == ("email", now + timedelta(seconds=2))
    assert list(delivery.due(now=now, limit=9)) == []
    Phone.broken = False
    later = now + timedelta(seconds=2)
    assert list(delivery.due(now=later, limit=9)) == [message.pk]
    assert delivery.send(message.pk, now=later) is True
    assert len(mail.outbox) == 1
    message.refresh_from_db()
    assert (message.sent_by, message.send_at) == ("email,sms", None)


def test_it_is_given_up_in_the_end(message):
    Phone.broken = True
    now = clock.now()
    for _ in range(delivery.ATTEMPTS_MOST):
        delivery.send(message.pk, now=now)
    message.refresh_from_db()
    assert message.send_at is None
