"""The bank customer's own tool, as the story uses it."""

import json
import os
import subprocess
import sys

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from tests import cast
from tests.conftest import ROOT
from tests.deposits import world


def run(bank, home, *words, expect=0):
    shared = [
        "--home",
        str(home),
        "--trust",
        str(bank.trust),
        "--bank",
        bank.url,
        "--code",
        world.bank_code(),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "demo.customer", *shared, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "YANGGUANG_PASSPHRASE": "a passphrase"},
    )
    assert done.returncode == expect, done.stderr
    return json.loads(done.stdout) if expect == 0 else done.stderr


def test_a_customer_pays_for_another_from_one_account(city, bank, tmp_path):
    homes = {}
    for name in ("bidder1", "bidder2"):
        homes[name] = tmp_path / name
        homes[name].mkdir()
        locked = cast.key_of(name).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a passphrase")
        )
        (homes[name] / "key.pem").write_bytes(locked)
        (homes[name] / "certificate.pem").write_bytes(city[name].certificate.public_bytes(Encoding.PEM))
    account = run(bank, homes["bidder2"], "account", str(city["lot"]))
    payer = city["bidder1"].holder.organisation.account_number
    words = ["pay", "--from", payer, "--to", account["number"], "--amount", "400000.00"]
    paid = run(bank, homes["bidder1"], *words, "--reference", "r1")
    assert run(bank, homes["bidder1"], *words, "--reference", "r1") == paid
    assert "no account of yours" in run(bank, homes["bidder2"], *words, expect=1)
