"""Reads the rulebook's files once, and keeps the editions that lots have frozen."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from tender.domain.rulebook import FrozenEdition, Rulebook

FOLDER = Path(__file__).parent / "rulebook"


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """Return all dated rules on file."""
    return Rulebook.parse({path.name: path.read_text() for path in sorted(FOLDER.glob("*.toml"))})


@lru_cache(maxsize=64)
def edition(regime: str, region_code: str, on: date) -> FrozenEdition:
    """Return the edition that stands for a regime and an administrative region on a day."""
    book = rulebook()
    return book.freeze(regime, book.region_for(region_code), on)


@lru_cache(maxsize=256)
def frozen(text: str) -> FrozenEdition:
    """Return a lot's frozen edition from its canonical text."""
    return FrozenEdition.parse(text)
