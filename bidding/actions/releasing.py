"""The release list: which bids the custodians release, for which reason, signed and logged before any share is."""

from collections.abc import Sequence
from datetime import datetime

from accounts import actions as account_actions, authority
from bidding.actions import staging
from bidding.domain import faults, opening
from bidding.models import Hall
from bidding.queries import facts, notice_of
from kernel import journal
from kernel.domain import canonical
from tender import queries as tender
from tender.queries import LotRecord


def sign_list(hall: Hall, record: LotRecord, coefficients: Sequence[dict[str, str]], *, now: datetime) -> int:
    """Sign and log the release list from the facts of phase A; returns how many bids it names."""
    stands = facts.ledger(hall, notice_of(record))
    listed: dict[str, tuple[str, str | None]] = {}
    for bid in stands.bids:
        reasons = {faults.release_reason(one) for one in stands.facts(bid).values()}
        given = stands.consent(bid)
        if None not in reasons:
            (reason,) = reasons
            listed[str(bid.pk)] = (str(reason), given.sha256 if given and reason == "consent" else None)
    value = opening.build_release_list(
        tender=record.tender,
        lot=str(record.id),
        closing=hall.closing_sha256,
        mode=stands.notice.mode,
        bids=listed,
        coefficients=coefficients,
    )
    hall.release, hall.release_signature = canonical.to_bytes(value), authority.sign(value)
    hall.release_sha256 = canonical.digest(value)
    hall.save(update_fields=["release", "release_signature", "release_sha256"])
    journal.record(
        "bidding:lot:release_list",
        actor=journal.SYSTEM,
        at=now,
        lot=record.id,
        public=True,
        payload=value,
    )
    shown = {"release": hall.release_sha256, "bids": len(listed), "of": len(stands.bids)}
    staging.announce(hall.pk, "release_list", shown, at=now)
    _tell(record, listed=bool(listed), hall=hall, now=now)
    return len(listed)


def _tell(record: LotRecord, *, listed: bool, hall: Hall, now: datetime) -> None:
    if not listed:
        return
    due_at = now + staging.minutes(record, "hall_release_minutes")
    for keeper in tender.custodians(record.id):
        account_actions.notify(
            keeper.seat_id,
            "custodian_release_wanted",
            key=str(hall.pk),
            now=now,
            facts={"lot": record.code, "title": record.title},
            link=f"/desk/custody/{record.id}/",
            rule=record.edition.rule("hall_release_minutes").id,
            due_at=due_at,
        )
