"""Set up an empty store: calendar, keys, test authority, the platform's organisation, the first operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions, authority
from accounts.domain.identity import IdentityError, credit_code
from accounts.domain.seats import SeatKind
from kernel import calendar, clock, journal, keys


class Command(BaseCommand):
    """`manage.py bootstrap`: idempotent; prints the first operator's one-time enrolment code."""

    help = "Set up an empty store and print the first operator's enrolment code"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask who runs the platform and who is its first operator."""
        parser.add_argument("--credit-code", required=True, help="credit code of the platform's operator")
        parser.add_argument("--name", required=True, help="its registered name")
        parser.add_argument("--region", default="510800", help="six-digit region code")
        parser.add_argument("--username", default="operator")
        parser.add_argument("--person", required=True, help="the first operator's name")
        parser.add_argument("--resident-number", required=True)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Do it, step by step, each of which may stand already."""
        now = clock.now()
        try:
            code = credit_code(options["credit_code"])
        except IdentityError as error:
            raise CommandError(str(error)) from error
        calendar.seed_years()
        keys.log_verifier()
        root, _ = authority.create(code, options["name"])
        actions.add_trust_anchor(authority.ROOT_NAME, root, actor=journal.SYSTEM, now=now, test_only=True)
        actions.save_organisation(
            actor=journal.SYSTEM, now=now, credit_code=code, name=options["name"], region=options["region"]
        )
        new = actions.NewSeat(
            username=options["username"],
            kind=SeatKind.OPERATOR,
            credit_code=code,
            person_name=options["person"],
            resident_number=options["resident_number"],
        )
        enrolment = actions.make_seat(new, actor=journal.SYSTEM, now=now)
        if enrolment is None:
            self.stderr.write("The operator exists already; nothing was changed.")
            return
        self.stdout.write(f"{options['username']} {enrolment}")
