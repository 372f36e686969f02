"""What the kit says: sentences for people, one JSON object for machines, progress for those who wait."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TextIO

from bidding.kit import articles, words
from bidding.kit.errors import KitError, RefusedError, Told

MEBIBYTE = 1024 * 1024


class Console:
    """Writes for people to stdout, or with `machine` to stderr, so that stdout holds the one object alone."""

    def __init__(
        self, lang: str, *, machine: bool, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.lang, self.machine = lang, machine
        self._out, self._err = out or sys.stdout, err or sys.stderr
        self._line = False
        self.edition = ""
        """The rulebook of the lot at hand, for the articles behind its rules."""

    def say(self, key: str, /, **facts: object) -> None:
        """Say a sentence of the table."""
        self.plain(words.sentence(key, self.lang, **facts))

    def plain(self, text: str) -> None:
        """Write text for people as it is."""
        self._end_line()
        stream = self._err if self.machine else self._out
        stream.write(f"{text}\n")
        stream.flush()

    def warn(self, key: str, /, **facts: object) -> None:
        """Say a sentence of the table on stderr."""
        self._end_line()
        self._err.write(f"{words.sentence(key, self.lang, **facts)}\n")
        self._err.flush()

    def result(self, value: Mapping[str, Any]) -> None:
        """Write the one object that a machine reads."""
        self._end_line()
        if self.machine:
            self._out.write(f"{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n")
            self._out.flush()

    def failed(self, error: KitError) -> None:
        """Say why a command ended, on stderr: every refusal with its rule."""
        self.warn(error.key, **error.facts)
        if isinstance(error, RefusedError):
            for one in map(self.told, error.refusals):
                self._err.write(f"  [{one.rule}] {one.sentence}\n")
                shown = ", ".join(f"{name}: {text}" for name, text in one.facts.items() if text)
                self._err.write(f"      {shown}\n" if shown else "")
                self._err.write(f"      {one.article}\n" if one.article else "")
        self._err.flush()

    def told(self, one: Told) -> Told:
        """Return a refusal with sentence and article: the platform's own, else ours and the rulebook's."""
        return replace(
            one,
            sentence=one.sentence or words.reason(one.reason, self.lang),
            article=one.article or articles.article(self.edition, one.rule),
        )

    def agrees(self, key: str, /, **facts: object) -> bool:
        """Ask the person at the keyboard; only a clear yes is one."""
        self._end_line()
        self._err.write(f"{words.sentence(key, self.lang, **facts)} ")
        self._err.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes", "是", "好"}

    def progress(self, key: str, name: str) -> "Progress":
        """Return what shows how far a long step is, when a person looks on."""
        return Progress(self, words.sentence(key, self.lang, name=name))

    def show_line(self, text: str) -> None:
        """Write over the line of progress, on a terminal alone."""
        if self._err.isatty():
            self._err.write(f"\r\x1b[2K{text}")
            self._err.flush()
            self._line = True

    def _end_line(self) -> None:
        if self._line:
            self._err.write("\n")
            self._line = False


class Progress:
    """A line that shows bytes done of all; called with both."""

    def __init__(self, console: Console, title: str) -> None:
        self._console, self._title, self._shown = console, title, -1

    def __call__(self, done: int, total: int) -> None:
        """Show a new whole percent."""
        percent = 100 * done // total if total else 100
        if percent != self._shown:
            self._shown = percent
            size = f"{done / MEBIBYTE:.1f}/{total / MEBIBYTE:.1f} MiB"
            self._console.show_line(f"{self._title}  {percent:3d} %  {size}")
