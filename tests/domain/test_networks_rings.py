"""Groups of firms: a ring that takes turns, turns and territories by hand, and what must change nothing."""

import numpy as np
import pytest

from monitoring.domain.networks import rings
from monitoring.domain.networks.marks import study
from monitoring.domain.networks.pairs import pairs
from monitoring.domain.networks.turns import Turns, Win, turns
from tests.domain.networks_world import as_market, honest, with_ring


def found(rows, buyer=None, place=None):
    known = study(as_market(rows))
    none = np.full(known.market.tenders, -1, dtype=np.int64)
    return rings.rings(
        known, pairs(known), buyer=none if buyer is None else buyer, place=none if place is None else place
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_ring_that_takes_turns_is_found(seed):
    rows = with_ring(seed)
    tenders = 1 + max(tender for tender, _, _ in rows)
    first = found(rows, place=np.arange(tenders))[0]
    members = {100, 101, 102, 103}
    assert members <= set(first.members)
    assert (
        len(first.members) <= 5
    )  # an outsider who competes in the ring's calm tenders may look like one of it
    assert len(first.edges) >= 6
    assert len(first.tenders) >= 60
    assert first.p_value <= 0.001
    assert first.cohesion >= 0.8
    assert first.exclusivity >= 0.35
    assert first.turns.cycle_p <= 0.05


def test_honest_markets_have_hardly_a_group():
    assert sum(len(found(honest(seed))) for seed in range(5)) <= 1


def wins(members, present=None, buyers=None, places=None):
    return [
        Win(
            member,
            present or tuple(sorted(set(members))),
            buyers[at] if buyers else None,
            places[at] if places else None,
        )
        for at, member in enumerate(members)
    ]


def test_turns_by_hand():
    cycle = turns(wins([1, 2, 3] * 6, places=range(18)))
    assert (cycle.wins, cycle.winners) == (18, 3)
    assert cycle.cycle_p == 0.001
    assert cycle.balance_p < 0.1
    lumps = turns(wins([1] * 6 + [2] * 6 + [3] * 6, places=range(18)))
    assert lumps.cycle_p == 1
    assert turns(wins([1] * 15 + [2], present=(1, 2, 3), places=range(16))).balance_p > 0.99


def test_the_order_in_time_decides_and_not_the_order_of_the_list():
    members = [1, 1, 1, 1, 2, 2, 2, 2]
    assert turns(wins(members, places=[0, 2, 4, 6, 1, 3, 5, 7])).cycle_p <= 0.05
    assert turns(wins(members)).cycle_p is None


def test_territories_by_hand():
    shared = turns(wins([1, 1, 1, 2, 2, 2, 3, 3, 3], buyers=[7, 7, 7, 8, 8, 8, 9, 9, 9]))
    assert shared.territory == 1
    assert shared.territory_p <= 0.01
    mixed = turns(wins([1, 2, 3, 1, 2, 3], buyers=[7, 7, 7, 8, 8, 8]))
    assert (mixed.territory, mixed.territory_p) == (pytest.approx(1 / 3), 1)
    assert turns(wins([1, 2, 1, 2], buyers=[7, 7, 7, 7])).territory_p is None


def test_too_few_wins_say_nothing():
    assert turns([]) == Turns(0, 0, None, None, None, None)
    assert turns(wins([1, 2, 1], places=range(3))) == Turns(3, 2, None, None, None, None)
    assert turns(wins([1] * 9)).balance_p is None


def test_large_communities_are_divided(monkeypatch):
    monkeypatch.setattr(rings, "MOST", 4)
    monkeypatch.setattr(rings, "LEAST", 2)
    groups = found(with_ring(1, members=8))
    assert len(groups) > 1
    assert all(len(group.members) <= 8 for group in groups)


def test_names_rows_and_units_change_nothing():
    rows = with_ring(4, tenders=40)
    rng = np.random.default_rng(0)
    tenders = 1 + max(tender for tender, _, _ in rows)
    buyer = rng.integers(0, 3, tenders)
    plain = found(rows, buyer=buyer, place=np.arange(tenders))
    assert (
        found([rows[at] for at in rng.permutation(len(rows))], buyer=buyer, place=np.arange(tenders)) == plain
    )
    names = rng.permutation(1 + max(firm for _, firm, _ in rows)).tolist()
    renamed = found(
        [(tender, names[firm], amount) for tender, firm, amount in rows],
        buyer=buyer,
        place=np.arange(tenders),
    )
    scaled = found(
        [(tender, firm, amount * 7.3) for tender, firm, amount in rows], buyer=buyer, place=np.arange(tenders)
    )
    assert len(renamed) == len(scaled) == len(plain) >= 1
    for one, other, third in zip(plain, renamed, scaled, strict=True):
        assert tuple(sorted(names[member] for member in one.members)) == other.members
        assert (one.id, one.score, one.p_value, one.turns) == (
            other.id,
            other.score,
            other.p_value,
            other.turns,
        )
        assert (one.id, one.members, one.turns) == (third.id, third.members, third.turns)
        assert (one.score, one.p_value) == pytest.approx((third.score, third.p_value), rel=1e-9)
