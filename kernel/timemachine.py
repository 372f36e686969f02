"""The moved clock of demo, replay and tests: one small file says how far the world is ahead of the system."""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "YANGGUANG_CLOCK"
_cache: dict[str, tuple[int, float]] = {}


def offset() -> timedelta:
    """Return how far the moved world is ahead; zero when no clock file is named."""
    name = os.environ.get(VARIABLE, "")
    return timedelta(seconds=_read(name)) if name else timedelta(0)


def moved() -> bool:
    """Tell whether this process lives in a moved world."""
    return bool(os.environ.get(VARIABLE))


def now() -> datetime:
    """Return the moved instant by the system's clock, for tools that have no database."""
    return datetime.now(UTC) + offset()


def move_to(moment: datetime) -> None:
    """Set the world of the named clock file so that it is `moment` now; refuses to go back."""
    name = os.environ[VARIABLE]
    ahead = (moment - datetime.now(UTC)).total_seconds()
    if Path(name).exists() and ahead < _read(name):
        raise ValueError("the moved clock goes forward only")
    write(Path(name), ahead)


def write(path: Path, seconds: float) -> None:
    """Store an offset in seconds, by rename, so that no reader sees half a file."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump({"offset": seconds}, file)
    Path(file.name).replace(path)


def _read(name: str) -> float:
    stamp = os.stat(name).st_mtime_ns  # noqa: PTH116 - called for every instant, Path costs ten times more
    known = _cache.get(name)
    if known is None or known[0] != stamp:
        known = (stamp, float(json.loads(Path(name).read_text())["offset"]))
        _cache[name] = known
    return known[1]
