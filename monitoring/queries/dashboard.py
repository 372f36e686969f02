"""The facts behind the regulator's figures of a period, read in bulk: so many queries for one lot as for thousands."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery

from accounts.queries import Holder
from bidding import queries as bidding
from bidding.queries import Counted
from kernel.domain import money
from monitoring import queries
from monitoring.domain import indicators
from monitoring.domain.indicators import CaseFact, LotFact, Period, Report
from monitoring.domain.lifecycle import AlertState, CaseState
from monitoring.models import Alert, Case, Comparison, IndicationRow, Suspicion
from monitoring.queries import suspicion
from tender import queries as tender, site_queries
from tender.domain.lifecycle import LotState
from tender.site_queries import LotLine, Wanted

ZONE = ZoneInfo(settings.TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures are asked for; "" is both regimes."""

    period: Period
    regime: str = ""


def today(now: datetime) -> date:
    """Return the platform's day of an instant."""
    return now.astimezone(ZONE).date()


def access_report(reader: Holder, asked: Asked, *, now: datetime) -> Report:
    """Return the figures of a period to a supervisor; else 404."""
    queries.as_regulator(reader)
    wanted = Wanted(
        regime=asked.regime,
        published_from=_start(asked.period.first),
        published_until=_start(asked.period.end),
    )
    lines = list(site_queries.notices(wanted, now=now))
    ids = [line.id for line in lines]
    counted, runs, standing = bidding.counted(ids), suspicion.newest_of(ids), _standing(ids)
    facts = [_fact(line, counted.get(line.id), runs.get(line.id), standing[line.id]) for line in lines]
    return indicators.tabulate(facts, _cases(asked), asked.period.months(today(now)))


def _fact(line: LotLine, counted: Counted | None, run: Suspicion | None, standing: int) -> LotFact:
    winner = line.result["winner"] if line.result and line.state is not LotState.AWARD_VOID else None
    return LotFact(
        region=line.region,
        month=_month(line.published_at),
        regime=line.regime,
        category=line.category,
        procuring_entity=line.procuring_entity,
        closed=line.state not in (LotState.PUBLISHED, LotState.CANCELLED),
        failed=line.state is LotState.FAILED,
        cancelled=line.state is LotState.CANCELLED,
        opened=counted is not None and counted.read_out,
        bids=counted.valid if counted else None,
        estimate=line.estimate,
        price=money.parse(winner["price"]) if winner else None,
        p_value=run.p_value if run else None,
        suspicion=run.suspicion if run else None,
        indications=standing,
    )


def _standing(ids: Sequence[uuid.UUID]) -> Counter[uuid.UUID]:
    """Return lot -> how many indications of its newest comparison stand and are not dismissed."""
    last = Comparison.objects.filter(lot_id=OuterRef("comparison__lot_id")).order_by("-number").values("pk")
    rows = IndicationRow.objects.filter(
        comparison__lot_id__in=ids, comparison_id=Subquery(last[:1]), standing=True
    )
    dismissed = set(
        Alert.objects.filter(lot_id__in=ids, kind=Alert.Kind.INDICATION, status=AlertState.DISMISSED)
        .order_by()
        .values_list("lot_id", "indication__identity")
    )
    found = set(rows.order_by().values_list("comparison__lot_id", "identity")) - dismissed
    return Counter(lot for lot, _ in found)


def _cases(asked: Asked) -> list[CaseFact]:
    """Return the cases opened or closed in a period, those with a lot of the regime where one is asked."""
    window = (_start(asked.period.first), _start(asked.period.end))
    within = Q(decided_at__gte=window[0], decided_at__lt=window[1]) | Q(
        closed_at__gte=window[0], closed_at__lt=window[1]
    )
    rows = Case.objects.filter(within).exclude(status__in=(CaseState.PROPOSED, CaseState.REFUSED))
    if asked.regime:
        touched = rows.order_by().values_list("pk", "alerts__alert__lot_id")
        lots = tender.lots({lot for _, lot in touched})
        rows = rows.filter(pk__in=[pk for pk, lot in touched if lots[lot].regime == asked.regime])
    found = rows.order_by("pk").values_list("decided_at", "closed_at")
    return [
        CaseFact(_month(opened) if opened else None, _month(ended) if ended else None)
        for opened, ended in found
    ]


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def _month(at: datetime) -> date:
    return at.astimezone(ZONE).date().replace(day=1)
