"""40-(5): the name of another bidder inside a bid."""

import re
from collections.abc import Iterator

from monitoring.domain.documents.contents import (
    Document,
    OpenedLot,
    is_issued,
    issued_letters,
    letters,
    shared,
)
from monitoring.domain.indications import Indication, Item, Place, indication

SHORTEST = 6
"""Letters of a name that is looked for; a shorter one is a part of other names and of ordinary words."""
_COMPANY = re.compile(
    r".*(?:公司|集团|厂|研究院|设计院|研究所|事务所|合作社|经营部|商行|ltd\.?|limited|inc\.?|gmbh|llc)",
    re.IGNORECASE,
)
_FIELDS = ("author", "last_modified_by", "company", "manager", "title")


def is_company(name: str) -> bool:
    """Say whether the id of a bidder is the name of a company and may be looked for as one."""
    return bool(_COMPANY.fullmatch(name.strip())) and len(letters(name)) >= SHORTEST


def mixed_bids(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each bidder whose files hold another bidder's name.

    Names come from `lot.names`, else from ids that are company names. They are compared by letters and digits;
    what lies inside the bid's own name does not count (a branch bears the name of its head). Source: 条例40(5).
    """
    names = {
        bidder: letters(lot.names.get(bidder, bidder))
        for bidder in lot.bidders
        if bidder in lot.names or is_company(bidder)
    }
    names = {bidder: name for bidder, name in names.items() if len(name) >= SHORTEST}
    known = issued_letters(lot.issued)
    held = {
        bidder: [(place, text) for one in lot.of(bidder) for place, text in _texts(one)]
        for bidder in lot.bidders
    }
    found: list[Indication] = []
    for stranger, name in names.items():
        places = {
            host: [
                place for place, text in texts if name in text.replace(_own(names.get(host, ""), name), "\n")
            ]
            for host, texts in held.items()
            if names.get(host) != name
        }
        found += [_indication(lot, stranger, where, known) for where in places.values() if where]
    return found


def _own(own: str, name: str) -> str:
    return own if name in own else "\0"


def _indication(lot: OpenedLot, stranger: str, places: list[Place], known: str) -> Indication:
    name = lot.names.get(stranger, stranger)
    return indication(
        Item.MIXED_BIDS,
        regime=lot.regime,
        evidence=[
            shared(
                "other_bidder_named",
                name,
                [*places, Place(stranger, "", "name")],
                {"times": str(len(places))},
            )
        ],
        exemptions=[is_issued(name, lot, known)],
    )


def _texts(document: Document) -> Iterator[tuple[Place, str]]:
    said = [(passage.where, passage.text) for passage in document.passages]
    said += [(f"property {name}", value) for name, value in document.properties]
    said += [(field, getattr(document.metadata, field)) for field in _FIELDS]
    for where, text in said:
        yield Place(document.bidder, document.name, where), letters(text)
