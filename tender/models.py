"""Projects, lots and what is published of them. A lot's status is a function of these facts and now."""

import uuid

from django.db import models


class Project(models.Model):
    """One procurement of one procuring entity, under one regime; its lots are tendered apart."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    regime = models.CharField(max_length=1)
    category = models.CharField(max_length=10)
    region = models.CharField(max_length=6)
    mandatory = models.BooleanField(default=True)
    state_funded = models.BooleanField(default=True)
    procuring_entity = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    agency = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    centre = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    created_at = models.DateTimeField()


class Lot(models.Model):
    """A lot (标段): its terms while it is drafted, the frozen notice and edition once it is published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    project = models.ForeignKey(Project, models.PROTECT, related_name="lots")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=44, unique=True)
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=20, default="draft")
    status_at = models.DateTimeField()
    terms = models.JSONField(default=dict)
    edition_id = models.CharField(max_length=60, blank=True)
    edition = models.TextField(blank=True)
    notice = models.BinaryField(null=True)
    notice_sha256 = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    round_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="retendered_as")
    report_received_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_lot_per_number"),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | ~models.Q(notice_sha256=""),
                name="published_lots_have_a_notice",
            ),
        ]
        indexes = [models.Index(fields=["status", "deadline"]), models.Index(fields=["deadline"])]


class LotFile(models.Model):
    """A file of the tender document, by its hash in the store; `number` names the addendum it came with."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    length = models.BigIntegerField()
    addendum = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "addendum", "name"], name="one_file_per_name")]


class LotCustodian(models.Model):
    """A custodian of a lot and its fresh key, signed by its institution."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="custodians")
    role = models.CharField(max_length=20)
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=70, blank=True)
    signature = models.BinaryField(null=True)
    provided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "role"], name="one_custodian_per_role"),
            models.UniqueConstraint(fields=["lot", "organisation"], name="three_institutions"),
            models.UniqueConstraint(
                fields=["recipient"], name="fresh_custodian_keys", condition=~models.Q(recipient="")
            ),
        ]


class LotOfficer(models.Model):
    """The seat that hosts, witnesses or supervises a lot."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="officers")
    duty = models.CharField(max_length=20)
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "duty"], name="one_officer_per_duty")]


class Proposal(models.Model):
    """A step that needs four eyes: proposed by one seat, decided by another."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="proposals")
    kind = models.CharField(max_length=20)
    content = models.JSONField(default=dict)
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "kind"],
                name="one_open_proposal_of_a_kind",
                condition=models.Q(decided_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="four_eyes",
            ),
        ]


class Addendum(models.Model):
    """A logged change of the tender document."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="addenda")
    number = models.PositiveSmallIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField()
    reseal = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="gapless_addenda")]


class Obtained(models.Model):
    """A signed-in bidder that took the tender document, to be told of changes; shown to nobody before T."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="obtained")
    seat = models.ForeignKey("accounts.Seat", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "seat"], name="obtained_once")]


class Pause(models.Model):
    """A legal reason that blocks levers of a lot; `reference` names the objection or order."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "reason", "reference"], name="one_pause_per_reason")
        ]


class Objection(models.Model):
    """An objection (异议) or query (质疑) against the document or the result, and its answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="objections")
    subject = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    text = models.TextField()
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, blank=True)


class Publication(models.Model):
    """A document that a lot made public: candidates, result, award, contract, failure, cancellation."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="publications")
    kind = models.CharField(max_length=20)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    signature = models.BinaryField(null=True)
    counter_signature = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "kind"], name="published_once")]
        indexes = [models.Index(fields=["kind", "until"])]


class NoticeText(models.Model):
    """What the search of notices reads: the words of a lot as spaced bigrams."""

    lot = models.OneToOneField(Lot, models.CASCADE, related_name="search")
    bigrams = models.TextField()
