"""The opening from both sides: a bidder consents only to what is true, a custodian acts under one witnessed list."""

from datetime import timedelta

import pytest

from bidding.domain import closing as lists, messages
from bidding.domain.notice import KEY_DOMAIN
from bidding.kit import files
from bidding.kit.keeping import KEY_DOMAIN as KEPT_KEY
from bidding.sealing import custodians, keyfile
from bidding.sealing.custodians import Place
from kernel.domain import canonical
from tests.domain import sealing_world as world
from tests.kit.conftest import PASSPHRASE, make_home
from tests.kit.stand_in import StandIn

KEEPERS = {"procuring_entity": world.BUYER, "centre": world.CENTRE, "third": world.NOTARY}
AFTER = timedelta(seconds=30)
T = canonical.instant(world.DEADLINE)


@pytest.fixture
def sealed(kit, seal, bidder, rival, fake):
    """Two bids that were accepted: the bidder's and its rival's."""

    def send(home):
        bid = seal(home, fake).good()["bid"]
        kit(home, "upload", bid, "--wait", "0", platform=fake).good()
        return bid

    return send(bidder), send(rival)


@pytest.fixture
def closed(sealed, fake, moved):
    """The same after T, with a closing list under two witnesses."""
    moved(to=world.DEADLINE + AFTER)
    fake.count()
    return sealed


@pytest.fixture
def keepers(tmp_path, lot, passphrase):
    """The homes of the three custodians, each with its key of the lot."""
    return {role: keeper(tmp_path, lot, role) for role in KEEPERS}


def keeper(folder, lot, role):
    home = make_home(folder / role, world.party(KEEPERS[role]), lot.trust)
    value = {
        "domain": KEPT_KEY,
        "lot": lot.notice["lot"],
        "role": role,
        "suite": "age1",
        "key": lot.custodians[role],
    }
    place = home / "custody" / lot.notice["lot"] / "key.kit"
    place.parent.mkdir(parents=True)
    place.write_bytes(keyfile.lock(value, PASSPHRASE))
    return home


def consents(fake, lot):
    return [one for one in fake.requests if one.url.path.endswith("/consent")]


# the bidder


def test_a_bidder_consents_after_its_own_checks(kit, bidder, fake, closed):
    bid = closed[0]
    told = kit(bidder, "consent", bid, platform=fake).good()
    assert told["closing"] == canonical.digest(fake.closing)
    [row] = fake.consents
    value = messages.parse(canonical.from_bytes(row["document"].encode()), messages.CONSENT)
    assert (value["bid"], value["statement"]) == (bid, fake.bids[bid].statement.hash)
    fake.world.trust.signed_by(
        value, canonical.unb64(row["signature"]), world.BIDDER.credit_code, world.DEADLINE
    )
    kit(bidder, "consent", bid, platform=fake).good()
    assert fake.consents[0] == fake.consents[1], "the same consent, byte for byte"


def refused_consent(kit, home, fake, bid):
    told = kit(home, "consent", bid, platform=fake)
    assert told.code == 1
    assert not any(path.endswith("/consent") for path in fake.paths())
    return told


@pytest.mark.parametrize(("witnesses", "after"), [(("north",), 0), (("north", "south"), -60)])
def test_no_consent_without_two_witnesses_after_the_deadline(kit, bidder, fake, closed, witnesses, after):
    fake.witnesses, fake.witnessed_after = witnesses, after
    told = refused_consent(kit, bidder, fake, closed[0])
    assert told.value["refusals"][0]["reason"] == "too_few_witnesses_after_deadline"


@pytest.mark.parametrize(
    "wrong",
    [
        {"statement": "0" * 64},
        {"seal": "0" * 64},
        {"received_at": "2026-03-02T09:00:01.000Z"},
        {"status": "superseded", "by": "0" * 64},
        {"bidder": world.RIVAL.credit_code},
    ],
)
def test_no_consent_to_a_wrong_own_line(kit, bidder, fake, closed, wrong):
    bid, other = (fake.bids[one] for one in closed)
    fake.count(lines=[fake.line(bid, **wrong), fake.line(other)])
    fake.edit[r"/api/lots/.*/opening"] = lambda found: {
        **found,
        "lines": [{"salt": one.salt.hex(), "line": one.value} for one in fake.lines[:1]],
    }
    told = refused_consent(kit, bidder, fake, closed[0])
    assert told.value["error"] == "line_wrong"
    assert set(told.value["facts"]["names"].split(", ")) == set(wrong)


