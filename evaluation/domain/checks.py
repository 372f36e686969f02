"""The four checks before anybody signs: wrong sums, scores out of range, differing facts, outliers (V-11)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from evaluation.domain.scoring import exact
from evaluation.domain.scoring.members import Item, Nature, Sheet, check_complete
from kernel.domain import canonical
from kernel.domain.refusals import ALLOWED, Decision, Refused


class Fault(StrEnum):
    """The four faults; the first three must be mended, the last two forms of the fourth may be explained."""

    SUM = "sum"
    RANGE = "range"
    OBJECTIVE = "objective"
    HIGH = "abnormally_high"
    LOW = "abnormally_low"


EXPLAINABLE = frozenset({Fault.HIGH, Fault.LOW})


class Measure(StrEnum):
    """Against what a deviation is measured: the mean of the other members, or full marks."""

    MEAN = "mean"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Outlier:
    """The document's rule for 畸高 and 畸低: more than `share` of `of` away from the mean of the others.

    Measured on each member's sum of subjective items for each bid; equality is no outlier.
    """

    share: Fraction
    of: Measure

    def __post_init__(self) -> None:
        if self.share <= 0:
            raise ValueError("an outlier lies at a share above zero from the others")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place, with the numbers that show it; a changed number is another finding."""

    fault: Fault
    bid: str
    item: str | None
    member: str | None
    facts: Mapping[str, str]

    @property
    def id(self) -> str:
        """The finding's hash, to which an explanation is tied: it dies with the numbers that it explains."""
        return canonical.digest(self._body())

    def as_json(self) -> dict[str, Any]:
        """Return the finding as its JSON object (docs/formats.md section 10)."""
        return self._body() | {"id": self.id}

    def _body(self) -> dict[str, Any]:
        return {
            "fault": self.fault.value,
            "bid": self.bid,
            "item": self.item,
            "member": self.member,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a member answers to an outlier, and who of the committee confirmed that it stands."""

    finding: str
    text: str
    confirmed_by: str

    def as_json(self) -> dict[str, str]:
        """Return the explanation as its JSON object (docs/formats.md section 10)."""
        return {"finding": self.finding, "text": self.text, "confirmed_by": self.confirmed_by}


def findings(
    sheets: Sequence[Sheet], items: Sequence[Item], bids: Iterable[str], outlier: Outlier
) -> list[Finding]:
    """Return every fault in a complete set of sheets, by kind, bid, item, member; empty means ready to sign.

    Raises ScoringError when a score is missing: that is no fault to be explained but an unfinished sheet.
    """
    listed, ordered = sorted(bids), sorted(sheets, key=lambda s: s.member)
    check_complete(ordered, items, listed)
    found = []
    for bid in listed:
        found += _sums(ordered, items, bid)
        found += _ranges(ordered, items, bid)
        found += _objective(ordered, items, bid)
        found += _outliers(ordered, items, bid, outlier)
    kinds = list(Fault)
    return sorted(found, key=lambda f: (kinds.index(f.fault), f.bid, f.item or "", f.member or ""))


def may_sign(found: Iterable[Finding], explanations: Iterable[Explanation]) -> Decision:
    """Judge whether the committee may sign (V-11; 87号令 art 64): the first finding that stands refuses.

    Sums, ranges and differing facts must be mended; an outlier may stay when its member has explained it and
    another member has confirmed the explanation.
    """
    answers = {answer.finding: answer for answer in explanations}
    for finding in found:
        place = {"bid": finding.bid, "item": finding.item or "", "member": finding.member or ""}
        facts = place | dict(finding.facts)
        if finding.fault not in EXPLAINABLE:
            return Refused("V-11", finding.fault.value, facts)
        answer = answers.get(finding.id)
        if answer is None or not answer.text.strip():
            return Refused("V-11", f"{finding.fault.value}_not_explained", facts)
        if not answer.confirmed_by or answer.confirmed_by == finding.member:
            return Refused("V-11", f"{finding.fault.value}_not_confirmed", facts)
    return ALLOWED


def _sums(sheets: Sequence[Sheet], items: Sequence[Item], bid: str) -> list[Finding]:
    found = []
    for sheet in sheets:
        summed = sum((sheet.scores[bid, item.id] for item in items), Decimal(0))
        stated = sheet.totals.get(bid)
        if stated is None or stated != summed:
            shown = "" if stated is None else exact.plain(stated)
            facts = {"stated": shown, "sum": exact.plain(summed)}
            found.append(Finding(Fault.SUM, bid, None, sheet.member, facts))
    return found


def _ranges(sheets: Sequence[Sheet], items: Sequence[Item], bid: str) -> list[Finding]:
    found = []
    for item in items:
        for sheet in sheets:
            score = sheet.scores[bid, item.id]
            if not 0 <= score <= item.full:
                facts = {"score": exact.plain(score), "full": exact.plain(item.full)}
                found.append(Finding(Fault.RANGE, bid, item.id, sheet.member, facts))
    return found


def _objective(sheets: Sequence[Sheet], items: Sequence[Item], bid: str) -> list[Finding]:
    found = []
    for item in items:
        given = {sheet.member: sheet.scores[bid, item.id] for sheet in sheets}
        if item.nature is Nature.OBJECTIVE and len(set(given.values())) > 1:
            facts = {member: exact.plain(score) for member, score in given.items()}
            found.append(Finding(Fault.OBJECTIVE, bid, item.id, None, facts))
    return found


def _outliers(sheets: Sequence[Sheet], items: Sequence[Item], bid: str, rule: Outlier) -> list[Finding]:
    judged = [item for item in items if item.nature is Nature.SUBJECTIVE]
    if not judged or len(sheets) < 2:
        return []
    sums = {s.member: sum((Fraction(s.scores[bid, item.id]) for item in judged), Fraction(0)) for s in sheets}
    full = sum((Fraction(item.full) for item in judged), Fraction(0))
    found = []
    for member, given in sums.items():
        others = (sum(sums.values()) - given) / (len(sums) - 1)
        allowed = rule.share * (others if rule.of is Measure.MEAN else full)
        if abs(given - others) > allowed:
            facts = {
                "given": exact.shown(given),
                "others": exact.shown(others),
                "allowed": exact.shown(allowed),
                "share": exact.shown(rule.share),
                "of": rule.of.value,
            }
            fault = Fault.HIGH if given > others else Fault.LOW
            found.append(Finding(fault, bid, None, member, facts))
    return found
