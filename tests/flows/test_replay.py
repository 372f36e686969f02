"""A replay of small files of our own: every row a bid, ties by the earlier seal, bad rows named, dossiers verified."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from monitoring.cli.bids import UnusableError
from monitoring.domain import screens
from monitoring.replay import rows, store

ROOT = Path(__file__).resolve().parents[2]
BIDS = """\
Tender,Firm,Price,Plan
first,甲,9812345.67,20000000
first,乙,9700000.005,20000000
first,丙,9700000.01,20000000
second,甲,100,50
second,乙,100,50
third,甲,5,
third,甲,5,
third,甲,5,
third,丁,x,
,丁,7,
fourth,戊,-1,
first,戊,20000001,20000000
"""
MAPPING = "tender=Tender,bidder=Firm,amount=Price,estimate=Plan"


class Run:
    """One run of the command: exit code, the lines by tender, what was said on stderr."""

    def __init__(self, home, *words):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("YANGGUANG_")}
        environment["YANGGUANG_HOME"] = str(home)
        done = subprocess.run(
            [sys.executable, "manage.py", "replay", *map(str, words)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.code, self.said = done.returncode, done.stderr
        self.printed = [json.loads(line) for line in done.stdout.splitlines()]
        self.lines = {line["tender"]: line for line in self.printed}

    def dossier(self, tender, edition="public"):
        """A dossier of a tender, by name -> bytes below `data/`."""
        path = ROOT / self.lines[tender]["dossier"].replace("-public.zip", f"-{edition}.zip")
        with zipfile.ZipFile(path) as bag:
            return {
                name.partition("/data/")[2]: bag.read(name) for name in bag.namelist() if "/data/" in name
            }


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The small file, ranked by the lowest price."""
    home = tmp_path_factory.mktemp("replay")
    path = home / "bids.csv"
    path.write_text(BIDS)
    found = Run(home, path, "--map", MAPPING)
    found.home = home
    return found


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    """A Parquet file without bidders, ranked by a mean."""
    home = tmp_path_factory.mktemp("replay")
    path = home / "bids.parquet"
    table = {"t": [7, 7, 8, 7, 7, 8, 8], "x": [100.0, 103.0, 50.5, 101.0, 99.0, None, 50.25]}
    parquet.write_table(pa.table(table), path)
    return Run(home, path, "--map", "tender=t,amount=x", "--formula", "mean-benchmark")


def test_every_tender_has_one_line_in_the_order_of_the_file_and_all_are_verified(run):
    assert [line["tender"] for line in run.printed] == ["first", "second", "third", "fourth"]
    assert all(line["verified"] for line in run.printed), run.said
    assert run.code == 0
    keys = ["tender", "bids", "opened", "winner", "price", "screens", "indications", "dossier", "verified"]
    assert sorted(run.lines["first"]) == sorted(keys)
    assert re.search(r"4 tenders, 9 bids in [\d.]+ s: [\d.]+ bids/s", run.said)


def test_amounts_are_rounded_half_up_and_equal_prices_rank_by_the_earlier_seal(run):
    line = run.lines["first"]
    assert (line["bids"], line["opened"]) == (4, 4)
    assert (line["winner"], line["price"]) == ("乙", "9700000.01")
    prices = [Decimal(each) for each in ("9812345.67", "9700000.01", "9700000.01", "20000001.00")]
    assert line["screens"] == screens.screens(prices)


def test_a_price_above_the_estimate_is_a_bid_like_others(run):
    notice = json.loads(run.dossier("first")["notice.json"])
    assert (notice["estimate"], notice["ceiling"]) == ("20000000.00", None)
    table = json.loads(run.dossier("first")["table.json"])
    assert {row["outcome"] for row in table["bids"]} == {"opened"}
    assert "20000001.00" in [row["fields"]["price"] for row in table["bids"]]