def test_no_consent_without_an_own_line(kit, bidder, fake, closed):
    fake.count(lines=[fake.line(fake.bids[closed[1]])])
    assert refused_consent(kit, bidder, fake, closed[0]).value["error"] == "line_missing"


def test_no_consent_to_a_line_that_is_not_in_the_list(kit, bidder, fake, closed):
    def swap(found):
        found["lines"][0]["salt"] = "00" * 32

    fake.edit[r"/api/lots/.*/opening"] = swap
    assert refused_consent(kit, bidder, fake, closed[0]).value["error"] == "closing_bad"


def test_no_consent_to_a_strangers_list(kit, bidder, fake, closed):
    fake.platform = world.party(world.RIVAL)
    told = refused_consent(kit, bidder, fake, closed[0])
    assert told.value["error"] == "closing_bad"
    assert "not by the platform" in told.text


def test_no_consent_to_a_second_list(kit, bidder, fake, closed):
    kit(bidder, "consent", closed[0], platform=fake).good()
    fake.requests.clear()
    fake.count()
    told = refused_consent(kit, bidder, fake, closed[0])
    assert told.value["refusals"][0]["reason"] == "another_closing_list"


def test_no_consent_when_the_own_container_is_broken(kit, bidder, fake, closed):
    path = bidder / "bids" / closed[0] / "documents.age"
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    assert refused_consent(kit, bidder, fake, closed[0]).value["error"] == "does_not_open"


def test_no_consent_without_the_receipt(kit, bidder, fake, closed):
    for path in (bidder / "receipts").iterdir():
        path.unlink()
    assert refused_consent(kit, bidder, fake, closed[0]).value["error"] == "receipt_wanted"


def test_consent_waits_for_its_window(kit, bidder, fake, closed):
    fake.step = "names"
    assert refused_consent(kit, bidder, fake, closed[0]).value["error"] == "too_early"
    looks = []

    def open_later(request):
        looks.append(request.url.path.endswith("/opening"))
        if sum(looks) == 3:
            fake.step = "consent"

    fake.faults.append(open_later)
    assert kit(bidder, "consent", closed[0], "--wait", "10", platform=fake).good()["judged"] == "given"


def test_a_late_consent_is_no_success(kit, bidder, fake, closed):
    fake.edit[r"/api/bids/.*/consent"] = lambda found: {**found, "judged": "late"}
    told = kit(bidder, "consent", closed[0], platform=fake)
    assert (told.code, told.value["judged"]) == (1, "late")


def test_check_in_confirm_and_object_reach_the_platform(kit, bidder, fake, closed):
    kit(bidder, "check-in", fake.lot, platform=fake).good()
    kit(bidder, "confirm", closed[0], platform=fake).good()
    kit(bidder, "confirm", closed[0], "--objected", platform=fake).good()
    kit(bidder, "object", fake.lot, "--text", "价格读错", platform=fake).good()
    bodies = [body for _, body in fake.acts]
    assert bodies == [None, {"answer": "confirmed"}, {"answer": "objected"}, {"text": "价格读错"}]


# the custodians


def test_a_custodian_makes_one_key_and_never_a_second(kit, fake, lot, tmp_path):
    home = make_home(tmp_path / "keeper", world.party(world.NOTARY), lot.trust)
    fake.custody = [{"lot": fake.lot, "role": "third", "wanted": True, "status": "draft", "deadline": None}]
    told = kit(home, "custodian-key", fake.lot, platform=fake).good()
    again = kit(home, "custodian-key", fake.lot, platform=fake).good()
    assert told["recipient"] == again["recipient"], "while the platform has none, the same key goes again"
    (_, first), (_, second) = fake.acts
    value = canonical.from_bytes(first["document"].encode())
    assert value == {
        "domain": KEY_DOMAIN,
        "lot": fake.lot,
        "custodian": "third",
        "recipient": told["recipient"],
    }
    assert first["signature"] == second["signature"] or first["document"] == second["document"]
    stored = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert b"AGE-SECRET-KEY" not in stored
    fake.custody[0]["wanted"] = False
    refused = kit(home, "custodian-key", fake.lot, platform=fake)
    assert (refused.code, refused.value["error"]) == (1, "custody_key_given")
    assert kit(home, "custodian-key", "another", platform=fake).value["error"] == "not_custodian"


