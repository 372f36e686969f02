"""Does the work of `evaluate`; apart from its arguments, because scikit-learn starts slowly."""

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitoring.cli import labels
from monitoring.cli.bids import UnusableError
from monitoring.cli.fitting import table
from monitoring.cli.markets import market
from monitoring.cli.source import collect
from monitoring.domain.suspicion import learning
from monitoring.domain.suspicion.signs import LEAST

RESAMPLES = 500
_SEED = 20250103


def lines(scores: Path, path: Path, mapping: dict[str, str], column: str, cut: float) -> list[str]:
    """Return the figures as lines of text; raises UnusableError."""
    found = _scores(scores), labels.read(path, mapping, column)
    return list(_lines(*_matched(*found, path, mapping), cut))


def _scores(path: Path) -> dict[str, float]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            lacking = {"tender", "suspicion"} - set(reader.fieldnames or ())
            if lacking:
                raise UnusableError(f"{path} has no column {min(lacking)!r}; it is not a table of score")
            return {row["tender"]: _number(path, reader.line_num, row["suspicion"]) for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnusableError(f"cannot read {path}: {error}") from error


def _number(path: Path, line: int, cell: str | None) -> float:
    try:
        value = float(cell or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UnusableError(f"{path}: line {line}: suspicion {cell!r} is not a number")
    return value


def _matched(
    scores: Mapping[str, float], found: Mapping[str, bool], path: Path, mapping: dict[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return label, suspicion and features of the labelled tenders of at least three bids."""
    bids = collect(path, mapping)
    plain, n = learning.describe(market(bids))
    used = [at for at, name in enumerate(bids.names) if name in found and n[at] >= LEAST]
    lacking = [bids.names[at] for at in used if bids.names[at] not in scores]
    if lacking:
        raise UnusableError(f"{len(lacking)} labelled tenders have no score, the first is {lacking[0]!r}")
    truth = np.array([found[bids.names[at]] for at in used], dtype=np.int64)
    if len(set(truth.tolist())) != 2:
        raise UnusableError("tenders of three bids or more are needed both with and without the label")
    return truth, np.array([scores[bids.names[at]] for at in used]), plain[used]


def _lines(
    truth: NDArray[np.int64], value: NDArray[np.float64], plain: NDArray[np.float64], cut: float
) -> Iterator[str]:
    yield f"{len(truth)} tenders of at least {LEAST} bids, {truth.mean():.1%} of them labelled (prevalence)"
    intervals = _intervals(truth, value, cut)
    yield f"suspicion (95 % interval over {RESAMPLES} resamples)"
    for name, figure in learning.figures(truth, value, cut).items():
        low, high = intervals[name]
        yield f"  {name:<20} {figure:.3f}  ({low:.3f} to {high:.3f})"
    for name, each in learning.baselines(plain, truth).items():
        yield from table(f"baseline {name}", [each])


def _intervals(
    truth: NDArray[np.int64], value: NDArray[np.float64], cut: float
) -> dict[str, tuple[float, float]]:
    """Return percentile bootstrap intervals; resamples draw labelled and other tenders apart."""
    chance = np.random.default_rng(_SEED)
    order = np.lexsort((truth, value))
    groups = [order[truth[order] == label] for label in (0, 1)]
    drawn = [np.concatenate([chance.choice(group, len(group)) for group in groups]) for _ in range(RESAMPLES)]
    found = [learning.figures(truth[rows], value[rows], cut) for rows in drawn]
    return {
        name: (
            float(np.quantile([each[name] for each in found], 0.025)),
            float(np.quantile([each[name] for each in found], 0.975)),
        )
        for name in found[0]
    }