def test_fewer_than_three_bids_fail_unopened(run):
    for tender, count in (("second", 2), ("fourth", 0)):
        line = run.lines[tender]
        assert (line["bids"], line["opened"], line["winner"], line["price"], line["failed"]) == (
            count,
            0,
            None,
            None,
            "C-01",
        )
        assert set(line["screens"].values()) == {None}
        names = run.dossier(tender, "audit")
        assert not [name for name in names if name.startswith("keys/")]
        assert len([name for name in names if name.startswith("containers/")]) == count


def test_rows_of_one_bidder_are_never_merged(run):
    line = run.lines["third"]
    assert (line["bids"], line["opened"], line["winner"], line["price"]) == (3, 3, "甲", "5.00")
    table = json.loads(run.dossier("third")["table.json"])
    assert len({row["bidder"] for row in table["bids"]}) == 3


def test_bad_rows_are_named_with_line_and_reason(run):
    said = [line for line in run.said.splitlines() if "row left out" in line]
    assert said == [
        "line 10: amount 'x' is not a plain decimal number; row left out",
        "line 11: tender is missing; row left out",
        "line 12: amount '-1' is not a finite number of at least 0; row left out",
    ]


def test_all_lots_are_published_at_one_instant_and_sealed_one_after_the_other(run):
    notices = [json.loads(run.dossier(tender)["notice.json"]) for tender in run.lines]
    assert {notice["published_at"] for notice in notices} == {"2026-03-02T01:00:00.000Z"}
    seals = [
        json.loads(data)["received_at"]
        for tender in ("first", "second", "third")
        for name, data in run.dossier(tender, "audit").items()
        if name.startswith("seals/") and name.endswith(".json")
    ]
    assert len(set(seals)) == 9


def test_the_run_keeps_to_its_own_folder_and_can_be_repeated(run):
    [folder] = [each for each in (run.home / "replay").iterdir() if each.is_dir()]
    assert sorted(each.name for each in folder.iterdir()) == [
        *("clock.json", "dossiers", "policy.txt", "receipts", "store", "trust", "witnesses")
    ]
    assert len(list((folder / "dossiers").iterdir())) == 8
    again = Run(run.home, run.home / "bids.csv", "--map", MAPPING, "--tenders", "1")
    assert (again.code, again.printed[0]["winner"]) == (0, "乙")
    assert len([each for each in (run.home / "replay").iterdir() if each.is_dir()]) == 2


def test_without_bidders_row_i_is_bidder_i_and_a_mean_ranks(numbered):
    assert numbered.code == 0, numbered.said
    assert [line["tender"] for line in numbered.printed] == ["7", "8"]
    line = numbered.lines["7"]
    assert (line["bids"], line["winner"], line["price"]) == (4, "4", "101.00"), "the mean is 100.75"
    assert (numbered.lines["8"]["bids"], numbered.lines["8"]["failed"]) == (2, "C-01")
    assert "row 6: amount is missing; row left out" in numbered.said


@pytest.mark.parametrize(
    ("content", "words", "sentence"),
    [
        (b"a,b\n1,2\n", [], "has no column 'tender'"),
        (b"", [], "is empty"),
        (b"tender,amount\n", [], "names no tender"),
        (b"tender,amount\n1,2\n", ["--map", "price=amount"], "is not canonical=Column"),
        (None, [], "is no file"),
        (b"\x1f\x8b\x08broken", [], "cannot read"),
    ],
)
def test_unusable_input_is_one_clear_sentence_and_exit_code_2(tmp_path, content, words, sentence):
    path = tmp_path / "bids.csv"
    if content is not None:
        path.write_bytes(content)
    found = Run(tmp_path, path, *words)
    assert (found.code, found.printed) == (2, [])
    assert sentence in found.said
    assert "Traceback" not in found.said


def test_an_unknown_formula_is_refused(tmp_path):
    found = Run(tmp_path, "x.csv", "--formula", "highest")
    assert (found.code, found.printed) == (2, [])


