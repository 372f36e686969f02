"""From the result to performance on the pages: award, contract, refusals, and who may do what."""

import json

import pytest
from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from kernel import clock
from kernel.domain import canonical, money
from tender import queries
from tender.actions import deciding, stepping
from tender.domain.lifecycle import Lever, LotState
from tender.models import Lot
from tests import cast, factories
from tests.seats import browser, text_of


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1")}


@pytest.fixture
def lot(city):
    """A lot whose result is public, with bidder1 as the winner."""
    made = factories.published(city)
    Lot.objects.filter(pk=made).update(status=LotState.DECIDING)
    organisation = city["bidder1"].holder.organisation
    winner = deciding.Winner(
        bid="00000000-0000-0000-0000-000000000001",
        bidder=organisation.credit_code,
        name=organisation.name,
        price=money.parse("18733908.15"),
        period_days=180,
        quality="合格",
        terms=(("项目负责人", "王工"),),
    )
    record = queries.lot(made)
    with transaction.atomic():
        value = {"winner": deciding._winner_json(winner)}
        deciding._publish(record, "result", value, actor="system", now=clock.now())
    stepping.step(made, Lever.PUBLISH_RESULT, actor="system", now=clock.now())
    return made


def sign(actor, purpose):
    for row in accounts.access_signature_requests(actor.holder):
        if row.purpose == purpose:
            value = canonical.from_bytes(bytes(row.document))
            account_actions.sign_request(actor.holder, row.pk, actor.sign(value), now=clock.now())
            return value
    raise AssertionError(f"{actor.username} has no {purpose} to sign")


def test_the_whole_way_from_the_result_to_performance(city, lot):
    reviewer, url = browser("reviewer"), f"/desk/lots/{lot}/award/"
    assert "18,733,908.15" in text_of(reviewer.get(url))
    assert reviewer.post(f"{url}lay/").status_code == 303
    assert reviewer.post(f"{url}lay/").status_code == 303, "asking twice is one request"
    sign(city["reviewer"], "award")
    assert queries.lot(lot).status is LotState.AWARDED
    wrong = {"price": "18733908.14", "period_days": "180", "quality": "合格"}
    refused = reviewer.post(f"/desk/lots/{lot}/contract/lay/", wrong)
    assert refused.status_code == 422
    page = text_of(refused)
    assert "T-27" in page
    assert "18733908.14" in page
    assert (
        reviewer.post(f"/desk/lots/{lot}/contract/lay/", {**wrong, "price": "18733908.15"}).status_code == 303
    )
    mine, theirs = sign(city["reviewer"], "contract"), sign(city["bidder1"], "contract")
    assert mine == theirs
    assert mine["terms"] == [["项目负责人", "王工"]]
    assert queries.lot(lot).status is LotState.CONTRACTED
    assert browser("clerk").post(f"/desk/lots/{lot}/perform/").status_code == 303
    assert queries.lot(lot).status is LotState.PERFORMING
    contract = json.loads(browser().get(f"/lots/{lot}/publications/contract.json").content)
    assert contract["price_words"].startswith("壹仟捌佰柒拾叁万叁仟玖佰零捌元壹角伍分")


def test_a_step_before_its_time_is_refused_with_its_rule(city, lot):
    reviewer = browser("reviewer")
    assert reviewer.post(f"/desk/lots/{lot}/contract/lay/", {}).status_code == 200
    assert browser("clerk").post(f"/desk/lots/{lot}/perform/").status_code == 422
    assert queries.lot(lot).status is LotState.RESULT_PUBLIC


def test_only_the_reviewer_lays_award_and_contract(city, lot):
    for path in (f"/desk/lots/{lot}/award/lay/", f"/desk/lots/{lot}/contract/lay/"):
        assert browser("clerk").post(path).status_code == 404
        assert browser("host").post(path).status_code == 404
    assert browser("host").get(f"/desk/lots/{lot}/award/").status_code == 200
    assert browser("bidder1").get(f"/desk/lots/{lot}/award/").status_code == 404
