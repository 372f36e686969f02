"""Pairs of firms: how suspicious, what chance has to say about it, and why."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.domain.networks.chance import closeness_chances, exact, false_discovery, normal_scores
from monitoring.domain.networks.marks import Study
from monitoring.domain.networks.meetings import Meetings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

REASON = 0.05
"""A sign is named as a reason when chance alone gives it with at most this probability."""
SAME_GAPS = 3
"""So many common tenders with one ratio of the two prices are named."""
_FLOOR = 1e-300


@dataclass(frozen=True, slots=True)
class Pairs:
    """One entry for each pair of the meetings, in their order."""

    score: Floats
    p_value: Floats
    q_value: Floats
    close: Floats
    calm: Floats
    reasons: list[tuple[str, ...]]


def pairs(study: Study) -> Pairs:
    """Judge all pairs that meet often enough.

    `close` and `calm` are one-sided p-values of the two signs; p_value joins them by Stouffer's method. The score is
    the sum of both firms' four marks and of the pair's own normal score, over 3 (the root of nine parts).
    """
    met = study.meetings
    close = closeness_chances(met.close, met.priced, met.small)
    calm = stats.norm.sf(_calm_z(study))
    joint = (_z(close) + _z(calm)) / np.sqrt(2)
    marks = study.marks.total()
    score = (marks[met.a] + marks[met.b] + normal_scores(np.round(joint, 9))) / 3
    p_value = stats.norm.sf(joint)
    return Pairs(
        score=np.round(score, 9),
        p_value=p_value,
        q_value=false_discovery(p_value),
        close=close,
        calm=calm,
        reasons=_reasons(study, close, calm),
    )


def _z(chance: Floats) -> Floats:
    """Return normal quantiles; a chance of 1 says nothing more than the least that a chance of its kind can say."""
    return np.asarray(stats.norm.isf(np.clip(chance, _FLOOR, 1 - 1e-9)))


def _calm_z(study: Study) -> Floats:
    """Return how much calmer common tenders are than as many drawn at random; 0 where none is known."""
    known = study.calm[np.isfinite(study.calm)]
    drawn, all_known = study.meetings.calm_known, len(known)
    if all_known < 2:
        return np.zeros(len(drawn))
    variance = drawn * exact(np.var(known, ddof=1, keepdims=True)) * (1 - drawn / all_known)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = study.meetings.calm / np.sqrt(variance)
    return np.where(variance > 0, found, 0.0)


def expected_meetings(study: Study) -> Floats:
    """Return how often each pair would meet if firms chose among tenders in proportion to the tenders' sizes."""
    market, met = study.market, study.meetings
    sizes, activity = market.sizes, market.activity
    rate = float((sizes * (sizes - 1)).sum()) / max(float(sizes.sum()), 1.0) ** 2
    either = np.minimum(activity[met.a], activity[met.b])
    return np.asarray(np.minimum(activity[met.a] * activity[met.b] * rate, either))


def _reasons(study: Study, close: Floats, calm: Floats) -> list[tuple[str, ...]]:
    met = study.meetings
    signs = {
        "calm_tenders": calm <= REASON,
        "close_prices": close <= REASON,
        "meet_often": stats.poisson.sf(met.common - 1, expected_meetings(study)) <= REASON,
        "fixed_order": _order_chance(met) <= REASON,
        "same_gap": met.same_gap >= SAME_GAPS,
    }
    return [
        tuple(name for name, here in zip(signs, row, strict=True) if here)
        for row in zip(*(sign.tolist() for sign in signs.values()), strict=True)
    ]


def _order_chance(met: Meetings) -> Floats:
    """Return the chance of so one-sided an order of the two prices if either were first equally often."""
    fewer, decided = np.minimum(met.below, met.above), met.below + met.above
    return np.asarray(np.minimum(2 * stats.binom.cdf(fewer, decided, 0.5), 1.0))
