"""The ten screens: hand-computed tables, scipy as oracle, and the plain and the vectorised form against each other."""

import math
import random
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from monitoring.domain import frame, screens
from monitoring.domain.screens import MINIMUM, NAMES

CENTS = st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100)
TENDERS = st.lists(CENTS, min_size=0, max_size=12)
ABSOLUTE = ("SKEW", "KURT")


def of_frame(*tenders, shuffle=0):
    """Run the vectorised form over tenders given as lists and return one dict each, None where missing."""
    rows = [(index, float(amount)) for index, amounts in enumerate(tenders) for amount in amounts]
    random.Random(shuffle).shuffle(rows)
    table = frame.screens(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        len(tenders),
    )
    return [
        {name: None if math.isnan(table[name][i]) else float(table[name][i]) for name in NAMES}
        for i in range(len(tenders))
    ]


def close(name, found, expected, tolerance=1e-12):
    if found is None or expected is None:
        return found is expected
    scale = max(1.0, abs(expected)) if name in ABSOLUTE else abs(expected)
    return abs(found - expected) <= tolerance * scale


def differences(found, expected, tolerance=1e-12):
    return {
        name: (found[name], expected[name])
        for name in NAMES
        if not close(name, found[name], expected[name], tolerance)
    }


HAND = {
    # deviations -20 -10 0 30 from 120; losing 110 120 150; gaps 10 10 30; u = 0 .2 .4 1
    (100, 110, 120, 150): {
        "CV": math.sqrt(1400 / 3) / 120,
        "SPD": 0.5,
        "DIFFP": 0.1,
        "RD": 10 / math.sqrt((110**2 + 120**2 + 150**2 - 380**2 / 3) / 2),
        "RDNOR": 0.6,
        "RDALT": 0.5,
        "KURT": 1.5,
        "SKEW": math.sqrt(12) / 2 * 4500 / 350**1.5,
        "KSTEST": 0.35,
        "D": 150 / math.sqrt(1400 / 3) - 0.8,
    },
    # three bids: no KURT; losing 102 104, sd sqrt 2
    (100, 102, 104): {
        "CV": 2 / 102,
        "SPD": 0.04,
        "DIFFP": 0.02,
        "RD": 2 / math.sqrt(2),
        "RDNOR": 1.0,
        "RDALT": 1.0,
        "KURT": None,
        "SKEW": 0.0,
        "KSTEST": 1 / 3,
        "D": 104 / 2 - 0.75,
    },
    (100, 125): dict.fromkeys(NAMES) | {"CV": math.sqrt(312.5) / 112.5, "SPD": 0.25, "DIFFP": 0.25},
}


@pytest.mark.parametrize("bids", HAND)
def test_hand_computed_tables(bids):
    assert not differences(screens.screens(bids), HAND[bids])
    assert not differences(of_frame(bids)[0], HAND[bids])


@pytest.mark.parametrize("seed", range(8))
def test_scipy_and_numpy_agree(seed):
    rng = np.random.default_rng(seed)
    bids = np.sort(np.round(rng.lognormal(14, 0.2, 4 + 3 * seed), 2))
    losing, place = bids[1:], (bids - bids[0]) / (bids[-1] - bids[0])
    expected = {
        "CV": bids.std(ddof=1) / bids.mean(),
        "RD": (bids[1] - bids[0]) / losing.std(ddof=1),
        "RDNOR": (bids[1] - bids[0]) / np.diff(bids).mean(),
        "RDALT": (bids[1] - bids[0]) / np.diff(losing).mean(),
        "KURT": stats.kurtosis(bids, bias=False),
        "SKEW": stats.skew(bids, bias=False),
        "KSTEST": stats.kstest(place, "uniform").statistic,
    }
    for found in (screens.screens(bids.tolist()), *of_frame(bids)):
        for name, value in expected.items():
            assert close(name, found[name], float(value), 1e-10), name


@pytest.mark.parametrize(
    ("bids", "missing"),
    [
        ((), NAMES),
        ((5,), NAMES),
        ((7, 7, 7, 7, 7), NAMES),
        ((0, 5, 6, 7), NAMES),
        ((0, 0), NAMES),
        ((5, 7), tuple(name for name in NAMES if MINIMUM[name] > 2)),
        ((5, 7, 7, 7), ("RD", "RDALT")),
        ((5, 6, 7), ("KURT",)),
        ((5, 5, 6, 7), ()),
    ],
)
def test_degenerate_cases_are_missing_and_nothing_else_is(bids, missing):
    for found in (screens.screens(bids), *of_frame(bids)):
        assert {name for name in NAMES if found[name] is None} == set(missing)


@pytest.mark.parametrize("losers", range(2, 40))
def test_equal_losing_bids_leave_no_rounding_noise_to_divide_by(losers):
    bids = [math.e * 1e6] + [math.pi * 1e6] * losers
    for found in (screens.screens(bids), *of_frame(bids)):
        assert found["RD"] is found["RDALT"] is None


def test_a_true_zero_is_a_value():
    found = screens.screens((5, 5, 6, 7))
    assert [found[name] for name in ("DIFFP", "RD", "RDNOR", "RDALT")] == [0.0] * 4


@pytest.mark.parametrize("amount", [-1, -0.01, math.nan, math.inf, Decimal("NaN"), Decimal(-3)])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="finite amount of at least 0"):
        screens.screens([amount, 5, 6])
    with pytest.raises(ValueError, match="finite amount of at least 0"):
        of_frame([amount, 5, 6])


