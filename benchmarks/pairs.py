"""How well `pairs` and `firms` rank the members of known cartels, beside what trivial counting reaches.

Prints JSON lines: for each market the area under the ROC curve (AUC) of every ranking. A firm counts as a
member when a bid of it is labelled in `Collusive_competitor_original`; a pair, when both of its firms are members.
No label is used by what is measured. The interval is that of 20 samples of 80 % of the firms (seed 0).

    python -m benchmarks.pairs [--data DIR]
"""

import argparse
import csv
import gzip
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from benchmarks.report import emit
from monitoring.domain.networks import market, marks
from monitoring.domain.networks.pairs import expected_meetings, pairs

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "collusion"
MARKETS = {"Brazil": 0.80, "Italy": 0.85}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    for name, wanted in MARKETS.items():
        path = folder / f"DB_Collusion_{name}_processed.csv.gz"
        if path.exists():
            measure(name, path, wanted)
        else:
            emit("pairs", market=name, skipped=f"{path} is not there", measured_on="cpu")
    return 0


def measure(name, path, wanted):
    names, bids = read(path)
    ring = labelled(path)
    member = np.array([each in ring for each in names])
    start = time.process_time()
    found = marks.study(bids)
    judged = pairs(found)
    seconds = time.process_time() - start
    met, activity = found.meetings, bids.activity
    either = activity[met.a] + activity[met.b]
    rankings = {
        "score": judged.score,
        "p_value": -judged.p_value,
        "calm_alone": -judged.calm,
        "close_alone": -judged.close,
        **{
            f"mark_{each}": _both(getattr(found.marks, each), met)
            for each in ("contact", "calm", "near", "company")
        },
        "baseline_common_tenders": met.common,
        "baseline_activity_product": activity[met.a] * activity[met.b],
        "baseline_jaccard": met.common / (either - met.common),
        "baseline_lift": met.common / expected_meetings(found),
    }
    truth = member[met.a] & member[met.b]
    sizes = {"market": name, "pairs": len(truth), "positive": int(truth.sum()), "tenders": bids.tenders}
    for ranking_name, values in rankings.items():
        extra = {"wanted": wanted, "low": 0.0, "high": 0.0} if ranking_name == "score" else {}
        if extra:
            extra["low"], extra["high"] = interval(truth, values, met, bids.firms)
        emit("pairs", **sizes, ranking=ranking_name, auc=ranking(truth, values), **extra, measured_on="cpu")
    regular = activity >= marks.REGULAR
    for ranking_name, values in (("score", found.marks.total()), ("baseline_activity", activity)):
        emit(
            "firms",
            market=name,
            firms=int(regular.sum()),
            positive=int(member[regular].sum()),
            ranking=ranking_name,
            auc=ranking(member[regular], values[regular]),
            measured_on="cpu",
        )
    emit("pairs speed", market=name, bids=len(bids.price), cpu_s=seconds, measured_on="cpu")


def _both(values, met):
    return values[met.a] + values[met.b]


def interval(truth, values, met, firms):
    """Return the 5th and 95th percentile of the AUC over samples of firms, whose pairs are not independent."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        kept = rng.random(firms) < 0.8
        rows = kept[met.a] & kept[met.b]
        if 0 < truth[rows].sum() < rows.sum():
            found.append(ranking(truth[rows], values[rows]))
    return tuple(float(each) for each in np.percentile(found, [5, 95]))


def ranking(truth, values):
    """Return the AUC: the chance that a positive stands above a negative, ties counting half."""
    truth = np.asarray(truth, dtype=bool)
    positive, negative = int(truth.sum()), int((~truth).sum())
    return float((rankdata(values)[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def labelled(path):
    """Return the firms that have a bid labelled as collusive."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return {
            row["Competitors"]
            for row in csv.DictReader(stream)
            if float(row["Collusive_competitor_original"] or 0) == 1
        }


def read(path):
    """Return the names of the firms and the market."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = [
            (row["Tender"], row["Competitors"], float(row["Bid_value"])) for row in csv.DictReader(stream)
        ]
    tender, firm = defaultdict(lambda: len(tender)), defaultdict(lambda: len(firm))
    columns = np.array([(tender[t], firm[f]) for t, f, _ in rows], dtype=np.int64)
    amounts = np.array([amount for _, _, amount in rows])
    return list(firm), market.of_bids(
        columns[:, 0], columns[:, 1], amounts, tenders=len(tender), firms=len(firm)
    )


if __name__ == "__main__":
    sys.exit(main())
