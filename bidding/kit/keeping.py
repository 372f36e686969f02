"""What a custodian keeps of a lot: its key behind the passphrase, what it gave, and what it answered for good."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bidding.domain.custody import RULE
from bidding.kit import answers, files
from bidding.kit.errors import KitError, RefusedError, Told, UsageError
from bidding.kit.home import read_bytes
from bidding.kit.identity import Act
from bidding.kit.session import Kit
from bidding.sealing import keyfile
from bidding.sealing.keyfile import KeyFileError
from bidding.sealing.suites import SUITES
from kernel.domain import canonical

KEY_DOMAIN = "yangguang/custody-key/v1"
KEY_FILE, DEADLINE_FILE, REPORTED_FILE = "key.kit", "deadline.json", "reported.json"
CLOSING_FILE, RELEASE_FILE = "answered-closing.json", "answered-release.json"


@dataclass(frozen=True, slots=True)
class CustodyKey:
    """A custodian's key of one lot and one role."""

    lot: str
    role: str
    suite: str
    key: str

    @property
    def recipient(self) -> str:
        """Its public half, as the notice names it."""
        return SUITES[self.suite].recipient(self.key)


@dataclass(frozen=True, slots=True)
class Case:
    """A lot's folder in a custodian's home."""

    kit: Kit
    lot: str

    @property
    def folder(self) -> Path:
        """Where everything of the lot lies."""
        return self.kit.home.custody(self.lot)

    @property
    def closing(self) -> Path:
        """The one closing list that this custodian answers for."""
        return self.folder / CLOSING_FILE

    @property
    def release(self) -> Path:
        """The one release list that this custodian answers."""
        return self.folder / RELEASE_FILE

    def has_key(self) -> bool:
        """Tell whether a key was made for the lot."""
        return (self.folder / KEY_FILE).exists()

    def new_key(self, role: str, suite: str) -> CustodyKey:
        """Make the lot's key and lock it away before anyone hears of it; there is never a second one."""
        value = {
            "domain": KEY_DOMAIN,
            "lot": self.lot,
            "role": role,
            "suite": suite,
            "key": SUITES[suite].new_key(),
        }
        passphrase = self.kit.passphrases.strong()
        files.remember(self.folder / KEY_FILE, keyfile.lock(value, passphrase))
        return self.key()

    def key(self) -> CustodyKey:
        """Unlock the lot's key; raises KitError when there is none, UsageError for a wrong passphrase."""
        path = self.folder / KEY_FILE
        if not path.exists():
            raise KitError("custody_key_missing", lot=self.lot, path=path)
        try:
            value = keyfile.unlock(read_bytes(path), self.kit.passphrases.get())
        except KeyFileError as error:
            raise UsageError("kit_file_locked", path=path, why=error) from error
        if (value.get("domain"), value.get("lot")) != (KEY_DOMAIN, self.lot):
            raise KitError("file_unreadable", path=path, why="it is of another lot")
        return CustodyKey(self.lot, value["role"], value["suite"], value["key"])

    def note_deadline(self, deadline: datetime) -> None:
        """Remember the latest deadline of the lot that this machine was ever told."""
        known = self._deadline()
        if known is None or known < deadline:
            files.store(self.folder / DEADLINE_FILE, canonical.to_bytes(canonical.instant(deadline)))

    def refuse_earlier(self, deadline: datetime) -> None:
        """Raise RefusedError when a notice has an earlier deadline than this machine once knew.

        An addendum only moves it later: who shows fewer addenda than there are wants shares before T.
        """
        known = self._deadline()
        if known is not None and deadline < known:
            facts = {"known": canonical.instant(known), "shown": canonical.instant(deadline)}
            raise RefusedError("must_not_act", [Told(RULE, "deadline_earlier_than_known", facts)], by="kit")
        self.note_deadline(deadline)

    def _deadline(self) -> datetime | None:
        data = files.known(self.folder / DEADLINE_FILE)
        return None if data is None else canonical.parse_instant(canonical.from_bytes(data))

    def reported(self) -> list[str] | None:
        """Return the hashes of the lodged share files that the last report covered, None before any report."""
        data = files.known(self.folder / REPORTED_FILE)
        return None if data is None else list(canonical.from_bytes(data))

    def note_report(self, lodged: list[str]) -> None:
        """Remember what a report covered."""
        files.store(self.folder / REPORTED_FILE, canonical.to_bytes(lodged))

    def keep(self, name: str, act: Act) -> None:
        """Keep a copy of a signed message as it is sent."""
        files.store(self.folder / f"{name}.json", act.data)
        files.store(self.folder / f"{name}.p7s", act.signature)

    def kept(self, name: str) -> Act | None:
        """Return the copy of a message."""
        data, signature = (files.known(self.folder / f"{name}.{end}") for end in ("json", "p7s"))
        return None if data is None or signature is None else Act(data, signature)


def key_is_wanted(row: dict[str, Any]) -> bool:
    """Tell whether the platform still waits for this custodian's key of a lot."""
    return answers.flag(row, "wanted") if "wanted" in row else not answers.flag(row, "key_given")


def lots(answer: list[dict[str, Any]], lot: str) -> dict[str, Any]:
    """Return the row of a lot in a custodian's list; raises KitError when it is not among them."""
    found = [row for row in answer if row.get("lot") == lot]
    if not found:
        raise KitError("not_custodian", lot=lot)
    return found[0]
