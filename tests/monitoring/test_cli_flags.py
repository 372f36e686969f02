"""The command `flags`: Cardinal's goldens, settings, bad lines, and files that are no releases."""

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.cli import __main__ as cli, flag_settings, flags
from monitoring.cli.bids import UnusableError
from monitoring.domain.cardinal.analysis import INDICATORS

ROOT = Path(__file__).resolve().parents[2]
GOLDENS = ROOT.parent / "shared" / "data" / "cardinal"
GOLDEN_SETTINGS = """\
no_price_comparison_procurement_methods = NPC
[exclusions]
procurement_method_details = EXC
"""
"""Cardinal makes each expected file with one indicator on and these methods left out, which its inputs name."""
CLOSE = {
    "ocid": "x",
    "bids": {
        "details": [
            {"status": "valid", "tenderers": [{"id": name}], "value": {"amount": amount, "currency": "USD"}}
            for name, amount in (("赢", 100), ("L", 101))
        ]
    },
    "awards": [{"status": "active", "suppliers": [{"id": "赢"}]}],
}
SINGLE = {"ocid": "one", "tender": {"numberOfTenderers": 1, "procurementMethod": "open"}}
LINE = json.dumps(SINGLE) + "\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on text, bytes, objects or a path; give exit code, document or None, and stderr."""

    def call(source, *options, settings=None):
        path = source if isinstance(source, Path) else tmp_path / "releases.jsonl"
        if isinstance(source, list):
            source = "".join(json.dumps(each) + "\n" for each in source)
        if not isinstance(source, Path):
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
        if settings is not None:
            (tmp_path / "settings.ini").write_text(settings, encoding="utf-8")
            options = (*options, "--settings", str(tmp_path / "settings.ini"))
        out = tmp_path / "flags.json"
        out.unlink(missing_ok=True)
        code = cli.main(["flags", str(path), "--out", str(out), *options])
        document = json.loads(out.read_text(encoding="utf-8")) if out.exists() else None
        return code, document, capsys.readouterr().err

    return call


def golden(name):
    if not GOLDENS.is_dir():
        pytest.skip(
            f"Cardinal's golden of {name} was not compared: its folder beside the repository is not here"
        )
    return GOLDENS / f"{name}.jsonl", json.loads((GOLDENS / f"{name}.expected").read_text())


@pytest.mark.parametrize("name", ["R018", "R024", "R028", "R035", "R058"])
def test_cardinals_goldens(run, name):
    path, expected = golden(name)
    code, document, _ = run(path, "--no-meta", settings=f"{GOLDEN_SETTINGS}[{name}]\n")
    assert (code, document) == (0, expected)
    assert list(document) == list(expected)
    code, document, _ = run(path, "--no-meta", "--only", name, settings=GOLDEN_SETTINGS)
    assert (code, document) == (0, expected)


@pytest.mark.parametrize("name", ["R018", "R024", "R028", "R035", "R058"])
def test_all_eleven_say_of_a_golden_what_its_own_says_and_more(run, name):
    path, expected = golden(name)
    sections = "".join(f"[{code}]\n" for code in INDICATORS)
    code, document, _ = run(path, "--no-meta", settings=GOLDEN_SETTINGS + sections)
    assert code == 0
    of_name = {
        group: {who: {name: values[name]} for who, values in found.items() if name in values}
        for group, found in document.items()
    }
    assert {group: found for group, found in of_name.items() if found} == expected


def test_every_golden_that_is_here_is_compared():
    if not GOLDENS.is_dir():
        pytest.skip(
            "the list of Cardinal's goldens was not compared: their folder beside the repository is not here"
        )
    assert {path.stem for path in GOLDENS.glob("*.jsonl")} == {"R018", "R024", "R028", "R035", "R058"}


def test_without_settings_all_indicators_run(run):
    code, document, err = run([SINGLE, CLOSE])
    assert code == 0
    assert document["OCID"]["one"] == {"R018": 1.0}
    assert document["Meta"].keys() >= {"R024", "R025", "R048", "R058"}
    assert "2 processes seen; left out: 0 not JSON, 0 without ocid, 0 cancelled, 0 excluded" in err
    assert "flagged: OCID 2, Tenderer 2" in err


