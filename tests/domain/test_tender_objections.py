"""Objections and queries: the last moment, what pauses, when the answer is due, and what a late one is."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from kernel.domain.refusals import Allowed
from tender.domain import objections
from tender.domain.lifecycle import PauseReason
from tender.domain.objections import Kind
from tender.domain.rulebook import RegimeError
from tests.domain.test_tender_law import at, calendar, edition, shown

DEADLINE = at("2026-03-24 09:00")
WINDOW = (at("2026-03-26 09:00"), at("2026-03-31 00:00"))


def file(kind, when, regime="T", **facts):
    return objections.judge_filing(edition(regime), kind, at=at(when), calendar=calendar(), **facts)


@pytest.mark.parametrize(
    ("when", "admitted"), [("2026-03-14 09:00", True), ("2026-03-14 09:00:00.001", False)]
)
def test_the_document_until_ten_days_before(when, admitted):
    filing = file(Kind.DOCUMENT, when, deadline=DEADLINE)
    assert filing.admitted is admitted
    assert filing.pause is (PauseReason.DOCUMENT_OBJECTION if admitted else None)
    assert (filing.answer_due is not None) is admitted


def test_an_answer_is_due_after_three_days_at_midnight():
    assert file(Kind.DOCUMENT, "2026-03-04 10:00", deadline=DEADLINE).answer_due == at("2026-03-10 00:00")


def test_a_late_objection_is_an_opinion_and_pauses_nothing():
    filing = file(Kind.DOCUMENT, "2026-03-20 08:59", deadline=DEADLINE)
    assert (filing.admitted, filing.pause, filing.answer_due) == (False, None, None)
    assert (filing.decision.rule, filing.decision.facts["late_by"]) == ("T-06", "5 d 23 h")
    assert shown(filing.decision)


@pytest.mark.parametrize(
    ("when", "admitted"),
    [
        ("2026-03-26 09:00", True),
        ("2026-03-30 23:59:59", True),
        ("2026-03-31 00:00", False),
        ("2026-03-26 08:59", False),
    ],
)
def test_the_result_within_its_publication(when, admitted):
    filing = file(Kind.RESULT, when, window=WINDOW)
    assert filing.admitted is admitted
    if admitted:
        assert filing.pause is PauseReason.RESULT_OBJECTION
    else:
        assert filing.decision.rule == "T-12"
        assert shown(filing.decision)


@pytest.mark.parametrize(("regime", "rule"), [("T", "T-10"), ("G", "G-28")])
def test_the_opening_on_the_spot(regime, rule):
    hall = (at("2026-03-24 09:40"), at("2026-03-24 09:50"))
    there = file(Kind.OPENING, "2026-03-24 09:41", regime, window=hall)
    assert (there.admitted, there.pause, there.answer_due) == (True, None, None)
    later = file(Kind.OPENING, "2026-03-24 09:50", regime, window=hall)
    assert (later.admitted, later.decision.rule) == (False, rule)
    assert shown(later.decision)


def known(kind, **facts):
    return objections.harm_known(edition("G"), kind, calendar=calendar(), **facts)


def test_queries_are_counted_from_the_end_of_the_notice():
    published = at("2026-03-02 09:00")
    assert known(Kind.DOCUMENT, published_at=published) == at("2026-03-09 00:00")
    assert known(Kind.DOCUMENT, published_at=published, obtained_at=at("2026-03-03 10:00")) == at(
        "2026-03-09 00:00"
    )
    assert known(Kind.DOCUMENT, published_at=published, obtained_at=at("2026-03-12 10:00")) == at(
        "2026-03-12 10:00"
    )
    assert known(Kind.RESULT, result_published=at("2026-03-27 09:00")) == at("2026-03-30 00:00")
    assert known(Kind.PROCESS, step_ended=DEADLINE) == DEADLINE


@pytest.mark.parametrize(
    ("when", "admitted"),
    [("2026-03-18 23:59:59", True), ("2026-03-19 00:00", False), ("2026-03-03 09:00", True)],
)
def test_seven_working_days_for_a_query(when, admitted):
    filing = file(
        Kind.DOCUMENT, when, "G", known_at=known(Kind.DOCUMENT, published_at=at("2026-03-02 09:00"))
    )
    assert filing.admitted is admitted
    if admitted:
        assert filing.decision == Allowed()
        assert filing.pause is PauseReason.QUERY
    else:
        assert filing.decision.rule == "G-16"
        assert shown(filing.decision)


def test_a_query_that_cannot_change_the_result_pauses_nothing():
    filing = file(Kind.PROCESS, "2026-03-25 09:00", "G", known_at=DEADLINE, may_affect_result=False)
    assert (filing.admitted, filing.pause) == (True, None)
    assert filing.answer_due == at("2026-04-04 00:00")


def test_answers_in_time_and_late():
    filed = at("2026-03-02 09:00")

    def answered(when):
        return objections.judge_answer(edition(), filed_at=filed, answered_at=at(when), calendar=calendar())

    assert answered("2026-03-05 23:59") == Allowed()
    assert answered("2026-03-06 00:00").notes[0].startswith("T-08: Too late")


@pytest.mark.parametrize(
    ("kind", "regime", "facts"),
    [
        (Kind.PROCESS, "T", {"deadline": DEADLINE}),
        (Kind.DOCUMENT, "T", {"window": WINDOW}),
        (Kind.RESULT, "T", {"deadline": DEADLINE}),
        (Kind.RESULT, "G", {"window": WINDOW}),
        (Kind.OPENING, "T", {"deadline": DEADLINE}),
    ],
)
def test_the_instant_that_counts_must_be_known(kind, regime, facts):
    with pytest.raises(ValueError, match="objection"):
        file(kind, "2026-03-10 09:00", regime, **facts)


def test_harm_is_a_word_of_regime_g():
    with pytest.raises(RegimeError):
        objections.harm_known(edition("T"), Kind.RESULT, calendar=calendar(), result_published=DEADLINE)
    with pytest.raises(ValueError, match="an instant is missing"):
        known(Kind.RESULT)


@settings(deadline=None)
@given(st.integers(-40 * 24 * 60, 40 * 24 * 60))
def test_admitted_is_exactly_what_pauses_and_is_answered(minutes):
    when = DEADLINE + timedelta(minutes=minutes)
    filing = objections.judge_filing(
        edition(), Kind.DOCUMENT, at=when, calendar=calendar(), deadline=DEADLINE
    )
    assert filing.admitted is (when <= DEADLINE - timedelta(days=10))
    assert bool(filing.decision) is filing.admitted
    assert (filing.pause is PauseReason.DOCUMENT_OBJECTION) is filing.admitted
    assert (filing.answer_due is not None) is filing.admitted
