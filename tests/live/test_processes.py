"""Two web processes and one Redis: what one announces, the clients of both hear, once."""

import asyncio
import json
import time
import uuid

import pytest

from kernel.hub import CLOSE_REVOKED, Client, Hub


class Line:
    """A socket that takes everything; `frames` is what it was sent."""

    def __init__(self, audience, key=""):
        self.frames, self.closed = [], None
        self.client = Client(audience, self.send, 0, key)

    async def send(self, message):
        """Take a frame."""
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        else:
            self.frames.append(json.loads(message["text"])["n"])


async def until(attempt, seconds=10.0):
    end = time.monotonic() + seconds
    while not attempt():
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.01)


@pytest.fixture
async def processes(redis_url):
    """Two hubs as two processes have them, and the rows that both can read."""
    rows = []

    async def catch_up(audience, number):
        return [row for row in rows if row[0] > number]

    hubs = Hub(), Hub()
    for hub in hubs:
        await hub.start(catch_up, redis_url)
    await until(lambda: all(hub._connected for hub in hubs))
    yield *hubs, rows
    for hub in hubs:
        await hub.stop()


def say(hub, rows, audience, number):
    frame = {"n": number}
    rows.append((number, json.dumps(frame)))
    hub.publish(audience, number, frame)


async def test_an_event_reaches_the_clients_of_both_processes_once_and_in_order(processes):
    one, two, rows = processes
    audience = f"hall:{uuid.uuid4()}"
    near, far = Line(audience), Line(audience)
    await one.join(near.client)
    await two.join(far.client)
    for number in range(1, 30):
        say(one if number % 2 else two, rows, audience, number)
    await until(lambda: len(near.frames) == len(far.frames) == 29)
    await asyncio.sleep(0.1)
    assert near.frames == far.frames == list(range(1, 30))


async def test_what_redis_lost_is_found_by_its_number(processes):
    one, two, rows = processes
    audience = f"hall:{uuid.uuid4()}"
    far = Line(audience)
    await two.join(far.client)
    rows += [(1, '{"n": 1}'), (2, '{"n": 2}')]
    say(one, rows, audience, 3)
    await until(lambda: far.frames == [1, 2, 3])


async def test_a_session_that_ended_has_no_socket_in_any_process(processes):
    one, two, _ = processes
    audience, key = f"hall:{uuid.uuid4()}", uuid.uuid4().hex
    mine, other, late = Line(audience, key), Line(audience, "another"), Line(audience, key)
    for line in (mine, other):
        await two.join(line.client)
    one.revoke(key)
    await until(lambda: mine.closed == CLOSE_REVOKED)
    await two.join(late.client)
    await until(lambda: late.closed == CLOSE_REVOKED)
    assert other.closed is None
    assert two.count(audience) == 1
