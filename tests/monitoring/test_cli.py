"""The command `screens` on files of every form, good and bad, and how it starts."""

import csv
import gzip
import io
import itertools
import json
import math
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from monitoring.cli import __main__ as cli, csv_bids, engines, screens as command
from monitoring.domain import screens, summaries

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
PLAIN = "tender,bidder,amount\nT1,a,100\nT1,b,110\nT1,c,120\nT1,d,150\nT2,a,7\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on text, bytes or a path; give exit code, rows by tender, stderr and the table's bytes."""

    def call(source, *options):
        path = source if isinstance(source, Path) else tmp_path / "bids"
        if not isinstance(source, Path):
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
        out = tmp_path / "out.csv"
        out.unlink(missing_ok=True)
        code = cli.main(["screens", str(path), "--out", str(out), *options])
        written = out.read_bytes() if out.exists() else b""
        rows = {row["tender"]: row for row in csv.DictReader(io.StringIO(written.decode(), newline=""))}
        return code, rows, capsys.readouterr().err, written

    return call


def sizes(rows):
    return {tender: int(row["n"]) for tender, row in rows.items()}


def test_one_row_a_tender_with_every_screen_to_the_last_digit(run):
    code, rows, err, written = run(PLAIN, "--no-summary")
    assert code == 0
    header = (
        "tender,n,CV,SPD,DIFFP,RD,RDNOR,RDALT,KURT,SKEW,KSTEST,D,"
        "b1/estimate,m/estimate,bn/estimate,b1/ceiling,m/ceiling,bn/ceiling"
    )
    assert written.decode().splitlines()[0] == header
    expected = screens.screens([100, 110, 120, 150])
    for name, value in expected.items():
        assert float(rows["T1"][name]) == pytest.approx(value, rel=1e-12)
        assert rows["T1"][name] == repr(float(rows["T1"][name]))
    assert rows["T2"]["n"] == "1"
    assert {rows["T2"][name] for name in (*screens.NAMES, *screens.RATIOS)} == {""}
    assert "5 rows read, 5 valid bids in 2 tenders" in err
    whole, summed = run(PLAIN)[3].decode().splitlines(), summaries.summaries([100, 110, 120, 150])
    assert whole[0] == ",".join([header, *summaries.SUMMARIES])
    for line, short in zip(whole, written.decode().splitlines(), strict=True):
        assert line.startswith(short)
    assert len(summaries.SUMMARIES) == 76
    for name, value in run(PLAIN)[1]["T1"].items():
        if name in summed:
            assert float(value) == pytest.approx(summed[name], rel=1e-12, abs=1e-12)


def test_every_bad_row_is_named_with_line_and_reason_and_counted(run):
    text = (
        "tender,bidder,amount,estimate\n"
        "T1,a,100,\n"
        "T1,b,-5,\n"
        "\n"
        'T1,"two\nlines",110,\n'
        "T1,c,12 000,\n"
        ",d,5,\n"
        "T2,a,,\n"
        "T2,b,nan,9\n"
        "T3,a,1,2,3\n"
        "T3,b,5,abc\n"
        "T1,e,1e3,\n"
    )
    code, rows, err, _ = run(text)
    assert code == 0
    named = [line.split("\r")[-1].strip() for line in err.splitlines() if "row left out" in line]
    assert [line[line.index("line ") :].split(":")[0] for line in named] == [
        "line 3", "line 7", "line 8", "line 9", "line 10", "line 11", "line 12",
    ]  # fmt: skip
    for line, reason in zip(
        named,
        ["'-5' is not a finite", "'12 000' is not a plain", "tender is missing", "amount is missing",
         "'nan' is not a plain", "5 cells and the header has 4", "estimate 'abc'"],
        strict=True,
    ):  # fmt: skip
        assert reason in line
    assert sizes(rows) == {"T1": 3, "T2": 0, "T3": 0}
    assert "left out: 7 bad" in err


@pytest.mark.parametrize(
    "amount", ["1_000", "0x10", "inf", "１２", "1,5", "--1", "1.2.3", ".", "1e400", "TRUE"]
)
def test_what_is_no_number_is_a_bad_row(run, amount):
    code, rows, err, _ = run(f'tender,amount\nT,"{amount}"\nT,5\n')
    assert (code, sizes(rows)) == (0, {"T": 1})
    assert "line 2: amount" in err


def test_zero_stays_a_bid_and_makes_the_screens_missing(run):
    _, rows, err, _ = run("tender,amount,estimate\nT,0,10\nT,-0,10\nT,6,10\nT,7,10\n")
    assert rows["T"]["n"] == "4"
    assert {value for name, value in rows["T"].items() if name not in ("tender", "n")} == {""}
    assert "0 bad" in err


