"""Learning from cases: histories by hand, figures by hand, folds that do not leak, storage that trusts nobody."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from monitoring.domain.suspicion import learning, storage
from monitoring.domain.suspicion.histories import COLUMNS, History
from monitoring.domain.suspicion.learning import PRICES
from monitoring.domain.suspicion.signs import Market


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(learning, "TREES", 15)
    monkeypatch.setattr(learning, "ROUNDS", 8)
    monkeypatch.setattr(learning, "REPEATS", 1)


def cases(count=60, seed=2):
    """Return features in which CV alone tells, bidders without meaning, and the truth."""
    chance = np.random.default_rng(seed)
    plain = chance.normal(size=(count, len(PRICES) + len(learning.GAPS)))
    truth = (plain[:, PRICES.index("CV")] > 0.3).astype(np.int64)
    sets = [frozenset(f"F{name}" for name in chance.integers(0, 20, 4)) for _ in range(count)]
    return plain, sets, truth


def test_histories_by_hand():
    """A was in one case of two, b in none of one, c in one of one; half of the tenders are cases."""
    history = History([frozenset("ac"), frozenset("ab")], np.array([1, 0]))
    row = dict(zip(COLUMNS, history.describe([frozenset("bcx")], own=False)[0], strict=True))
    b, c = np.log((1 / 3) / (2 / 3)), np.log((2 / 3) / (1 / 3))
    assert row["odds_mean"] == pytest.approx((b + c) / 3), "x has no history and stands at the market's odds"
    assert (row["odds_min"], row["odds_max"]) == (pytest.approx(b), pytest.approx(c))
    assert row["known"] == pytest.approx(2 / 3)
    own = dict(zip(COLUMNS, history.describe(history.sets, own=True)[0], strict=True))
    a = np.log((1 / 3) / (2 / 3))
    assert own["odds_mean"] == pytest.approx(a / 2), "without its own tender a has one, no case; c has none"
    assert own["known"] == 0.5


def test_histories_without_names_are_missing():
    history = History([frozenset(), frozenset()], np.array([1, 0]))
    assert np.isnan(history.describe([frozenset("a")], own=False)).all()


def test_figures_by_hand():
    truth = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    value = np.array([0.9, 0.8, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = learning.figures(truth, value, 0.75)
    assert found["AUC"] == pytest.approx(15 / 16), "one of sixteen couples stands the wrong way"
    assert found["average precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["balanced accuracy"] == pytest.approx((1 / 2 + 7 / 8) / 2)
    assert found["F1"] == pytest.approx(1 / 2)
    assert found["recall at top 10%"] == 0.5
    flat = learning.figures(truth, np.ones(10))
    assert flat["recall at top 10%"] == pytest.approx(0.1), "a blind choice of one in ten"


def test_thresholds_are_passed_by_so_many_without_the_label():
    truth = np.array([0] * 101 + [1] * 50)
    value = np.concatenate([np.arange(101) / 100, np.ones(50)])
    assert learning.thresholds(truth, value) == pytest.approx({"1%": 0.99, "5%": 0.95, "10%": 0.9})


def test_out_of_fold_learns_what_is_there_and_nothing_where_nothing_is():
    plain, sets, truth = cases(120)
    found = learning.out_of_fold(plain, sets, truth)
    assert found.shape == (1, 120)
    assert learning.figures(truth, found[0])["AUC"] > 0.85
    blind = np.random.default_rng(1).permutation(truth)
    assert 0.3 < learning.figures(blind, learning.out_of_fold(plain, sets, blind)[0])["AUC"] < 0.7


def test_too_few_cases_are_refused():
    plain, sets, truth = cases(30)
    truth[:] = 0
    truth[:4] = 1
    with pytest.raises(learning.LearningError, match="at least 5 tenders"):
        learning.out_of_fold(plain, sets, truth)


def test_features_do_not_depend_on_order_or_unit():
    chance = np.random.default_rng(5)
    tender, amount = np.repeat(np.arange(12), 5), np.round(chance.uniform(1e5, 2e5, 60), 2)
    order = chance.permutation(60)
    nobody, estimate = np.full(60, -1), np.full(12, 1.5e5)
    before, n = learning.describe(Market(12, tender, nobody, amount, estimate))
    after, _ = learning.describe(Market(12, tender[order], nobody, amount[order] * 3, estimate * 3))
    assert after == pytest.approx(before, rel=1e-8, abs=1e-9)
    assert n.tolist() == [5] * 12
    gaps = np.sort(np.log(amount[tender == 0]))
    assert before[0, len(PRICES)] == pytest.approx(gaps[1] - gaps[0], abs=1e-11)


def test_a_model_comes_back_as_it_was_and_in_equal_bytes():
    plain, sets, truth = cases()
    data = storage.pack(learning.learn(plain, sets, truth), {"tenders": 60})
    assert data == storage.pack(learning.learn(plain, sets, truth), {"tenders": 60})
    local, about = storage.unpack(data)
    assert about["tenders"] == 60
    assert about["features"] == list(learning.FEATURES)
    expected = learning.learn(plain, sets, truth).suspicion(plain, sets)
    assert np.array_equal(local.suspicion(plain, sets), expected)


def test_what_is_no_model_is_refused():
    for data in (b"", b"PK", pickle.dumps({"a": 1})):
        with pytest.raises(storage.StorageError, match="no model"):
            storage.unpack(data)
    plain, sets, truth = cases()
    data = storage.pack(learning.learn(plain, sets, truth), {})
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "schema.json":
                text = text.replace(b'"ExtraTreeClassifier"', b'"system"').replace(
                    b'"sklearn.tree._classes"', b'"os"'
                )
            new.writestr(name, text)
    with pytest.raises(storage.StorageError, match="not trusted"):
        storage.unpack(target.getvalue())
