"""A bidder's way with the kit: the notice, sealing, sending, receipts, replacing, withdrawing."""

from decimal import Decimal

import httpx
import pytest

from bidding.domain import notice as terms
from bidding.kit import files
from deposits.domain.guarantees import Guarantee, Party
from kernel.domain import canonical
from tests.domain import sealing_world as world
from tests.kit.stand_in import upload_of


def sent(kit, seal, home, fake, *more, **kwargs):
    """Seal and send a bid; returns its id and what upload said."""
    bid = seal(home, fake, *more, **kwargs).good()["bid"]
    return bid, kit(home, "upload", bid, "--wait", "0", platform=fake).good()


def test_a_bid_is_sealed_sent_and_submitted(kit, seal, bidder, fake):
    bid, told = sent(kit, seal, bidder, fake)
    assert (told["outcome"], told["standing"]) == ("accepted", "submitted")
    assert fake.bids[bid].state == "sealed"
    assert kit(bidder, "verify-receipt", told["file"]).good()["receipts"][0]["standing"] == "submitted"
    again = kit(bidder, "upload", bid, platform=fake).good()
    assert again["received_at"] == told["received_at"], "sending again is harmless"
    assert len(fake.bids) == 1


def test_nothing_secret_reaches_the_platform_or_the_screen(kit, seal, bidder, fake, passphrase):
    bid, _ = sent(kit, seal, bidder, fake, price="9123456.78")
    opened = kit(bidder, "open", bid).good()
    assert opened["fields"]["price"] == "9123456.78"
    sent_bytes = b"".join(one.content for one in fake.requests)
    for secret in (b"9123456", b"AGE-SECRET-KEY", passphrase.encode(), b"PRIVATE KEY"):
        assert secret not in sent_bytes
    folder = bidder / "bids" / bid
    plain = [p for p in folder.rglob("*") if p.is_file() and b"9123456" in p.read_bytes()]
    assert plain == []
    assert list((bidder / "bids").glob(".new-*")) == []


def test_sealing_works_offline_from_a_kept_notice(kit, seal, bidder, fake, lot, tmp_path, papers):
    kit(bidder, "notice", fake.lot, platform=fake).good()
    kept = bidder / "lots" / fake.lot / "notice.json"
    told = kit(
        bidder,
        "seal",
        fake.lot,
        "--notice",
        kept,
        "--price",
        "1.00",
        "--enterprise",
        "small",
        "--documents",
        papers,
    )
    assert told.good()["supersedes"] is None
    names = {one["name"] for one in kit(bidder, "open", told.value["bid"]).good()["files"]}
    assert names == {"opening.json", "papers/plan.pdf", "papers/drawings/图一.dwg"}


def test_a_custodian_key_with_a_wrong_signature_is_refused_by_name_and_rule(kit, seal, bidder, fake):
    forged = world.party(world.RIVAL).sign(
        terms.custodian_key(fake.lot, "third", fake.world.notice["custodians"][2]["recipient"])
    )
    fake.world.notice["custodians"][2]["signature"] = canonical.b64(forged)
    for told in (kit(bidder, "notice", fake.lot, platform=fake), seal(bidder, fake)):
        assert (told.code, told.value["error"]) == (1, "notice_bad")
        [refusal] = told.value["refusals"]
        assert (refusal["rule"], refusal["reason"]) == ("S-04", "custodian_signature")
        assert refusal["facts"]["custodian"] == "third"
        assert "third" in told.text
        assert "S-04" in told.text
    assert not (bidder / "bids").exists() or list((bidder / "bids").iterdir()) == []


def test_a_notice_whose_log_proof_is_false_is_refused(kit, bidder, fake):
    def falsify(answer):
        answer |= fake.evidence({**fake.world.notice, "title": "another"})

    fake.edit[r"/api/lots/.*/notice"] = falsify
    told = kit(bidder, "notice", fake.lot, platform=fake)
    assert [one["reason"] for one in told.value["refusals"]] == ["notice_not_logged"]


