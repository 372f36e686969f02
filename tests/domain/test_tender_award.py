"""From the report to the contract: times, order of candidates, and a contract that is the bid."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain.refusals import Allowed
from tender.domain import award
from tender.domain.rulebook import UnknownRuleError
from tests.domain.test_tender_law import at, calendar, edition, shown

REPORT = at("2026-03-24 16:00")
BID = award.MainTerms("91350100M000100Y43", Decimal("9898000.00"), 150, "合格", (("项目负责人", "张三"),))


def candidates(when, number=3, **more):
    return award.judge_candidates(
        edition(), report_received=REPORT, at=at(when), number=number, calendar=calendar(), **more
    )


def test_candidates_in_time():
    assert candidates("2026-03-27 23:59").notes == ()
    assert candidates("2026-03-27 23:59")


def test_late_candidates_are_published_and_the_delay_recorded():
    found = candidates("2026-03-30 09:00")
    assert found
    assert found.notes[0].startswith("T-11: Too late by 2 d 9 h")
    assert candidates("2026-03-30 09:00", mandatory=False).notes == ()


def test_at_most_three_candidates():
    refusal = candidates("2026-03-25 09:00", number=4).refusals[0]
    assert (refusal.rule, refusal.reason) == ("V-08", "candidate_number")
    assert shown(refusal)


def test_regime_g_publishes_no_candidates():
    with pytest.raises(UnknownRuleError):
        award.judge_candidates(edition("G"), report_received=REPORT, at=REPORT, number=1, calendar=calendar())


def test_the_publication_runs_to_the_end_of_its_third_day():
    opens, closes = award.candidate_window(
        edition(), published_at=at("2026-03-25 09:00"), calendar=calendar()
    )
    assert (opens, closes) == (at("2026-03-25 09:00"), at("2026-03-31 00:00"))
    _, over_holiday = award.candidate_window(
        edition(), published_at=at("2025-09-28 09:00"), calendar=calendar()
    )
    assert over_holiday == at("2025-10-10 00:00")


def test_a_result_notice_in_regime_g_stands_one_working_day():
    _, closes = award.result_window(edition("G"), published_at=at("2026-03-27 09:00"), calendar=calendar())
    assert closes == at("2026-03-31 00:00")


def test_a_short_publication_is_refused():
    published = at("2026-03-25 09:00")
    refusal = award.judge_publication_end(
        edition(), published_at=published, until=at("2026-03-28 09:00"), calendar=calendar()
    )
    assert (refusal.rule, refusal.facts["earliest"]) == ("T-12", "2026-03-30 24:00")
    assert shown(refusal)
    assert award.judge_publication_end(
        edition(), published_at=published, until=at("2026-04-03 00:00"), calendar=calendar()
    )


@pytest.mark.parametrize(
    ("when", "until", "reason"),
    [
        ("2026-03-30 23:59:59", None, "too_early"),
        ("2026-03-31 00:00", None, None),
        ("2026-03-31 00:00", "2026-04-02 00:00", "before_window"),
        ("2026-04-02 00:00", "2026-04-02 00:00", None),
    ],
)
def test_the_result_waits_for_the_publication(when, until, reason):
    decision = award.judge_result(
        edition(),
        at=at(when),
        calendar=calendar(),
        candidates_published=at("2026-03-27 09:00"),
        candidates_until=at(until) if until else None,
    )
    if reason is None:
        assert decision == Allowed()
    else:
        assert (decision.rule, decision.reason) == ("T-12", reason)
        assert shown(decision)


def test_the_result_of_regime_g_comes_within_two_working_days():
    def judged(when):
        return award.judge_result(
            edition("G"), at=at(when), calendar=calendar(), winner_determined=at("2026-03-27 15:00")
        )

    assert judged("2026-03-31 23:59") == Allowed()
    assert judged("2026-04-01 00:00").notes[0].startswith("G-11: Too late")


def test_a_missing_fact_is_an_error():
    with pytest.raises(ValueError, match="publication of the candidates"):
        award.judge_result(edition(), at=REPORT, calendar=calendar())
    with pytest.raises(ValueError, match="determination of the winner"):
        award.judge_result(edition("G"), at=REPORT, calendar=calendar())
    assert award.judge_result(edition(), at=REPORT, calendar=calendar(), mandatory=False) == Allowed()


@pytest.mark.parametrize(
    ("chosen", "passed_over", "reason"),
    [
        ("甲", {}, None),
        ("乙", {}, "not_next_in_order"),
        ("乙", {"甲": "gave_up"}, None),
        ("乙", {"甲": "too dear"}, "ground_unknown"),
        ("丙", {"甲": "gave_up"}, "not_next_in_order"),
        ("丙", {"甲": "gave_up", "乙": "unlawful"}, None),
        ("丁", {}, "not_a_candidate"),
    ],
)
def test_candidates_win_in_their_order(chosen, passed_over, reason):
    decision = award.judge_winner(
        edition(), candidates=["甲", "乙", "丙"], chosen=chosen, passed_over=passed_over
    )
    if reason is None:
        assert decision == Allowed()
    else:
        assert (decision.rule, decision.reason) == ("V-18", reason)
        assert shown(decision)


def test_without_state_funds_regime_t_leaves_the_choice():
    def judged(regime, **more):
        return award.judge_winner(
            edition(regime), candidates=["甲", "乙"], chosen="乙", passed_over={}, **more
        )

    assert judged("T", state_funded=False)
    assert judged("T", mandatory=False)
    assert not judged("G", state_funded=False)


def contract(when, regime="T", validity=None):
    return award.judge_contract_time(
        edition(regime),
        notice_issued=at("2026-01-20 10:00"),
        signed_at=at(when),
        calendar=calendar(),
        validity_until=validity,
    )


@pytest.mark.parametrize("regime", ["T", "G"])
def test_the_contract_has_thirty_days_and_the_holiday(regime):
    assert contract("2026-02-24 23:59", regime).notes == ()
    late = contract("2026-02-25 00:00", regime)
    assert late
    assert late.notes[0].startswith(f"{regime}-13: Too late by 0 s: the 30 days")


def test_a_contract_after_the_validity_is_noted():
    found = contract("2026-02-20 10:00", validity=at("2026-02-20 00:00"))
    assert found.notes == (
        "T-13: Bids were valid until 2026-02-19 24:00; the contract is dated 2026-02-20 10:00.",
    )


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"price": Decimal("9898000.01")}, "price: 9,898,000.00 → 9,898,000.01"),
        ({"period_days": 151}, "period_days: 150 → 151"),
        ({"period_days": None}, "period_days: 150 → —"),
        ({"quality": "优良"}, "quality: 合格 → 优良"),
        ({"bidder": "12510800450712347J"}, "bidder: 91350100M000100Y43 → 12510800450712347J"),
        ({"terms": (("项目负责人", "李四"),)}, "项目负责人: 张三 → 李四"),
        ({"terms": ()}, "项目负责人: 张三 → —"),
        ({"terms": (*BID.terms, ("付款", "月结"))}, "付款: — → 月结"),
    ],
)
def test_a_contract_that_departs_from_the_bid_is_refused(change, difference):
    for regime, rule in (("T", "T-27"), ("G", "G-29")):
        refusal = award.judge_contract_terms(edition(regime), bid=BID, contract=replace(BID, **change))
        assert (refusal.rule, refusal.facts["differences"]) == (rule, difference)
        assert shown(refusal)


def test_a_contract_that_is_the_bid_passes():
    assert (
        award.judge_contract_terms(edition(), bid=BID, contract=replace(BID, price=Decimal(9898000)))
        == Allowed()
    )


@settings(deadline=None)
@given(st.permutations(["甲", "乙", "丙"]), st.sampled_from(["甲", "乙", "丙"]), st.data())
def test_who_is_passed_over_always_has_a_ground(order, chosen, data):
    grounds = data.draw(st.dictionaries(st.sampled_from(order), st.sampled_from(["gave_up", "unlawful"])))
    decision = award.judge_winner(edition(), candidates=order, chosen=chosen, passed_over=grounds)
    assert bool(decision) is all(name in grounds for name in order[: order.index(chosen)])
