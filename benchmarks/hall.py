"""One hall event of 500 bytes to many connected clients: our hub beside a bare `websockets` broadcast.

Both servers run as processes of their own, their clients in this one; what is compared is the servers' CPU time for
each delivered message, in the same run, in turns. Our side writes each event as a row and hands it to the hub, with
Redis where one is named. In every run one client has stopped reading: its line is full and its queue nearly so
before the events begin, and it overflows among them; runs without it tell whether it delayed anybody.
"""

import asyncio
import json
import os
import resource
import socket
import statistics
import sys
import time
from pathlib import Path

import websockets
from websockets.asyncio.client import connect

from benchmarks.report import emit
from benchmarks.store import free_port, scratch

MESSAGES = 80_000
PAYLOAD = "x" * 405
ROUNDS = 3
SIZES = (500, 2000)
A_SECOND = 16_000
"""Messages that the clients, all in this one process, can follow in a second."""
FLOOD = {"bytes": 8 * 1024 * 1024, "small": 250}
"""What fills the stalled client's line, and its queue of 256."""
KINDS = {"bare": ("bare", True), "hub": ("hub", True), "alone": ("hub", False)}
"""Run -> its server, and whether a stalled client is there."""


async def drive(kind, clients):
    """Start a server, connect, let it send, count; returns what `measure` finds."""
    server_kind, stalled = KINDS[kind]
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"benchmarks.hall_{server_kind}",
        str(port),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    try:
        if await server.stdout.readline() != b"ready\n":
            raise SystemExit(f"the {server_kind} server did not start")
        await listening(port)
        return await measure(server.pid, port, clients, stalled=stalled)
    finally:
        server.terminate()
        await server.wait()


async def listening(port):
    """Wait until the server takes connections."""
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise SystemExit("the server does not listen")


async def measure(pid, port, clients, *, stalled):
    """Follow the events with all clients; returns delivered, lost, CPU seconds of the server, delays, bytes."""
    events = MESSAGES // clients
    found = {"delivered": 0, "lost": 0, "delays": [], "bytes": 0}
    ready, last = asyncio.Semaphore(0), 0
    async with connect(f"ws://127.0.0.1:{port}/go", compression=None, ping_interval=None) as control:
        line = None
        if stalled:
            line = await asyncio.to_thread(stall, port)
            last = await told(control, do="clog", **FLOOD)
        tasks = []
        for start in range(0, clients, 100):
            count = min(100, clients - start)
            tasks += [asyncio.create_task(follow(port, last, ready, found)) for _ in range(count)]
            for _ in range(count):
                await ready.acquire()
        before = cpu(pid)
        left = await told(control, do="play", events=events, payload=PAYLOAD, pause=clients / A_SECOND)
        await asyncio.wait_for(asyncio.gather(*tasks), 120)
        found["cpu"] = cpu(pid) - before
        if line is not None:
            line.close()
    found["dropped"] = stalled and left == clients
    found["lost"] += clients * events - found["delivered"]
    return found


async def told(control, **order):
    """Give the server an order; returns the number that it answers."""
    await control.send(json.dumps(order))
    return int(await control.recv())


async def follow(port, last, ready, found):
    """One client: every event after `last`, each once and in order."""
    url = f"ws://127.0.0.1:{port}/hall?since={last}"
    async with connect(
        url,
        compression=None,
        max_queue=None,
        open_timeout=60,
        ping_interval=None,
        origin="http://localhost:8000",
    ) as line:
        ready.release()
        expected = last + 1
        async for text in line:
            frame = json.loads(text)
            if frame["kind"] == "end":
                return
            found["delivered"] += 1
            found["lost"] += frame["n"] != expected
            found["delays"].append(time.time() - frame["data"]["sent"])
            found["bytes"] = len(text)
            expected = frame["n"] + 1


def stall(port):
    """Open one client that never reads, with as little room in its line as the machine gives."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(
        b"GET /hall?since=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Origin: http://localhost:8000\r\n\r\n"
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += line.recv(1)
    return line


def cpu(pid):
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(clients):
    """Run the rounds of one size in turns and print its figures; returns our CPU seconds for a message."""
    runs = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind, done in runs.items():
            done.append(asyncio.run(drive(kind, clients)))
    cost = {
        kind: statistics.median(one["cpu"] / max(one["delivered"], 1) for one in done)
        for kind, done in runs.items()
    }
    emit(
        "hall.fan_out",
        clients=clients,
        events=MESSAGES // clients,
        rounds=ROUNDS,
        bytes=runs["hub"][0]["bytes"],
        microseconds=cost["hub"] * 1e6,
        bare_microseconds=cost["bare"] * 1e6,
        ratio=cost["hub"] / cost["bare"],
        limit=1.5,
        lost=sum(one["lost"] for kind in ("hub", "alone") for one in runs[kind]),
        websockets=websockets.__version__,
    )
    p99 = {kind: statistics.median(percentile(one["delays"], 0.99) for one in runs[kind]) for kind in runs}
    emit(
        "hall.stalled_client",
        clients=clients,
        rounds=ROUNDS,
        dropped=all(one["dropped"] for one in runs["hub"]),
        p99_seconds=p99["hub"],
        p99_seconds_without=p99["alone"],
        bare_p99_seconds=p99["bare"],
        ratio=p99["hub"] / p99["alone"],
    )
    return cost["hub"]


def percentile(values, share):
    """Return the value below which a share of the values lies."""
    return sorted(values)[int(len(values) * share)]


def main():
    """Measure every size, and how flat the cost is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with scratch():
        costs = [report(clients) for clients in SIZES]
        emit("hall.flatness", ratio=costs[1] / costs[0], limit=1.25, sizes=list(SIZES), rounds=ROUNDS)


if __name__ == "__main__":
    main()
