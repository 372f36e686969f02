"""Sheets are drafted alone, handed in once, signed, and checked: what a check finds is mended or explained, or nobody signs."""

from decimal import Decimal

import pytest
from django.http import Http404

from accounts import queries as accounts
from accounts.models import Seat
from evaluation.actions import amending, checking, moving, reviewing, scoring, signing
from evaluation.domain.checks import Fault
from evaluation.domain.drafts import Given
from evaluation.domain.scoring.values import Sme
from evaluation.models import Mark, Sheet
from kernel import clock
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


@pytest.fixture
def scoring_world(opened):
    opened.to_scoring(reject=("bidder7",))
    return opened


def sum_up(w):
    return checking.sum_up(w.leader, w.lot, now=clock.now())


def test_a_sheet_is_whole_signed_and_then_closed(scoring_world):
    w = scoring_world
    holder, given = w.member(0), w.marks(0)
    scoring.save_marks(holder, w.lot, given[:-1], now=clock.now())
    assert refused(scoring.submit, holder, w.lot).reason == "sheet_incomplete"
    scoring.save_marks(holder, w.lot, given[-1:], now=clock.now())
    sheet = scoring.submit(holder, w.lot, now=clock.now())
    assert scoring.submit(holder, w.lot, now=clock.now()).pk == sheet.pk, "the same again is the same sheet"
    document = canonical.from_bytes(bytes(sheet.document))
    assert (document["number"], document["supersedes"], len(document["items"])) == (1, None, 12)
    assert len(document["votes"]) == 7 * len(w.bench.clauses)
    assert [one["keep"] for one in document["votes"]].count(False) == 1
    assert w.members()[0].sheet_id is None, "an unsigned sheet does not count"
    assert w.sign(holder, "score-sheet") == 1
    assert (w.members()[0].sheet_id, w.members()[0].state) == (sheet.pk, "scored")
    assert refused(scoring.save_marks, holder, w.lot, given).reason == "member_step"
    assert refused(scoring.submit, holder, w.lot).reason == "member_step"


def test_a_changed_draft_gives_a_new_number_and_the_old_request_is_withdrawn(scoring_world):
    w = scoring_world
    holder, given = w.member(0), w.marks(0)
    scoring.save_marks(holder, w.lot, given, now=clock.now())
    first = scoring.submit(holder, w.lot, now=clock.now())
    [request] = accounts.access_signature_requests(holder)
    scoring.save_marks(holder, w.lot, [Given(given[0].bid, given[0].item, "29")], now=clock.now())
    second = scoring.submit(holder, w.lot, now=clock.now())
    document = canonical.from_bytes(bytes(second.document))
    assert (document["number"], document["supersedes"]) == (2, first.sha256)
    actor = w.actors.get(holder.username)
    from accounts import actions as account_actions

    value = canonical.from_bytes(bytes(request.document))
    with pytest.raises(RefusedError):
        account_actions.sign_request(holder, request.pk, actor.sign(value), now=clock.now())
    assert w.sign(holder, "score-sheet") == 1
    assert w.members()[0].sheet_id == second.pk


def test_drafts_are_of_their_member_and_only_of_bids_that_are_left(scoring_world):
    w = scoring_world
    holder, given = w.member(0), w.marks(0)
    scoring.save_marks(
        holder,
        w.lot,
        [given[0], Given(given[1].bid, given[1].item, "5"), Given(given[1].bid, given[1].item, "")],
        now=clock.now(),
    )
    assert list(Mark.objects.values_list("member__name", "score")) == [(w.members()[0].name, given[0].score)]
    for bid, item in ((w.bids["bidder7"], "design"), (given[0].bid, "price")):
        with pytest.raises(Http404):
            scoring.save_marks(holder, w.lot, [Given(bid, item, "5")], now=clock.now())
    for text in ("ten", "1e2", "５", "--1"):
        assert (
            refused(scoring.save_marks, holder, w.lot, [Given(given[0].bid, "design", text)]).reason
            == "score_shape"
        )
    for who in ("clerk", "witness", "supervisor", "bidder1"):
        with pytest.raises(Http404):
            scoring.save_marks(w.holder(who), w.lot, given, now=clock.now())


def score_with(w, index, change, **submitted):
    given = [change(one) for one in w.marks(index)]
    return w.score(index, given, **submitted)


def others(w, *indexes):
    for index in range(5):
        if index not in indexes:
            w.score(index)


