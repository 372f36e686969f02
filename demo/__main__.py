"""`make demo`: play the story through a running server, then leave it running for visitors; `--once` only plays.

With `--once` the last line of stdout is one JSON object and the exit code tells whether everything held; all else
goes to stderr. `python -m demo code SEAT` prints a seat's current one-time code.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from datetime import timedelta
from types import FrameType
from typing import Any

from demo import cast, codes, seats, story, tendering
from demo.stage import Stage, StoryError
from demo.story import Told
from demo.team import PlayerError, Team
from demo.world import HOME, ROOT, World, WorldError
from kernel import timemachine

PORT = 8000
BEFORE_T = timedelta(minutes=2)


def main() -> int:
    """Play, or print a code; returns 0 when everything held, 1 when not, 2 when called wrongly."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play and verify, then end")
    below = parser.add_subparsers(dest="verb")
    below.add_parser("code", help="print a seat's one-time code").add_argument("seat")
    chosen = parser.parse_args()
    if chosen.verb == "code":
        return code(chosen.seat)
    signal.signal(signal.SIGTERM, _end)
    try:
        world = World(int(os.environ.get("PORT") or PORT), once=chosen.once)
        return perform(world)
    except ValueError:
        say(f"PORT must be a number, not {os.environ.get('PORT')!r}")
        return 2
    except WorldError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def perform(world: World) -> int:
    """Set the world up, play, report; without `--once` serve on until interrupted."""
    started = time.monotonic()
    try:
        world.set_up(say)
        stage = Stage(world, Team(world.seats, world.server, world.trust), started=started)
        try:
            told = story.play(stage)
            if world.once:
                told.dossiers += story.live(stage)
                seats.hand_out(stage, cast.PEOPLE[:1])
                stage.out("walkthrough.md").write_text(stage.walked())
                sys.stdout.write(json.dumps(report(stage, told, started), ensure_ascii=False) + "\n")
                return 0
            say(json.dumps(report(stage, told, started), ensure_ascii=False))
            serve(stage)
        finally:
            stage.team.stop()
    except (StoryError, PlayerError) as error:
        if not world.once:
            raise
        sys.stdout.write(json.dumps({"ok": False, "error": str(error)}, ensure_ascii=False) + "\n")
        return 1
    finally:
        world.stop()
    return 0


def serve(stage: Stage) -> None:
    """Give every seat a password, start the goods opening two minutes later, and serve until interrupted."""
    stage.move(tendering.LIVE_DEADLINE - BEFORE_T)
    lot = stage.lot(tendering.LIVE)
    say(f"\nthe platform is at {stage.world.server}; press Ctrl+C to end it")
    say(f"in two minutes an opening begins: {stage.world.server}/lots/{lot}/hall/\n")
    say(seats.hand_out(stage))
    while timemachine.now() < tendering.LIVE_DEADLINE:
        time.sleep(0.5)
    story.live(stage)
    say("the opening has ended; the platform stays until you press Ctrl+C")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)


def report(stage: Stage, told: Told, started: float) -> dict[str, Any]:
    """The last line: what happened, counted."""
    counts = stage.counts
    return {
        "ok": True,
        "sealed": counts.sealed,
        "replaced": counts.replaced,
        "withdrawn": counts.withdrawn,
        "refused": counts.refused,
        "opened": counts.opened,
        "failed_lots": counts.failed_lots,
        "draw_recomputed": told.draw_recomputed,
        "experts_replaced": counts.experts_replaced,
        "winner": told.winner["name"],
        "price": told.winner["price"],
        "flags": told.flags,
        "receipts_verified": counts.receipts,
        "dossiers": told.dossiers,
        "trust": str(stage.world.trust.relative_to(ROOT)),
        "verified": True,
        "seconds": round(time.monotonic() - started, 1),
    }


def code(seat: str) -> int:
    """Print a seat's one-time code as of now."""
    path = HOME / "seats" / seat / "totp.txt"
    if "/" in seat or not path.exists():
        known = sorted(each.parent.name for each in (HOME / "seats").glob("*/totp.txt"))
        say(f"no code for {seat!r}: {'seats are ' + ', '.join(known) if known else 'run make demo first'}")
        return 2
    sys.stdout.write(f"{codes.one_time_code(path.read_text().strip())}\n")
    return 0


def say(text: str) -> None:
    """Write to stderr; stdout is for the last line."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
