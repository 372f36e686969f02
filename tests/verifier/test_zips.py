"""Zips that attack their reader: names outside, names twice, sizes beyond measure, forms that readers read differently."""

import io
import resource
import struct
import warnings
import zipfile
import zlib

import pytest

from tests.verifier import bagging, judging
from tests.verifier.judging import judge, process, run, said


def raw(entries, **more):
    """Return a zip by Python's own writer; `entries` may repeat names, of which it warns."""
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        warnings.filterwarnings("ignore", "Duplicate name", UserWarning)
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, bagging.TIME), data, **more)
    return target.getvalue()


ELSEWHERE = (
    *(
        "../data/x.txt",
        "/data/x.txt",
        "{}/data/../../x.txt",
        "{}/data/./x.txt",
        "{}/data//x.txt",
        "{}/data/x/",
    ),
    *("{}/data/a\\b.txt", "{}/data/a\u202eb.txt", "{}/data/x\ny.txt", "C:/data/x.txt"),
)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_names_that_lead_elsewhere(failed, tmp_path, monkeypatch, name):
    bag = failed.public
    entries = [*bag.entries().items(), (name.format(bag.folder), b"x")]
    (tmp_path / "x.zip").write_bytes(raw(sorted(entries, key=lambda one: one[0].encode())))
    monkeypatch.chdir(tmp_path)
    code, report = run("dossier", tmp_path / "x.zip")
    assert code == 1
    assert "an extra file" in said(report)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.zip"], "nothing is unpacked"


def test_one_name_twice(failed):
    """Readers differ in which of two entries they read: there is no second one."""
    entries = list(failed.public.entries().items())
    for place, (name, data) in enumerate(entries):
        report = judge(
            raw([*entries[:place], (name, b"x"), (name, data), *entries[place + 1 :]]), failed.trust
        )
        assert name in said(report)


def test_names_out_of_order(failed):
    entries = list(failed.public.entries().items())
    report = judge(raw(entries[::-1]), failed.trust)
    assert "not sorted" in said(report)


@pytest.mark.parametrize(
    "more", [{"compress_type": zipfile.ZIP_DEFLATED}, {"compress_type": zipfile.ZIP_BZIP2}]
)
def test_a_packed_zip_has_another_form(failed, more):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in failed.public.entries().items():
            archive.writestr(zipfile.ZipInfo(name, bagging.TIME), data, **more)
    assert "not in its one form" in said(judge(target.getvalue(), failed.trust))


@pytest.mark.parametrize("field", ["comment", "extra", "date_time", "external_attr", "create_system"])
def test_what_a_zip_may_carry_beside_its_files(failed, field):
    value = {"comment": b"x", "extra": b"\1\2\0\0", "date_time": (2026, 1, 1, 0, 0, 0)}.get(field, 7)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, (name, data) in enumerate(failed.public.entries().items()):
            info = zipfile.ZipInfo(name, bagging.TIME)
            if number == 3:
                setattr(info, field, value)
            archive.writestr(info, data)
    assert "not in its one form" in said(judge(target.getvalue(), failed.trust))


def test_a_comment_behind_the_zip_and_bytes_between(failed):
    packed = failed.public.packed()
    target = io.BytesIO(packed)
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = b"x"
    assert "the end" in said(judge(target.getvalue(), failed.trust))
    assert "not in its one form" in said(judge(b"x" + packed, failed.trust))


BOMB = 300 << 20


