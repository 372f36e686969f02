"""40-(4): progressions and equal differences, their chance under the stated null, and the exemptions."""

import itertools
import math
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from monitoring.domain import progressions
from monitoring.domain.progressions import Kind
from monitoring.domain.regularity import regular_prices

OTHERS = ["18990012.10", "19561204.35", "19105733.46", "19420901.77"]
LADDER = ["19213456.78", "19298888.03", "19384319.28"]


def look(prices, limit=0.01, **context):
    named = {f"b{index:02}": Decimal(price) for index, price in enumerate(prices)}
    return regular_prices(named, regime="T", limit=limit, **context)


def kinds(prices, **context):
    return [(found.evidence[0].kind, found.standing) for found in look(prices, **context)]


def tried(found, name):
    return next(exemption for exemption in found.exemptions if exemption.name == name)


def test_three_of_seven_prices_in_steps_to_the_cent_stand():
    (found,) = look([*LADDER, *OTHERS])
    assert (found.item, found.members, found.standing) == ("40-(4)", ("b00", "b01", "b02"), True)
    assert found.evidence[0].facts["step"] == "85431.25"
    # 4 kinds x 7*6*5/2 ways x one cent x 3 of 7 prices in the 170862.50 between the outer two of them
    expected = 4 * 105 * 0.01 * 3 / 7 / 122057.37
    assert float(tried(found, "chance").tried["chance"]) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("moved", ["19298888.02", "19298888.04"])
def test_a_cent_beside_the_step_is_no_arithmetic_progression(moved):
    assert Kind.ARITHMETIC not in dict(kinds([LADDER[0], moved, LADDER[2], *OTHERS]))


def test_two_prices_are_never_a_pattern():
    assert look(["5.00", "6.00"]) == []
    assert look(["5.00", "5.00"]) == []
    assert look([]) == []


def test_a_geometric_progression_rounded_to_the_cent_stands():
    start, ratio = 1234567.891, 1.0173
    rising = [f"{start * ratio**power:.2f}" for power in range(4)]
    (found,) = look([*rising, "1300001.13", "1222222.47"])
    assert (found.evidence[0].kind, found.standing) == (Kind.GEOMETRIC, True)
    assert float(found.evidence[0].facts["step"]) == pytest.approx(ratio, abs=1e-8)
    spoilt = [*rising[:3], f"{float(rising[3]) + 0.05:.2f}"]
    (rest,) = look([*spoilt, "1300001.13", "1222222.47"])
    assert len(rest.members) == 3


def test_pairs_equally_far_apart_stand():
    (found,) = look(["1000003.17", "1012345.67", "1100008.29", "1112350.79", "1055555.55"])
    assert (found.evidence[0].kind, found.members) == (Kind.DIFFERENCES, ("b00", "b01", "b02", "b03"))
    assert found.evidence[0].facts["step"] in {"12342.50", "100005.12"}


def test_pairs_beside_a_ladder_are_counted_once():
    found = {p.kind: p for p in progressions.find([1000, 1007, 1014, 1153, 1160, 2001])}
    assert found[Kind.ARITHMETIC].prices == (1000, 1007, 1014)
    assert (found[Kind.DIFFERENCES].prices, found[Kind.DIFFERENCES].pairs) == (
        (1000, 1007, 1014, 1153, 1160),
        2,
    )
    assert found[Kind.DIFFERENCES].ways(6) == 6 * 5 * 4 * 3 // 2 // 2


def test_a_ladder_is_told_once_and_whole():
    ladder = [f"{1000003.17 + 1234.56 * step:.2f}" for step in range(6)]
    (found,) = look([*ladder, "1077777.77"])
    assert (found.evidence[0].kind, len(found.members)) == (Kind.ARITHMETIC, 6)


def test_round_prices_in_round_steps_are_explained_by_rounding():
    (found,) = look(["19200000", "19300000", "19400000", "18850000", "19650000"], limit=0.05)[:1]
    assert not found.standing
    assert str(tried(found, "chance").result) == "does_not_explain"
    assert str(tried(found, "rounding").result) == "explains"


