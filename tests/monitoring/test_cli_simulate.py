"""The command `simulate`: equal bytes from equal arguments, columns that every other command reads."""

import csv

from monitoring.cli import __main__ as cli


def make(path, *options):
    return cli.main(["simulate", "--tenders", "50", "--seed", "7", "--out", str(path), *options])


def test_equal_arguments_give_equal_bytes(tmp_path, capsys):
    assert make(tmp_path / "a.csv") == make(tmp_path / "b.csv") == 0
    written = (tmp_path / "a.csv").read_bytes()
    assert written == (tmp_path / "b.csv").read_bytes()
    assert written.decode().splitlines()[0] == (
        "tender,bidder,amount,estimate,ceiling,awarded,buyer,consortium,disqualified,collusive,scheme,ring"
    )
    assert "50 tenders made" in capsys.readouterr().err


def test_other_commands_read_what_it_makes(tmp_path, capsys):
    bids, out = tmp_path / "bids.csv", tmp_path / "s.csv"
    assert make(bids, "--mix", "joint_ventures=1") == 0
    assert cli.main(["screens", str(bids), "--out", str(out)]) == 0
    with out.open() as stream:
        sizes = [int(row["n"]) for row in csv.DictReader(stream)]
    assert len(sizes) == 50
    assert all(3 <= n <= 12 for n in sizes), "joint bids count once"
    assert "0 bad" in capsys.readouterr().err


def test_what_cannot_be_made_is_one_sentence_and_exit_two(tmp_path, capsys):
    out = tmp_path / "bids.csv"
    assert make(out, "--mix", "guild=1") == 2
    assert "no kind of tender is called 'guild'" in capsys.readouterr().err
    assert make(out, "--seed", "-1") == 2
    assert "a seed is" in capsys.readouterr().err
    assert not out.exists()
