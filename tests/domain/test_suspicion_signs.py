"""Signs of a tender: hand-computed company, places among normal bids, what changes nothing."""

import numpy as np
import pytest

from monitoring.domain.suspicion import signs
from monitoring.domain.suspicion.signs import Market


def market(rows, estimates=()):
    tender, bidder, amount = zip(*rows, strict=True) if rows else ((), (), ())
    count = max(tender, default=-1) + 1
    estimate = np.full(count, np.nan)
    estimate[: len(estimates)] = estimates
    return Market(
        count,
        np.array(tender, dtype=np.int64),
        np.array(bidder, dtype=np.int64),
        np.array(amount, dtype=np.float64),
        estimate,
    )


def measured(each):
    return signs.measure(each, signs.screens(each))


def test_company_by_hand():
    """Firms 0, 1, 2 meet in tender 0; 0 and 1 meet again in 1 and 2; firm 2 bids once more, alone."""
    busy, together = signs.company(
        market([(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 1, 1), (3, 2, 9)])
    )
    assert busy == pytest.approx(np.log1p([2, 2, 2, 1])), "others of 0 and 1: two each; of 2: one"
    assert together[:3] == pytest.approx(np.log1p([2 / 3, 2, 2])), (
        "two further meetings over three pairs, over one"
    )
    assert np.isnan(together[3])


def test_without_names_company_says_nothing():
    found = measured(market([(0, -1, 1), (0, -1, 2), (0, -1, 4)]))
    assert found["regulars"][0] == found["together"][0] == 0


def test_a_repeated_bidder_is_one_firm():
    busy, together = signs.company(market([(0, 0, 1), (0, 0, 2), (1, 0, 3)]))
    assert busy == pytest.approx(np.log1p([1, 1]))
    assert np.isnan(together).all()


def test_places_of_normal_bids_are_centred_and_of_unit_width():
    chance = np.random.default_rng(3)
    for n in (4, 8, 11, 35):
        bids = np.exp(0.08 * chance.standard_normal((4000, n)))
        rows = market([])
        rows = Market(
            4000, np.repeat(np.arange(4000), n), np.full(4000 * n, -1), bids.ravel(), np.full(4000, np.nan)
        )
        shape = signs.shapes(signs.screens(rows))
        assert np.median(shape["width"]) == pytest.approx(np.log(0.08), abs=0.03)
        for name in ("RD", "SKEW", "KURT"):
            low, middle, high = np.quantile(shape[name], [0.16, 0.5, 0.84])
            assert abs(middle) < 0.1
            assert (high - low) / 2 == pytest.approx(1, abs=0.12)


def test_what_is_missing_says_nothing_and_equal_bids_are_the_calmest():
    found = measured(
        market(
            [
                (0, 0, 5),
                (1, 0, 5),
                (1, 1, 9),
                (2, 0, 0),
                (2, 1, 5),
                (2, 2, 6),
                (3, 0, 7),
                (3, 1, 7),
                (3, 2, 7),
            ]
        )
    )
    for name in signs.SHAPE:
        assert found[name][:3].tolist() == [0, 0, 0]
    assert found["calm"][:3].tolist() == [0, 0, 0]
    assert found["calm"][3] == signs.EDGE
    assert found["gap"][3] == 0


def test_equal_losers_are_the_widest_gap():
    found = measured(market([(0, 0, 90), (0, 1, 100), (0, 2, 100), (0, 3, 100)]))
    few = 1 - 1 / (1 + (15 / 4) ** 4)
    assert found["gap"][0] == pytest.approx(signs.EDGE * few)


def test_dear_is_the_lowest_bid_over_the_estimate_beside_the_markets_middle():
    found = measured(market([(0, 0, 90), (1, 0, 100), (2, 0, 80), (3, 0, 80)], [100, 100, 100]))
    expected = np.log([0.9 / 0.9, 1 / 0.9, 0.8 / 0.9]) / signs.USUAL_SPREAD
    assert found["dear"] == pytest.approx([*expected, 0])


def test_order_names_and_scale_change_nothing():
    chance = np.random.default_rng(8)
    tender = np.repeat(np.arange(40), 6)
    bidder = chance.integers(0, 25, 240)
    amount = np.round(np.exp(0.1 * chance.standard_normal(240)) * 1e6, 2)
    plain = Market(40, tender, bidder, amount, np.full(40, 1e6))
    names, tenders, order = chance.permutation(25), chance.permutation(40), chance.permutation(240)
    other = Market(40, tenders[tender][order], names[bidder][order], amount[order] * 7, np.full(40, 7e6))
    before, after = measured(plain), measured(other)
    for name in signs.SIGNS:
        assert after[name][tenders] == pytest.approx(before[name], rel=1e-9, abs=1e-9)
