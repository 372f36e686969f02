"""The live hub: one bounded queue for each client of this process; a slow client delays nobody.

A frame is made once for an audience and handed to every client whose socket is free at once, in the callback
itself: no task is woken for a client that can take it. A client that cannot is given a task of its own; when
its queue is full it is dropped, and catches up by number when it comes back. Redis only carries frames between
processes: what it loses is found by its missing number and read from the database.
"""

import asyncio
import contextlib
import json
import logging
import types
import uuid
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

import redis.asyncio as redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
QUEUE = 256
CHANNEL = "live"
POLL_SECONDS = 3.0
CLOSE_TOO_SLOW = 4008
CLOSE_REVOKED = 4003
REMEMBERED = 1024
"""Ended sessions of which a socket may still be on its way in."""
Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
CatchUp = Callable[[str, int], Awaitable[list[tuple[int, str]]]]


class Client:
    """One connected socket of one audience.

    `number` is the last event that it was handed, `heard` the newest that was announced while it was catching up.
    """

    __slots__ = ("audience", "busy", "catching", "heard", "key", "number", "queue", "send")

    def __init__(self, audience: str, send: Send, number: int, key: str = "") -> None:
        self.audience, self.send, self.number, self.key = audience, send, number, key
        self.queue: deque[dict[str, Any]] = deque()
        self.busy = False
        self.catching = False
        self.heard = 0


