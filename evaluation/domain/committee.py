"""Whether a committee is one that the law allows: its size, its experts, its leader, its sites, its changes.

Rules C-03 to C-05, C-08, C-10, C-11, X-01, X-04. Every number comes in as `Rules` from the frozen edition of
the lot's regime; shares are exact fractions.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from kernel.domain import money
from kernel.domain.refusals import ALLOWED, Decision, Refused, require


class Kind(StrEnum):
    """What a member is."""

    EXPERT = "expert"
    REPRESENTATIVE = "representative"


class Change(StrEnum):
    """Why a member would be replaced."""

    AVOIDANCE = "avoidance"
    LEFT_POST = "left_post"
    HEALTH = "health"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class Member:
    """A member under its pseudonym; `employer` is a credit code, `site` the place where it sits."""

    id: str
    kind: Kind
    site: str
    employer: str = ""
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of an edition that make a committee lawful.

    `minimum` members, an `odd` number; experts at least `expert_share`; `larger_minimum` from a budget of
    `larger_from` yuan or for a complex lot, None when the regime has none (C-03). `time_share`: more than it may
    ask for more time (C-11), None without such a rule. `representative_leads`: whether the representative of the
    procuring entity may lead (C-05). `changes`: grounds of replacement (C-10). `sites` at least, `away_share` of
    the experts not at home (X-04).
    """

    minimum: int
    expert_share: Fraction
    time_share: Fraction | None
    representative_leads: bool
    changes: frozenset[Change]
    larger_minimum: int | None = None
    larger_from: Decimal | None = None
    odd: bool = True
    sites: int = 1
    away_share: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if not all(0 <= share < 1 for share in (self.expert_share, self.time_share or 0, self.away_share)):
            raise ValueError("a share of the committee lies between 0 and 1")
        if self.minimum < 1 or self.sites < 1:
            raise ValueError("a committee has at least one member at one site")


def experts_needed(size: int, share: Fraction) -> int:
    """Return the least number of experts in a committee of `size` (C-04: 2/3 of 5 is 4, of 7 is 5)."""
    return math.ceil(size * share)


def more_than(size: int, share: Fraction) -> int:
    """Return the least number of members that is more than a share (C-11: 1/3 of 5 is 2, of 9 is 4)."""
    return math.floor(size * share) + 1


def minimum_size(rules: Rules, *, budget: Decimal | None, complex_lot: bool = False) -> int:
    """Return the least lawful size for a budget in yuan (C-03); a budget that equals the limit counts."""
    if rules.larger_minimum is None:
        return rules.minimum
    large = budget is not None and rules.larger_from is not None and budget >= rules.larger_from
    return rules.larger_minimum if large or complex_lot else rules.minimum


def check_size(
    size: int, experts: int, rules: Rules, *, budget: Decimal | None, complex_lot: bool = False
) -> Decision:
    """Judge the numbers that a notice plans or a draw produced (C-03, C-04)."""
    least = minimum_size(rules, budget=budget, complex_lot=complex_lot)
    if size < least:
        facts = {"size": str(size), "minimum": str(least)}
        if budget is not None:
            facts["budget"] = money.to_text(budget)
        return Refused("C-03", "committee_too_small", facts)
    if rules.odd and size % 2 == 0:
        return Refused("C-03", "committee_not_odd", {"size": str(size)})
    needed = experts_needed(size, rules.expert_share)
    if experts < needed:
        facts = {"experts": str(experts), "minimum": str(needed), "size": str(size)}
        return Refused("C-04", "too_few_experts", facts)
    return ALLOWED


def check(
    members: Sequence[Member],
    rules: Rules,
    *,
    budget: Decimal | None,
    agency: str | None,
    home: str,
    complex_lot: bool = False,
    direct_choice: bool = False,
) -> list[Refused]:
    """Return everything that is wrong with a committee before it may begin; empty when it is lawful.

    `agency` and employers are credit codes; `home` is the site of the procuring entity (X-01); `direct_choice`
    means that experts need not be drawn because the rule for special projects was applied (C-08).
    """
    experts = [m for m in members if m.kind is Kind.EXPERT]
    size = check_size(len(members), len(experts), rules, budget=budget, complex_lot=complex_lot)
    found = [size] if isinstance(size, Refused) else []
    twice = sorted(who for who, times in Counter(m.id for m in members).items() if times > 1)
    found += [Refused("C-03", "member_twice", {"member": who}) for who in twice]
    if not direct_choice:
        found += [Refused("C-08", "expert_not_drawn", {"member": m.id}) for m in experts if not m.drawn]
    if agency:
        own = [m for m in members if m.employer == agency]
        found += [Refused("C-05", "agency_staff", {"member": m.id}) for m in own]
    return found + check_sites(members, rules, home=home)


def check_sites(members: Sequence[Member], rules: Rules, *, home: str) -> list[Refused]:
    """Return what is wrong with where the members sit: enough sites, enough experts away, representatives home.

    Practice rules X-01 and X-04: they advise unless the edition gives them a legal basis.
    """
    found = []
    sites = {m.site for m in members}
    if len(sites) < rules.sites:
        found.append(
            Refused("X-01", "too_few_sites", {"sites": str(len(sites)), "minimum": str(rules.sites)})
        )
    experts = [m for m in members if m.kind is Kind.EXPERT]
    away = sum(m.site != home for m in experts)
    needed = math.ceil(len(experts) * rules.away_share)
    if away < needed:
        found.append(Refused("X-04", "too_few_away", {"away": str(away), "minimum": str(needed)}))
    if rules.sites > 1:
        out = [m for m in members if m.kind is Kind.REPRESENTATIVE and m.site != home]
        found += [Refused("X-04", "representative_away", {"member": m.id, "site": m.site}) for m in out]
    return found


def check_leader(leader: str, members: Iterable[Member], rules: Rules) -> Decision:
    """Judge who is to lead (C-05): a member, and no representative where the regime forbids it."""
    found = next((m for m in members if m.id == leader), None)
    if found is None:
        return Refused("C-05", "leader_not_member", {"leader": leader})
    if found.kind is Kind.REPRESENTATIVE and not rules.representative_leads:
        return Refused("C-05", "leader_is_representative", {"leader": leader})
    return ALLOWED


def elect(ballots: dict[str, str], members: Sequence[Member], rules: Rules) -> str | None:
    """Return who has more than half of all members' votes, None when a further ballot is needed (C-05).

    `ballots` member -> choice; votes are equal. Raises ValueError for a stranger's vote, RefusedError for a
    choice who may not lead.
    """
    ids = {m.id for m in members}
    if strangers := set(ballots) - ids:
        raise ValueError(f"{min(strangers)!r} votes without being a member")
    for choice in ballots.values():
        require(check_leader(choice, members, rules))
    winner, votes = Counter(ballots.values()).most_common(1)[0] if ballots else ("", 0)
    return winner if 2 * votes > len(members) else None


def must_extend(size: int, asking: int, rules: Rules) -> bool:
    """Tell whether so many members say that time is too short that it must be extended (C-11)."""
    return rules.time_share is not None and asking >= more_than(size, rules.time_share)


def check_change(reason: Change, rules: Rules) -> Decision:
    """Judge a replacement (C-10): only on a lawful ground; the conclusions of who leaves become void."""
    if reason in rules.changes:
        return ALLOWED
    allowed = ", ".join(sorted(rules.changes))
    return Refused("C-10", "no_ground_for_replacement", {"reason": reason.value, "allowed": allowed})
