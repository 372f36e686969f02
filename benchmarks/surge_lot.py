"""Prepares the surge: a published lot, its bidders, and a sealed and declared bid of each, ready to be sent.

Writes `lot.json` into the folder that it is given: for each bid its id, token, upload address and container. The
clock ends ten minutes before T, where surges come.
"""

import json
import os
import random
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts import actions as accounts  # noqa: E402 - after Django
from bidding import queries  # noqa: E402 - after Django
from bidding.actions import sealing  # noqa: E402 - after Django
from bidding.domain import opening, statements  # noqa: E402 - after Django
from bidding.domain.parts import OPENING_FIELDS_NAME  # noqa: E402 - after Django
from bidding.sealing import seal  # noqa: E402 - after Django
from kernel import clock, timemachine  # noqa: E402 - after Django
from kernel.domain import canonical  # noqa: E402 - after Django
from kernel.upload.asgi import PREFIX  # noqa: E402 - after Django
from monitoring.replay import lots  # noqa: E402 - after Django
from monitoring.replay.formulas import LOWEST  # noqa: E402 - after Django
from monitoring.replay.rows import Tender  # noqa: E402 - after Django
from monitoring.replay.world import World  # noqa: E402 - after Django


def main(folder, count, seed):
    """Publish, let everybody seal and declare, move the clock."""
    world = World()
    project = lots.create_project(world, code="E5108000001")
    lot = lots.publish(world, project, Tender("surge"), LOWEST, world.trust())
    prices = random.Random(seed)
    bids = [
        declare(world.bidder("bidder", number), lot, folder / "bids" / str(number), prices)
        for number in range(count)
    ]
    timemachine.move_to(lots.DEADLINE - timedelta(minutes=10))
    (folder / "lot.json").write_text(json.dumps({"lot": str(lot.id), "bids": bids}))


def declare(player, lot, folder, prices):
    """Seal a bid at a random price and declare it; returns how it is sent."""
    folder.mkdir(parents=True)
    fields = opening.build_fields(
        price=Decimal(prices.randrange(9_000_000_00, 10_000_000_00)) / 100,
        period_days=180,
        quality="as asked",
        enterprise="medium",
    )
    (folder / OPENING_FIELDS_NAME).write_bytes(canonical.to_bytes(fields))
    sealed = seal.seal_bid(
        lot.reading,
        bidder=player.credit_code,
        files={"opening": {OPENING_FIELDS_NAME: folder / OPENING_FIELDS_NAME}},
        folder=folder / "out",
        supersedes=None,
        client_time=clock.now(),
    )
    [part] = sealed.statement["parts"]
    shares = {
        role: (folder / "out" / statements.share_name("opening", role)).read_bytes()
        for role in part["shares"]
    }
    document = canonical.to_bytes(sealed.statement)
    signature = player.sign(sealed.statement)
    bid = sealing.declare(player.holder, lot.id, document, signature, {"opening": shares}, now=clock.now())
    [row] = queries.parts(bid.pk)
    return {
        "bid": str(bid.pk),
        "token": accounts.give_token(player.holder),
        "path": f"{PREFIX}{row.upload_id}",
        "file": str(folder / "out" / statements.container_name("opening")),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
