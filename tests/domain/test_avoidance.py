"""Who may judge: every ground alone shuts an expert out, and nothing else does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from evaluation.domain import avoidance
from evaluation.domain.avoidance import Demand, Employment, Expert, Limits, Lot, Reason, Session

BUYER, AGENCY, BIDDER, PARENT, SISTER, STRANGER, BUREAU = (f"ORG{n}" for n in range(7))
START = datetime(2026, 3, 27, 1, 0, tzinfo=UTC)
LOT = Lot(
    procuring_entity=BUYER,
    agency=AGENCY,
    starts_at=START,
    ends_at=START + timedelta(hours=8),
    on_date=date(2026, 3, 27),
    bidders=frozenset({BIDDER}),
    groups={BIDDER: PARENT, SISTER: PARENT},
    regulators=frozenset({BUREAU}),
)
DEMAND = Demand(frozenset({"civil"}), frozenset({"510800"}))
LIMITS = Limits(employer_years=3, sessions=2, window_days=30, cooling_days=60)
CLEAN = Expert("e1", frozenset({"civil"}), "510800", (Employment(STRANGER),))


def reasons(expert, lot=LOT, demand=DEMAND, limits=LIMITS):
    return [found.reason for found in avoidance.exclusions(expert, lot, demand, limits)]


def session(days_before, entity=STRANGER, hours=4):
    start = START - timedelta(days=days_before)
    return Session(start, start + timedelta(hours=hours), entity)


def test_a_stranger_with_the_right_major_is_eligible():
    assert reasons(CLEAN) == []


@pytest.mark.parametrize(
    ("change", "reason", "rule"),
    [
        ({"employments": (Employment(BIDDER),)}, Reason.EMPLOYER, "C-09"),
        ({"employments": (Employment(BUYER),)}, Reason.EMPLOYER, "C-09"),
        ({"employments": (Employment(AGENCY),)}, Reason.EMPLOYER, "C-09"),
        ({"employments": (Employment(PARENT),)}, Reason.EMPLOYER_GROUP, "C-09"),
        ({"employments": (Employment(SISTER),)}, Reason.EMPLOYER_GROUP, "C-09"),
        ({"employments": (Employment(BIDDER, date(2023, 3, 27)),)}, Reason.FORMER_EMPLOYER, "C-09"),
        ({"interests": frozenset({BIDDER})}, Reason.INTEREST, "C-09"),
        ({"relatives": frozenset({BIDDER})}, Reason.RELATIVE, "C-09"),
        ({"regulator_of": frozenset({BUREAU})}, Reason.REGULATOR, "C-09"),
        ({"penalised_until": date(2026, 3, 27)}, Reason.PENALISED, "C-09"),
        ({"suspended_until": date(2026, 3, 27)}, Reason.SUSPENDED, "R-03"),
        ({"enabled": False}, Reason.NOT_ENABLED, "R-03"),
        ({"majors": frozenset({"road"})}, Reason.MAJOR, "R-03"),
        ({"region": "510100"}, Reason.REGION, "R-03"),
        ({"sessions": (session(0),)}, Reason.BUSY, "R-03"),
        ({"sessions": (session(3), session(30))}, Reason.TOO_OFTEN, "R-07"),
        ({"sessions": (session(59, BUYER),)}, Reason.SAME_ENTITY, "R-07"),
    ],
)
def test_each_ground_alone_excludes_with_its_rule(change, reason, rule):
    found = avoidance.exclusions(replace(CLEAN, **change), LOT, DEMAND, LIMITS)
    assert [(one.reason, one.rule) for one in found] == [(reason, rule)]
    assert found[0].fact


@pytest.mark.parametrize(
    "change",
    [
        {"employments": (Employment(BIDDER, date(2023, 3, 26)),)},
        {"interests": frozenset({STRANGER})},
        {"penalised_until": date(2026, 3, 26)},
        {"suspended_until": date(2026, 3, 26)},
        {"sessions": (session(1 / 6),)},
        {"sessions": (session(3), session(31))},
        {"sessions": (session(60, BUYER),)},
    ],
)
def test_one_day_or_one_step_beyond_a_ground_is_free(change):
    assert reasons(replace(CLEAN, **change)) == []


def test_a_limit_that_the_edition_does_not_know_excludes_nobody():
    busy = replace(CLEAN, sessions=tuple(session(n, BUYER) for n in range(1, 9)))
    assert reasons(busy, limits=Limits(employer_years=3)) == []


def test_no_region_asked_for_admits_every_region():
    assert reasons(replace(CLEAN, region="999999"), demand=Demand(frozenset({"civil"}))) == []


def test_an_employer_of_29_february_counts_in_a_common_year():
    expert = replace(CLEAN, employments=(Employment(BIDDER, date(2024, 2, 29)),))
    lot = replace(LOT, on_date=date(2027, 3, 1))
    assert reasons(expert, lot) == [Reason.FORMER_EMPLOYER]
    assert reasons(expert, replace(lot, on_date=date(2027, 3, 2))) == []


def test_own_declaration_excludes():
    assert reasons(CLEAN, replace(LOT, refusals=frozenset({"e1"}))) == [Reason.OWN_DECLARATION]


def test_unknown_bidders_are_judged_when_the_list_is_shown():
    expert = replace(CLEAN, employments=(Employment(BIDDER),))
    assert reasons(expert, replace(LOT, bidders=frozenset())) == []
    assert [c.reason for c in avoidance.conflicts(expert, LOT, LIMITS)] == [Reason.EMPLOYER]


def test_every_ground_is_listed_at_once():
    expert = replace(CLEAN, employments=(Employment(BUYER),), region="510100", enabled=False)
    assert reasons(expert) == [Reason.EMPLOYER, Reason.NOT_ENABLED, Reason.REGION]


def test_sifting_divides_the_pool_and_hides_names_behind_pseudonyms():
    other = replace(CLEAN, id="e2", employments=(Employment(BIDDER),), interests=frozenset({BIDDER}))
    pool = avoidance.sift([other, CLEAN], LOT, DEMAND, LIMITS)
    assert pool.eligible == ("e1",)
    ids, out = pool.under({"e1": "P7", "e2": "P3"})
    assert ids == ("P7",)
    assert out == (("P3", "employer"), ("P3", "interest"))


def test_a_missing_or_shared_pseudonym_is_refused():
    pool = avoidance.sift([CLEAN, replace(CLEAN, id="e2")], LOT, DEMAND, LIMITS)
    with pytest.raises(ValueError, match="no pseudonym"):
        pool.under({"e1": "P1"})
    with pytest.raises(ValueError, match="share"):
        pool.under({"e1": "P1", "e2": "P1"})


def test_an_expert_cannot_stand_twice():
    with pytest.raises(ValueError, match="twice"):
        avoidance.sift([CLEAN, CLEAN], LOT, DEMAND, LIMITS)


def test_limits_need_both_halves():
    with pytest.raises(ValueError, match="both"):
        Limits(employer_years=3, sessions=2)


codes = st.sampled_from([BUYER, AGENCY, BIDDER, PARENT, SISTER, STRANGER])


@given(st.frozensets(codes), st.frozensets(codes), st.lists(codes, max_size=3), codes)
def test_another_fact_never_makes_an_excluded_expert_eligible(interests, relatives, employers, extra):
    jobs = tuple(Employment(code) for code in employers)
    expert = replace(CLEAN, interests=interests, relatives=relatives, employments=jobs)
    more = replace(expert, interests=interests | {extra})
    assert set(reasons(expert)) <= set(reasons(more))


@given(st.integers(0, 10), st.integers(0, 4000))
def test_a_longer_memory_excludes_no_fewer(years, ago):
    expert = replace(CLEAN, employments=(Employment(BIDDER, LOT.on_date - timedelta(days=ago)),))
    short = reasons(expert, limits=Limits(employer_years=years))
    long = reasons(expert, limits=Limits(employer_years=years + 1))
    assert set(short) <= set(long)
