"""The network of firms that met in opened lots, for supervisors and nobody else."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from django.utils import timezone

from accounts import queries as accounts
from accounts.queries import Holder
from monitoring.domain.networks import drawing
from monitoring.models import Market, ScreenRun
from monitoring.queries import suspicion
from monitoring.queries.regulator import as_regulator
from tender import queries as tender
from tender.queries import LotRecord

DRAWN_MOST = 400
"""By default firms must have met so often that no more ties than these remain; five times as many are drawn at most."""
LISTED_MOST, LOTS_MOST = 200, 12
"""So many ties are listed, with so many of their lots."""
CROWD = 200
"""A lot of more bidders ties nobody: its pairs would hide all others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which network is asked for, its months by their place among the market's; None takes what there is."""

    regime: str = ""
    category: str = ""
    since: int | None = None
    until: int | None = None
    least: int | None = None
    firm: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm of the network, in how many lots it bid and was lowest; `ring` counts from 1, 0 where it is of none."""

    code: str
    name: str
    lots: int
    lowest: int
    ring: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tie:
    """Two firms, by their places in the list of firms, and the lots in which both bid."""

    a: int
    b: int
    lots: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """A suspected ring of the newest run: what ties it, and how often chance does the same."""

    number: int
    firms: tuple[str, ...]
    lots: int
    score: float
    p_value: float
    wins: int


@dataclass(frozen=True, slots=True)
class Network:
    """What the page shows; `months` are those in which opened lots were screened, `firms_all` counts all that bid.

    `cut` tells that there are more ties than are drawn.
    `listed` are the ties of the most common lots, `records` the first lots of each and all of the chosen firm.
    """

    asked: Asked
    months: tuple[date, ...]
    first: int
    last: int
    least: int
    lots: int
    firms_all: int
    firms: tuple[Firm, ...]
    cut: bool
    ties: tuple[Tie, ...]
    listed: tuple[Tie, ...]
    rings: tuple[Ring, ...]
    records: dict[uuid.UUID, LotRecord]
    chosen: Firm | None
    chosen_lots: tuple[LotRecord, ...]


def access_network(reader: Holder, asked: Asked) -> Network:
    """Return the firms that met in the lots asked for to a supervisor; else 404."""
    as_regulator(reader)
    runs = suspicion.market_runs(asked.regime, asked.category)
    months = tuple(sorted({_month(run.computed_at) for run in runs}))
    last = min(len(months) - 1 if asked.until is None else asked.until, len(months) - 1)
    first = max(0, min(asked.since or 0, last))
    shown = set(months[first : last + 1])
    within = [run for run in runs if _month(run.computed_at) in shown]
    lots_of, lowest, met = _meetings(within)
    least = asked.least or _fit(met)
    often = sorted((-len(lots), pair) for pair, lots in met.items() if len(lots) >= least)[: DRAWN_MOST * 5]
    pairs = sorted((pair, met[pair]) for _, pair in often)
    codes = sorted({code for pair, _ in pairs for code in pair} | ({asked.firm} & lots_of.keys()))
    number = {code: at for at, code in enumerate(codes)}
    ties = tuple(Tie(number[a], number[b], tuple(lots)) for (a, b), lots in pairs)
    rings = _rings(asked)
    ring_of = {code: ring.number for ring in reversed(rings) for code in ring.firms}
    places = drawing.layout(len(codes), [(tie.a, tie.b) for tie in ties])
    names = accounts.parties_by_code([*codes, *ring_of])
    firms = tuple(
        Firm(
            code,
            names[code].name if code in names else code,
            len(lots_of[code]),
            lowest[code],
            ring_of.get(code, 0),
            *place,
        )
        for code, place in zip(codes, places, strict=True)
    )
    chosen = firms[number[asked.firm]] if asked.firm in number else None
    listed = tuple(sorted(ties, key=lambda tie: (-len(tie.lots), tie.a, tie.b))[:LISTED_MOST])
    shown_lots = {lot for tie in listed for lot in tie.lots[:LOTS_MOST]}
    records = tender.lots(shown_lots | set(lots_of.get(asked.firm, ())))
    own = tuple(records[lot] for lot in lots_of.get(asked.firm, ()))
    return Network(
        asked,
        months,
        first,
        last,
        least,
        len(within),
        len(lots_of),
        firms,
        len(often) == DRAWN_MOST * 5,
        ties,
        listed,
        rings,
        records,
        chosen,
        own,
    )


def kinds() -> list[tuple[str, str]]:
    """Return regime and category of every market in which lots were opened."""
    rows = ScreenRun.objects.order_by("regime", "category").values_list("regime", "category").distinct()
    return list(rows)


def _meetings(
    runs: Sequence[ScreenRun],
) -> tuple[dict[str, list[uuid.UUID]], Counter[str], dict[tuple[str, str], list[uuid.UUID]]]:
    lots_of: dict[str, list[uuid.UUID]] = defaultdict(list)
    met: dict[tuple[str, str], list[uuid.UUID]] = defaultdict(list)
    lowest: Counter[str] = Counter()
    for run in runs:
        bids = sorted((float(amount), code) for code, amount in run.prices)
        for code in {code for _, code in bids}:
            lots_of[code].append(run.lot_id)
        if bids:
            lowest[bids[0][1]] += 1
        if len(bids) <= CROWD:
            for pair in combinations(sorted({code for _, code in bids}), 2):
                met[pair].append(run.lot_id)
    return lots_of, lowest, met


def _fit(met: dict[tuple[str, str], list[uuid.UUID]]) -> int:
    """Return the fewest common lots at which no more ties remain than can be read."""
    sizes = sorted((len(lots) for lots in met.values()), reverse=True)
    return sizes[DRAWN_MOST] + 1 if len(sizes) > DRAWN_MOST else 1


def _rings(asked: Asked) -> tuple[Ring, ...]:
    market = (
        Market.objects.filter(regime=asked.regime, category=asked.category)
        .order_by("-computed_at", "pk")
        .first()
    )
    return tuple(
        Ring(
            number, tuple(ring["members"]), len(ring["tenders"]), ring["score"], ring["p_value"], ring["wins"]
        )
        for number, ring in enumerate(market.rings if market else [], 1)
    )


def _month(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date().replace(day=1)
