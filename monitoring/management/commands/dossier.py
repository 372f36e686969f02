"""Write a lot's dossier to a folder, for an archivist or supervisor at the machine."""

import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel import clock
from monitoring.actions import dossiers
from monitoring.actions.jobs import NotYetError
from monitoring.dossier import writing
from monitoring.dossier.editions import EDITIONS, PUBLIC
from tender import queries as tender
from tender.queries import LotRecord


class Command(BaseCommand):
    """`manage.py dossier LOT --edition public|audit --out DIR`."""

    help = "Write a lot's dossier as it stands now; LOT is the lot's id"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask which lot, which edition and where to."""
        parser.add_argument("lot", metavar="LOT", help="id of a published lot")
        parser.add_argument("--edition", choices=EDITIONS, default=PUBLIC)
        parser.add_argument("--out", metavar="DIR", type=Path, default=Path(), help="folder of the zip")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Write it and print its path and SHA-256."""
        record = _find(options["lot"])
        if not options["out"].is_dir():
            raise CommandError(f"{options['out']} is no folder: make it first")
        path = options["out"] / f"{record.code}-{options['edition']}.zip"
        try:
            laid_out = writing.lay_out(dossiers.read(record.id))
        except NotYetError as error:
            raise CommandError(f"not yet: {error}; try again after the next tick of the log") from error
        sha256 = dossiers.write_to(path, laid_out, options["edition"], now=clock.now())
        self.stdout.write(f"{sha256}  {path}")


def _find(text: str) -> LotRecord:
    """Return the published lot that an id names."""
    try:
        found = tender.find_published(uuid.UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text} is the id of no published lot; the lot's page has it in its address")
    return found
