"""The strata of a committee: so many experts of one major from one site, as the notice states them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stratum:
    """What one stratum asks for; `name` names it in draws, `major` and `site` are as the notice writes them."""

    name: str
    major: str
    site: str
    take: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The committee that a notice announces: its size, its experts by stratum, and the seats left."""

    size: int
    experts: int
    strata: tuple[Stratum, ...]

    @property
    def representatives(self) -> int:
        """How many members the procuring entity names."""
        return self.size - self.experts

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites in the order in which the notice first names them."""
        return tuple(dict.fromkeys(stratum.site for stratum in self.strata))


def plan(committee: Mapping[str, Any]) -> Plan:
    """Read the member `committee` of a notice (docs/formats.md section 3).

    A major that is drawn at two sites gives two strata, which are then named `major@site`.
    """
    rows: Sequence[Mapping[str, Any]] = committee["strata"]
    times = Counter(row["name"] for row in rows)
    return Plan(
        size=committee["size"],
        experts=committee["experts"],
        strata=tuple(
            Stratum(
                name=row["name"] if times[row["name"]] == 1 else f"{row['name']}@{row['site']}",
                major=row["name"],
                site=row["site"],
                take=row["count"],
            )
            for row in rows
        ),
    )


def missing(planned: Plan, confirmed: Mapping[str, int]) -> dict[str, int]:
    """Return stratum -> how many a supplementary draw must still take (R-05); full strata are left out."""
    left = {stratum.name: stratum.take - confirmed.get(stratum.name, 0) for stratum in planned.strata}
    return {name: count for name, count in left.items() if count > 0}
