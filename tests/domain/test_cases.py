"""A case's next step follows from its facts alone, in every state; names in a package are plain."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.domain import case_names, cases
from monitoring.domain.cases import Outcome, Ruling, Standing, Todo
from monitoring.domain.lifecycle import CASE, ENDED, GATHERING, RUNNING, CaseState

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def todo(state, **facts):
    return cases.next_step(Standing(state, facts.pop("second", True), **facts), now=NOW)


@pytest.mark.parametrize(
    ("state", "facts", "expected", "of_handler"),
    [
        ("proposed", {}, Todo.CONFIRM, False),
        ("proposed", {"second": False}, Todo.AWAIT_CONFIRM, False),
        ("open", {}, Todo.INVESTIGATE, True),
        ("hearing", {"asked": 2, "replied": 1, "due_at": NOW + timedelta(1)}, Todo.AWAIT_REPLIES, True),
        ("hearing", {"asked": 2, "replied": 2, "due_at": NOW + timedelta(1)}, Todo.GO_ON, True),
        ("hearing", {"asked": 2, "replied": 0, "due_at": NOW}, Todo.GO_ON, True),
        ("conferred", {"ruling": "watch"}, Todo.AFTER_CONFERENCE, True),
        ("conferred", {"ruling": "no_action"}, Todo.AFTER_CONFERENCE, True),
        ("conferred", {"ruling": "penalty"}, Todo.HAND_OVER, False),
        ("conferred", {"ruling": "police"}, Todo.HAND_OVER, False),
        ("conferred", {"ruling": "police", "second": False}, Todo.AWAIT_HAND_OVER, False),
        ("conferred", {"ruling": "watch", "second": False}, Todo.AFTER_CONFERENCE, True),
        ("handed_over", {}, Todo.PROPOSE_CLOSING, True),
        ("closing", {}, Todo.CONFIRM_CLOSING, False),
        ("closing", {"second": False}, Todo.AWAIT_CLOSING, False),
        ("closed", {}, Todo.NOTHING, False),
        ("refused", {}, Todo.NOTHING, False),
    ],
)
def test_the_next_step(state, facts, expected, of_handler):
    found = todo(state, **facts)
    assert (found.todo, found.of_handler) == (expected, of_handler)


def test_only_the_time_to_reply_is_timed():
    due = NOW + timedelta(1)
    assert todo("hearing", asked=1, replied=0, due_at=due).until == due
    assert todo("hearing", asked=1, replied=1, due_at=due).until is None


def test_every_state_can_be_reached_and_left_unless_it_is_an_end():
    assert set(CASE.states) == set(CaseState)
    assert {state for state in CaseState if not CASE.levers(state)} == ENDED
    assert GATHERING <= RUNNING
    assert CaseState.PROPOSED not in RUNNING


def test_every_code_has_its_name():
    for codes, table in (
        (CaseState, case_names.CASE_STATES),
        (CaseState, case_names.CASE_TONES),
        (Outcome, case_names.OUTCOMES),
        (Ruling, case_names.RULINGS),
        (Todo, case_names.TODOS),
        (Todo, case_names.TODO_NOTES),
    ):
        assert set(codes) == set(table)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("流水.PDF", "evidence/007.pdf"),
        ("../../etc/passwd", "evidence/007.bin"),
        ("a.tar.gz", "evidence/007.gz"),
        ("无后缀", "evidence/007.bin"),
        ("x.壹", "evidence/007.bin"),
        ("x.averylongending", "evidence/007.bin"),
    ],
)
def test_files_of_a_package_have_plain_names(name, path):
    assert cases.place("evidence", 7, name) == path


def test_a_case_is_named_by_chance_and_tells_no_number():
    assert cases.code("0c2d634a-1111-4222-8333-444455556666") == "AJ-0C2D634A"