class Hub:
    """All clients of this process, and the one Redis subscription that feeds them when deployed."""

    def __init__(self) -> None:
        self._clients: dict[str, set[Client]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._catch_up: CatchUp | None = None
        self._redis: redis.Redis | None = None
        self._channel = CHANNEL
        self._connected = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._name = uuid.uuid4().hex
        self._ended: OrderedDict[str, None] = OrderedDict()

    async def start(self, catch_up: CatchUp, redis_url: str = "", prefix: str = "") -> None:
        """Bind the hub to the running loop; `catch_up(audience, number)` reads missed frames."""
        self._loop, self._catch_up = asyncio.get_running_loop(), catch_up
        if redis_url:
            pool = redis.BlockingConnectionPool.from_url(redis_url, max_connections=8, timeout=5)
            self._redis = redis.Redis.from_pool(pool)
            self._channel = f"{prefix}{CHANNEL}"
            self._spawn(self._listen(self._redis))
            self._spawn(self._poll())

    async def stop(self) -> None:
        """End the subscription and forget the loop."""
        for task in list(self._tasks):
            task.cancel()
        for task in list(self._tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._redis is not None:
            await self._redis.aclose()
        self._loop, self._redis, self._connected = None, None, False

    def count(self, audience: str) -> int:
        """Return how many clients of this process follow an audience."""
        return len(self._clients.get(audience, ()))

    async def join(self, client: Client) -> None:
        """Add a client and hand it what it missed since its number."""
        client.catching = True
        self._clients.setdefault(client.audience, set()).add(client)
        if client.key in self._ended:
            self._drop(client, CLOSE_REVOKED)
        else:
            await self._fill(client)

    def leave(self, client: Client) -> None:
        """Forget a client."""
        known = self._clients.get(client.audience, set())
        known.discard(client)
        if not known:
            self._clients.pop(client.audience, None)

    def publish(self, audience: str, number: int, frame: dict[str, Any]) -> None:
        """Hand a committed event to all processes; callable from any thread, and without a running hub."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        loop.call_soon_threadsafe(self._fan_out, audience, number, text)
        self._carry("event", audience, number, text)

    def revoke(self, key: str) -> None:
        """Close the sockets of a session that ended, in all processes; callable from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close_key, key)
            self._carry("ended", key)

    def _carry(self, *words: Any) -> None:
        if self._redis is not None and self._loop is not None:
            body = json.dumps([self._name, *words])
            self._loop.call_soon_threadsafe(lambda: self._spawn(self._tell(body)))

    def _close_key(self, key: str) -> None:
        self._ended[key] = None
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        for clients in list(self._clients.values()):
            for client in [c for c in clients if c.key == key]:
                self._drop(client, CLOSE_REVOKED)

    def _fan_out(self, audience: str, number: int, text: str) -> None:
        clients = self._clients.get(audience)
        if not clients:
            return
        message = {"type": "websocket.send", "text": text}
        for client in tuple(clients):
            if client.catching:
                client.heard = max(client.heard, number)
                continue
            if number <= client.number:
                continue
            if number != client.number + 1:
                client.catching = True
                self._spawn(self._fill(client))
                continue
            client.number = number
            if client.busy:
                self._queue(client, message)
            else:
                self._hand(client, message)

    def _hand(self, client: Client, message: dict[str, Any]) -> None:
        sending = client.send(message)
        try:
            waiting = sending.send(None)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001 - a socket that failed is gone, whatever it raised
            self.leave(client)
            return
        client.busy = True
        self._spawn(self._finish(client, sending, waiting))

    async def _finish(self, client: Client, sending: Coroutine[Any, Any, None], waiting: Any) -> None:
        try:
            await _resume(sending, waiting)
            while client.queue:
                await client.send(client.queue.popleft())
        except Exception:  # noqa: BLE001 - a socket that failed is gone, whatever it raised
            self.leave(client)
        finally:
            client.busy = False

    def _queue(self, client: Client, message: dict[str, Any]) -> None:
        if len(client.queue) >= QUEUE:
            self._drop(client, CLOSE_TOO_SLOW)
        else:
            client.queue.append(message)

    def _drop(self, client: Client, code: int) -> None:
        self.leave(client)
        client.queue.clear()
        self._spawn(self._close(client, code))

    async def _close(self, client: Client, code: int) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(client.send({"type": "websocket.close", "code": code}), timeout=5)

    async def _fill(self, client: Client) -> None:
        if self._catch_up is None:
            client.catching = False
            return
        try:
            while True:
                heard = client.heard
                missed = await self._catch_up(client.audience, client.number)
                # What was announced while an empty read was on its way back may be newer than that read.
                if not missed and client.heard == heard:
                    break
                for number, text in missed:
                    await client.send({"type": "websocket.send", "text": text})
                    client.number = number
            client.catching = False
        except Exception:
            logger.exception("a client could not catch up")
            self._drop(client, CLOSE_TOO_SLOW)

    async def _tell(self, body: str) -> None:
        if self._redis is not None:
            try:
                await self._redis.publish(self._channel, body)
            except (RedisError, OSError):
                logger.warning("live events do not reach other processes: Redis is away")

    async def _listen(self, server: "redis.Redis") -> None:
        while True:
            try:
                async with server.pubsub() as channel:
                    await channel.subscribe(self._channel)
                    self._connected = True
                    self._refill_all()
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._hear(*json.loads(message["data"]))
            except (RedisError, OSError):
                logger.warning("the live subscription is lost; polling until Redis is back")
            self._connected = False
            await asyncio.sleep(1)

    def _hear(self, process: str, kind: str, *words: Any) -> None:
        if process == self._name:
            return
        if kind == "ended":
            self._close_key(*words)
        else:
            self._fan_out(*words)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not self._connected:
                self._refill_all()

    def _refill_all(self) -> None:
        for clients in self._clients.values():
            for client in clients:
                if not client.catching and not client.busy:
                    client.catching = True
                    self._spawn(self._fill(client))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@types.coroutine
def _resume(sending: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    while True:
        failure: BaseException | None = None
        value: Any = None
        try:
            value = yield waiting
        except BaseException as error:  # noqa: BLE001 - the exception belongs to the inner coroutine
            failure = error
        try:
            waiting = sending.send(value) if failure is None else sending.throw(failure)
        except StopIteration:
            return


hub = Hub()
