"""Indexes for what the ticker asks: lots around their deadline, publications whose time has run out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes."""

    dependencies = [("tender", "0002_search_and_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(fields=["deadline"], name="tender_lot_deadlin_e59244_idx"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["kind", "until"], name="tender_publ_kind_205791_idx"),
        ),
    ]
