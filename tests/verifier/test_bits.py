"""Any changed, missing or extra file breaks a dossier, tag files included, and the verifier names it."""

import io
import random

import pytest

from tests.verifier import bagging, judging
from tests.verifier.judging import judge, run, said

SEED = 20260302
PLACES = 4
"""Bits turned in each file: in its first byte, in its last one, and at places drawn by a seed."""


def flipped(data: bytes, place: int, bit: int) -> bytes:
    found = bytearray(data)
    found[place] ^= 1 << bit
    return bytes(found)


def places(data: bytes, draw: random.Random) -> list[tuple[int, int]]:
    found = {0, len(data) - 1, *(draw.randrange(len(data)) for _ in range(PLACES - 2))}
    return [(place, draw.randrange(8)) for place in sorted(found)]


def names_it(packed: bytes, name: str) -> bool:
    """Tell whether the bag's own check refuses a zip and names a file."""
    dossier = judging.verify.Dossier(io.BytesIO(packed), None)
    try:
        dossier.check_bag()
    except AssertionError as error:
        return any(name in str(one) for one in error.args)
    return False


@pytest.mark.parametrize("edition", [0, 1], ids=["public", "audit"])
def test_a_bit_of_any_file(works, edition):
    draw, entries, missed = random.Random(SEED), works.bags[edition].entries(), []
    for name, data in entries.items():
        for place, bit in places(data, draw):
            if not names_it(
                bagging.pack({**entries, name: flipped(data, place, bit)}), name.partition("/")[2]
            ):
                missed.append((name, place, bit))
    assert missed == []
    assert len(entries) > (75, 180)[edition]


@pytest.mark.parametrize("edition", [0, 1], ids=["public", "audit"])
def test_any_file_that_is_taken_out(works, edition):
    entries = works.bags[edition].entries()
    for name in entries:
        left = {other: data for other, data in entries.items() if other != name}
        assert names_it(bagging.pack(left), name.partition("/")[2]) or name.endswith("data/edition.json"), (
            name
        )


@pytest.mark.parametrize("edition", [0, 1], ids=["public", "audit"])
def test_any_file_that_is_put_in(works, edition):
    bag = works.bags[edition]
    for name in (
        "data/extra.txt",
        "data/award.json.bak",
        "data/keys/x/opening.txt",
        "fetch.txt",
        "readme",
        "~",
    ):
        entries = dict(sorted([*bag.entries().items(), (f"{bag.folder}/{name}", b"x")]))
        assert names_it(bagging.pack(entries), name), name
    outside = {**bag.entries(), "other/data/x.txt": b"x"}
    assert names_it(bagging.pack(outside), "other/data/x.txt")


def test_files_that_change_their_places(works):
    bids = sorted(
        name for name in works.public.files if name.startswith("statements/") and name.endswith(".json")
    )
    entries, (one, other) = (
        works.public.entries(),
        [f"{works.public.folder}/data/{name}" for name in bids[:2]],
    )
    swapped = {**entries, one: entries[other], other: entries[one]}
    assert names_it(bagging.pack(swapped), bids[0])
    assert names_it(bagging.pack(swapped), bids[1])


def test_each_bit_of_the_zip_itself(failed):
    """Headers, names, checksums, directory and end too: a zip has one form. A broken end makes it no zip at all."""
    packed, draw, missed = failed.public.packed(), random.Random(SEED), []
    for place in draw.sample(range(len(packed)), 600):
        changed = flipped(packed, place, draw.randrange(8))
        try:
            good = not judge(changed, failed.trust)["broken"]
        except (judging.verify.zipfile.BadZipFile, ValueError, RuntimeError):
            good = False
        if good:
            missed.append(place)
    assert missed == []


@pytest.mark.parametrize("cut", [1, 22, 1000])
def test_a_zip_that_was_cut_off_or_grew(failed, tmp_path, cut):
    packed = failed.public.packed()
    for number, data in enumerate((packed[:-cut], packed[cut:], packed + bytes(cut), bytes(cut) + packed)):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(data)
        code, report = run("dossier", path)
        assert code in {1, 2}
        assert report["result"] in {"broken", "unreadable"}


@pytest.mark.parametrize(
    "name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/table.json"]
)
def test_the_program_exits_with_1_and_names_what_broke(works, written, name):
    folder, entries = written(works), works.public.entries()
    whole = f"{works.public.folder}/{name}"
    data = entries[whole]
    (folder / "changed.zip").write_bytes(bagging.pack({**entries, whole: flipped(data, len(data) // 2, 3)}))
    words = ("--trust", folder / "trust", "--receipt", folder / "receipt-0.json")
    code, report = run("dossier", folder / "changed.zip", *words)
    assert (code, report["result"]) == (1, "broken")
    assert name in said(report)
    assert report["stages"]["bag"]["status"] == "broken"
