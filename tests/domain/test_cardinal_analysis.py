"""Quantiles and fences against numpy and exact arithmetic, the shape of the document, and the order of lines."""

import dataclasses
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from monitoring.cli import flag_settings
from monitoring.domain.cardinal import quartiles, releases
from monitoring.domain.cardinal.analysis import INDICATORS, Analysis, Seen
from monitoring.domain.cardinal.market import Scope

from .cardinal_world import award, bid, contest, release

FINITE = st.floats(-1e9, 1e9)


@given(st.lists(FINITE, min_size=1, max_size=40), st.integers(0, 100))
def test_quantiles_are_those_of_r8(values, percent):
    ordered = sorted(values)
    expected = np.quantile(ordered, percent / 100, method="median_unbiased")
    assert quartiles.quantile(ordered, percent / 100) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "q1", "q3"), [([5.0], 5.0, 5.0), ([1.0, 9.0], 1.0, 9.0), ([1, 2, 3], 7 / 6, 17 / 6)]
)
def test_quartiles_of_few_values(values, q1, q3):
    assert quartiles.quartiles(reversed(values)) == pytest.approx((q1, q3))
    assert all(map(math.isnan, quartiles.quartiles([])))


@given(FINITE, FINITE)
def test_fences_are_rounded_once(q1, q3):
    gap = Fraction(q3 - q1)
    assert quartiles.low_fence(q1, q3) == float(Fraction(q1) - gap * 3 / 2)
    assert quartiles.high_fence(q1, q3) == float(Fraction(q3) + gap * 3 / 2)


def test_fences_beyond_a_double_are_infinite_or_nothing():
    assert quartiles.high_fence(-1e308, 1.5e308) == math.inf
    assert quartiles.high_fence(1e308, 1.7e308) == math.inf
    assert math.isnan(quartiles.low_fence(math.nan, math.nan))


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.00005, 0.0001), (-0.00005, -0.0001), (66.66666, 66.6667), (0.125, 0.125), (1e300, 1e300),
     (math.nan, None), (math.inf, None), (1e305, None)],
)  # fmt: skip
def test_meta_is_rounded_halves_away_from_zero(value, told):
    assert quartiles.rounded(value) == told


@pytest.mark.parametrize("junk", [None, 5, "x", [], {}, {"ocid": 5}, {"ocid": None}])
def test_what_bears_no_ocid_is_no_process(junk):
    analysis = Analysis()
    assert analysis.see(junk) is Seen.NO_OCID
    assert analysis.conclude(meta=False) == {}


def test_values_of_the_wrong_type_are_missing_everywhere():
    junk = {"ocid": "x", "buyer": [], "tender": 5, "bids": [], "awards": {}}
    worse = {
        "ocid": "y",
        "tender": {"tenderPeriod": [], "procuringEntity": 5, "numberOfTenderers": "1", "status": []},
        "bids": {"details": [5, [], {"status": 5}, {"status": "valid", "tenderers": {}, "value": 5}]},
        "awards": [None, {"status": "active", "suppliers": {}, "items": [5, {"classification": 5}]}],
    }
    huge = release("z", bid("A", 10**400), bid("B", 10**400))
    analysis = Analysis(maps=True)
    assert [analysis.see(each) for each in (junk, worse, huge)] == [Seen.COUNTED] * 3
    assert analysis.conclude(meta=False).keys() == {"Maps"}
    assert releases.read(worse).bids[0].price is None


def test_cancelled_and_excluded_processes_are_not_seen():
    analysis = Analysis(scope=Scope(excluded=frozenset(["Draw"])))
    assert analysis.see({"ocid": "x", "tender": {"status": "cancelled"}}) is Seen.CANCELLED
    assert analysis.see({"ocid": "x", "tender": {"procurementMethodDetails": "Draw"}}) is Seen.EXCLUDED
    assert analysis.see({"ocid": "x"}) is Seen.COUNTED
    assert analysis.see({"ocid": "x"}) is Seen.COUNTED
    assert analysis.repeated == 1


