"""Indications under 条例40: what two or more bids share, which innocent explanations were tried, what stands."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Item(StrEnum):
    """The items of 条例 article 40 (and of 87号令 article 37) that this package can show evidence for."""

    SAME_PREPARER = "40-(1)"
    SAME_HANDLER = "40-(2)"
    SAME_MANAGER = "40-(3)"
    REGULAR_PRICES = "40-(4)"
    MIXED_BIDS = "40-(5)"
    ONE_ACCOUNT = "40-(6)"


ARTICLES = {
    ("T", Item.SAME_PREPARER): "《中华人民共和国招标投标法实施条例》第四十条第（一）项",
    ("T", Item.SAME_HANDLER): "《中华人民共和国招标投标法实施条例》第四十条第（二）项",
    ("T", Item.SAME_MANAGER): "《中华人民共和国招标投标法实施条例》第四十条第（三）项",
    ("T", Item.REGULAR_PRICES): "《中华人民共和国招标投标法实施条例》第四十条第（四）项",
    ("T", Item.MIXED_BIDS): "《中华人民共和国招标投标法实施条例》第四十条第（五）项",
    ("T", Item.ONE_ACCOUNT): "《中华人民共和国招标投标法实施条例》第四十条第（六）项",
    ("G", Item.SAME_PREPARER): "《政府采购货物和服务招标投标管理办法》（财政部令第87号）第三十七条第（一）项",
    ("G", Item.SAME_HANDLER): "《政府采购货物和服务招标投标管理办法》（财政部令第87号）第三十七条第（二）项",
    ("G", Item.SAME_MANAGER): "《政府采购货物和服务招标投标管理办法》（财政部令第87号）第三十七条第（三）项",
    (
        "G",
        Item.REGULAR_PRICES,
    ): "《政府采购货物和服务招标投标管理办法》（财政部令第87号）第三十七条第（四）项",
    ("G", Item.MIXED_BIDS): "《政府采购货物和服务招标投标管理办法》（财政部令第87号）第三十七条第（五）项",
    ("G", Item.ONE_ACCOUNT): "《政府采购货物和服务招标投标管理办法》（财政部令第87号）第三十七条第（六）项",
}
"""(regime, item) -> the article that a report cites."""


class Result(StrEnum):
    """What came of trying an innocent explanation."""

    EXPLAINS = "explains"
    FAILS = "does_not_explain"
    UNTRIED = "cannot_be_tried"


@dataclass(frozen=True, slots=True)
class Exemption:
    """One innocent explanation: its code, the facts it was tried on, and what came of it."""

    name: str
    tried: dict[str, str]
    result: Result


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shared value was found: whose bid, which document or payment, which field of it."""

    bidder: str
    source: str
    field: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One shared value; `shown` is what the committee reads of it where the value itself is not its business."""

    kind: str
    value: str
    places: tuple[Place, ...]
    facts: dict[str, str] = field(default_factory=dict)
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Indication:
    """A match between bids under one item of the law; it stands while no explanation tried accounts for it.

    `members` are bidder ids, sorted; they only tell bidders apart. A standing indication is a reason for the
    committee and the regulator to look and to ask; deciding is theirs.
    """

    item: Item
    article: str
    members: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    exemptions: tuple[Exemption, ...]

    @property
    def standing(self) -> bool:
        """True while none of the explanations tried accounts for the match."""
        return all(exemption.result is not Result.EXPLAINS for exemption in self.exemptions)


@dataclass(frozen=True, slots=True)
class Group:
    """Bidders tied together, directly or through others, by standing indications."""

    members: tuple[str, ...]
    items: tuple[Item, ...]


def indication(
    item: Item, *, regime: str, evidence: Sequence[Evidence], exemptions: Sequence[Exemption]
) -> Indication:
    """Build an indication whose members are the bidders of its evidence; raises ValueError for a lone bidder."""
    if (regime, item) not in ARTICLES:
        raise ValueError(f"no article for item {item} in regime {regime!r}; regimes are T and G")
    members = tuple(sorted({place.bidder for shared in evidence for place in shared.places}))
    if len(members) < 2:
        raise ValueError("an indication ties at least two bidders")
    return Indication(item, ARTICLES[regime, item], members, tuple(evidence), tuple(exemptions))


def explanation(name: str, known: Collection[object], explains: bool, /, **tried: str) -> Exemption:
    """Try an explanation that needs facts; without any it is listed as one that could not be tried."""
    if not known:
        return Exemption(name, tried, Result.UNTRIED)
    return Exemption(name, tried, Result.EXPLAINS if explains else Result.FAILS)


def groups(indications: Iterable[Indication]) -> list[Group]:
    """Return the connected components of bidders under the standing indications, sorted by first member."""
    standing = [found for found in indications if found.standing]
    parts: list[set[str]] = []
    for found in standing:
        touched = [part for part in parts if not part.isdisjoint(found.members)]
        parts = [part for part in parts if part.isdisjoint(found.members)]
        parts.append(set(found.members).union(*touched))
    return [
        Group(tuple(sorted(part)), tuple(sorted({i.item for i in standing if part.issuperset(i.members)})))
        for part in sorted(parts, key=min)
    ]


def committee_report(lot: str, indications: Sequence[Indication]) -> dict[str, Any]:
    """Return the 雷同性 report of a lot as JSON: only what stands, with account numbers masked.

    What an innocent explanation accounts for stays out, so that it colours no expert's judgement.
    """
    standing = [found for found in indications if found.standing]
    return {
        "lot": lot,
        "groups": _groups_json(standing),
        "indications": [as_json(found, masked=True) for found in standing],
    }


def regulator_record(lot: str, indications: Sequence[Indication]) -> dict[str, Any]:
    """Return every indication of a lot as JSON, in full, also those that an explanation accounts for."""
    return {
        "lot": lot,
        "groups": _groups_json(indications),
        "indications": [as_json(found, masked=False) for found in indications],
    }


def _groups_json(indications: Sequence[Indication]) -> list[dict[str, Any]]:
    return [
        {"members": list(g.members), "items": [str(item) for item in g.items]} for g in groups(indications)
    ]


def as_json(found: Indication, *, masked: bool) -> dict[str, Any]:
    """Return one finding as JSON; masked, with what the committee may not read of a value left out."""
    return {
        "item": str(found.item),
        "article": found.article,
        "members": list(found.members),
        "standing": found.standing,
        "evidence": [
            {
                "kind": shared.kind,
                "value": shared.shown if masked and shared.shown is not None else shared.value,
                "facts": dict(shared.facts),
                "places": [
                    {"bidder": place.bidder, "source": place.source, "field": place.field}
                    for place in shared.places
                ],
            }
            for shared in found.evidence
        ],
        "exemptions": [
            {"name": tried.name, "tried": dict(tried.tried), "result": str(tried.result)}
            for tried in found.exemptions
        ],
    }
