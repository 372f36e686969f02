"""Reads of accounts; `access_*` functions are the only way to a row for a user."""

import hashlib
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from accounts import authority
from accounts.domain import certificates
from accounts.domain.seats import SeatKind
from accounts.models import (
    Certificate,
    Enrolment,
    Message,
    Organisation,
    Seat,
    SignatureRequest,
    Token,
    TrustAnchor,
)
from kernel import journal


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as other apps name it."""

    id: uuid.UUID
    credit_code: str
    name: str
    region: str
    size: str
    private: bool
    parent_code: str
    account_number: str
    account_name: str
    account_bank: str

    def as_json(self) -> dict[str, str]:
        """Return name and credit code, as notices and guarantees carry them."""
        return {"name": self.name, "credit_code": self.credit_code}


@dataclass(frozen=True, slots=True)
class Holder:
    """A seat as a request carries it: its kind, its organisation, and its name in the journal."""

    id: uuid.UUID
    kind: SeatKind
    organisation: Party
    username: str
    person: str
    person_id: uuid.UUID | None = None

    @property
    def actor(self) -> str:
        """How the journal names this seat."""
        return journal.seat_actor(self.id)


def as_party(row: Organisation) -> Party:
    """Return an organisation that was read already."""
    return Party(**{name: getattr(row, name) for name in Party.__slots__})


def _holder(row: Seat) -> Holder:
    return Holder(
        id=row.pk,
        kind=SeatKind(row.kind),
        organisation=as_party(row.organisation),
        username=row.user.username,
        person=row.person.name if row.person else "",
        person_id=row.person_id,
    )


def holder_of(user_id: int) -> Holder | None:
    """Return the live seat of an account."""
    row = _seats().filter(user_id=user_id, ended_at__isnull=True, user__is_active=True).first()
    return _holder(row) if row else None


def holder(seat_id: uuid.UUID) -> Holder:
    """Return a seat that is known to exist, ended or not."""
    return _holder(_seats().get(pk=seat_id))


def holders(*, kind: SeatKind, organisation: uuid.UUID | None = None) -> list[Holder]:
    """Return the live seats of a kind, of one organisation or of all, in order of their making."""
    rows = _seats().filter(kind=kind, ended_at__isnull=True)
    if organisation is not None:
        rows = rows.filter(organisation_id=organisation)
    return [_holder(row) for row in rows.order_by("created_at", "id")]


def party(organisation_id: uuid.UUID) -> Party:
    """Return an organisation that is known to exist."""
    return as_party(Organisation.objects.get(pk=organisation_id))


def party_by_code(code: str) -> Party | None:
    """Return the organisation of a credit code."""
    row = Organisation.objects.filter(credit_code=code).first()
    return as_party(row) if row else None


def parties_by_code(codes: Iterable[str]) -> dict[str, Party]:
    """Return the organisations of credit codes, by code."""
    return {row.credit_code: as_party(row) for row in Organisation.objects.filter(credit_code__in=set(codes))}


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat as the operator's list shows it; `enrolled` tells whether its certificate stands."""

    id: uuid.UUID
    username: str
    kind: SeatKind
    organisation: str
    credit_code: str
    person: str
    created_at: datetime
    ended_at: datetime | None
    enrolled: bool
    code_waits: bool


def access_seats(reader: Holder, *, kind: str = "", text: str = "") -> list[SeatLine]:
    """Return the seats to an operator or the security auditor, by organisation and account; to others none."""
    if reader.kind not in (SeatKind.OPERATOR, SeatKind.AUDITOR):
        return []
    live = Certificate.objects.filter(seat=OuterRef("pk"), revoked_at__isnull=True)
    waits = Enrolment.objects.filter(seat=OuterRef("pk"), used_at__isnull=True)
    rows = _seats().annotate(enrolled=Exists(live), code_waits=Exists(waits))
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(
            Q(user__username__icontains=text)
            | Q(organisation__name__icontains=text)
            | Q(organisation__credit_code__icontains=text)
            | Q(person__name__icontains=text)
        )
    return [_seat_line(row) for row in rows.order_by("organisation__name", "user__username")]


def access_seat(reader: Holder, seat_id: uuid.UUID) -> SeatLine:
    """Return one seat to an operator; else 404."""
    found = [line for line in access_seats(reader) if line.id == seat_id]
    if not found:
        raise Http404
    return found[0]


