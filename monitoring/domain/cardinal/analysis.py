"""A run of indicators over a file: the table of all of them, the processes they see, the document they give."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from monitoring.domain.cardinal import bidders, periods, prices, rejections, releases
from monitoring.domain.cardinal.findings import Findings
from monitoring.domain.cardinal.market import Indicator, Market, Scope
from monitoring.domain.cardinal.releases import Process


class Entry(NamedTuple):
    """An indicator's title and its maker, whose keywords are the keys of its section in a settings file."""

    title: str
    make: Callable[..., Indicator]


INDICATORS = {
    "R003": Entry("Short submission period", periods.ShortPeriod),
    "R018": Entry("Single bid received", bidders.SingleBidder),
    "R024": Entry("Price close to winning bid", prices.ClosePrice),
    "R025": Entry("Excessive unsuccessful bids", bidders.ConstantLoser),
    "R028": Entry("Identical bid prices", prices.SamePrice),
    "R030": Entry("Late bid won", periods.LateWinner),
    "R035": Entry("All except winning bid disqualified", rejections.OthersDisqualified),
    "R036": Entry("Lowest bid disqualified", rejections.LowestDisqualified),
    "R038": Entry("Excessive disqualified bids", rejections.ManyDisqualified),
    "R048": Entry("Heterogeneous supplier", bidders.SuppliesAnything),
    "R058": Entry("Heavily discounted bid", prices.DeepDiscount),
}
"""By Cardinal's codes, in the order in which they see a process; the first price met fixes the main currency."""
_DIFFERENCES = frozenset(["R024", "R058"])
_TENDERERS = frozenset(["R025", "R038", "R048"])


class Seen(StrEnum):
    """What became of a line."""

    COUNTED = "counted"
    NO_OCID = "without ocid"
    CANCELLED = "cancelled"
    EXCLUDED = "excluded"


class Analysis:
    """Sees releases one by one and keeps of them only what its indicators must remember."""

    def __init__(
        self,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        scope: Scope = Scope(),  # noqa: B008 - it is frozen
        *,
        maps: bool = False,
    ) -> None:
        """Prepare the indicators that `options` names, each with its options; all of them where it is None."""
        chosen = {code: {} for code in INDICATORS} if options is None else options
        self.findings = Findings(maps=maps)
        self.market = Market(scope, self.findings)
        self.repeated = 0
        self.seen: Counter[Seen] = Counter()
        self._ocids: set[str] = set()
        self._maps_tenderers = maps and not _TENDERERS.isdisjoint(chosen)
        shared: list[Indicator] = [] if _DIFFERENCES.isdisjoint(chosen) else [prices.Differences()]
        self._indicators = shared + [
            entry.make(**chosen[code]) for code, entry in INDICATORS.items() if code in chosen
        ]

    def see(self, release: object) -> Seen:
        """Show a release to every indicator, unless it is cancelled, excluded or bears no ocid."""
        process = releases.read(release)
        verdict = self._judge(process)
        self.seen[verdict] += 1
        if process is not None and verdict is Seen.COUNTED:
            self.repeated += process.ocid in self._ocids
            self._ocids.add(process.ocid)
            self._map(process)
            for indicator in self._indicators:
                indicator.see(process, self.market)
        return verdict

    def conclude(self, *, meta: bool = True) -> dict[str, Any]:
        """Draw the lines over all releases and return the document, ready for JSON."""
        for indicator in self._indicators:
            indicator.conclude(self.market)
        return self.findings.document(meta=meta)

    def _judge(self, process: Process | None) -> Seen:
        if process is None:
            return Seen.NO_OCID
        if process.status == "cancelled":
            return Seen.CANCELLED
        return Seen.EXCLUDED if process.details in self.market.scope.excluded else Seen.COUNTED

    def _map(self, process: Process) -> None:
        if self._maps_tenderers:
            for bid in releases.submitted(process):
                for name in bid.tenderers:
                    self.findings.map_tenderer("ocid_tenderer", process.ocid, name)