def test_a_wrong_sum_blocks_the_report_until_its_member_mends_it(scoring_world):
    w = scoring_world
    others(w, 1)
    w.score(1, totals={bid: Decimal(31) if n else Decimal(99) for n, bid in enumerate(w.bench.remaining)})
    found = sum_up(w)
    assert {(one.fault, one.member) for one in found} == {(Fault.SUM, w.members()[1].name)}
    assert refused(signing.lay, w.leader, w.lot).reason == "sum"
    assert refused(checking.mend, w.member(0), w.lot).reason == "nothing_to_mend"
    checking.mend(w.member(1), w.lot, now=clock.now())
    assert (w.session.state, w.members()[1].state) == ("scoring", "voted")
    w.score(1)
    assert sum_up(w) == []
    numbers = list(
        Sheet.objects.filter(member=w.members()[1]).order_by("number").values_list("number", flat=True)
    )
    assert numbers == [1, 2]


def test_a_mark_out_of_range_blocks_the_report(scoring_world):
    w = scoring_world
    others(w, 2)
    score_with(
        w,
        2,
        lambda one: (
            Given(one.bid, one.item, "10.5")
            if one.item == "record" and one.bid == w.bench.remaining[0]
            else one
        ),
    )
    faults = {one.fault for one in sum_up(w)}
    assert Fault.RANGE in faults
    assert refused(signing.lay, w.leader, w.lot).reason == "range"


def test_members_at_odds_on_a_fact_block_the_report(scoring_world):
    w = scoring_world
    others(w, 3)
    odd = w.bench.remaining[0]
    score_with(
        w, 3, lambda one: Given(one.bid, one.item, "8") if (one.item, one.bid) == ("record", odd) else one
    )
    [finding] = sum_up(w)
    assert (finding.fault, finding.bid, finding.item, finding.member) == (
        Fault.OBJECTIVE,
        odd,
        "record",
        None,
    )
    found = refused(checking.explain, w.member(3), w.lot, finding.id, "我认为只有八分")
    assert found.reason == "not_to_explain"
    assert refused(signing.lay, w.leader, w.lot).reason == "objective"
    checking.mend(w.member(3), w.lot, now=clock.now())
    w.score(3)
    assert sum_up(w) == []


def test_an_outlier_is_explained_by_its_member_and_confirmed_by_another(scoring_world):
    w = scoring_world
    odd = w.bench.remaining[0]
    for index in range(5):
        low = "15" if index == 4 else "24"
        score_with(
            w,
            index,
            lambda one, low=low: (
                Given(one.bid, one.item, low) if (one.item, one.bid) == ("design", odd) else one
            ),
        )
    [finding] = sum_up(w)
    assert finding.fault is Fault.LOW
    assert (finding.bid, finding.member) == (odd, w.members()[4].name)
    assert refused(signing.lay, w.leader, w.lot).reason == "abnormally_low_not_explained"
    assert refused(checking.explain, w.member(0), w.lot, finding.id, "替他说明").reason == "not_to_explain"
    assert refused(checking.confirm, w.member(0), w.lot, finding.id).reason == "abnormally_low_not_explained"
    checking.explain(w.member(4), w.lot, finding.id, "施工方案有重大缺陷", now=clock.now())
    assert refused(signing.lay, w.leader, w.lot).reason == "abnormally_low_not_confirmed"
    assert refused(checking.confirm, w.member(4), w.lot, finding.id).reason == "abnormally_low_not_confirmed"
    checking.confirm(w.member(0), w.lot, finding.id, now=clock.now())
    checking.explain(w.member(4), w.lot, finding.id, "改写的说明", now=clock.now())
    assert refused(signing.lay, w.leader, w.lot).reason == "abnormally_low_not_confirmed", (
        "a new text is confirmed anew"
    )
    checking.confirm(w.member(1), w.lot, finding.id, now=clock.now())
    report = canonical.from_bytes(bytes(w.lay().document))
    [check] = report["checks"]
    assert check["explanation"] == {
        "finding": finding.id,
        "text": "改写的说明",
        "confirmed_by": w.members()[1].name,
    }