def read(tmp_path, text, most=None, **mapping):
    path = tmp_path / "bids.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    told = []
    return rows.read(path, mapping, told.append, most=most), told


def test_gzipped_rows_keep_their_order_and_their_numbers(tmp_path):
    found, told = read(tmp_path, "tender,amount\nb,1\na,2\nb,x\nb,3\n")
    assert [(one.name, [(b.bidder, b.amount) for b in one.bids]) for one in found] == [
        ("b", [("1", Decimal("1.00")), ("4", Decimal("3.00"))]),
        ("a", [("2", Decimal("2.00"))]),
    ]
    assert told == ["line 4: amount 'x' is not a plain decimal number; row left out"]


def test_an_empty_bidder_is_the_rows_number(tmp_path):
    found, _ = read(tmp_path, "tender,bidder,amount\na,,1\na, x ,1\n")
    assert [bid.bidder for bid in found[0].bids] == ["1", " x "]


def test_estimates_that_differ_are_said_and_not_used(tmp_path):
    found, told = read(tmp_path, "tender,amount,estimate\na,1,5\na,1,6\nb,1,5\nb,1,\nc,1,0\n")
    assert [one.estimate for one in found] == [None, Decimal("5.00"), None]
    assert told == ["tender a: its rows state different values of estimate; none is used"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.675", "2.68"),
        ("0.004", "0.00"),
        ("1e3", "1000.00"),
        ("-0", "0.00"),
        ("9999999999999999", "9999999999999999.00"),
    ],
)
def test_amounts_are_read_as_the_decimals_that_they_are(tmp_path, text, amount):
    found, _ = read(tmp_path, f"tender,amount\na,{text}\n")
    assert str(found[0].bids[0].amount) == amount


def test_an_amount_that_no_platform_can_hold_is_a_bad_row(tmp_path):
    found, told = read(tmp_path, "tender,amount\na,10000000000000000\na,1\n")
    assert [bid.amount for bid in found[0].bids] == [Decimal("1.00")]
    assert told == ["line 2: amount '10000000000000000' is too large for a bid in yuan; row left out"]


def test_only_the_first_tenders_are_taken(tmp_path):
    found, _ = read(tmp_path, "tender,amount\nb,1\na,2\nb,3\nc,3\n", most=2)
    assert [(one.name, len(one.bids)) for one in found] == [("b", 2), ("a", 1)]


def test_a_row_that_was_disqualified_later_was_a_bid(tmp_path):
    found, told = read(tmp_path, "tender,amount,disqualified\na,1,yes\na,2,perhaps\n")
    assert (len(found[0].bids), told) == (2, [])


def test_a_file_of_rows_without_tenders_is_unusable(tmp_path):
    with pytest.raises(UnusableError, match="names no tender"):
        read(tmp_path, "tender,amount\n,1\n")


@pytest.fixture
def own_environment():
    """Give the environment back as it was: a replay names its store, clock and policy there."""
    kept = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(kept)


def test_two_replays_of_one_file_do_not_meet(tmp_path, own_environment):
    with store.fresh(tmp_path / "replay" / "x") as made:
        assert made.home.is_dir()
        with pytest.raises(store.StoreBusyError), store.fresh(tmp_path / "replay" / "x"):
            pass


def test_the_name_of_a_run_tells_files_and_options_apart(tmp_path):
    one, other = tmp_path / "a" / "bids v1.csv.gz", tmp_path / "b" / "bids v1.csv.gz"
    names = {store.name_of(one, ""), store.name_of(other, ""), store.name_of(one, "--tenders 3")}
    assert len(names) == 3
    assert all(re.fullmatch(r"bids-v1-[0-9a-f]{8}", name) for name in names)


def test_the_files_that_csv_writes_are_read(tmp_path):
    path = tmp_path / "quoted.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["tender", "bidder", "amount"], ['a "b"', "line\nbreak", "1"]])
    [found] = rows.read(path, {}, print)
    assert (found.name, found.bids[0].bidder) == ('a "b"', "line\nbreak")
