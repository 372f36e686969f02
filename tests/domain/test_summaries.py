"""Summary screens: a hand-computed table, scipy on every subset, and the plain and the vectorised form."""

import hashlib
import itertools
import math
import random
import statistics
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from monitoring.domain import screens, summaries, summary_frame
from monitoring.domain.summaries import STATISTICS, SUMMARIES

CENTS = st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100)
NARROW = st.builds(
    lambda level, steps: [Decimal(level + step) / 100 for step in steps],
    st.integers(10**6, 10**11),
    st.lists(st.integers(0, 9), max_size=7),
)
TENDERS = st.lists(CENTS, max_size=7) | NARROW


def of_frame(*tenders, shuffle=0):
    """Run the vectorised form over tenders given as lists and return one dict each, None where missing."""
    rows = [(index, float(amount)) for index, amounts in enumerate(tenders) for amount in amounts]
    random.Random(shuffle).shuffle(rows)
    table = summary_frame.summaries(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        len(tenders),
    )
    return [
        {name: None if math.isnan(table[name][i]) else float(table[name][i]) for name in SUMMARIES}
        for i in range(len(tenders))
    ]


def differences(found, expected, tolerance=1e-12):
    def close(name):
        one, other = found[name], expected[name]
        if one is None or other is None:
            return one is other
        scale = max(1.0, abs(other)) if name.startswith(("SKEW", "KURT")) else abs(other)
        return abs(one - other) <= tolerance * scale

    return {name: (found[name], expected[name]) for name in SUMMARIES if not close(name)}


def summed_up(values):
    return dict(
        zip(
            STATISTICS,
            (min(values), max(values), statistics.fmean(values), statistics.median(values)),
            strict=True,
        )
    )


# of 100 110 120 150 the threes are 100 110 120, 100 110 150, 100 120 150 and 110 120 150: gaps 10 10, 10 40, 20 30, 10 30
BIDS = (100, 110, 120, 150)
HAND = {
    "SPD_3": (1 / 5, 1 / 2, (1 / 5 + 1 / 2 + 1 / 2 + 4 / 11) / 4, (4 / 11 + 1 / 2) / 2),
    "DIFFP_3": (1 / 11, 1 / 5, (1 / 10 + 1 / 10 + 1 / 5 + 1 / 11) / 4, 1 / 10),
    "RDNOR_3": (0.4, 1, 0.675, 0.65),
    "RDALT_3": (1 / 4, 1, (1 + 1 / 4 + 2 / 3 + 1 / 3) / 4, 1 / 2),
    "RD_3": (
        math.sqrt(2) / 4,
        math.sqrt(2),
        math.sqrt(2) * (1 + 1 / 4 + 2 / 3 + 1 / 3) / 4,
        math.sqrt(2) / 2,
    ),
    "KSTEST_3": (1 / 3, 7 / 15, (1 / 3 + 7 / 15 + 1 / 3 + 5 / 12) / 4, (1 / 3 + 5 / 12) / 2),
    "KURT_4": (1.5,) * 4,
    "RDNOR_4": (0.6,) * 4,
}


@pytest.mark.parametrize("screen", HAND)
def test_a_hand_computed_table(screen):
    expected = dict(zip(STATISTICS, HAND[screen], strict=True))
    for found in (summaries.summaries(BIDS), *of_frame(BIDS)):
        assert {each: found[f"{screen}_{each}"] for each in STATISTICS} == pytest.approx(expected, rel=1e-13)


def test_names_are_screen_size_and_statistic():
    assert len(SUMMARIES) == len(set(SUMMARIES)) == 9 * 4 + 10 * 4
    assert SUMMARIES[:4] == ("CV_3_min", "CV_3_max", "CV_3_mean", "CV_3_median")
    assert [name for name in SUMMARIES if name.startswith("KURT")] == [f"KURT_4_{s}" for s in STATISTICS]


