"""What one bidder sends can harm that bidder alone: poisonous bytes, endless refusals, endless objections, a full disk."""

import pytest

from accounts.models import Message
from bidding.actions import hosting, objecting, recording
from bidding.actions.recording import RecordedRefusalError
from bidding.models import OpeningObjection, SignedRecord
from bidding.sealing import seal
from kernel import clock, outbox
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from kernel.models import JournalEntry, OutboxMessage
from tests import bidders
from tests.openings import FIRMS

THREE = FIRMS[:3]
ODD = FIRMS[3]


@pytest.fixture
def plain(begin):
    """A lot in mode custodians without coefficients."""
    return begin(mode="custodians", coefficients=[])


def refusal(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, **kwargs)
    return found.value


def open_all(it):
    it.close()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.release()
    it.run()
    assert it.hall.step == "read_out"


@pytest.mark.parametrize(
    "poison",
    [
        b'{"x":' + b"9" * 4400 + b"}",
        b"[" * 20_000 + b"]" * 20_000,
        b'{"price":1e999}',
        b'{"x":"\\ud800"}',
        b"\xff\xfe",
    ],
    ids=["endless integer", "deep nesting", "float", "lone surrogate", "no text"],
)
def test_opening_fields_that_no_reader_survives_concern_one_bid(plain, monkeypatch, poison):
    it = plain
    it.submit(*THREE)
    monkeypatch.setattr(seal, "_check_opening", lambda files: None)
    it.submit(ODD, poison=poison)
    open_all(it)
    found = it.outcomes()
    assert found.pop(ODD) == ("opened", "fields_unreadable")
    assert set(found.values()) == {("opened", None)}


def test_control_characters_in_a_field_make_it_unreadable_and_nothing_else(plain, monkeypatch):
    it = plain
    it.submit(*THREE)
    monkeypatch.setattr(seal, "_check_opening", lambda files: None)
    it.submit(ODD, poison=canonical.to_bytes({**bidders.fields("9540000.00"), "quality": "合格\x00"}))
    open_all(it)
    assert it.outcomes()[ODD] == ("opened", "fields_unreadable")


def test_a_guarantee_that_cannot_be_read_keeps_no_other_waiting(plain, monkeypatch):
    it = plain
    it.submit(*THREE)
    open_all(it)
    failing = str(it.bids[THREE[0]].pk)
    from bidding.actions import guarantees

    real = guarantees.guaranteeing.take
    taken = []

    def take(lot, bidder, presented, *, now):
        if bidder == it.actors[THREE[0]].holder.organisation.credit_code:
            raise ValueError("poison")
        taken.append(bidder)
        return real(lot, bidder, presented, now=now)

    monkeypatch.setattr(guarantees.guaranteeing, "take", take)
    list(outbox.drain(now=clock.now))
    assert len(taken) == 2
    left = OutboxMessage.objects.filter(name="bidding.BidOpened", done_at__isnull=True)
    assert [one.body["bid"] for one in left] == [failing]


def test_the_same_late_bid_is_refused_with_one_record_however_often_it_comes(plain, tmp_path):
    it = plain
    it.submit(*THREE)
    bidder = it.actors[ODD]
    sealed = bidders.seal_files(bidder, it.lot, tmp_path)
    it.close()
    first = refusal(bidders.declare, bidder, it.lot, sealed, tmp_path)
    before = JournalEntry.objects.count(), Message.objects.count()
    for _ in range(3):
        it.move(seconds=7)
        again = refusal(bidders.declare, bidder, it.lot, sealed, tmp_path)
        assert isinstance(again, RecordedRefusalError)
        assert again.row.pk == first.row.pk
    assert (JournalEntry.objects.count(), Message.objects.count()) == before


def test_refusals_beyond_a_number_leave_no_trace_that_could_fill_the_log(plain, tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "REFUSALS_MOST", 2)
    it = plain
    it.submit(*THREE)
    bidder = it.actors[ODD]
    made = [bidders.seal_files(bidder, it.lot, tmp_path / str(n)) for n in range(3)]
    it.close()
    found = [refusal(bidders.declare, bidder, it.lot, one, tmp_path / str(n)) for n, one in enumerate(made)]
    assert [isinstance(one, RecordedRefusalError) for one in found] == [True, True, False]
    assert {one.refusal.reason for one in found} == {"late_bid"}
    assert SignedRecord.objects.filter(lot_id=it.lot, outcome="refused").count() == 2


def test_all_versions_of_a_bid_together_have_a_limit(plain, tmp_path, settings):
    it = plain
    bidder = it.actors[ODD]
    sealed = bidders.seal_files(bidder, it.lot, tmp_path / "a")
    length = sum(one["length"] for one in sealed.statement["parts"])
    settings.BIDS_MAX_BYTES = 2 * length - 1
    bidders.declare(bidder, it.lot, sealed, tmp_path / "a")
    other = bidders.seal_files(bidder, it.lot, tmp_path / "b")
    found = refusal(bidders.declare, bidder, it.lot, other, tmp_path / "b")
    assert found.refusal.reason == "too_many_bytes"


def test_objections_are_bounded_in_number_and_time(plain):
    it = plain
    it.submit(*THREE)
    open_all(it)
    bidder = it.actors[THREE[0]].holder
    for number in range(objecting.OBJECTIONS_MOST):
        row = objecting.raise_objection(bidder, it.lot, f"第{number}项", now=clock.now())
    more = refusal(objecting.raise_objection, bidder, it.lot, "再一项", now=clock.now())
    assert more.refusal.reason == "objections_enough"
    again = objecting.raise_objection(bidder, it.lot, row.text, now=clock.now())
    assert again.pk == row.pk
    it.host(hosting.hear_objections)
    it.move(to=it.hall.due_at)
    late = refusal(
        objecting.raise_objection, it.actors[THREE[1]].holder, it.lot, "迟到的异议", now=clock.now()
    )
    assert late.refusal.reason == "objecting_over"
    assert OpeningObjection.objects.count() == objecting.OBJECTIONS_MOST


def test_characters_that_no_font_has_do_not_keep_the_opening_from_ending(plain):
    it = plain
    it.submit(*THREE)
    open_all(it)
    bidder = it.actors[THREE[0]].holder
    row = objecting.raise_objection(bidder, it.lot, "唱标有误 😀 \U0001d11e한글", now=clock.now())
    it.host(hosting.hear_objections)
    it.host(objecting.answer, row.pk, "已更正 😀")
    it.finish()
    assert it.hall.step == "ended"