def test_a_repeated_bidder_is_kept_unless_the_rows_are_identical(run):
    text = "tender,bidder,amount,note\nT,a,5,x\nT,a,5,x\nT,a,5,y\nT,a,6,x\nT,b,5,x\nU,a,5,x\n"
    _, rows, err, _ = run(text)
    assert sizes(rows) == {"T": 4, "U": 1}
    assert "1 identical" in err


def test_without_bidders_identical_rows_are_all_kept(run):
    assert sizes(run("tender,amount\nT,5\nT,5\nT,6\n")[1]) == {"T": 3}
    assert sizes(run("tender,bidder,amount\nT,,5\nT,,5\nT,a,5\nT,a,5\n")[1]) == {"T": 3}


def test_joint_bids_and_disqualified_ones(run):
    text = (
        "tender,amount,consortium,disqualified\n"
        "T,5,1,\nT,5,1,no\nT,5,0,\nT,5,0,\nT,6,1,\nT,9,,yes\nT,,,yes\nT,7,,maybe\n"
    )
    _, rows, err, _ = run(text)
    assert sizes(rows) == {"T": 4}
    assert "left out: 1 bad, 0 identical, 1 of joint bids, 2 disqualified" in err
    assert "'maybe' is neither yes nor no" in err


def test_ratios_come_from_the_value_on_which_the_rows_agree(run):
    text = "tender,amount,estimate,ceiling\nT,90,100,\nT,110,,200\nU,5,10,\nU,5,20,\nV,5,0,\n"
    _, rows, err, _ = run(text)
    assert [rows["T"][name] for name in screens.RATIOS] == ["0.9", "1.0", "1.1", "0.45", "0.5", "0.55"]
    assert {rows[tender][name] for tender in "UV" for name in screens.RATIOS} == {""}
    assert "tender U: its rows state different values of estimate; none is used" in err


def test_ids_are_echoed_unchanged(run):
    ids = ["007", "7", "7.0", " 7", "标段-一", 'quo"te', "com,ma", "two\nlines", "NA", "1e3"]
    table = io.StringIO()
    csv.writer(table).writerows([["tender", "amount"], *([name, 5] for name in ids)])
    _, rows, _, _ = run(table.getvalue())
    assert list(rows) == sorted(ids)


def test_no_order_of_rows_changes_a_byte(run):
    rng = random.Random(5)
    lines = [
        f"T{rng.randrange(40)},b{rng.randrange(9)},{rng.lognormvariate(14, 0.2):.2f},{rng.choice(['', 5, 6])}"
        for _ in range(600)
    ]
    first = run("\n".join(["tender,bidder,amount,estimate", *lines]))[3]
    rng.shuffle(lines)
    assert run("\n".join(["tender,bidder,amount,estimate", *lines]))[3] == first
    assert first.count(b"\n") == 41


def test_chunks_change_neither_rows_nor_lines(run, monkeypatch):
    text = PLAIN + 'T3,"x\ny",1\n\nT3,q,-1\nT3,"broken"x,1\nT3,r,2\nT3,s,bad\n'
    whole = run(text)
    monkeypatch.setattr(csv_bids, "ROWS", 2)
    parts = run(text)
    assert parts[3] == whole[3]
    for _, _, err, _ in (whole, parts):
        for line, reason in ((10, "'-1'"), (11, "not CSV"), (13, "'bad'")):
            assert f"line {line}: " in err
            assert reason in err
    assert sizes(whole[1])["T3"] == 2


def test_an_unclosed_quote_is_named_and_swallows_nothing_silently(run):
    _, rows, err, _ = run(PLAIN + 'T3,"open,5\nT3,b,6\n')
    assert "T3" not in rows
    assert "lines 7 to 8: not CSV" in err
    assert "1 bad" in err


def as_parquet(path, columns):
    parquet.write_table(pa.table(columns), path)
    return path


def test_gzip_and_parquet_give_the_bytes_of_csv(run, tmp_path):
    rng = random.Random(9)
    rows = [
        (rng.randrange(30), f"b{rng.randrange(5)}", round(rng.lognormvariate(14, 0.2), 2)) for _ in range(300)
    ]
    rows += rows[:7]
    text = "tender,bidder,amount\n" + "".join(f"{t},{b},{a!r}\n" for t, b, a in rows)
    plain = run(text)
    assert "7 identical" in plain[2]
    assert run(gzip.compress(text.encode()))[3] == plain[3]
    assert run("﻿" + text)[3] == plain[3]
    tender, bidder, amount = zip(*rows, strict=True)
    columns = {"tender": tender, "bidder": bidder, "amount": amount}
    assert run(as_parquet(tmp_path / "p", columns))[3] == plain[3]


