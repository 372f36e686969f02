"""The tables of evaluation: every state is reached, no one is stuck, and nothing is signed unchecked."""

import pytest

from evaluation.domain import lifecycle
from evaluation.domain.lifecycle import DrawLever, DrawState, SessionLever, SessionState
from kernel.domain.lifecycles import IllegalStepError

ENDS = {
    "Draw": {"exhausted"},
    "Invitation": {"declined", "unreached", "absent", "replaced", "rated"},
    "Session": {"failed"},
    "Member": {"replaced"},
}


def reached(table, start, closed=frozenset()):
    found, todo = {start}, [start]
    while todo:
        for step in table.levers(todo.pop()):
            if step.target not in found and step.target not in closed:
                found.add(step.target)
                todo.append(step.target)
    return found


@pytest.mark.parametrize("table", lifecycle.ALL, ids=lambda table: table.name)
def test_every_state_is_reached(table):
    kind = type(table.start)
    assert reached(table, table.start) == set(kind)


@pytest.mark.parametrize("table", lifecycle.ALL, ids=lambda table: table.name)
def test_only_the_named_ends_have_no_way_out(table):
    assert {state.value for state in table.states if not table.levers(state)} == ENDS[table.name]


@pytest.mark.parametrize("table", lifecycle.ALL, ids=lambda table: table.name)
def test_every_step_of_a_person_has_a_guard_or_is_their_own_answer(table):
    free = {"accept", "decline", "rate"}
    assert {s.lever.value for s in table.steps if s.who != "clock" and not s.guard} <= free
    assert all(s.guard or s.due for s in table.steps if s.who == "clock")


@pytest.mark.parametrize("needed", [SessionState.DECLARED, SessionState.PRELIMINARY, SessionState.CHECKING])
def test_no_session_is_signed_without(needed):
    assert SessionState.SIGNED not in reached(lifecycle.SESSION, SessionState.PREPARING, {needed})


@pytest.mark.parametrize("needed", [DrawState.COMMITTED, DrawState.REVEALED])
def test_nobody_is_drawn_without(needed):
    assert DrawState.DRAWN not in reached(lifecycle.DRAW, DrawState.REQUESTED, {needed})


def test_what_the_table_does_not_know_is_refused():
    with pytest.raises(IllegalStepError, match="finish"):
        lifecycle.SESSION.step(SessionState.SCORING, SessionLever.FINISH)
    with pytest.raises(IllegalStepError, match="commit"):
        lifecycle.DRAW.step(DrawState.REVEALED, DrawLever.COMMIT)


@pytest.mark.parametrize("table", lifecycle.ALL, ids=lambda table: table.name)
def test_the_table_prints_itself(table):
    text = table.as_markdown()
    assert text.startswith(f"# {table.name}\n")
    assert all(f"{s.source} --> {s.target}: {s.lever}" in text for s in table.steps)
