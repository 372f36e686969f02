"""The first review: the comparison read first, breaches with page and reason, more than half of all members decide."""

import pytest
from django.http import Http404

from evaluation import queries
from evaluation.actions import clarifying, reviewing
from evaluation.domain.preliminary import Course
from evaluation.models import Breach
from evaluation.queries import asking
from kernel import clock
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tests.evaluation.world import HOUR, goods_terms

SAME_AUTHOR = {
    "item": "40-(1)",
    "article": "条例第四十条",
    "members": ["a", "b"],
    "standing": True,
    "evidence": [],
    "exemptions": [],
}


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


@pytest.fixture
def led(opened):
    """A committee that has elected its leader and begun nothing."""
    opened.seat_committee()
    opened.begin()
    opened.declare_all()
    opened.elect()
    return opened


def test_the_review_waits_for_the_comparison_for_a_stated_time(led):
    w = led
    assert queries.committee_waiting_for_similarity(w.lot)
    found = refused(reviewing.begin_review, w.leader, w.lot)
    assert (found.rule, found.reason) == ("PR-20", "similarity_awaited")
    other = next(holder for holder in w.holders() if holder.id != w.leader.id)
    assert refused(reviewing.begin_review, other, w.lot).reason == "leader_only"
    w.move(to=w.session.similarity_due_at)
    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    assert not queries.committee_waiting_for_similarity(w.lot), "the review has begun without it"


def test_the_comparison_is_taken_once_and_ends_the_wait(led):
    w = led
    assert w.similarity(SAME_AUTHOR)
    assert not w.similarity()
    assert not queries.committee_waiting_for_similarity(w.lot)
    with pytest.raises(ValueError, match="comparison"):
        reviewing.take_similarity(w.lot, {"lot": "another", "indications": []}, now=clock.now())
    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    assert queries.similarity_json(w.lot)["indications"] == [SAME_AUTHOR]


def test_every_member_gives_its_view_of_every_indication_before_it_votes(led):
    w = led
    w.similarity(SAME_AUTHOR)
    digest = canonical.digest(SAME_AUTHOR)
    assert (
        refused(reviewing.rule_on, w.member(0), w.lot, digest, upheld=True, reason="x").reason
        == "session_state"
    )
    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    assert refused(reviewing.cast, w.member(0), w.lot).reason == "indications_open"
    assert (
        refused(reviewing.rule_on, w.member(0), w.lot, digest, upheld=True, reason=" ").reason
        == "text_wanted"
    )
    with pytest.raises(Http404):
        reviewing.rule_on(w.member(0), w.lot, "0" * 64, upheld=True, reason="x", now=clock.now())
    for index, holder in enumerate(w.holders()):
        reviewing.rule_on(holder, w.lot, digest, upheld=index < 3, reason=f"理由{index % 2}", now=clock.now())
        reviewing.cast(holder, w.lot, now=clock.now())
    [ruling] = w.bench.proceedings().rulings
    assert (ruling.indication, ruling.upheld, ruling.reason) == (digest, True, "理由0; 理由1")
    assert w.conclude() is Course.CONTINUE
    assert len(w.bench.remaining) == 7, "nothing is rejected by an indication alone"


def begin_review(w):
    w.similarity()
    reviewing.begin_review(w.leader, w.lot, now=clock.now())


def test_more_than_half_of_all_members_reject_with_page_and_reason(led):
    w = led
    begin_review(w)
    for holder in w.holders()[:3]:
        w.breach(holder, "bidder7")
    for holder in w.holders()[:2]:
        w.breach(holder, "bidder6", "V-04.period_exceeded")
    w.cast_all()
    assert w.conclude() is Course.CONTINUE
    [rejection] = w.bench.rejections
    assert (rejection.bid, rejection.clause.rule, rejection.clause.ground) == (
        w.bids["bidder7"],
        "V-03",
        "not_qualified",
    )
    assert [(vote.page, vote.reason) for vote in rejection.reject] == [("12", "资质证书过期")] * 3
    assert len(rejection.keep) == 2
    assert w.session.state == "scoring"


def test_a_breach_needs_page_reason_a_known_clause_and_a_member_who_has_not_voted(led):
    w = led
    begin_review(w)
    member = w.member(0)
    bid = w.bids["bidder1"]
    bare = {"page": "", "reason": "过期"}
    assert (
        refused(reviewing.find_breach, member, w.lot, bid, "V-03.not_qualified", **bare).reason
        == "breach_without_reason"
    )
    for wrong_bid, clause in ((bid, "V-05.not_qualified"), ("0" * 36, "V-03.not_qualified")):
        with pytest.raises(Http404):
            reviewing.find_breach(member, w.lot, wrong_bid, clause, page="1", reason="x", now=clock.now())
    row = w.breach(member, "bidder1")
    assert not reviewing.drop_breach(w.member(1), w.lot, row.pk, now=clock.now())
    assert reviewing.drop_breach(member, w.lot, row.pk, now=clock.now())
    reviewing.cast(member, w.lot, now=clock.now())
    assert refused(reviewing.cast, member, w.lot).reason == "votes_cast"
    assert not Breach.objects.exists()
    assert refused(reviewing.conclude, w.leader, w.lot).reason == "members_not_voted"


