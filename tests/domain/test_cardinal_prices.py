"""R024, R058 and R028: the next bid near the winner's or far above it, and equal prices."""

import pytest

from monitoring.domain.cardinal.market import Scope

from .cardinal_world import analyse, award, bid, contest, flagged, meta, release

MARKET = [contest(f"{n}", 100, 120 + n, winner=f"W{n}", loser=f"L{n}") for n in range(10)]
"""Differences of 20 to 29 per cent."""
LONE = {"W": 0.0}
BOTH = {"L": 0.0, "W": 0.0}


def test_a_close_second_bid_flags_process_winner_and_runner_up():
    assert flagged([*MARKET, contest("near", 1000, 1001)], "R024") == {
        "OCID": {"near": 0.001}, "Tenderer": BOTH,
    }  # fmt: skip


def test_a_far_second_bid_flags_process_and_winner_alone():
    assert flagged([*MARKET, contest("far", 100, 400)], "R058") == {"OCID": {"far": 3.0}, "Tenderer": LONE}


def test_the_fences_are_told_to_four_places():
    releases = [contest(str(n), 1, 1) for n in range(2)] + [contest(str(n), 1, 101) for n in range(2, 9)]
    assert meta(releases, "R024") == {"q1": 66.6667, "q3": 100.0, "lower_fence": 16.6667}
    assert list(meta(releases, "R058")) == ["q1", "q3", "upper_fence"]
    assert meta(releases, "R058", threshold=2.5) == {"upper_fence": 2.5}


@pytest.mark.parametrize(("code", "below", "above"), [("R024", True, False), ("R058", False, True)])
def test_a_threshold_takes_in_who_stands_exactly_at_it(code, below, above):
    releases = [contest("under", 100, 104), contest("at", 100, 105), contest("over", 100, 106)]
    found = flagged(releases, code, threshold=0.05)["OCID"]
    assert ("under" in found, "at" in found, "over" in found) == (below, True, above)


@pytest.mark.parametrize("code", ["R024", "R058"])
def test_a_computed_fence_too_takes_in_who_stands_exactly_at_it(code):
    assert set(flagged([contest(str(n), 100, 130) for n in range(5)], code)["OCID"]) == set("01234")


@pytest.mark.parametrize(("code", "other"), [("R024", 113), ("R058", 135)])
def test_just_inside_the_fence_nothing_is_flagged(code, other):
    assert flagged([*MARKET, contest("inside", 100, other)], code) == {}


@pytest.mark.parametrize("code", ["R024", "R058"])
def test_nothing_is_flagged_where_the_fence_is_not_above_zero(code):
    ties = [contest(str(n), 5, 5) for n in range(9)]
    assert flagged(ties, code) == {}
    assert flagged(ties, code, threshold=0.0) == {}
    assert flagged([], code) == {}
    assert set(meta([], code).values()) == {None}


@pytest.mark.parametrize(
    "ineligible",
    [
        release("x", bid("W", 100), bid("L", 101), awards=[award("W"), award("W", status="pending")]),
        release("x", bid("W", 100), bid("L", 101), awards=[award("W"), award("W", status="strange")]),
        release("x", bid("W", 100), bid("L", 101), awards=[award("W"), award("W")]),
        release("x", bid("W", 100), bid("L", 101), awards=[award("W", "V")]),
        release("x", bid("W", 100), bid("L", 101), awards=[{"status": "active"}]),
        release("x", bid("W", 100), bid("L", 101)),
        release("x", bid("W", 100), awards=[award("W")]),
        release("x", bid("W", 100), bid(("L", "M"), 101), awards=[award("W")]),
        release("x", bid("W", 100), bid("L", 101, status="disqualified"), awards=[award("W")]),
        release("x", bid("W", 100, status="pending"), bid("L", 101), awards=[award("W")]),
        release("x", bid("W", 101), bid("L", 100), awards=[award("W")]),
        release("x", bid("W", 100), bid("L"), awards=[award("W")]),
        release("x", bid("W", 100), bid("L", "101"), awards=[award("W")]),
        release("x", bid("W", 100), bid("L", True), awards=[award("W")]),
        release("x", bid("W", 100), bid("L", 101, currency=None), awards=[award("W")]),
        release("x", bid("W", 100), bid(7, 101), awards=[award("W")]),
        {"ocid": "x", "bids": {"details": {}}, "awards": [award("W")]},
        contest("x", 100, 101) | {"tender": {"status": "cancelled"}},
        contest(5, 100, 101),
    ],
)
def test_processes_of_which_no_difference_is_known_do_not_count(ineligible):
    assert flagged([ineligible], "R024", threshold=1.0) == {}


def test_awards_that_failed_or_have_no_status_do_not_matter():
    awards = [award("W"), award("C", status="cancelled"), award("U", status="unsuccessful"), {}, 7]
    assert "x" in flagged(
        [release("x", bid("W", 100), bid("L", 101), awards=awards)], "R024", threshold=1.0
    )["OCID"]  # fmt: skip


