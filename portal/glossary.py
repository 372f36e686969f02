"""The glossary of docs/glossary.md as a page shows it: one meaning for each word, in both languages."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Term:
    """A word: English, Chinese, its name in OCDS or "—", and what it means in each language."""

    english: str
    chinese: str
    ocds: str
    meaning: str
    meaning_chinese: str


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Return the rows of the glossary's table."""
    text = (settings.BASE_DIR / "docs" / "glossary.md").read_text()
    rows = [line.strip("|\n ").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip(" `") for cell in row] for row in rows if len(row) == COLUMNS]
    return tuple(Term(*row) for row in cells[2:])
