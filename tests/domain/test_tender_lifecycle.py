"""The life of a lot and of an objection: every state can be reached, no exit is left, pauses hold what the law says."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from accounts.domain.seats import SeatKind
from kernel.domain.lifecycles import IllegalStepError
from kernel.domain.refusals import Allowed
from tender.domain.lifecycle import (
    CLOCK,
    EXITS,
    LOT,
    OBJECTION,
    OBJECTION_EXITS,
    PAUSES,
    Lever,
    LotState,
    ObjectionState,
    Pause,
    PauseReason,
    blocked_levers,
    judge_pauses,
)
from tests.domain.test_tender_law import at, edition, shown

SINCE = at("2026-03-05 10:00")
TABLES = [(LOT, EXITS, LotState), (OBJECTION, OBJECTION_EXITS, ObjectionState)]
BEFORE = [
    *("review", "publish", "close", "begin_opening", "finish_opening", "begin_evaluation", "sign_report"),
]
AFTER = ["publish_result", "issue_notice", "sign_contract", "begin_performance", "archive"]
PATH_T = [*BEFORE, "publish_candidates", "end_publication", *AFTER]
PATH_G = [*BEFORE, "deliver_report", *AFTER]


def reach(lifecycle):
    found, ahead = {lifecycle.start}, [lifecycle.start]
    while ahead:
        for step in lifecycle.levers(ahead.pop()):
            if step.target not in found:
                found.add(step.target)
                ahead.append(step.target)
    return found


@pytest.mark.parametrize(("table", "exits", "states"), TABLES, ids=["lot", "objection"])
def test_every_state_is_reached_and_exits_are_final(table, exits, states):
    assert reach(table) == set(states)
    for state in states:
        assert bool(table.levers(state)) is (state not in exits)


@pytest.mark.parametrize(("table", "exits", "states"), TABLES, ids=["lot", "objection"])
def test_from_every_state_an_exit_can_be_reached(table, exits, states):
    good = set(exits)
    while more := {step.source for step in table.steps if step.target in good} - good:
        good |= more
    assert good == set(states)


@pytest.mark.parametrize(("path", "shows_candidates"), [(PATH_T, True), (PATH_G, False)], ids=["T", "G"])
def test_a_lot_goes_from_draft_to_archive(path, shows_candidates):
    state, seen = LOT.start, [LOT.start]
    for lever in path:
        state = LOT.step(state, lever).target
        seen.append(state)
    assert state == LotState.ARCHIVED
    assert (LotState.CANDIDATES_PUBLIC in seen) is shows_candidates


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(Lever)), max_size=40))
def test_no_walk_leaves_an_exit_or_the_table(levers):
    state = LOT.start
    for lever in levers:
        legal = {step.lever: step.target for step in LOT.levers(state)}
        if lever in legal:
            state = LOT.step(state, lever).target
            assert state == legal[lever]
        else:
            with pytest.raises(IllegalStepError):
                LOT.step(state, lever)
    if state in EXITS:
        assert not LOT.levers(state)


def test_every_step_has_a_known_hand_and_a_due_rule_that_stands():
    for table in (LOT, OBJECTION):
        for step in table.steps:
            assert step.who == CLOCK or step.who in set(SeatKind)
            for key in filter(None, step.due.split(", ")):
                assert edition("T").has(key) or edition("G").has(key)


def test_every_lever_of_the_enumeration_moves_something():
    assert {step.lever for step in LOT.steps} == set(Lever)


def test_publishing_needs_a_review_and_nothing_skips_the_opening():
    assert {step.source for step in LOT.steps if step.target == LotState.PUBLISHED} == {LotState.REVIEWED}
    assert {step.source for step in LOT.steps if step.target == LotState.OPENED} == {LotState.OPENING}
    assert {step.lever for step in LOT.levers(LotState.CLOSED)} == {
        Lever.FAIL,
        Lever.BEGIN_OPENING,
        Lever.CANCEL,
    }


@pytest.mark.parametrize(
    ("reason", "held", "free"),
    [
        (
            PauseReason.DOCUMENT_OBJECTION,
            "begin_opening publish_result issue_notice sign_contract",
            "close cancel fail",
        ),
        (
            PauseReason.RESULT_OBJECTION,
            "end_publication publish_result issue_notice sign_contract",
            "re_evaluate cancel",
        ),
        (PauseReason.QUERY, "sign_contract begin_performance", "begin_opening publish_result issue_notice"),
        (
            PauseReason.REGULATOR_ORDER,
            "begin_opening sign_report publish_result sign_contract",
            "close finish_opening cancel",
        ),
        (
            PauseReason.PLATFORM_FAULT,
            "begin_opening begin_evaluation end_publication",
            "close finish_opening",
        ),
    ],
)
def test_a_pause_holds_what_the_law_says(reason, held, free):
    regime = "G" if reason is PauseReason.QUERY else "T"
    for lever in held.split():
        refusal = judge_pauses(edition(regime), Lever(lever), [Pause(reason, SINCE)])
        assert refusal.reason == "paused"
        assert "2026-03-05 10:00" in shown(refusal)
        assert refusal.facts["cause"] == PAUSES[reason].cause
    for lever in free.split():
        assert judge_pauses(edition(regime), Lever(lever), [Pause(reason, SINCE)]) == Allowed()


@pytest.mark.parametrize(
    ("regime", "reason", "rule"),
    [
        ("T", PauseReason.DOCUMENT_OBJECTION, "J-03"),
        ("T", PauseReason.RESULT_OBJECTION, "J-03"),
        ("G", PauseReason.QUERY, "J-08"),
        ("T", PauseReason.REGULATOR_ORDER, "J-06"),
        ("G", PauseReason.PLATFORM_FAULT, "O-04"),
    ],
)
def test_a_paused_lever_names_the_rule_of_its_reason(regime, reason, rule):
    for lever in PAUSES[reason].levers:
        assert judge_pauses(edition(regime), lever, [Pause(reason, SINCE)]).rule == rule


def test_no_pause_holds_nothing_and_the_oldest_speaks():
    assert judge_pauses(edition(), Lever.BEGIN_OPENING, []) == Allowed()
    later = Pause(PauseReason.REGULATOR_ORDER, SINCE + timedelta(hours=1))
    refusal = judge_pauses(
        edition(), Lever.SIGN_CONTRACT, [later, Pause(PauseReason.DOCUMENT_OBJECTION, SINCE)]
    )
    assert refusal.rule == "J-03"


@settings(deadline=None)
@given(
    st.lists(st.builds(Pause, st.sampled_from(list(PauseReason)), st.just(SINCE)), max_size=4),
    st.sampled_from(list(Lever)),
)
def test_what_is_blocked_is_what_is_refused(pauses, lever):
    held = lever in blocked_levers(pauses)
    assert bool(judge_pauses(edition(), lever, pauses)) is not held


def test_the_deadline_passes_whatever_pauses():
    everything = [Pause(reason, SINCE) for reason in PauseReason]
    assert Lever.CLOSE not in blocked_levers(everything)
    assert Lever.FINISH_OPENING not in blocked_levers(everything)


def test_tables_are_printed():
    text = LOT.as_markdown()
    assert "| closed | begin_opening | opening | clock | enough_bids | opening_at_deadline |" in text
    assert "stateDiagram-v2" in text
