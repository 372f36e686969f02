"""The search index of each database, and what must stay as it was written."""

from typing import Any

from django.db import migrations

from kernel.triggers import AppendOnly

SQLITE = (
    "CREATE VIRTUAL TABLE tender_noticefts USING fts5(bigrams, content='tender_noticetext', content_rowid='id')",
    "CREATE TRIGGER tender_noticefts_insert AFTER INSERT ON tender_noticetext BEGIN "
    "INSERT INTO tender_noticefts(rowid, bigrams) VALUES (new.id, new.bigrams); END",
    "CREATE TRIGGER tender_noticefts_update AFTER UPDATE ON tender_noticetext BEGIN "
    "INSERT INTO tender_noticefts(tender_noticefts, rowid, bigrams) VALUES ('delete', old.id, old.bigrams); "
    "INSERT INTO tender_noticefts(rowid, bigrams) VALUES (new.id, new.bigrams); END",
    "CREATE TRIGGER tender_noticefts_delete AFTER DELETE ON tender_noticetext BEGIN "
    "INSERT INTO tender_noticefts(tender_noticefts, rowid, bigrams) VALUES ('delete', old.id, old.bigrams); END",
)
POSTGRES = (
    "CREATE INDEX tender_noticetext_words ON tender_noticetext USING gin (string_to_array(bigrams, ' '))",
)


def forwards(apps: Any, schema_editor: Any) -> None:
    """Make the index of the database at hand."""
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Drop it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX tender_noticetext_words")
        return
    for verb in ("insert", "update", "delete"):
        schema_editor.execute(f"DROP TRIGGER tender_noticefts_{verb}")
    schema_editor.execute("DROP TABLE tender_noticefts")


class Migration(migrations.Migration):
    dependencies = [("tender", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [
        migrations.RunPython(forwards, backwards),
        AppendOnly("tender_addendum"),
        AppendOnly("tender_publication"),
    ]