def test_parquet_of_odd_types(run, tmp_path):
    columns = {
        "Lot": pa.array(["x", "x", "x", None, "y"]),
        "amount": pa.array([1, 2, None, 3, -4], pa.int64()),
        "estimate": pa.array(["4", "", None, "1", "1"]),
        "bidder": pa.array([1.5, math.nan, math.nan, 1.0, 1.0]),
    }
    code, rows, err, _ = run(as_parquet(tmp_path / "p", columns), "--map", "tender=Lot")
    assert (code, sizes(rows)) == (0, {"x": 2, "y": 0})
    assert rows["x"]["b1/estimate"] == "0.25"
    for place in ("row 3: amount is missing", "row 4: tender is missing", "row 5: amount -4.0"):
        assert place in err


def test_identical_rows_of_parquet_are_told_by_every_cell(run, tmp_path):
    nan = [float("nan"), float("nan"), 1.0, 1.0]
    columns = {"tender": ["T"] * 4, "bidder": ["a"] * 4, "amount": [5.0] * 4, "other": nan, "list": [[1]] * 4}
    _, rows, err, _ = run(as_parquet(tmp_path / "p", columns))
    assert (sizes(rows), "2 identical" in err) == ({"T": 2}, True)


def release(ocid, *bids, **tender):
    return {"ocid": ocid, "tender": tender, "bids": {"details": list(bids)}}


def bid(who, amount, **more):
    return {"tenderers": [{"id": who}], "value": {"amount": amount, "currency": "CNY"}, **more}


def test_ocds_json_lines(run):
    lines = [
        release("o-1", bid("a", 100), bid("b", 110.5), bid("b", 110.5), id="T-1", value={"amount": 200}),
        release("o-2", bid("a", 1, status="disqualified"), bid("b", 2, status="withdrawn"), bid("c", 3)),
        release("o-3", bid("a", -1), {"tenderers": [{"id": "z"}]}, bid("b", "seven"), bid("c", True)),
        release("o-4", bid("a", 1), bid("b", 1) | {"value": {"amount": 2, "currency": "USD"}}),
        release("o-5", bid("a", 1), id="same"),
        release("o-6", bid("a", 2), id="same"),
        release("o-7"),
        {"tender": {"id": 8.50}, "bids": {"details": [{"value": {"amount": 3}}, {"value": {"amount": 3}}]}},
        [1],
        release("o-9", bid("a", 5), value={"amount": 5, "currency": "USD"}),
    ]
    text = "\ufeff" + "\n".join(map(json.dumps, lines)) + "\n{broken\n\n"
    code, rows, err, _ = run(text)
    assert code == 0
    assert sizes(rows) == {
        "T-1": 2, "o-2": 1, "o-3": 0, "o-4": 0, "o-5": 1, "o-6": 1, "o-7": 0, "8.5": 2, "o-9": 1,
    }  # fmt: skip
    assert rows["T-1"]["b1/estimate"] == "0.5"
    assert rows["o-9"]["b1/estimate"] == ""
    for reason in (
        "line 3, bid 1: amount '-1'", "line 3, bid 2: amount is missing", "line 3, bid 3: amount 'seven'",
        "line 3, bid 4: amount 'True'", "line 4, bid 2: bids in CNY and USD", "line 9: not an OCDS release",
        "line 11: not JSON",
    ):  # fmt: skip
        assert reason in err
    assert "8 bad, 1 identical, 0 of joint bids, 2 disqualified" in err


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("Tender,amount\nT,5\n", [], "no column 'tender'; its columns are 'Tender', 'amount'"),
        ("tender,price\nT,5\n", [], "name the right one with --map amount=COLUMN"),
        ("tender,amount\nT,5\n", ["--map", "estimate=PTE"], "no column 'PTE'"),
        ("tender,amount\nT,5\n", ["--map", "nonsense=PTE"], "is not canonical=Column"),
        ("tender,amount\nT,5\n", ["--map", "amount"], "is not canonical=Column"),
        (
            "tender,amount,a\nT,5,6\n",
            ["--map", "amount=a", "--map", "amount=amount"],
            "two columns for 'amount'",
        ),
        ("tender,amount,amount\nT,5,6\n", [], "2 columns named 'amount'"),
        ("", [], "is empty"),
        (" \n \n", [], "is empty"),
        (b"PAR1 but no table", [], "not a sound Parquet file"),
        (gzip.compress(b"tender,amount\nT,5\n" * 9000, mtime=0)[:60], [], "cannot read"),
        (json.dumps(release("o", bid("a", 1))), ["--map", "amount=x"], "--map is for tables"),
    ],
)
def test_unusable_input_is_one_clear_sentence_and_exit_2(run, content, options, sentence):
    code, _, err, written = run(content, *options)
    assert (code, written) == (2, b"")
    said = [line for line in err.replace("\r", "\n").splitlines() if "monitoring.cli screens: " in line]
    assert len(said) == 1
    assert sentence in said[0]


