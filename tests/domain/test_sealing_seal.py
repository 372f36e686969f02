"""A bid is sealed and opened: by its bidder, by custodians, by outside programs, and by nobody else."""

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from itertools import combinations

import pyrage
import pytest

from bidding.domain import messages, opening, parts as inside, records, statements
from bidding.domain.custody import ShareError
from bidding.sealing import custodians, seal, suites
from bidding.sealing.custodians import Place
from bidding.sealing.seal import KeyDiffersError, LostContainerError, MalformedPartError, SealingError
from bidding.sealing.suites import ContainerError
from kernel.domain import canonical
from tests.domain import sealing_world as world

OFFER = b"offer " * 100_000


@pytest.fixture(scope="module")
def lot():
    return world.make_world(parts=("opening", "documents"))


@pytest.fixture(scope="module")
def bid(lot, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bid")
    (folder / "offer.pdf").write_bytes(OFFER)
    (folder / "empty").write_bytes(b"")
    documents = {"technical/技术标.pdf": folder / "offer.pdf", "empty": folder / "empty"}
    return world.seal_one(lot, folder, files={"documents": documents})


def test_the_statement_is_of_exactly_the_files(lot, bid):
    sealed, statement, folder = bid
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {one.name for one in sealed.files} == set(statement.files())
    for one in sealed.files:
        data = (folder / one.name).read_bytes()
        assert (canonical.sha256(data), len(data)) == (one.sha256, one.length)
        assert statement.files()[one.name][0] == one.sha256
    assert statement.part("opening").length == 65736
    assert sealed.statement["notice"] == canonical.digest(lot.notice)
    assert all(key.startswith("AGE-SECRET-KEY-1") for key in sealed.keys.values())
    assert "AGE-SECRET-KEY" not in repr(sealed)


def test_a_part_opens_into_its_files(bid, tmp_path):
    sealed, statement, folder = bid
    target = tmp_path / "opened"
    found = seal.open_part(
        folder / "documents.age", sealed.keys["documents"], statement, "documents", target=target
    )
    assert [one.name for one in found] == ["empty", "technical/技术标.pdf"]
    assert (target / "technical" / "技术标.pdf").read_bytes() == OFFER
    assert (target / "empty").read_bytes() == b""
    with pytest.raises(FileExistsError):
        seal.open_part(
            folder / "documents.age", sealed.keys["documents"], statement, "documents", target=target
        )


def test_the_opening_fields_are_read_in_memory(bid):
    sealed, statement, folder = bid
    files = seal.read_part(folder / "opening.age", sealed.keys["opening"], statement, "opening")
    assert opening.price(opening.read_fields(files["opening.json"])).amount == 9_800_000


def test_outside_programs_open_it(bid, tmp_path):
    sealed, _statement, folder = bid
    key = sealed.keys["documents"]
    plain = pyrage.decrypt((folder / "documents.age").read_bytes(), [pyrage.x25519.Identity.from_str(key)])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        assert archive.read("technical/技术标.pdf") == OFFER
    if shutil.which("age") is None:
        pytest.skip("the age program is not installed")
    (tmp_path / "key.txt").write_text(key + "\n")
    command = ["age", "-d", "-i", str(tmp_path / "key.txt"), str(folder / "documents.age")]
    assert subprocess.run(command, check=True, capture_output=True).stdout == plain


def test_nothing_of_a_changed_container_is_left(bid, tmp_path):
    sealed, statement, folder = bid
    data = bytearray((folder / "documents.age").read_bytes())
    for place in (10, 170, 300, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        (tmp_path / "documents.age").write_bytes(changed)
        with pytest.raises(LostContainerError):
            seal.open_part(
                tmp_path / "documents.age",
                sealed.keys["documents"],
                statement,
                "documents",
                target=tmp_path / "opened",
                known_bytes=place % 2 == 0,
            )
    (tmp_path / "documents.age").write_bytes(data[:-1])
    with pytest.raises(LostContainerError, match="length"):
        seal.open_part(tmp_path / "documents.age", sealed.keys["documents"], statement, "documents")
    assert [path.name for path in tmp_path.iterdir()] == ["documents.age"]


def test_another_key_is_told_from_a_broken_part(bid):
    sealed, statement, folder = bid
    with pytest.raises(KeyDiffersError):
        seal.open_part(folder / "documents.age", sealed.keys["opening"], statement, "documents")


def resealed(bid, tmp_path, part, content):
    """Return a statement whose container holds `content`, sealed to the bid's own key: the bidder's own doing."""
    sealed, statement, _ = bid
    suite = suites.SUITES["age1"]
    data = suite.seal_bytes(content, statement.part(part).recipient)
    (tmp_path / "made.age").write_bytes(data)
    fact = replace(statement.part(part), sha256=canonical.sha256(data), length=len(data))
    rest = [fact if one.name == part else one for one in statement.parts]
    return replace(statement, parts=tuple(rest)), tmp_path / "made.age", sealed.keys[part]


@pytest.mark.parametrize("content", [bytes(65536), b"PK\x03\x04" + bytes(65532)])
def test_a_part_that_is_not_what_was_stated_is_malformed(bid, tmp_path, content):
    statement, path, key = resealed(bid, tmp_path, "opening", content)
    with pytest.raises(MalformedPartError):
        seal.open_part(path, key, statement, "opening")


def test_a_container_that_stops_early_is_malformed(bid, tmp_path):
    _, statement, folder = bid
    data = (folder / "documents.age").read_bytes()
    broken = data[:-20] + bytes(20)
    (tmp_path / "x.age").write_bytes(broken)
    fact = replace(statement.part("documents"), sha256=canonical.sha256(broken))
    changed = replace(statement, parts=(statement.parts[0], fact))
    with pytest.raises(MalformedPartError):
        seal.open_part(tmp_path / "x.age", bid[0].keys["documents"], changed, "documents")


def test_a_container_with_the_same_content_is_still_not_the_stated_bytes(bid, tmp_path):
    sealed, statement, folder = bid
    key = pyrage.x25519.Identity.from_str(sealed.keys["opening"])
    plain = pyrage.decrypt((folder / "opening.age").read_bytes(), [key])
    again = suites.SUITES["age1"].seal_bytes(plain, statement.part("opening").recipient)
    (tmp_path / "again.age").write_bytes(again)
    with pytest.raises(LostContainerError):
        seal.open_part(tmp_path / "again.age", sealed.keys["opening"], statement, "opening")
    held = {"known_bytes": True}
    assert seal.open_part(tmp_path / "again.age", sealed.keys["opening"], statement, "opening", **held)


def test_containers_with_more_recipients_are_refused(bid, tmp_path):
    sealed, _statement, folder = bid
    suite = suites.SUITES["age1"]
    key = pyrage.x25519.Identity.from_str(sealed.keys["opening"])
    plain = pyrage.decrypt((folder / "opening.age").read_bytes(), [key])
    two = pyrage.encrypt(plain, [key.to_public(), pyrage.x25519.Identity.generate().to_public()])
    with pytest.raises(ContainerError, match="exactly one recipient"):
        suite.check_container(two[:256])
    with pytest.raises(ContainerError, match="exactly one recipient"):
        suite.file_key(two, sealed.keys["opening"])
    suite.check_container((folder / "opening.age").read_bytes()[:256])


def test_the_bid_is_sealed_only_to_a_notice_without_problems(lot, tmp_path):
    forged = {**lot.notice, "custodians": [dict(one) for one in lot.notice["custodians"]]}
    forged["custodians"][2]["signature"] = forged["custodians"][1]["signature"]
    bad = replace(lot, notice=forged)
    with pytest.raises(SealingError, match="S-04"):
        world_seal(bad, tmp_path)
    assert not (tmp_path / "sealed").exists()


def world_seal(lot, place, **more):
    path = world.opening_file(place)
    return seal.seal_bid(
        lot.reading(),
        **{
            "bidder": world.BIDDER.credit_code,
            "files": {"opening": {"opening.json": path}, "documents": {"a": path}},
            "folder": place / "sealed",
            "supersedes": None,
            "client_time": world.SEALED,
            **more,
        },
    )


def test_what_cannot_be_sealed_is_refused_with_what_to_do(lot, tmp_path):
    path = world.opening_file(tmp_path)
    (tmp_path / "bad.json").write_bytes(b'{"price": "1"}')
    cases = [
        ({"files": {"opening": {"opening.json": path}}}, "asks for the parts"),
        ({"files": {"opening": {}, "documents": {}}}, "needs opening.json"),
        ({"files": {"opening": {"opening.json": tmp_path / "bad.json"}, "documents": {}}}, "cannot be read"),
        ({"folder": tmp_path}, "not empty"),
    ]
    for change, why in cases:
        with pytest.raises(SealingError, match=why):
            world_seal(lot, tmp_path, **change)
    (tmp_path / "big").write_bytes(bytes(70_000))
    files = {"opening": {"opening.json": path, "big": tmp_path / "big"}, "documents": {}}
    with pytest.raises(inside.PartError, match="documents part"):
        world_seal(lot, tmp_path, files=files)


def test_progress_runs_to_the_end(lot, tmp_path):
    seen = []
    world_seal(lot, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] > 0


def test_two_sealings_of_one_bid_have_nothing_in_common(lot, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, two = (world_seal(lot, tmp_path / name) for name in ("a", "b"))
    for field in ("bid", "nonce"):
        assert one.statement[field] != two.statement[field]
    hashes = [{fact.sha256 for fact in found.files} for found in (one, two)]
    assert not hashes[0] & hashes[1]
    assert not set(one.keys.values()) & set(two.keys.values())
    inner = [{part["inner"] for part in found.statement["parts"]} for found in (one, two)]
    assert not inner[0] & inner[1]


def shares_of(lot, bid, part="opening"):
    _, statement, folder = bid
    found = {}
    for role, key in lot.custodians.items():
        file = (folder / statements.share_name(part, role)).read_bytes()
        found[role] = custodians.examine(file, key, Place(statement, part, role))
    return found


def test_every_custodian_finds_its_share_and_any_two_open(lot, bid):
    sealed, statement, _ = bid
    for part in ("opening", "documents"):
        found = {role: one.share for role, one in shares_of(lot, bid, part).items()}
        assert all(found.values())
        for count in (2, 3):
            for chosen in combinations(found, count):
                key, counted = custodians.rejoin({role: found[role] for role in chosen}, statement, part)
                assert key == sealed.keys[part]
                assert set(counted) == set(chosen)
        for role, share in found.items():
            assert custodians.rejoin({role: share}, statement, part) == (None, (role,))


def test_three_of_five_open_and_two_do_not(tmp_path):
    lot = world.make_world(custodians=5)
    bid = world.seal_one(lot, tmp_path)
    found = {role: one.share for role, one in shares_of(lot, bid).items()}
    assert len(found) == 5
    for chosen in combinations(found, 3):
        assert custodians.rejoin({role: found[role] for role in chosen}, bid[1], "opening")[0]
    for chosen in combinations(found, 2):
        assert custodians.rejoin({role: found[role] for role in chosen}, bid[1], "opening")[0] is None


def test_a_share_opens_for_its_custodian_alone(lot, bid):
    _, statement, folder = bid
    file = (folder / statements.share_name("opening", "centre")).read_bytes()
    finding = custodians.examine(file, lot.custodians["third"], Place(statement, "opening", "centre"))
    assert finding.share is None
    assert finding.proof is None
    assert "does not open" in finding.problem


def test_a_released_share_that_is_not_the_stated_one_does_not_count(lot, bid):
    _, statement, _ = bid
    found = {role: dict(one.share) for role, one in shares_of(lot, bid).items()}
    found["third"]["mnemonic"] = found["centre"]["mnemonic"]
    key, counted = custodians.rejoin(found, statement, "opening")
    assert key == bid[0].keys["opening"]
    assert counted == ("procuring_entity", "centre")
    found["centre"]["bid"] = world.LOT
    assert custodians.rejoin(found, statement, "opening") == (None, ("procuring_entity",))


def with_share(bid, role, plaintext, recipient):
    """Return a statement in which the bidder states this share file, and the file."""
    _, statement, _ = bid
    file = suites.SUITES["age1"].seal_bytes(plaintext, recipient)
    fact = statements.ShareFact(canonical.sha256(plaintext), canonical.sha256(file))
    part = statement.part("opening")
    changed = replace(part, shares={**part.shares, role: fact})
    return replace(statement, parts=(changed, *statement.parts[1:])), file


def test_a_bad_share_is_proven_to_anyone(lot, bid):
    good = shares_of(lot, bid)["centre"].share
    recipient = lot.read_notice.custodian("centre").recipient
    others = {
        "another lot": {**good, "lot": world.TENDER},
        "another custodian": {**good, "custodian": "third"},
        "no words": {**good, "mnemonic": "not a share"},
        "another's words": {**good, "mnemonic": shares_of(lot, bid)["third"].share["mnemonic"]},
        "more keys": {**good, "more": 1},
    }
    for value in others.values():
        statement, file = with_share(bid, "centre", canonical.to_bytes(value), recipient)
        place = Place(statement, "opening", "centre")
        finding = custodians.examine(file, lot.custodians["centre"], place)
        assert finding.share is None
        assert finding.proof is not None
        assert custodians.proof_holds(finding.proof, file, place)


def test_a_share_with_another_hash_or_a_broken_file_is_proven(lot, bid):
    _, _statement, _folder = bid
    good = shares_of(lot, bid)["centre"].share
    recipient = lot.read_notice.custodian("centre").recipient
    plaintext = canonical.to_bytes(good)
    changed, file = with_share(bid, "centre", plaintext, recipient)
    part = changed.part("opening")
    fact = replace(part.shares["centre"], share="0" * 64)
    lying = replace(
        changed, parts=(replace(part, shares={**part.shares, "centre": fact}), *changed.parts[1:])
    )
    place = Place(lying, "opening", "centre")
    finding = custodians.examine(file, lot.custodians["centre"], place)
    assert "hash" in finding.problem
    assert custodians.proof_holds(finding.proof, file, place)
    broken = file[:-1] + bytes([file[-1] ^ 1])
    fact = replace(part.shares["centre"], file=canonical.sha256(broken))
    cut = replace(changed, parts=(replace(part, shares={**part.shares, "centre": fact}), *changed.parts[1:]))
    place = Place(cut, "opening", "centre")
    finding = custodians.examine(broken, lot.custodians["centre"], place)
    assert "broken" in finding.problem
    assert custodians.proof_holds(finding.proof, broken, place)


def test_a_good_share_cannot_be_proven_bad(lot, bid):
    _, statement, folder = bid
    file = (folder / statements.share_name("opening", "centre")).read_bytes()
    suite, place = suites.SUITES["age1"], Place(statement, "opening", "centre")
    file_key = suite.file_key(file, lot.custodians["centre"])
    plaintext, _ = suite.open_with_file_key(file, file_key)
    assert not custodians.proof_holds((file_key, plaintext), file, place)
    assert not custodians.proof_holds((file_key, b"something else"), file, place)
    assert not custodians.proof_holds((bytes(16), b""), file, place)
    other = (folder / statements.share_name("opening", "third")).read_bytes()
    other_key = suite.file_key(other, lot.custodians["third"])
    assert not custodians.proof_holds((other_key, plaintext), file, place)
    broken = file[:-1] + bytes([file[-1] ^ 1])
    assert not custodians.proof_holds((file_key, b""), broken, place)
    assert custodians.examine(broken, lot.custodians["centre"], place).proof is None


def test_a_false_dealer_is_found_out_by_the_recipient(lot, bid):
    """Each share is well-formed and stated, yet they come from another key: no subset gives the stated one."""
    _, statement, _ = bid
    other = suites.SUITES["age1"].new_key()
    notice, context = statement.notice, statement.context("opening")
    dealt = custodians.deal(other, notice, context)
    facts = {role: statements.ShareFact(one.share, canonical.sha256(one.file)) for role, one in dealt.items()}
    part = replace(statement.part("opening"), shares=facts)
    false = replace(statement, parts=(part, *statement.parts[1:]))
    found = {}
    for role, one in dealt.items():
        finding = custodians.examine(one.file, lot.custodians[role], Place(false, "opening", role))
        assert finding.share
        found[role] = finding.share
    assert custodians.rejoin(found, false, "opening") == (None, tuple(found))


def test_a_lodged_key_is_a_fresh_split_of_the_same_key(lot, bid):
    sealed, statement, folder = bid
    lodged = custodians.lodge(sealed.keys, statement)
    value = messages.lodging(statement.context("opening"), closing="0" * 64, nonce=bytes(32), parts=lodged)
    files = {role: canonical.unb64(text) for role, text in value["parts"]["documents"].items()}
    found = {}
    for role, file in files.items():
        place = Place(statement, "documents", role, lodged=True)
        finding = custodians.examine(file, lot.custodians[role], place)
        assert finding.share
        found[role] = finding.share
        assert file != (folder / statements.share_name("documents", role)).read_bytes()
    assert custodians.rejoin(found, statement, "documents", lodged=True)[0] == sealed.keys["documents"]
    assert custodians.rejoin(found, statement, "documents") == (None, ())


def test_a_draws_value_is_dealt_and_opened_without_its_contributor(lot):
    value, roles = bytes(range(32)), lot.read_notice.roles
    recipients = {one.role: one.recipient for one in lot.read_notice.custodians}
    dealt = custodians.deal_value(
        value, draw=f"{world.LOT}/draw-1", name="centre", recipients=recipients, suite_id="age1", threshold=2
    )
    opened = {
        role: messages.draw_open(custodians.open_value_share(dealt[role], lot.custodians[role], "age1"))
        for role in roles
    }
    for chosen in combinations(roles, 2):
        held = [opened[role] for role in chosen]
        assert custodians.rejoin_value(held, suite_id="age1", threshold=2) == value
    for wrong in ([opened["third"]], [opened["third"]] * 2):
        with pytest.raises(ShareError):
            custodians.rejoin_value(wrong, suite_id="age1", threshold=2)
    with pytest.raises(ContainerError):
        custodians.open_value_share(dealt["third"], lot.custodians["centre"], "age1")


def test_the_seal_record_matches_what_was_sealed(bid):
    sealed, statement, _ = bid
    record = records.build_seal_record(
        statement,
        signature=b"p7s",
        files=sealed.files,
        received_at=world.SEALED,
        deadline=world.DEADLINE,
        outcome=records.Outcome.ACCEPTED,
    )
    assert [one["name"] for one in record["files"]] == sorted(statement.files())
