"""Sealed bids, their records, the opening hall, custodians' messages and draws."""

import uuid

from django.db import models

from bidding.domain.lifecycle import Bid as BidState, Hall as HallStep, Pause


class Bid(models.Model):
    """One statement of one bidder on one lot; `addenda` says how many addenda it knew."""

    id = models.UUIDField(primary_key=True)
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=BidState.DECLARED)
    statement = models.BinaryField()
    statement_sha256 = models.CharField(max_length=64, unique=True)
    signature = models.BinaryField()
    nonce = models.CharField(max_length=44, unique=True)
    supersedes = models.CharField(max_length=64, blank=True)
    addenda = models.PositiveSmallIntegerField()
    declared_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=30, blank=True)
    fields = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "organisation"],
                name="one_live_bid",
                condition=models.Q(state=BidState.SEALED),
            )
        ]
        indexes = [
            models.Index(fields=["lot", "state"]),
            models.Index(fields=["received_at"], condition=models.Q(state=BidState.HELD), name="bids_held"),
        ]


class BidPart(models.Model):
    """A declared part: its container, its upload, and after the opening its key and plain content.

    `intact` says, once it was looked at after T, whether the store still holds the stated bytes.
    """

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="parts")
    name = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, unique=True)
    length = models.BigIntegerField()
    recipient = models.CharField(max_length=120, unique=True)
    upload = models.OneToOneField("kernel.Upload", models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField(null=True)
    arrived_sha256 = models.CharField(max_length=64, blank=True)
    intact = models.BooleanField(null=True)
    key = models.CharField(max_length=120, blank=True)
    plain_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "name"], name="one_part_per_name")]


class ShareFile(models.Model):
    """A custodian's encrypted share of a part's key, as the bidder declared it."""

    part = models.ForeignKey(BidPart, models.PROTECT, related_name="shares")
    custodian = models.CharField(max_length=20)
    share_sha256 = models.CharField(max_length=64, unique=True)
    file_sha256 = models.CharField(max_length=64, unique=True)
    length = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "custodian"], name="one_share_per_custodian")]


class SignedRecord(models.Model):
    """A record that the platform signed: a sealing, a withdrawal, or the refusal of either.

    `bid` is no foreign key: a wrongly addressed statement gets its record too, and no bid.
    """

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    bid = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12)
    outcome = models.CharField(max_length=10)
    record = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    signature = models.BinaryField()
    document = models.BinaryField()
    document_signature = models.BinaryField()
    entry = models.OneToOneField("kernel.JournalEntry", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bid", "kind"], name="accepted_once", condition=models.Q(outcome="accepted")
            )
        ]
        indexes = [models.Index(fields=["lot", "organisation", "at"])]


class Hall(models.Model):
    """The opening of a lot: its step, since when and until when, what lies over it, and what was signed in it.

    `frozen_at`: the clock is in doubt since then, and no due instant counts; `hindered`: a failure that was not
    the bidders' is on record; `names_heard_at`: the host has heard that nobody declares an interest.
    """

    lot = models.OneToOneField("tender.Lot", models.PROTECT, primary_key=True, related_name="+")
    step = models.CharField(max_length=14, default=HallStep.WAITING)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    pause = models.CharField(max_length=8, default=Pause.RUNNING)
    paused_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    hindered = models.BooleanField(default=False)
    names_heard_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    closing = models.BinaryField(null=True)
    closing_signature = models.BinaryField(null=True)
    closing_sha256 = models.CharField(max_length=64, blank=True)
    release = models.BinaryField(null=True)
    release_signature = models.BinaryField(null=True)
    release_sha256 = models.CharField(max_length=64, blank=True)
    released_first_at = models.DateTimeField(null=True)
    table = models.BinaryField(null=True)
    table_signature = models.BinaryField(null=True)
    table_sha256 = models.CharField(max_length=64, blank=True)
    record = models.BinaryField(null=True)
    record_sha256 = models.CharField(max_length=64, blank=True)
    host_signature = models.BinaryField(null=True)
    witness_signature = models.BinaryField(null=True)
    record_pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["step", "due_at"])]