def test_the_sections_of_a_settings_file_say_which_indicators_run(run):
    settings = "[R024]\nthreshold = 0.05\n"
    code, document, _ = run([SINGLE, CLOSE], settings=settings)
    assert code == 0
    assert document == {
        "OCID": {"x": {"R024": 0.01}},
        "Tenderer": {"L": {"R024": 0.0}, "赢": {"R024": 0.0}},
        "Meta": {"R024": {"lower_fence": 0.05}},
    }
    _, document, _ = run([SINGLE, CLOSE], "--only", "R018", settings=settings)
    assert document == {"OCID": {"one": {"R018": 1.0}}, "Meta": {}}
    _, document, _ = run([SINGLE, CLOSE], "--only", "R018, R024", "--no-meta", settings=settings)
    assert document["OCID"] == {"one": {"R018": 1.0}, "x": {"R024": 0.01}}


def test_map_adds_every_map(run):
    _, document, _ = run([CLOSE], "--map", "--no-meta", settings="[R024]\nthreshold=1\n[R025]\n")
    assert list(document["Maps"]) == [
        "ocid_buyer_r038", "ocid_procuringentity_r038", "ocid_tenderer", "ocid_tenderer_r024",
        "ocid_tenderer_r028", "ocid_tenderer_r030", "ocid_tenderer_r035", "ocid_tenderer_r058",
    ]  # fmt: skip
    assert document["Maps"]["ocid_tenderer"] == document["Maps"]["ocid_tenderer_r024"] == {"x": ["L", "赢"]}


def test_bad_lines_are_named_counted_and_left_out(run):
    lines = [
        b'{"ocid": "torn"\n', LINE.encode(), b"\n", b"  \r\n", b'{"id": 5}\n', b'["ocid"]\n', b'{"ocid": "\xff"}\n',
        b'{"ocid": "a", "x": NaN}\n', b'{"ocid": "b", "x": 1e400}\n', b'{"ocid": "c", "x": 1' + b"0" * 400 + b"}\n",
        b'{"ocid": "\\ud800"}\n', b"[" * 100_000 + b"\n", b'{"ocid": "d", "tender": {"status": "cancelled"}}\n',
        b'{"ocid": "\\ud83d\\ude00"}\n', b'{"ocid": 5}',
    ]  # fmt: skip
    code, document, err = run(b"".join(lines))
    assert (code, document["OCID"]) == (0, {"one": {"R018": 1.0}})
    told = [
        each.split("\r")[-1].strip()
        for each in err.splitlines()
        if "left out: not" in each or "no ocid" in each
    ]
    assert [each.split()[1] for each in told] == ["1", "5", "6", "7", "8", "9", "10", "11", "12", "15"]
    assert "2 processes seen; left out: 7 not JSON, 3 without ocid, 1 cancelled, 0 excluded" in err


def test_blank_ends_marks_and_gzip_change_nothing(run):
    _, plain, _ = run(LINE)
    for source in (
        b"\xef\xbb\xbf" + LINE.encode(),
        LINE.strip(),
        LINE.replace("\n", "\r\n\n"),
        gzip.compress(LINE.encode()),
    ):
        assert run(source)[:2] == (0, plain)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "holds no release"),
        ("\n\n", "holds no release"),
        ("tender,amount\nT,5\n", "line 1 left out: not JSON"),
        ('{"releases": [{"ocid": "x"}]}', "release packages divided"),
        ("nothing\n" * 1001, "no release in its first 1000 lines"),
        (gzip.compress(LINE.encode() * 500)[:-9], "cannot read"),
        (Path("nowhere.jsonl"), "cannot read nowhere.jsonl"),
        (ROOT, "cannot read"),
    ],
)
def test_unusable_files_give_one_sentence(run, source, words):
    code, document, err = run(source)
    assert (code, document) == (2, None)
    said = [line.split("\r")[-1] for line in err.splitlines() if "monitoring.cli flags: " in line]
    assert len(said) == 1
    assert words in said[0]


