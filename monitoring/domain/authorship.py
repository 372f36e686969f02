"""40-(1): bids whose documents name one person or one unit as the preparer, read from the files' metadata."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitoring.domain import commonplace
from monitoring.domain.commonplace import plain
from monitoring.domain.indications import (
    Evidence,
    Exemption,
    Indication,
    Item,
    Place,
    Result,
    explanation,
    indication,
)
from monitoring.domain.metadata import Metadata

PREPARERS = {"person": ("author", "last_modified_by", "manager"), "unit": ("company",)}
"""What names a preparer: kind of evidence -> fields of the metadata."""
CIRCUMSTANCES = ("template", "software", "created")
"""What may be listed beside a shared preparer and is never evidence alone: many honest files share it."""
_SEVERAL = re.compile(r"[;；、]")


@dataclass(frozen=True, slots=True)
class BidDocument:
    """One file of an opened bid and what its metadata say."""

    bidder: str
    name: str
    metadata: Metadata


_Found = tuple[str, Place, BidDocument]


def same_preparer(
    documents: Sequence[BidDocument],
    *,
    regime: str,
    issued: Sequence[Metadata] = (),
    offices: Sequence[str] = (),
) -> list[Indication]:
    """Return one indication for each person or unit that documents of two or more bidders name.

    `issued` are the metadata of the files that came with the tender document; `offices` the names of procuring
    entity, agency and centre and of their people. Names are compared without case, spaces and width. Source:
    条例40(1), 87号令37(1); evidence and exemptions after COLLUSION section 5, indicator sets in use.
    """
    return [
        indication(
            Item.SAME_PREPARER,
            regime=regime,
            evidence=[_evidence(kind, found), *_circumstances(document for _, _, document in found)],
            exemptions=_exemptions(kind, found, issued, offices),
        )
        for kind, fields in PREPARERS.items()
        for _, found in sorted(_by_name(documents, fields).items())
        if len({place.bidder for _, place, _ in found}) > 1
    ]


def _by_name(documents: Sequence[BidDocument], fields: Sequence[str]) -> dict[str, list[_Found]]:
    found: dict[str, list[_Found]] = defaultdict(list)
    for document in sorted(documents, key=lambda document: (document.bidder, document.name)):
        for field in fields:
            for name in _names(document.metadata, field):
                found[plain(name)].append((name, Place(document.bidder, document.name, field), document))
    return found


def _names(metadata: Metadata, field: str) -> list[str]:
    value: str = getattr(metadata, field)
    return [name.strip() for name in _SEVERAL.split(value) if name.strip()]


def _evidence(kind: str, found: Sequence[_Found]) -> Evidence:
    return Evidence(kind, found[0][0], tuple(place for _, place, _ in found))


def _circumstances(documents: Iterable[BidDocument]) -> list[Evidence]:
    """List template, software and creation time where the tied documents of two bidders agree in them too."""
    shared: dict[tuple[str, str], dict[Place, None]] = defaultdict(dict)
    for document in documents:
        for field in CIRCUMSTANCES:
            value = getattr(document.metadata, field)
            if value and not _is_default(field, value):
                shared[field, value][Place(document.bidder, document.name, field)] = None
    return [
        Evidence(field, value, tuple(places), {"weight": "circumstance"})
        for (field, value), places in shared.items()
        if len({place.bidder for place in places}) > 1
    ]


def _is_default(field: str, value: str) -> bool:
    if field == "template":
        return plain(value) in commonplace.DEFAULT_TEMPLATES
    return field == "created" and value in commonplace.DEFAULT_CREATED


def _exemptions(
    kind: str, found: Sequence[_Found], issued: Sequence[Metadata], offices: Sequence[str]
) -> list[Exemption]:
    name = found[0][0]
    own = [value for metadata in issued for field in PREPARERS[kind] for value in _names(metadata, field)]
    programs = {document.metadata.software for _, _, document in found}
    return [
        explanation(
            "tender_document",
            issued,
            plain(name) in map(plain, own),
            documents=str(len(issued)),
            names="; ".join(dict.fromkeys(own)),
        ),
        _tried("generic_name", commonplace.is_generic(name), name=name),
        _tried(
            "software_default",
            any(commonplace.is_software(name, program) for program in programs),
            name=name,
            software="; ".join(sorted(programs - {""})),
        ),
        explanation(
            "same_agency",
            offices,
            plain(name) in map(plain, offices),
            name=name,
            offices="; ".join(offices),
        ),
    ]


def _tried(code: str, explains: bool, /, **tried: str) -> Exemption:
    return Exemption(code, tried, Result.EXPLAINS if explains else Result.FAILS)
