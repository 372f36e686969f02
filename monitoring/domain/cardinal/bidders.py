"""Indicators of who bids and wins: a single bidder (R018), a constant loser (R025), a supplier of anything (R048)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.domain.cardinal import quartiles, releases
from monitoring.domain.cardinal.findings import Group
from monitoring.domain.cardinal.market import Indicator, Market
from monitoring.domain.cardinal.releases import Process

COMPETITIVE = frozenset(["open", "selective"])


@dataclass(slots=True)
class SingleBidder(Indicator):
    """R018: tender.numberOfTenderers is 1 in one of the methods that ask for competition; no methods mean all."""

    procurement_methods: frozenset[str] = COMPETITIVE

    def see(self, process: Process, market: Market) -> None:
        """Flag the process with 1."""
        if self.procurement_methods and process.method not in self.procurement_methods:
            return
        if process.tenderers == 1:
            market.findings.flag(Group.OCID, process.ocid, "R018", 1.0)


@dataclass(slots=True)
class ConstantLoser(Indicator):
    """R025: who bids at least as often as the percentile of all wins at most the threshold, else Q1 - 1.5 IQR.

    Counted are processes with one award in force to one supplier and all awards final, and valid bids of one
    tenderer; a tenderer counts once in a process. The share is of won processes.
    """

    percentile: int = 75
    threshold: float | None = None
    _tallies: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]), init=False)

    def see(self, process: Process, market: Market) -> None:  # noqa: ARG002 - one form for all indicators
        """Count who bid and who won."""
        supplier = releases.winner(process)
        if supplier is None:
            return
        for name in {bid.alone for bid in process.bids if bid.status == "valid" and bid.alone is not None}:
            tally = self._tallies[name]
            tally[0] += name == supplier
            tally[1] += 1

    def conclude(self, market: Market) -> None:
        """Flag each with its share; nothing where the fence is not above 0."""
        shares = {name: won / bid for name, (won, bid) in self._tallies.items()}
        often = quartiles.quantile(
            sorted(float(bid) for _, bid in self._tallies.values()), self.percentile / 100
        )
        fence, q1 = self.threshold, 1.0
        if fence is None:
            q1, q3 = quartiles.quartiles(shares.values())
            fence = quartiles.low_fence(q1, q3)
            market.findings.tell("R025", "q1", q1)
            market.findings.tell("R025", "q3", q3)
        market.findings.tell("R025", "upper_fence", often)
        market.findings.tell("R025", "lower_fence", fence)
        if not (q1 > 0 and fence > 0):
            return
        for name, share in shares.items():
            if self._tallies[name][1] >= often and share <= fence:
                market.findings.flag(Group.TENDERER, name, "R025", share)


@dataclass(slots=True)
class Assortment:
    """In how many processes a supplier won classified items, and their classes cut to the first digits."""

    processes: int = 0
    classes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class SuppliesAnything(Indicator):
    """R048: the classes of a supplier's items number at least the threshold, else Q3 + 1.5 IQR.

    A class is the first `digits` characters of an item's classification id. Counted are awards in force to one
    supplier; who won in fewer processes than the minimum is left out of flags and quartiles.
    """

    digits: int = 2
    threshold: int | None = None
    minimum_contracting_processes: int = 20
    _suppliers: dict[str, Assortment] = field(default_factory=lambda: defaultdict(Assortment), init=False)

    def see(self, process: Process, market: Market) -> None:  # noqa: ARG002 - one form for all indicators
        """Add the classes of a process to those of its suppliers."""
        awarded: dict[str, set[str]] = defaultdict(set)
        for award in releases.active(process):
            if award.alone is not None and award.classes:
                awarded[award.alone].update(self._cut(award.classes))
        for name, classes in awarded.items():
            self._suppliers[name].processes += 1
            self._suppliers[name].classes |= classes

    def conclude(self, market: Market) -> None:
        """Flag each supplier with the number of its classes."""
        variety = {
            name: float(len(found.classes))
            for name, found in self._suppliers.items()
            if found.processes >= self.minimum_contracting_processes
        }
        if self.threshold is None:
            q1, q3 = quartiles.quartiles(variety.values())
            fence = quartiles.high_fence(q1, q3)
            market.findings.tell("R048", "q1", q1)
            market.findings.tell("R048", "q3", q3)
        else:
            fence = float(self.threshold)
        market.findings.tell("R048", "upper_fence", fence)
        for name, number in variety.items():
            if number >= fence:
                market.findings.flag(Group.TENDERER, name, "R048", number)

    def _cut(self, classes: Iterable[str]) -> set[str]:
        return {name[: self.digits] for name in classes}