def test_the_lowest_of_the_winners_bids_and_of_the_others_are_compared():
    bids = (bid("W", 120), bid("W", 100), bid("A", 130), bid("B", 105), bid("C", 110))
    found = flagged([release("x", *bids, awards=[award("W")])], "R024", threshold=1.0)
    assert found == {"OCID": {"x": 0.05}, "Tenderer": {"B": 0.0, "W": 0.0}}


def test_a_winning_bid_of_zero_has_no_difference_and_is_counted():
    analysis, document = analyse(
        [contest("a", 0, 5), contest("b", 0, 0), contest("c", 5, 5)], "R024", threshold=1.0
    )
    assert (list(document["OCID"]), analysis.market.undivided) == (["c"], 2)


def test_the_first_price_met_fixes_the_currency_unless_one_is_set():
    releases = [contest("usd", 100, 101), contest("cad", 100, 101, currency="CAD"), contest("more", 100, 101)]
    analysis, document = analyse(releases, "R024", threshold=1.0)
    assert (list(document["OCID"]), analysis.market.currency, analysis.market.foreign) == (
        ["more", "usd"],
        "USD",
        1,
    )
    assert list(flagged(releases, "R024", threshold=1.0, scope=Scope(currency="CAD"))["OCID"]) == ["cad"]


def test_bids_in_another_currency_are_left_out_of_a_process_of_several():
    bids = (bid("W", 100), bid("A", 101, currency="CAD"), bid("L", 110))
    found = flagged([release("x", *bids, awards=[award("W")])], "R024", threshold=1.0)
    assert found == {"OCID": {"x": 0.1}, "Tenderer": BOTH}


PROCEDURES = [
    contest("draw", 100, 101, procurementMethodDetails="Draw"),
    contest("auction", 100, 101, procurementMethodDetails="Auction"),
    contest("unsaid", 100, 101),
]


@pytest.mark.parametrize("code", ["R024", "R028"])
@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (Scope(), {"auction", "draw", "unsaid"}),
        (Scope(not_compared=frozenset(["Draw"])), {"auction", "unsaid"}),
        (Scope(compared=frozenset(["Auction"])), {"auction"}),
        (Scope(compared=frozenset(["Draw"]), not_compared=frozenset(["Draw"])), {"draw"}),
        (Scope(excluded=frozenset(["Draw", "Auction"])), {"unsaid"}),
    ],
)
def test_which_procedures_are_compared(code, scope, left):
    same = [each | {"bids": {"details": [bid("W", 9), bid("L", 9)]}} for each in PROCEDURES]
    options = {"threshold": 1.0} if code == "R024" else {}
    assert set(flagged(same, code, scope=scope, **options)["OCID"]) == left


def test_maps_name_the_flagged_tenderers():
    _, document = analyse([contest("x", 100, 101)], "R024", threshold=1.0, maps=True)
    assert document["Maps"]["ocid_tenderer_r024"] == {"x": ["L", "W"]}
    _, document = analyse([contest("x", 100, 101)], "R058", threshold=0.001, maps=True)
    assert document["Maps"]["ocid_tenderer_r058"] == {"x": ["W"]}
    assert document["Maps"]["ocid_tenderer"] == {}


def test_equal_prices_of_different_bidders_flag_process_and_all_of_them():
    found = flagged([release("x", bid("A", 7), bid("B", 7.0, status="disqualified"), bid("C", 8))], "R028")
    assert found == {"OCID": {"x": 1.0}, "Tenderer": {"A": 1.0, "B": 1.0}}


def test_equal_prices_of_overlapping_groups_flag_every_member():
    found = flagged([release("x", bid("A", 7), bid(("A", "B"), 7), bid("A", 7), bid("C", 7))], "R028")
    assert found["Tenderer"] == {"A": 1.0, "B": 1.0, "C": 1.0}


@pytest.mark.parametrize(
    "bids",
    [
        [bid("A", 7), bid("A", 7)],
        [bid(("A", "B"), 7), bid(("B", "A"), 7)],
        [bid("A", 7), bid("B", 7.01)],
        [bid("A", 7), bid("B", 7, currency="CAD")],
        [bid("A", 7), bid("B", 7, status="withdrawn")],
        [bid("A", 7), bid("B", 7, status="invited")],
        [bid("A", 7), bid("B", 7) | {"status": None}],
        [bid("A", 7), bid((), 7)],
        [bid("A", 7), {"status": "valid", "value": {"amount": 7, "currency": "USD"}}],
        [bid("A"), bid("B")],
    ],
)
def test_what_is_no_equal_price_of_different_bidders(bids):
    assert flagged([release("x", *bids)], "R028") == {}


def test_equal_prices_need_no_award_and_no_main_currency():
    releases = [release("usd", bid("A", 7), bid("B", 7))]
    releases.append(release("cad", bid("A", 7, currency="CAD"), bid("B", 7, currency="CAD")))
    _, document = analyse(releases, "R028", maps=True)
    assert set(document["OCID"]) == {"usd", "cad"}
    assert document["Maps"]["ocid_tenderer_r028"] == {"cad": ["A", "B"], "usd": ["A", "B"]}
