"""A draw from its contributors' and custodians' side: commit to a value, reveal it, open one that was withheld."""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bidding.domain import messages
from bidding.domain.custody import ShareError
from bidding.domain.notice import Notice
from bidding.kit import answers, files, notices
from bidding.kit.errors import KitError, UsageError
from bidding.kit.home import read_bytes
from bidding.kit.identity import Act
from bidding.kit.keeping import Case
from bidding.kit.session import Kit
from bidding.sealing import custodians, keyfile
from bidding.sealing.keyfile import KeyFileError
from bidding.sealing.randomness import fresh
from bidding.sealing.suites import ContainerError
from kernel.domain import canonical, draw as rules

VALUE_DOMAIN = "yangguang/draw-value/v1"
Row = dict[str, Any]


def commit(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Commit to a fresh value of each draw that waits for it, or of the one that is named."""
    return _each(kit, options, "may_commit", commit_one)


def reveal(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Reveal the values of the draws whose time has come."""
    return _each(kit, options, "may_reveal", reveal_one)


def open_escrow(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Open, as a custodian, the values that were not revealed in time."""
    return _each(kit, options, "may_open", open_one)


def waiting_rows(kit: Kit) -> list[Row]:
    """Return the draws in which this seat has a part."""
    return answers.items(kit.server.get("/api/draws"), "draws")


def commit_one(kit: Kit, row: Row) -> dict[str, Any]:
    """Lock a fresh value away, deal it to the lot's custodians, and send the commitment; once, always the same."""
    name, draw = answers.text(row, "name"), answers.text(row, "draw")
    folder = kit.home.draw(draw)
    if not (folder / "commit.json").exists():
        notice = notices.fetch(kit, answers.text(row, "lot")).good()
        recipients = _recipients(row, notice)
        value = _own_value(kit, folder, draw, name)
        escrow = custodians.deal_value(
            value,
            draw=draw,
            name=name,
            recipients=recipients,
            suite_id=notice.suite.id,
            threshold=notice.threshold,
        )
        document = messages.draw_commit(
            draw=draw, name=name, commit=rules.commitment(draw, name, value), escrow=escrow
        )
        files.remember(folder / "commit.json", canonical.to_bytes(document))
    data = read_bytes(folder / "commit.json")
    act = Act(data, kit.identity.sign(canonical.from_bytes(data)))
    kit.server.act(f"/api/draws/{_id(row)}/commit", act)
    kit.console.say("draw_committed", draw=draw, name=name)
    return {"draw": draw, "name": name, "commit": canonical.from_bytes(data)["commit"]}


def reveal_one(kit: Kit, row: Row) -> dict[str, Any]:
    """Reveal a value, not before the instant that the draw states."""
    name, draw = answers.text(row, "name"), answers.text(row, "draw")
    starts = answers.maybe_text(row, "reveal_from")
    if starts is not None and kit.now() < canonical.parse_instant(starts):
        raise KitError("reveal_too_early", draw=draw, at=starts)
    folder = kit.home.draw(draw)
    if not (folder / "value.kit").exists():
        raise KitError("draw_value_missing", draw=draw, path=folder)
    value = _own_value(kit, folder, draw, name)
    act = Act.of(messages.draw_reveal(draw=draw, name=name, value=value), kit.identity)
    kit.server.act(f"/api/draws/{_id(row)}/reveal", act)
    kit.console.say("draw_revealed", draw=draw, name=name)
    return {"draw": draw, "name": name}


def open_one(kit: Kit, row: Row) -> dict[str, Any]:
    """Open this custodian's shares of the values that are overdue, never before they are."""
    draw, role = answers.text(row, "draw"), answers.text(row, "role")
    due = answers.maybe_text(row, "reveal_due_at")
    if due is None or kit.now() < canonical.parse_instant(due):
        raise KitError("escrow_too_early", draw=draw, at=due or "-")
    key = Case(kit, answers.text(row, "lot")).key()
    if key.role != role:
        raise KitError("custody_key_role", lot=key.lot, made=key.role, role=role)
    names = []
    for escrow in answers.rows(row, "escrow"):
        name = answers.text(escrow, "name")
        try:
            share = custodians.open_value_share(answers.binary(escrow, "file"), key.key, key.suite)
        except (ContainerError, ShareError) as error:
            raise KitError("escrow_unopened", draw=draw, name=name, why=error) from error
        if (share["draw"], share["name"], share["custodian"]) != (draw, name, role):
            raise KitError("escrow_unopened", draw=draw, name=name, why="the share is of another value")
        kit.server.act(f"/api/draws/{_id(row)}/open", Act.of(messages.draw_open(share), kit.identity))
        kit.console.say("escrow_opened", draw=draw, name=name)
        names.append(name)
    return {"draw": draw, "role": role, "opened": names}


def _each(kit: Kit, options: argparse.Namespace, may: str, act: Any) -> dict[str, Any]:
    rows = waiting_rows(kit)
    chosen = [row for row in rows if options.draw in {"", row.get("draw"), str(row.get("id"))}]
    if options.draw and not chosen:
        raise KitError("draw_unknown", draw=options.draw)
    due = [row for row in chosen if answers.flag(row, may)]
    if options.draw and not due:
        raise KitError("draw_not_due", draw=options.draw)
    if not due:
        kit.console.say("no_draws")
    return {"draws": [act(kit, row) for row in due]}


def _recipients(row: Row, notice: Notice) -> dict[str, str]:
    """Return role -> recipient of the notice's custodians; raises KitError when the draw names other ones."""
    ours = {one.role: one.recipient for one in notice.custodians}
    told = {
        answers.text(one, "role"): answers.text(one, "recipient") for one in answers.rows(row, "custodians")
    }
    stated = (answers.text(row, "suite"), answers.number(row, "threshold"))
    if told != ours or stated != (notice.suite.id, notice.threshold):
        raise KitError("draw_custodians", draw=answers.text(row, "draw"))
    return ours


def _own_value(kit: Kit, folder: Path, draw: str, name: str) -> bytes:
    """Return this contributor's value of a draw, made and locked away when there is none."""
    path = folder / "value.kit"
    if not path.exists():
        made = {"domain": VALUE_DOMAIN, "draw": draw, "name": name, "value": fresh(rules.VALUE_BYTES).hex()}
        files.remember(path, keyfile.lock(made, kit.passphrases.strong()))
    try:
        value = keyfile.unlock(read_bytes(path), kit.passphrases.get())
    except KeyFileError as error:
        raise UsageError("kit_file_locked", path=path, why=error) from error
    _check_value(value, path, draw, name)
    return bytes.fromhex(value["value"])


def _check_value(value: Mapping[str, Any], path: Path, draw: str, name: str) -> None:
    stated: Iterable[object] = (value.get("domain"), value.get("draw"), value.get("name"))
    if tuple(stated) != (VALUE_DOMAIN, draw, name):
        raise KitError("file_unreadable", path=path, why="it is of another draw")


def _id(row: Row) -> str:
    """Return a draw's id in addresses."""
    found = row.get("id")
    if isinstance(found, int | str) and str(found).replace("-", "").isalnum():
        return str(found)
    raise answers.odd("id")
