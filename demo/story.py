"""The story, act by act; whatever does not happen as told raises StoryError or PlayerError."""

from dataclasses import dataclass, field
from typing import Any

from demo import arrival, bids, committee, ending, hall, tendering
from demo.bids import GOODS_PRICES, RING
from demo.stage import Stage, StoryError, at
from demo.tendering import LIVE, LOT1, LOT2


@dataclass(slots=True)
class Told:
    """What the story came to."""

    winner: dict[str, Any]
    flags: list[str]
    draw_recomputed: bool
    dossiers: list[str] = field(default_factory=list)


def play(stage: Stage) -> Told:
    """Play from the announcement to the verified dossiers, with the goods lot sealed and waiting for its opening."""
    arrival.people_come(stage)
    arrival.ground_is_laid(stage)
    tendering.works_are_announced(stage)
    before_t(stage)
    bidders = at_t(stage)
    committee.judge(stage, LOT1, reject=RING)
    ending.failed(stage, LOT2)
    winner = ending.award(stage, LOT1)
    if winner["firm"] not in bidders or winner["firm"] in RING:
        raise StoryError(f"{winner['name']} should not have won")
    ending.deposits_are_back(stage, LOT1)
    flags = ending.flags(stage, LOT1)
    stage.move(at("2026-04-02 17:00"))
    tendering.goods_are_announced(stage)
    bids.goods_are_sealed(stage)
    bids.receipts(stage)
    found, drawn = ending.dossiers(stage, {LOT1: "contracted", LOT2: "failed"})
    return Told(winner, flags, drawn, found)


def before_t(stage: Stage) -> None:
    """Sealing, the addendum, and what is refused before T."""
    bids.early_bird(stage)
    stage.move(at("2026-03-10 09:00"))
    tendering.addendum(stage, LOT1, "补遗一：计划工期按日历天计算，起算日为开工令载明之日。")
    bids.everybody_seals(stage)


def at_t(stage: Stage) -> list[str]:
    """The late bid and the opening of the first lot; returns who bid."""
    hall.watch(stage, LOT1)
    bids.late(stage)
    bidders = [name for lot, name in stage.bids if lot == LOT1]
    table = hall.open_bids(stage, LOT1, bidders, pause=True)
    stage.counts.opened = sum(row["outcome"] == "opened" for row in table["bids"])
    hall.end(stage, LOT1, bidders, objector="bidder5")
    hall.heard_everything(stage, LOT1)
    return bidders


def live(stage: Stage) -> list[str]:
    """The opening of the goods lot by its custodians, from its T on; returns its dossiers."""
    hall.watch(stage, LIVE)
    stage.move(tendering.LIVE_DEADLINE)
    hall.open_bids(stage, LIVE, tuple(GOODS_PRICES))
    hall.end(stage, LIVE, tuple(GOODS_PRICES))
    hall.heard_everything(stage, LIVE)
    ending.ask_for_audit(stage, LIVE)
    found, _ = ending.dossiers(stage, {LIVE: "opened"})
    return found
