"""Experts are called in the drawn order; who declines, does not answer or does not come makes room for the next."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import Message
from bidding.queries import draws
from evaluation.actions import inviting, requesting
from evaluation.models import DrawnStratum, Expert, ExpertDraw, Invitation, Session
from evaluation.queries import committee
from kernel import clock
from kernel.domain import draw as etdraw
from kernel.domain.refusals import RefusedError
from tests.evaluation.world import CIVIL, HOUR


@pytest.fixture
def drawn(begin):
    w = begin()
    w.request()
    w.draw()
    return w


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, now=clock.now(), **kwargs)
    return found.value.refusal


def tick(w):
    for pk in inviting.due_answers(now=clock.now(), limit=99):
        inviting.time_out(pk, now=clock.now())
    for pk in inviting.due_absent(now=clock.now(), limit=99):
        inviting.miss(pk, now=clock.now())


def record(w, stratum="civil"):
    row = ExpertDraw.objects.order_by("number").first()
    return draws.draw_record(row.pk, stratum)


def names(rows):
    return [row.pseudonym.name for row in rows]


def test_the_first_of_each_stratum_are_called_in_the_drawn_order(drawn):
    called = drawn.called()
    assert [one.stratum.name for one in called] == ["civil", "civil", "economics", "economics"]
    for stratum in ("civil", "economics"):
        assert names(one for one in called if one.stratum.name == stratum) == record(drawn, stratum)["taken"]
    assert len(drawn.called("pending")) == 8


def test_a_call_tells_time_place_and_kind_of_work_and_nothing_else(drawn):
    messages = Message.objects.filter(kind="expert_invited")
    assert messages.count() == 4
    secret = (
        drawn.record.code,
        drawn.record.title,
        drawn.record.project,
        drawn.record.procuring_entity.name,
        str(drawn.lot),
        *(drawn.holder(f"bidder{n}").organisation.name for n in range(1, 8)),
    )
    for message in messages:
        assert set(message.facts) == {"starts_at", "ends_at", "site", "address", "work"}
        shown = f"{message.facts} {message.link} {message.key}"
        assert not any(word in shown for word in secret)
    one = drawn.called()[0]
    [view] = committee.own_invitations(drawn.holder(drawn.username(one)))
    assert not any(word in str(view) for word in secret)
    assert (view.category, view.site) == ("works", "晴川")


def test_who_declines_is_passed_over_by_rule_and_the_next_is_called(drawn):
    first = drawn.called()[0]
    order = record(drawn)["order"]
    inviting.decline(drawn.holder(drawn.username(first)), first.pk, "出差", now=clock.now())
    assert record(drawn)["skips"] == [{"id": order[0], "rule": "R-03", "reason": "declined"}]
    assert record(drawn)["taken"] == order[1:3]
    assert names(one for one in drawn.called() if one.stratum.name == "civil") == order[1:3]
    etdraw.verify(record(drawn))
    inviting.decline(drawn.holder(drawn.username(first)), first.pk, "", now=clock.now())
    assert len(record(drawn)["skips"]) == 1, "declining again changes nothing"
    assert refused(inviting.accept, drawn.holder(drawn.username(first)), first.pk).rule == "R-03"


def test_a_call_belongs_to_its_expert_and_a_place_in_the_reserve_is_no_call(drawn):
    first, waiting = drawn.called()[0], drawn.called("pending")[0]
    stranger = next(n for n in drawn.experts if n != drawn.username(first))
    for who, which in ((stranger, first), ("clerk", first), (drawn.username(waiting), waiting)):
        with pytest.raises(Http404):
            inviting.accept(drawn.holder(who), which.pk, now=clock.now())
    assert committee.own_invitations(drawn.holder(drawn.username(waiting))) == []


def test_who_does_not_answer_in_time_counts_as_not_reached_at_the_nominal_instant(drawn):
    first = drawn.called()[0]
    inviting.accept(drawn.holder(drawn.username(first)), first.pk, now=clock.now())
    due = drawn.called()[0].answer_due_at
    drawn.move(to=due - (due - first.notified_at) / 2)
    tick(drawn)
    assert len(drawn.called("unreached")) == 0
    drawn.move(to=due)
    tick(drawn)
    assert [one.skip for one in drawn.called("unreached")] == ["no_answer"] * 3
    assert drawn.called("confirmed")[0].pk == first.pk
    assert len(drawn.called()) == 3


def test_an_accepted_call_can_still_be_declined_before_the_sitting(drawn):
    first = drawn.called()[0]
    holder = drawn.holder(drawn.username(first))
    inviting.accept(holder, first.pk, now=clock.now())
    inviting.accept(holder, first.pk, now=clock.now())
    inviting.decline(holder, first.pk, "生病", now=clock.now())
    assert record(drawn)["skips"][0]["reason"] == "declined"


def test_who_does_not_come_is_absent_and_the_next_has_the_same_time_from_its_answer(drawn):
    drawn.accept_all()
    starts_at = drawn.session.starts_at
    drawn.move(to=starts_at + HOUR / 4)
    tick(drawn)
    assert len(drawn.called("absent")) == 0
    drawn.move(to=starts_at + HOUR / 2)
    tick(drawn)
    assert {one.skip for one in drawn.called("absent")} == {"absent"}
    assert [one["rule"] for one in record(drawn)["skips"]] == ["R-05", "R-05"]
    drawn.accept_all()
    tick(drawn)
    assert len(drawn.called("confirmed")) == 4, "who was called late is not late"


def test_absences_are_found_by_one_query_however_many_sit(drawn):
    drawn.accept_all()
    due = drawn.session.starts_at + HOUR / 2
    assert {one.absent_due_at for one in drawn.called("confirmed")} == {due}
    with CaptureQueriesContext(connection) as asked:
        assert inviting.due_absent(now=due - HOUR / 60, limit=99) == []
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert len(inviting.due_absent(now=due, limit=3)) == 3
    assert len(asked) == 1


def test_a_moved_sitting_moves_the_instant_of_absence(drawn):
    one = drawn.called()[0]
    inviting.accept(drawn.holder(drawn.username(one)), one.pk, now=clock.now())
    starts_at = drawn.session.starts_at + 3 * HOUR
    requesting.reschedule(drawn.holder("clerk"), drawn.lot, starts_at, starts_at + 6 * HOUR, now=clock.now())
    drawn.move(to=starts_at)
    tick(drawn)
    assert [row.pk for row in drawn.called("confirmed")] == [one.pk]
    drawn.move(to=starts_at + HOUR / 2)
    tick(drawn)
    assert one.pk in [row.pk for row in drawn.called("absent")]


def test_the_migration_fills_in_what_older_rows_leave_open(drawn):
    drawn.accept_all()
    wanted = {one.pk: one.absent_due_at for one in drawn.called("confirmed")}
    Invitation.objects.update(absent_due_at=None)
    Session.objects.update(avoid=["91510800MA1"])
    import_module("evaluation.migrations.0003_absent_due").fill(apps, None)
    assert {one.pk: one.absent_due_at for one in drawn.called("confirmed")} == wanted
    assert not Invitation.objects.exclude(state="confirmed").filter(absent_due_at__isnull=False).exists()
    assert drawn.session.avoid == {"91510800MA1": ""}


def test_one_expert_of_two_majors_is_taken_once(begin):
    w = begin()
    Expert.objects.update(majors=["civil", "economics"], region="510800")
    from evaluation.models import Site

    Site.objects.update(region="510800")
    w.request()
    w.draw()
    called = [one.pseudonym.expert_id for one in w.called()]
    assert len(set(called)) == len(called) == 4
    both = [*record(w, "civil")["skips"], *record(w, "economics")["skips"]]
    assert {one["reason"] for one in both} <= {"taken_elsewhere"}
    for stratum in ("civil", "economics"):
        etdraw.verify(record(w, stratum))


def exhaust(w, stratum="civil"):
    while any(one.stratum.name == stratum for one in w.called()):
        for one in w.called():
            if one.stratum.name == stratum:
                inviting.decline(w.holder(w.username(one)), one.pk, "", now=clock.now())


def test_an_exhausted_reserve_needs_a_supplementary_draw_of_the_missing_only(drawn):
    one = next(one for one in drawn.called() if one.stratum.name == "civil")
    inviting.accept(drawn.holder(drawn.username(one)), one.pk, now=clock.now())
    clerk = drawn.holder("clerk")
    assert refused(requesting.request_supplement, clerk, drawn.lot, "早了").reason == "reserve_not_exhausted"
    exhaust(drawn)
    assert DrawnStratum.objects.get(name="civil").exhausted_at is not None
    [told] = Message.objects.filter(kind="experts_missing")
    assert (told.seat_id, told.facts["missing"]) == (clerk.id, "1")
    assert refused(requesting.request_supplement, clerk, drawn.lot, " ").reason == "reason_missing"
    spare = next(
        n
        for n in CIVIL
        if not Invitation.objects.filter(pseudonym__expert__seat_id=drawn.holder(n).id, state="confirmed")
    )
    Invitation.objects.filter(pseudonym__expert__seat_id=drawn.holder(spare).id).update(state="unreached")
    row = requesting.request_supplement(clerk, drawn.lot, "土建专家不足", now=clock.now())
    assert row.number == 3, "coefficients, first draw, supplementary draw: no gap"
    assert [(one.name, one.take) for one in row.strata.all()] == [("civil", 1)]
    drawn.draw()
    supplement = draws.draw_record(row.pk, "civil")
    assert len(supplement["ids"]) == 1, "only who was not called in vain may be drawn again"
    assert supplement["reason"] == "土建专家不足"
    assert {one["reason"] for one in supplement["exclusions"]} >= {"busy"}
    drawn.accept_all()
    assert committee.filled(drawn.session) == {"civil": 2, "economics": 2}


def test_a_cancelled_lot_lets_its_experts_go(drawn):
    from tender.actions import changing

    drawn.accept_all()
    changing.propose_cancel(drawn.holder("clerk"), drawn.lot, "资金取消", now=clock.now())
    changing.cancel(drawn.holder("reviewer"), drawn.lot, now=clock.now())
    assert drawn.session.state == "failed"
    assert Message.objects.filter(kind="sitting_cancelled").count() == 4
    drawn.move(hours=9)
    tick(drawn)
    assert len(drawn.called("confirmed")) == 4
    assert committee.own_invitations(drawn.holder(drawn.username(drawn.called("confirmed")[0]))) == []


def test_a_moved_sitting_is_told_to_all_who_are_called(drawn):
    clerk, starts_at = drawn.holder("clerk"), drawn.session.starts_at + HOUR
    requesting.reschedule(clerk, drawn.lot, starts_at, starts_at + HOUR, now=clock.now())
    assert Message.objects.filter(kind="sitting_moved").count() == 4
    assert drawn.session.starts_at == starts_at
