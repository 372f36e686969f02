"""A seat's machine: enrolment, its key, sign-in, what it signs and what it never would, draws."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bidding.domain import messages
from bidding.kit import files, keys
from bidding.sealing import custodians
from kernel.domain import canonical, draw as rules
from tests.domain import sealing_world as world
from tests.kit.conftest import PASSPHRASE, make_home
from tests.kit.stand_in import URL
from tests.kit.test_opening import keeper


@pytest.fixture
def keepers(tmp_path, lot, passphrase):
    return {role: keeper(tmp_path, lot, role) for role in ("procuring_entity", "centre", "third")}


# enrolment and keys


def enrol(kit, home, fake, code="the code"):
    return kit(home, "--server", URL, "enrol", "--code", code, platform=fake)


def test_enrolment_keeps_the_key_here_and_locked(kit, fake, tmp_path):
    home = tmp_path / "new"
    told = enrol(kit, home, fake).good()
    assert told["credit_code"] == world.BIDDER.credit_code
    pem = (home / "key.pem").read_bytes()
    assert keys.is_locked(pem)
    key = load_pem_private_key(pem, PASSPHRASE.encode())
    assert (home / "key.pem").stat().st_mode & 0o077 == 0
    [request] = [json.loads(one.content) for one in fake.requests if one.url.path == "/api/enrol"]
    assert set(request) == {"code", "request_pem", "password"}
    assert "CERTIFICATE REQUEST" in request["request_pem"]
    who = kit(home, "whoami").good()
    assert (who["organisation"], who["kind"]) == (world.BIDDER.organisation, "bidder")
    assert kit(home, "sign-in", platform=fake).good()["url"].startswith(URL)
    again = enrol(kit, home, fake)
    assert (again.code, again.value["error"]) == (1, "already_enrolled")
    assert load_pem_private_key((home / "key.pem").read_bytes(), PASSPHRASE.encode()) is not key


def test_no_browser_is_sent_elsewhere(kit, bidder, fake):
    fake.edit["/api/sign-in/ticket"] = lambda found: {"url": "https://elsewhere.example/#abc"}
    assert kit(bidder, "sign-in", "--open", platform=fake).value["error"] == "odd_answer"


def test_a_refused_code_keeps_the_key_for_the_next_try(kit, fake, tmp_path):
    home = tmp_path / "new"
    told = enrol(kit, home, fake, "wrong")
    assert (told.code, told.value["error"]) == (1, "platform_said")
    assert "unknown or was used" in told.text
    before = (home / "key.pem").read_bytes()
    enrol(kit, home, fake).good()
    assert (home / "key.pem").read_bytes() == before


def test_a_code_may_begin_as_an_option_does(kit, fake, tmp_path):
    for number, code in enumerate(("-dash", "--json")):
        told = enrol(kit, tmp_path / str(number), fake, code)
        assert told.value["error"] == "platform_said"
    sent = [json.loads(one.content)["code"] for one in fake.requests if one.url.path == "/api/enrol"]
    assert sent == ["-dash", "--json"]


def test_a_certificate_of_another_key_is_not_taken(kit, fake, tmp_path):
    fake.edit["/api/enrol"] = lambda found: {
        **found,
        "certificate_pem": world.certificates.to_bundle([world.party(world.BIDDER).certificate]).decode(),
    }
    home = tmp_path / "new"
    assert enrol(kit, home, fake).value["error"] == "certificate_unusable"
    assert not (home / "certificate.pem").exists()


def test_the_locked_key_is_pkcs8_that_others_read_and_costs_what_it_says(tmp_path):
    key = keys.generate()
    pem = keys.to_pem(key, PASSPHRASE)
    path = tmp_path / "key.pem"
    path.write_bytes(pem)
    told = subprocess.run(
        ["openssl", "pkey", "-in", path, "-passin", f"pass:{PASSPHRASE}", "-pubout"],
        capture_output=True,
        check=True,
    )
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    assert told.stdout == key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert keys.from_pem(pem, PASSPHRASE).public_key() == key.public_key()
    from asn1crypto import keys as asn1, pem as armor

    locked = asn1.EncryptedPrivateKeyInfo.load(armor.unarmor(pem)[2])
    derivation = locked["encryption_algorithm"]["parameters"]["key_derivation_func"]["parameters"]
    assert derivation["iteration_count"].native == 600_000
    with pytest.raises(keys.UsageError) as wrong:
        keys.from_pem(pem, "another")
    assert wrong.value.key == "key_locked"


def test_a_home_without_a_seat_says_what_to_do(kit, fake, tmp_path):
    told = kit(tmp_path / "empty", "--server", URL, "sign-in", platform=fake)
    assert (told.code, told.value["error"]) == (1, "not_enrolled")
    assert "enrol" in told.text
    assert kit(tmp_path / "empty", "sign-in").value["error"] == "server_needed"
    assert kit(tmp_path / "empty", "--server", "nonsense", "sign-in").value["error"] == "server_unusable"


def test_what_is_remembered_stays_as_it_was(tmp_path):
    path = tmp_path / "once"
    assert files.remember(path, b"first") == b"first"
    assert files.remember(path, b"second") == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["once"]


# signatures


def waiting(value, **changes):
    data = canonical.to_bytes(value)
    row = {
        "id": "0d9b2c7e-3f64-4c0a-8a55-9b6f1e2d3c09",
        "title": "开标记录",
        "purpose": "opening-record",
        "document": data.decode(),
        "sha256": canonical.sha256(data),
        "due_at": None,
    }
    return {**row, **changes}


RECORD = {"domain": "yangguang/opening-record/v1", "lot": world.LOT, "objections": []}


def test_a_document_is_shown_and_signed(kit, bidder, fake):
    fake.signatures = [waiting(RECORD)]
    listed = kit(bidder, "sign", platform=fake)
    assert listed.good()["signed"] == []
    assert '"objections": []' in listed.text
    assert len(listed.value["waiting"]) == 1
    told = kit(bidder, "sign", fake.signatures[0]["id"], platform=fake).good()
    assert len(told["signed"]) == 1
    [(path, body)] = fake.acts
    assert path.endswith(fake.signatures[0]["id"])
    signed = fake.world.trust.signed_by(
        RECORD, canonical.unb64(body["signature"]), world.BIDDER.credit_code, world.SEALED
    )
    assert signed.value == RECORD


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (waiting(RECORD, sha256="0" * 64), "document_differs"),
        (waiting(RECORD, document='{"domain": "yangguang/opening-record/v1"}'), "cannot_sign"),
        (waiting({"domain": "yangguang/opening-consent/v1"}), "kind_not_signed_here"),
        (waiting({"domain": "yangguang/release/v1"}), "kind_not_signed_here"),
        (waiting({"domain": "yangguang/sign-in/v1"}), "kind_not_signed_here"),
        (waiting({"domain": "yangguang/bid-withdrawal/v1"}), "kind_not_signed_here"),
        (waiting({"domain": "unknown"}), "kind_not_signed_here"),
    ],
)
def test_what_must_not_be_signed_here_is_not(kit, bidder, fake, row, error):
    fake.signatures = [row]
    told = kit(bidder, "sign", "--all", "--yes", platform=fake)
    assert (told.code, told.value["error"]) == (1, error)
    assert fake.acts == []


# draws

DRAW = f"{world.LOT}/draw-1"


def draw_row(fake, **changes):
    return {
        "draw": DRAW,
        "id": 7,
        "lot": fake.lot,
        "code": "LZ-2026-001",
        "purpose": "coefficient",
        "state": "requested",
        "name": "supervisor",
        "role": None,
        "may_commit": True,
        "may_reveal": False,
        "may_open": False,
        "custodians": [
            {"role": one["role"], "recipient": one["recipient"]} for one in fake.world.notice["custodians"]
        ],
        "threshold": 2,
        "suite": "age1",
        "reveal_from": None,
        "reveal_due_at": None,
        "strata": [],
        "escrow": [],
        **changes,
    }


def test_a_value_is_committed_once_kept_secret_and_revealed_in_time(kit, rival, fake, moved):
    fake.draws = [draw_row(fake)]
    told = kit(rival, "draw-commit", platform=fake).good()["draws"][0]
    again = kit(rival, "draw-commit", DRAW, platform=fake).good()["draws"][0]
    assert told == again
    (_, first), (_, second) = fake.acts
    assert first["document"] == second["document"]
    commit = messages.parse(canonical.from_bytes(first["document"].encode()), messages.DRAW_COMMIT)
    opens = canonical.instant(world.DEADLINE)
    fake.draws = [draw_row(fake, may_commit=False, may_reveal=True, reveal_from=opens)]
    early = kit(rival, "draw-reveal", platform=fake)
    assert early.value["error"] == "reveal_too_early"
    moved(to=world.DEADLINE + timedelta(seconds=1))
    kit(rival, "draw-reveal", platform=fake).good()
    reveal = messages.parse(canonical.from_bytes(fake.acts[-1][1]["document"].encode()), messages.DRAW_REVEAL)
    rules.check_reveal(commit["commit"], DRAW, "supervisor", bytes.fromhex(reveal["value"]))
    kept = b"".join(p.read_bytes() for p in (rival / "draws").rglob("*") if p.is_file())
    assert reveal["value"].encode() not in kept


def test_a_value_is_dealt_to_the_custodians_of_the_notice_alone(kit, rival, fake):
    row = draw_row(fake)
    row["custodians"][0]["recipient"] = row["custodians"][1]["recipient"]
    fake.draws = [row]
    told = kit(rival, "draw-commit", platform=fake)
    assert (told.code, told.value["error"]) == (1, "draw_custodians")
    assert fake.acts == []


def test_custodians_open_an_overdue_value_and_none_before(kit, rival, keepers, fake, moved):
    fake.draws = [draw_row(fake)]
    kit(rival, "draw-commit", platform=fake).good()
    commit = canonical.from_bytes(fake.acts[-1][1]["document"].encode())
    due = canonical.instant(world.DEADLINE)

    def asked(role):
        escrow = [{"name": "supervisor", "file": commit["escrow"][role]}]
        return [
            draw_row(
                fake, name=None, role=role, may_commit=False, may_open=True, reveal_due_at=due, escrow=escrow
            )
        ]

    fake.draws = asked("centre")
    assert kit(keepers["centre"], "draw-open", platform=fake).value["error"] == "escrow_too_early"
    moved(to=world.DEADLINE)
    opened = []
    for role in ("centre", "third"):
        fake.draws = asked(role)
        kit(keepers[role], "draw-open", DRAW, platform=fake).good()
        opened.append(canonical.from_bytes(fake.acts[-1][1]["document"].encode()))
    value = custodians.rejoin_value(opened, suite_id="age1", threshold=2)
    rules.check_reveal(commit["commit"], DRAW, "supervisor", value)
    fake.draws = asked("centre")
    fake.draws[0]["escrow"][0]["name"] = "host"
    assert kit(keepers["centre"], "draw-open", platform=fake).value["error"] == "escrow_unopened"


def test_the_watch_commits_and_reveals(kit, rival, fake):
    fake.draws = [draw_row(fake)]
    assert [one["act"] for one in kit(rival, "draw-watch", "--once", platform=fake).good()["done"]] == [
        f"draw-commit {DRAW}"
    ]
    fake.draws = [draw_row(fake, may_commit=False, may_reveal=True)]
    assert len(kit(rival, "draw-watch", "--once", platform=fake).good()["done"]) == 1
    fake.draws = [draw_row(fake, may_commit=False)]
    assert kit(rival, "draw-reveal", DRAW, platform=fake).value["error"] == "draw_not_due"
    assert kit(rival, "draw-reveal", "another", platform=fake).value["error"] == "draw_unknown"
    assert kit(rival, "draw-reveal", platform=fake).good()["draws"] == []


def test_a_watch_ends_at_a_signal_after_the_act_in_hand(tmp_path, lot):
    home = make_home(tmp_path / "keeper", world.party(world.NOTARY), lot.trust)
    program = "import sys; from bidding.kit.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = [
        "--home",
        home,
        "--server",
        "http://127.0.0.1:9",
        "--patience",
        "0",
        "--lang",
        "en",
        "--json",
    ]
    running = subprocess.Popen(
        [sys.executable, "-c", program, *arguments, "custody-watch", "--interval", "0.1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"YANGGUANG_PASSPHRASE": PASSPHRASE, "PATH": "/usr/bin:/bin"},
    )
    try:
        for line in running.stderr:
            if "was not reached" in line:
                break
        running.terminate()
        out, _ = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == 0
    assert json.loads(out)["failed"]["look"] >= 1
