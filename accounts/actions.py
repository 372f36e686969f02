"""Writes of accounts, one verb a function: seats, certificates, sign-in, messages, signatures."""

import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.contrib.auth import password_validation
from django.db import transaction

from accounts import authority, queries, vault
from accounts.domain import certificates, cms, identity
from accounts.domain.seats import SeatKind, certificate_is_personal
from accounts.events import DocumentSigned
from accounts.models import (
    Certificate,
    Challenge,
    Enrolment,
    Message,
    Organisation,
    Person,
    Seat,
    SignatureRequest,
    Token,
    TrustAnchor,
    User,
)
from accounts.queries import Holder
from kernel import journal, outbox
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError

CHALLENGE_SECONDS = 120
TOKEN_SECONDS = 8 * 3600
TICKET_SECONDS = 120


class SignInError(Exception):
    """A sign-in that failed; says as little as an attacker may know."""


class EnrolmentError(Exception):
    """An enrolment code that is unknown or used."""


@dataclass(frozen=True, slots=True)
class NewSeat:
    """What an import or the bootstrap knows of a seat to be made."""

    username: str
    kind: SeatKind
    credit_code: str
    person_name: str
    resident_number: str
    phone: str = ""
    email: str = ""


def save_organisation(
    *, actor: str, now: datetime, credit_code: str, name: str, **fields: Any
) -> Organisation:
    """Make or correct an organisation; the credit code is checked and never changes."""
    code = identity.credit_code(credit_code)
    with transaction.atomic():
        defaults = {"name": name, **fields}
        row, made = Organisation.objects.update_or_create(
            credit_code=code,
            defaults=defaults,
            create_defaults={**defaults, "created_at": now},
        )
        journal.record(
            f"accounts:organisation:{'made' if made else 'corrected'}",
            actor=actor,
            at=now,
            payload={"credit_code": code, "name": name},
        )
    return row


def make_seat(new: NewSeat, *, actor: str, now: datetime) -> str | None:
    """Make an account with its one seat and return its one-time enrolment code; None if it exists as it is.

    Raises RefusedError (A-06) when the account exists with another seat.
    """
    with transaction.atomic():
        known = Seat.objects.select_related("organisation").filter(user__username=new.username).first()
        if known is not None:
            if (known.kind, known.organisation.credit_code) == (new.kind, new.credit_code):
                return None
            facts = {"account": new.username, "seat": known.kind, "wanted": new.kind}
            raise RefusedError(Refused("A-06", "one_seat_per_account", facts))
        organisation = Organisation.objects.get(credit_code=new.credit_code)
        user = User.objects.create_user(new.username, new.email)
        seat = Seat.objects.create(
            user=user, organisation=organisation, person=_person(new), kind=new.kind, created_at=now
        )
        code = secrets.token_urlsafe(18)
        Enrolment.objects.create(seat=seat, code_sha256=_sha256(code), issued_at=now)
        journal.record(
            "accounts:seat:made",
            actor=actor,
            at=now,
            payload={"seat": str(seat.pk), "kind": new.kind, "organisation": new.credit_code},
        )
    return code


def end_seat(seat_id: uuid.UUID, *, by: Holder, reason: str, now: datetime) -> None:
    """End a seat for good; its certificates are revoked and its tokens dropped."""
    with transaction.atomic():
        seat = Seat.objects.select_for_update(of=("self",)).get(pk=seat_id)
        if seat.ended_at is not None:
            return
        seat.ended_at = now
        seat.save(update_fields=["ended_at"])
        seat.certificates.filter(revoked_at__isnull=True).update(revoked_at=now)
        Token.objects.filter(seat=seat).delete()
        journal.record(
            "accounts:seat:ended", actor=by.actor, at=now, payload={"seat": str(seat_id), "reason": reason}
        )


def renew_enrolment(seat_id: uuid.UUID, *, by: Holder, reason: str, now: datetime) -> str:
    """Give a seat a new one-time code after a lost key; its old certificates are revoked (recovery)."""
    with transaction.atomic():
        seat = Seat.objects.get(pk=seat_id, ended_at__isnull=True)
        code = secrets.token_urlsafe(18)
        Enrolment.objects.update_or_create(
            seat=seat, defaults={"code_sha256": _sha256(code), "issued_at": now, "used_at": None}
        )
        seat.certificates.filter(revoked_at__isnull=True).update(revoked_at=now)
        Token.objects.filter(seat=seat).delete()
        payload = {"seat": str(seat_id), "reason": reason}
        journal.record("accounts:seat:recovered", actor=by.actor, at=now, payload=payload)
    return code


