"""Does the work of `fit`; apart from its arguments, because scikit-learn starts slowly."""

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from monitoring.cli import labels
from monitoring.cli.bids import Bids, UnusableError
from monitoring.cli.markets import market, members
from monitoring.cli.source import collect
from monitoring.domain.suspicion import lessons, storage
from monitoring.domain.suspicion.learning import LearningError
from monitoring.domain.suspicion.signs import LEAST


def fit(path: Path, mapping: dict[str, str], column: str, out: Path) -> str:
    """Learn, write the model and return the table as text; raises UnusableError."""
    found = labels.read(path, mapping, column)
    try:
        return _fit(collect(path, mapping), found, out)
    except LearningError as error:
        raise UnusableError(str(error)) from error


def _fit(bids: Bids, found: Mapping[str, bool], out: Path) -> str:
    labelled = {at: found[name] for at, name in enumerate(bids.names) if name in found}
    lesson = lessons.study(market(bids), members(bids), labelled)
    about = lesson.about("python -m monitoring.cli fit", metadata.version("scikit-learn"))
    write(out, storage.pack(lesson.local, about))
    truth = lesson.truth
    lines = [
        f"{len(truth)} tenders of at least {LEAST} bids, {truth.mean():.1%} of them labelled (prevalence)"
    ]
    lines += table("out of fold", lesson.repeats)
    for name, each in lesson.baselines.items():
        lines += table(f"baseline {name}", [each])
    lines += [f"suspicion at {share} false alarms: {value:.4f}" for share, value in lesson.thresholds.items()]
    return "\n".join(lines) + "\n"


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