def test_custodians_report_and_release_and_two_shares_open(kit, bidder, rival, keepers, fake, closed):
    kit(bidder, "consent", closed[0], platform=fake).good()
    kit(rival, "consent", closed[1], platform=fake).good()
    for home in keepers.values():
        told = kit(home, "ready", fake.lot, platform=fake).good()
        assert (told["ready"], told["bad"]) == (4, 0)
    assert kit(keepers["third"], "ready", fake.lot, platform=fake).good()["again"] is False
    assert kit(keepers["third"], "release", fake.lot, platform=fake).value["error"] == "too_early"
    fake.list_release()
    for role in ("procuring_entity", "third"):
        assert kit(keepers[role], "release", fake.lot, platform=fake).good()["missing"] == []
    for bid in closed:
        for part in ("opening", "documents"):
            released = {
                role: row["share"]
                for (role, kind), value in fake.given.items()
                if kind == "release"
                for row in value["shares"]
                if (row["bid"], row["part"]) == (bid, part)
            }
            key, counted = custodians.rejoin(released, fake.bids[bid].statement, part)
            assert key is not None
            assert len(counted) == 2


def refused_act(kit, home, fake, name="ready"):
    told = kit(home, name, fake.lot, platform=fake)
    assert told.code == 1, told
    assert not fake.given
    return told


@pytest.mark.parametrize(("witnesses", "after"), [(("west",), 0), (("north", "south", "west"), -60)])
def test_a_custodian_waits_for_two_witnesses_after_the_deadline(kit, keepers, fake, closed, witnesses, after):
    fake.witnesses, fake.witnessed_after = witnesses, after
    told = refused_act(kit, keepers["centre"], fake)
    assert told.value["refusals"][0]["reason"] == "too_few_witnesses_after_deadline"
    assert not (keepers["centre"] / "custody" / fake.lot / "answered-closing.json").exists(), (
        "nothing was answered yet"
    )


def test_a_custodian_answers_one_closing_list(kit, keepers, fake, closed):
    kit(keepers["centre"], "ready", fake.lot, platform=fake).good()
    fake.given.clear()
    fake.count()
    told = refused_act(kit, keepers["centre"], fake)
    assert told.value["refusals"][0]["reason"] == "another_closing_list"
    assert "S-04" in told.text


def test_of_two_processes_with_two_lists_one_acts(kit, keepers, fake, closed, monkeypatch):
    """The other list is remembered between this process's look and its own remembering."""
    kit(keepers["centre"], "ready", fake.lot, platform=fake).good()
    fake.given.clear()
    fake.count()
    remembered = keepers["centre"] / "custody" / fake.lot / "answered-closing.json"
    look = files.known
    monkeypatch.setattr(files, "known", lambda path: None if path == remembered else look(path))
    told = refused_act(kit, keepers["centre"], fake)
    assert told.value["refusals"][0]["reason"] == "another_closing_list"


def test_the_list_is_remembered_before_anything_is_sent(kit, keepers, fake, closed):
    def fail(request):
        if request.url.path.endswith("/ready"):
            raise AssertionError("killed while sending")

    fake.faults.append(fail)
    with pytest.raises(AssertionError, match="killed"):
        kit(keepers["centre"], "ready", fake.lot, platform=fake)
    fake.faults.clear()
    fake.count()
    told = refused_act(kit, keepers["centre"], fake)
    assert told.value["refusals"][0]["reason"] == "another_closing_list"


