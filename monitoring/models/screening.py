"""What the regulator sees of opened lots, kept apart by its kind; the jobs that find it; the dossiers."""

import uuid

from django.db import models

from monitoring.domain.lifecycle import AlertState, DossierState


class Job(models.Model):
    """Long work that is owed, for a lot or for all of them, until it is done; a queue that is lost loses nothing."""

    class Kind(models.TextChoices):
        """What the work is."""

        SCREENS = "screens"
        COMPARISON = "comparison"
        SUSPICION = "suspicion"
        NIGHT = "night"
        LESSON = "lesson"
        RESCORING = "rescoring"
        DOSSIER = "dossier"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    lot = models.ForeignKey("tender.Lot", models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=80, unique=True)
    asked = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="jobs_open", condition=models.Q(done_at__isnull=True))
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lot__isnull=False) | models.Q(kind__in=["night", "lesson", "rescoring"]),
                name="only_work_on_markets_is_of_no_lot",
            )
        ]


class ScreenRun(models.Model):
    """The screens of one opened lot under one version of the formulas; for the regulator alone."""

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    version = models.CharField(max_length=8)
    regime = models.CharField(max_length=1)
    category = models.CharField(max_length=10)
    bids = models.PositiveIntegerField()
    values = models.JSONField()
    prices = models.JSONField(default=list)
    estimate = models.CharField(max_length=24, blank=True)
    ceiling = models.CharField(max_length=24, blank=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "version"], name="one_screen_run_per_version")]


class Comparison(models.Model):
    """What was compared of an opened lot, and the 雷同性 report for its committee; a later one knows more."""

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    facts_sha256 = models.CharField(max_length=64)
    report = models.BinaryField()
    report_sha256 = models.CharField(max_length=64)
    documents = models.PositiveIntegerField()
    unread = models.JSONField()
    payments = models.PositiveIntegerField()
    compared_at = models.DateTimeField()
    handed_down_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="numbered_comparisons")]


class IndicationRow(models.Model):
    """One match between bids under an item of the law, in full; `identity` is its hash in the committee's report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    comparison = models.ForeignKey(Comparison, models.PROTECT, related_name="indications")
    number = models.PositiveIntegerField()
    item = models.CharField(max_length=8)
    article = models.CharField(max_length=120)
    identity = models.CharField(max_length=64)
    members = models.JSONField()
    evidence = models.JSONField()
    exemptions = models.JSONField()
    standing = models.BooleanField()
    chance = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comparison", "number"], name="numbered_in_its_comparison")
        ]


class Alert(models.Model):
    """Something for the regulator to look at: an indication or a statistical suspicion, never both in one."""

    class Kind(models.TextChoices):
        """Which of the two kinds."""

        INDICATION = "indication"
        STATISTICAL = "statistical"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    indication = models.OneToOneField(IndicationRow, models.PROTECT, null=True, related_name="alert")
    run = models.OneToOneField(ScreenRun, models.PROTECT, null=True, related_name="alert")
    status = models.CharField(max_length=10, default=AlertState.NEW)
    raised_at = models.DateTimeField()
    seen_by = models.CharField(max_length=60, blank=True)
    seen_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    dismissed_by = models.CharField(max_length=60, blank=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="indication", indication__isnull=False, run__isnull=True)
                | models.Q(kind="statistical", indication__isnull=True, run__isnull=False),
                name="two_kinds_of_suspicion_never_mixed",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="dismissed") | ~models.Q(reason=""), name="dismissed_with_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["kind", "status", "-raised_at"])]


class DossierFile(models.Model):
    """One edition of a lot's dossier as it stood in a state of the lot: asked for, then made and stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    edition = models.CharField(max_length=6)
    state = models.CharField(max_length=8, default=DossierState.ASKED)
    lot_state = models.CharField(max_length=20, blank=True)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    log_size = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="made") | (~models.Q(sha256="") & models.Q(size__isnull=False)),
                name="a_made_dossier_has_its_file",
            ),
            models.UniqueConstraint(
                fields=["lot", "edition"],
                name="one_open_dossier_per_edition",
                condition=models.Q(state="asked"),
            ),
        ]
        indexes = [models.Index(fields=["lot", "edition", "-made_at"])]
