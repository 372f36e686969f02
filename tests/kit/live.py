"""A really running platform for the kit: the ASGI application in a process of its own, three witnesses, a bad line."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import httpx
from django.conf import settings

from accounts import authority
from accounts.domain import certificates
from kernel import keys, witnesses as couriers
from tests.conftest import ROOT

NAMES = ("north", "south", "west")
START_SECONDS = 120.0


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, attempt, seconds=30.0):
    """Wait until something is so, and say what it was when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = attempt()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


class Line:
    """A TCP line before the platform, which may be cut or held after so many bytes towards it."""

    def __init__(self, target):
        self._target, self._socket = target, socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._cut_at = self._hold_at = None
        self._sent, self._down, self._open = 0, False, set()
        self._lock = threading.Lock()
        self.held = threading.Event()
        self._go_on = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_after(self, count):
        """Cut the connection, once, after so many more bytes."""
        with self._lock:
            self._sent, self._cut_at = 0, count

    def hold_after(self, count):
        """Let nothing through any more after so many more bytes, until `release`."""
        with self._lock:
            self._sent, self._hold_at = 0, count
        self.held.clear()
        self._go_on.clear()

    def release(self):
        """Let everything through again."""
        with self._lock:
            self._hold_at = None
        self._go_on.set()

    def down(self):
        """Cut every connection and refuse new ones, until `up`."""
        with self._lock:
            self._down = True
            broken = list(self._open)
        for one in broken:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def up(self):
        """Take connections again."""
        with self._lock:
            self._down = False

    def close(self):
        """Take no more connections."""
        self.release()
        self._socket.close()

    def _serve(self):
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._pair, args=(client,), daemon=True).start()

    def _pair(self, client):
        try:
            if self._down:
                raise ConnectionRefusedError
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, server}
        back = threading.Thread(target=self._pump, args=(server, client, lambda data: True), daemon=True)
        back.start()
        self._pump(client, server, self._passes)

    def _pump(self, source, target, passes):
        with suppress(OSError):
            while (data := source.recv(65536)) and passes(data):
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            with self._lock:
                self._open.discard(one)

    def _passes(self, data):
        with self._lock:
            self._sent += len(data)
            if self._cut_at is not None and self._sent >= self._cut_at:
                self._cut_at = None
                return False
            hold = self._hold_at is not None and self._sent >= self._hold_at
        if hold:
            self.held.set()
            self._go_on.wait(60)
        return True


class Platform:
    """The platform of one store with its witnesses; `url` is the address behind the line."""

    def __init__(self, home):
        self._home, self._running = home, []
        port = free_port()
        self.line = Line(port)
        self.url = f"http://localhost:{self.line.port}"
        self._witnesses = self._start_witnesses()
        self.trust = self._trust()
        couriers.policy.cache_clear()
        self._start(
            [
                *("-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)),
                *("--log-level", "warning", "--ws", "websockets-sansio"),
            ],
            self._environment(),
            "platform.log",
        )
        until("the platform answers", lambda: self._answers(port), START_SECONDS)

    def stop(self):
        """End what was started, the platform first."""
        self.line.close()
        for running in reversed(self._running):
            running.terminate()
        for running in self._running:
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait(5)

    def log(self):
        """What the platform wrote."""
        return (self._home / "platform.log").read_text()

    def _start_witnesses(self):
        found = {}
        log = str(keys.log_verifier())
        for name in NAMES:
            arguments = [
                "-m",
                "kernel.witness",
                "--home",
                str(self._home / name),
                "--name",
                f"{name}.test/witness",
            ]
            arguments += ["--log", log]
            made = subprocess.run(
                [sys.executable, *arguments, "--init"], cwd=ROOT, capture_output=True, text=True, check=True
            )
            port = free_port()
            self._start([*arguments, "--port", str(port)], dict(os.environ), f"{name}.log")
            found[name] = (made.stdout.strip(), f"http://127.0.0.1:{port}")
        return found

    def _trust(self):
        folder = self._home / "trust"
        folder.mkdir()
        (folder / "roots.pem").write_text(authority.root_pem())
        (folder / "platform.txt").write_text(
            certificates.fingerprint(authority.platform_certificate()) + "\n"
        )
        lines = [f"log {keys.log_verifier()}"]
        lines += [f"witness {name} {vkey}" for name, (vkey, _) in self._witnesses.items()]
        (folder / "policy.txt").write_text(
            "\n".join([*lines, f"group two 2 {' '.join(NAMES)}", "quorum two"]) + "\n"
        )
        return folder

    def _environment(self):
        environment = {
            **os.environ,
            "YANGGUANG_PROFILE": "test",
            "YANGGUANG_HOME": str(self._home),
            "YANGGUANG_URL": self.url,
            "YANGGUANG_TICK": "0.3",
            "YANGGUANG_POLICY": str(self.trust / "policy.txt"),
            "YANGGUANG_WITNESSES": ",".join(url for _, url in self._witnesses.values()),
        }
        if environment.get("DATABASE_URL"):
            name = settings.DATABASES["default"]["NAME"]
            environment["DATABASE_URL"] = re.sub(
                r"(//[^/]+/)[^?]*", rf"\g<1>{name}", environment["DATABASE_URL"]
            )
        return environment

    def _start(self, arguments, environment, log):
        with (self._home / log).open("wb") as file:
            running = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=file, stderr=file
            )
        self._running.append(running)

    def _answers(self, port):
        if self._running[-1].poll() is not None:
            raise AssertionError(f"the platform ended: {self.log()[-2000:]}")
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/api/time", timeout=5).is_success
        return False