def test_a_custodian_wants_every_line_and_every_statement(kit, keepers, fake, closed):
    fake.edit[r"/api/custody/.*"] = lambda found: {**found, "lines": found["lines"][:1]}
    assert refused_act(kit, keepers["centre"], fake).value["error"] == "closing_lines_missing"
    fake.edit[r"/api/custody/.*"] = lambda found: {**found, "statements": found["statements"][:1]}
    assert refused_act(kit, keepers["centre"], fake).value["error"] == "statements_missing"


def test_a_statement_that_its_bidder_did_not_sign_stops_the_custodian(kit, keepers, fake, closed):
    def forge(found):
        found["statements"][0]["signature"] = found["statements"][1]["signature"]

    fake.edit[r"/api/custody/.*"] = forge
    assert refused_act(kit, keepers["centre"], fake).value["error"] == "statement_bad"


@pytest.mark.parametrize("wrong", [{"statement": "0" * 64}, {"bidder": world.RIVAL.credit_code}])
def test_a_statement_that_the_list_does_not_name_stops_the_custodian(kit, keepers, fake, closed, wrong):
    bid, other = (fake.bids[one] for one in closed)
    fake.count(lines=[fake.line(bid, **wrong), fake.line(other)])
    told = refused_act(kit, keepers["centre"], fake)
    assert told.value["error"] == "statement_bad"
    assert "names another statement" in told.text


def test_a_custodian_refuses_a_strangers_platform_and_another_key(kit, keepers, fake, closed, tmp_path, lot):
    fake.platform = world.party(world.RIVAL)
    assert refused_act(kit, keepers["centre"], fake).value["error"] == "closing_bad"
    fake.platform = world.party(world.PLATFORM)
    own = keeper(tmp_path / "swapped", lot, "third")
    key = own / "custody" / fake.lot / "key.kit"
    value = {**keyfile.unlock(key.read_bytes(), PASSPHRASE), "key": lot.custodians["centre"]}
    key.write_bytes(keyfile.lock(value, PASSPHRASE))
    assert refused_act(kit, own, fake).value["error"] == "notice_names_another_key"


def test_a_bad_share_is_reported_with_a_proof_that_anyone_can_repeat(kit, keepers, fake, lot, moved, sealed):
    bid = fake.bids[sealed[0]]
    false = b"this is no share"
    file = custodians.suite_of(bid.statement.notice.suite).seal_bytes(
        false, lot.notice["custodians"][1]["recipient"]
    )
    reseal(fake, sealed[0], file, false)
    moved(to=world.DEADLINE + AFTER)
    fake.count()
    told = kit(keepers["centre"], "ready", fake.lot, platform=fake).good()
    assert (told["ready"], told["bad"]) == (3, 1)
    [row] = [one for one in fake.given["centre", "ready"]["results"] if one["result"] == "bad"]
    proof = tuple(canonical.unb64(row["proof"][name]) for name in ("file_key", "plaintext"))
    place = Place(fake.bids[sealed[0]].statement, "opening", "centre")
    assert custodians.proof_holds(proof, file, place)
    fake.consents = []
    fake.list_release(**{sealed[0]: ("other_fault", None), sealed[1]: ("other_fault", None)})
    told = kit(keepers["centre"], "release", fake.lot, platform=fake).good()
    assert [(one["bid"], one["part"]) for one in told["missing"]] == [(sealed[0], "opening")]
    rows = fake.given["centre", "release"]["shares"]
    assert len(rows) == 4, "every part of every listed bid is named"


def reseal(fake, bid, file, plaintext):
    """Make the centre's share of a bid's opening part a false one, the bid signed anew."""
    from bidding.domain.statements import parse_statement

    stored = fake.bids[bid]
    value = canonical.from_bytes(stored.data)
    fact = value["parts"][0]["shares"]["centre"]
    fact["file"], fact["share"] = canonical.sha256(file), "b" * 64
    stored.data = canonical.to_bytes(value)
    stored.signature = world.party(world.BIDDER).sign(value)
    stored.statement = parse_statement(value, fake.notice())
    stored.shares["opening"]["centre"] = file
    stored.record = {**stored.record, "statement": stored.statement.hash}


