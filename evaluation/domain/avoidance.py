"""Who may judge a lot: every ground of avoidance and every limit, tried on facts before anybody is drawn.

Rules C-09 (avoidance), R-03 and R-07 (majors, region, limits, busy, suspended). Periods and counts come in as
`Limits` from the frozen edition; pseudonyms come in from the caller and are fresh for each draw.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why an expert is not in the pool of a draw; the code is what the draw record shows."""

    EMPLOYER = "employer"
    FORMER_EMPLOYER = "former_employer"
    EMPLOYER_GROUP = "employer_group"
    INTEREST = "interest"
    RELATIVE = "relative"
    REGULATOR = "regulator"
    PENALISED = "penalised"
    OWN_DECLARATION = "own_declaration"
    NOT_ENABLED = "not_enabled"
    SUSPENDED = "suspended"
    MAJOR = "major"
    REGION = "region"
    BUSY = "busy"
    TOO_OFTEN = "too_often"
    SAME_ENTITY = "same_entity"


RULE: Mapping[Reason, str] = {
    Reason.EMPLOYER: "C-09",
    Reason.FORMER_EMPLOYER: "C-09",
    Reason.EMPLOYER_GROUP: "C-09",
    Reason.INTEREST: "C-09",
    Reason.RELATIVE: "C-09",
    Reason.REGULATOR: "C-09",
    Reason.PENALISED: "C-09",
    Reason.OWN_DECLARATION: "C-09",
    Reason.NOT_ENABLED: "R-03",
    Reason.SUSPENDED: "R-03",
    Reason.MAJOR: "R-03",
    Reason.REGION: "R-03",
    Reason.BUSY: "R-03",
    Reason.TOO_OFTEN: "R-07",
    Reason.SAME_ENTITY: "R-07",
}


@dataclass(frozen=True, slots=True)
class Employment:
    """An employer by credit code; `until_date` is the last day, None while it lasts."""

    employer: str
    until_date: date | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A sitting of an expert, half-open [starts_at, ends_at), for a procuring entity by credit code."""

    starts_at: datetime
    ends_at: datetime
    procuring_entity: str


@dataclass(frozen=True, slots=True)
class Expert:
    """What the pool knows of an expert; organisations are credit codes, majors and regions are codes.

    `interests` and `relatives` are organisations that the expert declared for itself and for near relatives;
    `regulator_of` are the authorities on whose staff it is; `penalised_until` ends a bar for violations,
    `suspended_until` one by the pool's operator; both last through that day, date.max for ever.
    """

    id: str
    majors: frozenset[str]
    region: str
    employments: tuple[Employment, ...] = ()
    interests: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    regulator_of: frozenset[str] = frozenset()
    penalised_until: date | None = None
    suspended_until: date | None = None
    enabled: bool = True
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """The parties and the sitting of a lot: [starts_at, ends_at), on the civil day `on_date`.

    `bidders` may be empty while nobody may know them; the same facts are then judged again when the list is
    shown. `groups` organisation -> head of its group; `regulators` supervise the lot; `refusals` are the
    experts (by id) who declared a ground of avoidance for this lot in their own words.
    """

    procuring_entity: str
    starts_at: datetime
    ends_at: datetime
    on_date: date
    agency: str | None = None
    bidders: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict)
    regulators: frozenset[str] = frozenset()
    refusals: frozenset[str] = frozenset()

    @property
    def parties(self) -> frozenset[str]:
        """All organisations from which a judge must be independent."""
        agency = frozenset({self.agency}) if self.agency else frozenset()
        return self.bidders | {self.procuring_entity} | agency


@dataclass(frozen=True, slots=True)
class Demand:
    """What a stratum asks for: one of these majors and, unless None, one of these regions."""

    majors: frozenset[str]
    regions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Parameters of the edition; None switches a limit off.

    `employer_years` counts back from the sitting (C-09); at most `sessions` sittings begin within the
    `window_days` before it; `cooling_days` must lie between two sittings for one procuring entity (R-07).
    """

    employer_years: int
    sessions: int | None = None
    window_days: int | None = None
    cooling_days: int | None = None

    def __post_init__(self) -> None:
        if (self.sessions is None) != (self.window_days is None):
            raise ValueError("a limit of sessions needs both a number and a window in days")
        if any(n is not None and n < 0 for n in (self.employer_years, self.sessions, self.cooling_days)):
            raise ValueError("a limit cannot be negative")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One ground on which an expert stays out: code, rule, and the fact that was found."""

    expert: str
    reason: Reason
    fact: str

    @property
    def rule(self) -> str:
        """The rule on which this ground rests."""
        return RULE[self.reason]


@dataclass(frozen=True, slots=True)
class Pool:
    """Who may be drawn, by id, and every ground on which the others may not."""

    eligible: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]

    def under(self, pseudonyms: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Return (ids, exclusions as (id, reason)) for the draw record; raises ValueError without a name.

        Every expert needs a pseudonym of its own, fresh for each draw, so that a record names nobody.
        """
        named = {*self.eligible, *(e.expert for e in self.exclusions)}
        if missing := named - set(pseudonyms):
            raise ValueError(f"{len(missing)} experts have no pseudonym for this draw")
        if len({pseudonyms[who] for who in named}) != len(named):
            raise ValueError("two experts share a pseudonym")
        ids = tuple(sorted(pseudonyms[who] for who in self.eligible))
        return ids, tuple(sorted({(pseudonyms[e.expert], e.reason.value) for e in self.exclusions}))


