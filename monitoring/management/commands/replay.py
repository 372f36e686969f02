"""Run real auctions of a file through sealing, opening, ranking, screens and dossiers, in a store of their own."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from monitoring.replay import options as replay_options


class Command(BaseCommand):
    """`manage.py replay FILE`: prints one JSON line a tender; exit 0 all verified, 1 not, 2 unusable input."""

    help = "Replay the auctions of a CSV, gzipped CSV or Parquet file, one row for each bid"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the file and how to read and rank it."""
        replay_options.add_to(parser)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Start the replay in a process of its own, whose store is not this one's."""
        words = replay_options.as_words(Namespace(**options))
        command = [sys.executable, "-m", "monitoring.replay", *words, "--home", str(settings.HOME)]
        done = subprocess.run(command, cwd=settings.BASE_DIR, check=False)  # noqa: S603 - our own program
        sys.exit(done.returncode)