def test_a_notice_of_another_lot_or_edition_is_refused(kit, bidder, fake):
    fake.edit[r"/api/lots/.*/notice"] = lambda answer: {**answer, "edition": "id = 1\n"}
    told = kit(bidder, "notice", "6f1c1b0e-8d0f-4c62-9d3b-2f5a4a1b7c02", platform=fake)
    assert {one["reason"] for one in told.value["refusals"]} == {"another_lot", "another_edition"}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        (("--documents",), None),
        (("--price", "1.001", "--enterprise", "small"), "fields_unusable"),
        (("--price", "1.00"), "fields_missing"),
        (("--price", "1.00", "--enterprise", "huge"), "fields_unusable"),
        (("--price", "1.00", "--enterprise", "small", "--term", "nothing"), "term_unusable"),
        (("--price", "1.00", "--enterprise", "small"), "part_missing"),
        (("--price", "1.00", "--enterprise", "small", "--pricing", __file__), "part_missing"),
        (("--price", "1.00", "--enterprise", "small", "--documents", "nowhere.pdf"), "file_missing"),
        (("--addendum", __file__), "addendum_without_notice"),
    ],
)
def test_a_call_that_cannot_work_ends_with_two_and_says_why(kit, bidder, fake, papers, more, error):
    if error is None:
        with pytest.raises(SystemExit) as ended:
            kit(bidder, "seal", fake.lot, *more, platform=fake)
        assert ended.value.code == 2
        return
    documents = (
        ("--documents", papers) if error in {"fields_unusable", "fields_missing", "term_unusable"} else ()
    )
    told = kit(bidder, "seal", fake.lot, *more, *documents, platform=fake)
    assert (told.code, told.value["error"]) == (2, error)


def test_a_replacement_names_the_live_statement(kit, seal, bidder, fake, papers):
    first, _ = sent(kit, seal, bidder, fake)
    second = seal(bidder, fake, price="9700000.00").good()
    assert second["supersedes"] == fake.bids[first].statement.hash
    kept = bidder / "bids" / first / "notice.json"
    offline = seal(bidder, fake, "--notice", kept).good()
    assert offline["supersedes"] == fake.bids[first].statement.hash, (
        "its own receipts say it without a network"
    )
    assert seal(bidder, fake, "--supersedes", "none").good()["supersedes"] is None


def test_a_withdrawal_is_receipted_and_the_same_again_is_the_same(kit, seal, bidder, fake):
    bid, _ = sent(kit, seal, bidder, fake)
    told = kit(bidder, "withdraw", bid, platform=fake).good()
    assert (told["kind"], told["outcome"], told["standing"]) == ("withdrawal", "accepted", "submitted")
    kit(bidder, "withdraw", bid, platform=fake).good()
    first, second = (one.content for one in fake.requests if one.url.path.endswith("/withdrawal"))
    assert first == second
    kept = bidder / "bids" / bid / "notice.json"
    assert seal(bidder, fake, "--notice", kept).good()["supersedes"] is None


def test_a_receipt_of_another_withdrawal_is_not_ours(kit, seal, bidder, fake):
    bid, _ = sent(kit, seal, bidder, fake)

    def other(found):
        return {"receipt": fake.receipt({**found["receipt"]["record"], "withdrawal": "0" * 64})}

    fake.edit[r"/api/bids/.*/withdrawal"] = other
    told = kit(bidder, "withdraw", bid, platform=fake)
    assert (told.code, told.value["error"]) == (1, "receipt_of_another")


def test_a_late_bid_is_refused_with_rule_article_and_signed_record(kit, seal, bidder, fake, moved):
    bid = seal(bidder, fake).good()["bid"]
    moved(to=world.DEADLINE)
    told = kit(bidder, "upload", bid, platform=fake)
    assert (told.code, told.value["error"]) == (1, "platform_refused")
    assert told.value["refusals"][0]["rule"] == "S-02"
    assert "招标投标法 第二十八条" in told.text
    kept = kit(bidder, "verify-receipt", told.value["file"]).good()["receipts"][0]
    assert (kept["outcome"], kept["rule"], kept["reason"]) == ("refused", "S-02", "late_bid")


