"""The director's side: players as processes, one for each seat, and what they answer."""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from demo import cast

ROOT = Path(__file__).resolve().parent.parent


class PlayerError(Exception):
    """A player could not do what the story asks; names the seat, the order and the answer."""


def deed(verb: str, order: dict[str, Any]) -> str:
    """Return what an order is in words that are the same in every performance."""
    if verb == "kit":
        words = [word for word in order["argv"][:2] if not word.startswith("-")]
        known = words if words[:1] == ["guarantee"] else words[:1]
        return f"kit {' '.join(known)}"
    if verb == "bank":
        return "the bank's own channel"
    if "url" not in order:
        return "sign in"
    path = re.sub(r"^https?://[^/]+", "", order["url"])
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|(?<=/)\d+(?=/)", "…", path)


class Seat:
    """A player's process; orders to one seat follow each other, seats act side by side."""

    def __init__(
        self, username: str, home: Path, server: str, trust: Path, noted: set[tuple[str, str]]
    ) -> None:
        self.username, self.home = username, home
        self.kind = next((p.seat for p in cast.PEOPLE if p.username == username), "visitor")
        self._noted = noted
        self._lock = threading.Lock()
        self._command = [sys.executable, "-m", "demo.player", str(home), server, str(trust)]
        self._process: subprocess.Popen[str] | None = None

    def ask(self, verb: str, **order: Any) -> dict[str, Any]:
        """Give an order and return the answer, whatever it is."""
        self._noted.add((self.kind, deed(verb, order)))
        with self._lock:
            if self._process is None:
                log = (self.home.parent / f"{self.username}.log").open("a")
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    cwd=ROOT,
                    env=dict(os.environ),
                )
                log.close()
            pipe_in, pipe_out = self._process.stdin, self._process.stdout
            if pipe_in is None or pipe_out is None:
                raise PlayerError(f"{self.username}: no pipes")
            pipe_in.write(json.dumps({"do": verb, **order}, ensure_ascii=False) + "\n")
            pipe_in.flush()
            line = pipe_out.readline()
        if not line:
            raise PlayerError(f"{self.username} ended; see its log")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PlayerError(f"{self.username}: {verb} {order}: {answer['error']}")
        return answer

    def kit(self, *argv: str, refused: bool = False) -> dict[str, Any]:
        """Run a kit command that must succeed, or with `refused` must be refused; returns its JSON."""
        answer = self.ask("kit", argv=[str(word) for word in argv])
        wanted = 1 if refused else 0
        if answer["code"] != wanted:
            raise PlayerError(
                f"{self.username}: kit {' '.join(map(str, argv))} ended with {answer['code']}: "
                f"{answer['json']} {answer['said']}"
            )
        found: dict[str, Any] = answer["json"] or {}
        return found

    def bank(self, stage_bank: tuple[str, str], *argv: str) -> dict[str, Any]:
        """Deal with the bank (address, credit code); it must do what is asked."""
        url, code = stage_bank
        answer = self.ask("bank", argv=["--bank", url, "--code", code, *argv])
        if answer["code"]:
            raise PlayerError(f"{self.username}: the bank said: {answer['said']}")
        found: dict[str, Any] = answer["json"]
        return found

    def submit(self, url: str, form: str, *, expect: tuple[int, ...] = (200,), **more: Any) -> dict[str, Any]:
        """Fill and send a form; the page that follows must have one of the expected states."""
        answer = self.ask("submit", url=url, form=form, **more)
        if answer["status"] not in expect:
            raise PlayerError(
                f"{self.username}: {url} [{form}] gave {answer['status']}: {answer['text'][:600]}"
            )
        return answer

    def get(self, url: str) -> dict[str, Any]:
        """Open a page that must be there."""
        answer = self.ask("get", url=url)
        if answer["status"] != 200:
            raise PlayerError(f"{self.username}: {url} gave {answer['status']}: {answer['text'][:300]}")
        return answer

    def json(self, url: str) -> Any:
        """Fetch JSON that must be there."""
        answer = self.ask("json", url=url)
        if answer["status"] != 200:
            raise PlayerError(f"{self.username}: {url} gave {answer['status']}")
        return answer["json"]

    def stop(self) -> None:
        """End the player."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(10)
            self._process = None


class Team:
    """All seats of the story by username."""

    def __init__(self, folder: Path, server: str, trust: Path) -> None:
        self._folder, self._server, self._trust = folder, server, trust
        self._seats: dict[str, Seat] = {}
        self.noted: set[tuple[str, str]] = set()
        self._pool = ThreadPoolExecutor(max_workers=8)

    def __getitem__(self, username: str) -> Seat:
        """Return a seat, its process started when it is first asked."""
        if username not in self._seats:
            home = self._folder / username
            self._seats[username] = Seat(username, home, self._server, self._trust, self.noted)
        return self._seats[username]

    def together(self, *calls: Any) -> list[Any]:
        """Run calls side by side and return their results in order; the first failure is raised."""
        waiting: list[Future[Any]] = [self._pool.submit(call) for call in calls]
        return [future.result() for future in waiting]

    def stop(self) -> None:
        """End all players."""
        self._pool.shutdown(wait=True)
        for seat in self._seats.values():
            seat.stop()
