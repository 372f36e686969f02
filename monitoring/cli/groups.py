"""The command `groups`: suspected rings as one JSON document, the most suspicious first."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from monitoring.cli import files, firm_bids
from monitoring.cli.bids import Bids, Integers, UnusableError
from monitoring.domain.networks.marks import Study, study
from monitoring.domain.networks.pairs import Pairs, pairs
from monitoring.domain.networks.rings import Ring, rings


def run(arguments: Sequence[str]) -> int:
    """Read a file of bids, write its groups, say on stderr what became of the rows; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli groups",
        description="Looks for rings among the firms that meet; docs/flags.md tells how.",
    )
    firm_bids.add_arguments(parser, out="G.json")
    options = parser.parse_args(arguments)
    try:
        bids, market = firm_bids.read(options, outcomes=True)
        found = study(market)
        judged = pairs(found)
        buyer, place = _agreed(bids, bids.buyer), _latest(bids, bids.instant)
        groups = [
            _shown(ring, bids, found, judged) for ring in rings(found, judged, buyer=buyer, place=place)
        ]
        with files.replacing(options.out) as stream:
            stream.write(json.dumps({"groups": groups}, ensure_ascii=False, indent=1) + "\n")
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    print(f"{firm_bids.summary(bids, market)}\n{len(groups)} groups", file=sys.stderr)  # noqa: T201 - as above
    return 0


def _latest(bids: Bids, values: Integers | None) -> Integers:
    """Return the greatest value of each tender's rows, -1 where none has one."""
    found = np.full(len(bids.names), -1, dtype=np.int64)
    if values is not None:
        np.maximum.at(found, bids.tender, values)
    return found


def _agreed(bids: Bids, values: Integers | None) -> Integers:
    """Return the one value that all rows of a tender state which state any, -1 where they differ."""
    greatest = _latest(bids, values)
    if values is not None:
        differs = (values >= 0) & (values != greatest[bids.tender])
        greatest[bids.tender[differs]] = -1
    return greatest


def _shown(ring: Ring, bids: Bids, found: Study, judged: Pairs) -> dict[str, Any]:
    met, turns = found.meetings, ring.turns
    return {
        "id": ring.id,
        "score": _number(ring.score),
        "p_value": _number(ring.p_value),
        "members": [bids.bidders[member] for member in ring.members],
        "tenders": [bids.names[tender] for tender in ring.tenders],
        "cohesion": _number(ring.cohesion),
        "exclusivity": _number(ring.exclusivity),
        "wins": turns.wins,
        "winners": turns.winners,
        "rotation": {"balance_p": turns.balance_p, "cycle_p": turns.cycle_p},
        "territory": {"share": _number(turns.territory), "p_value": turns.territory_p},
        "pairs": [
            {
                "bidder_a": bids.bidders[met.a[edge]],
                "bidder_b": bids.bidders[met.b[edge]],
                "tenders_together": int(met.common[edge]),
                "score": _number(float(judged.score[edge])),
                "p_value": _number(float(judged.p_value[edge])),
                "q_value": _number(float(judged.q_value[edge])),
                "reasons": list(judged.reasons[edge]),
            }
            for edge in ring.edges
        ],
    }


def _number(value: float | None) -> float | None:
    """Return a number with the ten digits that do not depend on the unit of the amounts."""
    return None if value is None else float(firm_bids.number(value))
