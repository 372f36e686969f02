"""The regulator's cases; what belongs to one is never changed or deleted, only the case itself moves."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import monitoring.domain.lifecycle
from kernel.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_due_indexes"),
        ("kernel", "0002_append_only"),
        ("monitoring", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "status",
                    models.CharField(
                        default=monitoring.domain.lifecycle.CaseState["PROPOSED"], max_length=12
                    ),
                ),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("refusal", models.TextField(blank=True)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirmed", "confirmed"),
                            ("not_confirmed", "not_confirmed"),
                            ("handed_over", "handed_over"),
                        ],
                        max_length=14,
                    ),
                ),
                ("closing_reason", models.TextField(blank=True)),
                ("closing_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "closing_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verb", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("words", models.TextField(blank=True)),
                ("payload", models.JSONField()),
                ("payload_sha256", models.CharField(max_length=64)),
                ("entry", models.BigIntegerField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="monitoring.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="monitoring.alert",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="monitoring.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseConference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("held_date", models.DateField()),
                ("participants", models.JSONField()),
                ("minutes", models.TextField()),
                (
                    "ruling",
                    models.CharField(
                        choices=[
                            ("no_action", "no_action"),
                            ("watch", "watch"),
                            ("penalty", "penalty"),
                            ("police", "police"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conferences",
                        to="monitoring.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseEvidence",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("source", models.CharField(choices=[("alert", "alert"), ("file", "file")], max_length=5)),
                ("name", models.CharField(max_length=120)),
                ("about", models.TextField(blank=True)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "alert",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.alert",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="monitoring.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CasePackage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("index_sha256", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="monitoring.case",
                    ),
                ),
                (
                    "conference",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="package",
                        to="monitoring.caseconference",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseQuestion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("round", models.PositiveSmallIntegerField()),
                ("firm", models.CharField(db_index=True, max_length=18)),
                ("name", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("shown", models.JSONField()),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="monitoring.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("name", models.CharField(blank=True, max_length=120)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.BigIntegerField(null=True)),
                ("late", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seat"
                    ),
                ),
                (
                    "question",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reply",
                        to="monitoring.casequestion",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["status", "-proposed_at"], name="monitoring__status_46b002_idx"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="four_eyes_open_a_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_by__isnull", True),
                    models.Q(("closed_by", models.F("closing_by")), _negated=True),
                    _connector="OR",
                ),
                name="four_eyes_close_a_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "closed"), _negated=True),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(("closing_reason", ""), _negated=True),
                        ("closed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_closed_case_has_its_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="casealert",
            constraint=models.UniqueConstraint(fields=("case", "alert"), name="an_alert_once_in_a_case"),
        ),
        migrations.AddConstraint(
            model_name="caseconference",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="numbered_conferences"),
        ),
        migrations.AddConstraint(
            model_name="caseevidence",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="numbered_evidence"),
        ),
        migrations.AddConstraint(
            model_name="caseevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alert__isnull", False), ("source", "alert")),
                    models.Q(("alert__isnull", True), ("source", "file")),
                    _connector="OR",
                ),
                name="a_snapshot_names_its_alert",
            ),
        ),
        migrations.AddConstraint(
            model_name="casequestion",
            constraint=models.UniqueConstraint(
                fields=("case", "round", "firm"), name="a_firm_is_asked_once_a_round"
            ),
        ),
        AppendOnly("monitoring_casealert"),
        AppendOnly("monitoring_caseevidence"),
        AppendOnly("monitoring_casequestion"),
        AppendOnly("monitoring_casereply"),
        AppendOnly("monitoring_caseconference"),
        AppendOnly("monitoring_casepackage"),
        AppendOnly("monitoring_caseact"),
    ]
