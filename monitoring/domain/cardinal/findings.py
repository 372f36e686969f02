"""What the indicators found, in the shape in which Cardinal gives it: group, id, code, value; Meta; Maps."""

from collections import defaultdict
from enum import StrEnum
from typing import Any

from monitoring.domain.cardinal import quartiles


class Group(StrEnum):
    """Whom a flag is about."""

    OCID = "OCID"
    TENDERER = "Tenderer"
    BUYER = "Buyer"
    PROCURING_ENTITY = "ProcuringEntity"


ONE_EACH = ("ocid_buyer_r038", "ocid_procuringentity_r038")
"""Maps from a process to one organisation."""
MANY_EACH = (
    "ocid_tenderer", "ocid_tenderer_r024", "ocid_tenderer_r028",
    "ocid_tenderer_r030", "ocid_tenderer_r035", "ocid_tenderer_r058",
)  # fmt: skip
"""Maps from a process to several tenderers: those that submitted bids, and those that one indicator flags."""


class Findings:
    """Collects flags, fences and, where asked for, maps; gives them sorted, so that the order of lines is gone."""

    def __init__(self, *, maps: bool = False) -> None:
        self.maps = maps
        self._flags: dict[Group, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        self._meta: dict[str, dict[str, float]] = defaultdict(dict)
        self._organisation: dict[str, dict[str, str]] = {name: {} for name in ONE_EACH}
        self._tenderers: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in MANY_EACH}

    def flag(self, group: Group, name: str, code: str, value: float) -> None:
        """Raise one flag; what the value says depends on the indicator."""
        self._flags[group][name][code] = value

    def tell(self, code: str, key: str, value: float) -> None:
        """Keep a quartile or a fence by which flags were raised."""
        self._meta[code][key] = value

    def map_organisation(self, name: str, ocid: str, organisation: str) -> None:
        """Keep the organisation of a process."""
        if self.maps:
            self._organisation[name][ocid] = organisation

    def map_tenderer(self, name: str, ocid: str, tenderer: str) -> None:
        """Keep a tenderer of a process."""
        if self.maps:
            self._tenderers[name][ocid].add(tenderer)

    def counts(self) -> dict[str, int]:
        """Return how many ids of each group bear a flag."""
        return {str(group): len(self._flags[group]) for group in Group if self._flags[group]}

    def document(self, *, meta: bool = True) -> dict[str, Any]:
        """Return all that was found; ids, codes and mapped tenderers are sorted, the groups stand as Cardinal's do."""
        found: dict[str, Any] = {
            str(group): {
                name: dict(sorted(codes.items())) for name, codes in sorted(self._flags[group].items())
            }
            for group in self._groups()
        }
        if meta:
            found["Meta"] = {
                code: {key: quartiles.rounded(value) for key, value in values.items()}
                for code, values in sorted(self._meta.items())
            }
        if self.maps:
            one = {name: dict(sorted(self._organisation[name].items())) for name in ONE_EACH}
            many = {
                name: {ocid: sorted(names) for ocid, names in sorted(self._tenderers[name].items())}
                for name in MANY_EACH
            }
            found["Maps"] = one | many
        return found

    def _groups(self) -> list[Group]:
        """Return the groups that have flags; an empty one of the first two gives its place to the last group."""
        order = [group for group in Group if self._flags[group] or group in (Group.OCID, Group.TENDERER)]
        for group in (Group.OCID, Group.TENDERER):
            if not self._flags[group]:
                last = order.pop()
                if last is not group:
                    order[order.index(group)] = last
        return order