def test_a_flipped_byte_is_found_before_sending_and_refused_by_record_after(kit, seal, bidder, fake):
    bid = seal(bidder, fake).good()["bid"]
    path = bidder / "bids" / bid / "documents.age"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    told = kit(bidder, "upload", bid, platform=fake)
    assert told.value["error"] == "container_changed"
    assert fake.bids == {}
    told = kit(bidder, "upload", bid, "--no-check", platform=fake)
    assert (told.code, told.value["error"], told.value["reason"]) == (1, "record_refused", "bytes_differ")
    assert kit(bidder, "verify-receipt", told.value["file"]).good()["receipts"][0]["outcome"] == "refused"


def cut_after(fake, count, times=1):
    """Make the network fail after so many bytes of a PATCH have arrived, so many times."""
    left = [times]

    def fault(request):
        if request.method != "PATCH" or not left[0]:
            return
        left[0] -= 1
        _, fact, part = upload_of(fake, request.url.path.rpartition("/")[2])
        room = fact.length - len(part["data"]) - 1
        part["data"] += request.content[: min(count, room)]
        raise httpx.WriteError("cut")

    fake.faults.append(fault)


def test_an_upload_goes_on_after_cuts(kit, seal, bidder, fake):
    bid = seal(bidder, fake).good()["bid"]
    cut_after(fake, 30_000, times=3)
    told = kit(bidder, "upload", bid, platform=fake).good()
    assert told["outcome"] == "accepted"
    offsets = [int(one.headers["Upload-Offset"]) for one in fake.requests if one.method == "PATCH"]
    assert offsets[:4] == [0, 30_000, 60_000, 65_735], "it goes on where the platform stands"


def test_a_lost_last_answer_is_asked_for_again(kit, seal, bidder, fake):
    bid = seal(bidder, fake).good()["bid"]
    lost = [True]

    def fault(request):
        if request.method == "PATCH" and lost:
            lost.clear()
            _, _, part = upload_of(fake, request.url.path.rpartition("/")[2])
            part["data"] += request.content
            raise httpx.ReadError("no answer")

    fake.faults.append(fault)
    assert kit(bidder, "upload", bid, platform=fake).good()["outcome"] == "accepted"
    sizes = [len(one.content) for one in fake.requests if one.method == "PATCH"]
    assert sizes[1] == 0, "an empty PATCH asks for the answer that was lost"


@pytest.mark.parametrize("status", [423, 500, 503, 429])
def test_a_busy_platform_is_asked_again(kit, seal, bidder, fake, status):
    bid = seal(bidder, fake).good()["bid"]
    busy = ["PATCH", "GET"] if status != 423 else ["PATCH"]

    def fault(request):
        if request.method in busy:
            busy.remove(request.method)
            return httpx.Response(status)
        return None

    fake.faults.append(fault)
    assert kit(bidder, "upload", bid, platform=fake).good()["outcome"] == "accepted"
    assert busy == []


def test_an_expired_token_is_renewed_in_the_middle(kit, seal, bidder, fake):
    bid = seal(bidder, fake).good()["bid"]
    dropped = []

    def fault(request):
        if request.method == "PATCH" and not dropped:
            dropped.append(fake.tokens.clear())

    fake.faults.append(fault)
    assert kit(bidder, "upload", bid, platform=fake).good()["outcome"] == "accepted"


def test_a_network_that_stays_away_is_one_sentence(kit, seal, bidder, fake):
    bid = seal(bidder, fake).good()["bid"]

    def fault(request):
        raise httpx.ConnectError("connection refused")

    fake.faults.append(fault)
    told = kit(bidder, "upload", bid, platform=fake)
    assert (told.code, told.value["error"]) == (1, "server_unreachable")
    assert len([line for line in told.text.splitlines() if line]) == 1
    assert "run the same command later" in told.text


