"""The hub by itself: what is announced while a client reads what it missed reaches it, once and in order."""

import asyncio
import json

import pytest

from kernel.hub import QUEUE, Client, Hub


class Line:
    """A socket that notes what it was handed, and a store of events that it reads from."""

    def __init__(self, hub):
        self.hub, self.events, self.taken, self.closed = hub, [], [], None
        self.during = {}
        self.reads = 0

    async def send(self, message):
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        else:
            self.taken.append(json.loads(message["text"])["n"])

    async def read(self, audience, number):
        """What was committed when the read began; `during` happens before its answer arrives."""
        found = [(n, json.dumps({"n": n})) for n in self.events if n > number]
        self.reads += 1
        for one in self.during.pop(self.reads, ()):
            self.say(one)
        await asyncio.sleep(0.01)
        return found

    def say(self, number):
        self.events.append(number)
        self.hub.publish("hall", number, {"n": number})


async def settle():
    for _ in range(5):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("during", [{1: [1]}, {1: [1, 2], 2: [3]}, {1: [1], 2: [2], 3: [3]}])
def test_what_is_announced_during_the_last_empty_read_is_not_lost(during):
    async def play():
        hub = Hub()
        line = Line(hub)
        line.during = dict(during)
        await hub.start(line.read)
        await hub.join(Client("hall", line.send, 0))
        await settle()
        said = [n for numbers in during.values() for n in numbers]
        assert line.taken == said
        line.say(len(said) + 1)
        await settle()
        assert line.taken == [*said, len(said) + 1]
        await hub.stop()

    asyncio.run(play())


def test_a_gap_is_filled_from_the_store_in_order():
    async def play():
        hub = Hub()
        line = Line(hub)
        await hub.start(line.read)
        await hub.join(Client("hall", line.send, 0))
        line.events += [1, 2]
        line.say(3)
        await settle()
        assert line.taken == [1, 2, 3]
        hub.publish("hall", 2, {"n": 2})
        await settle()
        assert line.taken == [1, 2, 3]
        await hub.stop()

    asyncio.run(play())


def test_a_client_that_does_not_read_is_dropped_and_delays_nobody():
    async def play():
        hub = Hub()
        line, stuck, closed = Line(hub), asyncio.Event(), []

        async def slow(message):
            if message["type"] == "websocket.close":
                closed.append(message["code"])
            else:
                await stuck.wait()

        await hub.start(line.read)
        await hub.join(Client("hall", slow, 0))
        await hub.join(Client("hall", line.send, 0))
        for number in range(1, QUEUE + 3):
            line.say(number)
        await settle()
        assert line.taken == list(range(1, QUEUE + 3))
        assert closed == [4008]
        assert hub.count("hall") == 1
        stuck.set()
        await hub.stop()

    asyncio.run(play())
