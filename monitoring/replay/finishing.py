"""The end of a replayed tender: ranking, screens and indications, receipts, both editions of the dossier, the line."""

import json
import math
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from bidding.domain import records
from bidding.domain.trust import Trust
from evaluation.domain.scoring.values import ScoringError
from kernel import clock
from kernel.domain import canonical, money, notes
from monitoring import queries
from monitoring.actions import comparing, dossiers, screening
from monitoring.domain.screens import NAMES
from monitoring.dossier import writing
from monitoring.dossier.editions import AUDIT, PUBLIC
from monitoring.dossier.facts import Facts
from monitoring.replay import ranking
from monitoring.replay.judging import Verdict
from monitoring.replay.lots import Lot
from monitoring.replay.store import Store


@dataclass(slots=True)
class Finished:
    """A tender's line without its verdict, and what the verifier is asked."""

    line: dict[str, Any]
    dossiers: tuple[Path, ...]
    receipts: tuple[Path, ...]
    verdicts: tuple["Future[Verdict]", ...] = ()


def unopened(lot: Lot, *, failed: str | None) -> dict[str, Any]:
    """Return the line of a tender of which no bid was opened."""
    line: dict[str, Any] = {
        "tender": lot.tender.name,
        "bids": len(lot.tender.bids),
        "opened": 0,
        "winner": None,
        "price": None,
        "screens": dict.fromkeys(NAMES),
        "indications": [],
        "dossier": None,
        "verified": False,
    }
    return line if failed is None else line | {"failed": failed}


def opened(lot: Lot, report: Any) -> dict[str, Any]:
    """Rank an opened tender, compute its screens, compare its bids; return its line."""
    line = unopened(lot, failed=None)
    try:
        found = ranking.rank(lot)
    except ScoringError as error:
        report(f"tender {lot.tender.name}: nobody can be ranked: {error}")
        line["opened"] = len(queries.prices(lot.id))
    else:
        line |= {
            "opened": found.opened,
            "winner": lot.bidders[found.bid],
            "price": money.to_text(found.price),
        }
    run = screening.screen(lot.id, now=clock.now())
    comparing.compare(lot.id, now=clock.now())
    if run is not None:
        line["screens"] = {name: _number(run.values[name]) for name in NAMES}
    names = {player.credit_code: lot.bidders[bid] for bid, player in lot.players.items()}
    line["indications"] = [
        {"item": row.item, "members": [names[code] for code in row.members], "chance": row.chance}
        for row in queries.indications(lot.id)
        if row.standing
    ]
    return line


def finish(lot: Lot, line: dict[str, Any], store: Store, trust: Trust) -> Finished:
    """Write receipts and both editions of a tender's dossier; the line names the public one."""
    facts = dossiers.read(lot.id)
    laid_out = writing.lay_out(facts)
    paths = []
    for edition in (PUBLIC, AUDIT):
        path = store.dossiers / f"{facts.record.code}-{edition}.zip"
        dossiers.write_to(path, laid_out, edition, now=clock.now())
        paths.append(path)
    folder = store.receipts / facts.record.code
    folder.mkdir()
    receipts = tuple(_receipts(facts, folder, trust))
    return Finished({**line, "dossier": shown(paths[0])}, tuple(paths), receipts)


def _receipts(facts: Facts, folder: Path, trust: Trust) -> list[Path]:
    """Write every bidder's receipt, verified as its kit does before it says "submitted"."""
    note = notes.Note.parse(facts.log.checkpoint)
    logged = {
        act.entry.payload_sha256: (act, proof)
        for act, proof in zip(facts.log.acts, facts.log.proofs, strict=True)
    }
    found = []
    for bid in facts.bidding.bids:
        act, proof = logged[canonical.sha256(bid.seal.document)]
        value = records.build_receipt(
            canonical.from_bytes(bid.seal.document),
            bid.seal.signature,
            entry=act.entry,
            salt=act.salt,
            proof=proof,
            checkpoint=note,
        )
        if records.verify_receipt(value, trust).standing is not records.Standing.SUBMITTED:
            raise records.ReceiptError(f"the receipt of bid {bid.bid} is not witnessed")
        path = folder / f"{bid.bid}.json"
        path.write_bytes(canonical.to_bytes(value))
        found.append(path)
    return found


def said(line: dict[str, Any], *, verified: bool) -> str:
    """Return a tender's line of the output."""
    return json.dumps(line | {"verified": verified})


def shown(path: Path) -> str:
    """Return a path relative to the checkout where it lies inside."""
    base = Path(settings.BASE_DIR)
    return str(path.relative_to(base) if path.is_relative_to(base) else path)


def _number(kept: dict[str, str]) -> float | None:
    value = float(kept["value"]) if "value" in kept else None
    return value if value is None or math.isfinite(value) else None