def test_a_missing_file_and_a_missing_folder(run, tmp_path):
    assert run(tmp_path / "nowhere")[0] == 2
    (tmp_path / "bids").write_text(PLAIN)
    assert cli.main(["screens", str(tmp_path / "bids"), "--out", str(tmp_path / "no" / "out.csv")]) == 2


def test_a_column_name_with_commas_can_be_mapped(run):
    text = 'Lot,"Price, net (a=b)",PTE\nT,5,10\n'
    code, rows, _, _ = run(text, "--map", "tender=Lot,amount=Price, net (a=b),estimate=PTE")
    assert (code, rows["T"]["b1/estimate"]) == (0, "0.5")


def test_a_table_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    bids, out = tmp_path / "bids.csv", tmp_path / "out.csv"
    bids.write_text(PLAIN)
    out.write_text("before")

    def breaks(engine, work, parts):
        yield "T1,4\n"
        raise OSError("disk full")

    monkeypatch.setattr(engines, "each", breaks)
    assert command.run([str(bids), "--out", str(out)]) == 2
    assert out.read_text() == "before"


def test_header_alone_gives_a_table_without_rows(run):
    code, rows, _, written = run("tender,amount\n")
    assert (code, rows, written.count(b"\n")) == (0, {}, 1)


WITHOUT_DJANGO = """
import sys
sys.modules["django"] = None
from monitoring.cli.__main__ import main
code = main(sys.argv[1:])
slow = {"pandas", "scipy", "sklearn", "pyarrow", "dask"} & set(sys.modules)
assert not slow, slow
sys.exit(code)
"""


def test_csv_needs_neither_django_nor_a_slow_library(tmp_path):
    (tmp_path / "bids.csv").write_text(PLAIN)
    arguments = ["screens", str(tmp_path / "bids.csv"), "--out", str(tmp_path / "out.csv")]
    done = subprocess.run([sys.executable, "-c", WITHOUT_DJANGO, *arguments], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    "arguments", [["--help"], ["screens", "--help"], ["screens", "BIDS", "--out", "OUT"]]
)
def test_it_starts_on_little_work_and_keeps_stdout_clean(tmp_path, arguments):
    (tmp_path / "BIDS").write_text(PLAIN)
    seconds = []
    for _ in range(3):
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-m", "monitoring.cli", *arguments],
            cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        after = os.times()
        seconds.append(sum(after[2:4]) - sum(before[2:4]))
        assert done.returncode == 0, done.stderr
    assert min(seconds) < 1.5
    assert ("screens" in done.stdout) == ("--help" in arguments)


def test_an_unknown_command_is_refused():
    with pytest.raises(SystemExit) as left:
        cli.main(["guess"])
    assert left.value.code == 2


MARKETS = {
    "Brazil": ("bidder=Competitors,estimate=Pre-Tender Estimate (PTE)", 101, 683),
    "Italy": ("bidder=Competitors,estimate=Pre-Tender Estimate (PTE)", 278, 20286),
    "Switzerland_Ticino": ("consortium=Consortium", 224, 1307),
}


@pytest.mark.parametrize("market", MARKETS)
def test_real_markets(run, market):
    path = SHARED / "collusion" / f"DB_Collusion_{market}_processed.csv.gz"
    if not path.exists():
        pytest.skip("the reference data beside the repository are not here")
    options, tenders, valid = MARKETS[market]
    code, rows, err, _ = run(path, "--map", f"tender=Tender,amount=Bid_value,{options}")
    assert (code, len(rows)) == (0, tenders)
    assert f"{valid} valid bids" in err
    if "consortium" in options:
        return
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        raw = list(csv.DictReader(stream))
    for tender in itertools.islice(sorted(rows), 0, None, 40):
        expected = screens.screens([float(row["Bid_value"]) for row in raw if row["Tender"] == tender])
        found = {name: float(rows[tender][name]) if rows[tender][name] else None for name in screens.NAMES}
        assert found == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(("flag", "bids"), [("R024", 42), ("R058", 33)])
def test_ocds_reference_releases(run, flag, bids):
    path = SHARED / "cardinal" / f"{flag}.jsonl"
    if not path.exists():
        pytest.skip("the reference data beside the repository are not here")
    code, rows, _, _ = run(path)
    releases = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    assert code == 0
    assert set(rows) == {entry["ocid"] for entry in releases}
    assert sum(sizes(rows).values()) == bids
