"""`make run`: serve as in production on DATABASE_URL and REDIS_URL: web processes, Celery worker, beat.

One supervisor starts all, restarts what dies, and stops all when it is asked to. A real deployment gives the same
command lines to its own supervisor; docs/operations.md lists them.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
RESTART_SECONDS = 2.0
STOP_SECONDS = 20.0
CONNECT_SECONDS = 5


@dataclass(slots=True)
class Program:
    """A supervised program and its running process."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    restart_at: float = field(default=0.0)


def web_command(port: int, processes: int) -> list[str]:
    """Return the command line of the web processes."""
    return [
        str(BIN / "uvicorn"),
        "config.asgi:application",
        "--host",
        os.environ.get("YANGGUANG_BIND", "127.0.0.1"),
        "--port",
        str(port),
        "--workers",
        str(processes),
        "--ws",
        "websockets-sansio",
        "--ws-per-message-deflate",
        "false",
        "--no-server-header",
        "--log-level",
        "warning",
    ]


def programs() -> list[Program]:
    """Return what runs: web, worker, beat."""
    port, processes = int(os.environ["PORT"]), int(os.environ["YANGGUANG_PROCESSES"])
    celery = [str(BIN / "celery"), "--quiet", "-A", "config.celery"]
    beat_file = str(Path(os.environ.get("YANGGUANG_HOME") or ROOT / "var") / "celerybeat")
    return [
        Program("web", web_command(port, processes)),
        Program("worker", [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"]),
        Program("beat", [*celery, "beat", "--loglevel", "WARNING", "--schedule", beat_file]),
    ]


def missing() -> str:
    """Return the one sentence that says what is missing, or nothing."""
    database, cache = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not database:
        return "set DATABASE_URL to a PostgreSQL database, such as postgresql://user@host:5432/yangguang"
    if not cache:
        return "set REDIS_URL, such as redis://host:6379/0: several processes share live events through it"
    try:
        psycopg.connect(database, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        return f"DATABASE_URL names no database that answers: {str(error).splitlines()[0]}"
    try:
        with redis.from_url(cache, socket_connect_timeout=CONNECT_SECONDS) as server:
            server.ping()
    except (redis.RedisError, ValueError) as error:
        return f"REDIS_URL names no Redis that answers: {error}"
    return ""


def busy(port: int) -> str:
    """Return the one sentence that says that a port is in use, or nothing."""
    address = os.environ.get("YANGGUANG_BIND", "127.0.0.1")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            why = error.strerror
            return (
                f"port {port} of {address} cannot be used ({why}): choose another, as in make run PORT=8010"
            )
    return ""


def prepare() -> int:
    """Migrate and collect static files; returns the exit code of what failed."""
    for words in (["migrate", "--no-input", "-v", "0"], ["collectstatic", "--no-input", "-v", "0"]):
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=False)  # noqa: S603 - ours
        if done.returncode:
            return done.returncode
    return 0


def supervise(table: list[Program]) -> None:
    """Start all, restart what dies, until a signal asks to stop."""
    stopping = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        for program in table:
            if program.process is not None and program.process.poll() is not None:
                sys.stderr.write(
                    f"{program.name} ended with {program.process.returncode}; starting it again\n"
                )
                end_group(program.process)
                program.process, program.restart_at = None, time.monotonic() + RESTART_SECONDS
            if program.process is None and time.monotonic() >= program.restart_at:
                program.process = subprocess.Popen(program.command, cwd=ROOT, process_group=0)  # noqa: S603 - ours
        time.sleep(0.2)
    stop_all(table)


def stop_all(table: list[Program]) -> None:
    """Ask every program to end; kill what does not."""
    for program in table:
        if program.process is not None:
            program.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for program in table:
        if program.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.process.wait(max(0.1, deadline - time.monotonic()))
            end_group(program.process)


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill what a program left behind: its own processes, which would keep its port or its queue."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    """Check, prepare, serve."""
    os.environ.setdefault("YANGGUANG_PROFILE", "production")
    os.environ.setdefault("YANGGUANG_PROCESSES", "2")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("PORT", "8000")
    os.environ.setdefault("YANGGUANG_URL", f"http://localhost:{os.environ['PORT']}")
    lack = missing() or busy(int(os.environ["PORT"]))
    if lack:
        sys.stderr.write(f"{lack}\n")
        return 2
    failed = prepare()
    if failed:
        return failed
    sys.stderr.write(f"serving at {os.environ['YANGGUANG_URL']}; Ctrl+C stops it\n")
    supervise(programs())
    return 0


if __name__ == "__main__":
    sys.exit(main())
