"""Pairs of firms: small cases by hand, rings that are known, honest markets, and what must change nothing."""

import numpy as np
import pytest
from scipy import stats

from monitoring.domain.networks import calm, chance, market, meetings, nearness
from monitoring.domain.networks.marks import study
from monitoring.domain.networks.pairs import expected_meetings, pairs
from tests.domain.networks_world import as_market, honest, with_ring


def judged(rows, **options):
    """Return {(a, b): (score, p, q, reasons)}."""
    found = study(as_market(rows), **options)
    result = pairs(found)
    keys = zip(found.meetings.a.tolist(), found.meetings.b.tolist(), strict=True)
    values = zip(result.score, result.p_value, result.q_value, result.reasons, strict=True)
    return dict(zip(keys, values, strict=True))


def test_a_market_keeps_the_lowest_bid_of_a_firm_and_counts_the_rest():
    rows = [(0, 0, 120.0), (0, 0, 110.0), (0, 1, 100.0), (0, -1, 90.0), (0, 2, 0.0), (1, 0, 7.0)]
    found = as_market(rows)
    assert found.firm.tolist() == [1, 0, 0]
    assert found.price.tolist() == pytest.approx([0, np.log(1.1), 0], abs=1e-9)
    assert found.left_out == market.LeftOut(nameless=1, zero=1, repeated=1, crowded=0)
    assert (found.sizes.tolist(), found.activity.tolist()) == ([2, 1], [2, 1, 0])


def test_a_crowded_tender_is_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(market, "LARGEST", 2)
    found = as_market([(0, 0, 1.0), (0, 1, 2.0), (0, 2, 3.0), (1, 0, 1.0), (1, 1, 2.0)])
    assert (found.sizes.tolist(), found.left_out.crowded) == ([0, 2], 1)


def test_benjamini_and_hochberg_by_hand():
    found = chance.false_discovery(np.array([0.04, 0.01, 0.03, 0.5]))
    assert found.tolist() == pytest.approx([0.16 / 3, 0.04, 0.16 / 3, 0.5])
    assert chance.false_discovery(np.empty(0)).tolist() == []


def test_the_chance_of_closeness_is_exact_in_small_tenders():
    best = chance.closeness(np.array([1.0, 2.0, 3.0]))
    assert best.tolist() == [-best[2], 0.0, best[2]] or best.tolist() == [best[0], 0.0, -best[0]]
    top = float(best[0])
    totals = np.array([3 * top, 2 * top, 0.0, 4.0, top, 0.0])
    small = [(3, 3, 3), (3, 3, 3), (3, 3, 3), (), (3,), ()]
    found = chance.closeness_chances(totals, np.array([3, 3, 3, 4, 2, 0]), small)
    mixed = np.mean(stats.norm.sf([0, top, 2 * top]))
    assert found.tolist() == pytest.approx([1 / 27, 4 / 27, 17 / 27, stats.norm.sf(2), mixed, 1])


def test_the_calmest_tender_has_the_highest_score_and_too_small_ones_none():
    rows = [(tender, firm, 100 + step * firm) for tender, step in enumerate([1, 5, 20]) for firm in range(5)]
    rows += [(3, 0, 5.0), (3, 1, 6.0), (4, 0, 5.0), (4, 1, 5.0), (4, 2, 5.0)]
    found = calm.calm(as_market(rows))
    assert found[0] > found[1] == 0 > found[2]
    assert np.isnan(found[3:]).all()


def test_nearness_and_place_by_hand():
    found = as_market([(0, 0, 100.0), (0, 1, 101.0), (0, 2, 150.0), (0, 3, 190.0)])
    near = nearness.near(found)
    assert near.sum() == pytest.approx(0, abs=1e-6)
    assert near[0] == near[1] > near[3] > near[2] or near[0] == near[1] > near[2]
    normal = stats.norm.ppf([0.125, 0.375, 0.625, 0.875]).tolist()
    assert nearness.unusual_place(found).tolist() == pytest.approx(normal, abs=1e-6)


def test_a_usual_place_is_taken_off_only_where_something_lasts():
    lasting = [(tender, firm, 100.0 + firm + (tender == firm)) for tender in range(6) for firm in range(5)]
    market_of = as_market(lasting)
    places = nearness.unusual_place(market_of)
    assert np.abs(places).max() < 0.8
    assert np.corrcoef(market_of.firm, places)[0, 1] < 0.3
    turning = as_market(
        [(tender, firm, 100.0 + (firm + tender) % 5) for tender in range(5) for firm in range(5)]
    )
    plain = np.tile(stats.norm.ppf((np.arange(5) + 0.5) / 5), 5)
    assert nearness.unusual_place(turning).tolist() == pytest.approx(plain.tolist(), abs=1e-6)


