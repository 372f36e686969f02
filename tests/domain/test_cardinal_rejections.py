"""R035, R036 and R038: disqualified bids of all others, of the lowest bidder, of too many."""

import pytest

from monitoring.domain.cardinal.market import Scope

from .cardinal_world import analyse, award, bid, flagged, meta, release

OUT = "disqualified"


def alone(ocid, others, **more):
    bids = [bid(name, status=OUT) for name in others]
    return release(ocid, *bids, bid("V"), awards=[award("V")], **more)


def test_all_others_disqualified_flags_process_with_their_number_and_the_winner():
    _, document = analyse([alone("one", "D"), alone("three", "DEF"), alone("twice", "DD")], "R035", maps=True)
    assert document["OCID"] == {"one": {"R035": 1.0}, "three": {"R035": 3.0}, "twice": {"R035": 1.0}}
    assert document["Tenderer"] == {"V": {"R035": 0.0}}
    assert document["Maps"]["ocid_tenderer_r035"] == {"one": ["V"], "three": ["V"], "twice": ["V"]}


@pytest.mark.parametrize(
    ("threshold", "left"), [(0, {"1", "2", "3"}), (2, {"2", "3"}), (3, {"3"}), (4, set())]
)
def test_the_threshold_takes_in_who_stands_exactly_at_it(threshold, left):
    releases = [alone("0", ""), alone("1", "D"), alone("2", "DE"), alone("3", "DEF")]
    assert set(flagged(releases, "R035", threshold=threshold).get("OCID", ())) == left


@pytest.mark.parametrize(
    ("bids", "awards"),
    [
        ([bid("D", status=OUT), bid("V"), bid("W")], [award("V")]),
        ([bid("D", status=OUT), bid(("V", "W"))], [award("V", "W")]),
        ([bid("D", status=OUT), bid("V")], [award("V"), award("X")]),
        ([bid("D", status=OUT), bid("V")], [award("V"), award("V", status="pending")]),
        ([bid("D", status=OUT), bid("V")], [award("X")]),
        ([bid("D", status=OUT), bid("V")], []),
        ([bid("V", status=OUT), bid("V")], [award("V")]),
        ([bid("D", status="withdrawn"), bid("E", status="pending"), bid("V")], [award("V")]),
        ([bid("D", status=OUT)], [award("D")]),
        ([{"status": OUT}, bid("V")], [award("V")]),
    ],
)
def test_what_is_no_disqualification_of_all_others(bids, awards):
    assert flagged([release("x", *bids, awards=awards)], "R035") == {}


def test_several_awards_to_the_one_winner_are_one_winner():
    bids = (bid("D", status=OUT), bid("V"), bid("V"))
    assert flagged([release("x", *bids, awards=[award("V"), award("V")])], "R035")["OCID"] == {"x": 1.0}


def lowest(*bids, awards=({"status": "active"},), **tender):
    return flagged([release("x", *bids, awards=awards, **tender)], "R036")


def test_the_lowest_bid_disqualified_flags_the_process():
    assert lowest(bid("D", 1, OUT), bid("V", 2)) == {"OCID": {"x": 1.0}}
    assert lowest(bid("D", 1, OUT), bid("V", 2), awards=[award("V"), award("W", status="pending")])


@pytest.mark.parametrize(
    "bids",
    [
        [bid("D", 2, OUT), bid("V", 1)],
        [bid("V", 1), bid("D", 1, OUT)],
        [bid("D", 2, OUT), bid("V", 3), bid("P", 1, "pending")],
        [bid("D", 1, OUT), bid("P", 2, "pending")],
        [bid("D", 1, OUT), bid("V")],
        [bid("D", None, OUT), bid("V", 2)],
        [bid("V", 2), bid("D", 1, OUT, "CAD")],
        [],
    ],
)
def test_what_is_no_lowest_bid_disqualified(bids):
    assert lowest(*bids) == {}


def test_of_equal_prices_the_first_is_the_lowest():
    assert lowest(bid("D", 1, OUT), bid("V", 1)) == {"OCID": {"x": 1.0}}


@pytest.mark.parametrize("status", ["invited", "withdrawn"])
def test_bids_that_were_not_submitted_do_not_hide_it(status):
    assert lowest(bid("D", 10, OUT), bid("V", 20), bid("N", 1, status)) == {"OCID": {"x": 1.0}}


