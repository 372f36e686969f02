"""The command `score`: a row for each tender, the same bytes whatever the order, names or unit."""

import csv
import io
import random

import pytest

from monitoring.cli import __main__ as cli

HEADER = "tender,n,suspicion,p_value,q_value,reasons"


@pytest.fixture
def score(tmp_path, capsys):
    """Score text; give exit code, rows by tender, stderr and the table's bytes."""

    def call(text, *options):
        path, out = tmp_path / "bids.csv", tmp_path / "out.csv"
        path.write_text(text)
        out.unlink(missing_ok=True)
        code = cli.main(["score", str(path), "--out", str(out), *options])
        written = out.read_text() if out.exists() else ""
        return (
            code,
            {row["tender"]: row for row in csv.DictReader(io.StringIO(written))},
            capsys.readouterr().err,
            written,
        )

    return call


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "made.csv"
    assert cli.main(["simulate", "--tenders", "150", "--seed", "3", "--out", str(path)]) == 0
    return path.read_text()


def test_every_tender_has_its_row(score):
    code, rows, err, written = score("tender,amount\nT,5\nT,6\nT,9\nU,5\nV,-1\nW,4\nW,4\nW,4\n")
    assert code == 0
    assert written.splitlines()[0] == HEADER
    assert {tender: row["n"] for tender, row in rows.items()} == {"T": "3", "U": "1", "V": "0", "W": "3"}
    assert all(0 <= float(row["suspicion"]) <= 1 for row in rows.values())
    assert (rows["U"]["p_value"], rows["V"]["p_value"]) == ("", "")
    assert rows["V"]["suspicion"] == "0.0"
    assert 0 <= float(rows["T"]["p_value"]) <= float(rows["T"]["q_value"]) <= 1
    assert rows["W"]["reasons"].startswith("equal_bids")
    assert "never a verdict" in err


def test_order_names_and_scale_change_nothing(score, made):
    _, rows, _, written = score(made)
    head, *lines = made.splitlines()
    random.Random(1).shuffle(lines)
    assert score("\n".join([head, *lines]) + "\n")[3] == written
    renamed = "".join(
        ",".join([f"X{cells[0][::-1]}", f"Y{cells[1][::-1]}", *cells[2:]]) + "\n"
        for cells in (line.split(",") for line in lines)
    )
    other = score(f"{head}\n{renamed}")[1]
    assert {f"X{tender[::-1]}": [*row.values()][1:] for tender, row in rows.items()} == {
        tender: [*row.values()][1:] for tender, row in other.items()
    }
    scaled = "".join(
        ",".join([*cells[:2], *(repr(float(cell) * 8) for cell in cells[2:5]), *cells[5:]]) + "\n"
        for cells in (line.split(",") for line in lines)
    )
    for tender, row in score(f"{head}\n{scaled}")[1].items():
        for name in ("suspicion", "p_value", "q_value"):
            assert float(row[name] or -1) == pytest.approx(float(rows[tender][name] or -1), rel=1e-8)
        assert row["reasons"] == rows[tender]["reasons"]


def test_what_cannot_be_scored_is_one_sentence_and_exit_two(score):
    code, _, err, written = score("tender,price\nT,5\n")
    assert (code, written) == (2, "")
    assert "has no column 'amount'" in err
