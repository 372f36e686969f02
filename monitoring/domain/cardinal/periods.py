"""Indicators of time: a submission period that is too short (R003), a winning bid after the deadline (R030)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitoring.domain.cardinal import releases
from monitoring.domain.cardinal.findings import Group
from monitoring.domain.cardinal.market import Indicator, Market
from monitoring.domain.cardinal.releases import Process

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
_SECOND = 10**9
_DAY = 24 * 60 * 60 * _SECOND


@dataclass(slots=True)
class ShortPeriod(Indicator):
    """R003: the tender period has fewer whole days than the threshold, which a procedure may have of its own.

    `procurement_methods`, where any are named, are the only values of tender.procurementMethod that are looked at;
    `procurement_method_details` gives the days for values of tender.procurementMethodDetails.
    """

    threshold: int = 15
    procurement_methods: frozenset[str] = frozenset()
    procurement_method_details: Mapping[str, int] = field(default_factory=dict)

    def see(self, process: Process, market: Market) -> None:
        """Flag a process whose two instants are both known."""
        if self.procurement_methods and process.method not in self.procurement_methods:
            return
        start, end = instant(process.start), instant(process.end)
        if start is None or end is None:
            return
        least = self.procurement_method_details.get(process.details or "", self.threshold)
        if whole_days(end - start) < least:
            market.findings.flag(Group.OCID, process.ocid, "R003", 1.0)


@dataclass(slots=True)
class LateWinner(Indicator):
    """R030: a valid bid of a supplier with an award in force is dated after the end of the tender period.

    Dates are compared as text, as they stand: so Cardinal does, and files of one publisher write them in one way.
    """

    def see(self, process: Process, market: Market) -> None:
        """Flag the process and each of the bid's tenderers that was awarded."""
        if process.end is None:
            return
        awarded = {name for award in releases.active(process) for name in award.suppliers}
        for bid in process.bids:
            if bid.status == "valid" and bid.date is not None and bid.date > process.end:
                for name in awarded.intersection(bid.tenderers):
                    market.findings.flag(Group.OCID, process.ocid, "R030", 1.0)
                    market.findings.flag(Group.TENDERER, name, "R030", 1.0)
                    market.findings.map_tenderer("ocid_tenderer_r030", process.ocid, name)


def instant(text: str | None) -> int | None:
    """Return an instant of RFC 3339 in nanoseconds of one count, None for what is not such an instant."""
    found = _INSTANT.fullmatch(text or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, sign, off_hour, off_minute = found.groups()[6:]
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        return None
    offset = (int(off_hour) * 60 + int(off_minute)) * (-1 if sign == "-" else 1) if sign else 0
    seconds = (days * 24 * 60 + hour * 60 + minute - offset) * 60 + second
    return seconds * _SECOND + int((fraction or "")[:9].ljust(9, "0"))


def whole_days(nanoseconds: int) -> int:
    """Return the whole days of a duration, towards zero also where it is negative."""
    days = abs(nanoseconds) // _DAY
    return days if nanoseconds >= 0 else -days
