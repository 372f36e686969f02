"""One builder per row: lots in the states that tests start from."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts import queries as accounts
from bidding.sealing import age
from demo import cast as city
from kernel import clock
from kernel.domain import canonical
from tender.actions import drafting, publishing

SHANGHAI = ZoneInfo("Asia/Shanghai")
KEPT_KEYS = {}
"""What custodians of the tests keep: (lot, role) -> identity."""
STAFF = (
    "clerk",
    "reviewer",
    "host",
    "witness",
    "supervisor",
    "keeper-bureau",
    "keeper-centre",
    "keeper-notary",
)


def works_terms(**changes):
    """The editable terms of a lawful works lot, published on 2026-03-02 with T on 2026-03-24 09:30."""
    terms = {
        "documents_until": "2026-03-09T09:00:00.000Z",
        "deadline": "2026-03-24T01:30:00.000Z",
        "estimate": "20000000.00",
        "ceiling": "19800000.00",
        "validity_days": 90,
        "deposit": {"amount": "400000.00", "forms": ["guarantee", "transfer"]},
        "method": {
            "formula": "mean_benchmark",
            "parameters": {"E1": "2", "E2": "1", "drop_above": 5},
            "price_full": "60",
            "items": [
                {"id": "design", "title": "施工组织设计", "full": "30", "kind": "subjective"},
                {"id": "record", "title": "类似业绩", "full": "10", "kind": "objective"},
            ],
        },
        "coefficients": [{"name": "K", "values": ["0.01", "0.02", "0.03"]}],
        "committee": {
            "size": 5,
            "experts": 4,
            "strata": [
                {"name": "civil", "site": "晴川", "count": 2},
                {"name": "economics", "site": "遂和", "count": 2},
            ],
        },
        "threshold": 2,
        "ties": ["price", "seal"],
        "candidates": 3,
    }
    return {**terms, **changes}


def draft(actors, **changes):
    """A complete draft of a works lot of the city's building bureau, ready to submit."""
    clerk = actors["clerk"].holder
    project = drafting.create_project(
        clerk,
        now=clock.now(),
        code=changes.pop("code", "E5108000001"),
        title="晴川市滨河路改造工程",
        regime=changes.pop("regime", "T"),
        category=changes.pop("category", "works"),
        region=changes.pop("region", "510900"),
        centre=accounts.party_by_code(city.institution("centre").credit_code).id,
    )
    lot = drafting.create_lot(clerk, project, now=clock.now(), title="滨河路一标段")
    complete(actors, lot, works_terms(**changes))
    return lot


def complete(actors, lot, terms):
    """Give a draft its terms, a file, officers and custodians with keys."""
    clerk = actors["clerk"].holder
    drafting.set_terms(clerk, lot, terms, now=clock.now())
    drafting.add_file(clerk, lot, "招标文件.pdf", b"%PDF-1.7 sample", now=clock.now())
    for username in ("host", "witness", "supervisor"):
        drafting.assign_officer(clerk, lot, actors[username].holder.id, now=clock.now())
    for role, username in (
        ("procuring_entity", "keeper-bureau"),
        ("centre", "keeper-centre"),
        ("third", "keeper-notary"),
    ):
        drafting.assign_custodian(clerk, lot, role, actors[username].holder.id, now=clock.now())
        give_key(actors[username], lot, role)


def give_key(actor, lot, role, identity=None):
    """A custodian gives its fresh key; returns the identity."""
    identity = identity or age.Identity.generate()
    KEPT_KEYS[lot, role] = identity
    value = {
        "domain": "yangguang/custodian-key/v1",
        "lot": str(lot),
        "custodian": role,
        "recipient": str(identity.recipient),
    }
    drafting.provide_custodian_key(
        actor.holder, lot, canonical.to_bytes(value), actor.sign(value), now=clock.now()
    )
    return identity


def published(actors, **changes):
    """A published works lot."""
    lot = draft(actors, **changes)
    publishing.submit(actors["clerk"].holder, lot, now=clock.now())
    publishing.approve(actors["reviewer"].holder, lot, now=clock.now())
    publishing.publish(actors["reviewer"].holder, lot, now=clock.now())
    return lot


def at(text):
    """An instant in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


DAY = timedelta(days=1)
