"""Does the work of `fit`; apart from its arguments, because scikit-learn starts slowly."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitoring.cli import labels
from monitoring.cli.bids import Bids, UnusableError
from monitoring.cli.score import collect, market
from monitoring.domain.suspicion import learning, storage
from monitoring.domain.suspicion.learning import LearningError
from monitoring.domain.suspicion.signs import LEAST

Truth = NDArray[np.int64]


def fit(path: Path, mapping: dict[str, str], column: str, out: Path) -> str:
    """Learn, write the model and return the table as text; raises UnusableError."""
    found = labels.read(path, mapping, column)
    try:
        return _fit(collect(path, mapping), found, out)
    except LearningError as error:
        raise UnusableError(str(error)) from error


def _fit(bids: Bids, found: Mapping[str, bool], out: Path) -> str:
    plain, n = learning.describe(market(bids))
    used = np.array(
        [at for at, name in enumerate(bids.names) if name in found and n[at] >= LEAST], dtype=np.int64
    )
    used = used[learning.in_order(plain[used])]
    truth = np.array([found[bids.names[at]] for at in used.tolist()], dtype=np.int64)
    everybody = members(bids)
    sets, plain = [everybody[at] for at in used.tolist()], plain[used]
    outside = learning.out_of_fold(plain, sets, truth)
    repeats = [learning.figures(truth, value, 0.5) for value in outside]
    about = {
        "made_by": "python -m monitoring.cli fit",
        "scikit-learn": metadata.version("scikit-learn"),
        "tenders": len(truth),
        "collusive": int(truth.sum()),
        "protocol": "out of fold, stratified 5-fold, 3 repeats, median imputation inside the fold",
        "figures": {name: round(float(np.mean([each[name] for each in repeats])), 4) for name in repeats[0]},
        "thresholds": learning.thresholds(truth, outside.mean(axis=0)),
        "training_sha256": _digest(plain, sets, truth),
    }
    local = learning.learn(plain, sets, truth)
    write(out, storage.pack(local, about))
    lines = [
        f"{len(truth)} tenders of at least {LEAST} bids, {truth.mean():.1%} of them labelled (prevalence)"
    ]
    lines += table("out of fold", repeats)
    for name, each in learning.baselines(plain, truth).items():
        lines += table(f"baseline {name}", [each])
    lines += [
        f"suspicion at {share} false alarms: {value:.4f}"
        for share, value in about["thresholds"].items()  # type: ignore[attr-defined]
    ]
    return "\n".join(lines) + "\n"


def members(bids: Bids) -> list[frozenset[str]]:
    """Return the bidders of each tender."""
    found: list[set[str]] = [set() for _ in bids.names]
    for tender, bidder in zip(bids.tender.tolist(), bids.bidder.tolist(), strict=True):
        if bidder >= 0:
            found[tender].add(bids.bidders[bidder])
    return [frozenset(each) for each in found]


def table(title: str, repeats: Sequence[Mapping[str, float]]) -> list[str]:
    """Return lines of figures: the mean over repeats, and where there are several the least and greatest."""
    lines = [title]
    for name in repeats[0]:
        values = [each[name] for each in repeats]
        interval = f"  ({min(values):.3f} to {max(values):.3f})" if len(values) > 1 else ""
        lines.append(f"  {name:<20} {np.mean(values):.3f}{interval}")
    return lines


def write(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there; raises UnusableError."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise UnusableError(f"cannot write {path}: {error}") from error


def _digest(plain: NDArray[np.float64], sets: Sequence[frozenset[str]], truth: Truth) -> str:
    """Return the SHA-256 of what was learned from: one sorted line a tender, features to nine digits."""
    rows = sorted(
        f"{' '.join(format(value, '.9g') for value in row)} {sorted(each)!r} {label}"
        for row, each, label in zip(plain.tolist(), sets, truth.tolist(), strict=True)
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
