"""When an expert who accepted counts as absent; the list of organisations to avoid holds their grounds."""

from datetime import timedelta
from typing import Any

from django.db import migrations, models

LATE = timedelta(minutes=30)
"""What `expert_late_minutes` says in every edition up to this migration."""


def fill(apps: Any, _schema: Any) -> None:
    """Set the instant for calls that were accepted before it was kept, and give older lists empty grounds."""
    rows = apps.get_model("evaluation", "Invitation").objects.filter(state="confirmed")
    for row in rows.select_related("stratum__draw__session").order_by("pk"):
        starts_at = row.stratum.draw.session.starts_at
        row.absent_due_at = max(starts_at, row.answered_at or starts_at) + LATE
        row.save(update_fields=["absent_due_at"])
    for row in apps.get_model("evaluation", "Session").objects.order_by("pk"):
        if isinstance(row.avoid, list):
            row.avoid = dict.fromkeys(row.avoid, "")
            row.save(update_fields=["avoid"])


class Migration(migrations.Migration):
    """One field and its index, and what stands in them."""

    dependencies = [("evaluation", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="invitation", name="absent_due_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(model_name="session", name="avoid", field=models.JSONField(default=dict)),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["state", "absent_due_at"], name="evaluation__state_750560_idx"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
