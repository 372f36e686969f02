"""Who may read the documents of opened bids: members who sit and have declared, nobody else (V-12)."""

import uuid

from django.http import Http404

from accounts.queries import Holder
from evaluation.domain.lifecycle import MemberState
from evaluation.models import Member
from evaluation.queries import committee, judging


def access_documents(reader: Holder, lot_id: uuid.UUID) -> Member:
    """Return the reader's seat on a committee once it may see documents; else 404."""
    member = committee.access_member(reader, lot_id)
    if member.state == MemberState.SEATED or member.session.begun_at is None:
        raise Http404
    return member


def access_bid(reader: Holder, lot_id: uuid.UUID, bid: str) -> Member:
    """Return the reader's seat on the committee that judges a bid; else 404."""
    member = access_documents(reader, lot_id)
    if bid not in judging.bench(member.session).opened:
        raise Http404
    return member
