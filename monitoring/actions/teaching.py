"""Feedback: a closed case is a label; a model is learned from them, its effect is shown, and a person adopts it."""

import uuid
from datetime import datetime
from importlib import metadata

from django.db import transaction

from accounts.policies import four_eyes
from accounts.queries import Holder
from kernel import journal, storage
from kernel.domain.refusals import Refused, RefusedError, require
from monitoring import policies
from monitoring.actions import jobs, suspecting
from monitoring.domain.lifecycle import LESSON, LessonLever, LessonState
from monitoring.domain.suspicion import assessment, learning, lessons, storage as storing
from monitoring.domain.suspicion.learning import LearningError
from monitoring.models import Job, Lesson
from monitoring.queries import as_regulator, lessons as reading, suspicion as queries


def ask(by: Holder, regime: str, category: str, *, now: datetime) -> Lesson:
    """Ask for a model from the closed cases of a market; while one is under way it is that one."""
    as_regulator(by)
    with transaction.atomic():
        open_one = Lesson.objects.filter(regime=regime, category=category, status=LessonState.ASKED).first()
        if open_one is not None:
            return open_one
        require(policies.enough_cases(*reading.counts(regime, category)))
        row = Lesson.objects.create(regime=regime, category=category, asked_by_id=by.id, asked_at=now)
        jobs.ask(Job.Kind.LESSON, None, key=str(row.pk), now=now)
        _journal(by.actor, row, "asked", {}, now)
    return row


def learn(lesson_id: uuid.UUID, *, now: datetime) -> None:
    """Learn the model that was asked for, and propose it with its figures.

    Once it was decided on, its market is scored anew instead.
    """
    row = Lesson.objects.get(pk=lesson_id)
    if row.status != LessonState.ASKED:
        suspecting.score_market(row.regime, row.category, now=now)
        return
    runs = queries.market_runs(row.regime, row.category)
    labelled = reading.labelled(runs)
    market, sets = suspecting.market_of(runs), suspecting.bidders(runs)
    try:
        found = lessons.study(market, sets, labelled)
    except LearningError as error:
        _settle(row, LessonLever.FAIL, error=str(error), now=now)
        return
    shipped = assessment.assess(market).suspicion[found.used]
    current = (
        suspecting.learned(adopted, market, sets)[found.used]
        if (adopted := queries.adopted(row.regime, row.category))
        else None
    )
    figures = {"learned": found.figures, "shipped": learning.figures(found.truth, shipped, 0.5)}
    if current is not None:
        figures["adopted"] = learning.figures(found.truth, current, 0.5)
    figures |= {f"baseline {name}": dict(each) for name, each in found.baselines.items()}
    about = found.about("the platform, from closed cases", metadata.version("scikit-learn"))
    data = storing.pack(found.local, about)
    row.lots, row.confirmed = len(found.truth), int(found.truth.sum())
    row.figures = {
        order: {name: round(value, 4) for name, value in each.items()} for order, each in figures.items()
    }
    row.about, row.sha256, row.size = about, storage.put(data), len(data)
    _settle(row, LessonLever.LEARN, error="", now=now)


def adopt(by: Holder, lesson_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Adopt a proposed model as another person than the one who asked for it; its market is scored anew."""
    _decide(by, lesson_id, LessonLever.ADOPT, reason, now)


def refuse(by: Holder, lesson_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Refuse a proposed model with a reason."""
    _decide(by, lesson_id, LessonLever.REFUSE, reason, now)


def withdraw(by: Holder, lesson_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Go back from an adopted model to the shipped one, with a reason."""
    _decide(by, lesson_id, LessonLever.WITHDRAW, reason, now)


def _decide(by: Holder, lesson_id: uuid.UUID, lever: LessonLever, reason: str, now: datetime) -> None:
    reading.access_lesson(by, lesson_id)
    text = reason.strip()
    require(policies.reason_in_words(text))
    with transaction.atomic():
        row = Lesson.objects.select_for_update().get(pk=lesson_id)
        if lever not in {step.lever for step in LESSON.levers(row.status)}:
            raise RefusedError(Refused(policies.REGULATOR_LOOKS, "lesson_step", {"lesson_state": row.status}))
        if lever == LessonLever.ADOPT:
            require(four_eyes(reading.asked_by(row), by))
            for other in Lesson.objects.select_for_update().filter(
                regime=row.regime, category=row.category, status=LessonState.ADOPTED
            ):
                other.status = LESSON.step(other.status, LessonLever.REPLACE).target
                other.save(update_fields=["status"])
        row.status = LESSON.step(row.status, lever).target
        row.decided_by_id, row.decided_at, row.reason = by.id, now, text
        row.save(update_fields=["status", "decided_by", "decided_at", "reason"])
        _journal(by.actor, row, lever.value, {"reason": text}, now)
        if lever != LessonLever.REFUSE:
            jobs.ask(Job.Kind.LESSON, None, key=str(row.pk), now=now)


def _settle(row: Lesson, lever: LessonLever, *, error: str, now: datetime) -> None:
    with transaction.atomic():
        held = Lesson.objects.select_for_update().get(pk=row.pk)
        if held.status != LessonState.ASKED:
            return
        row.status, row.error, row.learned_at = LESSON.step(held.status, lever).target, error, now
        row.save()
        _journal(journal.SYSTEM, row, lever.value, {"model": row.sha256}, now)


def _journal(actor: str, row: Lesson, verb: str, more: dict[str, str], now: datetime) -> None:
    payload = {"lesson": str(row.pk), "regime": row.regime, "category": row.category, **more}
    journal.record(f"monitoring:lesson:{verb}", actor=actor, at=now, payload=payload)
