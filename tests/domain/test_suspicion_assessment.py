"""Suspicion finds made rings, and its p-value is uniform on made markets where nobody colludes."""

import numpy as np
import pytest
from scipy import special, stats

from monitoring.domain.market.generator import make
from monitoring.domain.market.setting import Award, Setting
from monitoring.domain.suspicion import assessment, logs, null, shipped, signs, training
from monitoring.domain.suspicion.signs import Market


def made(setting, seed=4):
    tenders = list(make(setting, seed))
    return training.as_market(tenders), np.array([tender.collusive for tender in tenders])


@pytest.mark.parametrize(
    "setting",
    [
        Setting(2500, mix={"independent": 1}, fewest=3, most=8, spread=0.02, firms=30),
        Setting(2500, mix={"common_costs": 1}, fewest=5, most=15, spread=0.2, firms=100),
        Setting(2500, mix={"independent": 1, "common_costs": 1}, fewest=3, most=20, spread=0.3, firms=200),
        Setting(2500, mix={"independent": 1}, fewest=10, most=40, award=Award.AVERAGE, firms=150),
    ],
    ids=["calm", "common costs", "wide and uneven", "average"],
)
def test_p_is_uniform_where_nobody_colludes(setting):
    market, _ = made(setting)
    p = assessment.p_values(market)
    assert stats.kstest(p, "uniform").pvalue > 0.001
    assert abs(np.mean(p <= 0.01) - 0.01) < 4 * np.sqrt(0.01 * 0.99 / len(p))


def test_p_is_too_small_where_bidders_of_an_average_award_buy_common_estimates():
    """A stated bias: such bids are not independent given the tender, and docs/flags.md says by how much."""
    market, _ = made(
        Setting(4000, mix={"common_estimators": 1}, fewest=15, most=40, award=Award.AVERAGE, firms=200)
    )
    share = np.mean(assessment.p_values(market) <= 0.01)
    assert 0.008 < share < 0.02


def test_p_does_not_depend_on_level_spread_or_order():
    chance = np.random.default_rng(6)
    tender = np.repeat(np.arange(300), 7)
    logs = 0.05 * chance.standard_normal(2100)
    level, width = chance.uniform(10, 18, 300)[tender], np.exp(chance.uniform(-3, 1, 300))[tender]
    nobody, none = np.full(2100, -1), np.full(300, np.nan)
    plain = assessment.p_values(Market(300, tender, nobody, np.exp(logs), none))
    other = assessment.p_values(Market(300, tender, nobody, np.exp(level + width * logs), none))
    assert other == pytest.approx(plain, rel=1e-6), "each tender has a level and a spread of its own"
    order = chance.permutation(2100)
    shuffled = Market(300, tender[order], nobody, np.exp(logs)[order], none)
    assert np.array_equal(assessment.p_values(shuffled), plain)


def test_rings_of_a_made_market_come_first():
    market, collusive = made(
        Setting(1500, mix={"independent": 0.7, "rotation": 0.1, "cover": 0.1, "incomplete": 0.1})
    )
    found = assessment.assess(market)
    order = np.argsort(-found.suspicion)
    assert collusive[order[:100]].mean() > 0.85, "three in ten are collusive"
    ranks = stats.rankdata(found.suspicion)[collusive]
    low = len(ranks) * (len(ranks) + 1) / 2
    assert (ranks.sum() - low) / (len(ranks) * (~collusive).sum()) > 0.9
    assert np.mean(found.p[collusive] <= 0.05) > 2 * np.mean(found.p[~collusive] <= 0.05)


def fitted(setting):
    market, _ = made(setting)
    table = logs.measure(market)
    return null.fitted(signs.shapes(table), table["n"])


def test_the_null_finds_heavy_ends_and_leaves_normal_bids_alone():
    assert fitted(Setting(1000, mix={"independent": 1}, fewest=8, most=20)) == null.Null()
    heavy = fitted(Setting(1000, mix={"independent": 1}, fewest=15, most=30, award=Award.AVERAGE, firms=100))
    assert heavy.ends == pytest.approx(0.5, abs=0.2), "t of 3/0.5 = 6 degrees"
    assert abs(heavy.skew) < 0.1


def test_heavy_ends_are_nearly_students_t():
    z = np.linspace(-3.5, 3.5, 71)
    for degrees in (4.0, 6.0, 30.0):
        expected = special.stdtrit(degrees, special.ndtr(z))
        assert null.Null(ends=3 / degrees).logs(z) == pytest.approx(expected, rel=0.05, abs=1e-9)


def test_false_discovery_by_hand():
    q = assessment.q_values(np.array([0.03, np.nan, 0.01, 0.5, 0.02]))
    assert q == pytest.approx([0.04, np.nan, 0.04, 0.5, 0.04], nan_ok=True), (
        "0.01 * 4 / 1, 0.02 * 4 / 2, 0.03 * 4 / 3"
    )
    assert np.isnan(assessment.q_values(np.array([np.nan]))).all()


def test_what_is_missing_still_has_a_number():
    amounts = [5.0, 5, 9, 0, 5, 6, 7, 7, 7]
    market = Market(
        5, np.array([1, 2, 2, 3, 3, 3, 4, 4, 4]), np.full(9, -1), np.array(amounts), np.full(5, np.nan)
    )
    found = assessment.assess(market)
    assert found.n.tolist() == [0, 1, 2, 3, 3]
    assert found.suspicion[0] == 0
    assert np.isfinite(found.suspicion).all()
    assert np.isnan(found.p[:3]).all()
    assert found.p[3:].tolist() == [1, 1], "their shape says nothing"
    assert found.reasons[4][0] == "equal_bids"


def test_an_empty_market_has_no_rows():
    empty = np.empty(0)
    found = assessment.assess(Market(0, empty.astype(np.int64), empty.astype(np.int64), empty, empty))
    assert len(found.suspicion) == len(found.reasons) == 0


def test_the_logit_by_hand_from_the_stored_weights():
    market, _ = made(Setting(30))
    found = signs.measure(market, signs.screens(market))
    logit = shipped.INTERCEPT + sum(shipped.WEIGHTS[name] * found[name] for name in signs.SIGNS)
    assert assessment.assess(market).suspicion == pytest.approx(1 / (1 + np.exp(-logit)))
    assert min(shipped.WEIGHTS.values()) >= 0, "a sign grows with suspicion"


def test_training_is_reproducible_and_separates():
    rows, truth = training.examples(4, seed=2)
    again, _ = training.examples(4, seed=2)
    assert np.array_equal(rows, again)
    weights = training.fit(rows, truth)
    assert np.array_equal(weights, training.fit(rows, truth))
    assert weights[1:].min() >= 0
    logit = weights[0] + rows @ weights[1:]
    assert np.median(logit[truth == 1]) > np.median(logit[truth == 0]) + 0.5
