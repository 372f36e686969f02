"""A real worker does what the ticker hands out: embedded without Redis, on Redis where there is one."""

import threading
import time
import uuid

import pytest
from celery.worker.worker import WorkController
from django.db import connections

from config.celery import app
from kernel import clock
from monitoring import tasks
from monitoring.actions import jobs
from monitoring.models import Job, ScreenRun
from tests.monitoring import world

PATIENCE = 30.0


@pytest.fixture
def worker(store):
    """A worker in a thread of its own with a queue of its own."""
    queue, before = f"test-{uuid.uuid4().hex}", app.conf.task_default_queue
    app.conf.task_default_queue = queue
    controller = WorkController(app=app, pool="solo", loglevel="WARNING", without_mingle=True, queues=queue)
    thread = threading.Thread(target=controller.start, name="test-worker", daemon=True)
    thread.start()
    yield queue
    controller.stop()
    thread.join(PATIENCE)
    app.conf.task_default_queue = before
    connections.close_all()


def test_owed_work_reaches_a_worker_and_is_done(opened, worker, monkeypatch):
    monkeypatch.setattr(tasks.work, "queue", worker, raising=False)
    world.relay()
    for job in list(jobs.due(now=clock.now(), limit=9)):
        assert tasks.hand_out(job, now=clock.now())
    until = time.monotonic() + PATIENCE
    while Job.objects.filter(done_at__isnull=True).exists():
        assert time.monotonic() < until, list(Job.objects.values("kind", "error", "done_at"))
        time.sleep(0.1)
    assert ScreenRun.objects.get().bids == 7
