"""Where the passphrase comes from: a file, the environment, or the person at the keyboard; never the command line."""

import getpass
import os
import sys
from pathlib import Path

from bidding.kit import words
from bidding.kit.errors import UsageError
from bidding.sealing.keyfile import PASSPHRASE_LEAST

VARIABLE = "YANGGUANG_PASSPHRASE"


class Passphrases:
    """Asks once and keeps the answer for the rest of the command."""

    def __init__(self, file: Path | None, lang: str) -> None:
        self._file, self._lang = file, lang
        self._known: str | None = None

    def get(self) -> str:
        """Return the passphrase; raises UsageError when nobody can be asked."""
        if self._known is None:
            self._known = self._given() or self._asked("ask_passphrase")
        return self._known

    def strong(self) -> str:
        """Return a passphrase that is long enough to lock a new file; raises UsageError."""
        found = self.get()
        if len(found) < PASSPHRASE_LEAST:
            raise UsageError("passphrase_short", least=PASSPHRASE_LEAST)
        return found

    def new(self) -> str:
        """Return a passphrase for something new, typed twice; empty when the person wants none, or is not there."""
        if self._known is None:
            found = self._given()
            if not found and sys.stdin.isatty():
                found = self._asked("ask_new_passphrase")
                if found and found != self._asked("ask_passphrase_again"):
                    raise UsageError("passphrases_differ")
            if found and len(found) < PASSPHRASE_LEAST:
                raise UsageError("passphrase_short", least=PASSPHRASE_LEAST)
            self._known = found
        return self._known

    def _given(self) -> str:
        if self._file is None:
            return os.environ.get(VARIABLE, "")
        try:
            return self._file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("passphrase_file", path=self._file, why=error) from error

    def _asked(self, key: str) -> str:
        if not sys.stdin.isatty():
            raise UsageError("passphrase_needed", variable=VARIABLE)
        return getpass.getpass(words.sentence(key, self._lang) + " ")
