"""What bidders do in a replay: each row is sealed on its own, declared with its signature and uploaded in its turn."""

import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bidding import queries as bidding
from bidding.actions import sealing
from bidding.domain import opening, statements
from bidding.domain.lifecycle import Bid as BidState
from bidding.domain.notice import OPENING
from bidding.domain.parts import OPENING_FIELDS_NAME
from bidding.sealing import seal
from bidding.sealing.seal import Sealed
from kernel import clock
from kernel.domain import canonical
from kernel.upload import receive, stamps
from kernel.upload.stamps import Stamp
from monitoring.replay.lots import Lot
from monitoring.replay.rows import Bid
from monitoring.replay.world import Player, World

QUALITY, ENTERPRISE = "as in the file", "medium"
SHORTEST = 0.0005
"""Seconds to wait until the clock shows a later millisecond: equal prices rank by the earlier seal."""


class NotSealedError(Exception):
    """A bid that the platform did not take; a replay cannot go on with its tender."""


class Turns:
    """Instants that never stand twice, so that every bid of a replay has its own place in time."""

    def __init__(self) -> None:
        self._last = ""

    def next(self) -> datetime:
        """Return the clock's instant, once it shows a later millisecond than the last one given."""
        while canonical.instant(moment := clock.now()) <= self._last:
            time.sleep(SHORTEST)
        self._last = canonical.instant(moment)
        return moment


def submit(world: World, lot: Lot, row: Bid, turns: Turns, *, occurrence: int) -> str:
    """Seal, declare and upload one bid; returns its id. Raises NotSealedError unless it stands then."""
    player = world.bidder(row.bidder, occurrence)
    with TemporaryDirectory(prefix="replay-") as scratch:
        folder = Path(scratch)
        sealed = _seal(lot, row, player, folder)
        stored = sealing.declare(
            player.holder,
            lot.id,
            canonical.to_bytes(sealed.statement),
            player.sign(sealed.statement),
            _shares(sealed, folder / "out"),
            now=clock.now(),
        )
        for part in bidding.parts(stored.pk):
            data = (folder / "out" / statements.container_name(part.name)).read_bytes()
            stamps.part_path(part.upload_id).write_bytes(data)
            stamp = Stamp(part.upload_id, turns.next(), canonical.sha256(data), len(data), stamps.PROCESS)
            receive.complete(stamp)
    stored.refresh_from_db(fields=["state"])
    if stored.state != BidState.SEALED:
        raise NotSealedError(f"the bid of {row.bidder} is {stored.state}")
    lot.bidders[str(stored.pk)], lot.players[str(stored.pk)] = row.bidder, player
    return str(stored.pk)


def _seal(lot: Lot, row: Bid, player: Player, folder: Path) -> Sealed:
    fields = opening.build_fields(price=row.amount, period_days=None, quality=QUALITY, enterprise=ENTERPRISE)
    path = folder / OPENING_FIELDS_NAME
    path.write_bytes(canonical.to_bytes(fields))
    return seal.seal_bid(
        lot.reading,
        bidder=player.credit_code,
        files={OPENING: {OPENING_FIELDS_NAME: path}},
        folder=folder / "out",
        supersedes=None,
        client_time=clock.now(),
    )


def _shares(sealed: Sealed, folder: Path) -> dict[str, dict[str, bytes]]:
    return {
        part["name"]: {
            role: (folder / statements.share_name(part["name"], role)).read_bytes() for role in part["shares"]
        }
        for part in sealed.statement["parts"]
    }
