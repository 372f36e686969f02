"""R018, R025 and R048: a single bidder, a constant loser, a supplier of anything."""

import pytest

from .cardinal_world import analyse, award, bid, flagged, meta, release


def single(ocid, number=1, method="open"):
    return {"ocid": ocid, "tender": {"numberOfTenderers": number, "procurementMethod": method}}


def test_one_tenderer_in_a_competitive_method_is_flagged():
    releases = [single("open"), single("selective", 1, "selective"), single("limited", 1, "limited")]
    assert flagged(releases, "R018") == {"OCID": {"open": 1.0, "selective": 1.0}}


@pytest.mark.parametrize("number", [0, 2, 1.0, "1", True, None])
def test_another_number_or_type_is_not_flagged(number):
    assert flagged([single("x", number)], "R018") == {}


def test_a_release_without_method_tender_or_number_is_not_flagged():
    releases = [single("x", 1, None), {"ocid": "y"}, {"ocid": "z", "tender": {"procurementMethod": "open"}}]
    assert flagged(releases, "R018") == {}


def test_other_methods_may_be_named_and_none_means_all():
    releases = [single("open"), single("limited", 1, "limited"), single("unsaid", 1, None)]
    assert set(flagged(releases, "R018", procurement_methods=frozenset(["limited"]))["OCID"]) == {"limited"}
    assert set(flagged(releases, "R018", procurement_methods=frozenset())["OCID"]) == {
        "limited",
        "open",
        "unsaid",
    }


def rounds(*pairs):
    """Return processes of (winner, losers)."""
    return [
        release(str(index), bid(winner), *[bid(name) for name in losers], awards=[award(winner)])
        for index, (winner, losers) in enumerate(pairs)
    ]


LOSER = [(f"W{n}", ["F"]) for n in range(9) for _ in range(4)] + [
    (f"W{n - 1}", [f"W{n}"]) for n in (1, 3, 5, 7)
]
"""F bids 36 times and never wins; five firms always win, four win four times in five."""


def test_who_bids_often_and_never_wins_is_flagged():
    assert flagged(rounds(*LOSER), "R025") == {"Tenderer": {"F": 0.0}}
    assert meta(rounds(*LOSER), "R025") == {"q1": 0.8, "q3": 1.0, "upper_fence": 5.0, "lower_fence": 0.5}


def test_who_wins_as_seldom_as_nearly_everybody_stands_at_the_fence_and_is_flagged():
    pairs = [("A", ["B"]), ("B", ["A"]), ("C", ["D"]), ("D", ["C"])]
    assert flagged(rounds(*pairs), "R025") == {"Tenderer": dict.fromkeys("ABCD", 0.5)}


def test_who_bids_seldom_is_not_looked_at():
    pairs = [("A", ["F"]), ("A", ["B"]), ("A", ["B"]), ("B", ["A"])]
    assert meta(rounds(*pairs), "R025", threshold=0.5)["upper_fence"] > 1
    assert flagged(rounds(*pairs), "R025", threshold=0.1) == {}
    assert flagged(rounds(*pairs), "R025", threshold=0.1, percentile=0) == {"Tenderer": {"F": 0.0}}


def test_the_threshold_and_the_percentile_take_in_who_stands_exactly_at_them():
    pairs = [("F", ["A"]), ("A", ["F"]), ("B", ["F"]), ("C", ["F"])]
    assert flagged(rounds(*pairs), "R025", threshold=0.25, percentile=100) == {"Tenderer": {"F": 0.25}}
    assert flagged(rounds(*pairs), "R025", threshold=0.24, percentile=100) == {}


def test_nobody_is_flagged_where_most_never_win():
    assert flagged(rounds(("A", "BCDEFGH")), "R025") == {}
    assert flagged(rounds(*LOSER), "R025", threshold=0.0) == {}
    assert flagged([], "R025") == {}
    assert meta([], "R025") == {"q1": None, "q3": None, "upper_fence": None, "lower_fence": None}


