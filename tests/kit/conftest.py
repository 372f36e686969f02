"""Fixtures of the kit's tests: homes of seats, the stand-in platform, and one way to call the kit."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.domain import certificates
from bidding.domain.trust import Trust
from bidding.kit import cli, keys
from bidding.kit.home import SEAT_DOMAIN
from bidding.kit.passphrases import VARIABLE
from bidding.sealing import keyfile
from kernel.domain import canonical
from tests.domain import sealing_world as world
from tests.kit.stand_in import URL, StandIn

PASSPHRASE = "correct horse battery"


@dataclass(frozen=True)
class Said:
    """How a call of the kit ended: exit code, the object for machines, the sentences for people."""

    code: int
    value: dict
    text: str

    def good(self):
        """The object, of a call that must have worked."""
        assert self.code == 0, self
        return self.value


@pytest.fixture
def passphrase(monkeypatch):
    """The passphrase of every home; locking with it costs little, since the files say how much it cost."""
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    monkeypatch.setattr(keyfile, "_COST", 2**10)
    monkeypatch.setattr(keys, "ROUNDS", 1000)
    return PASSPHRASE


@pytest.fixture
def kit(capsys, passphrase):
    """A function that runs the kit: `kit(home, "seal", lot, ..., platform=stand_in)`."""

    def run(home, *arguments, platform=None):
        transport = None if platform is None else platform.transport
        capsys.readouterr()
        given = ["--home", str(home), "--json", "--lang", "en", "--patience", "0.5", *map(str, arguments)]
        code = cli.main(given, transport=transport)
        shown = capsys.readouterr()
        lines = shown.out.splitlines()
        assert len(lines) == 1, shown
        return Said(code, json.loads(lines[0]), shown.err)

    return run


def make_home(folder: Path, party: world.Party, trust: Trust, *, locked: str = "") -> Path:
    """Give a party a home as enrolment leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "certificate.pem").write_bytes(certificates.to_bundle([party.certificate]))
    (folder / "key.pem").write_bytes(keys.to_pem(party.key, locked))
    seat = {"domain": SEAT_DOMAIN, "server": URL, "credit_code": party.subject.credit_code}
    (folder / "seat.json").write_bytes(canonical.to_bytes(seat))
    (folder / "trust").mkdir(exist_ok=True)
    for name, data in trust.files().items():
        (folder / "trust" / name).write_bytes(data)
    return folder


@pytest.fixture
def lot():
    """The stand-in's world: one lot with opening and documents, in mode `consent`."""
    return world.make_world(parts=("opening", "documents"))


@pytest.fixture
def fake(lot, moved):
    """The stand-in platform; the clock stands on the lot's second week."""
    moved(to=world.PUBLISHED)
    return StandIn(lot)


@pytest.fixture
def bidder(tmp_path, lot):
    """The bidder's home."""
    return make_home(tmp_path / "bidder", world.party(world.BIDDER), lot.trust)


@pytest.fixture
def rival(tmp_path, lot):
    """Its rival's home."""
    return make_home(tmp_path / "rival", world.party(world.RIVAL), lot.trust)


@pytest.fixture
def papers(tmp_path):
    """Two files for the documents part."""
    folder = tmp_path / "papers"
    (folder / "drawings").mkdir(parents=True)
    (folder / "plan.pdf").write_bytes(b"%PDF-1.7 plan " * 1000)
    (folder / "drawings" / "图一.dwg").write_bytes(b"AC1032" * 500)
    return folder


@pytest.fixture
def seal(kit, papers):
    """A function that seals a bid and returns what the kit says."""

    def run(home, platform, *more, price="9800000.00"):
        fields = ("--price", price, "--enterprise", "medium", "--period", "180", "--quality", "合格")
        return kit(home, "seal", platform.lot, *fields, "--documents", papers, *more, platform=platform)

    return run
