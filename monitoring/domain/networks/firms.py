"""Single firms: what they win, how alone their prices stand, and how suspicious their record is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.domain.networks.chance import exact, false_discovery
from monitoring.domain.networks.market import Market
from monitoring.domain.networks.marks import REGULAR, Study
from monitoring.domain.networks.pairs import Pairs

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

REASON = 0.05
LOSER = 0.01
"""Chance at which a firm that wins too rarely is named: lasting differences of cost do this to honest firms too."""
QUARTER = 0.25


@dataclass(frozen=True, slots=True)
class Firms:
    """One entry for each firm of the market; NaN is missing.

    `isolation` is the mean over wins of (best rival's bid - own bid) / reserve; `margins` counts bids with a rival,
    `near_margin` is the share of them that lie as near to the best rival's as the nearest quarter of the market's.
    """

    tenders: Integers
    wins: Integers
    partners: Integers
    isolation: Floats
    margins: Integers
    near_margin: Floats
    frequent_loser: NDArray[np.bool_]
    score: Floats
    p_value: Floats
    q_value: Floats
    reasons: list[tuple[str, ...]]


def firms(study: Study, judged: Pairs, reserve: Floats) -> Firms:
    """Judge every firm; `reserve` is by tender, NaN where the best rival's bid has to stand for it.

    Score and chances are NaN below REGULAR tenders. p_value is twice the smaller of two chances (Bonferroni): that of
    the calm of the firm's tenders, and that of the closeness of its prices to its partners' (Simes 1986).
    """
    market = study.market
    regular = market.activity >= REGULAR
    calm, company = _calm_chance(study), _company_chance(study, judged)
    p_value = np.where(regular, np.minimum(1.0, 2 * np.minimum(calm, company)), np.nan)
    q_value = np.full(market.firms, np.nan)
    q_value[regular] = false_discovery(p_value[regular])
    margin = _margins(market, reserve)
    known = np.isfinite(margin)
    margins = np.bincount(market.firm[known], minlength=market.firms)
    limit = np.quantile(np.abs(margin[known]), QUARTER) if known.any() else 0.0
    near = np.bincount(market.firm[known], np.abs(margin[known]) <= limit * (1 + 1e-9), market.firms)
    loser = regular & (_losing_chance(market) <= LOSER)
    signs = {
        "calm_tenders": regular & (calm <= REASON),
        "close_to_partners": regular & (company <= REASON),
        "frequent_loser": loser,
        "missing_bids": regular & (stats.binom.cdf(near, margins, QUARTER) <= REASON) & (margins > 0),
    }
    return Firms(
        tenders=market.activity,
        wins=np.bincount(market.firm, market.won, market.firms).astype(np.int64),
        partners=np.bincount(np.concatenate([study.meetings.a, study.meetings.b]), minlength=market.firms),
        isolation=_isolation(market, margin),
        margins=margins,
        near_margin=np.where(margins > 0, near / np.maximum(margins, 1), np.nan),
        frequent_loser=loser,
        score=np.where(regular, np.round(study.marks.total() / 2, 9), np.nan),
        p_value=p_value,
        q_value=q_value,
        reasons=[
            tuple(name for name, here in zip(signs, row, strict=True) if here)
            for row in zip(*(sign.tolist() for sign in signs.values()), strict=True)
        ],
    )


def _calm_chance(study: Study) -> Floats:
    """Return the chance that as many tenders drawn at random are as calm as the firm's; 1 where none is known."""
    market, known = study.market, np.isfinite(study.calm)
    if known.sum() < 2:
        return np.ones(market.firms)
    rows = known[market.tender]
    total = np.bincount(market.firm[rows], study.calm[market.tender[rows]], market.firms)
    drawn = np.bincount(market.firm[rows], minlength=market.firms)
    variance = exact(np.var(study.calm[known], ddof=1, keepdims=True)) * drawn * (1 - drawn / known.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        z = total / np.sqrt(variance)
    return np.where(variance > 0, stats.norm.sf(z), 1.0)


def _company_chance(study: Study, judged: Pairs) -> Floats:
    """Return Simes's joint chance of the closeness in all pairs of a firm; 1 where it has none."""
    met = study.meetings
    firm = np.concatenate([met.a, met.b])
    chance = np.concatenate([judged.close, judged.close])
    order = np.lexsort((chance, firm))
    firm, chance = firm[order], chance[order]
    count = np.bincount(firm, minlength=study.market.firms)
    place = np.arange(len(firm)) - (np.cumsum(count) - count)[firm] + 1
    found = np.ones(study.market.firms)
    np.minimum.at(found, firm, chance * count[firm] / place)
    return found


def _margins(market: Market, reserve: Floats) -> Floats:
    """Return for each bid (own bid - best rival's) / reserve; NaN where there is no rival."""
    found = np.full(len(market.price), np.nan)
    for number, run in enumerate(market.runs()):
        if run.stop - run.start < 2:
            continue
        ratio = np.exp(market.price[run])
        rival = np.full(len(ratio), ratio[0])
        rival[0] = ratio[1]
        base = reserve[number] / market.lowest[number] if reserve[number] > 0 else rival
        found[run] = (ratio - rival) / base
    return np.asarray(np.round(exact(found), 12))


def _isolation(market: Market, margin: Floats) -> Floats:
    rows = market.won & np.isfinite(margin)
    wins = np.bincount(market.firm[rows], minlength=market.firms)
    total = np.bincount(market.firm[rows], -exact(margin[rows]), market.firms)
    return np.where(wins > 0, total / np.maximum(wins, 1), np.nan)


def _losing_chance(market: Market) -> Floats:
    """Return the chance of so few wins if every bidder of a tender were as likely to win it; Poisson, thus cautious."""
    several = market.sizes[market.tender] > 1
    firm = market.firm[several]
    expected = np.bincount(firm, exact(1 / market.sizes[market.tender[several]]), market.firms)
    return np.asarray(stats.poisson.cdf(np.bincount(firm, market.won[several], market.firms), expected))
