"""A task of the workbench: what to do, for which lot, until when, under which rule."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that a seat must do; `title` and `note` are in the reader's language.

    `lot` names what it is about, `until` the last instant where the law or the document sets one, `rule` the
    id under which it must be done, `url` the page on which it is done or shown, `command` that of the kit where
    the kit does it; `tone` is info, warn or bad.
    """

    title: str
    url: str
    lot: str = ""
    until: datetime | None = None
    rule: str = ""
    note: str = ""
    tone: str = "info"
    command: str = ""