class HallRequest(models.Model):
    """What the host asked of the witness with a reason: to pause, extend, resume, or record a hindrance."""

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    reason = models.TextField()
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=14, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="gapless_hall_requests"),
            models.UniqueConstraint(
                fields=["lot"], name="one_open_hall_request", condition=models.Q(answer="")
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by="") | ~models.Q(answered_by=models.F("asked_by")),
                name="another_answers_the_host",
            ),
        ]


class CheckIn(models.Model):
    """A bidder's private receipt of having come to the hall; names are shown all at once."""

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "organisation"], name="checked_in_once")]


class ClosingLine(models.Model):
    """A line of the closing list behind its salt."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="line")
    salt = models.BinaryField()
    line = models.BinaryField()
    hash = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=12)


class Consent(models.Model):
    """A bidder's signed act of opening, or a late or unusable one, as it came."""

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="consents")
    document = models.BinaryField()
    signature = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    signature_sha256 = models.CharField(max_length=64)
    judged = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "sha256", "signature_sha256"], name="one_consent_as_sent")
        ]


class Lodging(models.Model):
    """A bidder's fresh split of the same keys, after a share of it was bad."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="lodging")
    document = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()


class CustodianMessage(models.Model):
    """A custodian's signed `ready` or `release`; each once for a lot, `ready` once more after each lodging.

    `judged` is what the platform found: bid -> part -> word of a `ready`, or whether a released share counts.
    """

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    custodian = models.CharField(max_length=20)
    kind = models.CharField(max_length=8)
    number = models.PositiveSmallIntegerField(default=1)
    document = models.BinaryField()
    signature = models.BinaryField()
    checkpoint = models.TextField()
    judged = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "custodian", "kind", "number"], name="one_message_of_a_kind"
            )
        ]


class FaultDecision(models.Model):
    """What the table proposed for a bid that was not opened, what the host decided, the witness's countersign."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="fault")
    facts = models.JSONField()
    proposed = models.CharField(max_length=20)
    cause = models.CharField(max_length=30)
    proposed_at = models.DateTimeField()
    number = models.PositiveSmallIntegerField(default=0)
    decided = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    document = models.BinaryField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    countersigned_by = models.CharField(max_length=60, blank=True)
    countersigned_at = models.DateTimeField(null=True)
    objection = models.TextField(blank=True)
    objected_at = models.DateTimeField(null=True)


class OpeningObjection(models.Model):
    """An objection raised in the hall and answered there (rule T-10)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    text = models.TextField()
    raised_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)


class Confirmation(models.Model):
    """A bidder's word on the opening record: confirmed or objected; silence is agreement."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="confirmation")
    answer = models.CharField(max_length=10)
    at = models.DateTimeField()


class Draw(models.Model):
    """A draw on a lot with its gapless number: coefficients, experts; never rolled again.

    Commitments are taken until `reveal_from` is set; from `reveal_due_at` on custodians open what is withheld.
    """

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=12)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="requested")
    beacon = models.CharField(max_length=128, blank=True)
    requested_by = models.CharField(max_length=60)
    requested_at = models.DateTimeField()
    commit_due_at = models.DateTimeField(null=True)
    reveal_from = models.DateTimeField(null=True)
    reveal_due_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="gapless_draws")]
        indexes = [models.Index(fields=["state", "commit_due_at"])]


class DrawStratum(models.Model):
    """What is drawn from: the eligible ids, fixed and logged before anyone commits; then the order."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="strata")
    name = models.CharField(max_length=40)
    take = models.PositiveSmallIntegerField()
    ids = models.JSONField()
    exclusions = models.JSONField(default=list)
    skips = models.JSONField(default=list)
    order = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="one_stratum_per_name")]


class Contribution(models.Model):
    """A contributor's commitment and, later, its value: revealed, or opened by two custodians."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="contributions")
    name = models.CharField(max_length=20)
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    commit = models.CharField(max_length=64, blank=True)
    document = models.BinaryField(null=True)
    signature = models.BinaryField(null=True)
    committed_at = models.DateTimeField(null=True)
    value = models.CharField(max_length=64, blank=True)
    revealed_at = models.DateTimeField(null=True)
    revealed_by = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="one_contribution_each")]


class EscrowShare(models.Model):
    """A custodian's opened share of a value that its contributor withheld."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="escrow")
    custodian = models.CharField(max_length=20)
    document = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contribution", "custodian"], name="one_escrow_share_each")
        ]
