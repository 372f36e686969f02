"""Writes the editions of a lot's dossier: what each shows, what is withheld, and what the bag says of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from kernel.domain import canonical
from monitoring.dossier import bag, withheld
from monitoring.dossier.bag import Source
from monitoring.dossier.editions import AUDIT, EDITIONS
from monitoring.dossier.facts import Facts
from monitoring.dossier.layout import Item, items

DOMAIN = "yangguang/dossier/v1"
DATE = len("2026-03-02")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A lot's dossier before it is written: its facts, every file, and the hashes of what is withheld."""

    facts: Facts
    items: tuple[Item, ...]
    withheld: list[dict[str, Any]]

    def files(self, edition: str) -> dict[str, Source]:
        """Return the files of one edition by their names below `data/`."""
        pairs = ((one.name, one.whole if edition == AUDIT else one.public) for one in self.items)
        return {name: source for name, source in pairs if source is not None}


def lay_out(facts: Facts) -> LaidOut:
    """Return a lot's dossier laid out for both editions."""
    found = tuple(items(facts))
    hidden = {one.name: one.whole for one in found if one.withheld and one.whole is not None}
    return LaidOut(facts, found, withheld.listed(str(facts.record.id), hidden))


def write(target: BinaryIO, laid_out: LaidOut, edition: str, *, now: datetime) -> str:
    """Write one edition as a zip into a seekable file; returns its SHA-256. Equal facts and instant, equal bytes."""
    if edition not in EDITIONS:
        raise ValueError(f"there is no edition {edition!r}")
    record, hidden = laid_out.facts.record, laid_out.withheld
    about = {
        "domain": DOMAIN,
        "edition": edition,
        "lot": str(record.id),
        "state": laid_out.facts.state,
        "exported_at": canonical.instant(now),
    }
    files = laid_out.files(edition)
    files["withheld.json"] = canonical.to_bytes(
        hidden if edition == AUDIT else withheld.without_salts(hidden)
    )
    files["edition.json"] = canonical.to_bytes(about)
    info = {"Bagging-Date": about["exported_at"][:DATE], "External-Identifier": record.code}
    return bag.write(target, record.code, files, info)
