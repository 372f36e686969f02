"""A really running server for sockets: Django, channels and the hub, without the ticker and the log's clockwork."""

import asyncio
import socket
import threading
import time

import pytest


@pytest.fixture
def begin(store, moved, monkeypatch):
    """Return a function that publishes a lot; its terms may be changed."""
    from tests import openings

    def started(**terms):
        return openings.begin(store, moved, monkeypatch, **terms)

    return started


@pytest.fixture
def server(store):
    """The port of a server in a thread of its own."""
    import uvicorn
    from channels.routing import URLRouter

    from config import asgi, services
    from kernel.hub import hub

    assert URLRouter
    running = threading.Event()

    async def application(scope, receive, send):
        if scope["type"] != "lifespan":
            await asgi.application(scope, receive, send)
            return
        await receive()
        await hub.start(services.catch_up)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        application, host="127.0.0.1", port=port, log_level="error", ws="websockets-sansio", lifespan="on"
    )
    found = uvicorn.Server(config)

    def serve():
        asyncio.run(found.serve())
        running.clear()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not found.started and time.monotonic() < until:
        time.sleep(0.02)
    assert found.started
    yield port
    found.should_exit = True
    thread.join(15)
    assert not thread.is_alive()
