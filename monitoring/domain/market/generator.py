"""Makes a market: firms of uneven size, some in rings, and one tender after another, all from one seed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitoring.domain.market import prices
from monitoring.domain.market.setting import Honest, Scheme, Setting

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

BUYERS = 5
JOINT = 0.3
"""The share of bids that two firms hand in together, where joint ventures are usual."""
CROWD = 12
"""Mean manipulation needs so many bids at least, or one bid moves the mean as far as a ring does."""


@dataclass(frozen=True, slots=True)
class Bid:
    """One row: a bidder's price, in whole cents of yuan, and the truth about it."""

    bidder: str
    cents: int
    awarded: bool
    consortium: str
    ring: str


@dataclass(frozen=True, slots=True)
class Tender:
    """A tender of a made market; `ring` of a bid is empty for those that compete."""

    name: str
    buyer: str
    kind: str
    estimate: int
    ceiling: int
    bids: tuple[Bid, ...]

    @property
    def collusive(self) -> bool:
        """Whether a ring was at work."""
        return self.kind in set(Scheme)


def make(setting: Setting, seed: int) -> Iterator[Tender]:
    """Yield the tenders of a market; equal settings and seeds give equal tenders, down to the cent."""
    chance = np.random.default_rng([seed, setting.tenders])
    market = _Market(setting, chance)
    kinds = list(setting.mix)
    shares = np.array([setting.mix[kind] for kind in kinds], dtype=np.float64)
    drawn = chance.choice(len(kinds), setting.tenders, p=shares / shares.sum())
    for number, kind in enumerate(drawn.tolist(), 1):
        yield market.tender(number, kinds[kind])


