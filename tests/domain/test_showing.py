"""What a firm is shown of a frozen flag holds only what is named, and nothing that is another firm's own."""

import json
from decimal import Decimal

import pytest

from monitoring.domain import indications, showing
from monitoring.domain.payers import Payment, one_account
from monitoring.domain.regularity import regular_prices

OWN, OTHER = "91000000000000001A", "91000000000000002B"
ACCOUNT, OWNER = "6222020200112233445", "某集团财务公司"


def frozen(found):
    return {
        "domain": "yangguang/case-snapshot/v1",
        "alert": "0c2d634a-1111-4222-8333-444455556666",
        "kind": "indication",
        "lot": {"id": "a", "code": "QC-1"},
        "raised_at": "2026-03-02T01:00:00.000Z",
        "indication": {
            **indications.as_json(found, masked=False),
            "identity": "1" * 64,
            "chance": "0.0001",
            "report_sha256": "2" * 64,
            "compared_at": "2026-03-02T01:00:00.000Z",
        },
        "novelty": "a field of a later version",
    }


def payer():
    payments = [
        Payment(OWN, "deposit", ACCOUNT, OWNER, "R-1"),
        Payment(OTHER, "deposit", ACCOUNT, OWNER, "R-2"),
    ]
    return frozen(one_account(payments, regime="T", collection_accounts=["6100000000001"])[0])


def prices():
    found = {f"9100000000000000{n}": Decimal(1_000_000 + 12_345 * n) for n in range(3)}
    offered = {**found, "91000000000000009": Decimal(1_300_001)}
    return frozen(regular_prices(offered, regime="T", limit=1.0)[0])


def test_accounts_are_masked_and_holders_left_out():
    told = showing.for_firm(payer(), OWN)
    [shared] = told["indication"]["evidence"]
    assert (shared["value"], shared["facts"]) == ("***************3445", {})
    assert shared["places"] == [
        {"bidder": OWN, "field": "deposit", "source": "R-1"},
        {"bidder": OTHER, "field": "deposit"},
    ]


@pytest.mark.parametrize("snapshot", [payer(), prices()])
def test_nothing_that_is_not_named_is_shown(snapshot):
    assert {"chance", "identity", "report_sha256"} <= set(snapshot["indication"])
    text = json.dumps(showing.for_firm(snapshot, OWN), ensure_ascii=False)
    for secret in (ACCOUNT, OWNER, "chance", "1" * 64, "2" * 64, snapshot["alert"], "later version", "R-2"):
        assert secret not in text, secret


def test_prices_stay_as_they_were_read_out():
    snapshot = prices()
    shown = showing.for_firm(snapshot, OWN)["indication"]["evidence"][0]
    frozen_one = snapshot["indication"]["evidence"][0]
    assert (shown["value"], shown["places"]) == (frozen_one["value"], frozen_one["places"])
    assert set(shown["facts"]) == {"step", "bids"}


def test_only_an_indication_that_ties_a_firm_is_shown_to_it():
    assert showing.ties(payer(), OWN)
    assert not showing.ties(payer(), "91000000000000003C")
    assert not showing.ties({"screens": {}}, OWN)
