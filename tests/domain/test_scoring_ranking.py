"""Members' means, totals, ranks: the reference totals, every tie rule, and an order without contradiction."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evaluation.domain.scoring import assess, intake, members, ranking
from evaluation.domain.scoring.assess import Method
from evaluation.domain.scoring.formulas import RanksBy
from evaluation.domain.scoring.members import Group, Item, Nature, Sheet
from evaluation.domain.scoring.parameters import Method as Stated
from evaluation.domain.scoring.ranking import DrawNeededError, Entry, Tie
from evaluation.domain.scoring.values import PricedBid, ScoringError, Sme, Stage
from kernel.domain.refusals import RefusedError

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "scoring.json").read_text("utf-8"))[
    "lowest_price"
]
T0 = datetime(2026, 3, 20, tzinfo=UTC)
ITEMS = (
    Item("design", "Design", Decimal(50), Nature.SUBJECTIVE),
    Item("record", "Record", Decimal(20), Nature.OBJECTIVE, Group.BUSINESS),
)


def entry(bid, total="90", evaluated="100", price="100", technical="50", sealed=0):
    numbers = [None if total is None else Decimal(total), *map(Decimal, (evaluated, price, technical))]
    return Entry(bid, *numbers, sealed_at=T0 + timedelta(seconds=sealed))


def order(entries, ties=(), drawn=None, by=RanksBy.TOTAL):
    return [(p.bid, p.rank, p.shared) for p in ranking.rank(entries, by, [Tie(t) for t in ties], drawn)]


def sheets():
    table = VECTOR["totals"]
    found = []
    for n in range(3):
        scores = {}
        for b in range(3):
            scores[f"b{b}", "design"] = Decimal(table["technical"][b][n])
            scores[f"b{b}", "record"] = Decimal(table["business"][b])
        found.append(Sheet(f"M{n}", "home", scores))
    return found


def lot(ties=(Tie.PRICE,)):
    table = VECTOR["totals"]
    offers = [
        PricedBid(f"b{n}", Decimal(quote), Sme(sme))
        for n, (quote, sme) in enumerate(zip(VECTOR["quotes"], table["sme"], strict=True))
    ]
    method = Method("G", "lowest_price", table["parameters"], Decimal(VECTOR["full"]), ITEMS, ties)
    return method, offers, {f"b{n}": T0 + timedelta(seconds=n) for n in range(3)}


def test_reference_totals_and_ranks():
    method, offers, sealed = lot()
    found = assess.assess(method, offers, {}, sheets(), sealed_at=sealed)
    assert [str(found.row(f"b{n}").total) for n in range(3)] == VECTOR["totals"]["total"]
    assert [found.row(f"b{n}").place.rank for n in range(3)] == VECTOR["totals"]["rank"]
    assert str(found.row("b1").items["design"]) == "40.33"
    assert found.price.line("b1").price == Decimal(1000000)
    assert found.rows[0].as_json() == {
        "bid": "b2",
        "items": {"design": "46.17", "record": "18.00"},
        "price": "25.71",
        "total": "89.88",
        "rank": 1,
        "decided_by": [],
        "shared": False,
    }


def test_only_technical_marks_decide_a_technical_tie():
    method, _, sealed = lot((Tie.TECHNICAL, Tie.SEAL))
    offers = [PricedBid("b0", Decimal(100)), PricedBid("b1", Decimal(100))]
    given_sheets = [
        Sheet(
            "M0",
            "home",
            {
                ("b0", "design"): Decimal(30),
                ("b0", "record"): Decimal(20),
                ("b1", "design"): Decimal(40),
                ("b1", "record"): Decimal(10),
            },
        )
    ]
    found = assess.assess(method, offers, {}, given_sheets, sealed_at=sealed)
    assert [row.bid for row in found.rows] == ["b1", "b0"]
    assert found.rows[0].total == found.rows[1].total
    assert found.rows[0].place.decided_by == (Tie.TECHNICAL,)


@pytest.mark.parametrize("shuffle", list(itertools.permutations(range(3))))
def test_the_order_of_bids_and_sheets_changes_nothing(shuffle):
    method, offers, sealed = lot()
    expected = assess.assess(method, offers, {}, sheets(), sealed_at=sealed)
    given_sheets = [sheets()[n] for n in shuffle]
    assert assess.assess(method, [offers[n] for n in shuffle], {}, given_sheets, sealed_at=sealed) == expected


def test_a_rejected_bid_is_neither_scored_nor_ranked():
    method, offers, sealed = lot()
    offers[0] = replace(offers[0], rejected=Stage.PRELIMINARY)
    given_sheets = [
        replace(sheet, scores={k: v for k, v in sheet.scores.items() if k[0] != "b0"}) for sheet in sheets()
    ]
    found = assess.assess(method, offers, {}, given_sheets, sealed_at=sealed)
    assert [row.bid for row in found.rows] == ["b2", "b1"]
    with pytest.raises(ScoringError, match="not ranked"):
        found.row("b0")


def test_a_missing_surplus_or_doubled_score_is_named():
    method, offers, sealed = lot()
    whole = sheets()
    less = replace(whole[0], scores={k: v for k, v in whole[0].scores.items() if k != ("b1", "record")})
    more = replace(whole[0], scores={**whole[0].scores, ("b9", "record"): Decimal(1)})
    for broken, words in (
        ([less, *whole[1:]], "M0 has not scored item record of bid b1"),
        ([more, *whole[1:]], "bid b9, which is not to be scored"),
        ([whole[0], *whole], "two sheets"),
        ([], "no member has scored"),
    ):
        with pytest.raises(ScoringError, match=words):
            assess.assess(method, offers, {}, broken, sealed_at=sealed)


@pytest.mark.parametrize(
    ("scores", "stated", "expected"),
    [
        (["40", "39.5", "41.5"], {}, "40.33"),
        (["40", "39.5", "41.5"], {"member_places": 1}, "40.3"),
        (["0.125", "0.125"], {}, "0.13"),
        (["1", "5", "6", "10"], {"drop_members_high": 1, "drop_members_low": 1}, "5.50"),
        (["1", "5", "6"], {"drop_members_high": 1}, "3.00"),
    ],
)
def test_means_of_members(scores, stated, expected):
    assert str(members.mean([Decimal(s) for s in scores], Stated(**stated))) == expected


def test_a_mean_of_nothing_is_refused():
    with pytest.raises(ScoringError, match="no score is left"):
        members.mean([Decimal(1)], Stated(drop_members_high=1))


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        (["price", "seal"], ["c", "a", "b"]),
        (["technical", "seal"], ["b", "a", "c"]),
        (["seal"], ["a", "b", "c"]),
        (["draw"], ["b", "c", "a"]),
    ],
)
def test_each_tie_rule(ties, expected):
    equal = [
        entry("a", price="100", technical="40", sealed=1),
        entry("b", price="100", technical="50", sealed=2),
        entry("c", price="90", technical="40", sealed=3),
    ]
    places = order(equal, ties, {"b": 1, "c": 2, "a": 3})
    assert [bid for bid, _, _ in places] == expected
    assert [rank for _, rank, _ in places] == [1, 2, 3]


def test_a_rule_is_asked_only_of_those_still_equal():
    equal = [entry("a", price="90"), entry("b", price="100"), entry("c", price="100"), entry("d", total="95")]
    with pytest.raises(DrawNeededError) as caught:
        order(equal, ["price", "draw"])
    assert caught.value.bids == ("b", "c")
    places = ranking.rank(equal, RanksBy.TOTAL, [Tie.PRICE, Tie.DRAW], {"c": 1, "b": 2})
    assert [(p.bid, p.decided_by) for p in places] == [
        ("d", ()),
        ("a", (Tie.PRICE,)),
        ("c", (Tie.PRICE, Tie.DRAW)),
        ("b", (Tie.PRICE, Tie.DRAW)),
    ]


def test_bids_that_nothing_separates_share_a_rank_and_the_next_is_left_out():
    places = order([entry("a"), entry("b"), entry("c", total="80")], ["price", "technical"])
    assert places == [("a", 1, True), ("b", 1, True), ("c", 3, False)]


def test_evaluated_prices_rank_from_the_lowest():
    entries = [entry("a", None, "105"), entry("b", None, "104"), entry("c", None, "105", price="99")]
    assert [bid for bid, _, _ in order(entries, ["price"], by=RanksBy.EVALUATED)] == ["b", "c", "a"]


def test_senseless_rankings_are_refused():
    with pytest.raises(ScoringError, match="bid stands twice"):
        order([entry("a"), entry("a")])
    with pytest.raises(ScoringError, match="tie rule is stated twice"):
        order([entry("a")], ["price", "price"])
    with pytest.raises(ScoringError, match="no total"):
        order([entry("a", None)])


small = st.integers(0, 2).map(str)
entries = st.lists(st.tuples(small, small, small, st.integers(0, 2)), max_size=8).map(
    lambda rows: [
        entry(f"b{n}", total, price, price, technical, sealed)
        for n, (total, price, technical, sealed) in enumerate(rows)
    ]
)
rules = st.permutations([Tie.PRICE, Tie.TECHNICAL, Tie.SEAL]).flatmap(
    lambda listed: st.integers(0, 3).map(lambda n: listed[:n])
)


@given(entries, rules, st.randoms())
def test_ranking_is_a_total_order_of_all_bids(listed, ties, rng):
    shuffled = list(listed)
    rng.shuffle(shuffled)
    places = ranking.rank(listed, RanksBy.TOTAL, ties)
    assert ranking.rank(shuffled, RanksBy.TOTAL, ties) == places
    assert sorted(p.bid for p in places) == sorted(e.bid for e in listed)
    ranks = [p.rank for p in places]
    assert ranks == sorted(ranks)
    for n, place in enumerate(places, start=1):
        assert place.rank == 1 + sum(other < place.rank for other in ranks)
        assert place.shared == (ranks.count(place.rank) > 1)
        assert place.rank <= n
    by_bid = {e.bid: e for e in listed}
    totals = [by_bid[p.bid].total for p in places]
    assert totals == sorted(totals, reverse=True)


@given(entries, st.randoms())
def test_a_draw_separates_everyone(listed, rng):
    shuffled = [e.bid for e in listed]
    rng.shuffle(shuffled)
    drawn = {bid: n for n, bid in enumerate(shuffled)}
    places = ranking.rank(listed, RanksBy.TOTAL, [Tie.DRAW], drawn)
    assert [p.rank for p in places] == list(range(1, len(listed) + 1))


NOTICE = {
    "regime": "T",
    "method": {
        "formula": "mean_benchmark",
        "parameters": {"E1": "2", "E2": "1", "drop_above": 5},
        "price_full": "60",
        "items": [
            {"id": "design", "title": "Design", "full": "20", "kind": "subjective"},
            {"id": "record", "title": "Record", "full": "20", "kind": "objective", "group": "business"},
        ],
    },
    "ties": ["price", "seal"],
}


def test_a_notice_gives_the_method():
    method = Method.from_notice(NOTICE)
    assert (method.formula, method.price_full, method.ties) == ("mean_benchmark", 60, (Tie.PRICE, Tie.SEAL))
    assert [item.group for item in method.items] == [Group.TECHNICAL, Group.BUSINESS]


@pytest.mark.parametrize(
    "change",
    [
        {"ties": ["coin"]},
        {"method": {"formula": "mean_benchmark"}},
        {"method": NOTICE["method"] | {"price_full": "x"}},
        {"method": NOTICE["method"] | {"items": [{"id": "a", "title": "", "full": "20", "kind": "taste"}]}},
        {
            "method": NOTICE["method"]
            | {"items": [{"id": "a", "title": "", "full": "0", "kind": "objective"}]}
        },
        {"method": NOTICE["method"] | {"items": [NOTICE["method"]["items"][0]] * 2}},
    ],
)
def test_a_notice_without_a_usable_method_is_refused(change):
    with pytest.raises(ScoringError):
        Method.from_notice(NOTICE | change)


def test_a_notice_cannot_borrow_the_other_regimes_formula():
    with pytest.raises(RefusedError, match="formula_of_other_regime"):
        Method.from_notice(NOTICE | {"regime": "G"})


def table_line(bid, price="100.00", outcome="opened", enterprise="large", **fields):
    body = {
        "price": price,
        "enterprise": enterprise,
        "period_days": 90,
        "terms": [],
        "quality": "good",
    } | fields
    return {
        "bid": bid,
        "received_at": "2026-03-20T00:00:01.500Z",
        "outcome": outcome,
        "fields": body if outcome == "opened" else None,
    }


def test_the_opening_table_gives_the_bids():
    table = {
        "bids": [
            table_line("b2", "90.50", enterprise="micro", terms=[["prepayment", "30"], ["colour", "red"]]),
            table_line("b1", terms=[["prepayment", "30"], ["prepayment", "20"]], period_days=None),
            table_line("b3", outcome="deemed_revoked"),
        ],
        "coefficients": [{"name": "K", "value": "0.02", "draw": "d"}],
    }
    found = intake.bids(table, rejected={"b1": Stage.DETAILED}, corrected={"b1": Decimal("99.00")})
    assert found == [
        PricedBid("b1", Decimal("99.00"), rejected=Stage.DETAILED),
        PricedBid("b2", Decimal("90.50"), Sme.WHOLE, {"prepayment": Decimal(30), "period_days": Decimal(90)}),
    ]
    assert intake.bids(table, rejected={}, sme={"b2": Sme.NONE})[1].sme is Sme.NONE
    assert intake.coefficients(table) == {"K": "0.02"}
    assert intake.sealed_at(table)["b3"] == T0 + timedelta(seconds=1.5)
    with pytest.raises(ScoringError, match="never opened"):
        intake.bids(table, rejected={"b3": Stage.PRELIMINARY})
    with pytest.raises(ScoringError, match="b9: its opening fields"):
        intake.bids({"bids": [table_line("b9", price="a lot")]}, rejected={})
