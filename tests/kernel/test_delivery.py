"""Outbox and ticker: at least once, in order of need, and one bad row never stops the line."""

import dataclasses
import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from kernel import clock, outbox
from kernel.events import Event
from kernel.models import OutboxMessage
from kernel.outbox import Hears
from kernel.ticker import DueSource, Ticker


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rang(Event):
    bell: uuid.UUID
    times: int = 1


BELL = uuid.UUID("00000000-0000-4000-8000-00000000000b")


@pytest.fixture
def heard(store, monkeypatch):
    found = []
    kept = outbox.table()

    def wire(**hears):
        outbox.configure({Rang: Hears(**hears)})
        return found

    yield wire
    outbox.configure(kept)


def publish(**fields):
    with transaction.atomic():
        outbox.publish(Rang(bell=BELL, **fields))


def named(name, function):
    function.__qualname__ = name
    return function


def test_events_travel_as_json_and_come_back_as_they_were():
    event = Rang(bell=BELL, times=3)
    assert Event.registry[event.name()].from_json(event.as_json()) == event


def test_inline_handlers_share_the_transaction(heard):
    found = heard(now=(lambda e: found.append(e.times),))
    publish(times=2)
    assert found == [2]

    def fails(event):
        raise ValueError("no")

    heard(now=(fails,), later=(named("later", lambda e: None),))
    with pytest.raises(ValueError, match="no"):
        publish()
    assert not OutboxMessage.objects.exists()


def test_later_handlers_hear_after_commit_once_each(heard):
    found = heard(
        later=(named("one", lambda e: found.append("one")), named("two", lambda e: found.append("two")))
    )
    publish()
    assert found == []
    assert outbox.relay(now=clock.now()) == 1
    assert outbox.relay(now=clock.now()) == 0
    assert found == ["one", "two"]


def test_a_failing_handler_is_tried_again_alone_and_stops_nobody(heard):
    failures = [True, True]

    def flaky(event):
        if failures:
            failures.pop()
            raise OSError("mail is down")
        found.append(f"flaky {event.times}")

    found = heard(later=(named("flaky", flaky), named("steady", lambda e: found.append(f"steady {e.times}"))))
    publish(times=1)
    publish(times=2)
    now = clock.now()
    outbox.relay(now=now)
    assert found == ["steady 1", "steady 2"]
    for minutes in (1, 2, 3):
        outbox.relay(now=now + timedelta(minutes=minutes))
    assert sorted(found) == ["flaky 1", "flaky 2", "steady 1", "steady 2"]
    assert not OutboxMessage.objects.filter(done_at__isnull=True).exists()


def test_one_bad_row_never_stops_the_line(store):
    done = []

    def advance(key, *, now):
        if key == 2:
            raise ValueError("bad row")
        done.append(key)

    def broken(*, now, limit):
        raise OSError("no such table")

    ticker = Ticker(
        [DueSource("broken", broken, advance), DueSource("rows", lambda *, now, limit: [1, 2, 3], advance)]
    )
    assert ticker.work() == 2
    assert done == [1, 3]
    ticker.work()
    assert done == [1, 3, 1, 3]


def test_a_message_that_nobody_can_read_any_more_waits_and_stops_no_other(heard):
    found = heard(later=(named("good", lambda event: found.append(event.times)),))
    publish(times=1)
    OutboxMessage.objects.update(name="app.GoneEvent")
    publish(times=2)
    outbox.relay(now=clock.now())
    assert found == [2]
    left = OutboxMessage.objects.get(done_at__isnull=True)
    assert left.attempts == 1
    assert "GoneEvent" in left.error
    assert left.next_at > clock.now()


def test_a_loop_of_another_name_relays_no_outbox(heard):
    found = heard(later=(named("good", lambda event: found.append(event.times)),))
    publish()
    Ticker((), "post").work()
    assert found == []
    Ticker(()).work()
    assert found == [1]
