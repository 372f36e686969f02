"""Sealing a bid on this machine: from prices and files to a folder that no one but its owner can open before T."""

import argparse
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bidding.domain import opening, parts as inside
from bidding.domain.notice import OPENING, Notice
from bidding.domain.parts import PartError
from bidding.domain.shapes import ShapeError
from bidding.kit import bids, enclosing, files, notices, receipts
from bidding.kit.errors import KitError, UsageError
from bidding.kit.home import UNFINISHED, read_bytes
from bidding.kit.notices import Terms
from bidding.kit.session import Kit
from bidding.sealing import seal as sealing
from bidding.sealing.randomness import fresh
from bidding.sealing.seal import Sealed, SealingError
from kernel.domain import canonical, money

DOCUMENTS, PRICING = "documents", "pricing"
AUTO, NONE = "auto", "none"
LOCK_FILE = "lock"
Named = dict[str, Path]


def seal(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Seal a bid to a checked notice: containers, shares, signed statement and kit file below `bids/<bid>/`."""
    terms = _terms(kit, options)
    notice = terms.good()
    passphrase, seat = kit.passphrases.strong(), kit.identity
    content = _content(kit, options, notice)
    supersedes = _supersedes(kit, options, notice)
    with _unfinished(kit) as folder:
        fields = folder / "plain" / inside.OPENING_FIELDS_NAME
        files.store(fields, content.pop(OPENING))
        try:
            sealed = sealing.seal_bid(
                terms.reading,
                bidder=seat.credit_code,
                files={OPENING: {inside.OPENING_FIELDS_NAME: fields}, **content},
                folder=folder / "bid",
                supersedes=supersedes,
                client_time=kit.now(),
                progress=kit.console.progress("sealing", notice.value["code"]),
            )
        except (SealingError, PartError) as error:
            raise KitError("cannot_seal", why=error) from error
        final = _keep(kit, terms, sealed, folder / "bid", passphrase)
    statement = sealed.statement
    kit.console.say(
        "sealed",
        bid=statement["bid"],
        lot=notice.value["code"],
        path=final,
        deadline=canonical.instant(notice.deadline),
    )
    return {
        "bid": statement["bid"],
        "lot": notice.lot,
        "statement": canonical.digest(statement),
        "supersedes": supersedes,
        "folder": str(final),
        "deadline": canonical.instant(notice.deadline),
        "files": [one.as_json() for one in sealed.files],
    }


def _terms(kit: Kit, options: argparse.Namespace) -> Terms:
    if options.notice is not None:
        return notices.from_files(kit, options.lot, options.notice, options.addendum)
    if options.addendum:
        raise UsageError("addendum_without_notice")
    terms = notices.fetch(kit, options.lot)
    terms.good()
    terms.keep(kit.home.lot(options.lot))
    return terms


def _content(kit: Kit, options: argparse.Namespace, notice: Notice) -> dict[str, Any]:
    """Return the opening fields as bytes and the files of the other parts by name; raises UsageError for a gap."""
    found: dict[str, Any] = {DOCUMENTS: _named(options.documents), PRICING: _named(options.pricing)}
    guarantee = None
    if options.guarantee is not None:
        guarantee = enclosing.read(options.guarantee, notice, kit.identity.credit_code, kit.trust, kit.now())
        for name in guarantee.files.keys() & found[DOCUMENTS].keys():
            raise UsageError("file_twice", name=name)
        found[DOCUMENTS] |= guarantee.files
    for part in (DOCUMENTS, PRICING):
        if part in notice.parts and not found[part]:
            raise UsageError("part_missing", part=part)
        if part not in notice.parts and found.pop(part):
            raise UsageError("part_not_wanted", part=part, parts=", ".join(notice.parts))
    found[OPENING] = _fields(options, None if guarantee is None else guarantee.fact)
    return found


def _fields(options: argparse.Namespace, guarantee: Mapping[str, str] | None) -> bytes:
    """Return the opening fields, from the given file or from the arguments."""
    try:
        if options.fields is not None:
            if options.price is not None or options.term:
                raise UsageError("fields_twice")
            data = read_bytes(options.fields)
            stated = opening.read_fields(data)["guarantee"]
            if guarantee is not None and stated != guarantee:
                raise UsageError("fields_guarantee", path=options.fields)
            return data
        if options.price is None or options.enterprise is None:
            raise UsageError("fields_missing", sizes=", ".join(opening.ENTERPRISES))
        value = opening.build_fields(
            price=money.parse(options.price),
            period_days=options.period,
            quality=_text(options.quality),
            enterprise=options.enterprise,
            guarantee=guarantee,
            terms=[_term(one) for one in options.term],
        )
    except (ShapeError, money.AmountError) as error:
        raise UsageError("fields_unusable", why=error) from error
    return canonical.to_bytes(value)


def _term(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError("term_unusable", term=text)
    return _text(name.strip()), _text(value.strip())


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _named(paths: Sequence[Path]) -> Named:
    """Return name -> path of files and of everything below folders; names are NFC, as a part wants them."""
    found: Named = {}
    for path in paths:
        if not path.exists():
            raise UsageError("file_missing", path=path)
        inner = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        for one in inner:
            name = _text(one.relative_to(path.parent).as_posix())
            if name in found:
                raise UsageError("file_twice", name=name)
            found[name] = one
    return found


def _supersedes(kit: Kit, options: argparse.Namespace, notice: Notice) -> str | None:
    """Return the statement that this bid replaces: as named, or this bidder's live one."""
    if options.supersedes == NONE:
        return None
    if options.supersedes != AUTO:
        return str(options.supersedes)
    if options.notice is None:
        return receipts.live_statement(kit, notice.lot)
    return receipts.last_accepted(kit, notice.lot)


@contextmanager
def _unfinished(kit: Kit) -> Iterator[Path]:
    """Give a working folder inside the home and remove it whatever happens: it holds plain prices for a moment.

    Folders that a killed process left are removed first; one that is still worked in is locked.
    """
    for left in kit.home.bids.glob(f"{UNFINISHED}*/{LOCK_FILE}"):
        with files.locked(left) as free:
            if free:
                shutil.rmtree(left.parent)
    folder = files.folder(kit.home.bids / f"{UNFINISHED}{fresh(8).hex()}")
    with files.locked(folder / LOCK_FILE):
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def _keep(kit: Kit, terms: Terms, sealed: Sealed, folder: Path, passphrase: str) -> Path:
    """Complete the bid's folder and give it its name only when all of it is durable."""
    statement = sealed.statement
    act = bids.sign_statement(kit, statement)
    locked = bids.lock_keys(sealed.keys, statement["bid"], statement["lot"], passphrase)
    files.store(folder / bids.KEYS_FILE, locked)
    terms.keep(folder)
    files.store(folder / bids.STATEMENT_FILE, act.data)
    files.store(folder / bids.SIGNATURE_FILE, act.signature)
    files.sync_tree(folder)
    final = kit.home.bids / str(statement["bid"])
    folder.rename(final)
    files.sync(kit.home.bids)
    return final
