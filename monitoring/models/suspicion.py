"""Statistical suspicion of opened lots, as one run over a market found it; for the regulator alone."""

import uuid

from django.db import models

from monitoring.domain.lifecycle import LessonState


class Lesson(models.Model):
    """A model learned from the closed cases of a market: how well it does, and whether a person adopted it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    regime = models.CharField(max_length=1)
    category = models.CharField(max_length=10)
    status = models.CharField(max_length=10, default=LessonState.ASKED)
    asked_by = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    error = models.TextField(blank=True)
    lots = models.PositiveIntegerField(null=True)
    confirmed = models.PositiveIntegerField(null=True)
    figures = models.JSONField(default=dict)
    about = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    learned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["regime", "category"],
                name="one_adopted_lesson_a_market",
                condition=models.Q(status="adopted"),
            ),
            models.UniqueConstraint(
                fields=["regime", "category"],
                name="one_lesson_under_way_a_market",
                condition=models.Q(status="asked"),
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["proposed", "adopted"]) | ~models.Q(sha256=""),
                name="a_learned_lesson_has_its_file",
            ),
        ]


class LessonAct(models.Model):
    """A decision on a learned model: adopted, refused, replaced by another, withdrawn; never changed."""

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="acts")
    lever = models.CharField(max_length=10)
    by = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="decided_on_a_model_with_a_reason")
        ]


class Market(models.Model):
    """One run of a model, shipped or learned, over the opened lots of a regime and category, with their bids."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    regime = models.CharField(max_length=1)
    category = models.CharField(max_length=10)
    night = models.DateField(null=True)
    lots = models.PositiveIntegerField()
    bids = models.PositiveIntegerField()
    bids_sha256 = models.CharField(max_length=64)
    bids_size = models.BigIntegerField()
    model_sha256 = models.CharField(max_length=64)
    intercept = models.FloatField()
    lesson = models.ForeignKey(Lesson, models.PROTECT, null=True, related_name="+")
    rings = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["night", "regime", "category"], name="one_market_a_night")
        ]
        indexes = [models.Index(fields=["regime", "category", "-computed_at"])]


class Suspicion(models.Model):
    """What a run says of one lot: how suspicious, how often chance does the same, and why."""

    market = models.ForeignKey(Market, models.PROTECT, related_name="lots_found")
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    bids = models.PositiveIntegerField()
    suspicion = models.FloatField()
    p_value = models.FloatField(null=True)
    q_value = models.FloatField(null=True)
    reasons = models.JSONField()
    signs = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["market", "lot"], name="one_suspicion_a_run"),
            models.CheckConstraint(
                condition=models.Q(suspicion__gte=0, suspicion__lte=1), name="suspicion_from_0_to_1"
            ),
        ]
        indexes = [models.Index(fields=["lot", "-id"])]
