"""The lock files name packages by version and hash, and no place to fetch them from."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(
    r"(https?|git|file)(\+\w+)?://\S+|^\s*(-i|--index-url|--extra-index-url|-f|--find-links)\b"
)
REQUIREMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^]]*\])?==\S+")


def requirement_problems(name: str, text: str) -> list[str]:
    """Return what is wrong with a requirements lock: an address, a loose version, a missing hash."""
    lines = []
    for entry in re.split(r"(?<!\\)\n(?=\S)", text):
        if entry.lstrip().startswith("#") or not entry.strip():
            continue
        first = entry.splitlines()[0].rstrip(" \\")
        if ADDRESS.search(entry):
            lines.append(f"{name}: names a place to fetch from: {first}")
        elif not REQUIREMENT.match(entry):
            lines.append(f"{name}: not pinned to one version: {first}")
        elif "--hash=sha256:" not in entry:
            lines.append(f"{name}: no hash: {first}")
    return lines


def npm_problems(name: str, text: str) -> list[str]:
    """Return what is wrong with an npm lock: an address or a missing hash."""
    lines = []
    for path, package in json.loads(text)["packages"].items():
        if not path:
            continue
        if "resolved" in package or ADDRESS.search(package.get("version", "")):
            lines.append(f"{name}: names a place to fetch from: {path}")
        if not package.get("integrity", "").startswith("sha512-"):
            lines.append(f"{name}: no hash: {path}")
    return lines


def problems() -> list[str]:
    """Return one line for each fault of a lock file of this checkout."""
    lines = []
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        lines += requirement_problems(path.name, path.read_text())
    lines += npm_problems("package-lock.json", (ROOT / "package-lock.json").read_text())
    lines += [f"{found.name}: a lock that names download hosts" for found in ROOT.glob("uv.lock")]
    return lines


if __name__ == "__main__":
    found_problems = problems()
    print("\n".join(found_problems) or "every lock names versions and hashes only")
    sys.exit(1 if found_problems else 0)
