"""What a made market is like: its firms, its tenders, its award rule and the mix of honest and collusive ones."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Award(StrEnum):
    """Who wins: the lowest bid, or the bid that lies nearest below a trimmed mean."""

    LOWEST = "lowest"
    AVERAGE = "average"


class Honest(StrEnum):
    """How bidders that compete arrive at their prices."""

    INDEPENDENT = "independent"
    COMMON_COSTS = "common_costs"
    COMMON_ESTIMATORS = "common_estimators"
    FEW_BIDDERS = "few_bidders"
    JOINT_VENTURES = "joint_ventures"


class Scheme(StrEnum):
    """What a ring does; every scheme but the last two has a designated winner among the members of one ring."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    ROTATION = "rotation"
    COVER = "cover"
    SHARING = "sharing"
    MEAN = "mean"
    PHANTOM = "phantom"


KINDS: tuple[str, ...] = (*Honest, *Scheme)
HONEST_MIX: Mapping[str, float] = {Honest.INDEPENDENT: 1.0}
USUAL_MIX: Mapping[str, float] = {
    **dict.fromkeys(Honest, 0.13),
    **dict.fromkeys(Scheme, 0.05),
}
"""A third of the tenders collusive, all schemes and all honest kinds alike."""
LARGEST = 1000


class SettingError(ValueError):
    """A market that cannot be made; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A market to be made; `spread` is the standard deviation of an honest bid's logarithm around its tender."""

    tenders: int
    mix: Mapping[str, float] = field(default_factory=lambda: dict(USUAL_MIX))
    award: Award = Award.LOWEST
    fewest: int = 3
    most: int = 12
    spread: float = 0.08
    firms: int = 60
    rings: int = 3

    def __post_init__(self) -> None:
        """Refuse, with SettingError, what no market can be."""
        if self.tenders < 1:
            raise SettingError(f"a market has at least one tender, not {self.tenders}")
        if not 1 <= self.fewest <= self.most <= LARGEST:
            raise SettingError(
                f"the bids of a tender run from a least to a greatest number within 1 and {LARGEST}, "
                f"not from {self.fewest} to {self.most}"
            )
        if not 0 < self.spread <= 1:
            raise SettingError(f"the spread is above 0 and at most 1, not {self.spread}")
        if self.rings < 1 or self.firms < 4 * self.rings:
            raise SettingError(
                f"{self.rings} rings need at least {4 * self.rings} firms, there are {self.firms}"
            )
        unknown = sorted(set(self.mix) - set(KINDS))
        if unknown:
            raise SettingError(f"no kind of tender is called {unknown[0]!r}; there are {', '.join(KINDS)}")
        if any(not math.isfinite(share) or share < 0 for share in self.mix.values()):
            raise SettingError("the shares of a mix are numbers of at least 0")
        if not sum(self.mix.values()):
            raise SettingError("at least one share of a mix is above 0")


def read_mix(text: str) -> dict[str, float]:
    """Read `kind=share,…`, of which `honest` and `collusive` name all of their kinds; raises SettingError."""
    mix: dict[str, float] = {}
    for pair in text.split(","):
        name, _, share = (part.strip() for part in pair.partition("="))
        try:
            value = float(share)
        except ValueError as error:
            raise SettingError(f"{pair.strip()!r} is not kind=share with a number as share") from error
        group = {"honest": tuple(Honest), "collusive": tuple(Scheme)}.get(name, (name,))
        for kind in group:
            if kind in mix:
                raise SettingError(f"the mix names {kind} twice")
            mix[str(kind)] = value / len(group)
    return mix