def test_a_tender_outside_the_range_is_refused():
    with pytest.raises(ValueError, match="from 0 to 1"):
        frame.screens(np.array([0, 2]), np.array([1.0, 2.0]), 2)
    with pytest.raises(ValueError, match="2 tenders for 1 amounts"):
        frame.screens(np.array([0, 1]), np.array([1.0]), 2)


@settings(max_examples=150, deadline=None)
@given(st.lists(TENDERS, min_size=1, max_size=6), st.integers(0, 3))
def test_both_forms_agree_on_money(tenders, shuffle):
    for amounts, found in zip(tenders, of_frame(*tenders, shuffle=shuffle), strict=True):
        assert not differences(found, screens.screens(amounts))


@settings(max_examples=100, deadline=None)
@given(
    st.floats(1e-3, 1e13),
    st.lists(st.floats(0, 1), min_size=2, max_size=9),
    st.sampled_from([1e-6, 1e-9, 0.3]),
)
def test_both_forms_agree_on_narrow_spreads_of_any_floats(level, places, spread):
    bids = [level * (1 + spread * place) for place in places]
    assert not differences(of_frame(bids)[0], screens.screens(bids))


def test_a_cent_is_a_cent_beside_a_hundred_million():
    for found in (
        screens.screens([1e8, 100000000.01, 100000000.03]),
        *of_frame([1e8, 100000000.01, 100000000.03]),
    ):
        assert found["DIFFP"] == pytest.approx(1e-10, rel=1e-14)
        assert found["RDALT"] == pytest.approx(0.5, rel=1e-14)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 10**8), min_size=2, max_size=9),
    st.decimals("0.001", "1000", places=3),
    st.booleans(),
)
def test_no_scale_changes_a_screen(cents, factor, binary):
    bids = [Decimal(cent) / 100 for cent in cents]
    scaled = [bid * factor for bid in bids]
    assert screens.screens(bids) == screens.screens(scaled)
    assert not differences(of_frame(scaled)[0], screens.screens(bids))
    power = 2.0**-77 if binary else 2.0**200
    assert not differences(of_frame([float(bid) * power for bid in bids])[0], screens.screens(bids), 1e-6)


def test_a_scale_that_rounds_every_amount_keeps_nine_digits():
    rng = np.random.default_rng(8)
    bids = np.round(rng.lognormal(16, 0.05, 12), 2)
    assert not differences(of_frame(bids * math.pi)[0], screens.screens(bids.tolist()), 1e-9)


@settings(max_examples=100, deadline=None)
@given(st.lists(CENTS, min_size=2, max_size=9), st.randoms(use_true_random=False))
def test_no_order_changes_a_screen_or_a_bit(bids, rng):
    shuffled = list(bids)
    rng.shuffle(shuffled)
    assert screens.screens(bids) == screens.screens(shuffled)
    assert of_frame(bids, [1, 2, 4], shuffle=1) == of_frame(shuffled, [1, 2, 4], shuffle=2)


def test_neighbours_and_blocks_change_no_bit(monkeypatch):
    rng = np.random.default_rng(4)
    count = 500
    tender, amount = rng.integers(0, count, 4000), np.round(rng.lognormal(14, 0.2, 4000), 2)
    whole = frame.screens(tender, amount, count)
    monkeypatch.setattr(frame, "BLOCK", 37)
    parts = frame.screens(tender, amount, count)
    alone = frame.screens(np.zeros(int((tender == 7).sum()), dtype=np.int64), amount[tender == 7], 1)
    for name, values in whole.items():
        np.testing.assert_array_equal(parts[name], values)
        np.testing.assert_array_equal(alone[name][0], values[7])


def test_extremes_give_missing_and_never_infinity():
    for found in (screens.screens([5e-324, 1.0, 1e300]), *of_frame([5e-324, 1.0, 1e300])):
        assert found["SPD"] is None
        assert all(value is None or math.isfinite(value) for value in found.values())


def test_ratios_to_estimate_and_ceiling():
    bids = [Decimal(90), Decimal(96), Decimal(120)]
    found = screens.ratios(bids, estimate=Decimal(100), ceiling=120)
    assert found == {
        "b1/estimate": 0.9, "m/estimate": 1.02, "bn/estimate": 1.2,
        "b1/ceiling": 0.75, "m/ceiling": 0.85, "bn/ceiling": 1.0,
    }  # fmt: skip
    table = frame.screens(np.zeros(3, dtype=np.int64), np.array([90.0, 96.0, 120.0]), 1)
    vector = frame.ratios(table, estimate=np.array([100.0]), ceiling=np.array([120.0]))
    assert {name: values[0] for name, values in vector.items()} == pytest.approx(found, rel=1e-14)


@pytest.mark.parametrize(("bids", "estimate"), [([], 100.0), ([0, 5], 100.0), ([5, 6], None), ([5, 6], 0.0)])
def test_ratios_are_missing_without_bids_or_base_and_with_a_zero_bid(bids, estimate):
    assert set(screens.ratios(bids, estimate=estimate).values()) == {None}
    table = frame.screens(np.zeros(len(bids), dtype=np.int64), np.array(bids, dtype=np.float64), 1)
    base = np.array([np.nan if estimate is None else estimate])
    assert all(np.isnan(values[0]) for values in frame.ratios(table, estimate=base, ceiling=base).values())
