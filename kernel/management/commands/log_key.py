"""Print the log's verifier key, for whoever sets up witnesses and policies."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel import keys


class Command(BaseCommand):
    """`manage.py log_key`."""

    help = "Print the log's verifier key"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Print it."""
        self.stdout.write(str(keys.log_verifier()))
