"""Three races on PostgreSQL, each beside its negative control: with the guard taken away, the harm must show."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from bidding import queries
from bidding.actions import counting
from bidding.domain import statements
from bidding.models import Bid, ClosingLine, SignedRecord
from kernel import clock, journal, sequencer
from kernel.domain import canonical
from kernel.models import Upload
from kernel.upload import receive, stamps
from kernel.upload.stamps import Stamp
from tender import queries as tender
from tender.actions import stepping
from tests import bidders, cast, factories

FIRMS = ("bidder1", "bidder2", "bidder3", "bidder4")
pytestmark = pytest.mark.usefixtures("postgres")


@pytest.fixture
def city(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, *FIRMS)}
    actors["move"] = moved
    actors["lot"] = factories.published(actors)
    return actors


def in_thread(function, *args, **kwargs):
    """Run in a thread of its own and leave its connection closed."""
    try:
        return function(*args, **kwargs)
    finally:
        connection.close()


@contextmanager
def several(count):
    with ThreadPoolExecutor(count) as pool:
        yield lambda function, *args, **kwargs: pool.submit(in_thread, function, *args, **kwargs)


class TestLastByteAtT:
    """A last byte before T counts, however long the work after it takes."""

    def race(self, city, tmp_path):
        """Hold a stamp of T - 20 ms open while the lot is being counted; returns (accepted, listed)."""
        lot = city["lot"]
        for name in FIRMS[:3]:
            bidders.submit(city[name], lot, tmp_path / name)
        sealed = bidders.seal_files(city["bidder4"], lot, tmp_path / "slow")
        bid = bidders.declare(city["bidder4"], lot, sealed, tmp_path / "slow")
        bidders.upload(bid, tmp_path / "slow", part="documents")
        [part] = [p for p in queries.parts(bid.pk) if p.name == "opening"]
        city["move"](to=tender.lot(lot).deadline - timedelta(milliseconds=20))
        moment = stamps.open_now(part.upload_id)
        assert moment < tender.lot(lot).deadline
        city["move"](to=tender.lot(lot).deadline + timedelta(seconds=1))
        stepping.close_due(lot, now=clock.now())
        sequencer.tick(now=clock.now())
        stop = threading.Event()

        def count():
            while not stop.is_set():
                if counting.count(lot, now=clock.now()):
                    return
                sequencer.tick(now=clock.now())
                time.sleep(0.02)

        def finish():
            time.sleep(0.4)
            content = (tmp_path / "slow" / "out" / statements.container_name("opening")).read_bytes()
            stamps.part_path(part.upload_id).write_bytes(content)
            stamp = Stamp(part.upload_id, moment, canonical.sha256(content), len(content), stamps.PROCESS)
            stamps.write(stamp)
            receive.complete(stamp)
            stamps.close(part.upload_id)

        with several(2) as start:
            counted, finished = start(count), start(finish)
            finished.result(30)
            try:
                counted.result(10)
            finally:
                stop.set()
        bid.refresh_from_db()
        accepted = SignedRecord.objects.filter(bid=bid.pk, outcome="accepted").exists()
        return accepted, ClosingLine.objects.filter(bid=bid).exists()

    def test_the_count_waits_for_it(self, city, tmp_path):
        assert self.race(city, tmp_path) == (True, True)

    def test_without_the_lease_it_would_be_lost(self, city, tmp_path, monkeypatch):
        monkeypatch.setattr(counting.stamps, "unsettled", lambda deadline: [])
        _accepted, listed = self.race(city, tmp_path)
        assert not listed, "the control must show the harm: a bid in time that is not in the closing list"


class TestOneReceiptForOneKey:
    """A last byte that is finished twice at the same time is heard once."""

    def race(self, monkeypatch):
        heard, gate = [], threading.Barrier(2, timeout=3)

        def slow(pk, *, now, sha256):
            heard.append(pk)
            time.sleep(0.2)

        monkeypatch.setitem(receive._handlers, "race", slow)
        data = b"x" * 1000
        row = receive.declare(
            owner="o",
            purpose="race",
            reference="r",
            length=1000,
            sha256=canonical.sha256(data),
            now=clock.now(),
        )
        stamps.part_path(row.pk).write_bytes(data)
        stamp = Stamp(row.pk, clock.now(), canonical.sha256(data), 1000, "race")

        def finish():
            gate.wait()
            receive.complete(stamp)

        with several(2) as start:
            for future in [start(finish), start(finish)]:
                future.result(20)
        return len(heard)

    def test_once(self, store, moved, monkeypatch):
        assert self.race(monkeypatch) == 1

    def test_without_the_lock_twice(self, store, moved, monkeypatch):
        monkeypatch.setattr(Upload.objects, "select_for_update", Upload.objects.all)
        assert self.race(monkeypatch) == 2


class TestDueRowClaimedTwice:
    """Two tickers that come to the same deadline close the lot once."""

    def race(self, city):
        lot = city["lot"]
        city["move"](to=tender.lot(lot).deadline + timedelta(seconds=1))
        gate = threading.Barrier(2, timeout=3)

        def advance():
            gate.wait()
            stepping.close_due(lot, now=clock.now())

        with several(2) as start:
            for future in [start(advance), start(advance)]:
                future.result(20)
        return sum(b'"closed"' in bytes(e.payload) for e in journal.of_lot(lot, tag="tender:lot:status"))

    def test_once(self, city):
        assert self.race(city) == 1

    def test_without_lock_and_swap_twice(self, city, monkeypatch):
        from tender.models import Lot

        met, judge, plain = threading.Barrier(2, timeout=5), stepping.policies.may_step, Lot.objects.filter

        def judge_together(*args):
            decision = judge(*args)
            met.wait()
            return decision

        def without_swap(*args, **where):
            return plain(*args, **{name: value for name, value in where.items() if name != "status"})

        monkeypatch.setattr(stepping, "lock", lambda pk: Lot.objects.select_related("project").get(pk=pk))
        monkeypatch.setattr(stepping.policies, "may_step", judge_together)
        monkeypatch.setattr(Lot.objects, "filter", without_swap)
        assert self.race(city) == 2


def test_the_races_left_no_live_bid_twice(city, tmp_path):
    bid, _ = bidders.submit(city["bidder1"], city["lot"], tmp_path)
    assert Bid.objects.filter(organisation=bid.organisation, state="sealed").count() == 1