def test_only_the_named_indicators_run():
    analysis = Analysis({"R024": {}})
    analysis.see(contest("x", 5, 5))
    assert analysis.conclude()["Meta"].keys() == {"R024"}
    every = Analysis()
    every.see(contest("x", 5, 5))
    assert every.conclude()["Meta"].keys() == {"R024", "R025", "R048", "R058"}, "nobody bid twice for R038"


def test_groups_stand_in_cardinals_order():
    early = {"startDate": "2024-03-01T00:00:00Z", "endDate": "2024-03-02T00:00:00Z"}
    out = release(
        "x", bid("A", status="disqualified"), bid("B", status="disqualified"),
        buyer="U", procuringEntity={"id": "E"}, tenderPeriod=early,
    )  # fmt: skip
    whole = Analysis({"R003": {}, "R038": {"threshold": 0.5, "minimum_submitted_bids": 1}})
    whole.see(out)
    assert list(whole.conclude()) == ["OCID", "Tenderer", "Buyer", "ProcuringEntity", "Meta"]
    for options, order in (
        ({"R038": {"threshold": 0.5, "minimum_submitted_bids": 1}}, ["ProcuringEntity", "Tenderer", "Buyer"]),
        ({"R038": {"threshold": 0.5}}, ["ProcuringEntity", "Buyer"]),
        ({"R003": {}, "R038": {"threshold": 0.5}}, ["OCID", "ProcuringEntity", "Buyer"]),
    ):
        analysis = Analysis(options)
        analysis.see(out)
        assert list(analysis.conclude(meta=False)) == order


def test_every_indicator_has_its_section_with_the_keys_that_it_knows():
    for code, entry in INDICATORS.items():
        known = {each.name for each in dataclasses.fields(entry.make) if each.init}
        keys = set(flag_settings.SECTIONS[code])
        assert keys | ({"procurement_method_details"} if code == "R003" else set()) == known


FIRMS = st.sampled_from("ABCDEF")
BIDS = st.builds(
    bid,
    FIRMS,
    st.integers(0, 12),
    st.sampled_from(["valid", "valid", "valid", "disqualified", "withdrawn", "pending"]),
    st.sampled_from(["USD", "USD", "USD", "CAD"]),
    date=st.sampled_from(["2024-03-10T00:00:00Z", "2024-03-20T00:00:00Z"]),
)
AWARDS = st.builds(
    lambda firm, status, classes: award(firm, status=status, classes=classes),
    FIRMS,
    st.sampled_from(["active", "active", "cancelled", "pending"]),
    st.lists(st.sampled_from(["10", "11", "20", "21"]), max_size=4),
)
RELEASES = st.lists(
    st.tuples(st.lists(BIDS, max_size=5), st.lists(AWARDS, max_size=2), FIRMS, FIRMS, st.integers(1, 2)),
    max_size=14,
).map(
    lambda rows: [
        release(
            f"ocds-{index}", *bids, awards=awards, buyer=buyer, procuringEntity={"id": entity},
            procurementMethod="open", numberOfTenderers=number,
            tenderPeriod={"startDate": "2024-03-01T00:00:00Z", "endDate": "2024-03-15T00:00:00Z"},
        )
        for index, (bids, awards, buyer, entity, number) in enumerate(rows)
    ]
)  # fmt: skip
LOOSE = {code: {} for code in INDICATORS} | {"R048": {"minimum_contracting_processes": 1}}


def written(releases_, options):
    analysis = Analysis(options, Scope(currency="USD"), maps=True)
    for each in releases_:
        analysis.see(each)
    return json.dumps(analysis.conclude(), allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(RELEASES, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_not_a_byte(made, chance):
    shuffled = list(made)
    chance.shuffle(shuffled)
    assert written(made, LOOSE) == written(shuffled, LOOSE)


@settings(max_examples=60, deadline=None)
@given(RELEASES)
def test_each_indicator_says_alone_what_it_says_among_all(made):
    def findings(options):
        analysis = Analysis(options, Scope(currency="USD"))
        for each in made:
            analysis.see(each)
        document = analysis.conclude(meta=False)
        return {
            (group, name, code, value)
            for group, found in document.items()
            for name, values in found.items()
            for code, value in values.items()
        }

    alone = set().union(*(findings({code: LOOSE[code]}) for code in INDICATORS))
    assert findings(LOOSE) == alone
