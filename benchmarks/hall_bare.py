"""The comparison: a bare `websockets` server that broadcasts."""

import asyncio
import json
import sys
import time

from websockets.asyncio.server import broadcast, serve

clients = set()
last = 0


def tell(kind, payload):
    """Send one frame of the shape of ours to everybody."""
    global last  # noqa: PLW0603 - the one number of this process
    last += 1
    frame = {"n": last, "at": "2026-03-02T01:00:00.000Z", "kind": kind}
    broadcast(clients, json.dumps({**frame, "data": {"sent": time.time(), "pad": payload}}))


async def obey(socket):
    """Carry out the driver's orders."""
    async for text in socket:
        order = json.loads(text)
        if order["do"] == "clog":
            for size in [order["bytes"], *[10] * order["small"]]:
                tell("flood", "x" * size)
            await socket.send(str(last))
            continue
        for _ in range(order["events"]):
            tell("x", order["payload"])
            await asyncio.sleep(order["pause"])
        tell("end", "")
        await socket.send(str(len(clients)))


async def handle(socket):
    """Take an order, or follow the hall."""
    if socket.request.path.startswith("/go"):
        await obey(socket)
        return
    clients.add(socket)
    await socket.wait_closed()
    clients.discard(socket)


async def main():
    """Serve until ended."""
    async with serve(handle, "127.0.0.1", int(sys.argv[1]), compression=None, ping_interval=None):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Future()


asyncio.run(main())
