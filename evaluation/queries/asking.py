"""Reads of clarifications: the committee sees all of its own, a bidder those that were put to it."""

import uuid

from django.http import Http404

from accounts.queries import Holder
from evaluation.models import Clarification, Session


def clarifications(session: Session) -> list[Clarification]:
    """Return a session's questions in order."""
    return list(Clarification.objects.filter(session=session).order_by("asked_at", "pk"))


def access_clarification(reader: Holder, clarification_id: uuid.UUID) -> Clarification:
    """Return a question that was put to the reader's organisation; else 404."""
    row = (
        Clarification.objects.select_related("session")
        .filter(pk=clarification_id, organisation_id=reader.organisation.id)
        .first()
    )
    if row is None:
        raise Http404
    return row


def access_clarifications(reader: Holder) -> list[Clarification]:
    """Return the questions that were put to the reader's organisation, newest first."""
    rows = Clarification.objects.select_related("session").filter(organisation_id=reader.organisation.id)
    return list(rows.order_by("-asked_at", "pk")[:200])
