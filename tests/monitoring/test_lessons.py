"""Feedback: closed cases are labels; a model is learned, shown beside the shipped one, adopted by another person."""

import csv

import pytest

from kernel import clock, journal, storage
from kernel.domain.refusals import RefusedError
from monitoring.actions import suspecting, teaching
from monitoring.cli.__main__ import main
from monitoring.models import Alert, Case, CaseAlert, Lesson, Market, ScreenRun, Suspicion
from monitoring.queries import lessons, suspicion
from tests import cast
from tests.monitoring import world
from tests.seats import browser, text_of

REASON = "与已结案件一致"


@pytest.fixture
def watched(opened):
    """Thirteen opened lots; in half of the copies prices keep close together, and closed cases confirmed those."""
    world.relay()
    world.work()
    world.copies(opened.lot, opened.record.code, 12, 0.3)
    runs = list(ScreenRun.objects.order_by("pk"))
    opened.actors.setdefault("supervisor-finance", cast.enrol("supervisor-finance"))
    first, second = (opened.actors[name].holder.id for name in ("supervisor", "supervisor-finance"))
    for at, run in enumerate(runs[1:]):
        if at % 2 == 0:
            run.prices = [
                [bidder, f"{9_800_000 + 1000 * at + 300 * n:.2f}"] for n, (bidder, _) in enumerate(run.prices)
            ]
            run.save(update_fields=["prices"])
        alert = Alert.objects.create(kind="statistical", lot_id=run.lot_id, run=run, raised_at=clock.now())
        case = Case.objects.create(
            status="closed",
            reason="报价异常",
            proposed_by_id=first,
            proposed_at=clock.now(),
            handler_id=first,
            outcome="confirmed" if at % 2 == 0 else "not_confirmed",
            closing_reason="已核查",
            closing_by_id=first,
            closing_at=clock.now(),
            closed_by_id=second,
            closed_at=clock.now(),
        )
        CaseAlert.objects.create(case=case, alert=alert)
    opened.record_kind = (runs[0].regime, runs[0].category)
    return opened


def learned(it):
    row = teaching.ask(it.actors["supervisor"].holder, *it.record_kind, now=clock.now())
    assert teaching.ask(it.actors["supervisor"].holder, *it.record_kind, now=clock.now()).pk == row.pk
    world.work()
    row.refresh_from_db()
    return row


def test_too_few_closed_cases_teach_nothing_and_the_refusal_says_how_many(opened):
    world.relay()
    world.work()
    run = ScreenRun.objects.get()
    with pytest.raises(RefusedError) as refusal:
        teaching.ask(opened.actors["supervisor"].holder, run.regime, run.category, now=clock.now())
    assert refusal.value.refusal.reason == "too_few_cases"
    assert refusal.value.refusal.facts == {"confirmed": "0", "cleared": "0", "limit": "5"}


def test_a_model_is_proposed_with_its_figures_and_scores_nothing_until_it_is_adopted(watched):
    row = learned(watched)
    assert (row.status, row.lots, row.confirmed) == ("proposed", 12, 6)
    assert set(row.figures) == {"learned", "shipped", "baseline n", "baseline CV"}
    assert row.figures["learned"]["AUC"] > 0.9, "the made difference is plain"
    assert suspicion.adopted(*watched.record_kind) is None
    assert suspecting.score_market(*watched.record_kind, now=clock.now()).lesson is None


def test_only_another_person_adopts_it_and_then_it_scores_as_the_command_line_does(watched, tmp_path):
    first, second = (watched.actors[name].holder for name in ("supervisor", "supervisor-finance"))
    row = learned(watched)
    with pytest.raises(RefusedError) as refusal:
        teaching.adopt(first, row.pk, REASON, now=clock.now())
    assert refusal.value.refusal.reason == "four_eyes"
    teaching.adopt(second, row.pk, REASON, now=clock.now())
    assert world.work() >= 1
    market = Market.objects.order_by("-computed_at", "pk").exclude(lesson=None).get()
    assert (market.lesson_id, market.model_sha256) == (row.pk, row.sha256)
    (tmp_path / "bids.csv").write_bytes(storage.get(market.bids_sha256))
    (tmp_path / "model.skops").write_bytes(storage.get(row.sha256))
    words = ["score", str(tmp_path / "bids.csv"), "--model", str(tmp_path / "model.skops")]
    assert main([*words, "--out", str(tmp_path / "scores.csv")]) == 0
    with (tmp_path / "scores.csv").open() as file:
        told = {each["tender"]: float(each["suspicion"]) for each in csv.DictReader(file)}
    found = {
        each.lot.code: each.suspicion
        for each in Suspicion.objects.filter(market=market).select_related("lot")
    }
    assert told == found
    teaching.withdraw(first, row.pk, REASON, now=clock.now())
    world.work()
    assert suspicion.adopted(*watched.record_kind) is None
    assert suspicion.newest(watched.lot).market.lesson is None
    with pytest.raises(RefusedError):
        teaching.adopt(second, row.pk, REASON, now=clock.now())


def test_a_second_model_replaces_the_first(watched):
    second = watched.actors["supervisor-finance"].holder
    old = learned(watched)
    teaching.adopt(second, old.pk, REASON, now=clock.now())
    new = learned(watched)
    assert "adopted" in new.figures
    teaching.adopt(second, new.pk, REASON, now=clock.now())
    old.refresh_from_db()
    assert (old.status, suspicion.adopted(*watched.record_kind).pk) == ("replaced", new.pk)


def test_the_pages_are_for_supervisors_alone(watched):
    row = learned(watched)
    paths = (
        "/desk/monitoring/models/",
        f"/desk/monitoring/models/{row.pk}/",
        f"/desk/monitoring/models/{row.pk}.skops",
    )
    for path in paths:
        assert browser("supervisor").get(path).status_code == 200
        for username in ("clerk", "host", "witness", "bidder1"):
            assert browser(username).get(path).status_code == 404
    shown = text_of(browser("supervisor").get(paths[1]))
    assert f"{row.figures['learned']['AUC']:.4g}" in shown
    answer = browser("supervisor").post(paths[1], {"act": "adopt", "reason": REASON})
    assert answer.status_code == 422, "who asked for it does not adopt it"
    assert Lesson.objects.get().status == "proposed"
    assert lessons.access_lessons(watched.actors["supervisor"].holder)[0].confirmed == 6
    assert journal.of_lot(watched.lot, tag="monitoring:lesson:learn") == []