@pytest.mark.parametrize(
    "forge",
    [
        lambda fake, found: {
            **found,
            "record": {**found["record"], "received_at": "2026-03-02T09:00:00.001Z"},
        },
        lambda fake, found: {
            **found,
            "signature": canonical.b64(world.party(world.RIVAL).sign(found["record"])),
        },
        lambda fake, found: {**found, "salt": "0" * 64},
        lambda fake, found: {**found, "entry": None},
        lambda fake, found: {**found, **fake.evidence(found["record"], witnesses=())},
        lambda fake, found: {**found, "record": {**found["record"], "outcome": "refused"}},
    ],
)
def test_a_forged_receipt_never_says_received(kit, seal, bidder, fake, forge):
    bid = seal(bidder, fake).good()["bid"]
    fake.edit[r"/api/bids/.*/receipt"] = lambda found: forge(fake, found)
    told = kit(bidder, "upload", bid, platform=fake)
    assert (told.code, told.value["error"]) == (1, "receipt_bad")
    assert "Receipt: received" not in told.text
    assert "submitted" not in told.text
    assert not (bidder / "receipts").exists()


def test_a_good_receipt_of_another_bid_is_not_ours(kit, seal, bidder, rival, fake):
    other, _ = sent(kit, seal, rival, fake)
    bid = seal(bidder, fake).good()["bid"]
    fake.edit[rf"/api/bids/{bid}/receipt"] = lambda found: fake.receipt(fake.bids[other].record)
    told = kit(bidder, "upload", bid, platform=fake)
    assert told.value["error"] == "receipt_of_another"


@pytest.mark.parametrize("name", ["statement", "signature", "files", "supersedes"])
def test_a_signed_record_of_something_else_is_no_receipt_of_this_bid(kit, seal, bidder, fake, name):
    bid = seal(bidder, fake).good()["bid"]

    def other(found):
        record = found["record"]
        wrong = record["files"][1:] if name == "files" else "0" * 64
        return fake.receipt({**record, name: wrong})

    fake.edit[r"/api/bids/.*/receipt"] = other
    told = kit(bidder, "upload", bid, platform=fake)
    assert (told.code, told.value["error"]) == (1, "receipt_bad")
    assert "taken in" not in told.text


def test_received_comes_before_submitted(kit, seal, bidder, fake):
    bid = seal(bidder, fake).good()["bid"]
    fake.edit[r"/api/bids/.*/receipt"] = lambda found: fake.receipt(found["record"], submitted=False)
    told = kit(bidder, "upload", bid, "--wait", "0", platform=fake)
    assert told.good()["standing"] == "received"
    fake.edit.clear()
    later = kit(bidder, "receipt", bid, "--wait", "5", platform=fake).good()
    assert (later["standing"], later["file"]) == ("submitted", told.value["file"])
    fake.edit[r"/api/bids/.*/receipt"] = lambda found: fake.receipt(found["record"], submitted=False)
    kit(bidder, "receipt", bid, platform=fake).good()
    kept = kit(bidder, "verify-receipt", told.value["file"]).good()["receipts"][0]
    assert kept["standing"] == "submitted", "a stronger receipt is not written over by a weaker one"


def test_a_broken_receipt_file_fails_and_is_named(kit, seal, bidder, fake, tmp_path):
    _, told = sent(kit, seal, bidder, fake)
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    said = kit(bidder, "verify-receipt", told["file"], bad)
    assert said.code == 1
    assert [one["holds"] for one in said.value["receipts"]] == [True, False]
    assert str(bad) in said.text


def test_a_platform_of_another_trust_folder_proves_nothing(kit, seal, bidder, fake, tmp_path):
    _, told = sent(kit, seal, bidder, fake)
    other = tmp_path / "other"
    other.mkdir()
    for name, data in world.make_world().trust.files().items():
        (other / name).write_bytes(data)
    assert kit(bidder, "--trust", other, "verify-receipt", told["file"]).code == 1
    (other / "roots.pem").unlink()
    missing = kit(bidder, "--trust", other, "verify-receipt", told["file"])
    assert (missing.code, missing.value["error"]) == (2, "trust_unusable")


def test_a_challenge_of_another_address_is_not_signed(kit, bidder, fake):
    fake.edit["/api/sign-in/challenge"] = lambda found: {**found, "origin": "https://elsewhere.example"}
    told = kit(bidder, "sign-in", platform=fake)
    assert told.value["error"] == "challenge_of_another"
    assert "/api/sign-in" not in fake.paths()


