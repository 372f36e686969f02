"""`make run`: what it asks for before it starts, and that its supervisor keeps programs running and leaves none."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy import run
from tests.conftest import ROOT

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "set DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "set REDIS_URL"),
        (
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"},
            "DATABASE_URL names no database that answers",
        ),
    ],
)
def test_what_is_missing_is_one_sentence(settings, told, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert told in run.missing()
    assert "\n" not in run.missing()


def test_a_redis_that_is_away_is_named(postgres, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert "REDIS_URL names no Redis that answers" in run.missing()


def test_nothing_is_missing_where_both_answer(postgres, redis_url):
    assert run.missing() == ""


def test_a_busy_port_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port}" in run.busy(port)
    assert run.busy(port) == ""


def until(attempt, seconds=20.0):
    end = time.monotonic() + seconds
    while not (found := attempt()):
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)
    return found


def below(pid):
    """The processes under a process, of all generations."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *below(int(child))]
    return found


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_program_that_dies_is_started_again_and_all_end_together():
    program = (
        "import sys; from deploy import run; run.RESTART_SECONDS = 0.1; "
        f"run.supervise([run.Program(n, [sys.executable, '-c', {PARENT!r}]) for n in ('one', 'two')])"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        first = until(lambda: len(found := below(supervisor.pid)) == 4 and found)
        os.kill(first[0], signal.SIGKILL)
        until(lambda: gone(first[1]))
        second = until(lambda: len(found := below(supervisor.pid)) == 4 and found)
        assert set(second) != set(first)
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(20) == 0
        until(lambda: all(gone(pid) for pid in second))
    finally:
        supervisor.kill()
        supervisor.wait()