def test_without_an_award_in_force_nothing_is_flagged():
    assert lowest(bid("D", 1, OUT), bid("V", 2), awards=[{"status": "pending"}]) == {}
    assert lowest(bid("D", 1, OUT), bid("V", 2), awards=()) == {}


def test_the_lowest_is_looked_for_in_the_main_currency_and_in_compared_procedures():
    bids = (bid("C", 1, OUT, "CAD"), bid("D", 5, OUT), bid("V", 9))
    releases = [release("x", *bids, awards=[award("V")], procurementMethodDetails="Draw")]
    assert flagged(releases, "R036", scope=Scope(currency="USD")) == {"OCID": {"x": 1.0}}
    assert flagged(releases, "R036") == {}
    assert flagged(releases, "R036", scope=Scope(currency="USD", not_compared=frozenset(["Draw"]))) == {}


def shares(*pairs):
    """Return one process a pair of (disqualified, submitted), each with its own buyer, entity and tenderer."""
    return [
        release(
            str(index),
            *[bid(f"T{index}", status=OUT if number < out else "valid") for number in range(submitted)],
            buyer=f"B{index}",
            procuringEntity={"id": f"P{index}"},
        )
        for index, (out, submitted) in enumerate(pairs)
    ]


def test_shares_far_above_those_of_the_group_are_flagged():
    releases = shares(*[(1, 10)] * 6, *[(2, 10)] * 4, (9, 10))
    assert flagged(releases, "R038") == {
        "Buyer": {"B10": 0.9}, "ProcuringEntity": {"P10": 0.9}, "Tenderer": {"T10": 0.9},
    }  # fmt: skip
    assert list(meta(releases, "R038")) == [
        f"{group}_{key}" for group in ("Buyer", "ProcuringEntity", "Tenderer") for key in ("q1", "q3", "upper_fence")
    ]  # fmt: skip


def test_the_threshold_and_the_fence_take_in_who_stands_exactly_at_them():
    releases = shares((1, 4), (2, 4), (3, 4))
    assert set(flagged(releases, "R038", threshold=0.5)["Buyer"]) == {"B1", "B2"}
    assert meta(releases, "R038", threshold=0.5)["Buyer_upper_fence"] == 0.5
    assert set(flagged(shares(*[(1, 4)] * 3), "R038")["Tenderer"]) == {"T0", "T1", "T2"}


def test_a_fence_of_zero_flags_nobody():
    assert flagged(shares(*[(0, 4)] * 9, (1, 4)), "R038") == {}
    assert flagged(shares((0, 4)), "R038", threshold=0.0) == {}


def test_below_the_minimum_of_submitted_bids_nobody_counts():
    assert flagged(shares((1, 1)), "R038", threshold=0.5) == {}
    assert meta(shares((1, 1)), "R038") is None
    found = flagged(shares((1, 1), (2, 3), (2, 4)), "R038", threshold=0.5, minimum_submitted_bids=4)
    assert (set(found["Tenderer"]), set(found["Buyer"])) == ({"T2"}, {"B1", "B2"})
    found = flagged(shares((1, 1), (2, 3), (2, 4)), "R038", threshold=0.5, minimum_contracting_processes=4)
    assert (set(found["Tenderer"]), set(found["Buyer"])) == ({"T1", "T2"}, {"B2"})


def test_bids_count_for_each_tenderer_and_over_all_processes():
    releases = [
        release("1", bid(("A", "B"), status=OUT), bid("A", status="pending"), buyer="X"),
        release("2", bid("A"), bid("B", status="withdrawn"), bid("B", status="invited"), buyer="X"),
        release("3", bid("B", status="valid")),
    ]
    analysis, document = analyse(releases, "R038", threshold=0.01, maps=True)
    assert document["Tenderer"] == {"A": {"R038": 1 / 3}, "B": {"R038": 0.5}}
    assert document["Buyer"] == {"X": {"R038": 1 / 3}}
    assert document["Maps"]["ocid_buyer_r038"] == {"1": "X"}
    assert document["Maps"]["ocid_tenderer"] == {"1": ["A", "B"], "2": ["A"], "3": ["B"]}
    assert analysis.findings.counts() == {"Tenderer": 2, "Buyer": 1}


def test_organisations_without_id_are_left_out():
    bids = {"details": [bid("A", status=OUT), bid("A")]}
    releases = [{"ocid": "x", "buyer": {"id": 5}, "tender": {"procuringEntity": "P"}, "bids": bids}]
    assert set(flagged(releases, "R038", threshold=0.1)) == {"Tenderer"}
