"""Long jobs of monitoring: events owe them, the ticker hands them to a worker, the worker does them."""

from datetime import datetime

from celery import shared_task
from django.db import transaction

from bidding.events import BidsOpened
from deposits.events import DepositsReported, GuaranteeChecked
from kernel import clock
from monitoring.actions import asking, jobs, working
from tender.events import LotStepped


@shared_task(name="monitoring.work", ignore_result=True)  # type: ignore[untyped-decorator]  # celery has no types
def work(job_id: int) -> None:
    """Do one piece of owed work."""
    working.do(job_id, now=clock.now())


def hand_out(job_id: int, *, now: datetime) -> bool:
    """Give a due piece of work to a worker; False when one has it. A queue that is lost is filled again."""
    with transaction.atomic():
        if not jobs.lease(job_id, now=now):
            return False
        work.delay(job_id)
    return True


def after_opening(event: BidsOpened) -> None:
    """Owe the screens, the suspicion and the comparison of a lot whose prices were read out."""
    asking.after_opening(event.lot, now=clock.now())


def after_payments(event: DepositsReported | GuaranteeChecked) -> None:
    """Owe the comparison again, now that it is known who paid."""
    asking.after_payments(event.lot, now=clock.now())


def after_step(event: LotStepped) -> None:
    """Owe the dossiers that a lot's new state asks for."""
    asking.after_step(event.lot, event.target, now=clock.now())
