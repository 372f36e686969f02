"""Price formulas: every reference number, and what must hold for any prices."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from evaluation.domain.scoring import abnormally_low, exact, formulas, interval_table, parameters, uplift
from evaluation.domain.scoring.mean_benchmark import MeanBenchmark
from evaluation.domain.scoring.values import PricedBid, ScoringError, Sme, Stage
from kernel.domain import money

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "scoring.json").read_text("utf-8"))
SLOPE = {"K": "0.02", "E1": "2", "E2": "1", "drop_above": 5}
FULL = Decimal(60)


def bids(prices, sme=None, rejected=None):
    return [
        PricedBid(
            f"b{n}",
            Decimal(price),
            sme=Sme(sme[n]) if sme else Sme.NONE,
            rejected=(rejected or {}).get(n),
        )
        for n, price in enumerate(prices)
    ]


def scored(formula, prices, stated, full=FULL, **facts):
    return formulas.FORMULAS[formula].score(bids(prices, **facts), stated, {}, full=full)


def column(found, name):
    return [exact.plain(getattr(line, name)) for line in found.lines]


MEANS = [(f, case) for f in ("mean_benchmark", "composite_benchmark") for case in VECTORS[f]]


@pytest.mark.parametrize(("formula", "case"), MEANS, ids=lambda x: x if isinstance(x, str) else x["case"])
def test_benchmark_vectors(formula, case):
    found = scored(formula, case["prices"], case["parameters"], Decimal(case["full"]))
    assert exact.plain(found.benchmark) == case["benchmark"]
    assert column(found, "deviation") == case["deviation"]
    assert column(found, "score") == case["score"]


@pytest.mark.parametrize("case", VECTORS["precision"], ids=lambda case: case["case"])
def test_where_the_document_rounds_changes_the_cent(case):
    found = scored("mean_benchmark", case["prices"], case["parameters"], Decimal(case["full"]))
    if "last_score" in case:
        assert column(found, "score")[-1] == case["last_score"]
    else:
        assert exact.plain(found.benchmark) == case["benchmark"]


@pytest.mark.parametrize("case", VECTORS["lowest_price"]["cases"], ids=lambda case: str(case["parameters"]))
def test_lowest_price_vectors(case):
    table = VECTORS["lowest_price"]
    found = scored(
        "lowest_price", table["quotes"], case["parameters"], Decimal(table["full"]), sme=case["sme"]
    )
    assert [line.evaluated for line in found.lines] == [Decimal(price) for price in case["evaluated"]]
    assert column(found, "score") == case["score"]
    assert [line.price for line in found.lines] == [Decimal(price) for price in table["quotes"]]


@pytest.mark.parametrize("case", VECTORS["sme_uplift"], ids=lambda case: case["score"])
def test_uplift_vectors(case):
    stated = MeanBenchmark.model_validate({**SLOPE, "sme_uplift": case["rate"]})
    assert exact.plain(uplift.apply(Decimal(case["score"]), Sme.WHOLE, stated, FULL)) == case["raised"]
    assert exact.plain(uplift.apply(Decimal(case["score"]), Sme.SHARE, stated, FULL)) == case["score"]


def test_uplift_ends_at_full_marks_only_if_the_document_says_so():
    open_end, capped = (
        scored("mean_benchmark", ["100"], {**SLOPE, "K": "0", "sme_uplift": "0.04"} | extra, sme=["whole"])
        for extra in ({}, {"sme_uplift_capped": True})
    )
    assert column(open_end, "score") == ["62.40"]
    assert column(capped, "score") == ["60.00"]


def test_evaluated_price_vector():
    case = VECTORS["evaluated_price"]
    offers = [
        PricedBid(
            b["bid"], Decimal(b["price"]), terms={k: Decimal(b[k]) for k in ("period_days", "prepayment")}
        )
        for b in case["bids"]
    ]
    formula = formulas.FORMULAS["evaluated_price"]
    found = formula.score(offers, {"factors": case["factors"]}, {}, full=None)
    assert column(found, "evaluated") == [b["evaluated"] for b in case["bids"]]
    order = [line.bid for line in sorted(found.lines, key=lambda line: line.evaluated)]
    assert order == case["order"]
    assert found.line(order[0]).price == Decimal(case["contract_price"])


def test_a_bid_without_a_weighed_term_is_named():
    factors = VECTORS["evaluated_price"]["factors"]
    with pytest.raises(ScoringError, match="b0 states no number for period_days"):
        scored("evaluated_price", ["100"], {"factors": factors}, None)


def test_interval_table_vector():
    case = VECTORS["interval_table"]
    stated = SLOPE_FREE | {
        "K": "0",
        "intervals": case["intervals"],
        "control_price": "1000.00",
        "control_weight": "1",
    }
    found = scored("interval_table", list(case["score"]), stated, Decimal(100))
    assert found.benchmark == Decimal(case["benchmark"])
    assert [line.score for line in found.lines] == [Decimal(score) for score in case["score"].values()]
    half = scored("interval_table", list(case["score"]), stated, Decimal(50))
    assert [line.score for line in half.lines] == [Decimal(score) / 2 for score in case["score"].values()]


SLOPE_FREE = {"K": "0.02", "drop_above": 5}


def test_abnormally_low_vector():
    case = VECTORS["abnormally_low"]
    shares = abnormally_low.Shares(**{name: Fraction(text) for name, text in case["shares"].items()})
    offers = bids(case["prices"])
    lines = abnormally_low.lines(offers, shares, limit=Decimal(case["limit"]))
    assert {line.name: line.value for line in lines} == {k: Fraction(v) for k, v in case["lines"].items()}
    assert abnormally_low.triggered(offers, shares, limit=Decimal(case["limit"])) == {"b0": ["limit"]}
    assert abnormally_low.facts(offers[0], lines) == {"price": "45.00", "limit": "54"}


def test_a_quote_that_equals_a_line_is_not_below_it():
    shares = abnormally_low.Shares(None, None, Fraction("0.45"))
    assert abnormally_low.triggered(bids(["54", "100"]), shares, limit=Decimal(120)) == {}
    assert abnormally_low.triggered(bids(["53.99", "100"]), shares, limit=Decimal(120)) == {"b0": ["limit"]}


def test_no_line_where_there_is_nothing_to_measure():
    shares = abnormally_low.Shares(Fraction("0.5"), Fraction("0.5"), Fraction("0.45"))
    assert [line.name for line in abnormally_low.lines(bids(["45"]), shares, limit=None)] == ["mean"]
    assert abnormally_low.lines([], shares, limit=None) == []


@pytest.mark.parametrize(("number", "expected"), VECTORS["half_up"])
def test_rounding_is_half_away_from_zero(number, expected):
    assert exact.plain(exact.rounded(Fraction(number), 2)) == expected
    assert exact.plain(money.round_half_up(Decimal(number))) == expected


@given(st.fractions(-(10**12), 10**12), st.integers(0, 6))
def test_rounding_a_rational_is_nearest(value, places):
    found = Fraction(exact.rounded(value, places))
    assert abs(found - value) * 2 <= Fraction(1, 10**places)
    assert exact.rounded(-value, places) == -exact.rounded(value, places)


@given(st.decimals(-(10**9), 10**9, places=6))
def test_both_roundings_agree_where_both_apply(value):
    assert exact.rounded(value, 2) == money.round_half_up(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1/3", "0.333333…"),
        ("-1/3", "-0.333333…"),
        ("10033333.5", "10033333.5"),
        ("7", "7"),
        ("1/8000000", "0.000000…"),
    ],
)
def test_unrounded_values_are_shown_cut_off(value, text):
    assert exact.shown(Fraction(value)) == text


def test_extremes_leave_the_mean_but_are_scored():
    found = scored("mean_benchmark", ["1", "100", "100", "100", "100", "999"], {**SLOPE, "K": "0"})
    assert found.benchmark == 100
    assert len(found.lines) == 6
    assert found.steps[0].of["dropped"] == "b0, b5"


def test_exactly_as_many_bids_as_the_limit_keep_their_extremes():
    found = scored("mean_benchmark", ["100", "200", "300", "400", "500"], {**SLOPE, "K": "0"})
    assert (found.benchmark, found.steps[0].of["dropped"]) == (300, "")


@pytest.mark.parametrize(
    ("basis", "benchmark"), [("opened", "200.00"), ("reviewed", "250.00"), ("remaining", "350.00")]
)
def test_which_rejections_move_the_benchmark(basis, benchmark):
    rejected = {0: Stage.PRELIMINARY, 1: Stage.DETAILED}
    stated = {**SLOPE, "K": "0", "basis": basis}
    found = scored("mean_benchmark", ["100", "150", "350"], stated, rejected=rejected)
    assert exact.plain(found.benchmark) == benchmark
    assert [line.bid for line in found.lines] == ["b2"]


def test_later_rejections_do_not_move_the_benchmark_by_default():
    before = scored("mean_benchmark", ["100", "150", "350"], SLOPE)
    after = scored("mean_benchmark", ["100", "150", "350"], SLOPE, rejected={1: Stage.DETAILED})
    assert after.benchmark == before.benchmark
    assert after.line("b2").score == before.line("b2").score


def test_a_rejected_bid_is_no_lowest_price():
    found = scored("lowest_price", ["10", "100"], {}, rejected={0: Stage.DETAILED})
    assert (found.benchmark, found.line("b1").score) == (100, FULL)


def test_a_provisional_sum_is_taken_off_every_price():
    plain_sum = scored("mean_benchmark", ["100", "110"], {**SLOPE, "K": "0"})
    with_sum = scored("mean_benchmark", ["150", "160"], {**SLOPE, "K": "0", "provisional_sum": "50.00"})
    assert column(with_sum, "score") == column(plain_sum, "score")
    assert with_sum.line("b0").price == 150
    with pytest.raises(ScoringError, match="nothing is left"):
        scored("mean_benchmark", ["50", "160"], {**SLOPE, "provisional_sum": "50.00"})


def test_lowest_evaluated_price_deducts_and_ranks_without_marks():
    found = scored(
        "lowest_evaluated_price", ["100", "105"], {"sme_deduction": "0.10"}, None, sme=["none", "whole"]
    )
    assert column(found, "evaluated") == ["100.00", "94.50"]
    assert [line.score for line in found.lines] == [None, None]


@pytest.mark.parametrize(
    ("formula", "prices", "stated", "full", "words"),
    [
        ("lowest_price", [], {}, FULL, "no bid is left"),
        ("lowest_price", ["0", "1"], {}, FULL, "price of zero"),
        ("lowest_price", ["1"], {}, None, "full marks for the price"),
        ("lowest_price", ["1"], {}, Decimal(0), "above zero"),
        ("evaluated_price", ["1"], {}, FULL, "no full marks"),
        ("evaluated_price", [], {}, None, "no bid is left"),
        ("mean_benchmark", [], SLOPE, FULL, "no bid is left"),
        ("mean_benchmark", ["0"], SLOPE, FULL, "nothing is left"),
        ("mean_benchmark", ["0.01"], {**SLOPE, "K": "0.6"}, FULL, "not above zero"),
        ("mean_benchmark", ["1"], {**SLOPE, "floor": "61"}, FULL, "above full marks"),
    ],
)
def test_what_cannot_be_scored_says_why(formula, prices, stated, full, words):
    with pytest.raises(ScoringError, match=words):
        scored(formula, prices, stated, full)


def test_a_negative_price_and_a_doubled_bid_are_refused():
    with pytest.raises(ScoringError, match="at least zero"):
        PricedBid("b", Decimal(-1))
    twice = [PricedBid("b", Decimal(1)), PricedBid("b", Decimal(2))]
    with pytest.raises(ScoringError, match="twice"):
        formulas.FORMULAS["lowest_price"].score(twice, {}, {}, full=FULL)


def test_every_number_of_a_score_stands_in_its_derivation():
    stated = {**SLOPE, "sme_uplift": "0.04", "provisional_sum": "1.00"}
    found = scored("mean_benchmark", ["100", "103", "107"], stated, sme=["none", "whole", "none"])
    by_bid = [(step.name, step.value) for step in found.steps if step.bid == "b1"]
    line = found.line("b1")
    assert [name for name, _ in by_bid] == ["net_price", "deviation", "score", "uplift"]
    assert by_bid[0][1] == money.to_text(line.evaluated)
    assert by_bid[1][1] == exact.plain(line.deviation)
    assert by_bid[3][1] == exact.plain(line.score)
    assert [step.name for step in found.steps if step.bid is None] == ["mean", "benchmark"]


prices = st.lists(st.decimals("0.01", "99999999.99", places=2), min_size=1, max_size=9)
METHODS = st.sampled_from(
    [
        ("mean_benchmark", SLOPE, FULL),
        ("mean_benchmark", {**SLOPE, "drop_above": 2, "deviation_places": None}, FULL),
        ("interval_table", {**SLOPE_FREE, "intervals": VECTORS["interval_table"]["intervals"]}, FULL),
        ("lowest_price", {"sme_deduction": "0.10"}, FULL),
        ("lowest_evaluated_price", {}, None),
        ("evaluated_price", {}, None),
    ]
)


@given(prices, METHODS, st.randoms())
def test_the_order_of_the_bids_changes_nothing(amounts, method, rng):
    formula, stated, full = method
    offers = bids(amounts)
    shuffled = list(offers)
    rng.shuffle(shuffled)
    rule = formulas.FORMULAS[formula]
    try:
        expected = rule.score(offers, stated, {}, full=full)
    except ScoringError as error:
        with pytest.raises(ScoringError, match=str(error).split(":", maxsplit=1)[0]):
            rule.score(shuffled, stated, {}, full=full)
        return
    assert rule.score(shuffled, stated, {}, full=full) == expected


@given(prices, METHODS)
def test_scores_lie_between_nothing_and_full_marks(amounts, method):
    formula, stated, full = method
    try:
        found = scored(formula, amounts, stated, full)
    except ScoringError:
        assert formula in {"mean_benchmark", "interval_table"}
        return
    for line in found.lines:
        assert line.score is None if full is None else 0 <= line.score <= full


@given(prices, METHODS)
def test_equal_prices_get_equal_scores(amounts, method):
    formula, stated, full = method
    try:
        found = scored(formula, [*amounts, amounts[0]], stated, full)
    except ScoringError:
        return
    first, last = found.line("b0"), found.line(f"b{len(amounts)}")
    assert (first.score, first.evaluated) == (last.score, last.evaluated)


@given(prices.filter(lambda amounts: len(set(amounts)) > 1))
def test_the_lowest_price_wins_and_higher_ones_never_score_more(amounts):
    found = scored("lowest_price", amounts, {})
    ordered = sorted(found.lines, key=lambda line: line.price)
    assert ordered[0].score == FULL
    assert [line.score for line in ordered] == sorted((line.score for line in ordered), reverse=True)


@given(
    st.decimals("1", "9999999.99", places=2),
    st.decimals("0", "0.99", places=2),
    st.decimals("0", "0.99", places=2),
)
def test_a_larger_deduction_never_raises_the_evaluated_price(price, one, other):
    low, high = sorted([one, other])
    found = [
        scored("lowest_evaluated_price", [price], {"sme_deduction": str(rate)}, None, sme=["whole"]).lines[0]
        for rate in (low, high)
    ]
    assert found[0].evaluated >= found[1].evaluated
    assert found[0].price == found[1].price == price


@given(st.integers(-200, 200))
def test_farther_from_the_benchmark_never_scores_more(percent):
    stated = interval_table.IntervalTable.model_validate(
        {**SLOPE_FREE, "intervals": VECTORS["interval_table"]["intervals"]}
    )
    step = 1 if percent >= 0 else -1
    here, there = Fraction(percent), Fraction(percent + step)
    assert interval_table.points(here, stated) >= interval_table.points(there, stated)


@settings(max_examples=50)
@given(prices)
def test_the_mean_is_exact(amounts):
    stated = {**SLOPE, "K": "0", "drop_above": None, "benchmark_places": 2}
    mean = sum(map(Fraction, amounts)) / len(amounts)
    found = scored("mean_benchmark", amounts, stated)
    assert abs(Fraction(found.benchmark) - mean) * 2 <= Fraction(1, 100)


def test_effective_parameters_hold_every_default_as_text():
    found = scored("mean_benchmark", ["100"], SLOPE)
    assert found.parameters["K"] == "0.02"
    assert found.parameters["provisional_sum"] == "0.00"
    assert found.parameters["basis"] == "reviewed"
    assert found.parameters["mean_places"] is None
    again = parameters.read("mean_benchmark", MeanBenchmark, found.parameters)
    assert again.as_json() == found.parameters
