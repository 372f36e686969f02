"""The program as a stranger holds it: one short file, few needs, exit codes that scripts can rely on, draws to the byte."""

import ast
import json
import shutil
import sys
from pathlib import Path

import pytest

from kernel.domain import canonical, draw
from tests.verifier.judging import VERIFY, process, run

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "draw.json").read_text("utf-8"))
NEEDED = {"asn1crypto", "cryptography"}
ALONE = """
import importlib.abc, runpy, sys
class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in {needed!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_it_is_one_file_that_can_be_read_in_a_sitting_and_shares_no_code():
    source = VERIFY.read_text("utf-8")
    assert len(source.splitlines()) < 1000
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module.partition(".")[0])
    assert found - set(sys.stdlib_module_names) == NEEDED


def test_it_runs_with_two_libraries_and_no_checkout(works, written, tmp_path):
    """Copied elsewhere, in an isolated interpreter in which nothing else can be imported, without a locale."""
    folder = written(works)
    (tmp_path / "alone").mkdir()
    program = shutil.copy(VERIFY, tmp_path / "alone" / "judge.py")
    allowed = NEEDED | {"cffi", "_cffi_backend"}
    done = process_alone(
        ALONE.format(needed=allowed), program, "dossier", folder / "audit.zip", "--trust", folder / "trust"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == "holds"


def process_alone(program, *words):
    import subprocess

    command = [sys.executable, "-I", "-W", "error", "-c", program, *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, env={"LC_ALL": "C"}, encoding="utf-8")


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["draw_id"])
def test_a_draw_is_printed_exactly(tmp_path, case):
    path = tmp_path / "draw.json"
    path.write_text(
        json.dumps({key: case[key] for key in case if key != "expect"}, ensure_ascii=False), "utf-8"
    )
    done = process("draw", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == case["expect"]
    assert done.stdout.count("\n") == 1


def test_a_draw_of_the_platform_is_recomputed(tmp_path):
    values = {
        name: bytes([number]) * 32 for number, name in enumerate(("centre", "procuring_entity", "supervisor"))
    }
    drawn = draw.Result(draw.Draw(("a", "b", "丙", "d"), "lot/draw-1", "civil", values), 2)
    path = tmp_path / "draw.json"
    path.write_bytes(canonical.to_bytes(drawn.as_public_json()))
    code, found = run("draw", path)
    assert code == 0
    assert {key: drawn.as_public_json()[key] for key in ("pool_hash", "commits", "seed", "order")} == {
        key: found[key] for key in ("pool_hash", "commits", "seed", "order")
    }


@pytest.mark.parametrize(
    "change",
    [
        {"ids": ["a", "a"]},
        {"ids": ["a\nb"]},
        {"ids": []},
        {"beacon": "x"},
        {"contributions": {"centre": "00"}},
        {"contributions": {"centre": "AB" * 32}},
        {"draw_id": None},
    ],
    ids=str,
)
def test_a_draw_that_means_nothing_is_unreadable(tmp_path, change):
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(VECTORS[0] | change), "utf-8")
    code, report = run("draw", path)
    assert (code, report["result"]) == (2, "unreadable")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["judge", "x.zip"],
        ["dossier"],
        ["dossier", "a.zip", "b.zip"],
        ["diff", "a.zip"],
        ["receipt", "receipt.json"],
        ["dossier", "a.zip", "--strict"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_one_sentence_and_exit_code_2(words):
    done = process(*words)
    assert (done.returncode, done.stdout) == (2, "")
    sentence = done.stderr.strip().split("\n")[-1]
    assert "error: " in sentence
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["dossier", "nowhere.zip"],
        ["draw", "nowhere.json"],
        ["dossier", "text.txt"],
        ["draw", "text.txt"],
        ["dossier", "text.txt", "--trust", "nowhere"],
        ["dossier", "good.zip", "--trust", "nowhere"],
        ["dossier", "good.zip", "--trust", "."],
        ["diff", "good.zip", "text.txt"],
        ["dossier", "."],
    ],
    ids=" ".join,
)
def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(opened, tmp_path, words):
    (tmp_path / "text.txt").write_text("no zip, no draw")
    (tmp_path / "good.zip").write_bytes(opened.public.packed())
    done = process(*words, cwd=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["result"], done.stderr) == (2, "unreadable", "")
    assert report["why"].startswith(f"no {words[0]} or trust folder: ")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"record":{}}'])
def test_a_receipt_that_is_none_is_broken(opened, written, content):
    folder = written(opened)
    (folder / "x.json").write_bytes(content)
    code, report = run("receipt", folder / "x.json", "--trust", folder / "trust")
    assert (code, report["result"]) == (1, "broken")
    assert report["why"]


def test_a_receipt_of_another_world_or_with_another_time_is_broken(opened, works, written):
    folder = written(opened)
    strange, changed = works.receipts[0], opened.receipts[0]
    changed = changed | {"record": changed["record"] | {"received_at": "2026-03-20T00:00:00.000Z"}}
    for receipt in (strange, changed):
        (folder / "x.json").write_bytes(canonical.to_bytes(receipt))
        assert run("receipt", folder / "x.json", "--trust", folder / "trust")[0] == 1
        words = ("--trust", folder / "trust", "--receipt", folder / "x.json")
        code, report = run("dossier", folder / "public.zip", *words)
        assert (code, report["result"], report["broken"]) == (1, "broken", [])


def test_a_broken_dossier_breaks_its_receipts_too(opened, written):
    """What is unreadable as a dossier proves no receipt, and the program still exits with 1."""
    folder = written(opened)
    bag = opened.public.with_files({"notice.json": b"{"})
    (folder / "x.zip").write_bytes(bag.packed())
    words = ("--trust", folder / "trust", "--receipt", folder / "receipt-0.json")
    code, report = run("dossier", folder / "x.zip", *words)
    assert (code, report["result"]) == (1, "broken")
    assert report["receipts"][0]["result"] == "broken"
    code, _ = run("dossier", folder / "x.zip", "--receipt", folder / "receipt-0.json")
    assert code == 1
