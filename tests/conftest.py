"""Fixtures: each test that needs rows gets a fresh store, made from one migrated template.

Append-only triggers make Django's flush fail, and that is right: a fresh database from a template is quicker
anyway. With DATABASE_URL naming a PostgreSQL server the template lives there, else in a SQLite file. Stores lie in
the machine's memory where there is room: they are synced as ever, but no disk has to be waited for.
"""

import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
_MEMORY, _MEMORY_NEEDED = Path("/dev/shm"), 2 << 30
_RUN = "yangguang-run-"
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def _scratch():
    """Put all temporary files of this run, its workers and servers into memory; returns the folder to remove.

    What a run that was killed left there goes first.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return None
    if shutil.disk_usage(_MEMORY).free < _MEMORY_NEEDED:
        return None
    for left in _MEMORY.glob(f"{_RUN}*-*"):
        process = left.name.removeprefix(_RUN).partition("-")[0]
        if process.isdigit() and not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix=f"{_RUN}{os.getpid()}-", dir=_MEMORY)
    return Path(tempfile.tempdir)


_SCRATCH = _scratch()
_HOME = Path(tempfile.mkdtemp(prefix=f"yangguang-{_WORKER}-"))
os.environ["YANGGUANG_PROFILE"] = "test"
os.environ["YANGGUANG_HOME"] = str(_HOME)
os.environ["YANGGUANG_URL"] = "http://localhost:8000"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import pytest  # noqa: E402 - the environment comes first
from django.conf import settings  # noqa: E402 - as above

from tests import engines  # noqa: E402 - as above


def pytest_configure(config):
    """Load Django once for all tests."""
    import django

    django.setup()


def pytest_addoption(parser):
    """Add the switch under which a missing service is a failure."""
    parser.addoption(
        "--services-required", action="store_true", help="a skip that says `needs …` fails the run"
    )


_missing = []


def pytest_runtest_logreport(report):
    """Note every test that was skipped because a service or program is not there."""
    if (
        report.skipped
        and isinstance(report.longrepr, tuple)
        and report.longrepr[2].startswith("Skipped: needs ")
    ):
        _missing.append(f"{report.nodeid}: {report.longrepr[2]}")


def pytest_sessionfinish(session, exitstatus):
    """Remove what this run made; fail when a needed service was missing."""
    shutil.rmtree(_SCRATCH or _HOME, ignore_errors=True)
    if _missing and session.config.getoption("--services-required"):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Name what was missing."""
    if _missing and config.getoption("--services-required"):
        terminalreporter.section("services that must be there and are not")
        for line in _missing:
            terminalreporter.line(line)


def shared(*parts):
    """Return a path below ../shared, or skip: the project stands without it."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"reference data {'/'.join(parts)} is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def engine(django_db_blocker):
    """The template store of this run."""
    found = engines.Postgres() if os.environ.get("DATABASE_URL") else engines.Sqlite(_HOME)
    with django_db_blocker.unblock():
        found.build()
        yield found
        engines.leave()
        found.close()


@pytest.fixture
def store(engine, tmp_path, monkeypatch):
    """A fresh store: its own database and its own folder for blobs, keys and uploads."""
    from accounts import authority
    from kernel import keys, log
    from kernel.hub import hub
    from tests import snapshots

    for name in ("blobs", "keys", "logs", "uploads", "log"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(settings, "HOME", tmp_path)
    name = engine.fresh(tmp_path)
    engines.point_at(name)
    keys.log_key.cache_clear()
    authority.forget()
    log.forget()
    snapshots.fresh(engine, name)
    yield tmp_path
    snapshots.left()
    engines.leave()
    engine.drop(name)
    engines.point_at(str(engine.template))
    assert hub.count("") == 0


@pytest.fixture
def moved(monkeypatch, tmp_path):
    """A moved clock that starts on Monday 2026-03-02 09:00 in Shanghai; returns a function that moves it on."""
    from datetime import UTC, datetime, timedelta

    from kernel import timemachine

    path = tmp_path / "clock.json"
    monkeypatch.setenv(timemachine.VARIABLE, str(path))
    start = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    timemachine.write(path, (start - datetime.now(UTC)).total_seconds())

    def move(*, to=None, **delta):
        target = to or timemachine.now() + timedelta(**delta)
        timemachine.move_to(target)
        return target

    return move


@pytest.fixture
def postgres():
    """Skip where no PostgreSQL server is named."""
    if not os.environ.get("DATABASE_URL"):
        pytest.skip("needs PostgreSQL: set DATABASE_URL")


@pytest.fixture
def redis_url():
    """The Redis server to test with, or skip."""
    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.skip("needs Redis: set REDIS_URL")
    return url
