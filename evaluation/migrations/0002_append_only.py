"""What was signed, laid before others to sign or read, declared, or fixed before a draw stays as it was."""

from django.db import migrations

from kernel.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [
        AppendOnly("evaluation_poolimport"),
        AppendOnly("evaluation_poollimits"),
        AppendOnly("evaluation_pseudonym"),
        AppendOnly("evaluation_declaration"),
        AppendOnly("evaluation_similarityreport"),
        AppendOnly("evaluation_sheet"),
        AppendOnly("evaluation_report"),
        AppendOnly("evaluation_dissent"),
    ]
