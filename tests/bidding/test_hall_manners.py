"""The hall's manners: who may do what when, what pauses it, what a repeated word changes (nothing), what counts once."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import Http404

from accounts import queries as accounts
from bidding import queries
from bidding.actions import consenting, faulting, hosting, keeping, objecting, pausing, progress
from bidding.models import CheckIn, Consent, CustodianMessage, FaultDecision, HallRequest
from kernel import clock, clock_alarms, journal, live
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from kernel.models import JournalEntry, LiveEvent
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tests import contributors
from tests.openings import FIRMS, ROLES

THREE = FIRMS[:3]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def it(begin):
    """A lot in mode consent without coefficients, its three bids counted."""
    found = begin(coefficients=[])
    found.submit(*THREE)
    found.close()
    return found


@pytest.fixture
def window(it):
    """In the window for consents."""
    it.show_names()
    it.host(hosting.hear_names)
    return it


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, **kwargs)
    return found.value.refusal.reason


def counts():
    return JournalEntry.objects.count(), LiveEvent.objects.count()


# names


def test_names_and_check_ins_are_shown_all_at_once_when_the_host_begins(begin):
    it = begin(coefficients=[])
    it.submit(*THREE)
    early = it.record.deadline - timedelta(hours=25)
    it.move(to=early)
    bidder = it.actors["bidder2"].holder
    assert refused(consenting.check_in, bidder, it.lot, now=clock.now()) == "check_in_not_open"
    it.move(to=early + timedelta(hours=2))
    first = consenting.check_in(bidder, it.lot, now=clock.now())
    consenting.check_in(it.actors["bidder7"].holder, it.lot, now=clock.now())
    assert consenting.check_in(bidder, it.lot, now=clock.now()).at == first.at
    it.close()
    assert queries.bidder_codes(it.lot) == []
    assert not [e for e in live.since(live.lot_audience(it.lot, "public"), 0) if e.kind == "names"]
    it.show_names()
    before = counts()
    it.show_names()
    assert counts() == before
    [said] = [e for e in live.since(live.lot_audience(it.lot, "public"), 0) if e.kind == "names"]
    shown = {one["name"]: one["checked_in_at"] for one in said.data["names"]}
    assert set(shown) == {it.actors[name].holder.organisation.name for name in THREE}
    assert [name for name, at in shown.items() if at] == [bidder.organisation.name]
    codes = [one["credit_code"] for one in said.data["names"]]
    assert codes == sorted(codes) == queries.bidder_codes(it.lot)
    assert (
        refused(consenting.check_in, it.actors["bidder3"].holder, it.lot, now=clock.now()) == "check_in_over"
    )
    assert CheckIn.objects.count() == 2


def test_only_the_host_of_the_lot_begins_and_not_before_the_bids_are_counted(begin):
    it = begin(coefficients=[])
    assert refused(it.host, hosting.show_names) == "hall_step_not_possible"
    it.submit(*THREE)
    it.close()
    for name in ("witness", "supervisor", "clerk", "bidder1", "keeper-centre"):
        with pytest.raises(Http404):
            hosting.show_names(it.actors[name].holder, it.lot, now=clock.now())
    assert refused(it.host, hosting.hear_names) == "hall_step_not_possible"
    assert refused(it.host, hosting.hear_objections) == "hall_step_not_possible"


def test_the_names_stand_for_their_time_and_then_the_consents_are_asked(it):
    it.show_names()
    due = it.hall.due_at
    assert due - it.hall.since == 5 * MINUTE
    it.move(to=due - timedelta(seconds=1))
    it.run()
    assert it.hall.step == "names"
    it.move(to=due)
    it.run()
    hall = it.hall
    assert (hall.step, hall.since, hall.due_at) == ("consent", due, due + 30 * MINUTE)


def test_a_ticker_that_comes_late_gives_the_next_step_its_whole_time(it):
    it.show_names()
    due = it.hall.due_at
    it.move(to=due + timedelta(hours=2))
    it.run()
    hall = it.hall
    assert (hall.step, hall.since) == ("consent", due)
    assert hall.due_at >= due + timedelta(hours=2) + 30 * MINUTE


# consents


def test_consents_are_asked_only_in_their_window_and_mode(it, begin):
    assert refused(it.consent, "bidder1") == "consent_not_open"
    it.show_names()
    assert refused(it.consent, "bidder1") == "consent_not_open"


def test_in_mode_custodians_no_consent_is_taken(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*THREE)
    assert refused(it.consent, "bidder1") == "consent_not_asked"


def test_the_same_consent_twice_is_one_and_many_are_refused(window):
    it = window
    first = it.consent("bidder1", closing="0" * 64)
    value = bytes(first.document), bytes(first.signature)
    again = consenting.consent(it.actors["bidder1"].holder, first.bid_id, *value, now=clock.now())
    assert again.pk == first.pk
    for number in range(consenting.CONSENTS_MOST - 1):
        it.consent("bidder1", closing=f"{number:064x}" if number else "f" * 64)
    assert refused(it.consent, "bidder1", closing="e" * 64) == "too_many_consents"
    assert Consent.objects.count() == consenting.CONSENTS_MOST


def test_nobody_consents_for_another(window):
    it = window
    row = it.consent("bidder1")
    with pytest.raises(Http404):
        consenting.consent(
            it.actors["bidder2"].holder,
            row.bid_id,
            bytes(row.document),
            bytes(row.signature),
            now=clock.now(),
        )


def test_who_consented_is_told_to_officers_and_to_others_only_how_many(window):
    it = window
    it.consent("bidder1")
    for audience in ("public", "bidder", "host", "witness", "supervisor"):
        said = [e.data for e in live.since(live.lot_audience(it.lot, audience), 0) if e.kind == "consent"]
        [shown] = said
        assert (shown["given"], shown["wanted"]) == (1, 3)
        assert ("name" in shown) == (audience in ("host", "witness", "supervisor"))


# custodians


def test_a_custodian_speaks_once_under_two_witnesses_after_the_deadline(it):
    with pytest.raises(Http404):
        keeping.ready(it.actors["host"].holder, it.lot, *_ready(it, "centre", "host"), now=clock.now())
    old = it.watch.tick("north")
    assert refused(it.ready, "centre", checkpoint=old) == "too_few_witnesses_after_deadline"
    first = it.ready("centre")
    again = keeping.ready(
        it.actors["keeper-centre"].holder,
        it.lot,
        bytes(first.document),
        bytes(first.signature),
        first.checkpoint,
        now=clock.now(),
    )
    assert again.pk == first.pk
    newer = it.watch.tick()
    assert refused(it.ready, "centre", checkpoint=newer) == "ready_not_wanted"


def test_a_checkpoint_from_before_the_deadline_or_before_the_closing_list_is_refused(begin):
    it = begin(coefficients=[])
    it.submit(*THREE)
    before = it.watch.tick()
    it.close()
    assert refused(it.ready, "centre", checkpoint=before) == "checkpoint_before_closing"


def test_a_checkpoint_of_another_log_is_refused(it):
    lines = it.checkpoint.split("\n")
    lines[2] = canonical.b64(b"\x01" * 32)
    assert refused(it.ready, "centre", checkpoint="\n".join(lines)) == "checkpoint_of_another_log"
    assert refused(it.ready, "centre", checkpoint="no note") == "custodian_shape"


@pytest.mark.parametrize(
    "change",
    [
        {"closing": "0" * 64},
        {"custodian": "third"},
        {"checkpoint": "0" * 64},
        {"lot": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_a_word_on_something_else_is_refused(it, change):
    assert refused(it.ready, "centre", **change) == "custodian_shape"
    assert not CustodianMessage.objects.exists()


def test_all_bids_and_parts_or_nothing(window):
    it = window
    results = sorted(it.findings("centre"), key=lambda one: (one["bid"], one["part"]))
    assert refused(it.ready, "centre", results=results[1:]) == "not_all_bids"
    it.ready()
    it.consent()
    assert it.hall.step == "release"
    assert refused(it.release, "centre", drop=[it.bids["bidder1"].pk]) == "not_all_bids"
    assert refused(it.release, "centre", release="0" * 64) == "custodian_shape"
    assert it.hall.released_first_at is None
    first = it.release("centre")
    again = it.release("centre")
    assert first.pk == again.pk
    assert it.hall.released_first_at == first.at


def test_no_share_is_taken_before_the_release_list_is_signed(window):
    it = window
    it.ready()
    hall = it.hall
    hall.release = canonical.to_bytes({"bids": [{"bid": str(it.bids["bidder1"].pk)}]})
    hall.release_sha256 = "0" * 64
    hall.save(update_fields=["release", "release_sha256"])
    assert refused(it.release, "centre") == "release_not_wanted"


def test_lodging_is_for_phase_a_and_for_a_lack_only(window):
    it = window
    row = it.lodge("bidder1")
    bidder, value = it.actors["bidder1"].holder, (bytes(row.document), bytes(row.signature))
    assert consenting.lodge(bidder, row.bid_id, *value, now=clock.now()).pk == row.pk
    assert refused(it.lodge, "bidder1") == "lodging_not_wanted", "once"
    it.ready()
    assert refused(it.lodge, "bidder2") == "lodging_not_wanted"
    it.to_due()
    assert refused(it.lodge, "bidder3") == "lodging_not_wanted"


@pytest.mark.parametrize("change", [{"closing": "0" * 64}, {"parts": {"opening": {"centre": "eA=="}}}])
def test_a_lodging_of_another_shape_is_refused(window, change):
    assert refused(window.lodge, "bidder1", **change) == "lodging_shape"


# pauses


def test_a_pause_needs_two_and_stops_the_clock(window):
    it = window
    due = it.hall.due_at
    row = it.ask("pause")
    assert it.ask("pause").pk == row.pk
    assert refused(it.ask, "extend") == "hall_request_open"
    assert (it.hall.pause, it.hall.due_at) == ("asked", due)
    it.answer(1)
    it.answer(1)
    assert it.hall.pause == "paused"
    it.move(to=due + MINUTE)
    it.run()
    assert it.hall.step == "consent", "no step ends while the hall is paused"
    assert it.consent("bidder1").judged == "given"
    asked = clock.now()
    it.ask("resume", "链路恢复")
    it.answer(2)
    hall = it.hall
    assert (hall.pause, hall.paused_at) == ("running", None)
    paused = HallRequest.objects.get(number=1).answered_at
    assert abs(hall.due_at - (due + (asked - paused))) < timedelta(seconds=5)
    it.ready()
    it.consent("bidder2", "bidder3")
    assert it.hall.step == "release"


def test_an_extension_is_given_to_all_and_recorded(window):
    it = window
    due = it.hall.due_at
    it.ask("extend", "平台故障")
    it.answer(1)
    assert it.hall.due_at == due + 30 * MINUTE
    it.move(to=due)
    it.run()
    assert it.hall.step == "consent"
    assert it.consent("bidder1").judged == "given"


def test_the_witness_may_decline_and_silence_is_a_no(window):
    it = window
    it.ask("extend")
    it.answer(1, countersign=False)
    assert refused(it.answer, 1) == "hall_request_answered"
    it.ask("pause")
    it.move(minutes=9)
    it.run()
    assert it.hall.pause == "asked"
    it.move(minutes=2)
    it.run()
    row = HallRequest.objects.get(number=2)
    assert (it.hall.pause, row.answer, row.answered_by) == ("running", "lapsed", "system")
    assert row.answered_at == row.due_at


def test_only_host_and_witness_of_the_lot_take_part_in_a_pause(window):
    it = window
    for name in ("witness", "supervisor", "bidder1"):
        with pytest.raises(Http404):
            pausing.ask(it.actors[name].holder, it.lot, "pause", "x", now=clock.now())
    it.ask("pause")
    for name in ("host", "supervisor"):
        with pytest.raises(Http404):
            pausing.answer(it.actors[name].holder, it.lot, 1, countersign=True, now=clock.now())


def test_a_reason_is_wanted_and_some_requests_make_no_sense(it):
    assert refused(it.ask, "pause", "  ") == "text_missing"
    assert refused(it.ask, "resume") == "hall_request_not_possible"
    assert refused(it.ask, "extend") == "hall_request_not_possible", (
        "a step without an end cannot be extended"
    )
    assert refused(it.ask, "nonsense") == "hall_request_not_possible"


def test_from_the_release_on_nothing_is_paused_or_extended(window):
    it = window
    it.ready()
    it.consent(*THREE[:2])
    row = it.ask("extend")
    it.consent(THREE[2])
    assert it.hall.step == "release"
    assert refused(it.answer, row.number) == "hall_irreversible"
    it.answer(row.number, countersign=False)
    for kind in ("pause", "extend"):
        assert refused(it.ask, kind) == "hall_irreversible"


def test_a_hindrance_on_record_excuses_who_did_not_consent(window):
    it = window
    it.ready()
    it.consent(*THREE[:2])
    it.ask("hindered", "证书服务中断")
    it.answer(1)
    it.to_due()
    release = canonical.from_bytes(bytes(it.hall.release))
    reasons = {one["bid"]: one["reason"] for one in release["bids"]}
    assert reasons[str(it.bids[THREE[2]].pk)] == "other_fault"
    it.release()
    it.run()
    assert set(it.outcomes().values()) == {("opened", None)}


def test_a_hindrance_recorded_late_still_takes_the_blame_away(window):
    it = window
    it.ready()
    it.consent(*THREE[:2])
    it.to_due()
    it.release()
    it.run()
    assert FaultDecision.objects.get().proposed == "deemed_revoked"
    it.ask("hindered", "证书服务中断")
    it.answer(1)
    row = FaultDecision.objects.get()
    assert (row.proposed, row.cause) == ("deemed_withdrawn", "custodians_withheld")


def test_a_doubtful_clock_freezes_the_hall_and_gives_the_time_back(window):
    it = window
    due = it.hall.due_at
    with transaction.atomic():
        clock_alarms.raise_alarm("jump", now=clock.now())
    it.run()
    frozen = it.hall.frozen_at
    assert frozen is not None
    it.ready()
    it.consent()
    it.move(to=due + MINUTE)
    it.run()
    assert it.hall.step == "consent"
    alarm = clock_alarms.open_alarm()
    for actor in ("seat:a", "seat:b"):
        clock_alarms.resolve(alarm.pk, "NTP", actor=actor, now=clock.now())
    for lot in progress.due(now=clock.now(), limit=9):
        progress.advance(lot, now=clock.now())
    thawed = journal.of_lot(it.lot, tag="bidding:hall:thawed")
    assert len(thawed) == 1
    assert it.hall.step == "release", "nothing was left to wait for"


# coefficients


def test_a_withheld_value_is_opened_in_the_hall_and_the_opening_goes_on(begin):
    it = begin()
    it.commit()
    it.to_phase_a(*THREE)
    it.ready()
    it.consent()
    assert it.hall.step == "coefficients"
    it.draw_coefficients("centre", "procuring_entity")
    row = contributors.the_draw(it.lot)
    it.move(to=row.reveal_due_at)
    for role in ROLES[:2]:
        contributors.open_escrow(it.actors, row, "supervisor", role)
    assert it.hall.step == "release"
    drawn = [e for e in live.since(live.lot_audience(it.lot, "public"), 0) if e.kind == "drawn"]
    assert len(drawn) == 1


def test_coefficients_that_nobody_committed_to_are_committed_in_the_hall(begin):
    it = begin()
    it.to_phase_a(*THREE)
    it.ready()
    it.consent()
    assert it.hall.step == "coefficients"
    row = contributors.the_draw(it.lot)
    assert row.commit_due_at is not None
    contributors.commit(it.actors, row)
    it.draw_coefficients()
    assert it.hall.step == "release"


# faults


def closed(it):
    it.ready()
    it.consent(*THREE[:2])
    it.to_due()
    it.release()
    it.run()
    return it.bids[THREE[2]].pk


def decide(it, bid, outcome, reason=""):
    return it.host(faulting.decide, bid, outcome, reason)


def test_host_decides_witness_countersigns_and_the_bidder_may_object_before_money_moves(window):
    it = window
    bid = closed(it)
    bidder = it.actors[THREE[2]].holder
    assert refused(faulting.object_to, bidder, bid, "网络中断", now=clock.now()) == "fault_objection_closed"
    row = decide(it, bid, "deemed_revoked")
    assert decide(it, bid, "deemed_revoked").number == row.number == 1
    it.sign("host", "fault-decision")
    assert it.bid(THREE[2]).state == "locked"
    it.sign("witness", "fault-decision")
    assert it.bid(THREE[2]).state == "deemed_revoked"
    assert refused(decide, it, bid, "deemed_withdrawn", "另有原因") == "fault_not_open"
    faulting.object_to(bidder, bid, "网络中断", now=clock.now())
    faulting.object_to(bidder, bid, "网络中断", now=clock.now())
    it.move(hours=25)
    assert refused(faulting.object_to, bidder, bid, "又一次", now=clock.now()) == "fault_objection_closed"
    assert len(journal.of_lot(it.lot, tag="bidding:fault:objected")) == 1


def test_departing_in_the_bidders_favour_needs_a_reason(window):
    it = window
    bid = closed(it)
    assert refused(decide, it, bid, "deemed_withdrawn") == "text_missing"
    assert refused(decide, it, bid, "opened", "x") == "fault_outcome_unknown"
    decide(it, bid, "deemed_revoked")
    row = decide(it, bid, "deemed_withdrawn", "平台日志显示网络中断")
    assert row.number == 2
    waiting = accounts.access_signature_requests(it.actors["host"].holder)
    assert len([one for one in waiting if one.purpose == "fault-decision"]) == 1
    it.sign("witness", "fault-decision")
    it.sign("host", "fault-decision")
    assert it.bid(THREE[2]).state == "deemed_withdrawn"


def test_a_bidder_is_never_blamed_where_the_table_does_not(begin):
    it = begin(coefficients=[])
    it.to_phase_a(*THREE)
    it.ready("centre")
    it.consent()
    it.to_due()
    it.run()
    bid = it.bids[THREE[0]].pk
    assert refused(decide, it, bid, "deemed_revoked", "x") == "bidder_not_to_blame"


# objections and confirmations


def test_only_who_is_present_objects_and_only_on_the_spot(window):
    it = window
    bidder, stranger = it.actors[THREE[0]].holder, it.actors["bidder7"].holder
    assert refused(objecting.raise_objection, stranger, it.lot, "x", now=clock.now()) == "not_on_the_spot"
    assert refused(objecting.raise_objection, bidder, it.lot, " ", now=clock.now()) == "text_missing"
    row = objecting.raise_objection(bidder, it.lot, "名单有误", now=clock.now())
    texts = {}
    for audience in ("public", "bidder", "host"):
        [said] = [e for e in live.since(live.lot_audience(it.lot, audience), 0) if e.kind == "objection"]
        texts[audience] = said.data.get("text")
    assert texts == {"public": None, "bidder": "名单有误", "host": "名单有误"}
    it.host(objecting.answer, row.pk, "无误")
    it.host(objecting.answer, row.pk, "无误")
    assert refused(it.host, objecting.answer, row.pk, "另一答复") == "objection_not_open"
    assert len(journal.of_lot(it.lot, tag="bidding:opening:answered")) == 1


def test_a_confirmation_is_given_once(window):
    it = window
    bid = it.bids[THREE[0]].pk
    bidder = it.actors[THREE[0]].holder
    assert refused(objecting.confirm, bidder, bid, "confirmed", now=clock.now()) == "confirmation_not_open"
    it.ready()
    it.consent()
    it.release()
    it.run()
    objecting.confirm(bidder, bid, "confirmed", now=clock.now())
    objecting.confirm(bidder, bid, "confirmed", now=clock.now())
    assert refused(objecting.confirm, bidder, bid, "objected", now=clock.now()) == "confirmation_not_open"


def test_repeating_every_word_changes_nothing(window):
    it = window
    it.ready()
    it.consent()
    it.release()
    it.run()
    it.finish()
    before = counts()
    for row in CustodianMessage.objects.order_by("pk"):
        act = keeping.ready if row.kind == "ready" else keeping.release
        keeper = it.actors[contributors.KEEPERS[row.custodian]].holder
        act(keeper, it.lot, bytes(row.document), bytes(row.signature), row.checkpoint, now=clock.now())
    for name in THREE:
        row = Consent.objects.get(bid=it.bids[name])
        value = bytes(row.document), bytes(row.signature)
        consenting.consent(it.actors[name].holder, row.bid_id, *value, now=clock.now())
        objecting.confirm(it.actors[name].holder, row.bid_id, "confirmed", now=clock.now())
    it.host(hosting.show_names)
    it.host(hosting.hear_names)
    it.host(hosting.hear_objections)
    it.run()
    assert counts() == before
    assert tender.lot(it.lot).status is LotState.OPENED


def _ready(it, role, signer):
    from bidding.domain import messages

    value = messages.ready(
        lot=str(it.lot),
        custodian=role,
        closing=it.hall.closing_sha256,
        checkpoint=canonical.sha256(it.checkpoint.encode()),
        results=it.findings(role),
    )
    return canonical.to_bytes(value), it.actors[signer].sign(value), it.checkpoint
