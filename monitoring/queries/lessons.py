"""Reads of models that are learned from closed cases; for supervisors and nobody else."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.http import Http404

from accounts import queries as accounts
from accounts.queries import Holder
from monitoring.domain.cases import Outcome
from monitoring.domain.lifecycle import CaseState
from monitoring.models import Case, Lesson, LessonAct, ScreenRun
from monitoring.queries import cases
from monitoring.queries.regulator import as_regulator


@dataclass(frozen=True, slots=True)
class Lessons:
    """The labels that a market has, and the models learned from them, the newest first."""

    regime: str
    category: str
    confirmed: int
    cleared: int
    lessons: tuple[Lesson, ...]


def access_lessons(reader: Holder) -> list[Lessons]:
    """Return every market in which lots were opened to a supervisor; else 404."""
    as_regulator(reader)
    kinds = ScreenRun.objects.order_by("regime", "category").values_list("regime", "category").distinct()
    return [
        Lessons(regime, category, *counts(regime, category), tuple(_of(regime, category)))
        for regime, category in kinds
    ]


def access_lesson(reader: Holder, lesson_id: uuid.UUID) -> Lesson:
    """Return a learned model to a supervisor; else 404."""
    as_regulator(reader)
    found = Lesson.objects.filter(pk=lesson_id).first()
    if found is None:
        raise Http404
    return found


def access_learned(reader: Holder, lesson_id: uuid.UUID) -> Lesson:
    """Return a model that was learned, with its file, to a supervisor; else 404."""
    found = access_lesson(reader, lesson_id)
    if not found.sha256:
        raise Http404
    return found


def labelled(runs: Sequence[ScreenRun]) -> dict[int, bool]:
    """Return place of a lot in the runs -> whether a closed case confirmed the suspicion."""
    known = dict(cases.labels())
    return {at: known[run.lot_id] for at, run in enumerate(runs) if run.lot_id in known}


def counts(regime: str, category: str) -> tuple[int, int]:
    """Return how many closed cases confirmed a suspicion in a market, and how many did not."""
    rows = Case.objects.filter(
        status=CaseState.CLOSED,
        alerts__alert__lot__in=ScreenRun.objects.filter(regime=regime, category=category).values("lot"),
    )
    found = dict(rows.values_list("outcome").annotate(count=Count("pk", distinct=True)).order_by())
    return found.get(Outcome.CONFIRMED, 0), found.get(Outcome.NOT_CONFIRMED, 0)


def acts(row: Lesson) -> list[LessonAct]:
    """Return the decisions on a model, the oldest first."""
    return list(LessonAct.objects.filter(lesson=row).order_by("at", "pk"))


def asked_by(row: Lesson) -> Holder:
    """Return who asked for a model."""
    return accounts.holder(row.asked_by_id)


def _of(regime: str, category: str) -> list[Lesson]:
    rows = Lesson.objects.filter(regime=regime, category=category)
    return list(rows.order_by("-asked_at", "pk")[:50])
