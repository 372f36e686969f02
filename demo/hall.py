"""The opening: the hall in both modes, played by host, witness, custodians, bidders, and watched by a visitor."""

import json
from collections.abc import Sequence
from typing import Any

from demo.stage import Stage, StoryError
from demo.team import PlayerError, Seat
from demo.tendering import PLANS
from demo.world import HOME

READ_OUT = 90.0


def watch(stage: Stage, name: str) -> None:
    """A visitor opens the socket of a hall and follows it to the end, on a line that breaks every few events."""
    heard = HOME / f"hall-{name}.jsonl"
    stage.world.start("demo.watcher", stage.world.server, stage.lot(name), str(heard), log=f"watcher-{name}")


def step(stage: Stage, name: str) -> str:
    """Where a hall stands."""
    return str(stage.opening(stage.lot(name))["step"])


def open_bids(stage: Stage, name: str, bidders: Sequence[str], *, pause: bool = False) -> dict[str, Any]:
    """Open a lot from the check-in to the signed record; returns the opening table."""
    lot, side = stage.lot(name), PLANS[name].side
    consent = name != "live"
    stage.until(f"the bids of {name} are counted", lambda: step(stage, name) == "counted")
    if consent:
        stage.team.together(*(lambda n=one: stage.team[n].kit("check-in", lot) for one in bidders))
    host = stage.team[side.host]
    hall = f"/lots/{lot}/hall/"
    stage.until("the host can begin", lambda: _names_shown(host, hall))
    if pause:
        _pause(stage, name)
    host.submit(hall, "names/heard")
    stage.say(f"{name}: the names are shown to all at once")
    stage.team.together(
        *(lambda n=one: stage.team[n].kit("ready", lot, "--wait", "60") for one in side.keepers().values())
    )
    if consent:
        _consent(stage, name, bidders)
    stage.until(f"{name} is to be released", lambda: step(stage, name) == "release")
    for one in side.keepers().values():
        stage.team[one].kit("release", lot, "--wait", "60")
    stage.until(f"the prices of {name} are read out", lambda: step(stage, name) == "read_out", READ_OUT)
    table: dict[str, Any] = json.loads(stage.opening(lot)["table"])
    opened = [row for row in table["bids"] if row["outcome"] == "opened"]
    if len(opened) != len(bidders):
        raise StoryError(f"{name}: {len(opened)} of {len(bidders)} bids opened: {table['bids']}")
    stage.say(f"{name}: {len(opened)} bids opened and read out")
    return table


def _names_shown(host: Seat, hall: str) -> bool:
    """Show the names; False while the page does not offer it yet, for the counted bids are not announced."""
    try:
        return bool(host.ask("submit", url=hall, form="hall/names/")["status"] == 200)
    except PlayerError as error:
        if "no form with" not in str(error):
            raise
        return False


def end(stage: Stage, name: str, bidders: Sequence[str], *, objector: str = "") -> None:
    """Objections, confirmations, and the record signed by host and witness."""
    lot, side = stage.lot(name), PLANS[name].side
    hall, host = f"/lots/{lot}/hall/", stage.team[side.host]
    host.submit(hall, "objections/hear")
    if objector:
        stage.team[objector].kit("object", lot, "--text", "请核对第三行报价的大写金额")
        form = stage.until("the objection waits for an answer", lambda: _answer_form(stage, side.host, hall))
        host.submit(hall, form, fields={form: "已当场核对，大写与小写一致"})
        stage.say(f"{name}: an objection raised and answered")
    stage.until(f"the record of {name} can be confirmed", lambda: _confirmed(stage, name, bidders))
    stage.until(
        f"the record of {name} waits for signatures",
        lambda: stage.team[side.host].kit("sign")["waiting"],
    )
    for one in (side.host, side.witness):
        stage.team[one].kit("sign", "--all")
    stage.until(f"the opening of {name} ends", lambda: step(stage, name) == "ended")
    stage.say(f"{name}: the opening record is signed by host and witness")


def heard_everything(stage: Stage, name: str) -> None:
    """The visitor whose line broke again and again has every event once, in order."""
    path = HOME / f"hall-{name}.jsonl"
    last = int(stage.team["visitor"].json(f"/lots/{stage.lot(name)}/hall/events/?since=0")["events"][-1]["n"])

    def numbers() -> list[int]:
        return [json.loads(line)["n"] for line in path.read_text().splitlines() if line.endswith("}")]

    stage.until("the visitor has heard all", lambda: numbers() == list(range(1, last + 1)), 20)
    stage.say(f"{name}: a visitor whose line broke every few events heard all in order", f"{last} events")


def _consent(stage: Stage, name: str, bidders: Sequence[str]) -> None:
    side = PLANS[name].side
    for one in stage.team.together(
        *(lambda n=one: stage.team[n].kit("consent", stage.bids[name, n], "--wait", "60") for one in bidders)
    ):
        if one["judged"] != "given":
            raise StoryError(f"{name}: a consent was not taken: {one}")
    stage.say(f"{name}: every bidder checked the closing list and consented")
    stage.until("the coefficient is drawn", lambda: step(stage, name) in ("coefficients", "release"))
    if step(stage, name) == "coefficients":
        for one in side.officers().values():
            stage.team[one].kit("draw-reveal")
    stage.say(f"{name}: the coefficient is drawn before any key is released")


def _pause(stage: Stage, name: str) -> None:
    lot, side = stage.lot(name), PLANS[name].side
    hall = f"/lots/{lot}/hall/"
    for kind, reason in (("pause", "会场音响故障"), ("resume", "音响已修复")):
        fields = {"ask-kind": kind, "ask-reason": reason}
        stage.team[side.host].submit(hall, "ask-reason", fields=fields)
        stage.team[side.witness].submit(hall, "/requests/", button="word=countersign")
    stage.say(f"{name}: paused and resumed by the host, countersigned by the witness")


def _answer_form(stage: Stage, host: str, hall: str) -> str:
    found = stage.team[host].ask("form", url=hall, form="answer-")
    return next((name for name in found.get("fields", {}) if name.startswith("answer-")), "")


def _confirmed(stage: Stage, name: str, bidders: Sequence[str]) -> bool:
    said = [
        stage.team[one].ask("kit", argv=["confirm", stage.bids[name, one]])["code"] == 0 for one in bidders
    ]
    return all(said)
