"""Committees: sizes and shares by the vectors, and every defect named with its rule."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evaluation.domain import committee
from evaluation.domain.committee import Change, Kind, Member, Rules
from kernel.domain.refusals import RefusedError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "committee.json").read_text("utf-8"))
HOME, AWAY = "guangyuan", "mianyang"
T = Rules(
    minimum=5,
    expert_share=Fraction(2, 3),
    time_share=Fraction(1, 3),
    representative_leads=True,
    changes=frozenset({Change.AVOIDANCE, Change.LEFT_POST, Change.HEALTH}),
    sites=2,
    away_share=Fraction(1, 3),
)
G = Rules(
    minimum=5,
    larger_minimum=7,
    larger_from=Decimal("10000000.00"),
    expert_share=Fraction(2, 3),
    time_share=Fraction(1, 3),
    representative_leads=False,
    changes=frozenset({Change.AVOIDANCE, Change.LEFT_POST, Change.HEALTH}),
)


def members(experts=4, representatives=1, away=2, **extra):
    seats = [Member(f"E{n}", Kind.EXPERT, AWAY if n < away else HOME) for n in range(experts)]
    return [
        *seats,
        *(Member(f"R{n}", Kind.REPRESENTATIVE, HOME, drawn=False) for n in range(representatives)),
    ]


def wrong(seats, rules=T, **facts):
    facts = {"budget": None, "agency": "AGENCY", "home": HOME} | facts
    return [(found.rule, found.reason) for found in committee.check(seats, rules, **facts)]


@pytest.mark.parametrize(("size", "expected"), VECTORS["experts_needed"]["by_size"].items())
def test_two_thirds(size, expected):
    assert committee.experts_needed(int(size), Fraction(VECTORS["experts_needed"]["share"])) == expected


@pytest.mark.parametrize(("size", "expected"), VECTORS["more_than"]["by_size"].items())
def test_more_than_a_third(size, expected):
    assert committee.more_than(int(size), Fraction(VECTORS["more_than"]["share"])) == expected
    assert committee.must_extend(int(size), expected, T)
    assert not committee.must_extend(int(size), expected - 1, T)


@given(st.integers(1, 99), st.fractions(0, Fraction(99, 100)))
def test_shares_are_the_least_integers(size, share):
    need, over = committee.experts_needed(size, share), committee.more_than(size, share)
    assert need >= size * share > need - 1
    assert over > size * share >= over - 1


def test_a_lawful_committee_has_no_defect():
    assert wrong(members()) == []


@pytest.mark.parametrize(
    ("budget", "complex_lot", "least"),
    [
        ("9999999.99", False, 5),
        ("10000000.00", False, 7),
        ("1.00", True, 7),
        (None, False, 5),
        (None, True, 7),
    ],
)
def test_larger_lots_need_more_members_under_g(budget, complex_lot, least):
    amount = None if budget is None else Decimal(budget)
    assert committee.minimum_size(G, budget=amount, complex_lot=complex_lot) == least
    assert committee.minimum_size(T, budget=amount, complex_lot=complex_lot) == 5


@pytest.mark.parametrize(
    ("experts", "representatives", "found"),
    [
        (3, 1, ("C-03", "committee_too_small")),
        (5, 1, ("C-03", "committee_not_odd")),
        (3, 2, ("C-04", "too_few_experts")),
        (4, 3, ("C-04", "too_few_experts")),
    ],
)
def test_wrong_numbers_are_refused(experts, representatives, found):
    assert found in wrong(members(experts, representatives))


def test_an_even_number_is_lawful_only_where_the_edition_says_so():
    even = replace(T, odd=False)
    assert committee.check_size(6, 5, even, budget=None)
    assert not committee.check_size(6, 5, T, budget=None)


def test_a_refusal_shows_what_was_measured():
    refused = committee.check_size(5, 4, G, budget=Decimal("10000000.00"))
    assert refused.facts == {"size": "5", "minimum": "7", "budget": "10000000.00"}


def test_all_defects_are_named_at_once():
    seats = [
        Member("E0", Kind.EXPERT, HOME, employer="AGENCY"),
        Member("E0", Kind.EXPERT, HOME, drawn=False),
        Member("E2", Kind.EXPERT, HOME),
        Member("E3", Kind.EXPERT, HOME),
        Member("R0", Kind.REPRESENTATIVE, AWAY),
    ]
    assert wrong(seats) == [
        ("C-03", "member_twice"),
        ("C-08", "expert_not_drawn"),
        ("C-05", "agency_staff"),
        ("X-04", "too_few_away"),
        ("X-04", "representative_away"),
    ]
    assert ("C-08", "expert_not_drawn") not in wrong(seats, direct_choice=True)


def test_one_site_is_too_few_where_two_are_asked():
    assert wrong(members(away=0)) == [("X-01", "too_few_sites"), ("X-04", "too_few_away")]
    assert wrong(members(away=0), G) == []


def test_g_does_not_let_the_representative_lead():
    assert committee.check_leader("R0", members(), T)
    refused = committee.check_leader("R0", members(), G)
    assert (refused.rule, refused.reason) == ("C-05", "leader_is_representative")
    assert committee.check_leader("nobody", members(), T).reason == "leader_not_member"


def test_a_leader_needs_more_than_half_of_all_members():
    seats = members()
    two = {"E0": "E1", "E1": "E1", "E2": "E3"}
    assert committee.elect(two, seats, T) is None
    assert committee.elect(two | {"R0": "E1"}, seats, T) == "E1"
    assert committee.elect({}, seats, T) is None
    assert committee.elect({"E0": "E1", "E1": "E1"}, seats[:4], T) is None
    with pytest.raises(ValueError, match="without being a member"):
        committee.elect({"X": "E1"}, seats, T)
    with pytest.raises(RefusedError, match="leader_is_representative"):
        committee.elect({"E0": "R0"}, seats, G)


def test_only_lawful_grounds_replace_a_member():
    assert committee.check_change(Change.HEALTH, T)
    refused = committee.check_change(Change.WISH, T)
    assert (refused.rule, refused.facts["allowed"]) == ("C-10", "avoidance, health, left_post")


@pytest.mark.parametrize("change", [{"minimum": 0}, {"expert_share": Fraction(1)}, {"sites": 0}])
def test_senseless_parameters_are_refused(change):
    fields = {"minimum": 5, "expert_share": Fraction(2, 3), "time_share": Fraction(1, 3)} | change
    with pytest.raises(ValueError, match="committee"):
        Rules(**fields, representative_leads=True, changes=frozenset())
