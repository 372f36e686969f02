"""After the opening: screens for the regulator alone, indications for regulator and committee, and nothing before."""

from decimal import Decimal

import pytest

from accounts.models import Message
from evaluation.models import SimilarityReport
from kernel import clock, journal
from kernel.domain import canonical
from monitoring import queries
from monitoring.actions import comparing, jobs, screening, working
from monitoring.domain import screens
from monitoring.models import Alert, Comparison, IndicationRow, Job, ScreenRun
from tests import cast
from tests.monitoring import world


def standing():
    return {row.item: row for row in IndicationRow.objects.filter(standing=True)}


def test_the_opening_owes_screens_and_comparison_and_a_worker_does_them(opened):
    assert not Job.objects.exists()
    world.relay()
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["comparison", "screens", "suspicion"]
    assert world.work() == 3
    assert world.work() == 0
    run = ScreenRun.objects.get(lot=opened.lot)
    assert run.bids == 7
    expected = screens.screens([Decimal(price) for price in world.PRICES.values()])
    assert {name: float(run.values[name]["value"]) for name in screens.NAMES} == pytest.approx(expected)
    assert float(run.values["b1/estimate"]["value"]) == pytest.approx(9655432.10 / 20_000_000)
    found = standing()
    assert set(found) == {"40-(1)", "40-(4)"}
    codes = [
        opened.actors[name].holder.organisation.credit_code for name in ("bidder1", "bidder2", "bidder3")
    ]
    assert found["40-(1)"].members == sorted(codes[:2])
    assert found["40-(1)"].evidence[0]["value"] == world.AUTHOR
    assert found["40-(4)"].members == sorted(codes)
    assert 0 < float(found["40-(4)"].chance) < 0.01


def test_nothing_is_computed_before_the_opening(begin):
    it = begin()
    world.submit(it)
    assert screening.screen(it.lot, now=clock.now()) is None
    assert comparing.compare(it.lot, now=clock.now()) is None
    it.close()
    it.show_names()
    it.ready()
    assert screening.screen(it.lot, now=clock.now()) is None
    assert comparing.compare(it.lot, now=clock.now()) is None
    assert not Alert.objects.exists()
    assert not SimilarityReport.objects.exists()


def test_doing_the_work_again_changes_nothing(opened):
    world.relay()
    world.work()
    before = list(Alert.objects.order_by("pk").values_list("pk", flat=True))
    for kind in (Job.Kind.SCREENS, Job.Kind.COMPARISON):
        jobs.ask(kind, opened.lot, key=str(opened.lot), now=clock.now())
    assert world.work() == 2
    assert list(Alert.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert Comparison.objects.count() == 1
    assert len(journal.of_lot(opened.lot, tag="monitoring:lot:compared")) == 1


def test_the_committee_gets_what_stands_and_no_statistics(opened):
    world.relay()
    world.work()
    row = SimilarityReport.objects.get(lot=opened.lot)
    document = canonical.from_bytes(bytes(row.document))
    assert {one["item"] for one in document["indications"]} == {"40-(1)", "40-(4)"}
    assert all(one["standing"] for one in document["indications"])
    text = bytes(row.document).decode()
    assert not [name for name in screens.NAMES if f'"{name}"' in text]
    by_hash = {canonical.digest(one) for one in document["indications"]}
    assert by_hash == {found.identity for found in standing().values()}
    assert Comparison.objects.get().handed_down_at == row.received_at


def test_statistics_leave_no_trace_in_the_lots_own_chain(opened):
    world.relay()
    world.work()
    tags = {row.tag for row in journal.of_lot(opened.lot)}
    assert "monitoring:lot:compared" in tags
    assert not [tag for tag in tags if "screen" in tag or "alert" in tag]


def test_an_explained_match_is_kept_for_the_regulator_and_kept_from_the_committee(begin):
    it = begin()
    prices = {name: f"{9_500_000 + 10_000 * n}.00" for n, name in enumerate(world.PRICES)}
    world.submit(it, prices, authors=())
    world.open_hall(it)
    world.relay()
    world.work()
    [row] = IndicationRow.objects.filter(item="40-(4)")
    assert not row.standing, "round prices in round steps are ordinary"
    document = canonical.from_bytes(bytes(SimilarityReport.objects.get().document))
    assert document["indications"] == []
    assert not Alert.objects.filter(kind=Alert.Kind.INDICATION).exists()


def test_the_tender_documents_own_author_explains_a_shared_one(begin):
    it = begin()
    world.submit(it, authors=("bidder1", "bidder2"))
    world.open_hall(it)
    row = it.record
    from kernel import storage
    from tender.models import LotFile

    digest = storage.put(world.made_by(world.AUTHOR))
    LotFile.objects.filter(lot_id=row.id, name="招标文件.pdf").update(sha256=digest)
    world.relay()
    world.work()
    [found] = IndicationRow.objects.filter(item="40-(1)")
    tried = {one["name"]: one["result"] for one in found.exemptions}
    assert (tried["tender_document"], found.standing) == ("explains", False)


def test_the_regulator_is_told_once(opened):
    world.relay()
    world.work()
    rows = Message.objects.filter(kind="indications_found")
    assert [row.seat.kind for row in rows] == ["supervisor"]
    assert rows.get().facts["count"] == "2"


def test_a_failed_job_is_kept_put_off_and_done_later(opened, monkeypatch):
    world.relay()
    [job] = Job.objects.filter(kind="screens")

    def broken(*_args, **_kwargs):
        raise RuntimeError("no disk")

    with monkeypatch.context() as patched:
        patched.setattr(screening, "screen", broken)
        assert not working.do(job.pk, now=clock.now())
    job.refresh_from_db()
    assert (job.done_at, job.error, job.attempts) == (None, "RuntimeError: no disk", 1)
    assert job.pk not in jobs.due(now=clock.now(), limit=9)
    opened.move(minutes=1)
    assert working.do(job.pk, now=clock.now())
    assert ScreenRun.objects.count() == 1


def test_a_job_is_handed_to_one_worker_and_again_when_that_one_is_lost(opened, monkeypatch):
    from monitoring import tasks

    handed = []
    monkeypatch.setattr(tasks.work, "delay", handed.append)
    world.relay()
    [job] = Job.objects.filter(kind="screens")
    assert tasks.hand_out(job.pk, now=clock.now())
    assert not tasks.hand_out(job.pk, now=clock.now())
    assert handed == [job.pk]
    opened.move(minutes=11)
    assert tasks.hand_out(job.pk, now=clock.now())
    assert handed == [job.pk, job.pk]


def test_work_asked_again_while_it_is_done_is_done_once_more(opened):
    world.relay()
    [job] = Job.objects.filter(kind="comparison")
    jobs.ask(Job.Kind.COMPARISON, opened.lot, key=str(opened.lot), now=clock.now())
    assert not jobs.finish(job, now=clock.now())
    assert job.pk in jobs.due(now=clock.now(), limit=9)


def test_a_lot_without_a_supervisor_of_its_own_is_told_to_all(opened):
    from tender.models import LotOfficer

    LotOfficer.objects.filter(lot_id=opened.lot, duty="supervisor").delete()
    cast.enrol("supervisor-finance")
    assert {seat.username for seat in queries.regulators(opened.lot)} == {"supervisor", "supervisor-finance"}
