"""The table of commands: where each one's code lies and what it takes; nothing here imports that code."""

import argparse
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOM = "bidding.kit"
GUARANTEE = f"{ROOM}.guarantee"
DEFAULT_WAIT, DEFAULT_INTERVAL = 60.0, 2.0


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as argparse takes it; `help` is a key of the table of sentences."""

    flags: tuple[str, ...]
    help: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, the module and function that do it, its arguments."""

    name: str
    module: str
    function: str
    arguments: tuple[Argument, ...] = ()

    @property
    def help(self) -> str:
        """The key of its sentence."""
        return f"help_{self.name.replace('-', '_')}"


def arg(*flags: str, help: str, **options: Any) -> Argument:  # noqa: A002 - argparse names it so
    """Return an argument."""
    return Argument(flags, help, options)


def seconds(text: str) -> float:
    """Read a time in seconds that is not negative, for argparse."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def _at(module: str, function: str) -> tuple[str, str]:
    return f"{ROOM}.{module}", function


def command(name: str, place: tuple[str, str], *arguments: Argument) -> Command:
    """Return a row of the table."""
    return Command(name, *place, arguments)


_LOT = arg("lot", help="arg_lot")
_BID = arg("bid", help="arg_bid")
_DRAW = arg("draw", help="arg_draw", nargs="?", default="")
_WAIT = arg("--wait", help="arg_wait", type=seconds, default=0.0, metavar="S")
_LONG_WAIT = arg("--wait", help="arg_wait", type=seconds, default=DEFAULT_WAIT, metavar="S")
_WATCH = (
    arg("--interval", help="arg_interval", type=seconds, default=DEFAULT_INTERVAL, metavar="S"),
    arg("--once", help="arg_once", action="store_true"),
)
_SEAL = (
    _LOT,
    arg("--fields", help="arg_fields", type=Path, metavar="FILE"),
    arg("--price", help="arg_price"),
    arg("--period", help="arg_period", type=int, metavar="DAYS"),
    arg("--quality", help="arg_quality", default=""),
    arg("--enterprise", help="arg_enterprise", metavar="SIZE"),
    arg("--guarantee", help="arg_guarantee", type=Path, metavar="FILE"),
    arg("--term", help="arg_term", action="append", default=[], metavar="NAME=VALUE"),
    arg("--documents", help="arg_documents", type=Path, nargs="+", default=[], metavar="FILE"),
    arg("--pricing", help="arg_pricing", type=Path, nargs="+", default=[], metavar="FILE"),
    arg("--notice", help="arg_notice", type=Path, metavar="FILE"),
    arg("--addendum", help="arg_addendum", type=Path, action="append", default=[], metavar="FILE"),
    arg("--supersedes", help="arg_supersedes", default="auto", metavar="HASH"),
)
_ENROL = (
    arg("--code", help="arg_code", required=True),
    arg("--password-file", help="arg_password_file", type=Path, metavar="FILE"),
)
_TABLE = (
    command("enrol", _at("enrolment", "enrol"), *_ENROL),
    command("sign-in", _at("enrolment", "sign_in"), arg("--open", help="arg_open", action="store_true")),
    command("whoami", _at("enrolment", "whoami")),
    command(
        "notice", _at("notices", "show"), _LOT, arg("--out", help="arg_notice_out", type=Path, metavar="DIR")
    ),
    command("seal", _at("preparing", "seal"), *_SEAL),
    command(
        "upload",
        _at("uploading", "upload"),
        _BID,
        _LONG_WAIT,
        arg("--no-check", help="arg_no_check", action="store_true"),
    ),
    command(
        "verify-receipt", _at("receipts", "verify"), arg("files", help="arg_receipts", type=Path, nargs="+")
    ),
    command("receipt", _at("receipts", "fetch"), _BID, _WAIT),
    command("withdraw", _at("receipts", "withdraw"), _BID, _WAIT),
    command("status", _at("standing", "status"), arg("lot", help="arg_lot", nargs="?", default="")),
    command("check-in", _at("standing", "check_in"), _LOT),
    command("consent", _at("hall", "consent"), _BID, _WAIT),
    command("lodge", _at("hall", "lodge"), _BID, _WAIT),
    command(
        "open", _at("hall", "open_own"), _BID, arg("--out", help="arg_open_out", type=Path, metavar="DIR")
    ),
    command(
        "confirm",
        _at("standing", "confirm"),
        _BID,
        arg("--objected", help="arg_objected", action="store_true"),
    ),
    command("object", _at("standing", "object_"), _LOT, arg("--text", help="arg_text", required=True)),
    command("custodian-key", _at("custodians", "give_key"), _LOT),
    command("ready", _at("custodians", "ready"), _LOT, _WAIT),
    command("release", _at("custodians", "release"), _LOT, _WAIT),
    command("custody-watch", _at("watching", "custody"), *_WATCH),
    command("draw-commit", _at("draws", "commit"), _DRAW),
    command("draw-reveal", _at("draws", "reveal"), _DRAW),
    command("draw-open", _at("draws", "open_escrow"), _DRAW),
    command("draw-watch", _at("watching", "draws_"), *_WATCH),
    command(
        "sign",
        _at("signing", "sign"),
        arg("request", help="arg_request", nargs="?", default=""),
        arg("--all", help="arg_all", action="store_true"),
        arg("--yes", help="arg_yes", action="store_true"),
    ),
)
_WITH_ISSUERS = (
    command(
        "guarantee",
        (GUARANTEE, "run"),
        arg("action", help="arg_guarantee_action", choices=("quote", "apply", "fetch")),
        arg("rest", help="arg_guarantee_rest", nargs=argparse.REMAINDER),
    ),
)


def table(find: Callable[[str], object | None] = importlib.util.find_spec) -> tuple[Command, ...]:
    """Return all commands; those with issuers of guarantees where their module is part of this kit."""
    return (*_TABLE, *_WITH_ISSUERS) if find(GUARANTEE) else _TABLE
