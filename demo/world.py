"""The world of the story: an empty store, a moved clock, witnesses, platform, issuer and bank as processes."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlparse, urlunparse

import httpx
import psycopg
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from psycopg import sql

from demo import cast
from kernel import timemachine

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / (os.environ.get("YANGGUANG_DEMO") or "var/demo")
BIN = Path(sys.executable).parent
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WITNESSES = ("w1", "w2", "w3")
LOG_ORIGIN = "yangguang.demo/log"
READY_SECONDS = 60


class WorldError(Exception):
    """The world could not be set up; the message is one clear sentence."""


@dataclass(slots=True)
class World:
    """The running programs and where they are."""

    port: int
    once: bool
    programs: list["subprocess.Popen[str]"] = field(default_factory=list)
    server: str = ""
    issuer: str = ""
    bank: str = ""
    operator_code: str = ""
    _database: str = ""

    @property
    def _name(self) -> str:
        """What the story calls its own database and keys on shared servers."""
        return f"yangguang_demo_{self.port}"

    @property
    def store(self) -> Path:
        """The platform's own folder."""
        return HOME / "store"

    @property
    def trust(self) -> Path:
        """What every bidder has had from the start."""
        return HOME / "trust"

    @property
    def seats(self) -> Path:
        """The folders of the players."""
        return HOME / "seats"

    def set_up(self, say: Callable[[str], None]) -> None:
        """Make everything that must be there before the story begins."""
        claim(self.port)
        shutil.rmtree(HOME, ignore_errors=True)
        for folder in (self.store, self.trust, self.seats, HOME / "out"):
            folder.mkdir(parents=True)
        self._environment()
        say("an empty store")
        self._manage("migrate", "--no-input", "-v", "0")
        centre, person = cast.institution("centre"), cast.person("operator")
        made = self._manage(
            "bootstrap",
            *("--credit-code", centre.credit_code, "--name", centre.name, "--username", person.username),
            *("--person", person.name, "--resident-number", person.resident_number),
        )
        self.operator_code = made.split()[-1]
        (self.store / "keys" / "DEMO").write_text("keys of a demo\n")
        say("three witnesses")
        self._witnesses()
        self._trust_folder()
        say("the platform")
        self._serve()

    def start(self, *words: str, log: str, wait_for: str = "ready") -> str:
        """Start a program of ours that prints one ready line; returns that line."""
        with (HOME / f"{log}.log").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=ROOT,
                env=dict(os.environ),
            )
        self.programs.append(process)
        if process.stdout is None:
            raise WorldError(f"{words[0]} has no output")
        line = process.stdout.readline().strip()
        if not line.startswith(wait_for):
            raise WorldError(f"{words[0]} did not start; see {HOME / log}.log")
        return line

    def stop(self) -> None:
        """Stop every program, the one that was started last first."""
        while self.programs:
            process = self.programs.pop()
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._database:
            drop_database(self._database, self._name)
            self._database = ""
        if os.environ.get("REDIS_URL"):
            forget_redis(os.environ["REDIS_URL"], f"{self._name}:")

    def _environment(self) -> None:
        clock = HOME / "clock.json"
        timemachine.write(clock, (START - datetime.now(UTC)).total_seconds())
        os.environ.update(
            YANGGUANG_PROFILE="demo",
            YANGGUANG_HOME=str(self.store),
            YANGGUANG_CLOCK=str(clock),
            YANGGUANG_URL=f"http://localhost:{self.port}",
            YANGGUANG_LOG_ORIGIN=LOG_ORIGIN,
            YANGGUANG_TICK="1",
            YANGGUANG_POLICY=str(HOME / "policy.txt"),
            DJANGO_SETTINGS_MODULE="config.settings",
            PYTHONUNBUFFERED="1",
            YANGGUANG_PASSPHRASE=cast.PASSPHRASE,
            YANGGUANG_REDIS_PREFIX=f"{self._name}:",
        )
        if os.environ.get("DATABASE_URL"):
            self._database = os.environ["DATABASE_URL"]
            os.environ["DATABASE_URL"] = fresh_database(self._database, self._name)

    def _manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise WorldError(f"manage.py {words[0]} failed: {done.stderr.strip()[-800:]}")
        return done.stdout.strip()

    def _witnesses(self) -> None:
        key = self._manage("log_key")
        lines, urls = [f"log {key}"], []
        for name in WITNESSES:
            port = free_port()
            home = HOME / "witnesses" / name
            words = ("--home", str(home), "--name", f"{name}.demo/witness", "--log", key, "--port", str(port))
            made = subprocess.run(
                [sys.executable, "-m", "kernel.witness", *words, "--init"],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
            lines.append(f"witness {name} {made.stdout.strip()}")
            self.start("kernel.witness", *words, log=f"witness-{name}")
            urls.append(f"http://127.0.0.1:{port}")
        lines += [f"group two-of-three 2 {' '.join(WITNESSES)}", "quorum two-of-three"]
        (HOME / "policy.txt").write_text("\n".join(lines) + "\n")
        os.environ["YANGGUANG_WITNESSES"] = ",".join(urls)

    def _trust_folder(self) -> None:
        shutil.copyfile(self.store / "keys" / "root.pem", self.trust / "roots.pem")
        shutil.copyfile(HOME / "policy.txt", self.trust / "policy.txt")
        platform = x509.load_pem_x509_certificate((self.store / "keys" / "platform.pem").read_bytes())
        (self.trust / "platform.txt").write_text(platform.fingerprint(hashes.SHA256()).hex() + "\n")

    def _serve(self) -> None:
        self.server = f"http://localhost:{self.port}"
        words = ["config.asgi:application", "--host", "127.0.0.1", "--port", str(self.port)]
        words += ["--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--log-level", "warning"]
        self._spawn([str(BIN / "uvicorn"), *words], "platform")
        if os.environ.get("REDIS_URL"):
            celery = [str(BIN / "celery"), "-A", "config.celery"]
            self._spawn([*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"], "worker")
            schedule = str(HOME / "celerybeat")
            self._spawn([*celery, "beat", "--loglevel", "WARNING", "--schedule", schedule], "beat")
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                if httpx.get(f"{self.server}/api/time", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                pass
            if time.monotonic() > until or self.programs[-1].poll() is not None:
                raise WorldError(f"the platform did not start; see {HOME / 'platform.log'}")
            time.sleep(0.1)

    def _spawn(self, command: list[str], log: str) -> None:
        with (HOME / f"{log}.log").open("w") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, text=True, cwd=ROOT, env=dict(os.environ)
            )
        self.programs.append(process)


def claim(port: int) -> None:
    """Refuse a port that is in use, in one sentence."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise WorldError(f"port {port} is in use: choose another, as in make demo PORT=8010") from error


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fresh_database(url: str, name: str) -> str:
    """Make an empty database on the server of a URL; returns its URL."""
    drop_database(url, name)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunparse(urlparse(url)._replace(path=f"/{name}"))


def drop_database(url: str, name: str) -> None:
    """Remove a database of the story's own, whoever is connected to it."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def forget_redis(url: str, prefix: str) -> None:
    """Remove the story's own keys from Redis."""
    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter(f"{prefix}*"):
            server.delete(key)
