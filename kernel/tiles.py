"""The log as plain files over HTTP (C2SP tlog-tiles): checkpoint, hash tiles, entry bundles."""

import re

from kernel import log
from kernel.models import LogCosignature, LogTick

_TILE = re.compile(
    r"tile/(?P<level>[0-9]|[1-5][0-9]|entries)/(?P<index>(?:x\d{3}/)*\d{3})(?:\.p/(?P<part>\d+))?\Z"
)


def checkpoint() -> str | None:
    """Return the newest checkpoint with cosignatures, before the first cosignature the newest; None when empty."""
    count = log.newest_cosigned() or log.size()
    return str(log.note_of(count)) if count else None


def read(path: str) -> bytes | None:
    """Return what lies at a path below `/log/` other than the checkpoint; None for what the log does not have."""
    found = _TILE.match(path)
    if found is None:
        return None
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["part"] or log.TILE)
    if not 0 < width <= log.TILE or (found["part"] and width == log.TILE):
        return None
    if found["level"] == "entries":
        return _entries(index, width)
    file = log.tile_path(int(found["level"]), index, width)
    return file.read_bytes() if file.is_file() else None


def cosigned(count: int) -> list[str]:
    """Return the names of the witnesses that cosigned the checkpoint of a size."""
    rows = LogCosignature.objects.filter(checkpoint_id=count).order_by("witness")
    return list(rows.values_list("witness", flat=True))


def _entries(index: int, width: int) -> bytes | None:
    """Return a bundle of leaves, each with its length as two bytes before it."""
    first = index * log.TILE
    ticks = LogTick.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
    roots = [bytes(root) for root in ticks.values_list("root", flat=True)]
    if len(roots) != width:
        return None
    return b"".join(len(root).to_bytes(2, "big") + root for root in roots)
