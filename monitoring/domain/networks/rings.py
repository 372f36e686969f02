"""Groups of firms that may be rings: communities among suspicious pairs, with what ties them and how they win."""

import hashlib
import math
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from monitoring.domain.networks.marks import Study
from monitoring.domain.networks.pairs import Pairs
from monitoring.domain.networks.turns import Turns, Win, turns

Integers = NDArray[np.int64]

EDGE = 0.05
"""Pairs with a q-value of at most this much are joined."""
LEAST, MOST = 3, 20
"""Fewer firms are a pair and no group; larger communities are divided further, since nobody can look into them."""
_FINEST = 16.0
_FLOOR = 1e-300


@dataclass(frozen=True, slots=True)
class Ring:
    """A group; `members`, `tenders` and `edges` (pairs that tie it) are indexes, edges with the best score first.

    `cohesion` is the share of its possible pairs that are edges, `exclusivity` the share of its members' meetings that
    are among themselves. `p_value` is Simes's chance over all pairs of the run, counting only the group's.
    """

    id: str
    members: tuple[int, ...]
    tenders: tuple[int, ...]
    edges: tuple[int, ...]
    cohesion: float
    exclusivity: float
    turns: Turns
    score: float
    p_value: float


def rings(study: Study, judged: Pairs, *, buyer: Integers, place: Integers) -> list[Ring]:
    """Return the groups, the highest score first; `buyer` and `place` in time are by tender, -1 where unknown."""
    tender_of, firm_of = _fingerprints(study)
    found = [
        _ring(study, judged, members, tender_of, firm_of, buyer, place)
        for members in _communities(study, judged, firm_of)
        if len(members) >= LEAST
    ]
    return sorted(found, key=lambda ring: (-ring.score, ring.id))


def _fingerprints(study: Study) -> tuple[list[str], list[str]]:
    """Return a hash for each tender and each firm of the prices alone, which no name and no unit changes."""
    market = study.market
    prices = np.rint(market.price * 1e6).astype(np.int64).tolist()
    tenders = [_hash(prices[run]) for run in market.runs()]
    bids: list[list[tuple[str, int]]] = [[] for _ in range(market.firms)]
    for tender, firm, price in zip(market.tender.tolist(), market.firm.tolist(), prices, strict=True):
        bids[firm].append((tenders[tender], price))
    return tenders, [_hash(sorted(each)) for each in bids]


def _hash(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def _communities(study: Study, judged: Pairs, firm_of: list[str]) -> list[tuple[int, ...]]:
    """Return communities of the significant pairs by greedy modularity (Clauset, Newman, Moore 2004).

    Pairs weigh as much as the logarithm of their chance. Firms enter in the order of their fingerprints, so that names
    decide no tie. Whoever is tied to fewer than half of the others is dropped, the least tied first.
    """
    met, edges = study.meetings, np.flatnonzero(judged.q_value <= EDGE).tolist()
    ends = sorted(
        {int(end) for edge in edges for end in (met.a[edge], met.b[edge])}, key=lambda at: (firm_of[at], at)
    )
    number = {firm: at for at, firm in enumerate(ends)}
    graph = nx.Graph()
    graph.add_nodes_from(range(len(ends)))
    graph.add_weighted_edges_from(
        sorted(
            (*sorted((number[int(met.a[at])], number[int(met.b[at])])), _weight(judged, at)) for at in edges
        )
    )
    return [
        tuple(sorted(ends[node] for node in part))
        for part in (_core(graph, whole) for whole in _parts(graph, 1.0))
    ]


def _weight(judged: Pairs, edge: int) -> float:
    return float(np.round(-np.log(max(judged.p_value[edge], _FLOOR)), 6))


def _core(graph: nx.Graph, part: frozenset[int]) -> set[int]:
    """Return those of a community that are tied to at least half of the others that stay."""
    core = set(part)
    while core:
        ties = {
            node: [graph[node][other]["weight"] for other in graph[node] if other in core] for node in core
        }
        least = min(core, key=lambda node: (len(ties[node]), round(math.fsum(ties[node]), 6), node))
        if 2 * len(ties[least]) >= len(core) - 1:
            break
        core.remove(least)
    return core


def _parts(graph: nx.Graph, resolution: float) -> list[frozenset[int]]:
    """Return communities of at most MOST nodes where a higher resolution can divide larger ones."""
    if not graph.number_of_edges():
        return []
    found = []
    for part in nx.community.greedy_modularity_communities(graph, weight="weight", resolution=resolution):
        if len(part) > MOST and resolution < _FINEST:
            inner = nx.Graph()
            inner.add_nodes_from(sorted(part))
            inner.add_edges_from(
                (low, high, data)
                for low, high, data in sorted(graph.edges(data=True))
                if low in part and high in part
            )
            found += _parts(inner, resolution * 1.5)
        else:
            found.append(part)
    return found


def _ring(
    study: Study,
    judged: Pairs,
    members: tuple[int, ...],
    tender_of: list[str],
    firm_of: list[str],
    buyer: Integers,
    place: Integers,
) -> Ring:
    market, met = study.market, study.meetings
    inside = np.isin(np.arange(market.firms), members)
    pairs = np.flatnonzero(inside[met.a] & inside[met.b])
    edges = pairs[judged.q_value[pairs] <= EDGE]
    possible = len(members) * (len(members) - 1) / 2
    present = np.bincount(market.tender, inside[market.firm], market.tenders)
    tenders = np.flatnonzero(present > 1)
    theirs = float((present * (present - 1)).sum())
    meetings = float((present * (market.sizes - 1)).sum())
    chances = np.sort(judged.p_value[pairs])
    return Ring(
        id=f"ring-{_hash(sorted(firm_of[firm] for firm in members))[:16]}",
        members=members,
        tenders=tuple(tenders.tolist()),
        edges=tuple(sorted(edges.tolist(), key=lambda edge: (-judged.score[edge], edge))),
        cohesion=len(edges) / possible,
        exclusivity=theirs / meetings,
        turns=turns(_wins(study, inside, tenders, tender_of, firm_of, buyer, place)),
        score=float(np.round(np.sort(judged.score[edges]).sum() / np.sqrt(possible), 9)),
        p_value=float(min(1.0, (chances * len(judged.p_value) / np.arange(1, len(chances) + 1)).min())),
    )


def _wins(
    study: Study,
    inside: NDArray[np.bool_],
    tenders: Integers,
    tender_of: list[str],
    firm_of: list[str],
    buyer: Integers,
    place: Integers,
) -> list[Win]:
    """Return the group's wins of common tenders in the order of the tenders' fingerprints; shared wins are left out."""
    market, runs = study.market, study.market.runs()
    found = []
    for tender in sorted(tenders.tolist(), key=lambda at: (tender_of[at], place[at])):
        run = runs[tender]
        firms = market.firm[run]
        winners = firms[market.won[run]]
        if len(winners) != 1 or not inside[winners[0]]:
            continue
        present = sorted(firms[inside[firms]].tolist(), key=lambda firm: (firm_of[firm], firm))
        known = int(buyer[tender]) if buyer[tender] >= 0 else None
        found.append(
            Win(int(winners[0]), tuple(present), known, int(place[tender]) if place[tender] >= 0 else None)
        )
    return found