def bomb(failed, *, claimed=BOMB, name="data/bomb.txt"):
    """Return the dossier with an entry that unpacks to far more than it weighs."""
    target = io.BytesIO(failed.public.packed())
    with zipfile.ZipFile(target, "a") as archive:
        info = zipfile.ZipInfo(f"{failed.public.folder}/{name}", bagging.TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as entry:
            for _ in range(BOMB >> 20):
                entry.write(bytes(1 << 20))
    found = bytearray(target.getvalue())
    if claimed != BOMB:
        for sign in (b"PK\1\2", b"PK\3\4"):
            place = (
                found.rindex(sign) if sign == b"PK\1\2" else found.rindex(sign, 0, found.rindex(b"PK\1\2"))
            )
            at = place + (24 if sign == b"PK\1\2" else 22)
            found[at : at + 4] = struct.pack("<I", claimed)
    return bytes(found)


@pytest.mark.parametrize("claimed", [BOMB, 1000])
def test_a_bomb_is_not_lit(failed, tmp_path, claimed):
    """An entry of 300 MiB in 300 KiB, honest about its size or not: refused within 400 MiB of memory."""
    (tmp_path / "x.zip").write_bytes(bomb(failed, claimed=claimed))

    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    done = process("dossier", tmp_path / "x.zip", preexec_fn=limited)
    assert done.returncode == 1, done.stderr
    assert ("too large" if claimed == BOMB else "bomb.txt") in done.stdout


def test_entries_without_number(failed):
    entries = [*failed.public.entries().items()]
    many = [
        *entries,
        *((f"{failed.public.folder}/data/z{n}", b"") for n in range(judging.verify.MANY)),
    ]
    assert "too many" in said(judge(raw(many), failed.trust))


def test_entries_that_share_their_bytes(failed):
    """Many names for one piece of the zip, as bombs without nesting do."""
    folder, data = failed.public.folder, bytes(1 << 20)
    name = f"{folder}/data/a".encode()
    head = struct.pack(
        "<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0x21, zlib.crc32(data), *[len(data)] * 2, len(name), 0
    )
    directory = b""
    for n in range(2000):
        own = f"{folder}/data/{n:04}".encode()
        common = (0, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(own))
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 0x314, 20, *common, *[0] * 6) + own
    body = head + name + data
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 2000, 2000, len(directory), len(body), 0)
    assert "too large" in said(judge(body + directory + end, failed.trust))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notice.json", b"[" * 100_000),
        ("notice.json", b'{"a":' * 100_000),
        ("notice.json", b"1" * 100_000),
        ("notice.json", b"NaN"),
        ("notice.json", b"\xff\xfe"),
        ("closing.json", b'{"closing":{"valid":1e999},"lines":[]}'),
        ("log/entries.json", b"[{}]"),
        ("edition.toml", b"a = " + b"[" * 5000),
        ("log/checkpoint.txt", b"x\n" * 100),
        ("log/checkpoints/" + "9" * 5000 + ".txt", b"x"),
        ("addenda/" + "9" * 5000 + ".json", b"{}"),
        ("certificates/roots.pem", b""),
        ("statements/x.p7s", b"\x30\x80"),
    ],
    ids=lambda x: x[:20] if isinstance(x, str) else "",
)
def test_files_that_no_reader_likes(opened, tmp_path, name, content):
    (tmp_path / "x.zip").write_bytes(opened.public.with_files({name: content}).packed())
    code, report = run("dossier", tmp_path / "x.zip")
    assert (code, report["result"]) == (1, "broken")
    assert report["broken"]


def test_numbers_that_would_take_for_ever(works, tmp_path):
    candidates = works.public.json("candidates.json")
    candidates["candidates"][0]["total"] = "1e999999999"
    candidates["price"][0]["evaluated"] = "1e999999999"
    bag = works.public.with_files({"candidates.json": bagging.canonical.to_bytes(candidates)})
    (tmp_path / "x.zip").write_bytes(bag.packed())
    done = process("dossier", tmp_path / "x.zip", timeout=60)
    assert done.returncode == 1


@pytest.mark.parametrize("content", [b"", b"PK\5\6" + bytes(18), b"no zip", bytes(1000)])
def test_what_is_no_dossier_at_all(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    code, report = run("dossier", tmp_path / "x.zip")
    assert (code, report["result"]) == (2, "unreadable")
    assert report["why"]


def test_a_zip_without_data(tmp_path):
    (tmp_path / "x.zip").write_bytes(raw([("a/bagit.txt", b"x")]))
    code, report = run("dossier", tmp_path / "x.zip")
    assert (code, report["result"]) == (2, "unreadable")
    assert "no data/" in report["why"]


def test_a_zip_of_more_than_two_gibibytes_has_its_form_too():
    """Headers of the long form, rendered from lengths alone, against Python's writer on the same lengths."""
    length = (1 << 31) + 5
    heads, tail = judging.verify.zip_form([("a/data/x", 7, length), ("a/data/y", 9, 3)])
    assert heads[0][4:6] == struct.pack("<H", 45)
    assert struct.pack("<QQ", length, length) in heads[0]
    assert struct.pack("<Q", len(heads[0]) + length) in tail, "where the second entry begins"
    assert b"PK\6\6" in tail
