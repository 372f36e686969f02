"""The threads and loops that live beside the web: clock, lease, ticker, sequencer, witnesses, embedded Celery."""

import json
import logging
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.conf import settings

from bidding.actions import offering
from config import wiring
from config.celery import Embedded
from kernel import clock, live
from kernel.hub import hub
from kernel.sequencer import Sequencer
from kernel.sockets import read
from kernel.ticker import Ticker
from kernel.upload import receive, stamps
from kernel.witnesses import couriers
from tender import queries as tender

logger = logging.getLogger(__name__)


async def catch_up(audience: str, number: int) -> list[tuple[int, str]]:
    """Read the frames that a client missed."""
    missed = await read(live.since, audience, number)
    return [(m.number, json.dumps(m.as_json(), ensure_ascii=False, separators=(",", ":"))) for m in missed]


class Services:
    """Everything that a web process runs beside answering requests."""

    def __init__(self) -> None:
        self._sampler = clock.Sampler()
        self._couriers = couriers()
        self._sequencer = Sequencer(tender.deadline_within)
        self._sequencer.after_tick = [courier.wake for courier in self._couriers]
        self._threads: list[Any] = [
            self._sampler,
            stamps.LeaseKeeper(),
            Ticker(wiring.DUE),
            Ticker(wiring.POST, "post"),
            self._sequencer,
            *self._couriers,
        ]
        self._celery: Embedded | None = None

    async def start(self) -> None:
        """Recover what a crash left, log the kit, then start all."""
        await hub.start(catch_up, settings.REDIS_URL, settings.REDIS_PREFIX)
        await database_sync_to_async(self._recover, thread_sensitive=False)()
        for thread in self._threads:
            thread.start()
        if not settings.REDIS_URL:
            self._celery = await sync_to_async(Embedded, thread_sensitive=False)()
            self._celery.start()

    async def stop(self) -> None:
        """Ask all to end and wait a moment for each."""
        if self._celery is not None:
            self._celery.stop()
        for thread in self._threads:
            thread.stop()
        for thread in self._threads:
            await sync_to_async(thread.join, thread_sensitive=False)(5)
        await hub.stop()

    def _recover(self) -> None:
        self._sampler.sample_once()
        stamps.renew()
        offering.offer(now=clock.now())
        done = receive.recover(all_processes=settings.PROCESSES == 1)
        if done:
            logger.warning("recovered %s uploads that a crash had interrupted", done)
