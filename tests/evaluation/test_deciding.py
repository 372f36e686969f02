"""Candidates and result: published from the signed report alone, in its order, with names only where the law says so."""

import json
from decimal import Decimal

import pytest
from django.http import Http404

from evaluation import queries
from evaluation.actions import deciding
from evaluation.queries import committee
from kernel import clock
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import LotState
from tests.evaluation.world import goods_terms


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


@pytest.fixture
def signed(opened):
    opened.to_scoring(reject=("bidder7",))
    opened.to_signed()
    return opened


def firm(w, bid):
    return next(name for name, own in w.bids.items() if own == bid)


def test_candidates_are_public_for_the_shortest_lawful_time_and_the_first_wins(signed):
    w = signed
    for who in ("clerk", "host", "supervisor", "bidder1"):
        with pytest.raises(Http404):
            deciding.publish_candidates(w.holder(who), w.lot, now=clock.now())
    document = deciding.publish_candidates(w.holder("reviewer"), w.lot, now=clock.now())
    assert document == queries.candidates_json(w.lot)
    assert (document["report"], document["scores"]) == (
        canonical.digest(queries.report_json(w.lot)),
        canonical.digest(queries.scores_json(w.lot)),
    )
    assert [one["rank"] for one in document["candidates"]] == [1, 2, 3]
    assert w.record.status is LotState.CANDIDATES_PUBLIC
    text = json.dumps(document, ensure_ascii=False)
    assert not any(
        member.name in text or holder.person in text
        for member, holder in zip(w.members(), w.holders(), strict=True)
    )
    first = document["candidates"][0]["bid"]
    assert refused(deciding.publish_result, w.holder("reviewer"), w.lot, first).reason == "step_not_possible"
    w.move(to=canonical.parse_instant(document["until"]))
    stepping.decide_due(w.lot, now=clock.now())
    second = document["candidates"][1]["bid"]
    assert refused(deciding.publish_result, w.holder("reviewer"), w.lot, second).reason == "not_next_in_order"
    assert (
        refused(deciding.publish_result, w.holder("reviewer"), w.lot, w.bids["bidder7"]).reason
        == "not_a_candidate"
    )
    deciding.publish_result(w.holder("reviewer"), w.lot, first, now=clock.now())
    result = canonical.from_bytes(bytes(tender.publication(w.lot, "result").document))
    assert result["winner"]["bid"] == first
    assert result["winner"]["terms"] == [["项目负责人", "王工"]]
    assert "committee" not in result, "this law publishes no names"
    for who in ("clerk", "supervisor"):
        assert {one.person for one in committee.members(w.holder(who), w.session)} == {
            h.person for h in w.holders()
        }
    assert {one.person for one in committee.members(w.holder("bidder1"), w.session)} == {""}


def test_a_later_candidate_wins_only_with_a_lawful_ground_for_each_before_it(signed):
    w = signed
    document = deciding.publish_candidates(w.holder("reviewer"), w.lot, now=clock.now())
    w.move(to=canonical.parse_instant(document["until"]))
    stepping.decide_due(w.lot, now=clock.now())
    first, second = (one["bid"] for one in document["candidates"][:2])
    deciding.publish_result(
        w.holder("reviewer"), w.lot, second, passed_over={first: "gave_up"}, now=clock.now()
    )
    result = canonical.from_bytes(bytes(tender.publication(w.lot, "result").document))
    assert result["passed_over"] == [{"bid": first, "ground": "gave_up"}]


def test_nothing_is_published_before_the_report_is_signed(opened):
    w = opened
    w.to_scoring()
    w.score_all()
    assert refused(deciding.publish_candidates, w.holder("reviewer"), w.lot).reason == "step_not_possible"
    assert queries.candidates_json(w.lot) is None
    assert queries.signatures(w.lot) != []
    assert queries.report_json(w.lot) is None


def test_lowest_price_with_the_deduction_for_small_firms_under_the_procurement_law(begin):
    w = begin(**goods_terms())
    w.open({"bidder1": "980000", "bidder2": "1000000", "bidder3": "1050000"}, small=("bidder2",))
    w.to_scoring()
    for index in range(5):
        w.score(index, w.marks(index, objective="16", subjective="40"))
    from evaluation.actions import checking

    assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
    scores = {firm(w, one.bid): one.price for one in w.bench.assessment.rows}
    assert scores == {"bidder1": Decimal("27.55"), "bidder2": Decimal("30.00"), "bidder3": Decimal("25.71")}
    w.lay()
    w.sign_report()
    assert w.record.report_received_at is None, "under this law the agency delivers it"
    assert refused(deciding.publish_candidates, w.holder("reviewer"), w.lot).reason == "step_not_possible"
    deciding.deliver_report(w.holder("clerk"), w.lot, now=clock.now())
    assert (w.record.status, w.record.report_received_at is None) == (LotState.DECIDING, False)
    candidates = queries.report_json(w.lot)["candidates"]
    assert [firm(w, bid) for bid in candidates] == ["bidder2", "bidder1", "bidder3"]
    deciding.publish_result(w.holder("reviewer"), w.lot, candidates[0], now=clock.now())
    result = canonical.from_bytes(bytes(tender.publication(w.lot, "result").document))
    assert result["winner"]["price"] == "1000000.00", (
        "the contract has the quoted price, never the deducted one"
    )
    named = {(one["name"], one["kind"]) for one in result["committee"]}
    assert named == {
        (holder.person, member.kind) for holder, member in zip(w.holders(), w.members(), strict=True)
    }


def test_equal_bids_wait_for_the_draw_that_the_document_foresees(begin):
    from bidding.models import Draw
    from evaluation.actions import checking, signing

    w = begin(**goods_terms(ties=["draw"]))
    w.open({"bidder1": "1000000", "bidder2": "1000000", "bidder3": "1050000"})
    w.to_scoring()
    for index in range(5):
        w.score(index, w.marks(index, objective="16", subjective="40"))
    checking.sum_up(w.leader, w.lot, now=clock.now())
    w.merits()
    assert set(checking.tied(w.bench)) == {w.bids["bidder1"], w.bids["bidder2"]}
    assert refused(signing.lay, w.leader, w.lot).reason == "report_incomplete"
    checking.request_tie_draw(w.leader, w.lot, now=clock.now())
    w.draw()
    row = Draw.objects.get(purpose="tie")
    assert refused(checking.request_tie_draw, w.leader, w.lot).reason == "no_tie"
    w.lay()
    scores = queries.scores_json(w.lot)
    assert scores["tie_draw"]["draw"] == f"{w.lot}/draw-{row.number}"
    order = [bid for bid in scores["tie_draw"]["order"] if bid != w.bids["bidder3"]]
    assert [one["bid"] for one in scores["summary"]][:2] == order
    assert scores["summary"][0]["decided_by"] == ["draw"]
    assert [one.stratum for one in queries.draw_records(w.lot)] == ["civil", "economics", "tie"]
