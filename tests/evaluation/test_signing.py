"""The report is laid before all, signed by all or dissented from in writing; silence at the due instant is agreement."""

import pytest
from django.http import Http404

from accounts import queries as accounts
from accounts.models import Message
from evaluation import queries
from evaluation.actions import checking, replacing, signing
from evaluation.domain.committee import Change
from evaluation.models import Report
from kernel import clock
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from tender.actions import changing
from tender.domain.lifecycle import LotState, PauseReason


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


def tick(w):
    for lot in signing.due_signatures(now=clock.now(), limit=9):
        signing.deem(lot, now=clock.now())


@pytest.fixture
def summed(opened):
    w = opened
    w.to_scoring(reject=("bidder7",))
    w.score_all()
    assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
    return w


@pytest.fixture
def laid(summed):
    summed.lay()
    return summed


def states(w):
    return [member.state for member in w.members()]


def test_a_report_needs_reasons_for_its_candidates_and_comes_from_the_leader(summed):
    w = summed
    assert refused(signing.lay, w.leader, w.lot).reason == "report_incomplete"
    other = next(holder for holder in w.holders() if holder.id != w.leader.id)
    assert refused(signing.lay, other, w.lot).reason == "leader_only"
    with pytest.raises(Http404):
        signing.set_merit(w.leader, w.lot, w.bids["bidder7"], strengths="a", weaknesses="b", now=clock.now())
    w.lay()
    report, scores = queries.report_json(w.lot), queries.scores_json(w.lot)
    assert report["scores"] == canonical.digest(scores)
    assert [row["bid"] for row in report["ranking"]][:3] == report["candidates"]
    assert [one["ground"] for one in report["rejected"]] == ["not_qualified"]
    assert sum(one["leader"] for one in report["members"]) == 1
    assert scores["coefficients"] == [{"name": "K", "value": "0.02", "draw": f"{w.lot}/draw-1"}]
    assert (scores["formula"], len(scores["sheets"]), len(scores["summary"])) == ("mean_benchmark", 5, 6)


def test_with_the_last_signature_the_evaluation_is_done_and_the_report_received(laid):
    w = laid
    w.sign_report(0, 1, 2, 3)
    assert (w.session.state, w.record.status) == ("signing", LotState.EVALUATING)
    w.sign_report(4)
    record = w.record
    assert (w.session.state, record.status) == ("signed", LotState.EVALUATED)
    assert record.report_received_at is not None
    assert states(w) == ["signed"] * 5
    [signed] = w.journal("evaluation:report:signed")
    assert signed["report"] == canonical.digest(queries.report_json(w.lot))
    under = [one for one in queries.signatures(w.lot) if one.purpose == "evaluation-report"]
    assert {one.sha256 for one in under} == {signed["report"]}
    assert [one.name for one in under] == [member.name for member in w.members()]
    told = set(Message.objects.filter(kind="evaluation_signed").values_list("seat_id", flat=True))
    assert told == {w.holder("clerk").id, w.holder("reviewer").id}


def test_a_dissent_in_writing_stands_in_a_report_that_is_laid_anew(laid):
    w = laid
    w.sign_report(0, 1)
    assert refused(signing.dissent, w.member(4), w.lot, " ").reason == "text_wanted"
    old = accounts.access_signature_requests(w.member(2))
    signing.dissent(w.member(4), w.lot, "不同意第一名，其工期不可行", now=clock.now())
    assert states(w) == ["scored", "scored", "scored", "scored", "dissented"]
    assert Report.objects.count() == 2
    with pytest.raises(RefusedError):
        from accounts import actions as account_actions

        holder = w.member(2)
        value = canonical.from_bytes(bytes(old[0].document))
        account_actions.sign_request(
            holder, old[0].pk, w.actors[holder.username].sign(value), now=clock.now()
        )
    assert refused(signing.dissent, w.member(4), w.lot, "再说一次").reason == "member_step"
    w.sign_report(0, 1, 2, 3)
    assert w.record.status is LotState.EVALUATED
    [dissent] = queries.report_json(w.lot)["dissent"]
    assert (dissent["member"], dissent["text"]) == (w.members()[4].name, "不同意第一名，其工期不可行")


