"""40-(4): slips of the pen in several bids: doubled punctuation and mixed widths with the same words around them."""

import re
from collections import defaultdict
from collections.abc import Iterator

from monitoring.domain.documents.contents import (
    Document,
    OpenedLot,
    hidden,
    is_commonplace,
    shared,
)
from monitoring.domain.indications import Exemption, Indication, Item, Place, Result, indication

CONTEXT = 5
"""Characters on either side that must be equal too; with fewer, chance gives two writers the same slip."""
ODDITIES_LEAST = 2
"""Different slips; one alone may come from a norm or a leaflet that both copied."""
LISTED = 20
_DOUBLED = re.compile(r"(?:[，。；：、][，。；：、,;:]|[,;:][，。；：、])+")
_MIXED = re.compile(
    r"[０-９Ａ-Ｚａ-ｚ]+[0-9A-Za-z]+[０-９Ａ-Ｚａ-ｚ0-9A-Za-z]*|[0-9A-Za-z]+[０-９Ａ-Ｚａ-ｚ]+[０-９Ａ-Ｚａ-ｚ0-9A-Za-z]*"
)


def shared_oddities(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each set of bidders that alone share two or more slips of writing.

    A slip is a run of sentence marks that no rule of writing makes (，， 。； 、，), or a word or number in full-width
    and half-width characters together, with five characters on either side; spaces are dropped. Misspelt words
    are not looked for: that needs a dictionary. Source: 条例40(4), 87号令37(4), COLLUSION section 5 (shared errors).
    """
    held: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for document in lot.documents:
        for slip, place in _slips(document):
            held[slip][document.bidder].append(place)
    issued = {slip for document in lot.issued for slip, _ in _slips(document)}
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for slip, bidders in sorted(held.items()):
        if len(bidders) > 1:
            groups[tuple(sorted(bidders))].append(slip)
    return [
        indication(
            Item.REGULAR_PRICES,
            regime=lot.regime,
            evidence=[
                shared(
                    "shared_slip", slip, [place for found in held[slip].values() for place in found],
                    shown=hidden(slip),
                )
                for slip in sorted(slips, key=lambda slip: (slip in issued, slip))[:LISTED]
            ],
            exemptions=[_without_issued(slips, issued, lot), is_commonplace(bidders, lot)],
        )
        for bidders, slips in sorted(groups.items())
        if len(slips) >= ODDITIES_LEAST
    ]  # fmt: skip


def _without_issued(slips: list[str], issued: set[str], lot: OpenedLot) -> Exemption:
    own = [slip for slip in slips if slip not in issued]
    facts = {"own": str(len(own)), "least": str(ODDITIES_LEAST)}
    if not lot.issued:
        return Exemption("tender_document", facts, Result.UNTRIED)
    return Exemption("tender_document", facts, Result.EXPLAINS if len(own) < ODDITIES_LEAST else Result.FAILS)


def _slips(document: Document) -> Iterator[tuple[str, Place]]:
    if not document.is_prose:
        return
    for passage in document.passages:
        text = "".join(passage.text.split())
        for pattern in (_DOUBLED, _MIXED):
            for match in pattern.finditer(text):
                start, end = match.start() - CONTEXT, match.end() + CONTEXT
                if start >= 0 and end <= len(text):
                    yield text[start:end], Place(document.bidder, document.name, passage.where)