@pytest.mark.parametrize(
    "ineligible",
    [
        release("x", bid("F"), bid("W"), awards=[award("W"), award("V")]),
        release("x", bid("F"), bid("W"), awards=[award("W", "V")]),
        release("x", bid("F"), bid("W"), awards=[award("W"), award("V", status="pending")]),
        release("x", bid("F", status="disqualified"), bid("W"), awards=[award("W")]),
        release("x", bid(("F", "G")), bid("W"), awards=[award("W")]),
        release("x", bid("F"), bid("W"), awards=[award("W")], status="cancelled"),
    ],
)
def test_only_decided_processes_and_bids_of_one_tenderer_count(ineligible):
    assert flagged([*rounds(("F", [])), ineligible], "R025", threshold=0.99, percentile=0) == {}


def test_a_tenderer_counts_once_in_a_process():
    found = flagged(
        [release("x", bid("F"), bid("F"), bid("W"), awards=[award("W")]), *rounds(("F", []))],
        "R025",
        threshold=0.5,
    )
    assert found == {"Tenderer": {"F": 0.5}}


def supplies(name, *classes, times=1):
    return [release(f"{name}{n}", awards=[award(name, classes=classes)]) for n in range(times)]


NARROW = [each for name in "ABCDEFGH" for each in supplies(name, "10000000", "10990000")]


def test_a_supplier_of_many_classes_is_flagged_with_their_number():
    releases = [*NARROW, *supplies("S", "10000000", "11000000", "12345678")]
    found = flagged(releases, "R048", threshold=2, minimum_contracting_processes=1)
    assert found == {"Tenderer": {"S": 3.0}}


def test_the_fence_takes_in_who_stands_exactly_at_it():
    releases = [*NARROW, *supplies("S", "10", "11")]
    for threshold, left in ((2, {"S"}), (3, None), (1, set("ABCDEFGHS"))):
        found = flagged(releases, "R048", threshold=threshold, minimum_contracting_processes=1)
        assert found == ({"Tenderer": {name: 2.0 if name == "S" else 1.0 for name in left}} if left else {})
    assert meta(NARROW, "R048", minimum_contracting_processes=1) == {"q1": 1.0, "q3": 1.0, "upper_fence": 1.0}
    assert set(flagged(NARROW, "R048", minimum_contracting_processes=1)["Tenderer"]) == set("ABCDEFGH")


def test_twenty_processes_are_the_minimum_and_count_once_each():
    assert flagged(supplies("S", "10", "11", times=19), "R048", threshold=1) == {}
    assert flagged(supplies("S", "10", "11", times=20), "R048", threshold=1) == {"Tenderer": {"S": 2.0}}
    twice = [release(str(n), awards=[award("S", classes=["10"])] * 2) for n in range(10)]
    assert flagged(twice, "R048", threshold=1) == {}
    assert meta([], "R048") == {"q1": None, "q3": None, "upper_fence": None}


def test_digits_say_how_much_of_a_class_counts():
    releases = supplies("S", "1011", "1012", "1112")
    for digits, number in ((0, 1.0), (2, 2.0), (4, 3.0)):
        found = flagged(releases, "R048", threshold=1, minimum_contracting_processes=1, digits=digits)
        assert found == {"Tenderer": {"S": number}}


@pytest.mark.parametrize(
    "made",
    [
        award("S", "T", classes=["10", "11"]),
        award("S", classes=["10", "11"], status="pending"),
        award("S", classes=["10", "11"], status="cancelled"),
        award("S", classes=[]),
        award("S", classes=[10, 11]),
        award("S") | {"items": {"classification": {"id": "10"}}},
        {"status": "active", "items": award("S", classes=["10"])["items"]},
    ],
)
def test_awards_to_several_not_in_force_or_without_classes_do_not_count(made):
    assert flagged([release("x", awards=[made])], "R048", threshold=1, minimum_contracting_processes=1) == {}


def test_maps_name_all_who_submitted_bids():
    _, document = analyse([release("x", bid("A"), bid("B", status="withdrawn"))], "R048", maps=True)
    assert document["Maps"]["ocid_tenderer"] == {"x": ["A"]}
