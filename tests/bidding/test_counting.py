"""At T the bids are counted once, the closing list is fixed and logged, and too few bids fail the lot unopened."""

import json
import uuid
from datetime import timedelta

import pytest

from bidding import queries
from bidding.actions import counting
from bidding.domain import closing
from bidding.models import Bid, ClosingLine, Hall
from kernel import clock, journal, log, sequencer
from kernel.domain import canonical
from kernel.models import LogEntry
from kernel.upload import stamps
from tender import queries as tender
from tender.actions import objecting, stepping
from tender.domain.lifecycle import LotState
from tender.domain.objections import Kind
from tests import bidders, cast, factories

FIRMS = ("bidder1", "bidder2", "bidder3", "bidder4")


@pytest.fixture
def city(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, *FIRMS)}
    actors["move"] = moved
    actors["lot"] = factories.published(actors)
    return actors


def close(city):
    lot = city["lot"]
    city["move"](to=tender.lot(lot).deadline + timedelta(seconds=1))
    stepping.close_due(lot, now=clock.now())
    sequencer.tick(now=clock.now())
    return counting.count(lot, now=clock.now())


def test_the_closing_list_names_every_accepted_bid_with_its_fate(city, tmp_path):
    lot = city["lot"]
    kept = {name: bidders.submit(city[name], lot, tmp_path / name)[0] for name in FIRMS}
    new, _ = bidders.submit(
        city["bidder1"], lot, tmp_path / "new", supersedes=kept["bidder1"].statement_sha256
    )
    bidders.withdraw(city["bidder4"], kept["bidder4"])
    assert close(city)
    value = canonical.from_bytes(bytes(Hall.objects.get(pk=lot).closing))
    lines = [
        closing.Line(bytes(row.salt), canonical.from_bytes(bytes(row.line)))
        for row in ClosingLine.objects.all()
    ]
    closing.check_lines(value, lines)
    fates = {line.value["bid"]: line.value["status"] for line in lines}
    assert fates[str(kept["bidder1"].pk)] == "superseded"
    assert fates[str(kept["bidder4"].pk)] == "withdrawn"
    assert [fates[str(b.pk)] for b in (new, kept["bidder2"], kept["bidder3"])] == ["valid"] * 3
    assert value["valid"] == 3
    states = dict(Bid.objects.values_list("pk", "state"))
    assert {states[new.pk], states[kept["bidder2"].pk]} == {"locked"}


def test_the_closing_list_ends_every_chain_of_the_lot(city, tmp_path):
    for name in FIRMS:
        bidders.submit(city[name], city["lot"], tmp_path / name)
    assert close(city)
    value = canonical.from_bytes(bytes(Hall.objects.get(pk=city["lot"]).closing))
    heads = {chain["chain"]: (chain["length"], chain["head"]) for chain in value["chains"]}
    for name, (length, head) in heads.items():
        rows = LogEntry.objects.filter(chain=name).order_by("seq")
        assert (rows[length - 1].hash, rows[length - 1].seq) == (head, length - 1)
    sequencer.tick(now=clock.now())
    late = LogEntry.objects.filter(journal__tag="bidding:lot:closed").get()
    assert late.chain == f"lot:{city['lot']}"
    assert not any("9151" in name for name in heads), "no chain's name tells whose it is"


def test_counting_waits_for_the_log_and_for_open_stamps(city, tmp_path):
    lot = city["lot"]
    bidders.submit(city["bidder1"], lot, tmp_path)
    city["move"](to=tender.lot(lot).deadline + timedelta(seconds=1))
    assert not counting.count(lot, now=clock.now()), "the lot is not closed yet"
    stepping.close_due(lot, now=clock.now())
    assert not counting.count(lot, now=clock.now()), "acts of the lot wait for the log"
    sequencer.tick(now=clock.now())
    orphan = stamps.Stamp(
        uuid.uuid4(), tender.lot(lot).deadline - timedelta(seconds=1), "0" * 64, 1, "dead:1"
    )
    stamps.write(orphan)
    assert not counting.count(lot, now=clock.now()), "a stamp before T is not recovered"
    stamps.remove(orphan.upload)
    assert counting.count(lot, now=clock.now())
    assert not counting.count(lot, now=clock.now()), "counted once"


def test_two_bids_fail_the_lot_unopened(city, tmp_path):
    lot = city["lot"]
    for name in FIRMS[:2]:
        bidders.submit(city[name], lot, tmp_path / name)
    assert close(city)
    assert tender.lot(lot).status is LotState.FAILED
    assert set(Bid.objects.values_list("state", flat=True)) == {"returned"}
    assert queries.hall(lot).step == "failed"
    [failed] = journal.of_lot(lot, tag="bidding:lot:failed")
    assert json.loads(bytes(failed.payload)) == {
        "closing": queries.hall(lot).closing_sha256,
        "rule": "C-01",
        "valid": 2,
    }
    assert tender.new_round(lot).status is LotState.DRAFT
    assert queries.opened_bids(lot) == []


def test_an_incomplete_replacement_at_t_changes_nothing(city, tmp_path):
    lot = city["lot"]
    old, _ = bidders.submit(city["bidder1"], lot, tmp_path / "a")
    sealed = bidders.seal_files(city["bidder1"], lot, tmp_path / "b", supersedes=old.statement_sha256)
    new = bidders.declare(city["bidder1"], lot, sealed, tmp_path / "b")
    bidders.upload(new, tmp_path / "b", part="opening")
    for name in FIRMS[1:]:
        bidders.submit(city[name], lot, tmp_path / name)
    assert close(city)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("locked", "incomplete")


def test_an_open_objection_holds_the_opening_not_the_count(city, tmp_path):
    lot = city["lot"]
    objection = objecting.raise_objection(
        city["bidder1"].holder, lot, Kind.DOCUMENT, "要求过高", now=clock.now()
    )
    for name in FIRMS:
        bidders.submit(city[name], lot, tmp_path / name)
    assert close(city)
    assert not counting.begin(lot, now=clock.now())
    objecting.answer(city["reviewer"].holder, objection, "维持", now=clock.now())
    assert counting.begin(lot, now=clock.now())
    assert tender.lot(lot).status is LotState.OPENING


def test_nothing_of_a_bid_is_seen_before_t(city, tmp_path):
    lot = city["lot"]
    bidders.submit(city["bidder1"], lot, tmp_path)
    assert queries.bidder_codes(lot) == []
    assert queries.opened_bids(lot) == []
    assert log.newest_cosigned() is None
