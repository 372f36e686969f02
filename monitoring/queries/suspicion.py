"""Reads of statistical suspicion; `access_*` functions open them to supervisors and to nobody else."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.http import Http404

from accounts.queries import Holder
from kernel.domain import canonical
from monitoring.domain import record as records
from monitoring.domain.lifecycle import LessonState
from monitoring.domain.suspicion import assessment, shipped
from monitoring.models import Lesson, Market, ScreenRun, Suspicion
from monitoring.queries.regulator import as_regulator
from tender.queries import LotRecord

BINS = 20


def market_runs(regime: str, category: str) -> list[ScreenRun]:
    """Return the screens of all opened lots of a kind, with the prices that they were computed from."""
    return list(_runs(regime, category).order_by("pk"))


def market_size(regime: str, category: str) -> int:
    """Return how many opened lots of a kind there are."""
    return _runs(regime, category).count()


def _runs(regime: str, category: str) -> "QuerySet[ScreenRun]":
    """Return the runs of a market; one that was kept without its prices waits to be made again."""
    rows = ScreenRun.objects.filter(version=records.VERSION, regime=regime, category=category)
    return rows.exclude(prices=[])


def newest(lot_id: uuid.UUID) -> Suspicion | None:
    """Return what the newest run says of a lot."""
    return Suspicion.objects.filter(lot_id=lot_id).select_related("market__lesson").order_by("-id").first()


def history(lot_id: uuid.UUID) -> list[Suspicion]:
    """Return what the runs said of a lot, newest first."""
    return list(Suspicion.objects.filter(lot_id=lot_id).select_related("market__lesson").order_by("-id")[:20])


def newest_of(lot_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Suspicion]:
    """Return lot -> what the newest run says of it."""
    rows = _newest(Suspicion.objects.filter(lot_id__in=list(lot_ids)))
    return {row.lot_id: row for row in rows}


def _newest(rows: "QuerySet[Suspicion]") -> "QuerySet[Suspicion]":
    """Narrow to what the newest run says of each lot; the many older ones are not read."""
    last = rows.order_by().values("lot_id").annotate(last=Max("pk")).values("last")
    return Suspicion.objects.filter(pk__in=last).order_by("pk")


def adopted(regime: str, category: str) -> Lesson | None:
    """Return the learned model that scores a market; None where the shipped one does."""
    return Lesson.objects.filter(regime=regime, category=category, status=LessonState.ADOPTED).first()


def model_sha256() -> str:
    """Return the hash of the shipped model, which a run states."""
    weights = {name: repr(weight) for name, weight in shipped.WEIGHTS.items()}
    return canonical.digest({"intercept": repr(shipped.INTERCEPT), "weights": weights})


@dataclass(frozen=True, slots=True)
class SignLine:
    """One sign of a lot: its value, its weight in the model and what it adds to the logit of suspicion."""

    name: str
    value: float
    weight: float

    @property
    def part(self) -> float:
        """What the sign adds to the logit."""
        return self.value * self.weight

    @property
    def code(self) -> str:
        """The code of the reason that the sign is."""
        return assessment.REASONS[self.name]

    @property
    def told(self) -> bool:
        """Whether it raises the odds enough to be told as a reason."""
        return self.part >= assessment.WORTH_TELLING


def sign_lines(row: Suspicion) -> list[SignLine]:
    """Return the signs of a lot, those that add the most first."""
    lines = [SignLine(name, float(value), float(weight)) for name, (value, weight) in row.signs.items()]
    return sorted(lines, key=lambda line: (-line.part, line.name))


@dataclass(frozen=True, slots=True)
class Group:
    """The newest suspicion of the lots of one kind: how many there are, in twentieths of 0..1, and a lot's rank."""

    lots: int
    counts: tuple[int, ...]
    rank: int


def group(row: Suspicion) -> Group:
    """Return the comparison group of a lot, itself included; rank 1 is the most suspicious."""
    market = row.market
    rows = Suspicion.objects.filter(market__regime=market.regime, market__category=market.category)
    values = dict(_newest(rows).values_list("lot_id", "suspicion")) | {row.lot_id: row.suspicion}
    counts = [0] * BINS
    for value in values.values():
        counts[min(int(value * BINS), BINS - 1)] += 1
    rank = 1 + sum(value > row.suspicion for value in values.values())
    return Group(len(values), tuple(counts), rank)


def under_average(record: LotRecord) -> bool:
    """Tell whether a lot's price is judged by its distance from a mean: there honest bids crowd, and p says little."""
    formula = str(record.notice["method"]["formula"])
    return not (formula.startswith("lowest_") or formula == "evaluated_price")


def access_suspicion(reader: Holder, lot_id: uuid.UUID) -> Suspicion:
    """Return what the newest run says of a lot to a supervisor; else 404."""
    as_regulator(reader)
    found = newest(lot_id)
    if found is None:
        raise Http404
    return found


def access_market(reader: Holder, market_id: uuid.UUID) -> Market:
    """Return a run to a supervisor; else 404."""
    as_regulator(reader)
    found = Market.objects.filter(pk=market_id).first()
    if found is None:
        raise Http404
    return found
