"""Banks and issuers, what was given for each bid, the ledger, refunds, and the calls that carry all this out."""

import uuid

from django.db import models

from deposits.domain.lifecycle import Deposit as DepositState


class Institution(models.Model):
    """A guarantee issuer, or the bank that holds deposits: its address and its public prices."""

    class Kind(models.TextChoices):
        """What it does here."""

        ISSUER = "issuer"
        BANK = "bank"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    base_url = models.CharField(max_length=200)
    fee_rate = models.DecimalField(max_digits=9, decimal_places=6, default=0)
    fee_floor = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    interest_rate = models.DecimalField(max_digits=9, decimal_places=6, default=0)
    day_basis = models.PositiveSmallIntegerField(default=360)
    active = models.BooleanField(default=True)
    changed_by = models.CharField(max_length=60)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "organisation"], name="one_institution_per_kind"),
            models.UniqueConstraint(
                fields=["kind"], name="one_bank", condition=models.Q(kind="bank", active=True)
            ),
            models.CheckConstraint(
                condition=models.Q(fee_rate__gte=0, fee_rate__lt=1, fee_floor__gte=0, interest_rate__gte=0),
                name="lawful_prices",
            ),
        ]


class LotAccount(models.Model):
    """A lot's account at the bank that it was published with, and the bank's report once it came."""

    lot = models.OneToOneField("tender.Lot", models.PROTECT, primary_key=True, related_name="+")
    bank = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    report = models.BinaryField(null=True)
    report_signature = models.BinaryField(null=True)
    reported_at = models.DateTimeField(null=True)
    fates_at = models.DateTimeField(null=True)


class BidFate(models.Model):
    """What became of an organisation's bid on a lot, as bidding handed it down after T."""

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    bidder = models.CharField(max_length=18)
    fate = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "bidder"], name="one_fate_per_bidder")]


class Deposit(models.Model):
    """What one bidder gave in one form on one lot, what is found about it, and when it goes back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    bidder = models.CharField(max_length=18)
    name = models.CharField(max_length=64)
    form = models.CharField(max_length=10)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    required = models.DecimalField(max_digits=18, decimal_places=2)
    state = models.CharField(max_length=12, default=DepositState.UNPAID)
    state_at = models.DateTimeField()
    findings = models.JSONField(default=list)
    due_cause = models.CharField(max_length=20, blank=True)
    due_rule = models.CharField(max_length=20, blank=True)
    due_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    alerted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    interest = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    overdue_fee = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "bidder", "form"], name="one_deposit_per_form"),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, required__gte=0), name="deposits_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]


class Guarantee(models.Model):
    """The guarantee of a deposit as it lay in the opened bid, and what its issuer says of it."""

    deposit = models.OneToOneField(Deposit, models.PROTECT, primary_key=True, related_name="guarantee")
    number = models.CharField(max_length=80)
    issuer = models.CharField(max_length=18)
    issuer_name = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    document = models.BinaryField(null=True)
    signature = models.BinaryField(null=True)
    valid_until = models.DateTimeField(null=True)
    standing = models.CharField(max_length=12)
    checked_at = models.DateTimeField(null=True)
    fee = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    fee_account = models.CharField(max_length=200, blank=True)
    fee_payer = models.CharField(max_length=200, blank=True)
    fee_reference = models.CharField(max_length=200, blank=True)


class Transfer(models.Model):
    """One payment of the bank's report; irregular or not, it is recorded as it came."""

    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    deposit = models.ForeignKey(Deposit, models.PROTECT, null=True, related_name="transfers")
    bidder = models.CharField(max_length=18)
    subaccount = models.CharField(max_length=200)
    payer_account = models.CharField(max_length=200)
    payer_name = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    paid_at = models.DateTimeField()
    reference = models.CharField(max_length=200, unique=True)
    irregular = models.JSONField(default=list)
    returned_at = models.DateTimeField(null=True)
    returned_reference = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_above_zero")]


class Refund(models.Model):
    """A payment back to the account from which a transfer came; the bank is told once by its reference."""

    transfer = models.OneToOneField(Transfer, models.PROTECT, primary_key=True, related_name="refund")
    reference = models.CharField(max_length=220, unique=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    interest = models.DecimalField(max_digits=18, decimal_places=2)
    instructed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    bank_reference = models.CharField(max_length=200, blank=True)


class Decision(models.Model):
    """A decision on a deposit that no statute makes by itself: proposed by one person, made by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=8)
    ground = models.CharField(max_length=30, blank=True)
    reason = models.TextField()
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deposit"], name="one_open_decision", condition=models.Q(decided_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="deposit_four_eyes",
            ),
        ]


class LedgerMovement(models.Model):
    """Money moved from one account to another: one row is both postings, so the ledger always sums to zero."""

    reference = models.CharField(max_length=300, unique=True)
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    debit = models.CharField(max_length=100, db_index=True)
    credit = models.CharField(max_length=100, db_index=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    trigger = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="movements_above_zero"),
            models.CheckConstraint(condition=~models.Q(debit=models.F("credit")), name="two_accounts"),
        ]


class Call(models.Model):
    """A signed request to a bank or issuer that must be answered; sent again until it is, known by its key."""

    key = models.CharField(max_length=300, unique=True)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    lot = models.ForeignKey("tender.Lot", models.PROTECT, related_name="+")
    call = models.CharField(max_length=20)
    data = models.JSONField()
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    answer = models.BinaryField(null=True)
    answer_signature = models.BinaryField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="calls_open", condition=models.Q(answered_at__isnull=True))
        ]