def test_round_rates_of_the_ceiling_are_explained_by_it():
    ceiling = Decimal("19837461.53")
    prices = [f"{ceiling * Decimal(rate):.2f}" for rate in ("0.93", "0.95", "0.97")]
    bare = look([*prices, "19000001.13"])[0]
    assert (bare.members, bare.standing) == (("b00", "b01", "b02"), True)
    assert str(tried(bare, "ceiling_rates").result) == "cannot_be_tried"
    found = look([*prices, "19000001.13"], bases={"ceiling": ceiling, "estimate": Decimal(21000000)})[0]
    assert (found.members, found.standing) == (("b00", "b01", "b02"), False)
    assert str(tried(found, "rounding").result) == "does_not_explain"
    assert tried(found, "ceiling_rates").tried["base"] == "ceiling"
    assert float(tried(found, "ceiling_rates").tried["grid"]) == pytest.approx(float(ceiling) / 100, rel=0.01)


def test_rates_too_fine_to_mean_anything_do_not_explain():
    (found,) = look([*LADDER, *OTHERS], bases={"ceiling": Decimal("19837461.53")})
    assert (found.standing, str(tried(found, "ceiling_rates").result)) == (True, "does_not_explain")


def test_a_lot_that_counts_on_one_unknown_basis_explains_itself():
    rng = random.Random(2)
    prices = [f"{Decimal('19837461.53') * rate / 1000:.2f}" for rate in rng.sample(range(800, 990), 30)]
    found = look(prices)
    assert found
    assert not any(lattice.standing for lattice in found)
    assert str(tried(found[0], "chance").result) == "does_not_explain"
    assert str(tried(found[0], "common_basis").result) == "explains"
    assert len({lattice.evidence[0].kind for lattice in found}) == len(found)


def test_two_ladders_in_one_lot_do_not_excuse_each_other():
    other = ["18555555.51", "18622222.22", "18688888.93"]
    found = [ladder for ladder in look([*LADDER, *other, *OTHERS]) if ladder.standing]
    assert {ladder.members for ladder in found} >= {("b00", "b01", "b02"), ("b03", "b04", "b05")}
    assert tried(found[0], "common_basis").tried["groups"] == "2"


def test_prices_that_the_document_sets_explain():
    fixed = [Decimal(price) for price in LADDER]
    assert not look([*LADDER, *OTHERS], fixed=fixed)[0].standing
    assert look([*LADDER, *OTHERS], fixed=fixed[:2])[0].standing


def test_three_equal_prices_stand_unless_the_document_sets_them():
    prices = ["812345.67"] * 3 + ["799999.13", "850001.11", "831234.56"]
    (found,) = look(prices)
    assert (found.evidence[0].kind, found.standing) == (Kind.EQUAL, True)
    assert not look(prices, bases={"ceiling": Decimal("812345.67")})[0].standing
    assert kinds(prices[1:]) == []


def test_where_no_spread_can_be_measured_the_chance_is_unknown_and_said_so():
    (found,) = look(["5.55"] * 3)
    assert found.standing
    assert found.evidence[0].facts["chance"] == "unknown"
    assert str(tried(found, "chance").result) == "cannot_be_tried"


def test_the_limit_decides_what_stands():
    prices = ["1005600", "1027800", "1050000", "1102300"]
    chance = float(look(prices)[0].evidence[0].facts["chance"])
    assert 0.001 < chance < 1
    assert look(prices, limit=chance * 1.1)[0].standing
    assert not look(prices, limit=chance * 0.9)[0].standing


@pytest.mark.parametrize("price", ["0", "-1", "5.555", "NaN", "Infinity"])
def test_what_is_no_price_is_refused(price):
    with pytest.raises(ValueError, match="above zero"):
        look([price, "5", "6"])


