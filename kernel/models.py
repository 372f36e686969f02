"""The kernel's rows: journal and log, outbox, live events, uploads, the calendar, and what operators must do."""

import uuid

from django.db import models


class JournalEntry(models.Model):
    """One act, written in the transaction of the fact; append-only, and the source of the log."""

    tag = models.CharField(max_length=100)
    actor = models.CharField(max_length=60)
    at = models.DateTimeField()
    lot_id = models.UUIDField(null=True)
    org = models.CharField(max_length=18, blank=True)
    public = models.BooleanField(default=False)
    payload = models.BinaryField()
    payload_sha256 = models.CharField(max_length=64)
    salt = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["lot_id", "id"]), models.Index(fields=["tag", "lot_id"])]


class JournalPending(models.Model):
    """A journal entry that waits for the sequencer; deleted when the log has it."""

    entry = models.OneToOneField(JournalEntry, models.CASCADE, related_name="+")
    lot_id = models.UUIDField(null=True, db_index=True)


class LotGate(models.Model):
    """Where a lot's private chains end: the entry of its closing list."""

    lot_id = models.UUIDField(primary_key=True)
    closing = models.OneToOneField(JournalEntry, models.PROTECT, null=True, related_name="+")


class Chain(models.Model):
    """The name of one organisation's private chain on one lot, random so that it tells nothing."""

    name = models.CharField(max_length=80, unique=True)
    lot_id = models.UUIDField()
    org = models.CharField(max_length=18)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot_id", "org"], name="one_chain_per_lot_and_org")]


class LogTick(models.Model):
    """One leaf of the log: the root of a batch of 1,024 positions, with the secret of its filler."""

    index = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    secret = models.BinaryField()
    root = models.BinaryField()


class LogNode(models.Model):
    """The hash of a complete subtree of 256^level leaves, level 1 and up, so that proofs read few rows."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="one_node_per_place")]


class LogEntry(models.Model):
    """A journal entry's place in the log: its chain, number, hash, tick and position."""

    journal = models.OneToOneField(JournalEntry, models.PROTECT, related_name="logged")
    chain = models.CharField(max_length=80)
    seq = models.IntegerField()
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    tick = models.ForeignKey(LogTick, models.PROTECT, related_name="entries")
    position = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="gapless_in_chain"),
            models.UniqueConstraint(fields=["tick", "position"], name="one_entry_per_position"),
        ]


class LogCheckpoint(models.Model):
    """A signed size and root of the log."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    root = models.BinaryField()
    note = models.TextField()


class LogCosignature(models.Model):
    """A witness's signature line under a checkpoint."""

    checkpoint = models.ForeignKey(LogCheckpoint, models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=100)
    key_name = models.CharField(max_length=200)
    raw = models.BinaryField()
    cosigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="one_cosignature_per_witness")
        ]


class OutboxMessage(models.Model):
    """An event that handlers must hear of after commit, at least once."""

    name = models.CharField(max_length=120)
    body = models.JSONField()
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="outbox_open", condition=models.Q(done_at__isnull=True))
        ]


class OutboxDelivery(models.Model):
    """A handler that has heard a message, so that a retry calls only those that have not."""

    message = models.ForeignKey(OutboxMessage, models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "handler"], name="delivered_once")]


class LiveCounter(models.Model):
    """The last number given in an audience."""

    audience = models.CharField(max_length=120, primary_key=True)
    last = models.BigIntegerField(default=0)


class LiveEvent(models.Model):
    """One event of an audience, with a gapless number, so that nobody who comes back misses any."""

    audience = models.CharField(max_length=120)
    number = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "number"], name="gapless_in_audience")]


class Upload(models.Model):
    """A declared file that a client sends in pieces; its owner alone may send or ask."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.CharField(max_length=60)
    purpose = models.CharField(max_length=40)
    reference = models.CharField(max_length=120)
    length = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    stamped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "reference"], name="one_upload_per_reference")
        ]


class ProcessLease(models.Model):
    """A web process's word that it lives and which stamp it has not yet written down."""

    process = models.CharField(max_length=60, primary_key=True)
    renewed_at = models.DateTimeField()
    alive_at = models.FloatField()
    earliest_open = models.DateTimeField(null=True)


class CalendarYear(models.Model):
    """A year whose holidays are announced, and by which notice."""

    year = models.SmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)


class CalendarDay(models.Model):
    """A day off, or a make-up working day, of an announced year."""

    class Kind(models.TextChoices):
        """What the notice says of a day."""

        OFF = "off"
        WORK = "work"

    year = models.ForeignKey(CalendarYear, models.CASCADE, related_name="days")
    day = models.DateField(unique=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)


class OperatorTask(models.Model):
    """Something only an operator can mend; raised once by its key, closed by hand."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=60, blank=True)


class ClockAlarm(models.Model):
    """A time at which the clock could not be trusted; two people resolve it with a reason."""

    reason = models.CharField(max_length=20)
    seconds = models.FloatField()
    raised_at = models.DateTimeField()
    first_by = models.CharField(max_length=60, blank=True)
    resolution = models.TextField(blank=True)
    resolved_by = models.CharField(max_length=60, blank=True)
    resolved_at = models.DateTimeField(null=True)
