"""Indicators of disqualified bids: all but the winner's (R035), the lowest (R036), too many of somebody's (R038)."""

from collections import defaultdict
from dataclasses import dataclass, field

from monitoring.domain.cardinal import quartiles, releases
from monitoring.domain.cardinal.findings import Group
from monitoring.domain.cardinal.market import Indicator, Market
from monitoring.domain.cardinal.releases import Process

Tallies = dict[str, list[int]]
"""By id: disqualified bids and submitted bids."""


@dataclass(slots=True)
class OthersDisqualified(Indicator):
    """R035: one tenderer alone has valid bids and all awards, and at least `threshold` others are disqualified."""

    threshold: int = 1

    def see(self, process: Process, market: Market) -> None:
        """Flag the process with the number of disqualified others, the winner with 0."""
        awards = releases.settled(process)
        if not awards:
            return
        valid = {name for bid in process.bids if bid.status == "valid" for name in bid.tenderers}
        if len(valid) != 1 or valid != {name for award in awards for name in award.suppliers}:
            return
        out = {name for bid in process.bids if bid.status == "disqualified" for name in bid.tenderers}
        others = len(out - valid)
        if others >= max(self.threshold, 1):
            (supplier,) = valid
            market.findings.flag(Group.OCID, process.ocid, "R035", float(others))
            market.findings.flag(Group.TENDERER, supplier, "R035", 0.0)
            market.findings.map_tenderer("ocid_tenderer_r035", process.ocid, supplier)


@dataclass(slots=True)
class LowestDisqualified(Indicator):
    """R036: an award is in force, a valid bid has a price, and the lowest submitted price is a disqualified bid's.

    Of equal prices the first in the release counts as the lowest.
    """

    def see(self, process: Process, market: Market) -> None:
        """Flag the process with 1."""
        if not market.compares_prices(process) or not releases.active(process):
            return
        bids = [
            (bid.price.amount, bid.status)
            for bid in releases.submitted(process)
            if bid.price is not None and market.in_main_currency(process, bid.price)
        ]
        if not any(status == "valid" for _, status in bids):
            return
        _, lowest = min(bids, key=lambda bid: bid[0])
        if lowest == "disqualified":
            market.findings.flag(Group.OCID, process.ocid, "R036", 1.0)


@dataclass(slots=True)
class ManyDisqualified(Indicator):
    """R038: of a buyer's, procuring entity's or tenderer's submitted bids too large a share is disqualified.

    The line is the threshold, else Q3 + 1.5 IQR of the shares of the same group. Who has fewer submitted bids than
    the minimum is left out of shares and quartiles. `minimum_contracting_processes` too counts submitted bids:
    Cardinal compares it with them, against its name, and its own expected results rest on that.
    """

    threshold: float | None = None
    minimum_submitted_bids: int = 2
    minimum_contracting_processes: int = 2
    _buyers: Tallies = field(default_factory=dict, init=False)
    _entities: Tallies = field(default_factory=dict, init=False)
    _tenderers: Tallies = field(default_factory=lambda: defaultdict(lambda: [0, 0]), init=False)

    def see(self, process: Process, market: Market) -> None:
        """Count the bids of a process once for each organisation that they concern."""
        bids = releases.submitted(process)
        if not bids:
            return
        for bid in bids:
            for name in bid.tenderers:
                tally = self._tenderers[name]
                tally[0] += bid.status == "disqualified"
                tally[1] += 1
        out = sum(bid.status == "disqualified" for bid in bids)
        for tallies, organisation, mapped in (
            (self._buyers, process.buyer, "ocid_buyer_r038"),
            (self._entities, process.procuring_entity, "ocid_procuringentity_r038"),
        ):
            if organisation is not None:
                tally = tallies.setdefault(organisation, [0, 0])
                tally[0] += out
                tally[1] += len(bids)
                if out:
                    market.findings.map_organisation(mapped, process.ocid, organisation)

    def conclude(self, market: Market) -> None:
        """Flag each id with its share."""
        processes, bids = self.minimum_contracting_processes, self.minimum_submitted_bids
        self._draw_line(market, Group.BUYER, self._buyers, processes)
        self._draw_line(market, Group.PROCURING_ENTITY, self._entities, processes)
        self._draw_line(market, Group.TENDERER, self._tenderers, bids)

    def _draw_line(self, market: Market, group: Group, tallies: Tallies, minimum: int) -> None:
        shares = {name: out / all_ for name, (out, all_) in tallies.items() if all_ >= minimum}
        if not shares:
            return
        fence = self.threshold
        if fence is None:
            q1, q3 = quartiles.quartiles(shares.values())
            fence = quartiles.high_fence(q1, q3)
            market.findings.tell("R038", f"{group}_q1", q1)
            market.findings.tell("R038", f"{group}_q3", q3)
        market.findings.tell("R038", f"{group}_upper_fence", fence)
        for name, share in shares.items():
            if fence > 0 and share >= fence:
                market.findings.flag(group, name, "R038", share)
