"""Places of a network's drawing: parts stand apart, nobody lies on another, and the order of ties changes nothing."""

from itertools import combinations

from hypothesis import given, settings, strategies as st

from monitoring.domain.networks import drawing


def distance(a, b):
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


@given(
    st.integers(1, 25).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40),
            st.randoms(),
        )
    )
)
@settings(max_examples=40, deadline=None)
def test_the_order_and_direction_of_ties_change_nothing(drawn):
    nodes, edges, chance = drawn
    other = [(b, a) for a, b in edges]
    chance.shuffle(other)
    places = drawing.layout(nodes, edges)
    assert places == drawing.layout(nodes, other)
    assert len(places) == nodes
    assert all(distance(a, b) > 1e-3 for a, b in combinations(places, 2))


def test_parts_stand_apart_and_those_who_meet_stand_together():
    rings = [list(combinations(range(start, start + 6), 2)) for start in (0, 6, 12)]
    places = drawing.layout(18, [edge for ring in rings for edge in ring])
    for start in (0, 6, 12):
        own = places[start : start + 6]
        rest = places[:start] + places[start + 6 :]
        assert max(distance(a, b) for a, b in combinations(own, 2)) < 6
        assert min(distance(a, b) for a in own for b in rest) > 0.5


def test_three_thousand_firms_keep_a_broad_shape():
    edges = [(at, at + 1) for at in range(0, 3000, 2)] + [(at, at + 2) for at in range(0, 600, 2)]
    places = drawing.layout(3000, edges)
    width = max(x for x, _ in places) - min(x for x, _ in places)
    height = max(y for _, y in places) - min(y for _, y in places)
    assert 1 < width / height < 2.5
    assert len(set(places)) == 3000
