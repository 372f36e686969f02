"""ETDRAW/1: the reference vectors to the byte, replay, replacement, and that nobody is favoured."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from scipy import stats

from kernel.domain import canonical, draw
from kernel.domain.draw import Draw, DrawError, Result, Skip, SkipReason

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "draw.json").read_text("utf-8"))
LOT = "4f6c1c1e-6b1a-4c55-9d0e-2f0d8a3a7b10"
NAMES = ("centre", "procuring_entity", "supervisor")


def value(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def a_draw(ids: tuple[str, ...] = tuple("abcdefghij"), salt: str = "") -> Draw:
    return Draw(ids, f"{LOT}/draw-1", "civil", {name: value(name + salt) for name in NAMES}, b"\x01")


pools = st.lists(
    st.text("abcdefghij0123456789专家", min_size=1, max_size=6), min_size=1, max_size=12, unique=True
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["draw_id"])
def test_reference_vectors(case):
    found = draw.from_json(case)
    expect = case["expect"]
    assert found.pool_hash == expect["pool_hash"]
    assert found.commits == expect["commits"]
    assert found.seed.hex() == expect["seed"]
    assert list(found.order) == expect["order"]
    assert found.first_key == expect["first_key"]


@given(pools, st.randoms())
def test_order_does_not_depend_on_how_the_pool_is_listed(ids, rng):
    shuffled = list(ids)
    rng.shuffle(shuffled)
    assert a_draw(tuple(ids)).order == a_draw(tuple(shuffled)).order


@given(pools)
def test_order_is_a_permutation_of_the_pool(ids):
    assert sorted(a_draw(tuple(ids)).order) == sorted(ids)


@given(pools, st.integers(1, 12), st.data())
def test_a_record_replays_to_the_same_result(ids, take, data):
    result = Result(a_draw(tuple(ids)), take, reason="first draw")
    for _ in range(data.draw(st.integers(0, 3))):
        if result.taken:
            who = data.draw(st.sampled_from(result.taken))
            result = result.replace(who, data.draw(st.sampled_from(list(SkipReason))))
    whole = canonical.from_bytes(canonical.to_bytes(result.as_json()))
    again = draw.verify(whole)
    assert (again.taken, again.reserve, again.short) == (result.taken, result.reserve, result.short)
    public = draw.verify(result.as_public_json())
    assert (public.taken, public.reserve) == (result.taken, result.reserve)


@given(pools, st.integers(1, 12))
def test_taken_and_reserve_divide_the_order(ids, take):
    result = Result(a_draw(tuple(ids)), take)
    assert result.taken + result.reserve == result.order
    assert len(result.taken) == min(take, len(ids))
    assert result.short == max(0, take - len(ids))


@pytest.mark.parametrize("name", NAMES)
def test_every_contributor_moves_the_order(name):
    first = a_draw(tuple(f"e{n}" for n in range(30)))
    other = replace(first, contributions={**first.contributions, name: value("another")})
    assert other.order != first.order


def test_beacon_stratum_and_draw_id_move_the_order():
    first = a_draw(tuple(f"e{n}" for n in range(30)))
    for change in ({"beacon": b""}, {"stratum": "road"}, {"draw_id": f"{LOT}/draw-2"}):
        assert replace(first, **change).order != first.order


def test_a_replacement_takes_the_next_in_the_same_order():
    first = Result(a_draw(), 3)
    second = first.replace(first.taken[1], SkipReason.DECLINED)
    assert second.taken == (first.taken[0], first.taken[2], first.reserve[0])
    assert second.reserve == first.reserve[1:]
    assert second.skips == (Skip(first.taken[1], "R-03", "declined"),)


def test_only_who_was_taken_is_replaced():
    first = Result(a_draw(), 3)
    with pytest.raises(DrawError, match="was not taken"):
        first.replace(first.reserve[0], SkipReason.HEALTH)


def test_an_exhausted_order_says_how_many_are_missing():
    result = Result(a_draw(("a", "b", "c")), 2)
    result = result.replace(result.taken[0], SkipReason.DECLINED)
    assert result.short == 0
    result = result.replace(result.taken[0], SkipReason.NO_ANSWER)
    assert (len(result.taken), result.short) == (1, 1)


def test_nobody_behind_the_last_taken_can_be_skipped():
    order = a_draw().order
    with pytest.raises(DrawError, match="never reached"):
        draw.split(order, 2, [Skip.of(order[5], SkipReason.DECLINED)])


@pytest.mark.parametrize(
    ("take", "skips", "words"),
    [
        (0, [], "at least one"),
        (1, [Skip("zz", "R-03", "declined")], "not in the order"),
        (1, [Skip("a", "R-03", "declined")] * 2, "skipped twice"),
    ],
)
def test_impossible_takings_are_refused(take, skips, words):
    with pytest.raises(DrawError, match=words):
        draw.split(tuple("abc"), take, skips)


def test_a_reveal_must_be_what_was_committed():
    commit = draw.commitment(f"{LOT}/draw-1", "centre", value("x"))
    draw.check_reveal(commit, f"{LOT}/draw-1", "centre", value("x"))
    for draw_id, name, revealed in (
        (f"{LOT}/draw-2", "centre", value("x")),
        (f"{LOT}/draw-1", "supervisor", value("x")),
        (f"{LOT}/draw-1", "centre", value("y")),
    ):
        with pytest.raises(DrawError, match="not the one"):
            draw.check_reveal(commit, draw_id, name, revealed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ids": ()}, "empty"),
        ({"ids": ("a", "a")}, "twice"),
        ({"ids": ("a\nb",)}, "one line"),
        ({"ids": ("e\u0301",)}, "NFC"),
        ({"stratum": ""}, "stratum"),
        ({"contributions": {}}, "at least one contribution"),
        ({"contributions": {"centre": b"short"}}, "32 bytes"),
    ],
)
def test_bad_inputs_are_refused(change, words):
    with pytest.raises(DrawError, match=words):
        replace(a_draw(), **change)


@pytest.mark.parametrize("name", sorted(Result(a_draw(), 3).as_json()))
def test_any_changed_member_of_a_record_is_found(name):
    result = Result(a_draw(), 3, exclusions=(("x", "employer"),), reason="first")
    result = result.replace(result.taken[0], SkipReason.ABSENT)
    record = result.as_json()
    draw.verify(record)
    changes = {
        "ids": [*record["ids"], "k"],
        "draw_id": f"{LOT}/draw-2",
        "stratum": "road",
        "contributions": {**record["contributions"], "centre": value("y").hex()},
        "beacon": "02",
        "take": 4,
        "reason": 7,
        "skips": [{**record["skips"][0], "id": record["reserve"][0]}],
        "exclusions": [{"id": "a", "reason": "employer"}],
    }
    broken = record | {name: changes.get(name, "0" * 64)}
    if name == "reason":
        broken = {key: item for key, item in record.items() if key != "reason"}
    with pytest.raises(DrawError):
        draw.verify(broken)
    with pytest.raises(DrawError):
        draw.verify(record | {"surplus": 1})


def test_the_public_record_tells_no_reason_and_no_exclusion():
    result = Result(a_draw(), 3, exclusions=(("x", "employer"),))
    public = result.replace(result.taken[0], SkipReason.AVOIDANCE).as_public_json()
    assert "exclusions" not in public
    assert [sorted(skip) for skip in public["skips"]] == [["id", "rule"]]


def test_nobody_is_in_the_pool_and_excluded():
    with pytest.raises(DrawError, match="excluded"):
        Result(a_draw(), 1, exclusions=(("a", "employer"),))


def test_a_coefficient_is_drawn_by_the_same_rule():
    values = ("0.01", "0.02", "0.03")
    contributions = {name: value(name) for name in NAMES}
    found = draw.coefficient("K", values, draw_id=f"{LOT}/draw-1", contributions=contributions)
    assert found.taken == Draw(values, f"{LOT}/draw-1", "K", contributions).order[:1]
    assert found.as_json()["beacon"] == ""


def test_first_places_are_uniform_over_many_draws():
    ids = tuple(f"e{n}" for n in range(12))
    first = dict.fromkeys(ids, 0)
    last = dict.fromkeys(ids, 0)
    for n in range(6000):
        order = a_draw(ids, salt=str(n)).order
        first[order[0]] += 1
        last[order[-1]] += 1
    assert stats.chisquare(list(first.values())).pvalue > 0.01
    assert stats.chisquare(list(last.values())).pvalue > 0.01


def test_pairs_of_places_are_uniform_over_many_draws():
    ids = tuple("abcd")
    pairs = {(x, y): 0 for x in ids for y in ids if x != y}
    for n in range(6000):
        order = a_draw(ids, salt=f"pair-{n}").order
        pairs[order[0], order[1]] += 1
    assert stats.chisquare(list(pairs.values())).pvalue > 0.01


def test_the_uniformity_test_finds_a_bias():
    ids = tuple(f"e{n}" for n in range(12))
    first = dict.fromkeys(ids, 0)
    for n in range(6000):
        order = a_draw(ids, salt=str(n)).order
        favoured = order[0] if n % 20 else ids[0]
        first[favoured] += 1
    assert stats.chisquare(list(first.values())).pvalue < 0.01
