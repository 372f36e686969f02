"""Does a piece of owed work; doing it twice changes nothing, and what cannot be done yet is asked again."""

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime

from monitoring.actions import comparing, dossiers, jobs, screening, suspecting, teaching
from monitoring.actions.jobs import NotYetError
from monitoring.models import Job

logger = logging.getLogger(__name__)


def do(job_id: int, *, now: datetime) -> bool:
    """Do the work of a job unless it is done; returns whether it is done now. A failure is kept and put off."""
    row = Job.objects.filter(pk=job_id, done_at__isnull=True).first()
    if row is None:
        return True
    try:
        _WORK[Job.Kind(row.kind)](row, now)
    except NotYetError as error:
        jobs.wait(job_id, str(error), now=now)
        return False
    except Exception as error:
        logger.exception("%s of lot %s", row.kind, row.lot_id)
        jobs.put_off(job_id, error, now=now)
        return False
    return jobs.finish(row, now=now)


def _screens(row: Job, now: datetime) -> None:
    screening.screen(_lot(row), now=now)


def _suspicion(row: Job, now: datetime) -> None:
    suspecting.score_lot(_lot(row), now=now)


def _night(row: Job, now: datetime) -> None:
    suspecting.score_night(date.fromisoformat(row.key.partition(":")[2]), now=now)


def _lesson(row: Job, now: datetime) -> None:
    teaching.learn(uuid.UUID(row.key.partition(":")[2]), now=now)


def _rescoring(row: Job, now: datetime) -> None:
    teaching.rescore(uuid.UUID(row.key.partition(":")[2]), now=now)


def _comparison(row: Job, now: datetime) -> None:
    comparing.compare(_lot(row), now=now)


def _dossier(row: Job, now: datetime) -> None:
    dossiers.make(uuid.UUID(row.key.partition(":")[2]), now=now)


def _lot(row: Job) -> uuid.UUID:
    if row.lot_id is None:
        raise ValueError("only work on markets is of no lot")
    return row.lot_id


_WORK: Mapping[Job.Kind, Callable[[Job, datetime], None]] = {
    Job.Kind.SCREENS: _screens,
    Job.Kind.SUSPICION: _suspicion,
    Job.Kind.NIGHT: _night,
    Job.Kind.LESSON: _lesson,
    Job.Kind.RESCORING: _rescoring,
    Job.Kind.COMPARISON: _comparison,
    Job.Kind.DOSSIER: _dossier,
}
