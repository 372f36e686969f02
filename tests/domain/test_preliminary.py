"""The first review: only a majority with page and reason rejects, and each law knows its own grounds."""

import pytest
from hypothesis import given, strategies as st

from evaluation.domain import preliminary
from evaluation.domain.preliminary import Clause, Course, ReviewError, Vote
from evaluation.domain.scoring.values import Stage
from tender.domain.rules import Regime

MEMBERS = ("M1", "M2", "M3", "M4", "M5")
CLAUSES = (
    Clause("2.1", "Signed", "V-03", "not_signed"),
    Clause("2.2", "Ceiling", "V-03", "above_ceiling"),
)


def votes(against, members=MEMBERS, bids=("b1", "b2"), clauses=CLAUSES):
    found = []
    for who in members:
        for bid in bids:
            for clause in clauses:
                keep = (who, bid, clause.id) not in against
                found.append(
                    Vote(who, bid, clause.id, keep, *(("", "") if keep else ("p. 3", "no signature")))
                )
    return found


def against(bid, clause, count):
    return {(who, bid, clause) for who in MEMBERS[:count]}


@pytest.mark.parametrize(("count", "rejected"), [(0, False), (2, False), (3, True), (5, True)])
def test_more_than_half_of_all_members_reject(count, rejected):
    found = preliminary.review(CLAUSES, ["b1", "b2"], MEMBERS, votes(against("b1", "2.1", count)))
    assert (found.remaining == ("b2",)) == rejected
    assert [r.bid for r in found.rejections] == (["b1"] if rejected else [])


def test_half_of_an_even_committee_rejects_nobody():
    four = MEMBERS[:4]
    found = preliminary.review(CLAUSES, ["b1"], four, votes(against("b1", "2.1", 2), four, ("b1",)))
    assert found.remaining == ("b1",)


def test_votes_on_different_clauses_do_not_add_up():
    split = against("b1", "2.1", 2) | {(who, "b1", "2.2") for who in MEMBERS[2:4]}
    assert preliminary.review(CLAUSES, ["b1", "b2"], MEMBERS, votes(split)).remaining == ("b1", "b2")


def test_a_rejection_says_clause_rule_ground_pages_and_who_voted_how():
    found = preliminary.review(CLAUSES, ["b1", "b2"], MEMBERS, votes(against("b1", "2.2", 3)))
    record = found.rejections[0].as_json()
    assert record["votes"]["keep"] == ["M4", "M5"]
    assert record["votes"]["reject"][0] == {"member": "M1", "page": "p. 3", "reason": "no signature"}
    assert len(record["votes"]["reject"]) == 3
    public = found.rejections[0].as_public_json()
    assert public == {
        "bid": "b1",
        "stage": "preliminary",
        "clause": "2.2",
        "rule": "V-03",
        "ground": "above_ceiling",
    }
    assert "M1" not in str(public)


@pytest.mark.parametrize(("page", "reason"), [("", "late"), ("p. 1", ""), (" ", "late")])
def test_nobody_rejects_without_page_and_reason(page, reason):
    with pytest.raises(ReviewError, match="without page and reason"):
        Vote("M1", "b1", "2.1", keep=False, page=page, reason=reason)


def test_a_missing_doubled_or_stray_vote_stops_the_count():
    whole = votes(set())
    for broken, words in (
        (whole[1:], "M1 has not voted on clause 2.1 of bid b1"),
        ([*whole, whole[0]], "voted twice"),
        ([*whole, Vote("M9", "b1", "2.1", keep=True)], "belongs to no review"),
    ):
        with pytest.raises(ReviewError, match=words):
            preliminary.review(CLAUSES, ["b1", "b2"], MEMBERS, broken)
    with pytest.raises(ReviewError, match="needs members"):
        preliminary.review(CLAUSES, ["b1"], [], [])


@given(
    st.sets(st.tuples(st.sampled_from(MEMBERS), st.sampled_from(["b1", "b2"]), st.just("2.1"))), st.randoms()
)
def test_the_count_depends_on_no_order(cast, rng):
    listed = votes(cast)
    shuffled = list(listed)
    rng.shuffle(shuffled)
    found = preliminary.review(CLAUSES, ["b1", "b2"], MEMBERS, listed)
    assert preliminary.review(CLAUSES, ["b2", "b1"], MEMBERS[::-1], shuffled) == found
    for bid in ("b1", "b2"):
        breaches = sum(place[1] == bid for place in cast)
        assert (bid in found.remaining) == (breaches <= 2)


@pytest.mark.parametrize(
    ("remaining", "regime", "expected"),
    [
        (3, "T", (Course.CONTINUE, "C-01")),
        (2, "T", (Course.JUDGE_COMPETITION, "V-07")),
        (0, "T", (Course.FAIL, "V-07")),
        (3, "G", (Course.CONTINUE, "C-01")),
        (2, "G", (Course.FAIL, "C-01")),
    ],
)
def test_how_a_lot_goes_on_with_too_few(remaining, regime, expected):
    assert preliminary.course(remaining, minimum=3, regime=Regime(regime)) == expected


@pytest.mark.parametrize(("lacking", "goes_on"), [(2, True), (3, False)])
def test_the_committee_judges_competition_by_majority(lacking, goes_on):
    ballots = {who: n < lacking for n, who in enumerate(MEMBERS)}
    decision = preliminary.judge_competition(ballots, MEMBERS)
    assert bool(decision) == goes_on
    if not goes_on:
        assert (decision.rule, decision.facts) == ("V-07", {"votes": "3", "members": "5"})


def test_competition_is_judged_by_all_members():
    with pytest.raises(ReviewError, match="M5"):
        preliminary.judge_competition(dict.fromkeys(MEMBERS[:4], False), MEMBERS)


def test_the_first_stage_in_which_a_bid_fell_counts():
    early = preliminary.Rejection("b1", Stage.PRELIMINARY, CLAUSES[0], (), ())
    late = preliminary.Rejection("b1", Stage.DETAILED, CLAUSES[1], (), ())
    only_late = preliminary.Rejection("b2", Stage.DETAILED, CLAUSES[1], (), ())
    expected = {"b1": Stage.PRELIMINARY, "b2": Stage.DETAILED}
    assert preliminary.stages([early, late, only_late]) == expected
    assert preliminary.stages([only_late, late, early]) == expected
