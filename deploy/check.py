"""`make check`: every check has a name, all of them run, and one that fails makes the whole fail."""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PACKAGES = "kernel accounts tender deposits bidding evaluation monitoring portal config verifier deploy demo"
DJLINT_OFF = "H006,H015,H023,H026,H030,H031,T002,T003"
"""Taste (line breaks after headings, entities, meta tags for search engines, quotes, names of blocks), and the
empty defaults of components, which it takes for empty attributes."""


@dataclass(frozen=True, slots=True)
class Check:
    """A named command that must exit with 0, run at the root of the checkout."""

    name: str
    command: tuple[str, ...]


def tool(name: str) -> str:
    """Return a program of this environment, else of the machine; raises FileNotFoundError when there is none."""
    own = BIN / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(
            f"{name} is not installed: run make setup, then python3 deploy/setup.py --profile dev"
        )
    return found


def checks() -> list[Check]:
    """Return every check in the order in which they run: the quick ones first."""
    python = sys.executable
    present = [name for name in PACKAGES.split() if any((ROOT / name).rglob("*.py"))]
    templates = [str(path) for path in sorted(ROOT.glob("*/templates"))]
    return [
        Check("lint", (tool("ruff"), "check", ".")),
        Check("format", (tool("ruff"), "format", "--check", ".")),
        Check("locks", (python, "-m", "deploy.locks")),
        Check("licences", (python, "-m", "deploy.licences")),
        Check("import-contracts", (tool("lint-imports"),)),
        Check(
            "templates", (tool("djlint"), "--lint", "--profile=django", f"--ignore={DJLINT_OFF}", *templates)
        ),
        Check("translations", (python, "-m", "deploy.translations", "check")),
        Check("docs", (python, "-m", "deploy.docs", "check")),
        Check("front-end", (tool("node"), "--test", "frontend/tests/")),
        Check("migrations", (python, "manage.py", "makemigrations", "--check", "--dry-run")),
        Check("types", (tool("mypy"), *present)),
    ]


def run(check: Check) -> bool:
    """Run one check; its output is shown only when it fails."""
    start = time.monotonic()
    done = subprocess.run(  # noqa: S603 - the commands of the table above
        check.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {check.name} ({time.monotonic() - start:.1f} s)", flush=True)
    if not passed:
        print("\n".join(f"    {line}" for line in done.stdout.rstrip().splitlines()), flush=True)
    return passed


def main(names: list[str]) -> int:
    """Run all checks, or those that are named; return 1 when any failed and 2 for an unknown name."""
    table = checks()
    unknown = set(names) - {check.name for check in table}
    if unknown:
        print(f"no such check: {', '.join(sorted(unknown))}; there are: {', '.join(c.name for c in table)}")
        return 2
    chosen = [check for check in table if not names or check.name in names]
    failed = [check.name for check in chosen if not run(check)]
    print(f"failed: {', '.join(failed)}" if failed else f"all {len(chosen)} checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
