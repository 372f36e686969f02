"""The engines of `screens`: equal bytes from either, whatever the order of rows, and clear words where one is not there."""

import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from monitoring.cli import __main__ as cli, engines, screening
from monitoring.cli.bids import Bids, Counts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def market(tmp_path):
    """Write a market of odd names and every kind of tender, once in order and once shuffled; give both files."""
    rng = random.Random(3)
    names = [f"T{rng.randrange(10**6)}" for _ in range(120)] + [
        "标段-一",
        '"quo""te"',
        '"com,ma"',
        '"two\nlines"',
    ]
    rows = [
        f"{name},b{bidder},{rng.lognormvariate(14, 0.2):.{rng.choice([0, 2])}f},{rng.choice(['', 900000])},"
        for name in names
        for bidder in range(rng.choice([1, 2, 3, 4, 5, 9, 12, 13, 30]))
    ]
    rows += ["Z0,a,5,,", "Z0,b,0,,", "Z0,c,6,,", "Z1,a,7,,", "Z1,b,7,,", "Z1,c,7,,", "Z2,a,5,,yes", *rows[:9]]
    files = []
    for name in ("ordered", "shuffled"):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["tender,bidder,amount,estimate,disqualified", *rows]) + "\n")
        files.append(path)
        rng.shuffle(rows)
    return files


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "monitoring.cli", "screens", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def screened(path, *options, capsys):
    out = path.with_suffix(".out")
    assert cli.main(["screens", str(path), "--out", str(out), *options]) == 0, capsys.readouterr().err
    return out.read_bytes()


def test_dask_gives_the_bytes_of_this_process_whatever_the_order_of_rows(market, monkeypatch, capsys):
    ordered, shuffled = market
    here = screened(ordered, "--engine", "pandas", capsys=capsys)
    assert here.count(b"\n") > 100
    assert screened(shuffled, capsys=capsys) == here
    monkeypatch.setattr(screening, "TENDERS", 7)
    assert screened(shuffled, "--engine", "pandas", capsys=capsys) == here
    done = command(shuffled, "--out", shuffled.with_suffix(".dask"), "--engine", "dask")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert shuffled.with_suffix(".dask").read_bytes() == here


def test_new_names_change_nothing_but_names(market, capsys):
    header, text = market[0].read_text().split("\n", 1)
    renamed = market[0].with_name("renamed.csv")
    renamed.write_text(header + f"\n{text}".replace("\nT", "\nU").replace(",b", ",firm "))
    before, after = (screened(path, capsys=capsys).decode() for path in (market[0], renamed))
    assert after == before.replace("\nT", "\nU")


def test_parts_hold_whole_tenders_in_the_order_of_names(monkeypatch):
    monkeypatch.setattr(screening, "TENDERS", 3)
    names = [f"T{index}" for index in range(8)]
    tender = np.array([7, 0, 3, 0, 7, 2, 6, 0, 7])
    bids = Bids(names, [], tender, tender * 0, tender + 10.0, np.arange(8.0), np.arange(8.0), Counts())
    found = list(screening.parts(bids, summary=True))
    assert [part.names for part in found] == [names[:3], names[3:6], names[6:]]
    assert [sorted(part.tender) for part in found] == [[0, 0, 0, 2], [0], [0, 1, 1, 1]]
    for part, first in zip(found, (0, 3, 6), strict=True):
        assert (part.amount == part.tender + first + 10).all()
        assert (part.estimate == np.arange(first, first + len(part.names))).all()


@pytest.mark.parametrize(
    ("asked", "bids", "processors", "engine"),
    [
        (None, engines.LARGE - 1, 8, "pandas"),
        (None, engines.LARGE, 8, "dask"),
        (None, engines.LARGE, 1, "pandas"),
        ("pandas", engines.LARGE, 8, "pandas"),
        ("dask:tcp://there:1", 1, 1, "dask:tcp://there:1"),
        ("dask:there:8786", 1, 1, "dask:there:8786"),
    ],
)
def test_the_size_chooses_where_nobody_asks(monkeypatch, asked, bids, processors, engine):
    monkeypatch.setattr(engines.os, "cpu_count", lambda: processors)
    assert engines.chosen(asked, bids=bids) == engine


def test_without_dask_this_process_does_what_nobody_asked_another_for(monkeypatch):
    monkeypatch.setattr(engines.os, "cpu_count", lambda: 8)
    monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: None)
    assert engines.chosen(None, bids=engines.LARGE) == "pandas"


@pytest.mark.parametrize("engine", ["dusk", "pandas:tcp://a:1", "dask:", "dask:there", ""])
def test_what_is_no_engine_is_refused(market, capsys, engine):
    with pytest.raises(SystemExit) as left:
        cli.main(["screens", str(market[0]), "--out", "nowhere", "--engine", engine])
    assert left.value.code == 2
    assert "say pandas, dask, or dask:ADDRESS" in capsys.readouterr().err


def test_dask_that_is_not_installed_is_one_clear_sentence(market, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "monitoring.cli.dask_engine", raising=False)
    out = market[0].with_suffix(".out")
    assert cli.main(["screens", str(market[0]), "--out", str(out), "--engine", "dask"]) == 2
    assert "screens: Dask is not installed here: run make setup" in capsys.readouterr().err
    assert not out.exists()


def test_a_scheduler_that_does_not_answer_is_one_clear_sentence(market):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    out = market[0].with_suffix(".out")
    done = command(market[0], "--out", out, "--engine", f"dask:{address}")
    assert done.returncode == 2
    assert f"screens: no Dask scheduler answers at {address}: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