def test_names_and_order_change_nothing_else():
    prices = {name: Decimal(price) for name, price in zip("abcdefg", [*LADDER, *OTHERS], strict=True)}
    turned = {name.upper(): price for name, price in reversed(prices.items())}
    (one,), (other,) = (regular_prices(p, regime="T", limit=0.01) for p in (prices, turned))
    assert [name.upper() for name in one.members] == list(other.members)
    assert one.exemptions == other.exemptions
    assert one.evidence[0].facts == other.evidence[0].facts


@settings(max_examples=60, deadline=None)
@given(
    st.integers(10**6, 10**10),
    st.integers(1, 10**7),
    st.integers(3, 7),
    st.lists(st.integers(10**6, 10**10), max_size=5),
)
def test_every_planted_ladder_is_found(start, step, size, noise):
    ladder = {start + step * place for place in range(size)}
    found = [set(p.prices) for p in progressions.find([*ladder, *noise]) if p.kind is Kind.ARITHMETIC]
    assert any(ladder <= prices for prices in found)


@settings(max_examples=60, deadline=None)
@given(st.floats(10**6, 10**9), st.floats(1.001, 1.5), st.integers(3, 6))
def test_every_planted_ratio_is_found(start, ratio, size):
    prices = [round(start * ratio**place) for place in range(size)]
    found = [set(p.prices) for p in progressions.find(prices)]
    assert any(len(set(prices) & those) >= 3 for those in found)
    unit = progressions.decimal_unit(prices)
    if unit == 1 and len(found) == 1:
        assert found[0] == set(prices)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=9))
def test_whatever_is_found_holds(prices):
    for pattern in progressions.find(prices):
        terms = pattern.prices
        assert set(terms) <= set(prices)
        assert len(terms) >= 3
        if pattern.kind is Kind.ARITHMETIC:
            assert {high - low for low, high in itertools.pairwise(terms)} == {int(pattern.step)}
        if pattern.kind is Kind.DIFFERENCES:
            pairs = sum(price + int(pattern.step) in terms for price in terms)
            assert pairs >= pattern.pairs >= 2
        if pattern.kind is Kind.GEOMETRIC:
            logs = [
                (math.log(max(2 * t - pattern.unit, 1e-9)), math.log(2 * t + pattern.unit)) for t in terms
            ]
            for first in range(len(logs)):
                for last in range(first + 2, len(logs)):
                    for mid in range(first + 1, last):
                        share = (mid - first) / (last - first)
                        low, high = (
                            (1 - share) * logs[first][side] + share * logs[last][side] for side in (0, 1)
                        )
                        assert low <= logs[mid][1] + 1e-9
                        assert high >= logs[mid][0] - 1e-9


MARKETS = {
    "one common spread": lambda rng, level: level * rng.lognormvariate(0, 0.03),
    "even": lambda rng, level: level * rng.uniform(0.95, 1.05),
    "two camps": lambda rng, level: level * rng.lognormvariate(0, rng.choice([0.003, 0.04])),
}


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("grid", [1, 1000, 10000, None])
def test_honest_bids_stand_out_no_more_often_than_the_limit_says(market, grid):
    rng = random.Random(f"{market} {grid}")
    limit, alarms, lots = 0.05, 0, 240
    for _ in range(lots):
        level = rng.uniform(5e6, 2e7)
        prices = [
            Decimal(max(1, int(MARKETS[market](rng, level)) // unit)) * unit
            for unit in [grid or rng.choice([1, 100, 10000]) for _ in range(rng.choice([3, 4, 6, 9]))]
        ]
        alarms += any(found.standing for found in look(prices, limit=limit))
    assert alarms <= limit * lots


def test_a_crowded_lot_is_searched_in_time():
    rng = random.Random(3)
    prices = [Decimal(rng.randrange(10**9, 10**9 + 10**3)) / 100 for _ in range(300)]
    assert all(not found.standing for found in look(prices))
