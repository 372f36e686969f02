"""A visitor of a hall: follows its socket, drops the line again and again, and writes down what it hears."""

import json
import sys
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

EVENTS_A_LINE = 5


def follow(server: str, lot: str, heard: Path) -> None:
    """Write every event of a hall as one line, over many connections, each asking for what came after the last."""
    last = 0
    with heard.open("w") as file:
        while True:
            address = f"{server.replace('http', 'ws', 1)}/ws/hall/{lot}/?since={last}"
            try:
                with connect(address, origin=Origin(server), compression=None) as line:
                    for _ in range(EVENTS_A_LINE):
                        frame = line.recv()
                        last = json.loads(frame)["n"]
                        file.write(f"{frame}\n" if isinstance(frame, str) else f"{frame.decode()}\n")
                        file.flush()
            except (ConnectionClosed, OSError):
                continue


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    follow(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
