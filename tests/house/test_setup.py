"""The set-up driver, the Makefile and the gates of `make check`."""

import ast
import os
import re
import subprocess
import sys
import threading
from importlib import metadata
from pathlib import Path

import pytest

from deploy import check, licences, locks, setup as driver

ROOT = Path(__file__).resolve().parent.parent.parent


def has(*names):
    return lambda name: name if name in names else None


def test_an_older_python_can_read_the_driver():
    source = (ROOT / "deploy" / "setup.py").read_text()
    ast.parse(source, feature_version=(3, 7))


@pytest.mark.parametrize(
    ("modules", "programs", "executable", "version", "expected"),
    [
        (("venv", "ensurepip"), ("make", "git"), "/usr/bin/python3", (3, 11), []),
        (("venv",), ("make", "git"), "/usr/bin/python3", (3, 12), ["python3-venv"]),
        ((), ("make", "git"), "/usr/bin/python3.13", (3, 13), ["python3.13-venv"]),
        (("venv", "ensurepip"), ("make",), "/usr/bin/python3", (3, 11), ["git"]),
        (
            ("venv", "ensurepip"),
            ("make", "git"),
            "/usr/bin/python3",
            (3, 9),
            ["python3.11", "python3.11-venv"],
        ),
    ],
)
def test_what_a_machine_lacks(modules, programs, executable, version, expected):
    assert driver.missing_from_machine(has(*modules), has(*programs), executable, version) == expected


@pytest.mark.parametrize(
    ("manager", "root", "expected"),
    [
        ("apt-get", False, "sudo apt-get install -y python3-venv git"),
        ("apt-get", True, "apt-get install -y python3-venv git"),
        ("dnf", False, "sudo dnf install -y git python3"),
        ("brew", False, "brew install git python3"),
        ("none", False, "install with this machine's package manager: python3-venv, git"),
    ],
)
def test_the_missing_line_is_one_line(manager, root, expected):
    assert driver.install_line(["python3-venv", "git"], has(manager), root=root) == expected


@pytest.fixture
def steps(tmp_path):
    stamp, output, done = tmp_path / "stamps" / "step", tmp_path / "made", []

    def work():
        done.append(1)
        output.write_text("x")

    return stamp, output, done, work


def test_a_step_is_done_once_until_its_inputs_change_or_its_output_is_gone(steps, capsys):
    stamp, output, done, work = steps
    for inputs in ("a", "a", "b"):
        driver.once("step", stamp, inputs, [output], work)
    assert len(done) == 2
    output.unlink()
    driver.once("step", stamp, "b", [output], work)
    assert len(done) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("set-up: step") == 3


def test_a_failed_step_is_tried_again(steps):
    stamp, output, done, work = steps

    def fail():
        raise driver.SetupError("no")

    driver.once("step", stamp, "a", [output], work)
    with pytest.raises(driver.SetupError):
        driver.once("step", stamp, "b", [output], fail)
    driver.once("step", stamp, "a", [output], work)
    assert len(done) == 2


def test_a_digest_sees_names_bytes_and_words(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "ROOT", tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("x")
    two.write_text("x")
    seen = {driver.digest([one]), driver.digest([two]), driver.digest([one, two]), driver.digest([one], "w")}
    one.write_text("y")
    seen.add(driver.digest([one]))
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("error sending request for url", "HTTPS_PROXY"),
        ("npm error code ENOTFOUND", "HTTPS_PROXY"),
        ("Hash mismatch for `segno==1.6.6`", "differs from the one that was locked"),
        ("npm error code EINTEGRITY", "differs from the one that was locked"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
    ],
)
def test_a_failure_names_the_step_and_says_what_to_do(output, hint):
    told = driver.explain("Python packages", ["uv", "pip"], f"first\n{output}")
    assert told.startswith("set-up stopped at: Python packages")
    assert output in told
    assert hint in told


def test_a_failing_command_stops_with_its_last_lines():
    with pytest.raises(driver.SetupError, match=r"\| boom"):
        driver.run("step", [sys.executable, "-c", "print('boom'); raise SystemExit(3)"])
    with pytest.raises(driver.SetupError, match="no-such-program"):
        driver.run("step", ["no-such-program"])


