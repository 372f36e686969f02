"""Celery for the long jobs only: screens, dossiers, PDF, nightly runs. Nothing that the law times waits here."""

import threading

from celery import Celery
from celery.beat import Service
from celery.worker.worker import WorkController

app = Celery("yangguang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()


class Embedded:
    """A worker and a beat as threads of the one process, for a machine without Redis."""

    def __init__(self) -> None:
        self._worker = WorkController(app=app, pool="solo", loglevel="WARNING", without_mingle=True)
        self._beat = Service(app, scheduler_cls="celery.beat:Scheduler")
        self._threads = [
            threading.Thread(target=self._worker.start, name="celery-worker", daemon=True),
            threading.Thread(target=self._beat.start, kwargs={"embedded_process": True}, daemon=True),
        ]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask both to end."""
        self._beat.stop()
        self._worker.stop()
