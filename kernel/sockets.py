"""The socket of live events: a client joins one audience, says what it saw last, and misses nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import close_old_connections

from kernel import live
from kernel.hub import Client, hub

CLOSE_UNKNOWN = 4004
CLOSE_SPOKE = 4000
_READERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sockets")
"""Few, and the process's own: each keeps a connection for good, which no request can then have."""


async def read(function: Callable[..., Any], *arguments: Any) -> Any:
    """Read in one of the sockets' own threads, which keep their connections: a hall is joined by thousands.

    Where a read fails the connection is closed, so that the next one is new.
    """
    return await sync_to_async(_read, thread_sensitive=False, executor=_READERS)(function, *arguments)


def _read(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Exception:
        close_old_connections()
        raise


class LiveConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """Base of all live sockets; a subclass says which audience a connection belongs to."""

    client: Client | None = None

    def audience(self, scope: dict[str, Any]) -> str | None:
        """Return the audience of a connection, None when it may see none. Runs in a thread."""
        raise StopConsumer

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Accept a connection that has an audience, and hand it what it missed."""
        audience = await read(self.audience, self.scope)
        await self.base_send({"type": "websocket.accept"})
        if audience is None:
            await self.base_send({"type": "websocket.close", "code": CLOSE_UNKNOWN})
            return
        wanted = parse_qs(self.scope["query_string"].decode()).get("since", [""])[0]
        number = int(wanted) if wanted.isdigit() else await read(live.last_number, audience)
        session = self.scope.get("session")
        key = session.session_key or "" if session is not None else ""
        self.client = Client(audience, self.base_send, number, key)
        await hub.join(self.client)

    async def websocket_receive(self, event: dict[str, Any]) -> None:
        """Close a client that speaks: these sockets only announce."""
        await self.base_send({"type": "websocket.close", "code": CLOSE_SPOKE})

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """Forget the client."""
        if self.client is not None:
            hub.leave(self.client)
        raise StopConsumer
