"""Made markets for the tests of networks: honest ones, and the same with a ring in them."""

import numpy as np

from monitoring.domain.networks import market


def honest(seed, *, tenders=250, firms=40, fewest=4, most=9, spread=0.08, effects=0.4):
    """Return rows (tender, firm, amount): some firms bid often, some are dear, tenders differ in spread."""
    rng = np.random.default_rng(seed)
    weight, dear = rng.pareto(1.5, firms) + 0.3, rng.normal(0, effects * spread, firms)
    rows = []
    for tender in range(tenders):
        size = min(int(rng.integers(fewest, most + 1)), firms)
        chosen = rng.choice(firms, size, replace=False, p=weight / weight.sum())
        noise = rng.normal(0, spread * np.exp(rng.normal(0, 0.3)), size)
        amounts = np.round(np.exp(rng.normal(13, 1) + dear[chosen] + noise), 2)
        rows += [(tender, int(firm), float(amount)) for firm, amount in zip(chosen, amounts, strict=True)]
    return rows


def with_ring(seed, members=4, tenders=60, **options):
    """Return an honest market and tenders in which firms 100, 101, … cover each other in turn."""
    rng = np.random.default_rng(seed + 1000)
    rows = honest(seed, **options)
    start = 1 + max(tender for tender, _, _ in rows)
    for turn in range(tenders):
        cost = np.exp(rng.normal(13, 1))
        for place in range(members):
            dear = 1 + 0.004 * ((place - turn) % members) + rng.uniform(0, 0.002)
            rows.append((start + turn, 100 + place, float(np.round(cost * dear, 2))))
        for firm in rng.choice(40, 2, replace=False):
            rows.append((start + turn, int(firm), float(np.round(cost * np.exp(rng.normal(0.06, 0.05)), 2))))
    return rows


def as_market(rows):
    tender, firm, amount = (np.array(column) for column in zip(*rows, strict=True))
    return market.of_bids(
        tender.astype(np.int64),
        firm.astype(np.int64),
        amount.astype(np.float64),
        tenders=int(tender.max()) + 1,
        firms=int(firm.max()) + 1,
    )
