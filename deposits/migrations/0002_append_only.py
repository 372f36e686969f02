"""What was booked stays booked."""

from django.db import migrations

from kernel.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("deposits", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [AppendOnly("deposits_ledgermovement")]