def test_who_neither_signs_nor_dissents_agrees_at_the_due_instant(laid):
    w = laid
    w.sign_report(0, 1, 2)
    due = Report.objects.get().due_at
    w.move(to=due - (due - clock.now()) / 2)
    tick(w)
    assert w.session.state == "signing"
    w.move(to=due + (due - clock.now()))
    tick(w)
    assert states(w) == ["signed", "signed", "signed", "deemed", "deemed"]
    assert (w.record.status, w.record.status_at) == (LotState.EVALUATED, due)
    assert [one["rule"] for one in w.journal("evaluation:member:deemed")] == ["V-09", "V-09"]


def test_a_paused_lot_takes_signatures_and_is_evaluated_when_the_pause_ends(laid):
    w = laid
    changing.begin_pause(w.lot, PauseReason.REGULATOR_ORDER, "1", actor="system", now=clock.now())
    w.sign_report()
    tick(w)
    assert (w.session.state, w.record.status) == ("signing", LotState.EVALUATING)
    changing.end_pause(w.lot, PauseReason.REGULATOR_ORDER, "1", actor="system", now=clock.now())
    tick(w)
    assert w.record.status is LotState.EVALUATED


def test_the_leader_brings_a_laid_report_back_to_the_checks(laid):
    w = laid
    w.sign_report(0)
    other = next(holder for holder in w.holders() if holder.id != w.leader.id)
    assert refused(signing.reopen, other, w.lot, "汇总有误").reason == "leader_only"
    signing.reopen(w.leader, w.lot, "汇总有误", now=clock.now())
    assert (w.session.state, states(w)) == ("checking", ["scored"] * 5)
    assert all(accounts.access_signature_requests(holder) == [] for holder in w.holders())
    w.lay()
    w.sign_report()
    assert w.record.status is LotState.EVALUATED


def test_a_signed_report_is_opened_again_by_the_supervisor_alone(laid):
    w = laid
    w.sign_report()
    for who in ("reviewer", "clerk", "witness"):
        with pytest.raises(Http404):
            signing.reopen(w.holder(who), w.lot, "客观分不一致", now=clock.now())
    with pytest.raises(Http404):
        signing.reopen(w.member(0), w.lot, "客观分不一致", now=clock.now())
    signing.reopen(w.holder("supervisor"), w.lot, "客观分不一致", now=clock.now())
    assert (w.session.state, w.record.status) == ("checking", LotState.EVALUATING)
    w.lay()
    w.sign_report()
    assert w.record.status is LotState.EVALUATED
    assert Report.objects.count() == 2


def test_a_member_replaced_while_the_others_sign_leaves_nothing_signed(laid):
    w = laid
    w.sign_report(0, 1)
    leaver = next(
        one
        for one in w.members()
        if one.state == "scored" and one.kind == "expert" and one.pk != w.session.leader_id
    )
    kept = {member.name: member.sheet_id for member in w.members() if member.pk != leaver.pk}
    replacing.propose(w.holder("witness"), w.lot, leaver.name, Change.HEALTH, "突发疾病", now=clock.now())
    replacing.confirm(w.holder("supervisor"), w.lot, leaver.name, now=clock.now())
    assert w.session.state == "preparing"
    assert {member.name: member.sheet_id for member in w.members()} == kept
    w.accept_all()
    w.let_in()
    w.declare_all()
    from evaluation.actions import reviewing

    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    for holder in w.holders():
        member = next(one for one in w.members() if one.seat_id == holder.id)
        if member.state == "declared":
            w.breach(holder, "bidder7")
            reviewing.cast(holder, w.lot, now=clock.now())
    w.conclude()
    w.score_all()
    assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
    w.lay()
    w.sign_report()
    report = queries.report_json(w.lot)
    assert [(one["out"], one["reason"]) for one in report["replacements"]] == [(leaver.name, "health")]
    assert leaver.name not in {one["member"] for one in report["members"]}
    assert w.record.status is LotState.EVALUATED