@pytest.fixture
def packages(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "ROOT", tmp_path)
    monkeypatch.setattr(driver, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(driver, "index_of_pip", dict)
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name in ("base", "dev", "uv", "node"):
        (folder / f"{name}.txt").write_text(name)
    commands = []
    monkeypatch.setattr(driver, "run", lambda _step, command, _settings: commands.append(command))

    def install(profile, with_node=False):
        commands.clear()
        driver.install_packages(profile, with_node=with_node)
        return [Path(part).stem for command in commands for part in command if part.endswith(".txt")]

    return folder, install


def test_packages_of_development_are_never_taken_away(packages):
    folder, install = packages
    assert install("base") == ["base", "uv"]
    assert install("base") == []
    assert install("dev") == ["dev", "uv"]
    assert install("base") == []
    (folder / "dev.txt").write_text("changed")
    assert install("base") == ["dev", "uv"]
    assert install("dev") == []


def test_a_machine_without_node_gets_it_with_the_packages(packages):
    _, install = packages
    install("base")
    assert install("base", with_node=True) == ["base", "uv", "node"]


def test_two_set_ups_of_one_folder_wait_for_each_other(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(driver, "ROOT", tmp_path)
    order, inside = [], threading.Event()

    def second():
        inside.wait(5)
        with driver.alone():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with driver.alone():
        inside.set()
        thread.join(0.3)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
    assert "another one is running" in capsys.readouterr().err


def make(*arguments):
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTEST_ARGS")
    own = {name: value for name, value in os.environ.items() if name not in outer}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=own, capture_output=True, text=True, check=False
    )


def test_bare_make_lists_every_command():
    listed = {line.split()[1] for line in make().stdout.splitlines()}
    wanted = ["help", "setup", "demo", "code", "test", "check", "bench", "run", "backup", "restore", "clean"]
    assert listed == {*wanted, "bench-alarms", "bench-collusion", "bench-screens"}


@pytest.mark.parametrize(("once", "flag"), [("ONCE=1", True), ("ONCE=0", False), ("PORT=8001", False)])
def test_the_demo_plays_once_on_demand(once, flag):
    assert ("--once" in make("-n", "demo", once).stdout) is flag


@pytest.mark.parametrize("command", [["run"], ["backup"], ["restore", "FILE=x"]])
def test_a_command_on_a_store_makes_none(command):
    assert "deploy/setup.py --no-store" in make("-n", *command).stdout


def test_the_tests_use_every_core():
    assert "-n logical" in make("-n", "test").stdout
    assert "-n logical" not in make("-n", "test", "PYTEST_ARGS=tests/kernel").stdout


@pytest.mark.parametrize("target", ["code", "restore"])
def test_a_command_that_lacks_its_word_says_so_before_any_work(target):
    done = make(target)
    assert done.returncode != 0
    assert done.stdout == ""
    assert f"make {target}" in done.stderr


GOOD = "segno==1.6.6 \\\n    --hash=sha256:28\n    # via -r base.in\nyarl==1.2 ; python_version < '3.12' \\\n    --hash=sha256:11\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD, None),
        ("# a word of explanation\n" + GOOD, None),
        ("segno==1.6.6\n", "no hash"),
        ("segno>=1.6 \\\n    --hash=sha256:28\n", "not pinned"),
        ("--index-url https://example.org/simple\n" + GOOD, "place to fetch from"),
        ("segno @ https://example.org/segno.whl \\\n    --hash=sha256:28\n", "place to fetch from"),
    ],
)
def test_a_requirements_lock_has_versions_and_hashes_only(text, fault):
    found = locks.requirement_problems("x.txt", text)
    assert found == [] if fault is None else len(found) == 1
    assert fault is None or fault in found[0]


@pytest.mark.parametrize(
    ("package", "faults"),
    [
        ('{"version": "1.0.0", "integrity": "sha512-x"}', 0),
        ('{"version": "1.0.0"}', 1),
        ('{"version": "1.0.0", "integrity": "sha512-x", "resolved": "https://example.org/a.tgz"}', 1),
        ('{"version": "git+ssh://example.org/a.git", "integrity": "sha512-x"}', 1),
    ],
)
def test_an_npm_lock_has_hashes_and_no_addresses(package, faults):
    text = f'{{"packages": {{"": {{}}, "node_modules/a": {package}}}}}'
    assert len(locks.npm_problems("package-lock.json", text)) == faults


def imported(*folders):
    """The packages of others that the modules below these folders import."""
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (one.name.partition(".")[0] for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def named(*lists):
    """The packages that requirement lists name, as registries spell them."""
    text = "\n".join((ROOT / "requirements" / name).read_text() for name in lists)
    return {
        re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^[A-Za-z][\w.-]*", text, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("folders", "lists"),
    [
        (check.PACKAGES.split(), ("kit.in", "base.in")),
        (("tests", "benchmarks"), ("kit.in", "base.in", "dev.in")),
    ],
)
def test_what_we_import_is_what_we_name(folders, lists):
    homes = metadata.packages_distributions()
    own = {path.name for path in ROOT.iterdir() if path.is_dir()}
    found = set(imported(*folders)) - own - set(sys.stdlib_module_names)
    assert len(found) > 5
    wanted = {name: {re.sub(r"[-_.]+", "-", one).lower() for one in homes[name]} for name in found}
    assert [name for name, any_of in wanted.items() if not any_of & named(*lists)] == []


def test_the_locks_of_this_checkout_hold():
    assert locks.problems() == []


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", "allowed"),
        ("BSD License; Apache Software License", "allowed"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "allowed"),
        ("LGPL-2.1-or-later", "allowed"),
        ("MPL-2.0 OR GPL-3.0-only", "allowed"),
        ("GPL-2.0-only OR MIT", "allowed"),
        ("MIT AND OFL-1.1", "allowed"),
        ("GPL-3.0-or-later", "refused"),
        ("GNU General Public License v2 (GPLv2)", "refused"),
        ("GNU Affero General Public License v3", "refused"),
        ("AGPL-3.0", "refused"),
        ("MIT AND AGPL-3.0", "refused"),
        ("", "unknown"),
        ("Own terms", "unknown"),
    ],
)
def test_licences(licence, expected):
    assert licences.verdict(licence) == expected


def test_everything_shipped_has_an_allowed_licence():
    assert len(list(licences.shipped_python(ROOT / "requirements" / "base.txt"))) > 40
    assert licences.problems() == []


def test_the_checks_are_those_that_the_readme_names():
    wanted = {
        "lint",
        "format",
        "types",
        "import-contracts",
        "translations",
        "docs",
        "migrations",
        "locks",
        "licences",
    }
    assert wanted <= {one.name for one in check.checks()}


def test_all_checks_run_and_one_failure_fails_all(monkeypatch, capsys):
    table = [
        check.Check(name, (sys.executable, "-c", f"raise SystemExit({code})"))
        for name, code in [("a", 1), ("b", 0)]
    ]
    monkeypatch.setattr(check, "checks", lambda: table)
    assert check.main([]) == 1
    assert "failed: a" in capsys.readouterr().out
    assert check.main(["b"]) == 0
    assert check.main(["c"]) == 2
