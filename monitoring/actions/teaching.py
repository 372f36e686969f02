"""Feedback: a closed case is a label; a model is learned from them, its effect is shown, and a person adopts it."""

import uuid
from datetime import datetime
from importlib import metadata

from django.db import transaction

from accounts.policies import four_eyes
from accounts.queries import Holder
from kernel import journal, storage
from kernel.domain.refusals import require
from monitoring import policies
from monitoring.actions import jobs, suspecting
from monitoring.domain.lifecycle import LESSON, LessonLever, LessonState
from monitoring.domain.suspicion import assessment, learning, lessons, storage as storing
from monitoring.domain.suspicion.learning import LearningError
from monitoring.models import Job, Lesson, LessonAct
from monitoring.queries import as_regulator, lessons as reading, suspicion as queries


def ask(by: Holder, regime: str, category: str, *, now: datetime) -> Lesson:
    """Ask for a model from the closed cases of a market; while one is under way it is that one."""
    as_regulator(by)
    with transaction.atomic():
        open_one = Lesson.objects.filter(regime=regime, category=category, status=LessonState.ASKED).first()
        if open_one is not None:
            return open_one
        require(policies.enough_cases(*reading.counts(regime, category)))
        row, made = Lesson.objects.get_or_create(
            regime=regime,
            category=category,
            status=LessonState.ASKED,
            defaults={"asked_by_id": by.id, "asked_at": now},
        )
        if not made:
            return row
        jobs.ask(Job.Kind.LESSON, None, key=str(row.pk), now=now)
        _journal(by.actor, row, "asked", {}, now)
    return row


def learn(lesson_id: uuid.UUID, *, now: datetime) -> None:
    """Learn the model that was asked for, and propose it with its figures; what was learned is not learned again."""
    row = Lesson.objects.get(pk=lesson_id)
    if row.status != LessonState.ASKED:
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


def rescore(lesson_id: uuid.UUID, *, now: datetime) -> None:
    """Score the market of a model that was adopted or withdrawn; done again it adds a run of the same numbers."""
    row = Lesson.objects.get(pk=lesson_id)
    suspecting.score_market(row.regime, row.category, now=now)


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
        require(policies.lesson_step(row.status, lever))
        if lever == LessonLever.ADOPT:
            require(four_eyes(reading.asked_by(row), by))
            for other in Lesson.objects.select_for_update().filter(
                regime=row.regime, category=row.category, status=LessonState.ADOPTED
            ):
                _pull(by, other, LessonLever.REPLACE, text, now)
        _pull(by, row, lever, text, now)
        if lever != LessonLever.REFUSE:
            jobs.ask(Job.Kind.RESCORING, None, key=str(row.pk), now=now)


def _pull(by: Holder, row: Lesson, lever: LessonLever, reason: str, now: datetime) -> None:
    row.status = LESSON.step(row.status, lever).target
    row.save(update_fields=["status"])
    LessonAct.objects.create(lesson=row, lever=lever, by_id=by.id, at=now, reason=reason)
    _journal(by.actor, row, lever.value, {"reason": reason}, now)


def _settle(row: Lesson, lever: LessonLever, *, error: str, now: datetime) -> None:
    with transaction.atomic():
        held = Lesson.objects.select_for_update().get(pk=row.pk)
        if held.status != LessonState.ASKED:
            return
        row.status, row.error, row.learned_at = LESSON.step(held.status, lever).target, error, now
        row.save(
            update_fields=[
                "status",
                "error",
                "learned_at",
                "lots",
                "confirmed",
                "figures",
                "about",
                "sha256",
                "size",
            ]
        )
        _journal(journal.SYSTEM, row, lever.value, {"model": row.sha256}, now)


def _journal(actor: str, row: Lesson, verb: str, more: dict[str, str], now: datetime) -> None:
    payload = {"lesson": str(row.pk), "regime": row.regime, "category": row.category, **more}
    journal.record(f"monitoring:lesson:{verb}", actor=actor, at=now, payload=payload)
