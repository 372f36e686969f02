"""A sealed bid in its folder: statement, notice, containers, shares, and the kit file with its keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.domain import cms
from bidding.domain import notice as notices, statements
from bidding.domain.notice import Notice
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import Statement
from bidding.kit import files
from bidding.kit.errors import KitError, UsageError
from bidding.kit.home import read_bytes, read_json
from bidding.kit.identity import Act
from bidding.kit.notices import ADDENDA, NOTICE_FILE
from bidding.kit.session import Kit
from bidding.sealing import keyfile
from bidding.sealing.keyfile import KeyFileError
from bidding.sealing.suites import SHAPES
from kernel.domain import canonical

KEYS_DOMAIN = "yangguang/bid-keys/v1"
STATEMENT_FILE, SIGNATURE_FILE, KEYS_FILE = "statement.json", "statement.p7s", "bid.kit"


@dataclass(frozen=True, slots=True)
class StoredBid:
    """A bid as this machine sealed it; its keys stay locked until they are needed."""

    folder: Path
    statement: Statement
    act: Act

    @property
    def id(self) -> str:
        """The bid's id."""
        return self.statement.bid

    @property
    def notice(self) -> Notice:
        """The notice, with the addenda that were known when the bid was sealed."""
        return self.statement.notice

    @property
    def lot(self) -> str:
        """The lot's id."""
        return self.notice.lot

    def container(self, part: str) -> Path:
        """Return where a part's container lies."""
        return self.folder / statements.container_name(part)

    def shares(self) -> dict[str, dict[str, bytes]]:
        """Return the share files: part -> custodian -> bytes."""
        return {
            part.name: {
                role: read_bytes(self.folder / statements.share_name(part.name, role)) for role in part.shares
            }
            for part in self.statement.parts
        }

    def keys(self, passphrase: str) -> dict[str, str]:
        """Return the key of each part; raises UsageError for a wrong passphrase."""
        try:
            value = keyfile.unlock(read_bytes(self.folder / KEYS_FILE), passphrase)
        except KeyFileError as error:
            raise UsageError("kit_file_locked", path=self.folder / KEYS_FILE, why=error) from error
        if (value.get("domain"), value.get("bid")) != (KEYS_DOMAIN, self.id):
            raise KitError("file_unreadable", path=self.folder / KEYS_FILE, why="it is of another bid")
        return {str(part): str(key) for part, key in dict(value["keys"]).items()}

    def against(self, notice: Notice) -> Statement:
        """Return the statement read against the notice with all addenda of today; raises KitError."""
        try:
            return statements.parse_statement(self.statement.value, notice)
        except ShapeError as error:
            raise KitError("bid_of_another_notice", bid=self.id, why=error) from error

    def once(self, name: str, value: dict[str, Any], kit: Kit) -> Act:
        """Return the signed act of a kind that a bid has once; the same call again gives the same bytes."""
        data = files.remember(self.folder / f"{name}.json", canonical.to_bytes(value))
        path = self.folder / f"{name}.p7s"
        if not path.exists():
            files.store(path, kit.identity.sign(canonical.from_bytes(data)))
        return Act(data, read_bytes(path))


def load(kit: Kit, named: str) -> StoredBid:
    """Return a sealed bid of this home, its statement read against the notice that it answers."""
    folder = kit.home.bid(named)
    known = sorted((folder / ADDENDA).glob("*.json"), key=lambda path: int(path.stem))
    data = read_bytes(folder / STATEMENT_FILE)
    try:
        notice = notices.parse(read_json(folder / NOTICE_FILE), [read_json(path) for path in known], SHAPES)
        statement = statements.parse_statement(canonical.from_bytes(data), notice)
    except (ShapeError, canonical.NotCanonicalError) as error:
        raise KitError("file_unreadable", path=folder / STATEMENT_FILE, why=error) from error
    return StoredBid(folder, statement, Act(data, read_bytes(folder / SIGNATURE_FILE)))


def of_lot(kit: Kit, lot: str) -> list[StoredBid]:
    """Return the bids that this machine sealed for a lot, oldest first."""
    found = [load(kit, folder.name) for folder in kit.home.sealed()]
    mine = [one for one in found if one.lot == lot]
    return sorted(mine, key=lambda one: str(one.statement.value["client_time"]))


def lock_keys(keys: Mapping[str, str], bid: str, lot: str, passphrase: str) -> bytes:
    """Return the kit file of a bid; raises UsageError for a passphrase that is too short."""
    try:
        return keyfile.lock({"domain": KEYS_DOMAIN, "bid": bid, "lot": lot, "keys": dict(keys)}, passphrase)
    except KeyFileError as error:
        raise UsageError("passphrase_short", least=keyfile.PASSPHRASE_LEAST) from error


def sign_statement(kit: Kit, value: dict[str, Any]) -> Act:
    """Sign a statement; raises KitError when the certificate cannot sign."""
    try:
        return Act.of(value, kit.identity)
    except cms.SignatureError as error:
        raise KitError("cannot_sign", why=error) from error
