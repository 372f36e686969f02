"""The folder of one seat on its own machine: identity, sealed bids, receipts, custody, draws."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidding.kit import files
from bidding.kit.errors import KitError, UsageError
from kernel.domain import canonical

SEAT_DOMAIN = "yangguang/kit-seat/v1"
UNFINISHED = ".new-"


@dataclass(frozen=True, slots=True)
class Home:
    """Names every place in the folder; only `files` writes there."""

    path: Path

    @property
    def certificate(self) -> Path:
        """The seat's certificate, with intermediate ones behind it."""
        return self.path / "certificate.pem"

    @property
    def key(self) -> Path:
        """The seat's signing key."""
        return self.path / "key.pem"

    @property
    def seat(self) -> Path:
        """What the platform said of the seat when it enrolled: no secret."""
        return self.path / "seat.json"

    @property
    def trust(self) -> Path:
        """The trust folder that is taken when none is named."""
        return self.path / "trust"

    @property
    def bids(self) -> Path:
        """One folder a sealed bid."""
        return self.path / "bids"

    @property
    def receipts(self) -> Path:
        """Every record that the platform signed about a bid, one file each."""
        return self.path / "receipts"

    def lot(self, lot: str) -> Path:
        """Where a lot's notice is kept."""
        return self.path / "lots" / lot

    def custody(self, lot: str) -> Path:
        """Where a custodian keeps its key of a lot and what it answered."""
        return self.path / "custody" / lot

    def draw(self, draw: str) -> Path:
        """Where a contributor keeps its value of a draw (`<lot>/draw-<n>`)."""
        return self.path / "draws" / draw.replace("/", "-")

    def enrolled(self) -> dict[str, Any]:
        """Return what is known of the seat, {} before it enrolled."""
        data = files.known(self.seat)
        return {} if data is None else dict(json.loads(data))

    def sealed(self) -> Iterator[Path]:
        """Yield the folders of whole bids."""
        if self.bids.is_dir():
            yield from sorted(p for p in self.bids.iterdir() if p.is_dir() and not p.name.startswith("."))

    def bid(self, named: str) -> Path:
        """Return the folder of a bid named by its id, or by enough of its beginning."""
        found = [path for path in self.sealed() if path.name.startswith(named)] if named else []
        if len(found) != 1:
            raise UsageError("bid_unknown" if not found else "bid_ambiguous", bid=named, home=self.path)
        return found[0]


def read_json(path: Path) -> Any:
    """Return the value of a canonical file of the kit; raises KitError naming the file."""
    try:
        return canonical.from_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise KitError("file_missing", path=path) from error
    except (OSError, canonical.NotCanonicalError) as error:
        raise KitError("file_unreadable", path=path, why=error) from error


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises KitError naming the file."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KitError("file_missing", path=path) from error
    except OSError as error:
        raise KitError("file_unreadable", path=path, why=error) from error
