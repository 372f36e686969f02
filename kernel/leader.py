"""One leader at a time, by a lock of the database (PostgreSQL) or of a file (embedded), freed when it dies."""

import fcntl
import hashlib
import logging
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from django.conf import settings

logger = logging.getLogger(__name__)


class Election:
    """Try to hold the lock of a name; `leads()` says whether this process holds it, and tries again if not."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._connection: psycopg.Connection | None = None
        self._file: IO[str] | None = None
        self._leading = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def leads(self) -> bool:
        """Return whether this process leads now."""
        postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
        return self._leads_by_database() if postgres else self._leads_by_file()

    def _leads_by_file(self) -> bool:
        if self._leading:
            return True
        if self._file is None:
            self._file = Path(settings.HOME, f"{self._name}.lock").open("w")  # noqa: SIM115 - held for life
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._leading = True
        return True

    def _leads_by_database(self) -> bool:
        try:
            if self._connection is None or self._connection.closed:
                self._leading = False
                self._connection = connect()
            if self._leading:
                self._connection.execute("SELECT 1")
                return True
            key = int.from_bytes(hashlib.sha256(f"leader {self._name}".encode()).digest()[:8], signed=True)
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
            self._leading = bool(row and row[0])
        except psycopg.Error:
            logger.warning("lost the leader's connection for %s", self._name)
            self._drop()
        return self._leading

    def _drop(self) -> None:
        self._leading = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None


def connect() -> psycopg.Connection:
    """Open a connection of one's own to the configured PostgreSQL database, in autocommit."""
    config = settings.DATABASES["default"]
    return psycopg.connect(
        dbname=config["NAME"],
        user=config["USER"] or None,
        password=config["PASSWORD"] or None,
        host=config["HOST"] or None,
        port=config["PORT"] or None,
        autocommit=True,
        connect_timeout=2,
    )
