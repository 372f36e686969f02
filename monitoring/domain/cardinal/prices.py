"""Indicators of prices: the next bid near the winner's (R024), far above it (R058), equal prices (R028)."""

import math
from dataclasses import dataclass

from monitoring.domain.cardinal import quartiles, releases
from monitoring.domain.cardinal.findings import Group
from monitoring.domain.cardinal.market import Difference, Indicator, Market
from monitoring.domain.cardinal.releases import Price, Process


class Differences(Indicator):
    """Measures (b2 - b) / b of each process for R024 and R058: b is the winner's lowest valid bid, b2 the lowest other.

    Only where one supplier has the one award in force, every award is final, bids have one tenderer each, and the
    winner bid no more than any other: elsewhere price was not all that decided, or the release does not tell lots.
    """

    def see(self, process: Process, market: Market) -> None:
        """Keep the difference of a process where it has one; nothing is divided by a winning bid of zero."""
        supplier = releases.winner(process)
        if supplier is None or not market.compares_prices(process):
            return
        own: float | None = None
        other: tuple[float, str] | None = None
        for bid in process.bids:
            if bid.status != "valid" or bid.alone is None or bid.price is None:
                continue
            if not market.in_main_currency(process, bid.price):
                continue
            amount = bid.price.amount
            if bid.alone == supplier:
                own = amount if own is None else min(own, amount)
            elif other is None or amount < other[0]:
                other = (amount, bid.alone)
        if own is None or other is None or other[0] < own:
            return
        ratio = (other[0] - own) / own if own else math.inf
        if math.isfinite(ratio):
            market.differences[process.ocid] = Difference(ratio, supplier, other[1])
        else:
            market.undivided += 1


@dataclass(slots=True)
class ClosePrice(Indicator):
    """R024: the difference is at most the threshold, else at most Q1 - 1.5 IQR of all differences."""

    threshold: float | None = None

    def conclude(self, market: Market) -> None:
        """Flag the process with its difference, winner and runner-up with 0; nothing where the fence is not above 0."""
        fence, q1 = self.threshold, 1.0
        if fence is None:
            q1, q3 = quartiles.quartiles(each.ratio for each in market.differences.values())
            fence = quartiles.low_fence(q1, q3)
            market.findings.tell("R024", "q1", q1)
            market.findings.tell("R024", "q3", q3)
        market.findings.tell("R024", "lower_fence", fence)
        if not (q1 > 0 and fence > 0):
            return
        for ocid, found in market.differences.items():
            if found.ratio <= fence:
                market.findings.flag(Group.OCID, ocid, "R024", found.ratio)
                for name in (found.winner, found.runner_up):
                    market.findings.flag(Group.TENDERER, name, "R024", 0.0)
                    market.findings.map_tenderer("ocid_tenderer_r024", ocid, name)


@dataclass(slots=True)
class DeepDiscount(Indicator):
    """R058: the difference is at least the threshold, else at least Q3 + 1.5 IQR of all differences."""

    threshold: float | None = None

    def conclude(self, market: Market) -> None:
        """Flag the process with its difference and the winner with 0; nothing where the fence is not above 0."""
        fence = self.threshold
        if fence is None:
            q1, q3 = quartiles.quartiles(each.ratio for each in market.differences.values())
            fence = quartiles.high_fence(q1, q3)
            market.findings.tell("R058", "q1", q1)
            market.findings.tell("R058", "q3", q3)
        market.findings.tell("R058", "upper_fence", fence)
        if not fence > 0:
            return
        for ocid, found in market.differences.items():
            if found.ratio >= fence:
                market.findings.flag(Group.OCID, ocid, "R058", found.ratio)
                market.findings.flag(Group.TENDERER, found.winner, "R058", 0.0)
                market.findings.map_tenderer("ocid_tenderer_r058", ocid, found.winner)


@dataclass(slots=True)
class SamePrice(Indicator):
    """R028: submitted bids of different tenderers, or sets of tenderers, state one amount in one currency."""

    def see(self, process: Process, market: Market) -> None:
        """Flag the process and every tenderer of such bids with 1."""
        if not market.compares_prices(process):
            return
        bidders: dict[Price, set[frozenset[str]]] = {}
        for bid in releases.submitted(process):
            if bid.price is not None and bid.tenderers:
                bidders.setdefault(bid.price, set()).add(frozenset(bid.tenderers))
        for sets in bidders.values():
            if len(sets) > 1:
                market.findings.flag(Group.OCID, process.ocid, "R028", 1.0)
                for name in frozenset().union(*sets):
                    market.findings.flag(Group.TENDERER, name, "R028", 1.0)
                    market.findings.map_tenderer("ocid_tenderer_r028", process.ocid, name)
