"""A bid seals by itself at its last byte, is receipted before any word, and refused only by rule with a record."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError

from bidding import queries
from bidding.actions import counting, sealing
from bidding.actions.recording import RecordedRefusalError
from bidding.models import Bid, SignedRecord
from kernel import clock, clock_alarms, sequencer
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from kernel.models import JournalEntry
from tender import queries as tender
from tender.actions import changing, stepping
from tests import bidders, cast, factories

SECOND = timedelta(seconds=1)


@pytest.fixture
def city(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1", "bidder2")}
    actors["move"] = moved
    actors["lot"] = factories.published(actors)
    return actors


def refused(function, *args, **kwargs):
    with pytest.raises(RecordedRefusalError) as found:
        function(*args, **kwargs)
    row = found.value.row
    return found.value.refusal, json.loads(bytes(row.record))


def test_the_last_byte_seals_the_bid_and_its_record_is_signed(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    bid = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    bidders.upload(bid, tmp_path, part="opening")
    bid.refresh_from_db()
    assert bid.state == "declared"
    moment = clock.now()
    bidders.upload(bid, tmp_path, part="documents", at=moment)
    bid.refresh_from_db()
    assert (bid.state, bid.received_at) == ("sealed", moment)
    record = bidders.last_record(bid.pk)
    assert (record["outcome"], record["received_at"]) == ("accepted", canonical.instant(moment))
    assert {f["name"] for f in record["files"]} == {f.name for f in sealed.files}
    entry = JournalEntry.objects.get(tag="bidding:bid:sealed")
    assert (entry.org, entry.public) == (city["bidder1"].holder.organisation.credit_code, False)


def test_the_same_declaration_is_the_same_bid(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    first = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    again = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    assert first.pk == again.pk
    bidders.upload(first, tmp_path)
    bidders.upload(first, tmp_path)
    assert SignedRecord.objects.filter(bid=first.pk).count() == 1


@pytest.mark.parametrize(("after", "outcome"), [(-0.001, "accepted"), (0, "refused"), (0.001, "refused")])
def test_t_itself_is_late(city, tmp_path, after, outcome):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    bid = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    deadline = tender.lot(city["lot"]).deadline
    city["move"](to=deadline + 5 * SECOND)
    bidders.upload(bid, tmp_path, at=deadline + after * SECOND)
    record = bidders.last_record(bid.pk)
    assert record["outcome"] == outcome
    assert record["rule"] == (None if outcome == "accepted" else "S-02")


def test_a_bid_declared_late_gets_a_signed_record(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    city["move"](to=tender.lot(city["lot"]).deadline)
    refusal, record = refused(bidders.declare, city["bidder1"], city["lot"], sealed, tmp_path)
    assert (refusal.rule, refusal.reason, record["outcome"]) == ("S-02", "late_bid", "refused")
    assert "late_by" in refusal.facts
    assert not Bid.objects.exists()


def test_a_flipped_byte_is_refused_with_what_arrived(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    bid = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    container = (tmp_path / "out" / "opening.age").read_bytes()
    flipped = container[:-1] + bytes([container[-1] ^ 1])
    bidders.upload(bid, tmp_path, part="opening", data=flipped)
    record = bidders.last_record(bid.pk)
    assert (record["rule"], record["reason"]) == ("S-01", "bytes_differ")
    arrived = next(f for f in record["files"] if f["name"] == "opening.age")
    assert arrived["sha256"] == canonical.sha256(flipped)


def test_a_wrongly_addressed_bid_gets_a_record_too(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    refusal, record = refused(
        bidders.declare, city["bidder1"], city["lot"], sealed, tmp_path, notice="0" * 64
    )
    assert (refusal.rule, refusal.reason) == ("S-01", "wrongly_addressed")
    assert record["bid"] == sealed.statement["bid"]


def test_a_statement_in_another_name_is_refused(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    refusal, _ = refused(bidders.declare, city["bidder2"], city["lot"], sealed, tmp_path)
    assert refusal.reason == "wrongly_addressed"


def test_a_signature_of_another_is_refused_without_a_record(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    data = canonical.to_bytes(sealed.statement)
    with pytest.raises(RefusedError) as found:
        sealing.declare(
            city["bidder1"].holder,
            city["lot"],
            data,
            city["bidder2"].sign(sealed.statement),
            bidders.shares_of(sealed, tmp_path),
            now=clock.now(),
        )
    assert found.value.refusal.reason == "signature_of_another"


def test_a_missing_share_file_is_refused(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    shares = bidders.shares_of(sealed, tmp_path)
    del shares["opening"]["centre"]
    data = canonical.to_bytes(sealed.statement)
    refusal, _ = refused(
        sealing.declare,
        city["bidder1"].holder,
        city["lot"],
        data,
        city["bidder1"].sign(sealed.statement),
        shares,
        now=clock.now(),
    )
    assert refusal.reason == "wrongly_addressed"


def test_another_firm_cannot_use_the_same_container(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    stolen = {
        "bid": "11111111-1111-4111-8111-111111111111",
        "bidder": city["bidder2"].holder.organisation.credit_code,
    }
    refusal, record = refused(bidders.declare, city["bidder2"], city["lot"], sealed, tmp_path, **stolen)
    assert (refusal.reason, record["rule"]) == ("used_before", "S-01")


class TestReplacing:
    """The old bid stays live until the new one is sealed."""

    def test_the_new_one_takes_over_when_it_is_whole(self, city, tmp_path):
        old, kept = bidders.submit(city["bidder1"], city["lot"], tmp_path / "a")
        sealed = bidders.seal_files(
            city["bidder1"], city["lot"], tmp_path / "b", supersedes=old.statement_sha256
        )
        new = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path / "b")
        bidders.upload(new, tmp_path / "b", part="opening")
        old.refresh_from_db()
        assert old.state == "sealed"
        bidders.upload(new, tmp_path / "b", part="documents")
        old.refresh_from_db()
        new.refresh_from_db()
        assert (old.state, new.state) == ("superseded", "sealed")
        assert kept.statement["supersedes"] is None

    def test_a_bid_that_does_not_name_the_live_one_is_refused(self, city, tmp_path):
        bidders.submit(city["bidder1"], city["lot"], tmp_path / "a")
        sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path / "b")
        refusal, _ = refused(bidders.declare, city["bidder1"], city["lot"], sealed, tmp_path / "b")
        assert (refusal.rule, refusal.reason) == ("S-05", "supersedes_another")

    def test_one_live_bid_is_a_constraint_of_the_database(self, city, tmp_path):
        old, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path / "a")
        sealed = bidders.seal_files(
            city["bidder1"], city["lot"], tmp_path / "b", supersedes=old.statement_sha256
        )
        new = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path / "b")
        with pytest.raises(IntegrityError):
            Bid.objects.filter(pk=new.pk).update(state="sealed")


class TestWithdrawing:
    """Withdrawal before T is free and receipted; after T it is refused with a record."""

    def test_before_t(self, city, tmp_path):
        bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
        row = bidders.withdraw(city["bidder1"], bid)
        assert bidders.withdraw(city["bidder1"], bid).pk == row.pk
        bid.refresh_from_db()
        assert (bid.state, row.outcome) == ("withdrawn", "accepted")
        again, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path / "again")
        assert again.state == "sealed"

    def test_at_t(self, city, tmp_path):
        bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
        city["move"](to=tender.lot(city["lot"]).deadline)
        refusal, record = refused(bidders.withdraw, city["bidder1"], bid)
        bid.refresh_from_db()
        assert (bid.state, record["outcome"], record["rule"]) == ("sealed", "refused", refusal.rule)
        assert bidders.last_record(bid.pk) == record

    def test_nobody_else_can(self, city, tmp_path):
        from django.http import Http404

        bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
        with pytest.raises(Http404):
            bidders.withdraw(city["bidder2"], bid)


def test_an_addendum_that_demands_resealing_refuses_older_bids(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    changing.propose_addendum(
        city["clerk"].holder,
        city["lot"],
        now=clock.now(),
        text="重新报价",
        deadline=None,
        affects_bids=True,
        reseal=True,
    )
    changing.publish_addendum(city["reviewer"].holder, city["lot"], now=clock.now())
    refusal, _ = refused(bidders.declare, city["bidder1"], city["lot"], sealed, tmp_path)
    assert (refusal.rule, refusal.reason) == ("T-04", "addendum_demands_reseal")


def test_a_bid_sealed_before_a_plain_addendum_stays_valid_and_marked(city, tmp_path):
    bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
    changing.propose_addendum(
        city["clerk"].holder, city["lot"], now=clock.now(), text="更正错字", deadline=None, affects_bids=False
    )
    changing.publish_addendum(city["reviewer"].holder, city["lot"], now=clock.now())
    bid.refresh_from_db()
    assert (bid.state, bid.addenda, len(tender.lot(city["lot"]).addenda)) == ("sealed", 0, 1)


def test_while_the_clock_is_in_doubt_bids_are_held(city, tmp_path):
    clock_alarms.raise_alarm("jump", now=clock.now())
    bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
    assert (bid.state, bidders.last_record(bid.pk)["outcome"]) == ("held", "held")
    alarm = clock_alarms.open_alarm()
    assert not clock_alarms.resolve(alarm.pk, "NTP was restarted", actor="seat:a", now=clock.now())
    with pytest.raises(RefusedError):
        clock_alarms.resolve(alarm.pk, "NTP was restarted", actor="seat:a", now=clock.now())
    assert clock_alarms.resolve(alarm.pk, "agreed", actor="seat:b", now=clock.now())
    assert list(sealing.due_held(now=clock.now(), limit=9)) == [bid.pk]
    assert sealing.settle_held(bid.pk, now=clock.now())
    assert not sealing.settle_held(bid.pk, now=clock.now())
    bid.refresh_from_db()
    assert (bid.state, bidders.last_record(bid.pk)["outcome"]) == ("sealed", "accepted")


def test_a_doubtful_clock_refuses_nobody_and_lets_nobody_count_until_it_is_settled(city, tmp_path):
    clock_alarms.raise_alarm("jump", now=clock.now())
    deadline = tender.lot(city["lot"]).deadline
    city["move"](to=deadline + SECOND)
    stepping.close_due(city["lot"], now=clock.now())
    bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
    assert bid.state == "held"
    sequencer.tick(now=clock.now())
    assert not counting.count(city["lot"], now=clock.now())
    assert sealing.due_held(now=clock.now(), limit=9) == []
    assert not sealing.settle_held(bid.pk, now=clock.now())
    alarm = clock_alarms.open_alarm()
    for actor in ("seat:a", "seat:b"):
        clock_alarms.resolve(alarm.pk, "the clock was right", actor=actor, now=clock.now())
    assert not counting.count(city["lot"], now=clock.now()), "a held bid is decided first"
    assert sealing.settle_held(bid.pk, now=clock.now())
    record = bidders.last_record(bid.pk)
    assert (record["outcome"], record["rule"], record["reason"]) == ("refused", "S-02", "late_bid")
    sequencer.tick(now=clock.now())
    assert counting.count(city["lot"], now=clock.now())


def close(city):
    """Let a lot close, its bids be counted, and its opening begin or fail."""
    lot = city["lot"]
    city["move"](to=max(clock.now(), tender.lot(lot).deadline + SECOND))
    stepping.close_due(lot, now=clock.now())
    sequencer.tick(now=clock.now())
    assert counting.count(lot, now=clock.now())


def test_a_last_byte_after_the_count_gets_the_record_of_a_late_bid(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    bid = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    bidders.upload(bid, tmp_path, part="opening")
    close(city)
    bid.refresh_from_db()
    assert bid.state == "incomplete"
    assert tender.lot(city["lot"]).status == "failed"
    bidders.upload(bid, tmp_path, part="documents")
    bid.refresh_from_db()
    record = bidders.last_record(bid.pk)
    assert (bid.state, record["outcome"], record["rule"], record["reason"]) == (
        "refused",
        "refused",
        "S-02",
        "late_bid",
    )
    assert {one["name"] for one in record["files"]} == {one.name for one in sealed.files}


def test_a_bid_declared_after_the_count_is_late_whatever_became_of_the_lot(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    close(city)
    refusal, record = refused(bidders.declare, city["bidder1"], city["lot"], sealed, tmp_path)
    assert (refusal.rule, refusal.reason, record["reason"]) == ("S-02", "late_bid", "late_bid")


def test_broken_bytes_after_the_deadline_are_late_first(city, tmp_path):
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path)
    bid = bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path)
    city["move"](to=tender.lot(city["lot"]).deadline)
    bidders.upload(bid, tmp_path, part="opening", data=b"no container")
    assert bidders.last_record(bid.pk)["reason"] == "late_bid"


def test_a_bid_that_was_given_up_for_a_newer_one_gets_no_record_in_time(city, tmp_path):
    first = bidders.declare(
        city["bidder1"],
        city["lot"],
        bidders.seal_files(city["bidder1"], city["lot"], tmp_path / "a"),
        tmp_path / "a",
    )
    bidders.submit(city["bidder1"], city["lot"], tmp_path / "b")
    bidders.upload(first, tmp_path / "a")
    first.refresh_from_db()
    assert (first.state, SignedRecord.objects.filter(bid=first.pk).count()) == ("incomplete", 0)


def test_the_receipt_grows_from_received_to_submitted(city, tmp_path):
    bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
    row = SignedRecord.objects.get(bid=bid.pk)
    assert queries.receipt(row)["proof"] is None
    sequencer.tick(now=clock.now())
    assert queries.receipt(row)["proof"] is None, "no witness has cosigned yet"


def test_ever_more_bids_are_refused_whatever_became_of_them_and_the_live_one_stands(
    city, tmp_path, monkeypatch
):
    from bidding import policies

    monkeypatch.setattr(policies, "MAX_VERSIONS", 2)
    live, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path / "a")
    second = bidders.seal_files(
        city["bidder1"], city["lot"], tmp_path / "b", supersedes=live.statement_sha256
    )
    bidders.declare(city["bidder1"], city["lot"], second, tmp_path / "b")
    third = bidders.seal_files(city["bidder1"], city["lot"], tmp_path / "c", supersedes=live.statement_sha256)
    refusal, _ = refused(bidders.declare, city["bidder1"], city["lot"], third, tmp_path / "c")
    live.refresh_from_db()
    assert (refusal.reason, live.state) == ("too_many_versions", "sealed")


def test_too_many_declared_and_never_sent_are_refused(city, tmp_path):
    from bidding import policies

    for number in range(policies.MAX_UNSEALED):
        sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path / str(number))
        bidders.declare(city["bidder1"], city["lot"], sealed, tmp_path / str(number))
    sealed = bidders.seal_files(city["bidder1"], city["lot"], tmp_path / "more")
    refusal, _ = refused(bidders.declare, city["bidder1"], city["lot"], sealed, tmp_path / "more")
    assert refusal.reason == "too_many_unsealed"
