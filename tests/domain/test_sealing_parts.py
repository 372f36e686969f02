"""Parts: one canonical zip, padded to steps, read strictly."""

import hashlib
import io
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies as st

from bidding.domain import parts as inside
from bidding.domain.parts import Context, FileFact, PartError
from bidding.sealing import parts
from bidding.sealing.streams import Block, fill
from kernel.domain import canonical
from tests.domain import sealing_world as world

NONCE = canonical.b64(bytes(range(32)))
SALT = bytes(range(100, 132))
BID = "9b2c1f4e-7a55-4c1d-8f3e-2a6b5c4d3e2f"
DOCUMENTS = Context(world.TENDER, world.LOT, BID, world.BIDDER.credit_code, NONCE, "documents")
OPENING = Context(world.TENDER, world.LOT, BID, world.BIDDER.credit_code, NONCE, "opening")
MIB = 1024 * 1024

letters = st.characters(
    codec="utf-8",
    exclude_characters='\\/<>:"|?*',
    exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"],
)
components = (
    st.text(letters, min_size=1, max_size=12)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: text.strip() and text == text.strip(" ") and not text.endswith("."))
)
names = st.lists(components, min_size=1, max_size=3).map("/".join)


def render(context, files, folder, salt=SALT):
    """Return the zip of a part and its manifest's inner hash; files: name -> bytes."""
    paths = {}
    for number, (name, content) in enumerate(files.items()):
        paths[name] = folder / f"source-{number}"
        paths[name].write_bytes(content)
    source = parts.PartSource(context, salt, parts.measure(paths))
    data = bytearray(source.length)
    assert fill(source, memoryview(data)) == source.length
    assert source.readinto(memoryview(bytearray(1))) == 0
    return bytes(data), inside.inner_hash(source.manifest)


def unpack(data, context, inner, step=1000):
    """Return name -> content of a zip, given to the reader in small pieces."""
    found = {}

    def pieces():
        for start in range(0, len(data), step):
            block = Block(0)
            yield memoryview(data)[start : start + step], block
            block.settle()

    class Store:
        def __init__(self, fact):
            self.fact = fact

        def __enter__(self):
            found[self.fact.name] = io.BytesIO()
            return found[self.fact.name]

        def __exit__(self, *_):
            pass

    parts.unpack(pieces(), len(data), context, inner, Store)
    return {name: content.getvalue() for name, content in found.items()}


@settings(max_examples=60, deadline=None)
@given(files=st.dictionaries(names, st.binary(max_size=3000), max_size=6))
def test_any_files_come_back_and_any_zip_program_reads_them(tmp_path_factory, files):
    try:
        inside.check_names(files)
    except PartError:
        assume(False)
    data, inner = render(DOCUMENTS, files, tmp_path_factory.mktemp("part"))
    assert unpack(data, DOCUMENTS, inner) == files
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        listed = archive.namelist()
        expected = sorted(files, key=lambda name: name.encode())
        assert listed == ["manifest.json", *expected, ".pad"]
        assert {name: archive.read(name) for name in files} == files
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_bytes_do_not_depend_on_order_dates_or_modes(tmp_path):
    files = {"b.txt": b"two", "a.txt": b"one", "ä.txt": b"three"}
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    first, _ = render(OPENING, files, tmp_path / "x")
    second, _ = render(OPENING, dict(reversed(files.items())), tmp_path / "y")
    assert first == second


def test_the_form_to_the_byte(tmp_path):
    data, inner = render(OPENING, {"a": b"xyz"}, tmp_path)
    manifest = canonical.to_bytes(
        {
            "domain": "yangguang/part/v1",
            "tender": world.TENDER,
            "lot": world.LOT,
            "bid": BID,
            "bidder": world.BIDDER.credit_code,
            "nonce": NONCE,
            "part": "opening",
            "salt": SALT.hex(),
            "files": [{"name": "a", "sha256": hashlib.sha256(b"xyz").hexdigest(), "length": 3}],
        }
    )

    def head(name, content):
        crc, size = zlib.crc32(content).to_bytes(4, "little"), len(content).to_bytes(4, "little")
        length = len(name).to_bytes(2, "little")
        return (
            b"PK\x03\x04\x14\x00\x00\x08\x00\x00\x00\x00\x21\x00"
            + crc
            + size * 2
            + length
            + b"\x00\x00"
            + name
        )

    begin = head(b"manifest.json", manifest) + manifest + head(b"a", b"xyz") + b"xyz"
    assert data.startswith(begin)
    assert len(data) == 65536
    without_salt = canonical.from_bytes(manifest)
    del without_salt["salt"]
    joined = b"yangguang/inner/v1\n" + SALT + canonical.to_bytes(without_salt)
    assert inner == hashlib.sha256(joined).hexdigest()


