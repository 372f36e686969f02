"""What the environment says, read once and checked, so that a wrong setting stops the start with one sentence."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parent.parent
PROFILES = ("development", "production", "demo", "replay", "test")
MOVED_PROFILES = ("demo", "replay", "test")


def text(name: str, default: str = "") -> str:
    """Return an environment variable, stripped."""
    return os.environ.get(name, default).strip()


def profile() -> str:
    """Return the profile; production is the strict one."""
    found = text("YANGGUANG_PROFILE", "development")
    if found not in PROFILES:
        raise ImproperlyConfigured(f"YANGGUANG_PROFILE must be one of {', '.join(PROFILES)}, not {found!r}")
    return found


def home() -> Path:
    """Return the folder of all state, made if missing, closed to other users."""
    path = Path(text("YANGGUANG_HOME") or BASE / "var").resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("blobs", "keys", "logs", "uploads", "log", "static"):
        (path / name).mkdir(exist_ok=True, mode=0o700)
    return path


def database(folder: Path) -> dict[str, Any]:
    """Return Django's database settings from DATABASE_URL, or the embedded SQLite file."""
    url = text("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "yangguang.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlparse(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user@host:5432/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**dict(parse_qsl(parts.query)), "pool": {"min_size": 1, "max_size": connections()}},
    }


def connections() -> int:
    """Return how many connections to PostgreSQL a process holds at the most; who finds none free waits for one.

    Every request has a thread of its own here, so connections that a thread kept would soon be all that the
    server has.
    """
    return int(text("YANGGUANG_DB_CONNECTIONS", "16"))


def secret(folder: Path, name: str) -> str:
    """Return a secret of this store, generated on first use with mode 0600."""
    path = folder / "keys" / name
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        value = secrets.token_urlsafe(48)
        file.write(value)
    return value