def exclusions(expert: Expert, lot: Lot, demand: Demand, limits: Limits) -> list[Exclusion]:
    """Return every ground on which an expert may not judge a lot, in a fixed order; none means eligible.

    Source: 评标委员会和评标方法暂行规定 art 12, 招标投标法实施条例 art 46; R-03, R-07 as parameters.
    """
    found = [*_avoidance(expert, lot, limits), *_standing(expert, lot), *_demand(expert, demand)]
    found += _limits(expert, lot, limits)
    return [Exclusion(expert.id, reason, fact) for reason, fact in found]


def sift(experts: Iterable[Expert], lot: Lot, demand: Demand, limits: Limits) -> Pool:
    """Divide a pool into those who may be drawn and the grounds against the others, both in order of id."""
    eligible, out = [], []
    for expert in sorted(experts, key=lambda e: e.id):
        grounds = exclusions(expert, lot, demand, limits)
        out += grounds
        if not grounds:
            eligible.append(expert.id)
    if len(set(eligible)) != len(eligible):
        raise ValueError("an expert stands twice in the pool")
    return Pool(tuple(eligible), tuple(out))


def conflicts(expert: Expert, lot: Lot, limits: Limits) -> list[Exclusion]:
    """Return the grounds of avoidance alone: asked again of a drawn expert when the bidders are shown."""
    return [Exclusion(expert.id, reason, fact) for reason, fact in _avoidance(expert, lot, limits)]


Found = list[tuple[Reason, str]]


def _avoidance(expert: Expert, lot: Lot, limits: Limits) -> Found:
    day = lot.on_date
    parties = lot.parties
    heads = {lot.groups.get(party, party) for party in parties}
    found: Found = []
    for job in expert.employments:
        ended = job.until_date
        if ended is not None and _years_after(ended, limits.employer_years) < day:
            continue
        if job.employer in parties:
            current = ended is None or ended >= day
            found.append((Reason.EMPLOYER if current else Reason.FORMER_EMPLOYER, job.employer))
        elif lot.groups.get(job.employer, job.employer) in heads:
            found.append((Reason.EMPLOYER_GROUP, job.employer))
    found += [(Reason.INTEREST, code) for code in sorted(expert.interests & parties)]
    found += [(Reason.RELATIVE, code) for code in sorted(expert.relatives & parties)]
    found += [(Reason.REGULATOR, code) for code in sorted(expert.regulator_of & lot.regulators)]
    if expert.penalised_until is not None and expert.penalised_until >= day:
        found.append((Reason.PENALISED, expert.penalised_until.isoformat()))
    if expert.id in lot.refusals:
        found.append((Reason.OWN_DECLARATION, expert.id))
    return found


def _standing(expert: Expert, lot: Lot) -> Found:
    found: Found = []
    if not expert.enabled:
        found.append((Reason.NOT_ENABLED, expert.id))
    if expert.suspended_until is not None and expert.suspended_until >= lot.on_date:
        found.append((Reason.SUSPENDED, expert.suspended_until.isoformat()))
    return found


def _demand(expert: Expert, demand: Demand) -> Found:
    found: Found = []
    if not expert.majors & demand.majors:
        found.append((Reason.MAJOR, ", ".join(sorted(expert.majors))))
    if demand.regions is not None and expert.region not in demand.regions:
        found.append((Reason.REGION, expert.region))
    return found


def _limits(expert: Expert, lot: Lot, limits: Limits) -> Found:
    found: Found = []
    if any(s.starts_at < lot.ends_at and lot.starts_at < s.ends_at for s in expert.sessions):
        found.append((Reason.BUSY, expert.id))
    if limits.sessions is not None and limits.window_days is not None:
        since = lot.starts_at - timedelta(days=limits.window_days)
        recent = sum(since <= s.starts_at < lot.starts_at for s in expert.sessions)
        if recent >= limits.sessions:
            found.append((Reason.TOO_OFTEN, f"{recent} in {limits.window_days} days"))
    if limits.cooling_days is not None:
        gap = timedelta(days=limits.cooling_days)
        near = [s for s in expert.sessions if abs(lot.starts_at - s.starts_at) < gap]
        if any(s.procuring_entity == lot.procuring_entity for s in near):
            found.append((Reason.SAME_ENTITY, lot.procuring_entity))
    return found


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)