def test_a_lodging_is_used_when_its_bidder_signed_it(kit, bidder, rival, keepers, fake, closed):
    kit(bidder, "lodge", closed[0], platform=fake).good()
    for home in (bidder, rival):
        kit(home, "consent", closed[home is rival], platform=fake).good()
    for home in keepers.values():
        assert kit(home, "ready", fake.lot, platform=fake).good()["again"] is False
        assert kit(home, "ready", fake.lot, platform=fake).good()["again"] is True, (
            "once more on what was dealt anew"
        )
        assert "ready" not in kit(home, "ready", fake.lot, platform=fake).good()
    fake.list_release()
    for home in keepers.values():
        kit(home, "release", fake.lot, platform=fake).good()
    for number, bid in enumerate(closed):
        released = {
            role: row["share"]
            for (role, kind), value in fake.given.items()
            if kind == "release"
            for row in value["shares"]
            if (row["bid"], row["part"]) == (bid, "opening")
        }
        key, _ = custodians.rejoin(released, fake.bids[bid].statement, "opening", lodged=number == 0)
        assert key is not None
        other, _ = custodians.rejoin(released, fake.bids[bid].statement, "opening", lodged=number != 0)
        assert (other is None) == (number == 0)


def test_an_unsigned_or_forged_lodging_is_not_used(kit, bidder, keepers, fake, closed):
    kit(bidder, "lodge", closed[0], platform=fake).good()
    genuine = fake.lodged[0]
    kit(keepers["centre"], "ready", fake.lot, platform=fake).good()
    fake.lodged = [{"bid": closed[0], "part": "opening", "file": canonical.b64(b"x")}]
    fake.list_release(**dict.fromkeys(closed, ("other_fault", None)))
    told = kit(keepers["centre"], "release", fake.lot, platform=fake)
    assert "not signed by its bidder" in told.text
    assert told.good()["missing"] == [], "the stated share is released"
    forged = world.party(world.RIVAL).sign(canonical.from_bytes(genuine["document"].encode()))
    fake.lodged = [{**genuine, "signature": canonical.b64(forged)}]
    del fake.given["centre", "release"]
    told = kit(keepers["centre"], "release", fake.lot, platform=fake)
    assert told.good()["missing"] == []
    assert "does not hold" in told.text
    stated = {canonical.digest(row["share"]) for row in fake.given["centre", "release"]["shares"]}
    named = {part.shares["centre"].share for bid in fake.bids.values() for part in bid.statement.parts}
    assert stated == named, (
        "what the statements name is released, whatever else was laid before the custodian"
    )


def prepared(kit, bidder, rival, keepers, fake, closed):
    kit(bidder, "consent", closed[0], platform=fake).good()
    kit(rival, "consent", closed[1], platform=fake).good()
    fake.list_release()


@pytest.mark.parametrize("case", ["missing", "forged", "other_list", "stranger", "mode"])
def test_a_release_list_that_is_not_true_releases_nothing(kit, bidder, rival, keepers, fake, closed, case):
    prepared(kit, bidder, rival, keepers, fake, closed)
    if case == "missing":
        fake.consents.pop()
    elif case == "forged":
        value = canonical.from_bytes(fake.consents[0]["document"].encode())
        fake.consents[0]["signature"] = canonical.b64(world.party(world.RIVAL).sign(value))
    elif case == "other_list":
        fake.release["closing"] = "0" * 64
    elif case == "stranger":
        fake.release["bids"].append(
            {"bid": "ffffffff-0000-4000-8000-000000000000", "reason": "other_fault", "consent": None}
        )
    else:
        fake.release |= {"mode": "custodians", "bids": []}
    told = refused_act(kit, keepers["centre"], fake, "release")
    assert told.value["error"] == "release_bad"
    assert not (keepers["centre"] / "custody" / fake.lot / "answered-release.json").exists()


def test_a_release_list_of_a_stranger_releases_nothing(kit, bidder, rival, keepers, fake, closed):
    prepared(kit, bidder, rival, keepers, fake, closed)

    def forge(found):
        found["release_signature"] = canonical.b64(world.party(world.RIVAL).sign(fake.release))

    fake.edit[r"/api/custody/.*"] = forge
    assert refused_act(kit, keepers["centre"], fake, "release").value["error"] == "release_bad"


