"""Suspicion finds made rings, and its p-value is uniform on made markets where nobody colludes."""

import numpy as np
import pytest
from scipy import stats

from monitoring.domain.market.generator import make
from monitoring.domain.market.setting import Award, Setting
from monitoring.domain.suspicion import assessment, null, signs, training
from monitoring.domain.suspicion.signs import Market


def made(setting, seed=4):
    tenders = list(make(setting, seed))
    return training.as_market(tenders), np.array([tender.collusive for tender in tenders])


@pytest.mark.parametrize(
    "setting",
    [
        Setting(2500, mix={"independent": 1}, fewest=3, most=8, spread=0.02, firms=30),
        Setting(2500, mix={"common_costs": 1}, fewest=5, most=15, spread=0.2, firms=100),
        Setting(2500, mix={"independent": 1}, fewest=10, most=40, award=Award.AVERAGE, firms=150),
    ],
    ids=["calm", "common costs", "average"],
)
def test_p_is_uniform_where_nobody_colludes(setting):
    market, _ = made(setting)
    p = assessment.p_values(signs.screens(market))
    assert stats.kstest(p, "uniform").statistic < 0.045, "the fit itself costs a little"
    assert abs(np.mean(p <= 0.01) - 0.01) < 4 * np.sqrt(0.01 * 0.99 / len(p))


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


def test_the_null_finds_heavy_ends_and_leaves_normal_bids_alone():
    plain, _ = made(Setting(1000, mix={"independent": 1}, fewest=8, most=20))
    table = signs.screens(plain)
    found = null.fitted(signs.shapes(table), table["n"])
    assert abs(found.ends) < 0.1
    assert found.spread == pytest.approx(0.08, rel=0.05)
    heavy, _ = made(Setting(1000, mix={"independent": 1}, fewest=15, most=30, award=Award.AVERAGE, firms=100))
    table = signs.screens(heavy)
    assert null.fitted(signs.shapes(table), table["n"]).ends == pytest.approx(0.5, abs=0.2), (
        "t of 3/0.5 = 6 degrees"
    )


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
    model = assessment.shipped()
    logit = model.intercept + sum(model.weights[name] * found[name] for name in signs.SIGNS)
    assert assessment.assess(market).suspicion == pytest.approx(1 / (1 + np.exp(-logit)))
    assert min(model.weights.values()) >= 0, "a sign grows with suspicion"


def test_training_is_reproducible_and_separates():
    rows, truth = training.examples(4, seed=2)
    again, _ = training.examples(4, seed=2)
    assert np.array_equal(rows, again)
    weights = training.fit(rows, truth)
    assert np.array_equal(weights, training.fit(rows, truth))
    assert weights[1:].min() >= 0
    logit = weights[0] + rows @ weights[1:]
    assert np.median(logit[truth == 1]) > np.median(logit[truth == 0]) + 0.5
