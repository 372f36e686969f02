"""Our side: uvicorn, channels and the hub, with the consumer base of the hall, its rows and its catching up."""

import asyncio
import json
import os
import sys
import time

import django
import uvicorn
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.conf import settings
from django.db import transaction
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.services import catch_up  # noqa: E402 - after Django
from kernel import clock, live  # noqa: E402 - after Django
from kernel.hub import hub  # noqa: E402 - after Django
from kernel.sockets import LiveConsumer  # noqa: E402 - after Django

HALL = f"hall:{os.getpid()}"


class Hall(LiveConsumer):
    """The hall's socket, open to everybody."""

    def audience(self, scope):
        """Return the one audience."""
        return HALL if scope["path"].startswith("/hall") else None


def announce(kind, payload):
    """Write an event in a transaction, as an action does."""
    with transaction.atomic():
        return live.announce(HALL, kind, {"sent": time.time(), "pad": payload}, at=clock.now())


tell = sync_to_async(announce, thread_sensitive=True)


async def obey(scope, receive, send):
    """Carry out the driver's orders."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        order = json.loads(message["text"])
        if order["do"] == "clog":
            last = 0
            for size in [order["bytes"], *[10] * order["small"]]:
                last = await tell("flood", "x" * size)
            await send({"type": "websocket.send", "text": str(last)})
            continue
        for _ in range(order["events"]):
            await tell("x", order["payload"])
            await asyncio.sleep(order["pause"])
        await tell("end", "")
        await asyncio.sleep(order["pause"])
        await send({"type": "websocket.send", "text": str(hub.count(HALL))})


router = URLRouter([re_path("^hall", Hall.as_asgi()), re_path("^go", obey)])


async def application(scope, receive, send):
    """Start the hub with the server, then hand each connection to its program."""
    if scope["type"] == "lifespan":
        await receive()
        await hub.start(catch_up, settings.REDIS_URL)
        await send({"type": "lifespan.startup.complete"})
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await receive()
        return
    await router(scope, receive, send)


if __name__ == "__main__":
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="error",
        lifespan="on",
    )
