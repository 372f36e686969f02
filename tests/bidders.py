"""What bidders of the tests do on their own machines: seal files, upload them, sign withdrawals and consents."""

import json
from decimal import Decimal
from functools import lru_cache

from bidding import queries
from bidding.actions import sealing, withdrawing
from bidding.domain import opening, statements
from bidding.domain.notice import Reading
from bidding.sealing import seal
from kernel import clock
from kernel.domain import canonical
from kernel.upload import receive, stamps
from kernel.upload.stamps import Stamp
from tender import queries as tender


def reading(lot):
    """A lot's notice as a client reads it, without its own trust folder."""
    record = tender.lot(lot)
    return Reading(queries.notice_of(record), ())


@lru_cache(maxsize=1)
def nothing():
    """A nonce for whoever needs one."""
    return b"\x07" * 32


def fields(price, **more):
    """The opening fields of a bid."""
    return opening.build_fields(
        price=Decimal(price), period_days=180, quality="合格", enterprise="medium", **more
    )


def seal_files(
    actor, lot, folder, *, price="9800000.00", documents=None, supersedes=None, poison=None, **more
):
    """Seal a bid into a folder; returns what the client keeps. `poison` stands in place of the opening fields."""
    inbox = folder / "in"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "opening.json").write_bytes(poison or canonical.to_bytes(fields(price, **more)))
    files = {"opening": {"opening.json": inbox / "opening.json"}}
    found = reading(lot)
    if "documents" in found.notice.parts:
        (inbox / "plan.txt").write_bytes(documents or b"the plan of " + actor.username.encode())
        files["documents"] = {"plan.txt": inbox / "plan.txt"}
    return seal.seal_bid(
        found,
        bidder=actor.holder.organisation.credit_code,
        files=files,
        folder=folder / "out",
        supersedes=supersedes,
        client_time=clock.now(),
    )


def shares_of(sealed, folder):
    """The share files of a sealed bid as the declaration carries them."""
    found = {}
    for part in sealed.statement["parts"]:
        for role in part["shares"]:
            name = statements.share_name(part["name"], role)
            found.setdefault(part["name"], {})[role] = (folder / "out" / name).read_bytes()
    return found


def declare(actor, lot, sealed, folder, **changes):
    """Declare a sealed bid."""
    statement = {**sealed.statement, **changes}
    data = canonical.to_bytes(statement)
    return sealing.declare(
        actor.holder, lot, data, actor.sign(statement), shares_of(sealed, folder), now=clock.now()
    )


def upload(bid, folder, *, part=None, at=None, data=None):
    """Upload a bid's parts as the upload app does when their last byte has come."""
    for row in queries.parts(bid.pk):
        if part not in (None, row.name):
            continue
        content = data or (folder / "out" / statements.container_name(row.name)).read_bytes()
        stamps.part_path(row.upload_id).write_bytes(content)
        receive.complete(
            Stamp(row.upload_id, at or clock.now(), canonical.sha256(content), len(content), "test")
        )


def submit(actor, lot, folder, **kwargs):
    """Seal, declare and upload a bid; returns the stored bid and what the client keeps."""
    sealed = seal_files(actor, lot, folder, **kwargs)
    bid = declare(actor, lot, sealed, folder)
    upload(bid, folder)
    bid.refresh_from_db()
    return bid, sealed


def withdraw(actor, bid, nonce=None):
    """Withdraw a bid with a signed withdrawal."""
    statement = queries.statement_of(bid, queries.notice_of(tender.lot(bid.lot_id)))
    value = statements.build_withdrawal(statement, nonce or nothing())
    return withdrawing.withdraw(
        actor.holder, bid.pk, canonical.to_bytes(value), actor.sign(value), now=clock.now()
    )


def last_record(bid_id):
    """The newest signed record about a bid, as JSON."""
    from bidding.models import SignedRecord

    row = SignedRecord.objects.filter(bid=bid_id).order_by("-pk").first()
    return json.loads(bytes(row.record))