@pytest.mark.parametrize(
    ("part", "length", "padded"),
    [
        ("opening", 1, 65536),
        ("opening", 65536, 65536),
        ("documents", 1, MIB),
        ("documents", MIB, MIB),
        ("documents", MIB + 1, MIB + MIB // 8),
        ("documents", 2 * MIB - 1, 2 * MIB),
        ("documents", 2 * MIB, 2 * MIB),
        ("documents", 2 * MIB + 1, 2 * MIB + MIB // 4),
        ("pricing", 1024 * MIB + 1, 1152 * MIB),
        ("pricing", 2**31 + 1, 2**31 + 2**28),
    ],
)
def test_lengths_are_padded_to_steps(part, length, padded):
    assert inside.padded_length(part, length) == padded
    assert inside.is_step(part, padded)
    assert not inside.is_step(part, padded - 1) or padded - 1 == length


@given(length=st.integers(1, 2**32 - 2**28))
def test_padding_costs_at_most_an_eighth_and_steps_are_few(length):
    padded = inside.padded_length("documents", length)
    assert padded >= length
    assert padded <= max(MIB, length + length / 8 + 1)
    assert inside.padded_length("documents", padded) == padded


def test_what_is_too_long_is_refused_with_what_to_do():
    with pytest.raises(PartError, match="documents part"):
        inside.padded_length("opening", 65537)
    with pytest.raises(PartError, match="compress"):
        inside.padded_length("documents", 2**32 - 2**28 + 1)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "a\\b",
        "c:",
        "a\x00",
        "a\u202etxt.exe",
        "a ",
        " a",
        "a.",
        "e\u0301",
        "manifest.json",
        "MANIFEST.JSON",
        ".pad",
        "x" * 256,
        "/".join(["x" * 100] * 11),
        "a\ud800",
        "a\n",
        "\xa0",
        "a/\u3000",
    ],
)
def test_names_that_are_not_plain_are_refused(name):
    with pytest.raises(PartError):
        inside.check_names([name])


@pytest.mark.parametrize("pair", [("A.txt", "a.txt"), ("Straße", "STRASSE"), ("a", "a/b"), ("X/y", "x")])
def test_names_that_fall_together_on_some_system_are_refused(pair):
    with pytest.raises(PartError):
        inside.check_names(pair)
    inside.check_names(["A.txt", "b.txt", "b/图 一.pdf", ".hidden", "全角　空格.pdf"])


def test_a_file_that_changes_while_it_is_sealed_is_noticed(tmp_path):
    path = tmp_path / "file"
    for change in (b"longer than before", b"short", b"before"):
        path.write_bytes(b"before")
        source = parts.PartSource(OPENING, SALT, parts.measure({"file": path}))
        path.write_bytes(change)
        with pytest.raises(PartError, match="changed while"):
            fill(source, memoryview(bytearray(source.length)))


def test_another_bids_part_is_refused(tmp_path):
    data, inner = render(OPENING, {"a": b"xyz"}, tmp_path)
    assert unpack(data, OPENING, inner) == {"a": b"xyz"}
    for field, other in (
        ("bid", world.LOT),
        ("bidder", world.RIVAL.credit_code),
        ("lot", BID),
        ("tender", BID),
    ):
        stranger = Context(**{**{n: getattr(OPENING, n) for n in Context.__slots__}, field: other})
        with pytest.raises(PartError, match="another bid"):
            unpack(data, stranger, inner)
    with pytest.raises(PartError, match="statement committed"):
        unpack(data, OPENING, "0" * 64)