def reject_down_to(w, left):
    begin_review(w)
    for firm in list(w.bids)[left:]:
        for holder in w.holders()[:3]:
            w.breach(holder, firm)
    w.cast_all()
    return w.conclude()


def test_with_two_bids_left_the_committee_judges_competition_and_may_go_on(led):
    w = led
    assert reject_down_to(w, 2) is Course.JUDGE_COMPETITION
    assert w.session.state == "competition"
    for index, holder in enumerate(w.holders()):
        outcome = reviewing.judge_competition(
            holder, w.lot, lacking=index < 2, reason="报价差异明显", now=clock.now()
        )
    assert outcome is False
    assert (w.session.state, len(w.bench.remaining)) == ("scoring", 2)


def test_where_competition_is_lacking_all_bids_are_rejected_and_a_new_round_begins(led):
    w = led
    reject_down_to(w, 2)
    for index, holder in enumerate(w.holders()):
        outcome = reviewing.judge_competition(
            holder, w.lot, lacking=index < 3, reason="缺乏竞争", now=clock.now()
        )
    assert outcome is True
    assert (w.session.state, w.record.status) == ("failed", LotState.FAILED)
    assert tender.new_round(w.lot) is not None
    assert w.journal("tender:lot:status")[-1]["rule"] == "V-07"
    assert {one.state for one in w.called("completed")} == {"completed"}


def test_with_no_bid_left_the_lot_fails_at_once(led):
    assert reject_down_to(led, 0) is Course.FAIL
    assert led.record.status is LotState.FAILED


def test_under_the_procurement_law_fewer_than_three_fail_the_lot(begin):
    w = begin(**goods_terms())
    w.open({f"bidder{n}": f"{n}000000" for n in range(1, 4)})
    w.to_review()
    for holder in w.holders()[:3]:
        w.breach(holder, "bidder1", "V-05.not_qualified")
    w.cast_all()
    assert w.conclude() is Course.FAIL
    assert w.record.status is LotState.FAILED
    assert w.journal("tender:lot:status")[-1]["rule"] == "C-01"


def test_what_is_unclear_is_asked_and_answered_in_writing_and_only_what_was_asked(led):
    w = led
    begin_review(w)
    bid, leader = w.bids["bidder2"], w.leader
    due = clock.now() + HOUR
    other = next(holder for holder in w.holders() if holder.id != leader.id)
    assert refused(clarifying.ask, other, w.lot, bid, "？", due).reason == "leader_only"
    assert refused(clarifying.ask, leader, w.lot, bid, "？", clock.now()).reason == "answer_time_too_short"
    asked = clarifying.ask(leader, w.lot, bid, "第3页工期与第9页不一致，请说明", due, now=clock.now())
    for stranger in ("bidder1", "clerk"):
        with pytest.raises(Http404):
            clarifying.answer(w.holder(stranger), asked.pk, "x", now=clock.now())
    mine = w.holder("bidder2")
    assert [one.pk for one in asking.access_clarifications(mine)] == [asked.pk]
    answered = clarifying.answer(mine, asked.pk, "以第3页为准", now=clock.now())
    assert (
        clarifying.answer(mine, asked.pk, "以第3页为准", now=clock.now()).answered_at == answered.answered_at
    )
    assert refused(clarifying.answer, mine, asked.pk, "改为第9页").reason == "answered_already"
    late = clarifying.ask(leader, w.lot, bid, "还有吗", due, now=clock.now())
    w.move(to=due)
    assert refused(clarifying.answer, mine, late.pk, "有").reason == "answer_late"
    noted = w.bench.proceedings().clarifications
    assert [(one.answer, one.answered_at is None) for one in noted] == [("以第3页为准", False), (None, True)]


def test_an_explanation_of_a_very_low_price_has_its_least_time(begin):
    w = begin(**goods_terms())
    w.open({f"bidder{n}": f"{n}000000" for n in range(1, 4)})
    w.to_review()
    found = refused(
        clarifying.ask, w.leader, w.lot, w.bids["bidder1"], "报价过低，请说明", clock.now() + HOUR / 3
    )
    assert found.reason == "answer_time_too_short"
    clarifying.ask(
        w.leader, w.lot, w.bids["bidder1"], "报价过低，请说明", clock.now() + HOUR, now=clock.now()
    )
