"""Places for the nodes of a drawing: each connected part is laid out by itself, and the parts are put side by side."""

import math
from collections.abc import Sequence

import networkx as nx

Place = tuple[float, float]
Edge = tuple[int, int]
ASPECT = 1.6
"""Width over height of the whole drawing."""
_ROUNDS = 60
_SEED = 1
_GAP = 1.0


def layout(nodes: int, edges: Sequence[Edge]) -> list[Place]:
    """Return x and y of the nodes 0..nodes-1, in units in which neighbours are about 1 apart; y grows downwards.

    Parts are drawn by springs (Fruchterman, Reingold 1991) and stand in rows, the largest first. The same nodes and
    edges always give the same drawing, whatever the order of the edges.
    """
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(sorted({(min(edge), max(edge)) for edge in edges}))
    parts = sorted(
        (sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part)
    )
    drawn = [_part(graph.subgraph(part), part) for part in parts]
    sides = [max(1.0, math.sqrt(len(part))) * 1.5 for part in parts]
    width = max([*sides, math.sqrt(sum((side + _GAP) ** 2 for side in sides) * ASPECT)])
    found: list[Place] = [(0.0, 0.0)] * nodes
    left = top = row = 0.0
    for part, places, side in zip(parts, drawn, sides, strict=True):
        if left and left + side > width:
            left, top, row = 0.0, top + row + _GAP, 0.0
        for node, (x, y) in zip(part, places, strict=True):
            found[node] = (round(left + (x + 1) / 2 * side, 3), round(top + (y + 1) / 2 * side, 3))
        left, row = left + side + _GAP, max(row, side)
    return found


def _part(graph: nx.Graph, nodes: list[int]) -> list[Place]:
    """Return places in the square from -1 to 1; two nodes lie on a line, more by springs."""
    if len(nodes) < 3:
        return [(0.0, 0.0)] if len(nodes) == 1 else [(-0.7, 0.0), (0.7, 0.0)]
    places = nx.spring_layout(graph, iterations=_ROUNDS, seed=_SEED, k=2 / math.sqrt(len(nodes)))
    return [(float(places[node][0]), float(places[node][1])) for node in nodes]
