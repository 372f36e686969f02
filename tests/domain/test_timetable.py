"""The timetable: what comes next and until when, from the first notice to the last deposit, under each law."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from tender.domain import timetable
from tender.domain.lifecycle import Lever, Pause, PauseReason, blocked_levers
from tender.domain.timetable import MilestoneState as S
from tests.domain.test_tender_law import at, calendar, edition

START = {
    "document_issued": at("2026-03-02 09:00"),
    "documents_until": at("2026-03-09 17:00"),
    "deadline": at("2026-03-24 09:00"),
    "validity_until": at("2026-06-23 00:00"),
}
STORY = START | {
    "opening_started": at("2026-03-24 09:00"),
    "opened": at("2026-03-24 10:30"),
    "evaluation_ended": at("2026-03-24 16:00"),
    "report_received": at("2026-03-24 16:00"),
    "candidates_published": at("2026-03-25 09:00"),
    "candidates_until": at("2026-03-31 00:00"),
    "winner_determined": at("2026-03-31 09:00"),
    "result_published": at("2026-03-31 10:00"),
    "notice_issued": at("2026-03-31 11:00"),
    "contract_signed": at("2026-04-10 11:00"),
    "written_report_filed": at("2026-04-10 12:00"),
    "contract_published": at("2026-04-13 09:00"),
    "loser_deposits_returned": at("2026-04-13 09:00"),
    "winner_deposit_returned": at("2026-04-20 09:00"),
}


def table(facts, now, regime="T", blocked=()):
    rows = timetable.compute(
        edition(regime),
        facts,
        now=at(now) if isinstance(now, str) else now,
        calendar=calendar(),
        blocked=frozenset(blocked),
    )
    assert len({row.key for row in rows}) == len(rows)
    return {row.key: row for row in rows}


def states(facts, now, regime="T", blocked=()):
    return {key: row.state for key, row in table(facts, now, regime, blocked).items()}


def test_an_empty_lot_has_everything_before_it():
    assert set(states({}, "2026-03-01 09:00").values()) == {S.NEXT}
    assert set(states({}, "2026-03-01 09:00", "G").values()) == {S.NEXT}


@pytest.mark.parametrize(
    ("regime", "only"),
    [
        ("T", {"candidates", "candidate_publication", "written_report"}),
        ("G", {"notice", "report", "winner", "result_publication", "result_query", "contract_public"}),
    ],
)
def test_each_law_has_its_own_steps(regime, only):
    other = table({}, "2026-03-01 09:00", "G" if regime == "T" else "T")
    assert set(table({}, "2026-03-01 09:00", regime)) - set(other) == only


def test_while_bids_are_prepared():
    rows = table(START, "2026-03-05 12:00")
    assert rows["document"].state is S.PAST
    assert rows["access"].state is S.OPEN
    assert (rows["document_objection"].state, rows["document_objection"].rule) == (S.OPEN, "T-06")
    assert rows["document_objection"].latest == at("2026-03-14 09:00")
    assert rows["document_objection"].closed
    assert rows["clarification"].latest == at("2026-03-09 09:00")
    assert (rows["deadline"].state, rows["deadline"].rule) == (S.NEXT, "T-03")
    assert rows["deadline"].planned_at == START["deadline"]
    assert rows["deadline"].earliest == at("2026-03-23 00:00")
    assert (rows["opening"].state, rows["opening"].rule, rows["opening"].earliest) == (
        S.NEXT,
        "T-09",
        START["deadline"],
    )
    assert rows["validity"].state is S.NEXT


def test_a_closed_window_ends_after_its_very_instant():
    assert states(START, "2026-03-14 09:00")["document_objection"] is S.OPEN
    rows = table(START, at("2026-03-14 09:00") + timedelta(milliseconds=1))
    assert (rows["document_objection"].state, rows["document_objection"].done_at) == (
        S.PAST,
        at("2026-03-14 09:00"),
    )
    assert states(START, "2026-03-09 16:59")["access"] is S.OPEN
    assert states(START, "2026-03-09 17:00")["access"] is S.PAST


def test_at_the_deadline_the_opening_is_due():
    rows = table(START, "2026-03-24 09:00")
    assert (rows["deadline"].state, rows["deadline"].done_at) == (S.PAST, START["deadline"])
    assert rows["opening"].state is S.OPEN
    assert rows["validity"].state is S.OPEN


def test_after_the_report_candidates_are_due_in_three_days():
    facts = {key: STORY[key] for key in STORY if STORY[key] <= STORY["report_received"] or key in START}
    rows = table(facts, "2026-03-26 09:00")
    assert (rows["candidates"].state, rows["candidates"].latest) == (S.OPEN, at("2026-03-28 00:00"))
    assert rows["candidates"].rule == "T-11"
    assert rows["result"].state is S.NEXT
    late = table(facts, "2026-03-28 00:00")
    assert late["candidates"].state is S.MISSED
    done = table(facts | {"candidates_published": at("2026-03-28 09:00")}, "2026-03-28 10:00")
    assert (done["candidates"].state, done["candidates"].late) == (S.PAST, True)
    assert (done["candidate_publication"].state, done["candidate_publication"].latest) == (
        S.OPEN,
        at("2026-04-01 00:00"),
    )


def test_the_whole_story_is_past_and_in_time():
    rows = table(STORY, "2026-07-01 09:00")
    assert {row.state for row in rows.values()} == {S.PAST}
    assert [row.key for row in rows.values() if row.late] == ["winner_deposit"]
    assert rows["winner_deposit"].latest == at("2026-04-16 00:00")
    assert rows["contract"].latest == at("2026-05-01 00:00")
    assert rows["result"].earliest == at("2026-03-31 00:00")


def test_regime_g_counts_in_working_days():
    facts = START | {
        "opening_started": at("2026-03-24 09:00"),
        "opened": at("2026-03-24 10:30"),
        "evaluation_ended": at("2026-03-24 16:00"),
        "report_received": at("2026-03-25 16:00"),
        "winner_determined": at("2026-03-27 09:00"),
    }
    rows = table(facts, "2026-03-30 09:00", "G")
    assert (rows["notice"].latest, rows["notice"].rule) == (at("2026-03-10 00:00"), "G-01")
    assert (rows["document_objection"].latest, rows["document_objection"].rule) == (
        at("2026-03-19 00:00"),
        "G-16",
    )
    assert (rows["report"].rule, rows["report"].latest) == ("G-10a", at("2026-03-27 00:00"))
    assert (rows["winner"].rule, rows["winner"].latest) == ("G-10", at("2026-04-02 00:00"))
    assert (rows["result"].rule, rows["result"].state, rows["result"].latest) == (
        "G-11",
        S.OPEN,
        at("2026-04-01 00:00"),
    )
    after = table(facts | {"result_published": at("2026-03-30 10:00")}, "2026-03-30 11:00", "G")
    assert after["result_publication"].latest == at("2026-04-01 00:00")
    query = after["result_query"]
    assert (query.state, query.latest) == (S.OPEN, at("2026-04-11 00:00"))
    assert after["award"].state is S.OPEN


@pytest.mark.parametrize(
    ("reason", "key", "now"),
    [
        (PauseReason.DOCUMENT_OBJECTION, "opening", "2026-03-24 09:30"),
        (PauseReason.RESULT_OBJECTION, "candidate_publication", "2026-04-20 09:00"),
        (PauseReason.RESULT_OBJECTION, "result", "2026-04-20 09:00"),
        (PauseReason.REGULATOR_ORDER, "contract", "2026-07-01 09:00"),
    ],
)
def test_what_a_pause_holds_is_shown_as_blocked_and_not_as_missed(reason, key, now):
    upto = {
        "opening": "opening_started",
        "candidate_publication": "winner_determined",
        "result": "winner_determined",
        "contract": "contract_signed",
    }[key]
    facts = {name: moment for name, moment in STORY.items() if moment < STORY[upto] or name in START}
    facts.pop("candidates_until", None)
    held = blocked_levers([Pause(reason, at("2026-03-12 10:00"))])
    assert states(facts, now)[key] is not S.BLOCKED
    assert states(facts, now, blocked=held)[key] is S.BLOCKED


def test_what_is_done_is_past_whatever_pauses():
    assert states(STORY, "2026-07-01 09:00", blocked=list(Lever))["contract"] is S.PAST


def test_a_year_without_a_calendar_is_shown_as_such():
    facts = {"notice_issued": at("2026-12-10 09:00"), "document_issued": at("2026-11-02 09:00")}
    row = table(facts, "2026-12-11 09:00")["contract"]
    assert (row.state, row.missing_year, row.rule, row.latest) == (S.UNKNOWN, 2027, "T-13", None)


def test_a_misspelt_fact_is_refused():
    with pytest.raises(ValueError, match="unknown facts: dead_line"):
        timetable.compute(
            edition(), {"dead_line": START["deadline"]}, now=START["deadline"], calendar=calendar()
        )


def test_every_milestone_names_a_rule_of_its_own_law():
    for regime in ("T", "G"):
        for row in table(STORY, "2026-03-26 09:00", regime).values():
            assert row.title
            assert not row.rule or edition(regime).by_id(row.rule)


@settings(deadline=None)
@given(st.integers(0, 130 * 24), st.sampled_from(["T", "G"]))
def test_time_only_moves_milestones_on(hours, regime):
    order = [S.NEXT, S.OPEN, S.MISSED, S.PAST]
    now = STORY["document_issued"] + timedelta(hours=hours)
    before, after = (states(STORY, moment, regime) for moment in (now, now + timedelta(hours=1)))
    for key, state in before.items():
        assert order.index(after[key]) >= order.index(state)
