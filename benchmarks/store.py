"""A store of a benchmark's own, on the database that is named or an embedded one; nothing of it is left."""

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlparse, urlunparse

import psycopg

from kernel import timemachine
from monitoring.replay.store import LOG_ORIGIN, QUORUM, START, WITNESSES, Store

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def scratch(*, processes=1):
    """Enter an empty, migrated store by the environment; yields its folder, on the disk of the checkout.

    Its clock is moved and starts when every lot of a replay is published.
    """
    kept = dict(os.environ)
    (ROOT / "var").mkdir(exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        database = f"yangguang_bench_{os.getpid()}"
        try:
            _enter(folder, processes, database)
            subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
            yield folder
        finally:
            os.environ.clear()
            os.environ.update(kept)
            _drop(database)


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _enter(folder, processes, database):
    store = Store(folder)
    for each in (store.home, store.trust):
        each.mkdir()
    lines = [f"log {store.log_key()}"]
    lines += [
        f"witness {name} {each.verifier}" for name, each in zip(WITNESSES, store.witnesses(), strict=True)
    ]
    lines += [f"group witnesses {QUORUM} {' '.join(WITNESSES)}", "quorum witnesses"]
    (folder / "policy.txt").write_text("".join(f"{line}\n" for line in lines))
    timemachine.write(folder / "clock.json", (START - datetime.now(UTC)).total_seconds())
    for name in [name for name in os.environ if name.startswith("YANGGUANG_")]:
        del os.environ[name]
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        YANGGUANG_PROFILE="replay",
        YANGGUANG_HOME=str(store.home),
        YANGGUANG_CLOCK=str(folder / "clock.json"),
        YANGGUANG_POLICY=str(folder / "policy.txt"),
        YANGGUANG_LOG_ORIGIN=LOG_ORIGIN,
        YANGGUANG_PROCESSES=str(processes if os.environ.get("REDIS_URL") else 1),
        YANGGUANG_EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    )
    url = os.environ.get("DATABASE_URL")
    if url:
        _drop(database)
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {database}")
        os.environ["DATABASE_URL"] = urlunparse(urlparse(url)._replace(path=f"/{database}"))


def _drop(database):
    url = os.environ.get("DATABASE_URL")
    if url:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
