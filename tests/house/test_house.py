"""Rules of the house, as code: purity, migrations, triggers, printed docs, words that have no place here."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from kernel import triggers

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "bidding", "config", "deposits", "evaluation", "kernel", "monitoring", "portal", "tender")
PURE = (
    "kernel.domain",
    "accounts.domain",
    "tender.domain",
    "deposits.domain",
    "bidding.domain",
    "bidding.sealing",
    "bidding.kit",
    "evaluation.domain",
    "monitoring.domain",
    "monitoring.cli",
)


def tracked(*patterns):
    found = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in found.stdout.splitlines() if (ROOT / line).exists()]


def modules(package):
    folder = ROOT / package.replace(".", "/")
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("package", PURE)
def test_pure_rooms_import_without_django(package):
    names = [m for m in modules(package) if not m.endswith("__main__")]
    assert names
    program = (
        "import sys\n"
        "class Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'django', 'channels', 'celery', 'ninja', 'allauth'}:\n"
        "            raise ImportError('blocked: ' + name)\n"
        "sys.meta_path.insert(0, Wall())\n" + "\n".join(f"import {name}" for name in names)
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]


CLOCKS = {"now", "today", "utcnow", "time_ns", "urandom", "token_bytes"}
FILES = {"read_text", "write_text", "read_bytes", "write_bytes"}


def impurities(source):
    """Yield where a module reads a clock or the machine's chance, or reaches for a file, and by what word."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id == "__file__":
            yield node.lineno, "__file__"
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        if name in CLOCKS and owner in {"", "datetime", "date", "time", "secrets", "os"}:
            yield node.lineno, name
        if name in FILES:
            yield node.lineno, name
        if name == "open" and (isinstance(node.func, ast.Name) or owner in {"os", "io", "codecs", "gzip"}):
            yield node.lineno, name
        if name == "open" and isinstance(node.func, ast.Attribute) and _is_path(node.func.value):
            yield node.lineno, name


def _is_path(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Path"


@pytest.mark.parametrize("package", [p for p in PURE if p.endswith(".domain")])
def test_domains_read_no_clock_and_no_files(package):
    for path in sorted((ROOT / package.replace(".", "/")).rglob("*.py")):
        found = [f"{line} says {word}" for line, word in impurities(path.read_text())]
        assert not found, f"{path.relative_to(ROOT)}:{'; '.join(found)}"


@pytest.mark.parametrize(
    "good",
    [
        "places = PLACES[n]",
        "def act(*, now): return now + datetime.timedelta(days=1)",
        "with zipfile.ZipFile(io.BytesIO(data)) as parts: parts.open(name).read()",
        "chance = np.random.default_rng(_SEED)",
    ],
)
def test_what_is_given_to_a_domain_is_pure(good):
    assert not list(impurities(good))


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ("data = open(name).read()", "open"),
        ("with Path(name).open() as stream: pass", "open"),
        ("handle = os.open(name, os.O_RDONLY)", "open"),
        ("stored = json.loads(PLACES.read_text())", "read_text"),
        ("path.with_suffix('.json').write_text(text)", "write_text"),
        ("data = folder.joinpath(name).read_bytes()", "read_bytes"),
        ("PLACE.write_bytes(data)", "write_bytes"),
        ("PLACE = Path(__file__).with_name('shipped.json')", "__file__"),
        ("at = datetime.now(UTC)", "now"),
    ],
)
def test_what_a_domain_fetches_itself_is_found(bad, word):
    assert word in {found for _, found in impurities(bad)}


def test_only_the_clock_reads_the_clock():
    allowed = {
        "kernel/clock.py",
        "kernel/timemachine.py",
        "accounts/actions.py",
        "accounts/queries.py",
        "kernel/upload/stamps.py",
        "kernel/witnesses.py",
        "kernel/ticker.py",
        "kernel/sequencer.py",
    }
    pattern = re.compile(r"\b(datetime\.now|datetime\.utcnow|timezone\.now|date\.today|time\.time)\(")
    for path in tracked("*.py"):
        name = str(path.relative_to(ROOT))
        if name.split("/", maxsplit=1)[0] in APPS and name not in allowed:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                assert not pattern.search(line), (
                    f"{name}:{number} reads the clock by itself; use kernel.clock.now()"
                )


def test_imports_stand_at_the_top():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                    assert not inner, f"{path.relative_to(ROOT)}:{inner[0].lineno} imports inside a function"


def test_migrations_are_linear():
    for app in APPS:
        names = (
            sorted(p.stem for p in (ROOT / app / "migrations").glob("0*.py"))
            if (ROOT / app / "migrations").exists()
            else []
        )
        assert [n[:4] for n in names] == [f"{i:04d}" for i in range(1, len(names) + 1)], app


def test_every_append_only_table_has_its_triggers(store):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        found = {row[0] for row in cursor.fetchall()}
    assert triggers.TABLES
    for table in triggers.TABLES:
        assert set(triggers.names(table, connection.vendor)) <= found, table


def test_printed_documentation_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "-m", "deploy.docs", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_words_that_have_no_place_here():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    machine = re.compile(r"(?<![\w.])/(work|root|home)/\w")
    for path in tracked("*.py", "*.js", "*.mjs", "*.html", "*.toml", "*.md", "Makefile", "*.cfg"):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            assert not unfinished.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
            assert not machine.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"


def test_every_module_says_what_it_is():
    for path in tracked("*.py"):
        if "migrations" in path.parts or path.parent.name == "tests" or path.name == "__init__.py":
            continue
        assert ast.get_docstring(ast.parse(path.read_text())), path.relative_to(ROOT)
