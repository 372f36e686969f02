"""The bag: BagIt tag files, one canonical zip, the same bytes for the same files, large files by streaming."""

import hashlib
import io
import re
import zipfile

import pytest
from hypothesis import given, settings, strategies as st

from monitoring.dossier import bag
from monitoring.dossier.bag import Stored

NAMES = st.text("abcdefgh-._路改", min_size=1, max_size=12).filter(lambda name: name not in {".", ".."})
FILES = st.dictionaries(NAMES, st.binary(max_size=200), max_size=8)


def write(files, **info):
    target = io.BytesIO()
    digest = bag.write(target, "L-001", files, {"Bagging-Date": "2026-03-02", **info})
    assert digest == hashlib.sha256(target.getvalue()).hexdigest()
    return target.getvalue()


def by_zipfile(data):
    """The same entries written by the standard library in the form that we claim."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(target, "w") as made:
        for one in given.infolist():
            info = zipfile.ZipInfo(one.filename, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            made.writestr(info, given.read(one))
    return target.getvalue()


@settings(max_examples=50)
@given(FILES)
def test_any_files_come_back_in_a_sound_bag(files):
    data = write(files)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        names = [one.filename for one in found.infolist()]
        assert names == sorted(names, key=str.encode)
        assert {one.compress_type for one in found.infolist()} == {zipfile.ZIP_STORED}
        assert {one.date_time for one in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name, content in files.items():
            assert found.read(f"L-001/data/{name}") == content
        manifest = dict(
            reversed(line.split("  ", 1))
            for line in found.read("L-001/manifest-sha256.txt").decode().splitlines()
        )
        assert manifest == {
            f"data/{name}": hashlib.sha256(content).hexdigest() for name, content in files.items()
        }
        tags = dict(
            reversed(line.split("  ", 1))
            for line in found.read("L-001/tagmanifest-sha256.txt").decode().splitlines()
        )
        assert set(tags) == {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
        for name, digest in tags.items():
            assert hashlib.sha256(found.read(f"L-001/{name}")).hexdigest() == digest
        oxum = re.search(r"Payload-Oxum: (\d+)\.(\d+)\n", found.read("L-001/bag-info.txt").decode())
        assert oxum.groups() == (str(sum(map(len, files.values()))), str(len(files)))
    assert by_zipfile(data) == data


def test_the_order_in_which_files_are_given_changes_nothing():
    files = {"b": b"1", "a/c": b"2", "a.b": b"3"}
    assert write(files) == write(dict(reversed(files.items())))


def test_a_stored_file_is_written_as_it_lies_there(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(bytes(range(256)) * 9000)
    data = write({"containers/x.age": Stored(path, path.stat().st_size)})
    assert write({"containers/x.age": path.read_bytes()}) == data


def test_a_stored_file_of_another_length_stops_the_writing(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(b"12345")
    with pytest.raises(ValueError, match="5 bytes where 6 were stored"):
        write({"x": Stored(path, 6)})


def test_an_entry_beyond_two_gibibytes_takes_the_long_form(tmp_path, monkeypatch):
    monkeypatch.setattr(bag, "ZIP64", 100)
    data = write({"long.age": b"x" * 101, "short.age": b"y" * 100})
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        assert found.read("L-001/data/long.age") == b"x" * 101
        assert found.getinfo("L-001/data/long.age").extract_version == 45
