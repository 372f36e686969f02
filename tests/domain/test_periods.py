"""Periods: their last moments, who is in time at 8:59, and the numbers that a refusal shows."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain.refusals import Allowed, Refused
from kernel.domain.workdays import YearNotAnnouncedError
from tender.domain import instants, periods
from tender.domain.rules import Compare, Parameter, RulebookError, Unit
from tests.domain.test_tender_law import at, calendar, edition, shown
from tests.domain.test_workdays import VECTORS

SECOND = timedelta(seconds=1)
moments = st.datetimes(datetime(2025, 1, 2), datetime(2026, 8, 1)).map(
    lambda naive: naive.replace(tzinfo=instants.SHANGHAI)
)
PERIOD_KEYS = [
    "bid_period_minimum",
    "objection_answer_maximum",
    "candidate_publication_minimum",
    "document_objection_window",
]


def rule_of(count, unit, compare):
    """Build a rule of any period from one that stands in the rulebook."""
    return replace(
        edition().rule("objection_answer_maximum"),
        parameters={"": Parameter(value=count, unit=unit)},
        compare=compare,
        breach=edition().rule("bid_period_minimum").breach,
    )


def judged(key, anchor, when, regime="T"):
    return periods.judge(edition(regime).rule(key), anchor=at(anchor), at=at(when), calendar=calendar())


@pytest.mark.parametrize("case", VECTORS["periods"], ids=lambda case: case["id"])
def test_a_period_ends_with_its_last_day(case):
    start = at(f"{case['start']} 16:30")
    last = date.fromisoformat(case["last"])
    assert periods.last_day(start, case["count"], Unit(case["unit"]), calendar()) == last
    assert periods.end(start, case["count"], Unit(case["unit"]), calendar()) == at(
        f"{last} 00:00"
    ) + timedelta(days=1)


def test_the_day_is_the_day_in_china():
    late_evening_in_utc = datetime.fromisoformat("2026-03-02T16:30:00+00:00")
    assert instants.day_of(late_evening_in_utc) == date(2026, 3, 3)
    assert instants.clock(late_evening_in_utc) == "2026-03-03 00:30"
    with pytest.raises(ValueError, match="time zone"):
        instants.day_of(datetime(2026, 3, 2))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-03-20 09:00", "2026-03-20 09:00"),
        ("2026-03-20 09:00:07", "2026-03-20 09:00:07"),
        ("2026-03-20 09:00:00.250", "2026-03-20 09:00:00.250"),
    ],
)
def test_instants_are_written_as_short_as_they_are(moment, text):
    assert instants.clock(at(moment)) == text


def test_midnight_closes_the_day_before():
    assert instants.until(at("2026-03-21 00:00")) == "2026-03-20 24:00"
    assert instants.until(at("2026-03-21 00:01")) == "2026-03-21 00:01"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=2, hours=3, minutes=4), "2 d 3 h"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(minutes=1, seconds=5), "1 min 5 s"),
        (timedelta(seconds=41), "41 s"),
        (timedelta(milliseconds=250), "0.250 s"),
        (timedelta(0), "0 s"),
        (timedelta(days=1), "1 d"),
    ],
)
def test_lengths_of_time(length, text):
    assert instants.span(length) == text


def test_twenty_days_to_bid():
    assert judged("bid_period_minimum", "2026-03-02 09:00", "2026-03-23 09:00") == Allowed()
    refusal = judged("bid_period_minimum", "2026-03-02 09:00", "2026-03-20 09:00")
    assert (refusal.rule, refusal.reason) == ("T-03", "too_short")
    assert refusal.facts["given"] == "18"
    assert refusal.facts["limit"] == "20"
    assert refusal.facts["earliest"] == "2026-03-23"
    assert shown(refusal) == (
        "Only 18 days are given, at least 20 are required: counted from the day after 2026-03-02 09:00 (issue of the "
        "tender document), the earliest possible day for the bid deadline is 2026-03-23, but it is set to "
        "2026-03-20 09:00."
    )


def test_the_twentieth_day_counts_whole_or_in_part_but_not_its_first_instant():
    assert judged("bid_period_minimum", "2026-03-03 09:00", "2026-03-23 08:00") == Allowed()
    assert judged("bid_period_minimum", "2026-03-03 09:00", "2026-03-23 00:00").facts["given"] == "19"
    assert judged("bid_period_minimum", "2026-03-03 23:59", "2026-03-23 00:00:01") == Allowed()


def test_a_minimum_rolls_over_the_holiday():
    assert not judged("bid_period_minimum", "2025-09-12 09:00", "2025-10-08 17:00")
    assert judged("bid_period_minimum", "2025-09-12 09:00", "2025-10-09 09:00")


def test_five_working_days_are_more_than_five_days():
    refusal = judged("document_access_minimum", "2026-02-12 09:00", "2026-02-17 17:00", "G")
    assert (refusal.rule, refusal.facts["given"], refusal.facts["unit"]) == ("G-02", "2", "working days")
    assert refusal.facts["earliest"] == "2026-02-26"
    assert (
        judged("document_access_minimum", "2026-02-12 09:00", "2026-02-17 17:00", "T").facts["earliest"]
        == "2026-02-24"
    )


@pytest.mark.parametrize(
    ("when", "in_time"),
    [
        ("2026-03-13 08:59", True),
        ("2026-03-13 09:00", True),
        ("2026-03-13 09:00:00.001", False),
        ("2026-03-22 08:59", False),
    ],
)
def test_backward_periods_run_by_the_hour(when, in_time):
    assert bool(judged("document_objection_window", "2026-03-23 09:00", when)) is in_time


def test_a_late_objection_hears_by_how_much():
    refusal = judged("document_objection_window", "2026-03-23 09:00", "2026-03-14 08:59")
    assert (refusal.rule, refusal.reason, refusal.facts["late_by"]) == (
        "T-06",
        "too_late_before",
        "23 h 59 min",
    )
    assert (
        "the last moment was 2026-03-13 09:00, 10 days before the bid deadline (2026-03-23 09:00)"
        in shown(refusal)
    )


def test_backward_periods_do_not_roll():
    rule = edition().rule("clarification_lead")
    assert periods.bounds(rule, at("2025-10-20 09:00"), calendar()).latest == at("2025-10-05 09:00")
    assert calendar().roll(date(2025, 10, 5)) == date(2025, 10, 9)


def test_publication_must_be_over():
    refusal = judged("candidate_publication_minimum", "2025-09-28 10:00", "2025-10-09 23:59:59")
    assert (refusal.rule, refusal.reason, refusal.facts["earliest"]) == (
        "T-12",
        "too_early",
        "2025-10-09 24:00",
    )
    assert judged("candidate_publication_minimum", "2025-09-28 10:00", "2025-10-10 00:00")
    assert "Not before 2025-10-09 24:00" in shown(refusal)


def test_a_duty_done_late_is_recorded_with_its_numbers():
    on_the_last_day = judged("objection_answer_maximum", "2026-03-02 09:00", "2026-03-05 23:59:59")
    late = judged("objection_answer_maximum", "2026-03-02 09:00", "2026-03-06 00:00")
    assert on_the_last_day == Allowed()
    assert isinstance(late, Allowed)
    assert late.notes[0].startswith("T-08: Too late by 0 s: the 3 days")


def test_an_act_before_its_anchor_is_out_of_order():
    rule = rule_of(3, Unit.DAYS, Compare.AT_MOST)
    refusal = periods.judge(
        rule, anchor=at("2026-03-05 09:00"), at=at("2026-03-05 08:59"), calendar=calendar()
    )
    assert refusal.reason == "wrong_order"
    assert shown(refusal)


def test_opening_is_at_the_very_instant():
    assert judged("opening_at_deadline", "2026-03-23 09:00", "2026-03-23 09:00") == Allowed()
    refusal = judged("opening_at_deadline", "2026-03-23 09:00", "2026-03-23 09:00:01")
    assert (refusal.rule, refusal.reason) == ("T-09", "not_the_instant")
    assert shown(refusal)


@pytest.mark.parametrize(
    ("compare", "when", "kept"),
    [
        (Compare.AT_MOST, "09:29:59.999", True),
        (Compare.AT_MOST, "09:30", False),
        (Compare.AFTER, "09:29:59.999", False),
        (Compare.AFTER, "09:30", True),
        (Compare.AT_LEAST, "09:29:59.999", False),
        (Compare.AT_LEAST, "09:30", True),
        (Compare.BEFORE, "08:30", True),
        (Compare.BEFORE, "08:30:00.001", False),
    ],
)
def test_minutes_run_from_instant_to_instant(compare, when, kept):
    decision = periods.judge(
        rule_of(30, Unit.MINUTES, compare),
        anchor=at("2026-02-16 09:00"),
        at=at(f"2026-02-16 {when}"),
        calendar=calendar(),
    )
    assert bool(decision) is kept
    if not kept:
        assert shown(decision)


def test_windows_are_half_open():
    rule = edition().rule("result_objection_window")
    window = {"opens": at("2026-03-02 09:00"), "closes": at("2026-03-06 00:00")}
    assert periods.judge_window(rule, **window, at=window["opens"])
    assert periods.judge_window(rule, **window, at=window["closes"] - SECOND)
    early = periods.judge_window(rule, **window, at=window["opens"] - SECOND)
    late = periods.judge_window(rule, **window, at=window["closes"])
    assert (early.reason, late.reason) == ("before_window", "after_window")
    assert "2026-03-05 24:00" in shown(late)
    assert shown(early)


@pytest.mark.parametrize(
    ("key", "name", "measured", "kept"),
    [
        ("committee_expert_share", "", Fraction(2, 3), True),
        ("committee_expert_share", "", Fraction(3, 5), False),
        ("candidates_maximum", "", 3, True),
        ("candidates_maximum", "", 4, False),
        ("evaluation_time_extension", "", Fraction(1, 3), False),
        ("evaluation_time_extension", "", Fraction(2, 5), True),
        ("full_marks_total", "", Decimal("100.0"), True),
        ("full_marks_total", "", Decimal("99.99"), False),
        ("bid_deposit_cap", "rate", Decimal("0.02"), True),
    ],
)
def test_limits_include_themselves(key, name, measured, kept):
    assert periods.keeps(edition().rule(key), measured, name) is kept


def test_what_is_no_period_or_number_is_refused():
    with pytest.raises(RulebookError, match="in count is no period"):
        periods.bounds(edition().rule("bidders_minimum"), at("2026-03-02 09:00"), calendar())
    with pytest.raises(RulebookError, match="is no number"):
        periods.keeps(edition().rule("only_document_criteria"), 1)
    with pytest.raises(RulebookError, match="backward period"):
        periods.lead(rule_of(3, Unit.WORKING_DAYS, Compare.BEFORE))


def test_a_missing_year_is_an_error_and_never_a_guess():
    with pytest.raises(YearNotAnnouncedError) as caught:
        judged("contract_maximum", "2026-12-20 09:00", "2026-12-21 09:00")
    assert caught.value.year == 2027


def test_validity_neither_rolls_nor_needs_the_next_year():
    assert periods.validity_end(at("2026-11-20 09:00"), 90) == at("2027-02-19 00:00")


@settings(deadline=None)
@given(moments, st.integers(1, 40), st.integers(1, 40), st.sampled_from(list(Unit)[:4]))
def test_longer_periods_end_no_earlier(start, one, other, unit):
    shorter, longer = sorted((one, other))
    assert (
        start < periods.end(start, shorter, unit, calendar()) <= periods.end(start, longer, unit, calendar())
    )


@settings(deadline=None)
@given(moments, moments, st.sampled_from(PERIOD_KEYS))
def test_bounds_and_judgement_agree(anchor, when, key):
    rule = edition().rule(key)
    found = periods.bounds(rule, anchor, calendar())
    decision = periods.judge(rule, anchor=anchor, at=when, calendar=calendar())
    kept = isinstance(decision, Allowed) and not decision.notes
    forward = rule.compare is not Compare.BEFORE
    after = found.earliest is None or (
        when > found.earliest if rule.compare is Compare.AT_LEAST else when >= found.earliest
    )
    assert kept is (after and not found.passed(when) and (not forward or when >= anchor))


@settings(deadline=None)
@given(moments, st.integers(0, 60), st.sampled_from(["bid_period_minimum", "candidate_publication_minimum"]))
def test_more_time_never_hurts_a_minimum(anchor, days, key):
    rule = edition().rule(key)
    sooner, later = (anchor + timedelta(days=n) for n in (days, days + 1))
    kept = [
        bool(periods.judge(rule, anchor=anchor, at=when, calendar=calendar())) for when in (sooner, later)
    ]
    assert kept != [True, False]


@settings(deadline=None)
@given(moments, moments)
def test_refused_is_told_in_words(anchor, when):
    for key in PERIOD_KEYS:
        decision = periods.judge(edition().rule(key), anchor=anchor, at=when, calendar=calendar())
        if isinstance(decision, Refused):
            assert shown(decision)
            assert json.dumps(decision.facts)