def enrol(code: str, request_pem: bytes, password: str, *, now: datetime) -> tuple[Holder, str]:
    """Use an enrolment code: certify the key of the request, set the password; returns seat and PEM chain.

    Raises EnrolmentError, CertificateError, or Django's ValidationError for a weak password.
    """
    with transaction.atomic():
        row = (
            Enrolment.objects.select_for_update(of=("self",))
            .select_related("seat__organisation", "seat__person", "seat__user")
            .filter(code_sha256=_sha256(code), used_at__isnull=True, seat__ended_at__isnull=True)
            .first()
        )
        if row is None:
            raise EnrolmentError("the enrolment code is unknown or was used; ask the operator for a new one")
        seat = row.seat
        if password:
            password_validation.validate_password(password, seat.user)
            seat.user.set_password(password)
            seat.user.save(update_fields=["password"])
        certificate = authority.issue(request_pem, _subject(seat))
        _store_certificate(seat, certificate)
        row.used_at = now
        row.save(update_fields=["used_at"])
        facts = certificates.facts(certificate)
        journal.record(
            "accounts:certificate:issued",
            actor=journal.seat_actor(seat.pk),
            at=now,
            payload={"seat": str(seat.pk), "fingerprint": facts.fingerprint, "serial": facts.serial},
        )
    pem = certificates.to_bundle([certificate]).decode()
    return queries.holder(seat.pk), pem


def add_certificate(pem: bytes, seat_id: uuid.UUID, *, by: Holder, now: datetime) -> None:
    """Register a licensed authority's certificate for a seat; it must name the seat's organisation."""
    certificate = certificates.load_bundle(pem)[0]
    with transaction.atomic():
        seat = Seat.objects.select_related("organisation").get(pk=seat_id, ended_at__isnull=True)
        facts = certificates.facts(certificate)
        if facts.credit_code != seat.organisation.credit_code:
            named = {"certificate": facts.credit_code, "seat": seat.organisation.credit_code}
            raise RefusedError(Refused("A-06", "certificate_of_another", named))
        _store_certificate(seat, certificate)
        payload = {"seat": str(seat_id), "fingerprint": facts.fingerprint, "serial": facts.serial}
        journal.record("accounts:certificate:added", actor=by.actor, at=now, payload=payload)


def add_trust_anchor(name: str, pem: str, *, actor: str, now: datetime, test_only: bool = False) -> None:
    """Add a root to the trust store."""
    for certificate in certificates.load_bundle(pem.encode()):
        fingerprint = certificates.fingerprint(certificate)
        with transaction.atomic():
            one = certificates.to_bundle([certificate]).decode()
            _, made = TrustAnchor.objects.get_or_create(
                fingerprint=fingerprint,
                defaults={"name": name, "pem": one, "test_only": test_only, "added_at": now},
            )
            if made:
                payload = {"name": name, "fingerprint": fingerprint}
                journal.record("accounts:trust:added", actor=actor, at=now, payload=payload)


def challenge() -> dict[str, Any]:
    """Return a fresh sign-in challenge, a document that only this platform's address can use."""
    nonce = secrets.token_hex(32)
    Challenge.objects.filter(expires__lt=time.time()).delete()
    Challenge.objects.create(nonce=nonce, expires=time.time() + CHALLENGE_SECONDS)
    return {"domain": "yangguang/sign-in/v1", "origin": settings.SITE_URL, "nonce": nonce}


def answer_challenge(data: bytes, signature: bytes, *, now: datetime) -> Holder:
    """Check a signed challenge and return the seat that signed it; raises SignInError."""
    try:
        signed = cms.verify_json(data, signature, queries.roots(), now, domain="yangguang/sign-in/v1")
    except (cms.SignatureError, canonical.NotCanonicalError) as error:
        raise SignInError("the signature does not hold") from error
    fresh = Challenge.objects.filter(nonce=signed.value.get("nonce", ""), used=False, expires__gt=time.time())
    if signed.value.get("origin") != settings.SITE_URL or not fresh.update(used=True):
        raise SignInError("the challenge is unknown, used or too old; ask for a new one")
    holder = queries.seat_of_certificate(signed.signer.fingerprint)
    if holder is None:
        raise SignInError("this certificate belongs to no live seat")
    return holder


def give_token(holder: Holder, *, purpose: str = "api") -> str:
    """Return a new bearer token of a seat: `api` for tools, `ticket` to open a browser session once."""
    token = secrets.token_urlsafe(32)
    life = TICKET_SECONDS if purpose == "ticket" else TOKEN_SECONDS
    Token.objects.filter(expires__lt=time.time()).delete()
    Token.objects.create(
        digest=_sha256(token), seat_id=holder.id, purpose=purpose, expires=time.time() + life
    )
    return token


def use_ticket(token: str) -> Holder | None:
    """Take a browser ticket: returns its seat, once."""
    holder = queries.token_seat(token, "ticket")
    used, _ = Token.objects.filter(digest=_sha256(token), purpose="ticket").delete()
    return holder if used else None


def notify(
    seat_id: uuid.UUID,
    kind: str,
    *,
    key: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
    link: str = "",
    rule: str = "",
    due_at: datetime | None = None,
) -> bool:
    """Write a message to a seat; the same key is written once. Returns whether it is new."""
    _, made = Message.objects.get_or_create(
        seat_id=seat_id,
        key=f"{kind}:{key}",
        defaults={
            "kind": kind,
            "facts": facts or {},
            "link": link,
            "rule": rule,
            "due_at": due_at,
            "at": now,
            "send_at": now,
        },
    )
    return made


