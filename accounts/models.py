"""Organisations, people, accounts and their one seat, certificates, messages and requests for a signature."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.domain.seats import SeatKind


class Organisation(models.Model):
    """A legal person or state body, named by its credit code."""

    class Size(models.TextChoices):
        """Enterprise size as the SME rules class it; OTHER is no enterprise."""

        LARGE = "large"
        MEDIUM = "medium"
        SMALL = "small"
        MICRO = "micro"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    credit_code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=64)
    region = models.CharField(max_length=6)
    size = models.CharField(max_length=8, choices=Size.choices, default=Size.OTHER)
    private = models.BooleanField(default=False)
    parent_code = models.CharField(max_length=18, blank=True)
    account_bank = models.CharField(max_length=80, blank=True)
    account_number = models.CharField(max_length=40, blank=True)
    account_name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()


class Person(models.Model):
    """A natural person; the resident number is sealed, its keyed hash finds the same person again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=40)
    number_sealed = models.BinaryField()
    number_hmac = models.CharField(max_length=64, unique=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)


class UserManager(BaseUserManager["User"]):
    """Makes accounts by username."""

    def create_user(self, username: str, email: str = "", password: str | None = None) -> "User":
        """Make an account; without a password only a certificate signs in."""
        user = self.model(username=username, email=email)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account: what signs in. What it may do is its seat."""

    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Answer Django's own question with no: seats decide, not permissions."""
        return False

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002 - Django's signature
        """Answer Django's own question with no."""
        return False


class Seat(models.Model):
    """The one role of an account, held for an organisation by a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.OneToOneField(User, models.PROTECT, related_name="seat")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="seats")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in SeatKind])
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Enrolment(models.Model):
    """A one-time code by which a seat's holder gets a certificate and sets a password."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="enrolment")
    code_sha256 = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class TrustAnchor(models.Model):
    """A root that signatures may lead to: the platform's test authority, or a licensed one added beside it."""

    name = models.CharField(max_length=80)
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    test_only = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)


class Certificate(models.Model):
    """A certificate that a seat signs with."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="certificates")
    der = models.BinaryField()
    fingerprint = models.CharField(max_length=64, unique=True)
    serial = models.CharField(max_length=40)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Challenge(models.Model):
    """A sign-in challenge, good once and for a short real time."""

    nonce = models.CharField(max_length=64, primary_key=True)
    expires = models.FloatField()
    used = models.BooleanField(default=False)


class Token(models.Model):
    """A bearer token of a tool; only its hash is kept. Sessions and tokens live in real time."""

    digest = models.CharField(max_length=64, primary_key=True)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="tokens")
    purpose = models.CharField(max_length=10, default="api")
    expires = models.FloatField()


class Message(models.Model):
    """A message to a seat: what happened, what to do, until when, under which rule.

    `send_at`: when mail and SMS are tried, or tried again; null when that is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    facts = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    rule = models.CharField(max_length=20, blank=True)
    due_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=40, blank=True)
    send_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "key"], name="one_message_per_key")]
        indexes = [
            models.Index(fields=["seat", "-at"]),
            models.Index(
                fields=["send_at"], condition=models.Q(send_at__isnull=False), name="message_to_send"
            ),
        ]


class SignatureRequest(models.Model):
    """A document that a seat is asked to sign with its certificate; answered once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="signature_requests")
    purpose = models.CharField(max_length=40)
    reference = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    lot_id = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    signature = models.BinaryField(null=True)
    signed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat", "purpose", "reference"], name="asked_once_per_reference")
        ]
