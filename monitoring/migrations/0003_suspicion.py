"""Suspicion of lots by runs over a market, models learned from closed cases, and the work that owes both."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import monitoring.domain.lifecycle
from kernel.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_append_only"),
        ("accounts", "0002_due_indexes"),
        ("monitoring", "0002_cases"),
        ("tender", "0003_due_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("regime", models.CharField(max_length=1)),
                ("category", models.CharField(max_length=10)),
                (
                    "status",
                    models.CharField(default=monitoring.domain.lifecycle.LessonState["ASKED"], max_length=10),
                ),
                ("asked_at", models.DateTimeField()),
                ("error", models.TextField(blank=True)),
                ("lots", models.PositiveIntegerField(null=True)),
                ("confirmed", models.PositiveIntegerField(null=True)),
                ("figures", models.JSONField(default=dict)),
                ("about", models.JSONField(default=dict)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.BigIntegerField(null=True)),
                ("learned_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LessonAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lever", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("reason", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Market",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("regime", models.CharField(max_length=1)),
                ("category", models.CharField(max_length=10)),
                ("night", models.DateField(null=True)),
                ("lots", models.PositiveIntegerField()),
                ("bids", models.PositiveIntegerField()),
                ("bids_sha256", models.CharField(max_length=64)),
                ("bids_size", models.BigIntegerField()),
                ("model_sha256", models.CharField(max_length=64)),
                ("intercept", models.FloatField()),
                ("rings", models.JSONField(default=list)),
                ("computed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Suspicion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bids", models.PositiveIntegerField()),
                ("suspicion", models.FloatField()),
                ("p_value", models.FloatField(null=True)),
                ("q_value", models.FloatField(null=True)),
                ("reasons", models.JSONField()),
                ("signs", models.JSONField()),
            ],
        ),
        migrations.AddField(
            model_name="screenrun",
            name="ceiling",
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name="screenrun",
            name="estimate",
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name="screenrun",
            name="prices",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("screens", "Screens"),
                    ("comparison", "Comparison"),
                    ("suspicion", "Suspicion"),
                    ("night", "Night"),
                    ("lesson", "Lesson"),
                    ("rescoring", "Rescoring"),
                    ("dossier", "Dossier"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="lot",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tender.lot"
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lot__isnull", False), ("kind__in", ["night", "lesson", "rescoring"]), _connector="OR"
                ),
                name="only_work_on_markets_is_of_no_lot",
            ),
        ),
        migrations.AddField(
            model_name="lesson",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
            ),
        ),
        migrations.AddField(
            model_name="lessonact",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
            ),
        ),
        migrations.AddField(
            model_name="lessonact",
            name="lesson",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="monitoring.lesson"
            ),
        ),
        migrations.AddField(
            model_name="market",
            name="lesson",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="monitoring.lesson",
            ),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="lot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tender.lot"
            ),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="market",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lots_found", to="monitoring.market"
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "adopted")),
                fields=("regime", "category"),
                name="one_adopted_lesson_a_market",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "asked")),
                fields=("regime", "category"),
                name="one_lesson_under_way_a_market",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["proposed", "adopted"]), _negated=True),
                    models.Q(("sha256", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_learned_lesson_has_its_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="lessonact",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="decided_on_a_model_with_a_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="market",
            index=models.Index(
                fields=["regime", "category", "-computed_at"], name="monitoring__regime_86b3ce_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="market",
            constraint=models.UniqueConstraint(
                fields=("night", "regime", "category"), name="one_market_a_night"
            ),
        ),
        migrations.AddIndex(
            model_name="suspicion",
            index=models.Index(fields=["lot", "-id"], name="monitoring__lot_id_f5cd22_idx"),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.UniqueConstraint(fields=("market", "lot"), name="one_suspicion_a_run"),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.CheckConstraint(
                condition=models.Q(("suspicion__gte", 0), ("suspicion__lte", 1)), name="suspicion_from_0_to_1"
            ),
        ),
        AppendOnly("monitoring_lessonact"),
        AppendOnly("monitoring_market"),
        AppendOnly("monitoring_suspicion"),
    ]