def read_message(reader: Holder, message_id: uuid.UUID, *, now: datetime) -> bool:
    """Mark a message of one's own as read."""
    mine = Message.objects.filter(pk=message_id, seat_id=reader.id, read_at__isnull=True)
    return bool(mine.update(read_at=now))


def read_all_messages(reader: Holder, *, now: datetime) -> int:
    """Mark all of one's own messages as read; returns how many were not."""
    return Message.objects.filter(seat_id=reader.id, read_at__isnull=True).update(read_at=now)


def request_signature(
    seat_id: uuid.UUID,
    document: Any,
    *,
    purpose: str,
    reference: str,
    title: str,
    now: datetime,
    lot: uuid.UUID | None = None,
    due_at: datetime | None = None,
) -> SignatureRequest:
    """Ask a seat to sign a document; asking the same again gives the same request."""
    data = canonical.to_bytes(document)
    row, _ = SignatureRequest.objects.get_or_create(
        seat_id=seat_id,
        purpose=purpose,
        reference=reference,
        defaults={
            "title": title,
            "document": data,
            "sha256": canonical.sha256(data),
            "lot_id": lot,
            "due_at": due_at,
            "asked_at": now,
        },
    )
    return row


def withdraw_requests(purpose: str, reference: str, *, now: datetime) -> int:
    """Withdraw the open requests of a reference, because the document changed."""
    rows = SignatureRequest.objects.filter(
        purpose=purpose, reference__startswith=reference, signed_at__isnull=True, withdrawn_at__isnull=True
    )
    return rows.update(withdrawn_at=now)


def sign_request(
    signer: Holder, request_id: uuid.UUID, signature: bytes, *, now: datetime
) -> SignatureRequest:
    """Take a seat's signature under a requested document; signing again changes nothing.

    Raises RefusedError when the signature does not hold or is another seat's.
    """
    with transaction.atomic():
        row = SignatureRequest.objects.select_for_update().get(pk=request_id, seat_id=signer.id)
        if row.signed_at is not None:
            return row
        if row.withdrawn_at is not None:
            raise RefusedError(Refused("S-09", "request_withdrawn", {"title": row.title}))
        check_signature(signer, bytes(row.document), signature, now=now)
        row.signature, row.signed_at = signature, now
        row.save(update_fields=["signature", "signed_at"])
        journal.record(
            "accounts:document:signed",
            actor=signer.actor,
            at=now,
            lot=row.lot_id,
            org=signer.organisation.credit_code if row.lot_id else "",
            payload={
                "purpose": row.purpose,
                "document": row.sha256,
                "signature": canonical.sha256(signature),
            },
        )
        outbox.publish(
            DocumentSigned(request=row.pk, purpose=row.purpose, reference=row.reference, seat=signer.id)
        )
    return row


def check_signature(signer: Holder, document: bytes, signature: bytes, *, now: datetime) -> Any:
    """Return the document's value if this seat's registered certificate signed it; raises RefusedError."""
    try:
        domain = str(canonical.from_bytes(document)["domain"])
        signed = cms.verify_json(document, signature, queries.roots(), now, domain=domain)
    except (cms.SignatureError, canonical.NotCanonicalError, KeyError, TypeError) as error:
        raise RefusedError(Refused("S-09", "signature_broken", {"why": str(error)})) from error
    owner = queries.seat_of_certificate(signed.signer.fingerprint)
    if owner is None or owner.id != signer.id:
        named = {"certificate": signed.signer.organisation, "seat": signer.organisation.name}
        raise RefusedError(Refused("S-09", "signature_of_another", named))
    return signed.value


def _subject(seat: Seat) -> certificates.Subject:
    organisation = seat.organisation
    if certificate_is_personal(seat.kind) and seat.person is not None:
        return certificates.Subject(
            credit_code=organisation.credit_code,
            organisation=organisation.name,
            person=seat.person.name,
            seat=str(seat.pk),
        )
    return certificates.Subject(credit_code=organisation.credit_code, organisation=organisation.name)


def _store_certificate(seat: Seat, certificate: Any) -> None:
    facts = certificates.facts(certificate)
    Certificate.objects.create(
        seat=seat,
        der=certificate.public_bytes(Encoding.DER),
        fingerprint=facts.fingerprint,
        serial=facts.serial,
        not_before=facts.not_before,
        not_after=facts.not_after,
    )


def _person(new: NewSeat) -> Person:
    number = identity.resident_number(new.resident_number)
    row, _ = Person.objects.get_or_create(
        number_hmac=vault.keyed(number),
        defaults={
            "name": new.person_name,
            "number_sealed": vault.seal(number),
            "phone": new.phone,
            "email": new.email,
        },
    )
    return row


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