def test_a_place_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "releases").write_text(LINE)
    assert cli.main(["flags", str(tmp_path / "releases"), "--out", str(tmp_path / "no" / "flags.json")]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[R099]\n", "no section is called [R099]; there are [exclusions], [R003]"),
        ("[r024]\n", "no section is called [r024]"),
        ("[]\n", "no section is called []"),
        ("[R024]\nfence = 1\n", "line 2: [R024] has no key 'fence'; its keys are threshold"),
        ("[R028]\nthreshold = 1\n", "[R028] has no key 'threshold', which has no keys"),
        ("money = USD\n", "the part before the first section has no key 'money'; its keys are currency"),
        ("[defaults]\ncolour = red\n", "[defaults] has no key 'colour'"),
        ("[R024]\nthreshold = 5 %\n", "threshold = '5 %' is not a decimal number"),
        ("[R024]\nthreshold = nan\n", "is not a decimal number"),
        ("[R024]\nthreshold = 1e999\n", "is not a decimal number"),
        ("[R024]\nthreshold =\n", "threshold = '' is not a decimal number"),
        ("[R003]\nthreshold = 1.5\n", "is not a whole number"),
        ("[R003.procurement_method_details]\nurgent = soon\n", "urgent = 'soon' is not a whole number"),
        ("[R025]\npercentile = 75 # default\n", "a comment takes a line of its own"),
        ("[R025]\npercentile = 101\n", "from 0 to 100"),
        ("[R035]\nthreshold = -1\n", "of at least 0"),
        ("[R024]\n[R024]\n", "line 2: [R024] stands twice"),
        ("[R024]\nthreshold = 1\nthreshold = 2\n", "line 3: threshold stands twice in [R024]"),
        ("[R024]\nthreshold\n", "'threshold' is neither '[section]' nor 'key = value'"),
        ("= 5\n", "neither"),
        ("[R024\n", "neither"),
        ("currency = USD\n", "switch no indicator on"),
    ],
)
def test_settings_that_cannot_be_used_say_why(run, text, words):
    code, document, err = run(LINE, settings=text)
    assert (code, document) == (2, None)
    assert words in err


def test_settings_that_cannot_be_read_say_why(run, tmp_path):
    (tmp_path / "latin.ini").write_bytes(b"currency = \xa3\n")
    for name in ("latin.ini", "nowhere.ini"):
        code, document, err = run(LINE, "--settings", str(tmp_path / name))
        assert (code, document) == (2, None)
        assert "cannot read the settings" in err


def test_an_unknown_indicator_is_refused_with_the_known_ones(run):
    code, document, err = run(LINE, "--only", "R018,R999")
    assert (code, document) == (2, None)
    assert "no indicator is called 'R999'; there are R003, R018" in err


def test_every_key_of_a_settings_file_is_read(tmp_path):
    path = tmp_path / "all.ini"
    path.write_text(
        "\ufeff# a comment\n; another\n"
        "currency = USD\nprice_comparison_procurement_methods: A|B|\n"
        "no_price_comparison_procurement_methods = C\n"
        "[exclusions]\n  procurement_method_details = 'Sorteo de Obras'|D\n"
        "[defaults]\nparty_roles = true\n[codelists.bid_status]\nqualified = valid\n"
        "[R003]\nthreshold = -3\nprocurement_methods =\n"
        "[R003.procurement_method_details]\nLicitación de Seguros = 10\n"
        "[R018]\nprocurement_methods = open\n[R024]\nthreshold = .5\n"
        '[R025]\npercentile = "90"\nthreshold = 5e-2\n[R028]\n[R035]\nthreshold = 2\n'
        "[R038]\nthreshold = 1\nminimum_submitted_bids = 3\nminimum_contracting_processes = 4\n"
        "[R048]\ndigits = 4\nthreshold = 9\nminimum_contracting_processes = 5\n",
        encoding="utf-8",
    )
    found = flag_settings.read(path)
    assert found.scope.currency == "USD"
    assert found.scope.compared == {"A", "B"}
    assert found.scope.not_compared == {"C"}
    assert found.scope.excluded == {"'Sorteo de Obras'", "D"}
    assert found.options == {
        "R003": {
            "threshold": -3,
            "procurement_methods": frozenset(),
            "procurement_method_details": {"Licitación de Seguros": 10},
        },
        "R018": {"procurement_methods": {"open"}},
        "R024": {"threshold": 0.5},
        "R025": {"percentile": 90, "threshold": 0.05},
        "R028": {},
        "R035": {"threshold": 2},
        "R038": {"threshold": 1.0, "minimum_submitted_bids": 3, "minimum_contracting_processes": 4},
        "R048": {"digits": 4, "threshold": 9, "minimum_contracting_processes": 5},
    }
    assert found.warnings == (
        "no_price_comparison_procurement_methods does nothing beside price_comparison_procurement_methods",
    )
    for code, options in found.options.items():
        INDICATORS[code].make(**options)