def test_a_motion_of_the_detailed_review_is_carried_by_more_than_half(scoring_world):
    w = scoring_world
    w.score(0)
    bid = w.bids["bidder6"]
    row = moving.move(
        w.member(0), w.lot, bid, "V-03.below_cost", page="88", reason="低于成本", now=clock.now()
    )
    assert refused(moving.vote, w.member(1), w.lot, row.pk, keep=False).reason == "breach_without_reason"
    for index in (1, 2):
        assert (
            moving.vote(w.member(index), w.lot, row.pk, keep=False, page="88", reason="同意", now=clock.now())
            is None
        )
    assert refused(checking.sum_up, w.leader, w.lot).reason == "sheets_missing"
    assert moving.vote(w.member(3), w.lot, row.pk, keep=True, now=clock.now()) is None
    assert moving.vote(w.member(4), w.lot, row.pk, keep=True, now=clock.now()) is True
    assert bid not in w.bench.remaining
    assert w.members()[0].state == "voted", "a sheet that scores a rejected bid is given back"
    stages = {one.bid: one.stage.value for one in w.bench.rejections}
    assert stages == {w.bids["bidder7"]: "preliminary", bid: "detailed"}
    sheet = canonical.from_bytes(bytes(w.score(0).document))
    assert {
        "bid": bid,
        "clause": "V-03.below_cost",
        "keep": False,
        "page": "88",
        "reason": "低于成本",
    } in sheet["votes"]
    for index in range(1, 5):
        w.score(index)
    assert sum_up(w) == []


def test_a_motion_that_fails_leaves_everything_as_it_was(scoring_world):
    w = scoring_world
    row = moving.move(
        w.member(0),
        w.lot,
        w.bids["bidder6"],
        "V-03.below_cost",
        page="88",
        reason="低于成本",
        now=clock.now(),
    )
    others(w)
    assert refused(checking.sum_up, w.leader, w.lot).reason == "motions_open"
    for index in range(1, 5):
        outcome = moving.vote(w.member(index), w.lot, row.pk, keep=True, now=clock.now())
    assert outcome is False
    assert len(w.bench.remaining) == 6
    assert sum_up(w) == []


def test_motions_that_leave_two_bids_put_the_question_of_competition(opened):
    w = opened
    w.to_scoring(reject=("bidder4", "bidder5", "bidder6", "bidder7"))
    row = moving.move(
        w.member(0), w.lot, w.bids["bidder3"], "V-03.below_cost", page="8", reason="低于成本", now=clock.now()
    )
    for index in range(1, 5):
        moving.vote(w.member(index), w.lot, row.pk, keep=False, page="8", reason="同意", now=clock.now())
    assert w.session.state == "competition"
    for holder in w.holders():
        reviewing.judge_competition(holder, w.lot, lacking=False, reason="仍有竞争", now=clock.now())
    assert (w.session.state, len(w.bench.remaining)) == ("scoring", 2)


def test_a_corrected_price_counts_when_another_member_has_confirmed_it(scoring_world):
    w = scoring_world
    bid = w.bids["bidder1"]
    assert refused(amending.propose_price, w.member(0), w.lot, bid, "9,7", "大写为准").reason == "price_shape"
    row = amending.propose_price(w.member(0), w.lot, bid, "9700000.00", "大写金额为准", now=clock.now())
    others(w)
    assert refused(checking.sum_up, w.leader, w.lot).reason == "amendments_open"
    assert refused(amending.confirm, w.member(0), w.lot, row.pk).rule == "A-07"
    own = w.member(1).person_id
    Seat.objects.filter(pk=w.member(1).id).update(person_id=w.member(0).person_id)
    found = refused(amending.confirm, w.member(1), w.lot, row.pk)
    names = {"proposed_by": w.members()[0].name, "by": w.members()[1].name}
    assert (found.rule, found.facts) == ("A-07", names), "two accounts of one person, named by their numbers"
    Seat.objects.filter(pk=w.member(1).id).update(person_id=own)
    amending.confirm(w.member(1), w.lot, row.pk, now=clock.now())
    assert sum_up(w) == []
    line = w.bench.assessment.price.line(bid)
    assert line.price == Decimal("9700000.00")


def test_a_bid_may_be_found_to_be_no_small_firm(scoring_world):
    w = scoring_world
    bid = w.bids["bidder1"]
    row = amending.propose_sme(w.member(0), w.lot, bid, Sme.WHOLE, "声明函有效", now=clock.now())
    amending.drop(w.member(2), w.lot, row.pk, now=clock.now())
    row = amending.propose_sme(w.member(0), w.lot, bid, Sme.WHOLE, "声明函有效", now=clock.now())
    amending.confirm(w.member(1), w.lot, row.pk, now=clock.now())
    assert {one.bid: one.sme for one in w.bench.priced}[bid] is Sme.WHOLE