def rebuilt(tmp_path, change):
    """Return a zip of the same length whose manifest was changed, with its own honest inner hash."""
    content = {"domain": "yangguang/part/v1", **{n: getattr(OPENING, n) for n in Context.__slots__}}
    fact = {"name": "a", "sha256": hashlib.sha256(b"xyz").hexdigest(), "length": 3}
    value = {**content, "salt": SALT.hex(), "files": [fact]}
    change(value)
    data, _ = render(OPENING, {"a": b"xyz"}, tmp_path)
    old = data[43 : data.index(b"PK\x03\x04", 4)]
    new = canonical.to_bytes(value)
    body = new + data[43 + len(old) :]
    crc, size = zlib.crc32(new).to_bytes(4, "little"), len(new).to_bytes(4, "little")
    changed = data[:14] + crc + size * 2 + data[26:43] + body
    return changed[: len(data)].ljust(len(data), b"\0"), inside.inner_hash(value)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["files"].append({"name": "b", "sha256": "0" * 64, "length": 0}),
        lambda value: value["files"][0].update(length=2),
        lambda value: value["files"][0].update(length=2**33),
        lambda value: value["files"][0].update(length=2**53 - 1),
        lambda value: value["files"][0].update(sha256="0" * 64),
        lambda value: value["files"][0].update(name="../a"),
        lambda value: value["files"].insert(0, {"name": "z", "sha256": "0" * 64, "length": 0}),
        lambda value: value.update(more=1),
        lambda value: value.update(salt="00"),
        lambda value: value.pop("files"),
    ],
)
def test_a_manifest_that_lies_is_refused(tmp_path, change):
    honest, inner = rebuilt(tmp_path, lambda value: None)
    assert unpack(honest, OPENING, inner) == {"a": b"xyz"}
    data, inner = rebuilt(tmp_path, change)
    with pytest.raises(PartError):
        unpack(data, OPENING, inner)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 65535), value=st.integers(1, 255))
def test_no_byte_of_a_part_can_change(tmp_path_factory, place, value):
    data, inner = render(OPENING, {"a": b"xyz" * 20, "b": b""}, tmp_path_factory.mktemp("part"))
    changed = bytearray(data)
    changed[place] ^= value
    with pytest.raises(PartError):
        unpack(bytes(changed), OPENING, inner, step=65536)


@pytest.mark.parametrize("part", ["head", "tail"])
def test_no_byte_of_the_structure_can_change(tmp_path, part):
    data, inner = render(OPENING, {"a": b"xyz" * 20, "b": b""}, tmp_path)
    places = range(800) if part == "head" else range(len(data) - 400, len(data))
    held = []
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1
        try:
            unpack(bytes(changed), OPENING, inner, step=65536)
        except PartError:
            continue
        held.append(place)
    assert held == []


def test_a_wrong_checksum_is_refused_wherever_it_stands_twice(tmp_path):
    data, inner = render(OPENING, {"a": b"xyz" * 20}, tmp_path)
    for content in (
        b"xyz" * 20,
        bytes(int.from_bytes(data[data.rindex(b".pad", 0, 3000) - 12 :][:4], "little")),
    ):
        crc = zlib.crc32(content).to_bytes(4, "little")
        assert data.count(crc) == 2
        with pytest.raises(PartError, match=r"not the file|wrong checksum"):
            unpack(data.replace(crc, b"\x01\x02\x03\x04"), OPENING, inner)


def test_what_is_cut_off_or_continued_is_refused(tmp_path):
    data, inner = render(DOCUMENTS, {"a": b"xyz"}, tmp_path)
    for wrong in (data[:-1], data + b"\0", data + bytes(MIB // 8), data[: MIB // 2]):
        with pytest.raises(PartError):
            unpack(wrong, DOCUMENTS, inner, step=MIB)

    def short():
        yield memoryview(data)[:-5], Block(0)

    with pytest.raises(PartError, match="ends too early"):
        parts.unpack(short(), len(data), DOCUMENTS, inner)

    def longer():
        yield memoryview(data + b"x"), Block(0)

    with pytest.raises(PartError, match="something follows"):
        parts.unpack(longer(), len(data), DOCUMENTS, inner)


def test_a_manifest_in_memory_is_limited(tmp_path):
    data, inner = render(OPENING, {"a": b"xyz"}, tmp_path)
    huge = data[:18] + (2**31).to_bytes(4, "little") * 2 + data[26:]
    with pytest.raises(PartError, match="manifest is too long"):
        unpack(huge, OPENING, inner)


def test_measuring_gives_hash_length_and_checksum(tmp_path):
    content = hashlib.shake_128(b"m").digest(3 * MIB + 17)
    (tmp_path / "f").write_bytes(content)
    seen = []
    (found,) = parts.measure({"f": tmp_path / "f"}, seen.append)
    assert found.fact == FileFact("f", hashlib.sha256(content).hexdigest(), len(content))
    assert found.crc == zlib.crc32(content)
    assert sum(seen) == len(content)


def test_a_part_is_written_without_reading_its_files_whole(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(700 * MIB)
    source = parts.PartSource(
        DOCUMENTS, SALT, [parts.Measured(FileFact("f", "0" * 64, 700 * MIB), path, 0, marks(path))]
    )
    view = memoryview(bytearray(MIB))
    assert fill(source, view) == MIB
    assert source.length == 704 * MIB


def marks(path: Path):
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
