"""Where the stores of the tests live: files on the embedded engine, databases of the server that DATABASE_URL names."""

import hashlib
import os
import re
import shutil
import socket
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import psycopg
from asgiref.local import Local
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver

_TABLES = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_SEQUENCES = "SELECT format('%I', sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"
_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SHAPE = """
    SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
        SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
        UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT format('%s %s %s %s', table_name, column_name, data_type, is_nullable)
            FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS shape (line)"""
_ROWS = "SELECT md5(string_agg(row::text, ',' ORDER BY row::text)) FROM {} row"


EMPTY_COPY = 21
"""Bytes of a binary copy without rows: signature, flags, length of the header extension, trailer."""


class Sqlite:
    """Templates and stores as files."""

    def __init__(self, folder):
        self.template = folder / "template.sqlite3"

    def build(self):
        """Migrate the template."""
        point_at(str(self.template))
        call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()

    def fresh(self, home):
        """Return a fresh store's name."""
        name = home / "yangguang.sqlite3"
        shutil.copyfile(self.template, name)
        return str(name)

    def twin(self, name):
        """Return the name of a copy of a store that nobody uses now."""
        for suffix in ("", "-wal"):
            if Path(name + suffix).exists():
                shutil.copyfile(name + suffix, f"{name}.twin{suffix}")
        return f"{name}.twin"

    def take(self, name):
        """Return what a store holds."""
        held = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(name)) as store:
            store.backup(held)
        return held

    def give(self, name, held):
        """Make a store hold what another one held."""
        with closing(sqlite3.connect(name)) as store:
            held.backup(store)

    def drop(self, name):
        """Remove a store."""
        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)

    def close(self):
        """Remove the template."""
        self.drop(str(self.template))


class Postgres:
    """Templates and stores as databases of the named server.

    Where the server lets us, a store that was left is emptied and used again, as long as nothing but rows changed
    in it: copying a database costs the server more than most tests.
    """

    def __init__(self):
        self.url = os.environ["DATABASE_URL"]
        host = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
        self.family = f"yangguang_test_{host}_"
        self.stem = f"{self.family}{os.getpid()}_"
        self.template = f"{self.stem}template"
        self.spare = []

    def build(self):
        """Drop what killed runs left, migrate the template, and note what every store must be like."""
        self._sweep()
        self._execute(f'CREATE DATABASE "{self.template}"')
        point_at(self.template)
        call_command("migrate", verbosity=0, interactive=False)
        leave()
        with self._inside(self.template) as line:
            tables = [row[0] for row in line.execute(_TABLES)]
            self.kept = [t for t in tables if line.execute(f"SELECT EXISTS (TABLE {t})").fetchone()[0]]
            self.emptied = [name for name in tables if name not in self.kept]
            self.sequences = dict(line.execute(_SEQUENCES).fetchall())
            self.shape = self._shape(line)
            asked = line.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            self.may_empty = asked.fetchone()[0]

    def fresh(self, _home):
        """Return a fresh store's name."""
        if self.spare:
            return self.spare.pop()
        name = f"{self.stem}{uuid.uuid4().hex[:10]}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return name

    def twin(self, name):
        """Return the name of a copy of a store that nobody uses now."""
        made = f"{self.stem}{uuid.uuid4().hex[:10]}"
        with self._inside(name) as line:
            line.execute(_END_OTHERS)
        self._execute(f'CREATE DATABASE "{made}" TEMPLATE "{name}"')
        return made

    def take(self, name):
        """Return what a store holds beyond the template, None where the server does not let us bring it back."""
        if not self.may_empty:
            return None
        found = {}
        with self._inside(name) as line:
            for table in self.emptied:
                with line.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as rows:
                    data = b"".join(rows)
                if len(data) > EMPTY_COPY:
                    found[table] = data
            return found, line.execute(_SEQUENCES).fetchall()

    def give(self, name, held):
        """Make a store, which holds no more than the template, hold what another one held."""
        tables, sequences = held
        with self._inside(name) as line, line.transaction():
            line.execute("SET LOCAL session_replication_role = replica")
            line.execute("; ".join(f"DELETE FROM {table}" for table in self.emptied))
            for table, data in tables.items():
                with line.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as rows:
                    rows.write(data)
            for sequence, last in sequences:
                if last is not None:
                    line.execute("SELECT setval(%s::regclass, %s)", [sequence, last])

    def drop(self, name):
        """Empty a store for the next test, or remove it."""
        if self.may_empty and self._empty(name):
            self.spare.append(name)
        else:
            self._remove(name)

    def close(self):
        """Remove every store and the template."""
        for name in [*self.spare, self.template]:
            self._remove(name)

    def _empty(self, name):
        """Take every row away that the template has not; tells whether the store is like the template again."""
        with self._inside(name) as line:
            line.execute(_END_OTHERS)
            with line.transaction():
                line.execute("SET LOCAL session_replication_role = replica")
                line.execute("; ".join(f"DELETE FROM {table}" for table in self.emptied))
            for sequence, last in line.execute(_SEQUENCES).fetchall():
                first = self.sequences.get(sequence)
                if last != first:
                    line.execute(
                        "SELECT setval(%s::regclass, %s, %s)", [sequence, first or 1, first is not None]
                    )
            return self._shape(line) == self.shape

    def _shape(self, line):
        """Return hashes of all but the emptied rows: columns, constraints, indexes, triggers, functions, kept rows."""
        return [line.execute(query).fetchone()[0] for query in (_SHAPE, *map(_ROWS.format, self.kept))]

    def _inside(self, name):
        return psycopg.connect(re.sub(r"(//[^/]+/)[^?]*", rf"\g<1>{name}", self.url), autocommit=True)

    def _execute(self, statement):
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(statement)

    def _remove(self, name):
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _sweep(self):
        with psycopg.connect(self.url, autocommit=True) as server:
            found = server.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.family]
            ).fetchall()
        for (name,) in found:
            process = name.removeprefix(self.family).partition("_")[0]
            if int(process) == os.getpid() or not Path(f"/proc/{process}").exists():
                self._remove(name)


_opened = []
_READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SET")
_written = [0]


@receiver(connection_created)
def _remember(connection, **_):
    """Keep every connection of every thread, so that a store can be left by all of them, and count its writes."""
    _opened.append(connection)
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count)


def _count(execute, sql, params, many, context):
    if not sql.lstrip().upper().startswith(_READS):
        _written[0] += 1
    return execute(sql, params, many, context)


def written():
    """Return how many statements of this process may have changed rows."""
    return _written[0]


def leave():
    """Close all connections of this process, those that wait in a pool too."""
    for opened in _opened:
        if opened.connection is not None:
            opened.connection.close()
    _opened.clear()
    connections.close_all()
    if connections["default"].vendor == "postgresql":
        connections["default"].close_pool()


def point_at(name):
    """Make all connections of this process, those of new threads too, go to a database."""
    leave()
    connections._connections = Local(connections.thread_critical)
    connections.databases["default"]["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name
