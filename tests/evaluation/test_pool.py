"""The pool comes in row by row, the experts add what binds them, and its operator sets how often anybody sits."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from accounts.domain.identity import IdentityError
from demo import cast as city
from evaluation.actions import pooling
from evaluation.models import BusySpan, Expert, Interest, PoolImport
from evaluation.queries import pool
from kernel import clock, journal
from kernel.domain.refusals import RefusedError
from kernel.models import JournalEntry
from tests import cast
from tests.evaluation import world

COLLEGE = city.institution("college").credit_code
BUREAU = city.institution("bureau").credit_code


@pytest.fixture
def actors(store, moved):
    return {a.username: a for a in cast.found_city("operator", "clerk", "expert1", "expert2", "expert3")}


def load(actors, *rows, data=None):
    data = data or world.pool_csv(*rows)
    return pooling.import_pool(actors["operator"].holder, "pool.csv", data, now=clock.now())


def row(
    name="expert1", title="高级工程师", years="12", majors="civil; economics", region="510800", employers=""
):
    return (
        name,
        title,
        years,
        majors,
        region,
        employers or f"{COLLEGE} 2015-01-01..2019-06-30; {BUREAU} 2019-07-01..",
    )


def test_good_rows_come_in_and_each_bad_one_is_named_with_line_and_reason(actors):
    report = load(
        actors,
        row(),
        row("expert2", years="twelve", region="5108", employers="91510800MA 2019"),
        row("clerk"),
        row("expert3", employers=f"{COLLEGE} 2019-01-01..2018-01-01"),
    )
    assert report.done == 1
    lines = dict(report.errors)
    assert sorted(lines) == [3, 4, 5]
    assert all(word in lines[3] for word in ("years", "region", "employers"))
    assert "clerk" in lines[4]
    assert "ends before it starts" in lines[5]
    [expert] = Expert.objects.all()
    assert (expert.majors, expert.region, expert.years) == (["civil", "economics"], "510800", 12)
    jobs = expert.employments.order_by("from_date").values_list("employer", "until_date")
    assert list(jobs) == [(COLLEGE, date(2019, 6, 30)), (BUREAU, None)]
    stored = PoolImport.objects.get()
    assert (stored.done, [line for line, _ in stored.errors]) == (1, [3, 4, 5])


def test_a_second_import_brings_a_known_expert_up_to_date(actors):
    load(actors, row())
    load(actors, row(title="正高级工程师", majors="roads", employers=f"{COLLEGE} 2015-01-01.."))
    [expert] = Expert.objects.all()
    assert (expert.title, expert.majors, expert.employments.count()) == ("正高级工程师", ["roads"], 1)


@pytest.mark.parametrize("data", [b"username,title\nexpert1,x", "username,标题".encode("gbk"), b""])
def test_a_file_without_the_columns_is_refused_whole(actors, data):
    with pytest.raises(pooling.UnusableFileError):
        load(actors, data=data or b"\n")
    assert not PoolImport.objects.exists()


def test_an_expert_declares_withdraws_and_keeps_others_out_of_its_affairs(actors):
    load(actors, row(), row("expert2"))
    mine = actors["expert1"].holder
    for _ in range(2):
        declared = pooling.declare_interest(mine, BUREAU, Interest.Kind.INTEREST, "顾问", now=clock.now())
    assert [one.organisation for one in pool.own_interests(mine)] == [BUREAU]
    assert not pooling.withdraw_interest(actors["expert2"].holder, declared.pk, now=clock.now())
    assert pooling.withdraw_interest(mine, declared.pk, now=clock.now())
    assert pool.own_interests(mine) == []
    assert Interest.objects.count() == 1, "a withdrawn declaration stays on record"
    with pytest.raises(IdentityError):
        pooling.declare_interest(mine, "123", Interest.Kind.RELATIVE, "", now=clock.now())
    with pytest.raises(Http404):
        pooling.declare_interest(
            actors["expert3"].holder, BUREAU, Interest.Kind.RELATIVE, "", now=clock.now()
        )


def test_absences_have_time_and_belong_to_their_expert(actors):
    load(actors, row(), row("expert2"))
    mine, now = actors["expert1"].holder, clock.now()
    pooling.mark_busy(mine, now, now + timedelta(hours=2), now=now)
    with pytest.raises(RefusedError):
        pooling.mark_busy(mine, now, now, now=now)
    span = BusySpan.objects.get()
    assert not pooling.drop_busy(actors["expert2"].holder, span.pk)
    assert pooling.drop_busy(mine, span.pk)


def test_standing_and_limits_are_logged_with_their_reason(actors):
    load(actors, row())
    operator, expert = actors["operator"].holder, Expert.objects.get()
    with pytest.raises(RefusedError):
        pooling.set_standing(
            operator,
            expert.pk,
            enabled=False,
            suspended_until=None,
            penalised_until=None,
            reason=" ",
            now=clock.now(),
        )
    pooling.set_standing(
        operator,
        expert.pk,
        enabled=True,
        suspended_until=date(2026, 6, 1),
        penalised_until=None,
        reason="两次无故缺席",
        now=clock.now(),
    )
    pooling.set_limits(operator, sessions=2, window_days=30, cooling_days=10, now=clock.now())
    with pytest.raises(RefusedError) as refused:
        pooling.set_limits(operator, sessions=2, window_days=None, cooling_days=None, now=clock.now())
    assert refused.value.refusal.rule == "R-07"
    assert (pool.limits().sessions, pool.limits().cooling_days) == (2, 10)
    assert pool.experts()[0].suspended_until == "2026-06-01"
    tags = {entry.tag for entry in JournalEntry.objects.filter(actor=journal.seat_actor(operator.id))}
    assert {"evaluation:pool:imported", "evaluation:pool:standing", "evaluation:pool:limits"} <= tags