@pytest.mark.parametrize("seed", range(4))
def test_scipy_and_numpy_agree_on_every_subset(seed):
    rng = np.random.default_rng(seed)
    bids = np.sort(np.round(rng.lognormal(14, 0.2, 5 + seed), 2))
    oracle = {
        "CV": lambda b: b.std(ddof=1) / b.mean(),
        "RD": lambda b: (b[1] - b[0]) / b[1:].std(ddof=1),
        "SKEW": lambda b: stats.skew(b, bias=False),
        "KSTEST": lambda b: stats.kstest((b - b[0]) / (b[-1] - b[0]), "uniform").statistic,
        "KURT": lambda b: stats.kurtosis(b, bias=False),
        "D": lambda b: max(
            abs(x / b.std(ddof=1) - i / (len(b) + 1)) for i, x in enumerate(b, 1)
        ),
    }  # fmt: skip
    for size, (name, formula) in itertools.product((3, 4), oracle.items()):
        if (name, size) == ("KURT", 3):
            continue
        expected = summed_up(
            [float(formula(np.array(some))) for some in itertools.combinations(bids.tolist(), size)]
        )
        for found in (summaries.summaries(bids.tolist()), *of_frame(bids)):
            told = {each: found[f"{name}_{size}_{each}"] for each in STATISTICS}
            assert told == pytest.approx(expected, rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize(("bids", "size"), [((90, 100, 130), 3), ((90, 100, 130, 131), 4)])
def test_the_only_subset_is_the_tender_itself(bids, size):
    whole, found = screens.screens(bids), summaries.summaries(bids)
    for name in summaries.SCREENS[size]:
        assert {found[f"{name}_{size}_{each}"] for each in STATISTICS} == {whole[name]}


@pytest.mark.parametrize(
    ("bids", "some", "none"),
    [
        ((), (), SUMMARIES),
        ((5, 6), (), SUMMARIES),
        ((7, 7, 7, 7, 7), (), SUMMARIES),
        ((0, 0, 6, 7), (), SUMMARIES),
        ((5, 6, 8), ("CV_3_min", "RD_3_mean"), [name for name in SUMMARIES if "_4_" in name]),
        ((5, 7, 7, 7), ("CV_3_min", "CV_4_max"), ("RD_3_mean", "RDALT_3_min", "RD_4_max")),
        ((0, 5, 6, 8), ("CV_3_min", "RD_3_max"), ("CV_4_min", "KURT_4_mean")),
        ((5, 5, 6, 7), SUMMARIES, ()),
    ],
)
def test_a_subset_where_a_screen_is_missing_is_passed_over(bids, some, none):
    for found in (summaries.summaries(bids), *of_frame(bids)):
        assert {name for name in some if found[name] is None} == set()
        assert {name for name in none if found[name] is not None} == set()
    assert not differences(of_frame(bids)[0], summaries.summaries(bids))


def test_passed_over_subsets_do_not_count_in_mean_and_median():
    for found in (summaries.summaries((5, 7, 7, 7)), *of_frame((5, 7, 7, 7))):
        assert [found[f"SPD_3_{each}"] for each in STATISTICS] == pytest.approx([0.4] * 4, rel=1e-14)


@pytest.mark.parametrize("n", range(13))
def test_up_to_twelve_bids_every_subset_is_taken(n):
    for size in (3, 4):
        assert summaries.subsets(n, size) == tuple(itertools.combinations(range(n), size))


@pytest.mark.parametrize(("n", "size"), [(13, 4), (16, 3), (40, 3), (75, 4), (2000, 4)])
def test_above_it_five_hundred_different_ones_of_each_size(n, size):
    taken = summaries.subsets(n, size)
    assert len(set(taken)) == len(taken) == 500
    assert list(taken) == sorted(taken)
    assert all(some[0] >= 0 and some[-1] < n and sorted(set(some)) == list(some) for some in taken)
    thirds = np.bincount(np.array(taken).ravel() * 3 // n, minlength=3) / (500 * size)
    assert np.abs(thirds - 1 / 3).max() < 0.08


def test_fewer_than_five_hundred_are_all_taken():
    assert len(summaries.subsets(14, 3)) == math.comb(14, 3)


def test_the_choice_never_changes():
    """A release that chose others would give other figures for the same bids."""
    told = repr([summaries.subsets(n, size) for n in (13, 30, 2000) for size in (3, 4)])
    assert hashlib.sha256(told.encode()).hexdigest()[:16] == "3207a8636b3cde3a"


@settings(max_examples=60, deadline=None)
@given(st.lists(TENDERS, min_size=1, max_size=5), st.integers(0, 3))
def test_both_forms_agree(tenders, shuffle):
    for amounts, found in zip(tenders, of_frame(*tenders, shuffle=shuffle), strict=True):
        assert not differences(found, summaries.summaries(amounts))


@pytest.mark.parametrize("n", [12, 13, 30])
def test_both_forms_agree_on_many_bids(n):
    rng = np.random.default_rng(n)
    bids = np.round(rng.lognormal(14, 0.1, n), -3)
    assert not differences(of_frame(bids)[0], summaries.summaries(bids.tolist()))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 10**8), max_size=7), st.decimals("0.001", "1000", places=3))
def test_no_scale_changes_a_summary(cents, factor):
    bids = [Decimal(cent) / 100 for cent in cents]
    scaled = [bid * factor for bid in bids]
    assert summaries.summaries(bids) == summaries.summaries(scaled)
    assert not differences(of_frame(scaled)[0], summaries.summaries(bids))


@settings(max_examples=30, deadline=None)
@given(st.lists(TENDERS, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_new_names_of_tenders_change_a_bit(tenders, rng):
    renamed = list(range(len(tenders)))
    rng.shuffle(renamed)
    first = of_frame(*tenders, shuffle=1)
    second = of_frame(*(tenders[at] for at in renamed), shuffle=2)
    assert second == [first[at] for at in renamed]


def test_neighbours_and_blocks_change_no_bit(monkeypatch):
    rng = np.random.default_rng(4)
    count = 60
    tender, amount = rng.integers(0, count, 800), np.round(rng.lognormal(14, 0.2, 800), 2)
    amount[::50] = 0
    whole = summary_frame.summaries(tender, amount, count)
    monkeypatch.setattr(summary_frame, "BLOCK", 999)
    parts = summary_frame.summaries(tender, amount, count)
    alone = summary_frame.summaries(
        np.zeros(int((tender == 7).sum()), dtype=np.int64), amount[tender == 7], 1
    )
    for name, values in whole.items():
        np.testing.assert_array_equal(parts[name], values)
        np.testing.assert_array_equal(alone[name][0], values[7])


def test_extremes_give_missing_and_never_infinity():
    for found in (summaries.summaries([1e-300, 1.0, 1e300]), *of_frame([1e-300, 1.0, 1e300])):
        assert found["SPD_3_max"] is None
        assert all(value is None or math.isfinite(value) for value in found.values())


def test_what_is_no_amount_is_refused():
    for refused in (lambda: summaries.summaries([-1, 5, 6]), lambda: of_frame([-1, 5, 6])):
        with pytest.raises(ValueError, match="finite amount of at least 0"):
            refused()
