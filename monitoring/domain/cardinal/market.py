"""What all indicators of a run share: which processes and currency count, and what has been found so far."""

from dataclasses import dataclass
from typing import NamedTuple

from monitoring.domain.cardinal.findings import Findings
from monitoring.domain.cardinal.releases import Price, Process


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looks at; methods are values of tender.procurementMethodDetails.

    `currency` None means the first one met. `compared`, where it names any, are the only methods whose prices are
    compared, and then `not_compared` says nothing more; processes of `excluded` methods are not seen at all.
    """

    currency: str | None = None
    compared: frozenset[str] = frozenset()
    not_compared: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()


class Difference(NamedTuple):
    """How far the lowest other bid lies above the winning one, as a share of it, and whose bids they are."""

    ratio: float
    winner: str
    runner_up: str


class Market:
    """The shared state of a run."""

    def __init__(self, scope: Scope, findings: Findings) -> None:
        self.scope = scope
        self.findings = findings
        self.currency = scope.currency
        self.foreign = 0
        self.undivided = 0
        self.differences: dict[str, Difference] = {}
        self._foreign_in: str | None = None

    def in_main_currency(self, process: Process, price: Price) -> bool:
        """Tell whether a price is in the main currency, which the first price asked about fixes where none is set."""
        if self.currency is None:
            self.currency = price.currency
        if price.currency == self.currency:
            return True
        if self._foreign_in != process.ocid:
            self._foreign_in = process.ocid
            self.foreign += 1
        return False

    def compares_prices(self, process: Process) -> bool:
        """Tell whether prices of a process may be compared with each other."""
        if self.scope.compared:
            return process.details in self.scope.compared
        return process.details not in self.scope.not_compared


class Indicator:
    """One indicator: sees each process once, then draws the line over all of them."""

    def see(self, process: Process, market: Market) -> None:
        """Take note of a process, or flag it at once."""

    def conclude(self, market: Market) -> None:
        """Flag what only the whole file can tell."""
