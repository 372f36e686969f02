"""After the report: candidates, result, award, contract, deposits; the failed lot; flags; dossiers and their judge."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from demo import cast
from demo.stage import Stage, StoryError
from demo.tendering import PLANS
from demo.world import ROOT
from kernel import timemachine
from kernel.domain import canonical

ITEM = re.compile(r"^\d+-\(\d\)")
READER = "supervisor"


def award(stage: Stage, name: str) -> dict[str, Any]:
    """Candidates public for their time, then result, notice of award and contract; returns the winner."""
    lot, side = stage.lot(name), PLANS[name].side
    reviewer, evaluation = stage.team[side.reviewer], f"/desk/lots/{lot}/evaluation/"
    visitor = stage.team["visitor"]
    reviewer.submit(evaluation, "candidates")
    stage.say(f"{name}: three candidates are public")
    until = visitor.json(f"/lots/{lot}/publications/candidates.json")["until"]
    stage.move(canonical.parse_instant(until) + timedelta(seconds=1))
    stage.until("the publication ends", lambda: _forms(stage, side.reviewer, evaluation, "evaluation/result"))
    reviewer.submit(evaluation, "evaluation/result")
    page = f"/desk/lots/{lot}/award/"
    reviewer.submit(page, "award/lay")
    reviewer.kit("sign", "--all")
    stage.move(timemachine.now() + timedelta(days=2))
    reviewer.submit(page, "contract/lay")
    winner: dict[str, Any] = visitor.json(f"/lots/{lot}/publications/award.json")["winner"]
    firm = next(i.key for i in cast.INSTITUTIONS if i.credit_code == winner["bidder"])
    for one in (side.reviewer, firm):
        stage.team[one].kit("sign", "--all")
    visitor.get(f"/lots/{lot}/publications/contract.json")
    stage.say(f"{name}: {winner['name']} wins at {winner['price']}; contract signed by both sides")
    return {"firm": firm, **winner}


def deposits_are_back(stage: Stage, name: str) -> None:
    """Every deposit and guarantee of a lot is given back, within the days of the rule."""
    url = f"/desk/lots/{stage.lot(name)}/deposits/?format=csv"

    def back() -> bool:
        lines = stage.team[READER].get(url)["text"].splitlines()
        head = lines[0].lstrip("\ufeff").split(",")
        rows = [dict(zip(head, line.split(","), strict=False)) for line in lines[1:]]
        return bool(rows) and all(row["returned_at"] for row in rows)

    stage.until("the deposits are back", back)
    stage.say(f"{name}: every deposit is returned and every guarantee released")


def failed(stage: Stage, name: str) -> None:
    """A lot with too few bids fails by C-01; nothing was decrypted; a new round is linked."""
    lot = stage.lot(name)
    stage.until("the lot has failed", lambda: stage.opening(lot)["step"] == "failed")
    found = stage.opening(lot)
    if any(found[key] for key in ("release", "table", "record")):
        raise StoryError(f"{name} failed, and yet something of it was opened")
    page = stage.team[PLANS[name].side.clerk].get("/desk/lots/")
    rows = [row for table in page["tables"] for row in table if PLANS[name].title in " ".join(row)]
    if len(rows) < 2:
        raise StoryError(f"no new round of {name} is on the clerk's desk: {page['tables']}")
    stage.counts.failed_lots += 1
    stage.say(f"{name}: two bids, failed by C-01, nothing decrypted, a new round linked")


def flags(stage: Stage, name: str) -> list[str]:
    """The items of the law under which something stands, as the regulator sees them."""
    url = f"/desk/monitoring/lots/{stage.lot(name)}/"
    rows = [row for table in stage.team[READER].get(url)["tables"] for row in table]
    return sorted({found[0] for row in rows if row and (found := ITEM.match(row[0]))})


def ask_for_audit(stage: Stage, name: str) -> None:
    """Have the auditors' dossier of a lot made that has not ended."""
    stage.team[READER].submit(f"/desk/lots/{stage.lot(name)}/dossiers/", "edition=audit")


def dossiers(stage: Stage, wanted: Mapping[str, str]) -> tuple[list[str], bool]:
    """Download both editions of each lot as their readers do, and judge each in a process of its own.

    `wanted` is lot -> the state that its dossier must show. Returns the paths relative to the root, and whether
    every draw was recomputed.
    """
    found, drawn = [], True
    for name, state in wanted.items():
        for edition in ("public", "audit"):
            path, report = stage.until(
                f"the {edition} dossier of {name} shows {state}",
                lambda n=name, e=edition, s=state: _verified(stage, n, e, s),  # type: ignore[misc]  # bound now
            )
            found.append(path)
            drawn = drawn and report["stages"]["draws"]["status"] == "ok"
    stage.say(f"{len(found)} dossiers verified offline with the trust folder of the first day")
    return found, drawn


def _verified(stage: Stage, name: str, edition: str, state: str) -> tuple[str, dict[str, Any]] | None:
    """Return path and report of the newest dossier, None while it shows an earlier state."""
    path = _download(stage, name, edition)
    if not path:
        return None
    report = _judge("dossier", str(ROOT / path), "--trust", str(stage.world.trust))
    if report.get("result") != "holds":
        raise StoryError(f"{path}: {json.dumps(report, ensure_ascii=False)[:800]}")
    return (path, report) if report["state"] == state else None


def _judge(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-I", str(ROOT / "verifier" / "verify.py"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        raise StoryError(f"verify.py said nothing: {done.stderr[-800:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _download(stage: Stage, name: str, edition: str) -> str:
    lot = stage.lot(name)
    reader, url = (
        ("visitor", f"/lots/{lot}/") if edition == "public" else (READER, f"/desk/lots/{lot}/dossiers/")
    )
    own = f"/desk/lots/{lot}/dossiers/" if edition == "audit" else f"/lots/{lot}/dossiers/"
    page = stage.team[reader].get(url)
    links = [link for link, _ in page["links"] if link.startswith(own) and link.endswith(".zip")]
    # the desk lists both editions, each newest first; the public page shows the newest alone
    if not links:
        return ""
    path = stage.out(f"{name}-{edition}.zip")
    told = stage.team[reader].ask("save", url=links[0], path=str(path))
    if told["status"] != 200:
        raise StoryError(f"{links[0]} gave {told['status']}")
    return str(path.relative_to(ROOT))


def _forms(stage: Stage, name: str, url: str, mark: str) -> list[Any]:
    found: list[Any] = stage.team[name].ask("forms", url=url, form=mark)["forms"]
    return found
