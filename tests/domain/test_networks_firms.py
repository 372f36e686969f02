"""Single firms: margins and wins by hand, a ring found, honest markets left alone, and what must change nothing."""

import numpy as np
import pytest
from scipy import stats

from monitoring.domain.networks import market as markets
from monitoring.domain.networks.firms import firms
from monitoring.domain.networks.marks import study
from monitoring.domain.networks.pairs import pairs
from tests.domain.networks_world import as_market, honest, with_ring


def judged(rows, reserve=None):
    found = study(as_market(rows))
    bases = np.full(found.market.tenders, np.nan) if reserve is None else np.array(reserve, dtype=float)
    return firms(found, pairs(found), bases)


def test_wins_and_isolation_by_hand():
    rows = [(0, 0, 90.0), (0, 1, 100.0), (0, 2, 120.0), (1, 0, 80.0), (1, 1, 100.0), (2, 2, 50.0)]
    found = judged(rows)
    assert (found.tenders.tolist(), found.wins.tolist()) == ([2, 2, 2], [2, 0, 1])
    assert found.isolation[0] == pytest.approx((10 / 100 + 20 / 100) / 2, abs=1e-6)
    assert np.isnan(found.isolation[1:]).all()
    assert found.margins.tolist() == [2, 2, 1]
    assert np.isnan(found.score).all()
    assert found.partners.tolist() == [0, 0, 0]
    reserved = judged(rows, [200, np.nan, np.nan])
    assert reserved.isolation[0] == pytest.approx((10 / 200 + 20 / 100) / 2, abs=1e-6)


def test_who_was_awarded_has_won_whatever_the_price():
    tender, firm = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 1, 0, 1])
    amount, awarded = np.array([90.0, 100.0, 95.0, 5.0, 6.0]), np.array([False, True, False, False, False])
    found = markets.of_bids(tender, firm, amount, tenders=2, firms=2, awarded=awarded)
    assert list(zip(found.tender, found.firm, found.won, strict=True)) == [
        (0, 0, False), (0, 1, True), (1, 0, True), (1, 1, False),
    ]  # fmt: skip


def test_a_constant_loser_and_missing_bids_are_named():
    rng = np.random.default_rng(1)
    rows = []
    for tender in range(60):
        rows += [(tender, firm, float(amount)) for firm, amount in enumerate(rng.normal(100, 5, 5))]
        rows += [(tender, 5, 150.0)]
    found = judged(rows)
    assert found.frequent_loser.tolist() == [False] * 5 + [True]
    assert {"frequent_loser", "missing_bids"} <= set(found.reasons[5])
    assert not any("frequent_loser" in reasons for reasons in found.reasons[:5])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_ring_is_found(seed):
    found = judged(with_ring(seed))
    first = np.argsort(-np.nan_to_num(found.score, nan=-9))[:4]
    assert set(first.tolist()) == {100, 101, 102, 103}
    assert (found.q_value[first] <= 0.01).all()
    assert all("calm_tenders" in found.reasons[at] for at in first)


@pytest.mark.parametrize(("effects", "factor"), [(0.0, 1.35), (0.4, 2.0)])
def test_chance_is_stated_rightly_in_honest_markets(effects, factor):
    p_values, alarms = [], 0
    for seed in range(12):
        found = judged(honest(seed, effects=effects))
        p_values.append(found.p_value[np.isfinite(found.p_value)])
        alarms += bool((found.q_value <= 0.05).any())
    together = np.concatenate(p_values)
    assert len(together) > 300
    for limit in (0.05, 0.2):
        assert np.mean(together <= limit) <= factor * limit
    assert np.mean(together <= 0.5) >= 0.25
    assert alarms <= 4


def test_simes_by_hand():
    rows = [(tender, firm, 100.0 + firm + tender) for tender in range(3) for firm in range(3)]
    found = study(as_market(rows))
    alike = pairs(found)
    given = firms(found, alike, np.full(3, np.nan))
    close = {
        frozenset(pair): chance
        for *pair, chance in zip(found.meetings.a, found.meetings.b, alike.close, strict=True)
    }
    for firm in range(3):
        own = sorted(chance for pair, chance in close.items() if firm in pair)
        simes = min(own[0] * 2, own[1])
        calm = stats.norm.sf(0) if np.isnan(found.calm).all() else 1.0
        assert given.p_value[firm] == pytest.approx(min(1, 2 * min(simes, max(calm, simes))))


def test_names_rows_and_units_change_nothing():
    rows = with_ring(3, tenders=30)
    plain = judged(rows)
    columns = ("tenders", "wins", "isolation", "near_margin", "score", "p_value", "q_value")
    rng = np.random.default_rng(0)
    shuffled = judged([rows[at] for at in rng.permutation(len(rows))])
    names = rng.permutation(len(plain.score))
    renamed = judged([(tender, int(names[firm]), amount) for tender, firm, amount in rows])
    scaled = judged([(tender, firm, amount * 7.3) for tender, firm, amount in rows])
    for column in columns:
        values = getattr(plain, column)
        assert np.array_equal(getattr(shuffled, column), values, equal_nan=True)
        assert np.array_equal(getattr(renamed, column)[names], values, equal_nan=True)
        assert getattr(scaled, column) == pytest.approx(values, rel=1e-9, abs=1e-10, nan_ok=True)
    assert shuffled.reasons == scaled.reasons == plain.reasons
