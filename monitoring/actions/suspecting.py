"""Scores opened lots as the command line scores a file: one run over a market, whose data are kept to be recomputed.

The acts are of the platform's chain: a lot's own chain goes into dossiers, where statistical suspicion has no place.
"""

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from kernel import journal, storage
from monitoring.actions.jobs import NotYetError
from monitoring.domain import record as records
from monitoring.domain.networks import market as networks, marks, pairs, rings
from monitoring.domain.suspicion import assessment, learning, shipped, signs, storage as storing
from monitoring.models import Lesson, Market, ScreenRun, Suspicion
from monitoring.queries import suspicion as queries
from tender import queries as tender

COLUMNS = ("tender", "bidder", "amount", "estimate", "ceiling")


def score_lot(lot_id: uuid.UUID, *, now: datetime) -> Market:
    """Score one opened lot among those of its kind; once its screens are computed, else NotYetError."""
    run = ScreenRun.objects.filter(lot_id=lot_id, version=records.VERSION).first()
    if run is None:
        raise NotYetError("the screens of the lot")
    found = queries.newest(lot_id)
    if found is not None and found.market.lots >= queries.market_size(run.regime, run.category):
        return found.market
    return _score(run.regime, run.category, only=lot_id, night=None, now=now)


def score_night(night: date, *, now: datetime) -> list[Market]:
    """Score every opened lot again, now that the markets have grown; a night is scored once."""
    kinds = ScreenRun.objects.filter(version=records.VERSION).order_by("regime", "category")
    return [
        _score(regime, category, only=None, night=night, now=now)
        for regime, category in kinds.values_list("regime", "category").distinct()
        if not Market.objects.filter(night=night, regime=regime, category=category).exists()
    ]


def score_market(regime: str, category: str, *, now: datetime) -> Market:
    """Score every opened lot of a kind again, because the model has changed."""
    return _score(regime, category, only=None, night=None, now=now)


def _score(
    regime: str, category: str, *, only: uuid.UUID | None, night: date | None, now: datetime
) -> Market:
    runs = queries.market_runs(regime, category)
    codes = {each: record.code for each, record in tender.lots([run.lot_id for run in runs]).items()}
    runs.sort(key=lambda run: codes[run.lot_id])
    market = market_of(runs)
    found = assessment.assess(market)
    lesson = queries.adopted(regime, category)
    if lesson is not None:
        found = replace(found, suspicion=learned(lesson, market, bidders(runs)))
    measured = signs.measure(market, signs.screens(market))
    data, found_rings = _file(runs, codes), _rings(runs, market)
    kept = storage.put(data)
    with transaction.atomic():
        row = Market.objects.create(
            regime=regime,
            category=category,
            night=night,
            lots=len(runs),
            bids=len(market.amount),
            bids_sha256=kept,
            bids_size=len(data),
            model_sha256=lesson.sha256 if lesson else queries.model_sha256(),
            lesson=lesson,
            intercept=shipped.INTERCEPT,
            rings=found_rings,
            computed_at=now,
        )
        rows = [
            Suspicion(
                market=row,
                lot_id=run.lot_id,
                bids=int(found.n[at]),
                suspicion=_digits(found.suspicion[at]),
                p_value=_known(found.p[at]),
                q_value=_known(found.q[at]),
                reasons=list(found.reasons[at]),
                signs={name: [_digits(measured[name][at]), shipped.WEIGHTS[name]] for name in signs.SIGNS},
            )
            for at, run in enumerate(runs)
            if only in (None, run.lot_id)
        ]
        Suspicion.objects.bulk_create(rows, batch_size=1000)
        payload = {"regime": regime, "category": category, "lots": row.lots, "bids": row.bids_sha256}
        payload |= {"model": row.model_sha256, "scored": str(only) if only else "all"}
        journal.record("monitoring:market:scored", actor=journal.SYSTEM, at=now, payload=payload)
    return row


def learned(lesson: Lesson, market: signs.Market, sets: Sequence[frozenset[str]]) -> NDArray[np.float64]:
    """Return the suspicion of each lot by a model that was learned from closed cases, as `score --model` does."""
    local, _ = storing.unpack(storage.get(lesson.sha256))
    plain, n = learning.describe(market)
    value: NDArray[np.float64] = np.zeros(len(n))
    some = np.flatnonzero(n > 0)
    value[some] = local.suspicion(plain[some], [sets[at] for at in some.tolist()])
    return value


def bidders(runs: Sequence[ScreenRun]) -> list[frozenset[str]]:
    """Return the bidders of each lot."""
    return [frozenset(bidder for bidder, _ in run.prices) for run in runs]


def market_of(runs: Sequence[ScreenRun]) -> signs.Market:
    """Return the bids of lots as the market that signs are measured in, one tender a lot in the order given."""
    bids = [(at, *bid) for at, run in enumerate(runs) for bid in run.prices]
    firms = {firm: at for at, firm in enumerate(sorted({firm for _, firm, _ in bids}))}
    return signs.Market(
        count=len(runs),
        tender=np.array([at for at, _, _ in bids], dtype=np.int64),
        bidder=np.array([firms[firm] for _, firm, _ in bids], dtype=np.int64),
        amount=np.array([float(amount) for _, _, amount in bids]),
        estimate=np.array([float(run.estimate or "nan") for run in runs]),
    )


def _rings(runs: Sequence[ScreenRun], market: signs.Market) -> list[dict[str, Any]]:
    """Return the suspected rings as the command `groups` finds them, with the codes of their firms."""
    codes = sorted({bidder for run in runs for bidder, _ in run.prices})
    bids = networks.of_bids(
        market.tender, market.bidder, market.amount, tenders=market.count, firms=len(codes)
    )
    found = marks.study(bids)
    unknown = np.full(market.count, -1, dtype=np.int64)
    order = {
        at: place for place, at in enumerate(sorted(range(len(runs)), key=lambda at: runs[at].computed_at))
    }
    place = np.array([order[at] for at in range(len(runs))], dtype=np.int64)
    return [
        {
            "members": [codes[member] for member in ring.members],
            "tenders": [str(runs[at].lot_id) for at in ring.tenders],
            "score": _digits(ring.score),
            "p_value": _digits(ring.p_value),
            "wins": ring.turns.wins,
        }
        for ring in rings.rings(found, pairs.pairs(found), buyer=unknown, place=place)
    ]


def _file(runs: Sequence[ScreenRun], codes: dict[uuid.UUID, str]) -> bytes:
    """Return the market as the file that the command line scores alike."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for run in runs:
        writer.writerows([codes[run.lot_id], *bid, run.estimate, run.ceiling] for bid in run.prices)
    return text.getvalue().encode()


def _digits(value: float) -> float:
    """Return nine significant digits, as the command line prints them."""
    return float(f"{value:.9g}")


def _known(value: float) -> float | None:
    return None if np.isnan(value) else _digits(value)