def test_days_of_procedures_alone_switch_the_short_period_on(tmp_path):
    (tmp_path / "s.ini").write_text("[R003.procurement_method_details]\nurgent = 5\n")
    assert flag_settings.read(tmp_path / "s.ini").options == {
        "R003": {"procurement_method_details": {"urgent": 5}}
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("a", ["a"]), ("a|b", ["a", "b"]), ("a|", ["a"]), ("a||b", ["a", "", "b"]), ("|", [""])],
)
def test_lists_are_divided_by_strokes(text, expected):
    assert flag_settings.names(text) == frozenset(expected)


def test_warnings_of_settings_are_told(run):
    settings = (
        "price_comparison_procurement_methods = A\nno_price_comparison_procurement_methods = B\n[R018]\n"
    )
    assert "does nothing beside" in run(LINE, settings=settings)[2]


def test_what_was_left_out_of_prices_is_told(run):
    foreign = json.loads(json.dumps(CLOSE).replace("USD", "CAD")) | {"ocid": "cad"}
    free = json.loads(json.dumps(CLOSE).replace("100", "0")) | {"ocid": "free"}
    _, _, err = run([CLOSE, foreign, free, free])
    assert "bids in another currency than USD, in processes: 1" in err
    assert "winning bids of zero, in processes: 2" in err
    assert "repeat an ocid count as further processes: 1" in err


def test_the_order_of_lines_changes_not_a_byte(tmp_path):
    lines = [json.dumps(CLOSE | {"ocid": f"c{n}"}) + "\n" for n in range(30)]
    lines += [json.dumps(SINGLE | {"ocid": f"s{n}"}) + "\n" for n in range(30)]
    written = set()
    for seed in range(3):
        random.Random(seed).shuffle(lines)
        (tmp_path / "in").write_text("".join(lines))
        assert flags.run([str(tmp_path / "in"), "--map", "--out", str(tmp_path / "out")]) == 0
        written.add((tmp_path / "out").read_bytes())
    assert len(written) == 1
    assert "赢".encode() in written.pop()


def test_unusable_settings_raise_before_anything_is_read(tmp_path):
    with pytest.raises(UnusableError):
        flag_settings.read(tmp_path)


def test_help_starts_on_little_work_and_lists_the_indicators():
    before = os.times()
    command = [sys.executable, "-m", "monitoring.cli", "flags", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = os.times()
    assert done.returncode == 0
    assert all(code in done.stdout for code in INDICATORS)
    assert sum(after[2:4]) - sum(before[2:4]) < 1.5


WITHOUT_DJANGO = """
import sys
sys.modules["django"] = None
from monitoring.cli.__main__ import main
code = main(sys.argv[1:])
slow = {"pandas", "scipy", "sklearn", "pyarrow", "dask"} & set(sys.modules)
assert not slow, slow
sys.exit(code)
"""


def test_it_needs_neither_django_nor_a_slow_library(tmp_path):
    (tmp_path / "in").write_text(LINE)
    arguments = ["flags", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", WITHOUT_DJANGO, *arguments], cwd=ROOT, check=False)
    assert done.returncode == 0