def test_meetings_by_hand():
    rows = [
        (tender, firm, 100.0 * (tender + 1) * (1 + 0.1 * firm)) for tender in range(3) for firm in range(3)
    ]
    rows += [(3, 0, 7.0), (3, 1, 6.0), (4, 2, 1.0)]
    found = study(as_market(rows)).meetings
    assert list(zip(found.a, found.b, found.common, strict=True)) == [(0, 1, 4), (0, 2, 3), (1, 2, 3)]
    assert found.priced.tolist() == [3, 3, 3]
    assert (found.below.tolist(), found.above.tolist()) == ([3, 3, 3], [1, 0, 0])
    assert found.same_gap.tolist() == [3, 3, 3]
    assert found.small == [(3, 3, 3)] * 3


def test_expected_meetings_follow_activity_and_size():
    found = study(as_market([(tender, firm, 10.0 + firm) for tender in range(4) for firm in range(3)]))
    assert expected_meetings(found).tolist() == pytest.approx([4 * 4 * 24 / 144] * 3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_ring_comes_first_with_its_reasons(seed):
    found = judged(with_ring(seed))
    ring = {pair for pair in found if min(pair) >= 100}
    first = sorted(found, key=lambda pair: -found[pair][0])[: len(ring)]
    assert set(first) == ring
    assert len(ring) == 6
    for pair in ring:
        _, p_value, q_value, reasons = found[pair]
        assert p_value <= q_value <= 0.01
        assert {"calm_tenders", "meet_often"} <= set(reasons)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"effects": 0.0, "fewest": 3, "most": 4},
        {"firms": 120, "fewest": 20, "most": 40, "tenders": 120, "spread": 0.03},
    ],
)
def test_chance_is_stated_rightly_in_honest_markets(options):
    p_values, q_values = [], []
    for seed in range(6):
        found = judged(honest(seed, **options)).values()
        p_values += [p_value for _, p_value, _, _ in found]
        q_values.append(min(q_value for _, _, q_value, _ in found))
    for limit in (0.01, 0.05, 0.2, 0.5):
        assert 0.2 * limit <= np.mean(np.array(p_values) <= limit) <= 1.35 * limit
    assert sum(q_value <= 0.05 for q_value in q_values) <= 2


def test_names_rows_and_units_change_nothing():
    rows = with_ring(4)
    plain = judged(rows)
    rng = np.random.default_rng(0)
    shuffled = [rows[at] for at in rng.permutation(len(rows))]
    assert judged(shuffled) == plain
    names = rng.permutation(1 + max(firm for _, firm, _ in rows)).tolist()
    renamed = judged([(tender, names[firm], amount) for tender, firm, amount in rows])
    assert {
        (min(names[a], names[b]), max(names[a], names[b])): value for (a, b), value in plain.items()
    } == renamed
    turned = judged([(400 - tender, firm, amount) for tender, firm, amount in rows])
    assert turned == plain
    for unit in (100.0, 1e-3, 7.3):
        scaled = judged([(tender, firm, amount * unit) for tender, firm, amount in rows])
        assert scaled.keys() == plain.keys()
        for pair, (score, p_value, q_value, reasons) in plain.items():
            assert scaled[pair][:3] == pytest.approx((score, p_value, q_value), rel=1e-9, abs=1e-12)
            assert scaled[pair][3] == reasons


def test_many_meetings_are_worked_on_in_blocks(monkeypatch):
    rows = with_ring(5, tenders=80)
    plain = judged(rows)
    monkeypatch.setattr(meetings, "_BLOCK", 50)
    assert judged(rows) == plain


def test_markets_without_pairs_or_prices():
    assert judged([(0, 0, 1.0)]) == {}
    alone = judged([(tender, firm, 5.0) for tender in range(4) for firm in range(2)])
    assert list(alone) == [(0, 1)]
    assert alone[0, 1][1] > 0.5
    empty = np.empty(0, dtype=np.int64)
    nothing = market.of_bids(empty, empty, np.empty(0), tenders=0, firms=0)
    assert pairs(study(nothing)).reasons == []
