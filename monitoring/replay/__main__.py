"""The replay as a process of its own: reads the file, makes its store, and only then starts Django in it."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import django

from monitoring.cli.bids import UnusableError
from monitoring.replay import options, rows, store
from monitoring.replay.store import StoreBusyError

UNUSABLE = 2


def main(arguments: Sequence[str]) -> int:
    """Run a replay; returns 0 when all good rows were verified, 1 when not, 2 for unusable input."""
    parser = argparse.ArgumentParser(prog="manage.py replay", description=__doc__)
    options.add_to(parser)
    parser.add_argument("--home", type=Path, required=True, help="folder below which the store is made")
    chosen = parser.parse_args(arguments)
    try:
        tenders = rows.read(chosen.file, options.mapping(chosen), _tell, most=chosen.tenders)
        name = store.name_of(chosen.file, " ".join(options.as_words(chosen)[1:]))
        with store.fresh(chosen.home / "replay" / name) as made:
            django.setup()
            running = importlib.import_module("monitoring.replay.running")
            code: int = running.run(made, tenders, chosen.formula)
            return code
    except (UnusableError, StoreBusyError) as error:
        _tell(f"{parser.prog}: {error}")
        return UNUSABLE


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
