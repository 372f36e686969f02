"""The commands `fit`, `score --model` and `evaluate`, from labelled bids to figures."""

import csv

import pytest

from monitoring.cli import __main__ as cli, evaluating
from monitoring.domain.suspicion import learning


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(learning, "TREES", 15)
    monkeypatch.setattr(learning, "ROUNDS", 8)
    monkeypatch.setattr(learning, "REPEATS", 2)
    monkeypatch.setattr(evaluating, "RESAMPLES", 20)


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "made.csv"
    cli.main(["simulate", "--tenders", "120", "--seed", "5", "--out", str(path)])
    return path


def test_from_labelled_bids_to_figures(made, tmp_path, capsys):
    model, again, scores = tmp_path / "m.skops", tmp_path / "again.skops", tmp_path / "s.csv"
    assert cli.main(["fit", str(made), "--label", "collusive", "--out", str(model)]) == 0
    printed = capsys.readouterr().out
    for text in (
        "prevalence",
        "out of fold",
        "AUC",
        "recall at top 5%",
        "baseline n",
        "baseline CV",
        "at 1% false",
    ):
        assert text in printed
    lines = made.read_text().splitlines()
    made.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert cli.main(["fit", str(made), "--label", "collusive", "--out", str(again)]) == 0
    assert model.read_bytes() == again.read_bytes(), "the order of rows changes nothing"
    assert cli.main(["score", str(made), "--model", str(model), "--out", str(scores)]) == 0
    with scores.open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 120
    assert all(0 <= float(row["suspicion"]) <= 1 for row in rows)
    capsys.readouterr()
    assert cli.main(["evaluate", str(scores), str(made), "--label", "collusive"]) == 0
    figures = capsys.readouterr().out
    assert "resamples" in figures
    assert "baseline CV" in figures


def test_what_cannot_be_used_is_one_sentence_and_exit_two(made, tmp_path, capsys):
    out = tmp_path / "out"
    for arguments, reason in (
        (["fit", str(made), "--label", "guilty", "--out", str(out)], "has no column 'guilty'"),
        (["fit", str(made), "--label", "scheme", "--out", str(out)], "is neither yes nor no"),
        (["fit", str(made), "--label", "ring", "--out", str(out)], "is neither yes nor no"),
        (["score", str(made), "--model", str(made), "--out", str(out)], "is no model that fit has written"),
        (["score", str(made), "--model", str(out), "--out", str(out)], "cannot read"),
        (["evaluate", str(made), str(made), "--label", "collusive"], "no column 'suspicion'"),
    ):
        assert cli.main(arguments) == 2
        assert reason in capsys.readouterr().err
    assert not out.exists()


def test_scores_must_be_there_and_be_numbers(made, tmp_path, capsys):
    scores = tmp_path / "s.csv"
    for text, reason in (
        ("tender,suspicion\nT0000001,0.5\n", "have no score"),
        ("tender,suspicion\nT0000001,high\n", "line 2: suspicion 'high' is not a number"),
    ):
        scores.write_text(text)
        assert cli.main(["evaluate", str(scores), str(made), "--label", "collusive"]) == 2
        assert reason in capsys.readouterr().err
