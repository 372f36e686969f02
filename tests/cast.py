"""The people of the tests are those of the story; here they get rows, keys and certificates."""

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from accounts import actions, authority, queries
from accounts.domain import certificates, cms
from accounts.domain.seats import SeatKind
from demo import cast as city
from kernel import calendar, clock
from tests.snapshots import kept


@cache
def key_of(username):
    """A signing key for a person, the same in all tests of a run."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Actor:
    """A person at a seat, able to sign."""

    username: str

    @property
    def holder(self):
        from accounts.models import Seat

        return queries.holder(Seat.objects.get(user__username=self.username).pk)

    @property
    def certificate(self):
        from cryptography import x509

        from accounts.models import Certificate

        row = Certificate.objects.get(seat__user__username=self.username, revoked_at__isnull=True)
        return x509.load_der_x509_certificate(bytes(row.der))

    def sign(self, value):
        """Sign a JSON value of a known domain."""
        return cms.sign_json(value, key_of(self.username), self.certificate)


@kept
def found_city(*usernames):
    """Make the platform, all institutions and the named people, enrolled; returns their actors."""
    now = clock.now()
    calendar.seed_years()
    centre = city.institution("centre")
    root, _ = authority.create(centre.credit_code, centre.name)
    actions.add_trust_anchor(authority.ROOT_NAME, root, actor="system", now=now, test_only=True)
    for each in city.INSTITUTIONS:
        actions.save_organisation(
            actor="system",
            now=now,
            credit_code=each.credit_code,
            name=each.name,
            region=each.region,
            size=each.size,
            private=each.private,
            account_number=each.account_number,
            account_name=each.name,
        )
    return [enrol(username) for username in usernames]


def enrol(username):
    """Make a person's seat and give it a certificate; returns the actor."""
    person = city.person(username)
    institution = city.institution(person.institution)
    new = actions.NewSeat(
        username=username,
        kind=SeatKind(person.seat),
        credit_code=institution.credit_code,
        person_name=person.name,
        resident_number=person.resident_number,
    )
    code = actions.make_seat(new, actor="system", now=clock.now())
    subject = certificates.Subject(credit_code=institution.credit_code, organisation=institution.name)
    request = certificates.build_request(key_of(username), subject)
    actions.enrol(code, request, "", now=clock.now())
    return Actor(username)
