"""40-(4): unit prices of two bills of quantities that are equal, a fixed ratio apart, or wrongly multiplied alike."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from monitoring.domain.documents import bills
from monitoring.domain.documents.bills import Line
from monitoring.domain.documents.contents import OpenedLot, is_commonplace, shared
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

COMMON_LEAST = 10
"""Priced items that both bills hold; of fewer, one shared price list or a few round prices are a third."""
EQUAL_SHARE = Decimal("0.30")
"""Share of equal unit prices; honest bills agree in fees that norms fix, hardly in three items of ten."""
RATIO_SHARE = 0.80
"""Share of items on one ratio: a few prices are mended by hand after a bill was multiplied."""
RATIO_PRICE_LEAST = 1
"""Yuan; below it rounding to the cent leaves room for any ratio within a per cent and more."""
HALF_CENT = 0.005
OTHERS_LEAST = 2
"""Bidders beside the two: what more than half of them quote is a price that norms or suppliers fix."""
LISTED = 20
"""Items that are shown of a finding, in the order of their codes."""
_CENT, _HALF = Decimal("0.01"), Decimal("0.5")
_HALF_CENT = Decimal("0.005")

Bill = Mapping[str, Line]


def same_bills(lot: OpenedLot) -> list[Indication]:
    """Return the indications for equal unit prices, for prices a fixed ratio apart and for shared wrong totals.

    Prices are yuan a unit. Source: 条例40(4), 87号令37(4), COLLUSION section 5.
    """
    priced = {bidder: bills.lines(lot.of(bidder)) for bidder in lot.bidders}
    issued = bills.lines(lot.issued)
    quoted = _quoted(priced)
    found: list[Indication] = []
    for one, other in itertools.combinations(lot.bidders, 2):
        common = sorted(priced[one].keys() & priced[other].keys())
        found += _equal(common, priced[one], priced[other], issued, quoted, lot)
        found += _ratio(common, priced[one], priced[other], issued, lot)
    return [*found, *_wrong_totals(priced, issued, lot)]


def _quoted(priced: Mapping[str, Bill]) -> dict[tuple[str, Decimal], int]:
    """Return how many bidders quote each price of each item."""
    return Counter((item, line.price) for bill in priced.values() for item, line in bill.items())


def _equal(
    common: Sequence[str],
    mine: Bill,
    theirs: Bill,
    issued: Bill,
    quoted: Mapping[tuple[str, Decimal], int],
    lot: OpenedLot,
) -> list[Indication]:
    equal = [item for item in common if mine[item].price == theirs[item].price]
    if not _many(equal, common):
        return []
    set_items = {item for item in common if item in issued and issued[item].price == mine[item].price}
    others = len(lot.bidders) - 2
    usual_items = {item for item in equal if 2 * (quoted[item, mine[item].price] - 2) > others}
    first = [item for item in equal if item not in set_items] or equal
    return [
        indication(
            Item.REGULAR_PRICES,
            regime=lot.regime,
            evidence=[
                shared(
                    "equal_unit_prices",
                    f"{len(equal)}/{len(common)}",
                    _places(first[:1], mine, theirs),
                    {
                        "equal": str(len(equal)),
                        "common": str(len(common)),
                        "prices": _listed(first, lambda item: f"{mine[item].price}"),
                    },
                )
            ],
            exemptions=[
                _without("tender_document", issued, set_items, equal, common),
                _without("commonplace", others >= OTHERS_LEAST, set_items | usual_items, equal, common),
            ],
        )
    ]


def _many(equal: Collection[str], common: Collection[str]) -> bool:
    return len(common) >= COMMON_LEAST and len(equal) >= EQUAL_SHARE * len(common)


def _without(
    name: str, known: object, left_out: Collection[str], equal: Sequence[str], common: Sequence[str]
) -> Exemption:
    """Try whether the finding falls once some items are left out on both sides of the share."""
    still = [item for item in equal if item not in left_out]
    rest = [item for item in common if item not in left_out]
    facts = {"equal": str(len(still)), "common": str(len(rest))}
    if not known:
        return Exemption(name, facts, Result.UNTRIED)
    return Exemption(name, facts, Result.FAILS if _many(still, rest) else Result.EXPLAINS)


def _ratio(common: Sequence[str], mine: Bill, theirs: Bill, issued: Bill, lot: OpenedLot) -> list[Indication]:
    items = [item for item in common if min(mine[item].price, theirs[item].price) >= RATIO_PRICE_LEAST]
    free = [item for item in items if item not in issued or not _is_set(item, mine, theirs, issued)]
    found = _fixed_ratio([(float(mine[i].price), float(theirs[i].price)) for i in free])
    if found is None:
        return []
    ratio, held = found
    from_issued = [
        _fixed_ratio([(float(issued[i].price), float(bill[i].price)) for i in free if i in issued])
        for bill in (mine, theirs)
    ]
    return [
        indication(
            Item.REGULAR_PRICES,
            regime=lot.regime,
            evidence=[
                shared(
                    "fixed_ratio",
                    f"{ratio:.6f}",
                    _places(free[:1], mine, theirs),
                    {
                        "held": str(held),
                        "common": str(len(free)),
                        "prices": _listed(free, lambda item: f"{mine[item].price}:{theirs[item].price}"),
                    },
                )
            ],
            exemptions=[explanation("tender_document", issued, all(from_issued))],
        )
    ]


def _is_set(item: str, mine: Bill, theirs: Bill, issued: Bill) -> bool:
    return mine[item].price == theirs[item].price == issued[item].price


def _fixed_ratio(pairs: Sequence[tuple[float, float]]) -> tuple[float, int] | None:
    """Return (second / first, number of pairs on it) where one ratio other than 1 fits enough pairs, else None.

    Each pair allows the ratios that rounding both prices to the cent leaves open; the ratio that most of these
    intervals share is taken, in O(n log n).
    """
    if len(pairs) < COMMON_LEAST:
        return None
    moved = [(a, b) for a, b in pairs if a != b]
    edges = sorted(
        edge
        for a, b in moved
        for edge in (((b - HALF_CENT) / (a + HALF_CENT), 0), ((b + HALF_CENT) / (a - HALF_CENT), 1))
    )
    depth = best = 0
    low = high = 1.0
    for index, (position, closes) in enumerate(edges):
        depth += -1 if closes else 1
        if depth > best:
            best, low, high = depth, position, edges[index + 1][0]
    return ((low + high) / 2, best) if best >= RATIO_SHARE * len(pairs) else None


def _wrong_totals(priced: Mapping[str, Bill], issued: Bill, lot: OpenedLot) -> list[Indication]:
    """Return one indication for each set of bidders that share totals which are not quantity times unit price."""
    held: dict[tuple[str, Decimal], list[str]] = defaultdict(list)
    for bidder, bill in sorted(priced.items()):
        for item, total in wrong_totals(bill).items():
            held[item, total].append(bidder)
    groups: dict[tuple[str, ...], list[tuple[str, Decimal]]] = defaultdict(list)
    for error, bidders in sorted(held.items()):
        if len(bidders) > 1:
            groups[tuple(bidders)].append(error)
    totals = {item: line.total for item, line in issued.items()}
    return [
        indication(
            Item.REGULAR_PRICES,
            regime=lot.regime,
            evidence=[
                _wrong(item, total, [priced[bidder][item] for bidder in bidders]) for item, total in errors
            ],
            exemptions=[
                explanation(
                    "tender_document", issued, all(totals.get(item) == total for item, total in errors)
                ),
                is_commonplace(bidders, lot),
            ],
        )
        for bidders, errors in sorted(groups.items())
    ]


def wrong_totals(bill: Bill) -> dict[str, Decimal]:
    """Return item -> total for lines whose total is not quantity times unit price, whatever was rounded how.

    The unit price may have been cut to the cent, the total to the cent or, where it is whole, to the yuan. A bill
    of which more than half is "wrong" multiplies by something else (tax, rate) and has no error to speak of.
    """
    wrong, whole = {}, 0
    for item, line in bill.items():
        if line.quantity is None or line.total is None or not line.total or not line.quantity:
            continue
        whole += 1
        rounding = _HALF if line.total == line.total.to_integral_value() else _CENT
        room = abs(line.quantity) * _HALF_CENT + rounding
        if abs(line.quantity * line.price - line.total) > room:
            wrong[item] = line.total
    return wrong if 2 * len(wrong) <= whole else {}


def _wrong(item: str, total: Decimal, found: Sequence[Line]) -> Evidence:
    facts = {
        "item": item,
        "products": "; ".join(f"{line.place.bidder}: {line.quantity} × {line.price}" for line in found),
    }
    return shared("wrong_total", f"{total}", (line.place for line in found), facts)


def _places(items: Iterable[str], mine: Bill, theirs: Bill) -> list[Place]:
    return [bill[item].place for item in items for bill in (mine, theirs)]


def _listed(items: Sequence[str], said: Callable[[str], str]) -> str:
    rest = ["…"] if len(items) > LISTED else []
    return "; ".join([*(f"{item}={said(item)}" for item in items[:LISTED]), *rest])
