"""What waits for a seat: its messages, and the documents it is asked to sign."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access, actions, queries
from accounts.access import SeatRequest
from accounts.forms import SignatureForm
from kernel import clock, pages
from kernel.domain import canonical


@access.seats()
@require_safe
def messages(request: SeatRequest) -> HttpResponse:
    """List a seat's messages, newest first."""
    found = queries.access_messages(request.seat)
    context = {"page": pages.page_of(request, found), "section": "messages"}
    return render(request, "accounts/messages.html", context)


@access.seats()
@require_POST
def open_message(request: SeatRequest, message_id: uuid.UUID) -> HttpResponse:
    """Mark a message as read and go to what it is about."""
    row = queries.access_message(request.seat, message_id)
    actions.read_message(request.seat, message_id, now=clock.now())
    return redirect(row.link or reverse("messages"))


@access.seats()
@require_POST
def read_messages(request: SeatRequest) -> HttpResponse:
    """Mark all messages as read."""
    actions.read_all_messages(request.seat, now=clock.now())
    return pages.done(request, _("All messages are marked as read."), "messages")


@access.seats()
@require_safe
def signatures(request: SeatRequest) -> HttpResponse:
    """List the documents that a seat is asked to sign."""
    rows = queries.access_signature_requests(request.seat)
    return render(request, "accounts/signatures.html", {"rows": rows, "section": "desk"})


@access.seats()
def sign(request: SeatRequest, request_id: uuid.UUID) -> HttpResponse:
    """Show a document and take the signature that the browser made under it."""
    row = queries.access_signature_request(request.seat, request_id)
    form = SignatureForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: actions.sign_request(
            request.seat, request_id, form.cleaned_data["signature"], now=clock.now()
        ),
        said=_("Your signature holds and is recorded."),
        then="signatures",
    )
    context = {
        "row": row,
        "form": form,
        "text": bytes(row.document).decode(),
        "document": canonical.b64(bytes(row.document)),
        "section": "desk",
    }
    return answer or pages.show(request, "accounts/sign.html", context, form)
