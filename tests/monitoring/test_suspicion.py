"""Suspicion of opened lots: the same numbers as of the command line on the run's own file, by event and by night."""

import csv
from datetime import datetime, timedelta, timezone
from math import exp

import pytest
from asgiref.sync import async_to_sync

from kernel import clock, journal, storage
from monitoring.actions import asking, jobs, suspecting, working
from monitoring.cli.__main__ import main
from monitoring.models import Job, Market, Suspicion
from monitoring.queries import suspicion as queries
from tests import cast
from tests.monitoring import world
from tests.seats import browser, text_of

CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def watched(opened):
    world.relay()
    world.work()
    return opened


def by_command_line(market, folder):
    """What `score` prints for the file that a run kept: tender -> its row."""
    (folder / "market.csv").write_bytes(storage.get(market.bids_sha256))
    assert main(["score", str(folder / "market.csv"), "--out", str(folder / "scores.csv")]) == 0
    with (folder / "scores.csv").open() as file:
        return {row["tender"]: row for row in csv.DictReader(file)}


def test_after_an_opening_the_lot_is_scored_as_the_command_line_scores_its_file(watched, tmp_path):
    row = Suspicion.objects.get(lot=watched.lot)
    told = by_command_line(row.market, tmp_path)[watched.record.code]
    assert (int(told["n"]), float(told["suspicion"])) == (row.bids, row.suspicion)
    assert (float(told["p_value"]), float(told["q_value"])) == (row.p_value, row.q_value)
    assert told["reasons"].split(";") == (row.reasons or [""])
    assert journal.of_lot(watched.lot, tag="monitoring:market:scored") == [], "not in what goes into dossiers"


def test_a_night_scores_every_lot_of_the_grown_market_alike(watched, tmp_path):
    world.copies(watched.lot, watched.record.code, 9, 0.2)
    [market] = suspecting.score_night(datetime(2031, 5, 6).date(), now=clock.now())
    told = by_command_line(market, tmp_path)
    assert (market.lots, len(told), market.lots_found.count()) == (10, 10, 10)
    for row in market.lots_found.select_related("lot"):
        assert float(told[row.lot.code]["suspicion"]) == row.suspicion
        assert float(told[row.lot.code]["p_value"]) == row.p_value
        assert float(told[row.lot.code]["q_value"]) == row.q_value
    assert suspecting.score_night(datetime(2031, 5, 6).date(), now=clock.now()) == [], (
        "a night is scored once"
    )
    group = queries.group(queries.newest(watched.lot))
    assert (group.lots, sum(group.counts)) == (10, 10)
    assert group.rank == 1 + sum(
        r.suspicion > queries.newest(watched.lot).suspicion for r in market.lots_found.all()
    )


def test_the_parts_add_up_to_the_suspicion(watched):
    row = Suspicion.objects.get(lot=watched.lot)
    logit = row.market.intercept + sum(line.part for line in queries.sign_lines(row))
    assert 1 / (1 + exp(-logit)) == pytest.approx(row.suspicion, rel=1e-6)
    assert [line.code for line in queries.sign_lines(row) if line.told] == row.reasons


def test_a_night_is_owed_once_from_its_hour_on(watched):
    at = datetime(2031, 5, 6, 1, 59, tzinfo=CHINA)
    assert list(jobs.due_nights(now=at, limit=9)) == []
    at += timedelta(minutes=1)
    [night] = jobs.due_nights(now=at, limit=9)
    assert asking.night(night, now=at)
    assert list(jobs.due_nights(now=at, limit=9)) == []
    job = Job.objects.get(kind="night")
    assert working.do(job.pk, now=at)
    assert Market.objects.get(night=night).lots == 1
    assert list(jobs.due_nights(now=at + timedelta(days=1), limit=9)) == [night + timedelta(days=1)]


def test_nothing_is_owed_while_no_lot_is_opened(begin):
    begin()
    assert list(jobs.due_nights(now=datetime(2031, 5, 6, 12, tzinfo=CHINA), limit=9)) == []


def test_before_its_screens_a_lot_waits(opened):
    world.relay()
    job = Job.objects.get(kind="suspicion")
    assert not working.do(job.pk, now=clock.now())
    job.refresh_from_db()
    assert (job.error, Suspicion.objects.count()) == ("the screens of the lot", 0)


def test_the_page_is_for_supervisors_alone(watched):
    for username in ("auditor", "operator", "expert1"):
        cast.enrol(username)
    row = Suspicion.objects.get(lot=watched.lot)
    paths = (
        f"/desk/monitoring/lots/{watched.lot}/suspicion/",
        f"/desk/monitoring/markets/{row.market_id}.csv",
    )
    for path in paths:
        assert browser("supervisor").get(path).status_code == 200
        for username in ("clerk", "host", "witness", "bidder1", "auditor", "operator", "expert1"):
            assert browser(username).get(path).status_code == 404, username


def test_the_page_says_what_was_seen_and_how_to_compute_it_again(watched):
    row = Suspicion.objects.get(lot=watched.lot)
    client = browser("supervisor")
    shown = text_of(
        client.get(f"/desk/monitoring/lots/{watched.lot}/suspicion/", headers={"accept-language": "en"})
    )
    assert f"{row.p_value:.4g}"[:4] in shown
    assert f"market-{row.market.bids_sha256[:12]}.csv" in shown
    answer = client.get(f"/desk/monitoring/markets/{row.market_id}.csv")
    assert async_to_sync(whole)(answer) == storage.get(row.market.bids_sha256)


async def whole(answer):
    return b"".join([piece async for piece in answer.streaming_content])