def test_a_challenge_that_hides_another_act_is_not_signed(kit, bidder, fake):
    fake.edit["/api/sign-in/challenge"] = lambda found: {**found, "lot": fake.lot}
    assert kit(bidder, "sign-in", platform=fake).value["error"] == "odd_answer"


def test_status_shows_what_stands(kit, seal, bidder, fake):
    bid, _ = sent(kit, seal, bidder, fake)
    unsent = seal(bidder, fake).good()["bid"]
    rows = {one["bid"]: one for one in kit(bidder, "status", platform=fake).good()["bids"]}
    assert (rows[bid]["state"], rows[bid]["accepted"]) == ("sealed", True)
    assert (rows[unsent]["state"], rows[unsent]["accepted"]) == (None, False)


def test_a_wrong_passphrase_opens_nothing(kit, seal, bidder, fake, monkeypatch):
    bid, _ = sent(kit, seal, bidder, fake)
    monkeypatch.setenv("YANGGUANG_PASSPHRASE", "another passphrase")
    told = kit(bidder, "open", bid)
    assert (told.code, told.value["error"]) == (2, "kit_file_locked")


def test_open_writes_the_files_of_a_bid_and_nothing_over_others(kit, seal, bidder, fake, tmp_path, papers):
    bid, _ = sent(kit, seal, bidder, fake)
    out = tmp_path / "opened"
    kit(bidder, "open", bid, "--out", out).good()
    assert (out / "documents" / "papers" / "plan.pdf").read_bytes() == (papers / "plan.pdf").read_bytes()
    assert kit(bidder, "open", bid, "--out", out).value["error"] == "folder_exists"


def test_what_a_killed_sealing_left_is_removed_and_what_is_in_use_is_not(kit, seal, bidder, fake):
    left = bidder / "bids" / ".new-0000"
    used = bidder / "bids" / ".new-1111"
    for folder in (left, used):
        (folder / "plain").mkdir(parents=True)
        (folder / "plain" / "opening.json").write_text("a price")
        (folder / "lock").touch()
    with files.locked(used / "lock") as free:
        assert free
        seal(bidder, fake).good()
    assert not left.exists()
    assert used.exists()


def guarantee_of(folder, fake, *, bidder=world.BIDDER, issuer=world.FOURTH, signer=None):
    """Write a guarantee of the lot's deposit and its signature."""
    found = Guarantee(
        number="BH-2026-1",
        tender=fake.world.notice["tender"],
        lot=fake.lot,
        issuer=Party(issuer.organisation, issuer.credit_code),
        principal=Party(bidder.organisation, bidder.credit_code),
        beneficiary=Party(world.BUYER.organisation, world.BUYER.credit_code),
        amount=Decimal("400000.00"),
        valid_from=world.PUBLISHED,
        valid_until=world.UNTIL,
        issued_at=world.PUBLISHED,
    )
    folder.mkdir()
    (folder / "guarantee.json").write_bytes(canonical.to_bytes(found.as_json()))
    (folder / "guarantee.p7s").write_bytes(world.party(signer or issuer).sign(found.as_json()))
    return folder / "guarantee.json", found


def test_a_guarantee_is_enclosed_and_named_in_the_opening_fields(kit, seal, bidder, fake, tmp_path):
    path, found = guarantee_of(tmp_path / "g", fake)
    bid = seal(bidder, fake, "--guarantee", path).good()["bid"]
    opened = kit(bidder, "open", bid).good()
    assert opened["fields"]["guarantee"] == {
        "number": "BH-2026-1",
        "issuer": world.FOURTH.credit_code,
        "amount": "400000.00",
        "sha256": found.sha256,
    }
    names = {one["name"] for one in opened["files"] if one["part"] == "documents"}
    assert {"guarantee.json", "guarantee.p7s"} <= names


@pytest.mark.parametrize("wrong", [{"bidder": world.RIVAL}, {"signer": world.RIVAL}])
def test_a_guarantee_that_is_not_ours_or_not_signed_is_not_enclosed(seal, bidder, fake, tmp_path, wrong):
    path, _ = guarantee_of(tmp_path / "g", fake, **wrong)
    told = seal(bidder, fake, "--guarantee", path)
    assert (told.code, told.value["error"]) == (2, "guarantee_unusable")
