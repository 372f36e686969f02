"""What a committee votes, asks, scores and signs."""

import uuid

from django.db import models

from evaluation.models.committee import Member, Session


class SimilarityReport(models.Model):
    """The comparison of a lot's bids as the committee reads it before its review (雷同性报告)."""

    lot = models.OneToOneField("tender.Lot", models.PROTECT, related_name="+")
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()


class RulingVote(models.Model):
    """A member's view of one indication, by its hash: upheld or not, and why."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="rulings")
    indication = models.CharField(max_length=64)
    upheld = models.BooleanField()
    reason = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "indication"], name="one_view_each")]


class Breach(models.Model):
    """A breach of a clause that a member found in the first review; what it does not list it keeps."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="breaches")
    bid = models.UUIDField()
    clause = models.CharField(max_length=60)
    page = models.CharField(max_length=40)
    reason = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "bid", "clause"], name="one_breach_each")]


class Motion(models.Model):
    """A member's motion in the detailed review to reject a bid by a clause, put to all members."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="motions")
    bid = models.UUIDField()
    clause = models.CharField(max_length=60)
    moved_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    carried = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "bid", "clause"],
                name="one_open_motion",
                condition=models.Q(decided_at__isnull=True),
            )
        ]


class MotionVote(models.Model):
    """A member's vote on a motion; who rejects names page and reason."""

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="votes")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    keep = models.BooleanField()
    page = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["motion", "member"], name="one_vote_on_a_motion")]


class CompetitionVote(models.Model):
    """A member's view, when too few bids are left, whether competition is clearly lacking (V-07)."""

    member = models.OneToOneField(Member, models.PROTECT, related_name="competition")
    lacking = models.BooleanField()
    reason = models.TextField()
    at = models.DateTimeField()


class Amendment(models.Model):
    """What the committee settled about a bid's numbers: the corrected price (M-05) or its standing as small firm.

    Proposed by one member, in force when another has confirmed it.
    """

    class Kind(models.TextChoices):
        """What is settled."""

        PRICE = "price"
        SME = "sme"

    session = models.ForeignKey(Session, models.PROTECT, related_name="amendments")
    bid = models.UUIDField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    value = models.CharField(max_length=24)
    reason = models.TextField()
    proposed_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "bid", "kind"], name="one_amendment_of_a_kind"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="another_member_confirms",
            ),
        ]


class Clarification(models.Model):
    """A question of the committee to a bidder and its written answer (V-02)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    session = models.ForeignKey(Session, models.PROTECT, related_name="clarifications")
    bid = models.UUIDField()
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    question = models.TextField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)


class Mark(models.Model):
    """A member's draft score of one item of one bid, with its own note."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="marks")
    bid = models.UUIDField()
    item = models.CharField(max_length=40)
    score = models.CharField(max_length=28)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "bid", "item"], name="one_mark_each")]


class Sheet(models.Model):
    """A score sheet as its member was asked to sign it; a mended one is the next number."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="sheets")
    number = models.PositiveSmallIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "number"], name="numbered_sheets")]


class Explanation(models.Model):
    """A member's answer to an outlier, by the finding's hash, and who confirmed that it stands."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="explanations")
    finding = models.CharField(max_length=64)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "finding"], name="one_explanation_per_finding"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("member")),
                name="another_member_confirms_it",
            ),
        ]


class Merit(models.Model):
    """Strengths and weaknesses of a bid as the report states them."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="merits")
    bid = models.UUIDField()
    strengths = models.TextField()
    weaknesses = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "bid"], name="one_merit_per_bid")]


class Report(models.Model):
    """An evaluation report as it was laid before the members to sign; the highest number counts."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    scores = models.BinaryField()
    scores_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="numbered_reports")]


class Dissent(models.Model):
    """A member's differing opinion in writing; its newest counts while the member dissents (V-09)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="dissents")
    text = models.TextField()
    at = models.DateTimeField()
