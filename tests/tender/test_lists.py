"""Lists of lots cost as many queries for many lots as for few, and never leave out a lot that is under way."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from kernel import clock
from tender import queries, site_queries
from tender.domain.lifecycle import LotState
from tender.models import Lot, LotCustodian, LotOfficer, Obtained
from tender.site_queries import Wanted
from tests import cast, factories
from tests.seats import browser


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1")}


def copies(city, lot, count, **changes):
    """More lots like one, each a day older than the one before, with its officers, custodians and readers."""
    first = Lot.objects.order_by("-number").first()
    made = []
    for n in range(1, count + 1):
        row = Lot.objects.get(pk=lot)
        row.pk, row.number = uuid.uuid4(), first.number + n
        row.code = f"{row.code[:-3]}{row.number:03d}"
        row.created_at -= timedelta(days=n)
        row.published_at -= timedelta(days=n)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        for each in LotOfficer.objects.filter(lot_id=lot):
            LotOfficer.objects.create(lot=row, duty=each.duty, seat_id=each.seat_id)
        for each in LotCustodian.objects.filter(lot_id=lot):
            LotCustodian.objects.create(
                lot=row, role=each.role, organisation_id=each.organisation_id, seat_id=each.seat_id
            )
        Obtained.objects.create(lot=row, seat_id=city["bidder1"].holder.id, at=clock.now())
        made.append(row.pk)
    return made


LISTS = {
    queries.access_own_lots: "clerk",
    queries.access_duty_lots: "host",
    queries.access_custody_lots: "keeper-notary",
    queries.access_obtained_lots: "bidder1",
}


def cost(read, holder):
    with CaptureQueriesContext(connection) as asked:
        found = read(holder)
    return len(found), len(asked)


def test_a_list_of_twelve_lots_costs_as_many_queries_as_one_of_three(city):
    lot = factories.published(city)
    Obtained.objects.create(lot_id=lot, seat_id=city["bidder1"].holder.id, at=clock.now())
    holders = {read: city[name].holder for read, name in LISTS.items()}
    copies(city, lot, 2)
    few = {read: cost(read, holder) for read, holder in holders.items()}
    copies(city, lot, 9)
    many = {read: cost(read, holder) for read, holder in holders.items()}
    assert [number for number, _ in few.values()] == [3] * 4
    assert [number for number, _ in many.values()] == [12] * 4
    assert [asked for _, asked in many.values()] == [asked for _, asked in few.values()]


def test_a_long_list_leaves_out_the_oldest_that_ended_and_none_that_is_under_way(city, monkeypatch):
    lot = factories.published(city)
    monkeypatch.setattr(queries, "MOST_ENDED", 2)
    Obtained.objects.create(lot_id=lot, seat_id=city["bidder1"].holder.id, at=clock.now())
    newer, old, older = copies(city, lot, 3, status=LotState.FAILED)
    working = copies(city, lot, 3)
    for read, name in LISTS.items():
        found = [one[0] if isinstance(one, tuple) else one for one in read(city[name].holder)]
        assert {one.id for one in found} == {lot, newer, old, *working}, read
    keeper = city["keeper-notary"].holder
    assert queries.access_custody_lot(keeper, older)[0].id == older
    with pytest.raises(Http404):
        queries.access_custody_lot(city["host"].holder, older)


def test_the_state_of_a_list_is_that_of_the_page_and_of_the_filter_at_the_deadline(city, moved):
    lot = factories.published(city)
    deadline = queries.lot(lot).deadline
    for at, shown in ((deadline - timedelta(seconds=1), "published"), (deadline, "closed")):
        [line] = site_queries.notices(Wanted(), now=at)
        assert queries.lot(lot).shown_status(at) == line.state == shown
        for state in LotState:
            assert site_queries.notices(Wanted(status=state), now=at).count() == (state == shown)
        for stage in site_queries.STAGES:
            expected = shown in site_queries.STAGES[stage]
            assert site_queries.notices(Wanted(stage=stage), now=at).count() == expected


def test_the_api_finds_a_lot_by_its_status_behind_more_than_it_gives(city, monkeypatch):
    lot = factories.published(city)
    [failed] = copies(city, lot, 1, status=LotState.FAILED)
    monkeypatch.setattr("tender.api.MOST_LOTS", 1)
    assert [one["lot"] for one in browser().get("/api/lots").json()] == [str(lot)]
    assert [one["lot"] for one in browser().get("/api/lots?status=failed").json()] == [str(failed)]
    assert [one["lot"] for one in browser().get("/api/lots?status=ended").json()] == [str(failed)]
    answer = browser().get("/api/lots?status=soon")
    assert answer.status_code == 400
    assert all(word in answer.json()["detail"] for word in (*site_queries.STAGES, *LotState))
