"""How well tenders of three real markets are ordered, out of fold and by the shipped model, beside what to beat."""

import contextlib
import gzip
import io
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.report import emit
from monitoring.cli import labels
from monitoring.cli.markets import market, members
from monitoring.cli.source import collect
from monitoring.domain.suspicion import assessment, learning
from monitoring.domain.suspicion.signs import LEAST

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "collusion"
COMMON = {"tender": "Tender", "amount": "Bid_value"}
FIRMS = {**COMMON, "bidder": "Competitors", "estimate": "Pre-Tender Estimate (PTE)"}
MARKETS = {
    "Brazil": (
        "DB_Collusion_Brazil_processed.csv.gz",
        FIRMS,
        {"best": 0.904, "target": 0.95, "transfer": 0.88},
    ),
    "Italy": (
        "DB_Collusion_Italy_processed.csv.gz",
        FIRMS,
        {"best": 0.921, "target": 0.96, "transfer": 0.80},
    ),
    "Ticino": (
        "DB_Collusion_Switzerland_Ticino_processed.csv.gz",
        COMMON,
        {"best": 0.933, "target": 0.96, "transfer": 0.88},
    ),
}
LABEL = "Collusive_competitor"


def main():
    """Print a line a market and way; nothing that was learned is kept."""
    if not DATA.is_dir():
        sys.stderr.write(f"{DATA} is not there: nothing to measure\n")
        return
    for name, (file, mapping, beat) in MARKETS.items():
        with contextlib.redirect_stderr(io.StringIO()), tempfile.TemporaryDirectory() as folder:
            path = merged(DATA / file, Path(folder)) if name == "Ticino" else DATA / file
            bids, found = collect(path, mapping), labels.read(path, mapping, LABEL)
        plain, n = learning.describe(market(bids))
        used = np.flatnonzero(n >= LEAST)
        used = used[learning.in_order(plain[used])]
        truth = np.array([found[bids.names[at]] for at in used], dtype=np.int64)
        sets = members(bids)
        outside = learning.out_of_fold(plain[used], [sets[at] for at in used], truth)
        rounds = [learning.figures(truth, value, 0.5) for value in outside]
        about = {"tenders": len(truth), "collusive": int(truth.sum()), "measured_on": "shared/data/collusion"}
        aucs = [each["AUC"] for each in rounds]
        emit(
            f"collusion {name}, out of fold",
            **about,
            **{key: float(np.mean([each[key] for each in rounds])) for key in rounds[0]},
            AUC_least=min(aucs),
            AUC_greatest=max(aucs),
            AUC_to_beat=beat["best"],
            AUC_target=beat["target"],
        )
        shipped = assessment.assess(market(bids)).suspicion[used]
        emit(
            f"collusion {name}, shipped model",
            **about,
            **learning.figures(truth, shipped, 0.5),
            AUC_target=beat["transfer"],
        )
        for kind, figures in learning.baselines(plain[used], truth).items():
            emit(f"collusion {name}, baseline {kind}", **about, **figures)


def merged(path, folder):
    """Write the market with the rows of one consortium (same tender, same price) once; return the file."""
    with gzip.open(path, "rt") as source:
        head, *lines = source.read().splitlines()
    columns = head.split(",")
    tender, amount = columns.index("Tender"), columns.index("Bid_value")
    once = {
        (cells[tender], float(cells[amount])): ",".join(cells)
        for cells in (line.split(",") for line in lines)
    }
    target = folder / "merged.csv"
    target.write_text("\n".join([head, *once.values()]) + "\n")
    return target


if __name__ == "__main__":
    main()
