"""Who takes part in a replay: the institutions of a small city, their people, and one organisation for each bidder."""

from dataclasses import dataclass
from datetime import date, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from accounts import actions, authority, queries as accounts
from accounts.domain import certificates, cms
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.domain.trust import Trust
from kernel import calendar, clock, evidence, journal
from kernel.domain import notes
from monitoring.replay.store import Store

REGION = "510900"
CENTRE, BUREAU, NOTARY, REGULATOR = "centre", "bureau", "notary", "regulator"
INSTITUTIONS = {
    CENTRE: ("12", "Replay Trading Centre"),
    BUREAU: ("11", "Replay Building Bureau"),
    NOTARY: ("12", "Replay Notary Office"),
    REGULATOR: ("11", "Replay Regulator"),
}
"""Institution -> the first two signs of its credit code, and its name; all are invented."""
STAFF = {
    "clerk": (SeatKind.CLERK, BUREAU),
    "reviewer": (SeatKind.REVIEWER, BUREAU),
    "host": (SeatKind.HOST, BUREAU),
    "witness": (SeatKind.WITNESS, CENTRE),
    "supervisor": (SeatKind.SUPERVISOR, REGULATOR),
    "procuring_entity": (SeatKind.CUSTODIAN, BUREAU),
    "centre": (SeatKind.CUSTODIAN, CENTRE),
    "third": (SeatKind.CUSTODIAN, NOTARY),
}
"""Account -> its seat and institution; a custodian's account is named like its role."""
_BIRTHS = 400
_FIRST_BIRTH = date(1960, 1, 1)


@dataclass(frozen=True, slots=True)
class Player:
    """A seat with its signing key, as its holder keeps it."""

    holder: Holder
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def credit_code(self) -> str:
        """The credit code of the player's organisation."""
        return self.holder.organisation.credit_code

    def sign(self, value: dict[str, object]) -> bytes:
        """Sign a JSON value of a known domain."""
        return cms.sign_json(value, self.key, self.certificate)


class World:
    """The platform's people and the bidders, each made once for all tenders of a replay."""

    def __init__(self) -> None:
        calendar.seed_years()
        self._count = 0
        codes = {name: self._code(prefix) for name, (prefix, _) in INSTITUTIONS.items()}
        root, _ = authority.create(codes[CENTRE], INSTITUTIONS[CENTRE][1])
        actions.add_trust_anchor(
            authority.ROOT_NAME, root, actor=journal.SYSTEM, now=clock.now(), test_only=True
        )
        for name, (_, title) in INSTITUTIONS.items():
            self._organisation(codes[name], title, private=False)
        self.staff = {
            username: self._seat(username, kind, codes[institution])
            for username, (kind, institution) in STAFF.items()
        }
        self._bidders: dict[tuple[str, int], Player] = {}

    @property
    def centre(self) -> Holder:
        """The seat that witnesses for the trading centre."""
        return self.staff["witness"].holder

    def bidder(self, name: str, occurrence: int) -> Player:
        """Return the organisation behind a bidder's name; one that bids twice on a tender stands behind two.

        A platform takes one live bid of an organisation on a lot, and a replay drops no row.
        """
        found = self._bidders.get((name, occurrence))
        if found is None:
            code = self._code("91")
            self._organisation(code, f"Bidder {self._count}", private=True)
            found = self._seat(f"bidder{self._count}", SeatKind.BIDDER, code)
            self._bidders[name, occurrence] = found
        return found

    def trust(self) -> Trust:
        """Return what bidders and strangers trust: the roots, the platform's certificate, log and witnesses."""
        text = evidence.policy_text()
        return Trust(
            roots=accounts.roots(),
            platform=frozenset([certificates.fingerprint(authority.platform_certificate())]),
            policy=notes.Policy.parse(text),
            policy_text=text,
        )

    def write_trust(self, store: Store) -> None:
        """Write the trust folder as the kit and the verifier read it."""
        for name, data in self.trust().files().items():
            (store.trust / name).write_bytes(data)

    def _code(self, prefix: str) -> str:
        """Return the next invented credit code, with a right check character."""
        self._count += 1
        body = f"{prefix}{REGION}{self._count:09d}"
        return f"{body}{uscc.calc_check_digit(body)}"

    def _organisation(self, code: str, name: str, *, private: bool) -> None:
        actions.save_organisation(
            actor=journal.SYSTEM,
            now=clock.now(),
            credit_code=code,
            name=name,
            region=REGION,
            size="medium" if private else "other",
            private=private,
        )

    def _seat(self, username: str, kind: SeatKind, code: str) -> Player:
        self._count += 1
        new = actions.NewSeat(
            username=username,
            kind=kind,
            credit_code=code,
            person_name=f"Person {self._count}",
            resident_number=_resident_number(self._count),
        )
        enrolment = actions.make_seat(new, actor=journal.SYSTEM, now=clock.now())
        if enrolment is None:
            raise ValueError(f"the seat {username} is made twice")
        key = ec.generate_private_key(ec.SECP256R1())
        party = accounts.party_by_code(code)
        subject = certificates.Subject(credit_code=code, organisation=party.name if party else username)
        request = certificates.build_request(key, subject)
        holder, pem = actions.enrol(enrolment, request, "", now=clock.now())
        return Player(holder, key, certificates.load_bundle(pem.encode())[0])


def _resident_number(number: int) -> str:
    """Return an invented resident number with a right check character: births pass before serials do."""
    serial, day = divmod(number, _BIRTHS)
    body = f"510902{_FIRST_BIRTH + timedelta(days=day):%Y%m%d}{serial:03d}"
    return f"{body}{mod_11_2.calc_check_digit(body)}"
