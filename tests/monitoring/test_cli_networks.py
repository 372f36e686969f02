"""The commands on firms that meet: files of every form, what they leave out, and what changes no byte."""

import csv
import gzip
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.cli import __main__ as cli
from tests.domain.networks_world import with_ring

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "collusion"
HEADER = "tender,bidder,amount"
PLAIN = [
    f"T{tender},{firm},{(tender + 1) * amount}"
    for tender in range(4)
    for firm, amount in zip("abc", (100, 110, 150), strict=True)
]


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command on text, bytes or a path; give exit code, stderr and what it wrote."""

    def call(command, source, *options):
        path = source if isinstance(source, Path) else tmp_path / "bids"
        if not isinstance(source, Path):
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
        out = tmp_path / "out"
        out.unlink(missing_ok=True)
        code = cli.main([command, str(path), "--out", str(out), *options])
        return code, capsys.readouterr().err, out.read_bytes().decode() if out.exists() else ""

    return call


def text_of(lines, header=HEADER):
    return "\n".join([header, *lines]) + "\n"


def table(written):
    return list(csv.DictReader(io.StringIO(written, newline="")))


def ring_lines(seed=1, name="f{}"):
    return [
        f"T{tender},{name.format(firm)},{amount!r}" for tender, firm, amount in with_ring(seed, tenders=40)
    ]


def test_pairs_has_one_row_for_two_firms_that_met_three_times(run):
    code, err, written = run("pairs", text_of([*PLAIN, "T9,d,5", "T0,d,9", "T1,d,9"]))
    assert code == 0
    assert written.splitlines()[0] == "bidder_a,bidder_b,tenders_together,score,p_value,q_value,reasons"
    rows = table(written)
    assert {(row["bidder_a"], row["bidder_b"], row["tenders_together"]) for row in rows} == {
        ("a", "b", "4"), ("a", "c", "4"), ("b", "c", "4"),
    }  # fmt: skip
    assert all("same_gap" in row["reasons"].split(";") for row in rows)
    assert "15 bids of 4 firms used" in err
    assert "3 pairs with at least 3 common tenders" in err
    assert table(run("pairs", text_of(PLAIN), "--least", "5")[2]) == []


def test_pairs_puts_the_ring_first(run):
    rows = table(run("pairs", text_of(ring_lines()))[2])
    assert {row["bidder_a"] for row in rows[:6]} | {row["bidder_b"] for row in rows[:6]} == {
        "f100", "f101", "f102", "f103",
    }  # fmt: skip
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= float(row["p_value"]) <= float(row["q_value"]) <= 1 for row in rows)


@pytest.mark.parametrize("command", ["pairs", "firms", "groups"])
def test_neither_order_of_rows_nor_form_of_file_changes_a_byte(run, command):
    lines = ring_lines(2)
    first = run(command, text_of(lines))[2]
    random.Random(3).shuffle(lines)
    assert run(command, text_of(lines))[2] == first
    assert run(command, gzip.compress(text_of(lines).encode()))[2] == first


def test_pairs_after_renaming_are_the_same_but_for_the_names(run):
    def content(name):
        rows = table(run("pairs", text_of(ring_lines(3, name)))[2])
        found = []
        for row in rows:
            two = sorted(int("".join(filter(str.isdigit, row[side]))) for side in ("bidder_a", "bidder_b"))
            found.append((*two, *list(row.values())[2:]))
        return sorted(found)

    assert content("f{}") == content("公司 {}")


def test_groups_gives_the_ring_with_its_evidence(run):
    lines = [
        f"{line},{'north' if at % 2 else 'south'},2026-01-{1 + at % 28:02}"
        for at, line in enumerate(ring_lines())
    ]
    code, err, written = run("groups", text_of(lines, HEADER + ",buyer,submitted_at"))
    assert code == 0
    first = json.loads(written)["groups"][0]
    assert first["members"] == ["f100", "f101", "f102", "f103"]
    assert first["id"].startswith("ring-")
    assert len(first["tenders"]) == 40
    assert len(first["pairs"]) == 6
    assert set(first["pairs"][0]) == {
        "bidder_a", "bidder_b", "tenders_together", "score", "p_value", "q_value", "reasons",
    }  # fmt: skip
    assert 0 < first["p_value"] <= 0.01
    assert 0 < first["rotation"]["cycle_p"] <= 1
    assert first["territory"] == {"share": None, "p_value": None}
    assert "of 44 firms used" in err
    assert " groups" in err


def test_groups_knows_territories(run):
    lines = []
    for line in ring_lines():
        tender = line.split(",", maxsplit=1)[0]
        lines.append(f"{line},office {int(tender[1:]) % 4}")
    first = json.loads(run("groups", text_of(lines, HEADER + ",buyer"))[2])["groups"][0]
    assert first["territory"]["share"] == 1
    assert first["territory"]["p_value"] == 0.001
    assert first["rotation"]["cycle_p"] is None


def test_firms_has_one_row_a_firm(run):
    code, err, written = run("firms", text_of([*PLAIN, "T0,d,9"]))
    assert code == 0
    assert written.splitlines()[0] == (
        "bidder,tenders,wins,win_rate,partners,isolation,near_margin,frequent_loser,score,p_value,q_value,reasons"
    )
    rows = {row["bidder"]: row for row in table(written)}
    assert {name: (row["tenders"], row["wins"], row["partners"]) for name, row in rows.items()} == {
        "a": ("4", "3", "2"), "b": ("4", "0", "2"), "c": ("4", "0", "2"), "d": ("1", "1", "0"),
    }  # fmt: skip
    assert (rows["d"]["score"], rows["d"]["p_value"], rows["b"]["isolation"]) == ("", "", "")
    assert float(rows["a"]["win_rate"]) == 0.75
    assert "13 bids of 4 firms used" in err


def test_firms_takes_the_award_and_the_ceiling_from_the_rows(run):
    lines = ["T,a,90,200,no", "T,b,100,200,yes", "U,a,90,,", "U,b,100,,", "V,b,1,,perhaps"]
    code, err, written = run("firms", text_of(lines, HEADER + ",ceiling,awarded"))
    rows = {row["bidder"]: row for row in table(written)}
    assert (code, rows["a"]["wins"], rows["b"]["wins"]) == (0, "1", "1")
    assert float(rows["b"]["isolation"]) == pytest.approx(-0.05, abs=1e-6)
    assert float(rows["a"]["isolation"]) == pytest.approx(0.1, abs=1e-6)
    assert "awarded 'perhaps' is neither yes nor no; row left out" in err
    assert run("pairs", text_of(lines, HEADER + ",ceiling,awarded"))[1].count("left out") == 1


def test_firms_reads_buyers_and_awards_of_ocds(run):
    bids = [
        {"tenderers": [{"id": who}], "value": {"amount": amount}} for who, amount in (("a", 9), ("b", 10))
    ]
    awards = [
        {"status": "active", "suppliers": [{"id": "b"}]},
        {"status": "cancelled", "suppliers": [{"id": "a"}]},
    ]
    release = {"ocid": "o", "buyer": {"id": "B"}, "bids": {"details": bids}, "awards": awards}
    rows = {row["bidder"]: row for row in table(run("firms", json.dumps(release))[2])}
    assert (rows["a"]["wins"], rows["b"]["wins"]) == ("0", "1")


def test_ids_are_echoed_unchanged(run):
    ids = ["007", "7", "7.0", " 7", "公司-一", "NA"]
    lines = [f"T{tender},{name},{100 + at}" for tender in range(3) for at, name in enumerate(ids)]
    rows = table(run("pairs", text_of(lines))[2])
    assert {row["bidder_a"] for row in rows} | {row["bidder_b"] for row in rows} == set(ids)
    assert len(rows) == 15


def test_what_is_left_out_is_said(run):
    lines = [*PLAIN, "T0,a,90", "T0,,95", "T1,d,0", "T2,e,-1", "T3,x,5", "T3,y,5"]
    marked = [f"{line},{'1' if line[3] in 'xy' else ''}" for line in lines]
    code, err, written = run("pairs", text_of(marked, HEADER + ",consortium"))
    assert code == 0
    assert "12 bids of 3 firms used" in err
    assert (
        "1 bad, 0 identical, 0 disqualified, 3 without bidder or of joint bids, 1 of zero, 1 repeated" in err
    )
    assert len(table(written)) == 3


@pytest.mark.parametrize("command", ["pairs", "firms", "groups"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("tender,amount\nT,5\n", "no column 'bidder'; its columns are 'tender', 'amount'"),
        ("tender,bidder,price\nT,a,5\n", "name the right one with --map amount=COLUMN"),
        ("", "is empty"),
        ('{"ocid": "o", "bids": {"details": [{"value": {"amount": 3}}]}}\n', "names no bidder"),
    ],
)
def test_unusable_input_is_one_sentence_and_exit_2(run, command, content, sentence):
    code, err, written = run(command, content)
    assert (code, written) == (2, "")
    said = [line for line in err.replace("\r", "\n").splitlines() if f"monitoring.cli {command}: " in line]
    assert len(said) == 1
    assert sentence in said[0]


def test_a_bad_least_is_refused(run):
    for text in ("2", "x", "-1"):
        with pytest.raises(SystemExit) as refusal:
            run("pairs", text_of(PLAIN), "--least", text)
        assert refusal.value.code == 2


def test_a_header_alone_gives_no_rows(run):
    for command in ("pairs", "firms"):
        code, _, written = run(command, HEADER + "\n")
        assert (code, written.count("\n")) == (0, 1)
    assert json.loads(run("groups", HEADER + "\n")[2]) == {"groups": []}


def test_the_commands_need_no_django(tmp_path):
    (tmp_path / "bids").write_text(text_of(PLAIN))
    script = "import sys; sys.modules['django'] = None; from monitoring.cli.__main__ import main; sys.exit(main(sys.argv[1:]))"
    for command in ("pairs", "firms", "groups"):
        done = subprocess.run(
            [sys.executable, "-c", script, command, str(tmp_path / "bids"), "--out", str(tmp_path / "out")],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("market", "wanted"), [("Brazil", 0.80), ("Italy", 0.85)])
def test_real_pairs(run, market, wanted):
    path = SHARED / f"DB_Collusion_{market}_processed.csv.gz"
    if not path.exists():
        pytest.skip("the reference data beside the repository are not here")
    from benchmarks.pairs import labelled, ranking

    code, _, written = run("pairs", path, "--map", "tender=Tender,bidder=Competitors,amount=Bid_value")
    assert code == 0
    ring = labelled(path)
    rows = table(written)
    truth = [{row["bidder_a"], row["bidder_b"]} <= ring for row in rows]
    assert ranking(truth, [float(row["score"]) for row in rows]) >= wanted
