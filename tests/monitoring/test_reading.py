"""Makers of files are read in a process of its own: what a hostile file does to it, it does to nothing else."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from monitoring import reading
from tests.monitoring.world import made_by

ROOT = Path(__file__).resolve().parents[2]
BOMB_ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


def part(path, **files):
    """A part's plain zip with the platform's own entries around the bidder's files."""
    with zipfile.ZipFile(path, "w") as outer:
        outer.writestr("manifest.json", "{}")
        for name, data in files.items():
            outer.writestr(name, data)
        outer.writestr(".pad", bytes(100))
    return path


def docx_with(core):
    """A docx whose core properties are replaced."""
    import io

    source, target = io.BytesIO(made_by("x")), io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for one in given.infolist():
            made.writestr(one.filename, core if one.filename == "docProps/core.xml" else given.read(one))
    return target.getvalue()


def test_authors_are_read_and_what_cannot_be_read_says_why(tmp_path):
    path = part(
        tmp_path / "a.zip",
        **{
            "标书.docx": made_by("李雷"),
            "plan.txt": b"hello",
            "entity.docx": docx_with(BOMB_ENTITY),
            "bomb.docx": docx_with(b"<x>" + b"a" * (2 << 20) + b"</x>"),
            "broken.pdf": b"%PDF-1.7 nothing",
        },
    )
    found = reading.bid_documents({"91A": path})
    assert [(d.bidder, d.name, d.metadata.author) for d in found.documents] == [("91A", "标书.docx", "李雷")]
    assert {one.name: one.code for one in found.unread} == {
        "plan.txt": "unknown_form",
        "entity.docx": "doctype",
        "bomb.docx": "bomb",
        "broken.pdf": "broken",
    }


def test_a_file_that_ends_the_reader_is_given_up_and_the_others_are_read(tmp_path, monkeypatch):
    path = part(
        tmp_path / "a.zip", **{"1.docx": made_by("甲"), "2.docx": made_by("杀"), "3.docx": made_by("乙")}
    )
    deadly = tmp_path / "deadly"
    deadly.mkdir()
    (deadly / "sitecustomize.py").write_text(
        "import os\n"
        "from monitoring.domain import metadata\n"
        "read = metadata.read\n"
        "def hostile(data, **more):\n"
        "    found = read(data, **more)\n"
        "    if found.author == '杀':\n"
        "        os.kill(os.getpid(), 9)\n"
        "    return found\n"
        "metadata.read = hostile\n"
    )
    run = subprocess.Popen

    def poisoned(command, **more):
        return run(command, **{**more, "env": {**more["env"], "PYTHONPATH": f"{deadly}{os.pathsep}{ROOT}"}})

    monkeypatch.setattr(subprocess, "Popen", poisoned)
    found = reading.bid_documents({"x": path})
    assert [d.metadata.author for d in found.documents] == ["甲", "乙"]
    assert [(one.code, one.why) for one in found.unread] == [
        ("killed", "file 2 ended the reader: it ended with code -9")
    ]


def test_a_reader_that_never_ends_is_ended(tmp_path, monkeypatch):
    path = part(tmp_path / "a.zip", **{"1.docx": made_by("甲")})
    monkeypatch.setattr(reading, "WALL_SECONDS", 0.01)
    monkeypatch.setattr(reading, "GIVEN_UP_MOST", 2)
    found = reading.bid_documents({"x": path})
    assert found.documents == ()
    assert [one.code for one in found.unread] == ["killed", "killed", "too_many"]


def test_the_reader_holds_itself_to_its_memory_and_knows_no_secret(tmp_path):
    assert "DATABASE_URL" not in _environment_of_a_reader()
    big = part(tmp_path / "big.zip", **{"big.pdf": b"%PDF-" + bytes(80 << 20)})
    command = [sys.executable, "-m", "monitoring.cli", "metadata", "--inside", str(big), "--memory", "160"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        assert json.loads(done.stdout)["unread"] in {"too_large", "broken"}
    else:
        assert "MemoryError" in done.stderr or done.returncode < 0


def _environment_of_a_reader():
    seen = {}
    run = subprocess.Popen

    def looked_at(command, **more):
        seen.update(more["env"])
        return run(command, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DATABASE_URL", "postgresql://secret")
        patched.setattr(subprocess, "Popen", looked_at)
        reading.issued_documents([ROOT / "README-that-is-not-there"])
    return seen


def test_issued_files_that_cannot_be_read_are_left_out(tmp_path):
    good, bad = tmp_path / "a", tmp_path / "b"
    good.write_bytes(made_by("招标人"))
    bad.write_bytes(b"nothing")
    assert [found.author for found in reading.issued_documents([good, bad])] == ["招标人"]


def test_the_command_tells_makers_of_plain_files_and_skips_lines(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(made_by(name))
    command = [sys.executable, "-m", "monitoring.cli", "metadata", str(tmp_path / "a"), str(tmp_path / "b")]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [json.loads(line)["metadata"]["author"] for line in lines] == ["a", "b"]
    command += ["--skip", "1"]
    [line] = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(line)["metadata"]["author"] == "b"