def _seat_line(row: Any) -> SeatLine:
    return SeatLine(
        id=row.pk,
        username=row.user.username,
        kind=SeatKind(row.kind),
        organisation=row.organisation.name,
        credit_code=row.organisation.credit_code,
        person=row.person.name if row.person else "",
        created_at=row.created_at,
        ended_at=row.ended_at,
        enrolled=row.enrolled,
        code_waits=row.code_waits,
    )


def access_organisations(reader: Holder, *, text: str = "") -> list[Party]:
    """Return the organisations to an operator, by name; to others none."""
    if reader.kind is not SeatKind.OPERATOR:
        return []
    rows = Organisation.objects.order_by("name", "credit_code")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(credit_code__icontains=text))
    return [as_party(row) for row in rows]


def trust_anchors() -> list[TrustAnchor]:
    """Return the roots of the trust store in the order in which they were added."""
    return list(TrustAnchor.objects.filter(removed_at__isnull=True).order_by("added_at", "pk"))


def parties(*, with_seat: SeatKind | None = None) -> list[Party]:
    """Return the organisations, of those that have a live seat of a kind or of all, by name."""
    rows = Organisation.objects.order_by("name", "credit_code")
    if with_seat is not None:
        rows = rows.filter(seats__kind=with_seat, seats__ended_at__isnull=True).distinct()
    return [as_party(row) for row in rows]


def roots() -> tuple[x509.Certificate, ...]:
    """Return the certificates of the trust store."""
    pems = TrustAnchor.objects.filter(removed_at__isnull=True).order_by("pk").values_list("pem", flat=True)
    return tuple(c for pem in pems for c in certificates.load_bundle(pem.encode()))


def roots_pem() -> str:
    """Return the trust store as a PEM bundle."""
    pems = TrustAnchor.objects.filter(removed_at__isnull=True).order_by("pk").values_list("pem", flat=True)
    return "".join(pems)


def platform_certificate() -> tuple[str, str]:
    """Return the platform's certificate in PEM and its SHA-256 fingerprint."""
    certificate = authority.platform_certificate()
    return certificates.to_bundle([certificate]).decode(), certificates.fingerprint(certificate)


def seat_of_certificate(fingerprint: str) -> Holder | None:
    """Return the live seat that signs with a certificate that is not revoked."""
    row = (
        Certificate.objects.filter(fingerprint=fingerprint, revoked_at__isnull=True)
        .values_list("seat_id", flat=True)
        .first()
    )
    seat = _seats().filter(pk=row, ended_at__isnull=True, user__is_active=True).first() if row else None
    return _holder(seat) if seat else None


def token_seat(token: str, purpose: str = "api") -> Holder | None:
    """Return the live seat of a bearer token."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    row = Token.objects.filter(digest=digest, purpose=purpose, expires__gt=time.time()).first()
    seat = _seats().filter(pk=row.seat_id, ended_at__isnull=True).first() if row else None
    return _holder(seat) if seat else None


def access_messages(reader: Holder) -> list[Message]:
    """Return a seat's messages, newest first."""
    return list(Message.objects.filter(seat_id=reader.id).order_by("-at", "-pk")[:500])


def access_message(reader: Holder, message_id: uuid.UUID) -> Message:
    """Return one of a seat's messages; 404 for anybody else's."""
    row = Message.objects.filter(pk=message_id, seat_id=reader.id).first()
    if row is None:
        raise Http404
    return row


def unread_count(reader: Holder) -> int:
    """Return how many messages a seat has not read."""
    return Message.objects.filter(seat_id=reader.id, read_at__isnull=True).count()


def access_signature_requests(reader: Holder) -> list[SignatureRequest]:
    """Return what a seat is asked to sign and has not, oldest first."""
    rows = SignatureRequest.objects.filter(
        seat_id=reader.id, signed_at__isnull=True, withdrawn_at__isnull=True
    )
    return list(rows.order_by("asked_at", "pk"))


def access_signature_request(reader: Holder, request_id: uuid.UUID) -> SignatureRequest:
    """Return one of a seat's requests; 404 for anybody else's."""
    row = SignatureRequest.objects.filter(pk=request_id, seat_id=reader.id).first()
    if row is None:
        raise Http404
    return row


def signature_requests(purpose: str, reference: str) -> list[SignatureRequest]:
    """Return all requests of a purpose and reference prefix, for the app that asked them."""
    rows = SignatureRequest.objects.filter(purpose=purpose, reference__startswith=reference)
    return list(rows.order_by("asked_at", "pk"))


def _seats() -> "QuerySet[Seat]":
    return Seat.objects.select_related("organisation", "person", "user")
