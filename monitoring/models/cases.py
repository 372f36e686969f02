"""A case of the regulator: who opened it on which alerts, its evidence, questions and replies, and how it ended."""

import uuid
from typing import Any

from django.db import models

from monitoring.domain.cases import Outcome, Ruling, Source
from monitoring.domain.lifecycle import CaseState
from monitoring.models.screening import Alert


def _seat(*, null: bool = False) -> Any:
    return models.ForeignKey("accounts.Seat", models.PROTECT, null=null, related_name="+")


class Case(models.Model):
    """A suspicion that supervisors pursue, from its proposal to its end; two people open it and two close it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    status = models.CharField(max_length=12, default=CaseState.PROPOSED)
    reason = models.TextField()
    proposed_by = _seat()
    proposed_at = models.DateTimeField()
    decided_by = _seat(null=True)
    decided_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    handler = _seat()
    due_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=14, blank=True, choices=[(o.value, o.value) for o in Outcome])
    closing_reason = models.TextField(blank=True)
    closing_by = _seat(null=True)
    closing_at = models.DateTimeField(null=True)
    closed_by = _seat(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="four_eyes_open_a_case",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_by__isnull=True) | ~models.Q(closed_by=models.F("closing_by")),
                name="four_eyes_close_a_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed")
                | (~models.Q(outcome="") & ~models.Q(closing_reason="") & models.Q(closed_by__isnull=False)),
                name="a_closed_case_has_its_outcome",
            ),
        ]
        indexes = [models.Index(fields=["status", "-proposed_at"])]


class CaseAlert(models.Model):
    """An alert on which a case was opened."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="alerts")
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="cases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "alert"], name="an_alert_once_in_a_case")]


class CaseEvidence(models.Model):
    """A file of a case as it was when it was attached; append-only, its hash is in the journal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=5, choices=[(s.value, s.value) for s in Source])
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    by = _seat()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="numbered_evidence"),
            models.CheckConstraint(
                condition=models.Q(source="alert", alert__isnull=False)
                | models.Q(source="file", alert__isnull=True),
                name="a_snapshot_names_its_alert",
            ),
        ]


class CaseQuestion(models.Model):
    """What one firm is asked, the evidence that it is shown, and until when; append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="questions")
    round = models.PositiveSmallIntegerField()
    firm = models.CharField(max_length=18, db_index=True)
    name = models.CharField(max_length=200)
    text = models.TextField()
    shown = models.JSONField()
    due_at = models.DateTimeField()
    by = _seat()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "firm"], name="a_firm_is_asked_once_a_round")
        ]


class CaseReply(models.Model):
    """A firm's one reply to a question; append-only."""

    question = models.OneToOneField(CaseQuestion, models.PROTECT, related_name="reply")
    text = models.TextField()
    name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    late = models.BooleanField()
    by = _seat()
    at = models.DateTimeField()


class CaseConference(models.Model):
    """The minutes of a conference on a case (研判会商) and what it decided; append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="conferences")
    number = models.PositiveSmallIntegerField()
    held_date = models.DateField()
    participants = models.JSONField()
    minutes = models.TextField()
    ruling = models.CharField(max_length=9, choices=[(r.value, r.value) for r in Ruling])
    by = _seat()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="numbered_conferences")]


class CasePackage(models.Model):
    """The hand-over package of a conference that decided so, made once; append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="packages")
    conference = models.OneToOneField(CaseConference, models.PROTECT, related_name="package")
    index_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    by = _seat()
    at = models.DateTimeField()


class CaseAct(models.Model):
    """An act on a case as the journal has it, with its payload and the words said; append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="acts")
    verb = models.CharField(max_length=20)
    by = _seat()
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    entry = models.BigIntegerField(unique=True)
