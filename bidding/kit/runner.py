"""Runs one command of the table and turns its end into words, an object and an exit code."""

import argparse
import importlib
import os
from pathlib import Path

import httpx

from bidding.kit.commands import Command
from bidding.kit.console import Console
from bidding.kit.errors import KitError, RefusedError
from bidding.kit.home import Home
from bidding.kit.passphrases import Passphrases
from bidding.kit.session import Kit

HOME_VARIABLE, TRUST_VARIABLE = "YANGGUANG_KIT_HOME", "YANGGUANG_KIT_TRUST"
DEFAULT_HOME = ".yangguang"


def run(
    command: Command, options: argparse.Namespace, console: Console, transport: httpx.BaseTransport | None
) -> int:
    """Run a command and return its exit code: 0 done, 1 refused or failed, 2 called wrongly."""
    named = options.home or os.environ.get(HOME_VARIABLE, "") or str(Path.home() / DEFAULT_HOME)
    home = Home(Path(named).expanduser())
    kit = Kit(
        home=home,
        console=console,
        passphrases=Passphrases(options.passphrase_file, console.lang),
        trust_folder=Path(options.trust or os.environ.get(TRUST_VARIABLE, "") or home.trust),
        server_url=options.server,
        patience=options.patience,
        transport=transport,
    )
    try:
        found = getattr(importlib.import_module(command.module), command.function)(kit, options)
    except KitError as error:
        return _failed(command, error, console)
    except KeyboardInterrupt:
        return _failed(command, KitError("interrupted"), console)
    except OSError as error:
        return _failed(command, KitError("machine", why=error), console)
    finally:
        kit.close()
    console.result({"ok": True, "command": command.name, **found})
    return 0


def _failed(command: Command, error: KitError, console: Console) -> int:
    console.failed(error)
    found = {**error.more, "error": error.key, "facts": error.facts}
    if isinstance(error, RefusedError):
        found["refusals"] = [console.told(one).as_json() for one in error.refusals]
    console.result({"ok": False, "command": command.name, **found})
    return error.code
