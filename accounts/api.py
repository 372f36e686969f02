"""The accounts part of the API: enrolment, certificate sign-in, signatures."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Schema, Status

from accounts import actions, queries
from accounts.domain.certificates import CertificateError
from accounts.sessions import open_session
from accounts.tokens import SeatAuth
from kernel import clock
from kernel.domain import canonical

router = Router(tags=["accounts"])


class Problem(Schema):
    """What went wrong, in one sentence."""

    detail: str


class EnrolIn(Schema):
    """An enrolment code, a certificate request in PEM, and a password for the browser (may be empty)."""

    code: str
    request_pem: str
    password: str = ""


class EnrolOut(Schema):
    """The seat that was enrolled and its certificate in PEM."""

    seat: uuid.UUID
    kind: str
    username: str
    organisation: str
    credit_code: str
    certificate_pem: str


class SignedIn(Schema):
    """A canonical JSON document as text and its CMS signature in base64."""

    document: str
    signature: str
    session: bool = False


class TokenOut(Schema):
    """A bearer token, its seat, and with `session` the CSRF token of the browser session."""

    token: str
    seat: uuid.UUID
    kind: str
    credit_code: str
    csrf: str = ""


class TicketOut(Schema):
    """An address that opens a browser session of this seat, once, for two minutes."""

    url: str


class RequestOut(Schema):
    """A document that waits for this seat's signature."""

    id: uuid.UUID
    title: str
    purpose: str
    document: str
    sha256: str
    due_at: str | None


class SignatureIn(Schema):
    """A CMS signature in base64."""

    signature: str


@router.post("/enrol", response={200: EnrolOut, 400: Problem}, auth=None)
def enrol(request: HttpRequest, body: EnrolIn) -> Any:
    """Exchange a one-time code for a certificate."""
    try:
        holder, pem = actions.enrol(body.code, body.request_pem.encode(), body.password, now=clock.now())
    except (actions.EnrolmentError, CertificateError) as error:
        return Status(400, {"detail": str(error)})
    except ValidationError as error:
        return Status(400, {"detail": " ".join(error.messages)})
    return {
        "seat": holder.id,
        "kind": holder.kind,
        "username": holder.username,
        "organisation": holder.organisation.name,
        "credit_code": holder.organisation.credit_code,
        "certificate_pem": pem,
    }


@router.post("/sign-in/challenge", response=dict[str, Any], auth=None)
def challenge(request: HttpRequest) -> Any:
    """Give a document to sign with the seat's certificate."""
    return actions.challenge()


@router.post("/sign-in", response={200: TokenOut, 403: Problem}, auth=None)
def sign_in(request: HttpRequest, body: SignedIn) -> Any:
    """Exchange a signed challenge for a token, and with `session` for a browser session too."""
    try:
        signature = canonical.unb64(body.signature)
        holder = actions.answer_challenge(body.document.encode(), signature, now=clock.now())
    except (actions.SignInError, canonical.NotCanonicalError) as error:
        return Status(403, {"detail": str(error)})
    csrf = ""
    if body.session:
        open_session(request, holder)
        csrf = get_token(request)
    return {
        "token": actions.give_token(holder),
        "seat": holder.id,
        "kind": holder.kind,
        "credit_code": holder.organisation.credit_code,
        "csrf": csrf,
    }


@router.post("/sign-in/ticket", response=TicketOut, auth=SeatAuth())
def ticket(request: HttpRequest) -> Any:
    """Give an address that opens a browser session of this seat once."""
    token = actions.give_token(request.auth, purpose="ticket")  # type: ignore[attr-defined]  # ninja sets it
    return {"url": f"{settings.SITE_URL}/sign-in/ticket/#{token}"}


@router.get("/signatures", response=list[RequestOut], auth=SeatAuth())
def signatures(request: HttpRequest) -> Any:
    """List what this seat is asked to sign."""
    rows = queries.access_signature_requests(request.auth)  # type: ignore[attr-defined]  # ninja sets it
    return [
        {
            "id": row.pk,
            "title": row.title,
            "purpose": row.purpose,
            "document": bytes(row.document).decode(),
            "sha256": row.sha256,
            "due_at": canonical.instant(row.due_at) if row.due_at else None,
        }
        for row in rows
    ]


@router.post("/signatures/{request_id}", response={200: dict[str, str], 400: Problem}, auth=SeatAuth())
def sign(request: HttpRequest, request_id: uuid.UUID, body: SignatureIn) -> Any:
    """Give the signature that a request asks for."""
    holder = request.auth  # type: ignore[attr-defined]  # ninja sets it
    queries.access_signature_request(holder, request_id)
    try:
        signature = canonical.unb64(body.signature)
    except canonical.NotCanonicalError as error:
        return Status(400, {"detail": str(error)})
    row = actions.sign_request(holder, request_id, signature, now=clock.now())
    return {"signed_at": canonical.instant(row.signed_at or clock.now())}