def test_a_custodian_answers_one_release_list(kit, bidder, rival, keepers, fake, closed):
    prepared(kit, bidder, rival, keepers, fake, closed)
    kit(keepers["centre"], "release", fake.lot, platform=fake).good()
    assert kit(keepers["centre"], "release", fake.lot, platform=fake).good()["again"] is False
    fake.given.clear()
    kit(keepers["centre"], "release", fake.lot, platform=fake).good()
    fake.given.clear()
    fake.consents = fake.consents[:1]
    fake.list_release()
    told = refused_act(kit, keepers["centre"], fake, "release")
    assert told.value["refusals"][0]["reason"] == "another_release_list"


def test_the_watch_does_what_is_due(kit, bidder, rival, keepers, fake, closed):
    home = keepers["centre"]
    row = {"lot": fake.lot, "role": "centre", "wanted": False, "status": "opening", "deadline": T}
    fake.custody = [row]
    [done] = kit(home, "custody-watch", "--once", platform=fake).good()["done"]
    assert done["act"] == f"ready {fake.lot}"
    assert kit(home, "custody-watch", "--once", platform=fake).good()["done"] == []
    prepared(kit, bidder, rival, keepers, fake, closed)
    [done] = kit(home, "custody-watch", "--once", platform=fake).good()["done"]
    assert done["act"] == f"release {fake.lot}"
    assert kit(home, "custody-watch", "--once", platform=fake).good()["done"] == []


def test_a_withheld_addendum_releases_nothing(kit, keepers, fake, closed):
    later = canonical.instant(world.DEADLINE + timedelta(days=5))
    row = {"lot": fake.lot, "role": "centre", "wanted": False, "status": "published", "deadline": later}
    fake.custody = [row]
    kit(keepers["centre"], "custody-watch", "--once", platform=fake).good()
    told = refused_act(kit, keepers["centre"], fake)
    assert told.value["refusals"][0]["reason"] == "deadline_earlier_than_known"
    assert told.value["refusals"][0]["facts"] == {"known": later, "shown": T}


def test_the_watch_gives_keys_and_one_lot_in_trouble_stops_no_other(kit, fake, lot, tmp_path):
    home = make_home(tmp_path / "keeper", world.party(world.NOTARY), lot.trust)
    other = "0d9b2c7e-3f64-4c0a-8a55-9b6f1e2d3c05"
    fake.custody = [
        {"lot": fake.lot, "role": "third", "wanted": False, "status": "opening", "deadline": T},
        {"lot": other, "role": "third", "wanted": True, "status": "draft", "deadline": None},
    ]
    told = kit(home, "custody-watch", "--once", platform=fake)
    assert told.code == 0, "a lot without a closing list is not due"
    assert [one["act"] for one in told.value["done"]] == [f"custodian-key {other}"]


def test_in_mode_custodians_no_consent_is_wanted(kit, seal, tmp_path, moved, keepers):
    lot = world.make_world(parts=("opening", "documents"), mode="custodians")
    moved(to=world.PUBLISHED)
    fake = StandIn(lot)
    home = make_home(tmp_path / "one", world.party(world.BIDDER), lot.trust)
    bid = seal(home, fake).good()["bid"]
    kit(home, "upload", bid, "--wait", "0", platform=fake).good()
    moved(to=world.DEADLINE + AFTER)
    fake.count(step="names")
    assert kit(home, "consent", bid, platform=fake).value["error"] == "no_consent_wanted"
    own = keeper(tmp_path / "two", lot, "third")
    kit(own, "ready", fake.lot, platform=fake).good()
    fake.list_release()
    assert kit(own, "release", fake.lot, platform=fake).good()["shares"] == 2


def test_the_list_hides_what_is_not_shown(fake, closed):
    shown = fake.opening_of(world.BIDDER.credit_code)["lines"]
    assert len(shown) == 1
    lists.check_lines(fake.closing, fake.lines)
