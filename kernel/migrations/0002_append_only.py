"""What the kernel writes down stays as it was written."""

from django.db import migrations

from kernel.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        AppendOnly("kernel_journalentry"),
        AppendOnly("kernel_logtick"),
        AppendOnly("kernel_lognode"),
        AppendOnly("kernel_logentry"),
        AppendOnly("kernel_logcheckpoint"),
        AppendOnly("kernel_logcosignature"),
        AppendOnly("kernel_liveevent"),
        AppendOnly("kernel_lotgate"),
        AppendOnly("kernel_chain"),
    ]
