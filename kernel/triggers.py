"""Append-only tables: triggers of our own on both databases, because what must hold is held by the database."""

from typing import Any

from django.db.migrations.operations.base import Operation

TABLES: set[str] = set()
_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION yangguang_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


class AppendOnly(Operation):
    """A migration operation that forbids UPDATE, DELETE and TRUNCATE on a table."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table
        TABLES.add(table)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave Django's model state alone: only the database changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the triggers."""
        for statement in statements(self.table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the triggers."""
        suffix = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for name in names(self.table, schema_editor.connection.vendor):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{suffix}", params=None)

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Make {self.table} append-only"


def names(table: str, vendor: str) -> list[str]:
    """Return the names of a table's triggers on a database vendor."""
    verbs = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")
    return [f"append_only_{table}_{verb}" for verb in verbs]


def statements(table: str, vendor: str) -> list[str]:
    """Return the SQL that protects a table."""
    if vendor != "postgresql":
        return [
            f"CREATE TRIGGER append_only_{table}_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'table {table} is append-only'); END"
            for verb in ("update", "delete")
        ]
    return [
        _PG_FUNCTION,
        *(
            f"CREATE TRIGGER append_only_{table}_{verb} BEFORE {verb.upper()} ON {table} "
            f"FOR EACH {'STATEMENT' if verb == 'truncate' else 'ROW'} EXECUTE FUNCTION yangguang_append_only()"
            for verb in ("update", "delete", "truncate")
        ),
    ]