class _Market:
    """The firms and rings of a market and what rings remember from one tender to the next."""

    def __init__(self, setting: Setting, chance: Generator) -> None:
        self._setting, self._chance = setting, chance
        self._names = [f"F{number:05}" for number in chance.permutation(setting.firms).tolist()]
        size = setting.firms // (2 * setting.rings)
        members = min(size, max(7, setting.most // 3))
        self._rings = [
            np.arange(ring * members, (ring + 1) * members, dtype=np.int64) for ring in range(setting.rings)
        ]
        weight = chance.pareto(2.5, setting.firms) + 0.5
        self._weight = weight / weight.sum()
        self._turn = [0] * setting.rings
        self._phantoms = 0

    def tender(self, number: int, kind: str) -> Tender:
        """Make the next tender."""
        scheme = Scheme(kind) if kind in set(Scheme) else None
        count = int(self._chance.integers(self._setting.fewest, self._setting.most + 1))
        cost = float(np.exp(self._chance.normal(15, 1)))
        if scheme is None:
            names, logs = self._competing(Honest(kind), count)
            rings = [""] * len(names)
        elif scheme is Scheme.MEAN:
            names, logs, rings = self._moving(count)
        else:
            names, logs, rings = self._colluding(scheme, count)
        cents = np.maximum(1, np.rint(cost * np.exp(logs) * 100)).astype(np.int64)
        estimate = cost * float(np.exp(prices.MARGIN + self._chance.normal(0, 0.03)))
        # a rule that awards by the mean holds for the whole market, honest and collusive tenders alike
        best = prices.winner(cents.astype(np.float64), self._setting.award)
        order = self._chance.permutation(len(names))
        bids = [Bid(names[at], int(cents[at]), at == best, "", rings[at]) for at in order.tolist()]
        if kind == Honest.JOINT_VENTURES:
            bids = self._joined(bids)
        return Tender(
            name=f"T{number:07}",
            buyer=f"B{int(self._chance.integers(1, BUYERS + 1)):02}",
            kind=kind,
            estimate=round(estimate * 100),
            ceiling=round(estimate * 100 * 1.5),
            bids=tuple(bids),
        )

    def _competing(self, kind: Honest, count: int) -> tuple[list[str], Floats]:
        if kind is Honest.FEW_BIDDERS:
            count = int(self._chance.integers(2, 5))
        firms = self._drawn(count)
        logs = prices.honest(kind, len(firms), self._setting.spread, self._setting.award, self._chance)
        return [self._names[firm] for firm in firms.tolist()], logs

    def _colluding(self, scheme: Scheme, count: int) -> tuple[list[str], Floats, list[str]]:
        """Return names, logarithms over cost and rings of a tender with a designated winner."""
        ring = int(self._chance.integers(len(self._rings)))
        if scheme is Scheme.PHANTOM:
            names = self._shells(self._names[int(self._rings[ring][0])], min(count, 5))
        else:
            names = [self._names[firm] for firm in self._members(ring, scheme, count).tolist()]
        logs = prices.concerted(scheme, len(names), self._setting.spread, self._chance)
        inside = [_ring(ring)] * len(names)
        if scheme is Scheme.INCOMPLETE:
            return self._with_outsiders(names, logs, inside, int(self._chance.integers(1, 4)))
        if scheme in (Scheme.COVER, Scheme.PHANTOM):
            return self._with_outsiders(names, logs, inside, int(self._chance.integers(0, 2)))
        return names, logs, inside

    def _moving(self, count: int) -> tuple[list[str], Floats, list[str]]:
        """Return the same of a tender where one ring or several place clusters of bids to move a mean."""
        count = max(count, CROWD)
        names: list[str] = []
        logs: list[Floats] = []
        inside: list[str] = []
        present = int(self._chance.integers(1, len(self._rings) + 1))
        share = self._chance.uniform(0.25, 0.7) / present
        for ring in self._chance.permutation(len(self._rings))[:present].tolist():
            most = min(len(self._rings[ring]), max(3, round(share * count)))
            chosen = self._chance.permutation(self._rings[ring])[:most].tolist()
            names += [self._names[firm] for firm in chosen]
            logs.append(prices.concerted(Scheme.MEAN, most, self._setting.spread, self._chance))
            inside += [_ring(ring)] * most
        return self._with_outsiders(names, np.concatenate(logs), inside, max(1, count - len(names)))

    def _with_outsiders(
        self, names: list[str], logs: Floats, rings: list[str], count: int
    ) -> tuple[list[str], Floats, list[str]]:
        """Add bidders of no ring that compete."""
        firms = self._drawn(count, without=np.concatenate(self._rings))
        setting, kind = self._setting, Honest.INDEPENDENT
        theirs = prices.honest(kind, len(firms), setting.spread, setting.award, self._chance)
        return (
            names + [self._names[firm] for firm in firms.tolist()],
            np.concatenate([logs, theirs]),
            rings + [""] * len(firms),
        )

    def _members(self, ring: int, scheme: Scheme, count: int) -> Integers:
        """Return the ring's members at this tender, the designated winner first."""
        members = self._rings[ring]
        most = min(len(members), 3 if scheme is Scheme.SHARING else max(3, count))
        if scheme is Scheme.ROTATION:
            first = self._turn[ring]
            self._turn[ring] = (first + 1) % len(members)
        else:
            first = int(self._chance.integers(len(members)))
        others = self._chance.permutation(np.delete(members, first))[: most - 1]
        return np.concatenate([members[first : first + 1], others])

    def _shells(self, owner: str, count: int) -> list[str]:
        """Return the owner and firms that exist on paper only and bid once."""
        names = [owner]
        for _ in range(max(2, count - 1)):
            self._phantoms += 1
            names.append(f"P{self._phantoms:06}")
        return names

    def _drawn(self, count: int, without: Integers | None = None) -> Integers:
        weight = self._weight.copy()
        if without is not None:
            weight[without] = 0
        count = min(count, int((weight > 0).sum()))
        if count < 1:
            return np.empty(0, dtype=np.int64)
        chosen: Integers = self._chance.choice(len(weight), count, replace=False, p=weight / weight.sum())
        return chosen

    def _joined(self, bids: list[Bid]) -> list[Bid]:
        """Let some bidders share their bid with another firm: one row each, one price, one consortium."""
        taken = {bid.bidder for bid in bids}
        free = [name for name in self._names if name not in taken]
        rows: list[Bid] = []
        for number, bid in enumerate(bids, 1):
            if not free or self._chance.random() >= JOINT:
                rows.append(bid)
                continue
            partner = free.pop(int(self._chance.integers(len(free))))
            rows += [
                Bid(name, bid.cents, bid.awarded, f"J{number}", bid.ring) for name in (bid.bidder, partner)
            ]
        return rows


def _ring(number: int) -> str:
    return f"R{number + 1:02}"
