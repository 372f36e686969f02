"""Trains the shipped model: a logistic regression on the signs of made markets; nobody's data takes part."""

from collections.abc import Iterator

import numpy as np

from monitoring.domain.market.generator import Tender, make
from monitoring.domain.market.setting import Award, Honest, Scheme, Setting
from monitoring.domain.suspicion import signs
from monitoring.domain.suspicion.signs import Floats, Integers, Market

MARKETS = 300
TENDERS = 150
SEED = 11
RIDGE = 5.0


def as_market(tenders: list[Tender]) -> Market:
    """Return the bids of made tenders; a joint bid counts once and names nobody."""
    rows = [
        (at, "" if bid.consortium else bid.bidder, bid.cents / 100)
        for at, tender in enumerate(tenders)
        for bid in {bid.consortium or bid.bidder: bid for bid in tender.bids}.values()
    ]
    tender, names, amount = zip(*rows, strict=True)
    bidder = np.unique(["", *names], return_inverse=True)[1]  # the nameless come first
    return Market(
        count=len(tenders),
        tender=np.array(tender, dtype=np.int64),
        bidder=bidder[1:].astype(np.int64) - 1,
        amount=np.array(amount, dtype=np.float64),
        estimate=np.array([tender.estimate / 100 for tender in tenders], dtype=np.float64),
    )


def settings(number: int, seed: int) -> Iterator[tuple[Setting, int]]:
    """Yield different settings with seeds: spreads about 8 %, 3 to 100 bids, both awards, 10 to 80 % collusive."""
    chance = np.random.default_rng(seed)
    for at in range(number):
        average = chance.random() < 0.35
        fewest = int(chance.integers(12, 40)) if average else 3
        share = chance.uniform(0.1, 0.8)
        honest = [Honest.INDEPENDENT, Honest.COMMON_COSTS, Honest.COMMON_ESTIMATORS]
        if not average:
            honest += [Honest.FEW_BIDDERS, Honest.JOINT_VENTURES]
        schemes = [Scheme.MEAN] if average else [each for each in Scheme if each is not Scheme.MEAN]
        mix = dict(zip(map(str, honest), (1 - share) * chance.dirichlet(np.ones(len(honest))), strict=True))
        mix |= dict(zip(map(str, schemes), share * chance.dirichlet(np.ones(len(schemes))), strict=True))
        setting = Setting(
            tenders=TENDERS,
            mix=mix,
            award=Award.AVERAGE if average else Award.LOWEST,
            fewest=fewest,
            most=fewest + int(chance.integers(4, 60 if average else 14)),
            spread=float(np.clip(0.08 * np.exp(chance.normal(0, 0.5)), 0.01, 0.4)),
            firms=int(chance.integers(100, 500)) if average else int(chance.integers(40, 300)),
            rings=int(chance.integers(1, 4)),
        )
        yield setting, seed * 1000 + at


def examples(number: int, seed: int) -> tuple[Floats, Integers]:
    """Return signs and truth of the tenders of several made markets, those of fewer than three bids left out."""
    rows, truth = [], []
    for setting, each in settings(number, seed):
        tenders = list(make(setting, each))
        market = as_market(tenders)
        table = signs.screens(market)
        found = signs.measure(market, table)
        known = table["n"] >= signs.LEAST
        rows.append(np.column_stack([found[name] for name in signs.SIGNS])[known])
        truth.append(np.array([tender.collusive for tender in tenders], dtype=np.int64)[known])
    return np.concatenate(rows), np.concatenate(truth)


def fit(rows: Floats, truth: Integers) -> Floats:
    """Return intercept and weights of a ridge logistic regression that counts both classes alike.

    A sign grows with suspicion by definition: those that would be given a weight below 0 are left out, worst first.
    """
    weights = np.zeros(rows.shape[1] + 1)
    used = list(range(rows.shape[1]))
    while True:
        found = _newton(rows[:, used], truth)
        if found[1:].min(initial=0.0) >= 0:
            weights[[0, *(each + 1 for each in used)]] = found
            return weights
        used.pop(int(np.argmin(found[1:])))


def _newton(rows: Floats, truth: Integers) -> Floats:
    design = np.column_stack([np.ones(len(rows)), rows])
    counts = np.bincount(truth, minlength=2)
    share = (len(truth) / (2.0 * counts))[truth]
    penalty = np.diag([0.0, *np.full(rows.shape[1], RIDGE)])
    weights: Floats = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (share * (truth - chance)) - penalty @ weights
        curve = (design * (share * chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return weights
