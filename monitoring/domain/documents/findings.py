"""Every comparison of opened bid documents, in one list whose order is its own."""

from collections.abc import Mapping
from typing import Any

from monitoring.domain import authorship, indications
from monitoring.domain.documents.contents import OpenedLot, hidden
from monitoring.domain.documents.machines import same_machine
from monitoring.domain.documents.makers import same_images, same_makers, same_template
from monitoring.domain.documents.oddities import shared_oddities
from monitoring.domain.documents.people import same_people
from monitoring.domain.documents.prices import same_bills
from monitoring.domain.documents.similarity import similar_texts
from monitoring.domain.documents.strangers import mixed_bids
from monitoring.domain.indications import Indication

COMPARISONS = (
    same_makers,
    same_template,
    same_images,
    same_machine,
    same_people,
    similar_texts,
    shared_oddities,
    same_bills,
    mixed_bids,
)


def findings(lot: OpenedLot) -> list[Indication]:
    """Return all indications of a lot, by item, members, kind and value.

    The order of bidders and files in `lot` changes nothing. Sources: 条例40(1) to (5), 87号令37(1) to (5).
    """
    found = [each for compare in COMPARISONS for each in compare(lot)]
    return sorted(found, key=lambda each: (each.item, each.members, repr(each.evidence)))


def as_json(found: Indication) -> dict[str, Any]:
    """Return one finding as JSON with the kind of its first evidence; numbers of persons are masked.

    Office programs put the telephone of an account where a name belongs, so names of preparers are masked as text.
    """
    kind = found.evidence[0].kind
    told = {"kind": kind, **indications.as_json(found, masked=True)}
    if kind in authorship.PREPARERS:
        for one in told["evidence"]:
            one["value"], one["facts"] = hidden(one["value"]), _hidden(one["facts"])
        for one in told["exemptions"]:
            one["tried"] = _hidden(one["tried"])
    return told


def _hidden(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: hidden(value) for name, value in facts.items()}
