"""200 bids sealed at once: the last byte of each arrives together, at really running web processes.

Each bid is the `opening` part alone, 64 KiB, sealed and declared before. Its bytes but the last one are uploaded by
tus; then all last bytes are sent together, each on a connection of its own, and the surge is over when the last
answer has come: an answer means that the seal record is signed, committed and on the disk. Beside it, in the same
run and in turns, stands the bare cost of keeping the same bytes: one INSERT and one synced commit for each bid.
"""

import asyncio
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg

from benchmarks.report import emit
from benchmarks.store import ROOT, free_port, scratch
from deploy.run import web_command

BIDS = 200
ROUNDS = 3
SEED = 20260302
PROCESSES = 2
CONNECTIONS = 12
"""Connections of the bare writers: as many as the threads of the web processes have on two cores."""
START_SECONDS = 60


def main():
    """Run the rounds, each in a store of its own, and print the medians."""
    runs = [once(SEED + number) for number in range(ROUNDS)]
    rate = statistics.median(one["rate"] for one in runs)
    bare = statistics.median(one["bare_rate"] for one in runs)
    emit(
        "surge",
        bids=BIDS,
        bytes=runs[0]["bytes"],
        rounds=ROUNDS,
        seed=SEED,
        accepted=min(one["accepted"] for one in runs),
        accepted_a_second=rate,
        bare_a_second=bare,
        ratio=statistics.median(one["rate"] / one["bare_rate"] for one in runs),
        slowest_seconds=statistics.median(one["seconds"] for one in runs),
        web_processes=PROCESSES if os.environ.get("REDIS_URL") else 1,
        bare_connections=runs[0]["connections"],
    )
    return 0 if all(one["accepted"] == BIDS for one in runs) else 1


def once(seed):
    """One surge and one bare run; returns rates, seconds, and how many bids were accepted."""
    with scratch(processes=PROCESSES) as folder:
        prepare = [sys.executable, "-m", "benchmarks.surge_lot", str(folder), str(BIDS), str(seed)]
        subprocess.run(prepare, cwd=ROOT, check=True)
        bids = json.loads((folder / "lot.json").read_text())["bids"]
        data = [Path(bid["file"]).read_bytes() for bid in bids]
        order = list(range(len(bids)))
        random.Random(seed).shuffle(order)
        seconds = served(folder, [bids[n] for n in order], [data[n] for n in order])
        bare, connections = bare_seconds(folder, data)
        return {
            "seconds": seconds,
            "rate": BIDS / seconds,
            "bare_rate": BIDS / bare,
            "connections": connections,
            "bytes": statistics.median(map(len, data)),
            "accepted": accepted(folder),
        }


def served(folder, bids, data):
    """Start the web processes, send everything, end them; returns the seconds of the surge."""
    port = free_port()
    os.environ["YANGGUANG_URL"] = f"http://localhost:{port}"
    with (folder / "web.log").open("w") as log:
        web = subprocess.Popen(
            web_command(port, int(os.environ["YANGGUANG_PROCESSES"])), cwd=ROOT, stdout=log, stderr=log
        )
    try:
        wait_for(port, web)
        return asyncio.run(send(port, bids, data))
    finally:
        web.terminate()
        web.wait()


def wait_for(port, web):
    """Wait until the platform answers."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/time", timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
        if time.monotonic() > until or web.poll() is not None:
            raise SystemExit("the platform did not start")


async def send(port, bids, data):
    """Upload all bytes but the last ones, then those together; returns the seconds until the last answer."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in bids]
    for line, bid, content in zip(lines, bids, data, strict=True):
        await patch(*line, bid, 0, content[:-1])
    start = time.perf_counter()
    await asyncio.gather(
        *(
            patch(*line, bid, len(content) - 1, content[-1:])
            for line, bid, content in zip(lines, bids, data, strict=True)
        )
    )
    seconds = time.perf_counter() - start
    for _, writer in lines:
        writer.close()
    return seconds


async def patch(reader, writer, bid, offset, content):
    """Send bytes of an upload and read the answer, which must say that they arrived."""
    writer.write(
        f"PATCH {bid['path']} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\n"
        f"Authorization: Bearer {bid['token']}\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 204"):
        raise SystemExit(f"an upload was answered with {head!r}")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)


def bare_seconds(folder, data):
    """Keep the same bytes by one INSERT and one synced commit each; returns seconds and connections used."""
    if os.environ.get("DATABASE_URL"):
        return bare_postgres(data), CONNECTIONS
    with sqlite3.connect(folder / "store" / "yangguang.sqlite3", isolation_level=None) as store:
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE bare (number integer PRIMARY KEY, content blob NOT NULL)")
        start = time.perf_counter()
        for number, content in enumerate(data):
            store.execute("INSERT INTO bare VALUES (?, ?)", (number, content))
        return time.perf_counter() - start, 1


def bare_postgres(data):
    """The same on PostgreSQL, by as many connections at once as the platform has."""
    lines = [psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) for _ in range(CONNECTIONS)]
    lines[0].execute("CREATE TABLE bare (number integer PRIMARY KEY, content bytea NOT NULL)")

    def write(first):
        for number in range(first, len(data), CONNECTIONS):
            lines[first].execute("INSERT INTO bare VALUES (%s, %s)", (number, data[number]))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        start = time.perf_counter()
        list(pool.map(write, range(CONNECTIONS)))
        seconds = time.perf_counter() - start
    for line in lines:
        line.close()
    return seconds


def accepted(folder):
    """Return how many bids of the store are sealed, as its database says."""
    query = "SELECT count(*) FROM bidding_bid WHERE state = 'sealed'"
    if os.environ.get("DATABASE_URL"):
        with psycopg.connect(os.environ["DATABASE_URL"]) as line:
            return line.execute(query).fetchone()[0]
    with sqlite3.connect(folder / "store" / "yangguang.sqlite3") as store:
        return store.execute(query).fetchone()[0]


if __name__ == "__main__":
    sys.exit(main())
