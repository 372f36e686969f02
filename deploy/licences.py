"""The licence gate: what the server or the browser is given must be under a licence that this project may ship."""

import json
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
ALLOWED = re.compile(
    r"0?BSD|BSD-?\d?-?\d?-?clause|MIT|MIT-0|MIT-CMU|Apache|Apache-2|ISC|ISCL|PSF|Python|Zlib|Unlicense|HPND|"
    r"Public Domain|CC0|MPL|Mozilla|LGPL|Lesser General Public|OFL|CNRI",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"AGPL|Affero|(?<!L)GPL|(?<!Lesser )General Public Licen|SSPL|BUSL|Commons Clause", re.IGNORECASE
)
SHORT = 120
REVIEWED = {"qrcode": "BSD-3-Clause", "skops": "MIT"}
"""Packages whose words mislead, with the licence found by reading their licence file."""


def verdict(licence: str) -> str:
    """Return `allowed`, `refused` or `unknown` for a licence expression; of alternatives the best one counts."""
    parts = re.split(r"\s+OR\s+", licence.strip(" ()"))
    found = [_single(part) for part in parts]
    return min(found, key=("allowed", "unknown", "refused").index)


def _single(licence: str) -> str:
    if REFUSED.search(licence):
        return "refused"
    terms = [term.strip(" ()") for term in re.split(r"\s+AND\s+|;|,", licence) if term.strip(" ()")]
    return "allowed" if terms and all(ALLOWED.search(term) for term in terms) else "unknown"


def python_licence(name: str) -> str | None:
    """Return what an installed package says of its licence; None when it is not installed on this platform."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if name in REVIEWED:
        return REVIEWED[name]
    expression = (said.get_all("License-Expression") or [""])[0]
    classified = [
        line.split(" :: ")[-1] for line in said.get_all("Classifier", []) if line.startswith("License :: ")
    ]
    named = [line for line in classified if line != "OSI Approved"]
    plain = (said.get_all("License") or [""])[0].strip()
    return expression or "; ".join(named) or (plain.splitlines()[0] if plain else "")[:SHORT]


def shipped_python(lock: Path) -> Iterable[tuple[str, str]]:
    """Yield name and licence of every installed package of a requirements lock."""
    for name in LOCKED.findall(lock.read_text()):
        licence = python_licence(name)
        if licence is not None:
            yield name, licence


def shipped_npm(lock: Path) -> Iterable[tuple[str, str]]:
    """Yield name and licence of every package of the npm lock that is not a tool of development."""
    for path, package in json.loads(lock.read_text())["packages"].items():
        if path and not package.get("dev"):
            yield path.removeprefix("node_modules/"), package.get("license", "")


def problems() -> list[str]:
    """Return one line for each shipped package whose licence is refused or cannot be told."""
    lines = []
    shipped = [*shipped_python(ROOT / "requirements" / "base.txt"), *shipped_npm(ROOT / "package-lock.json")]
    for name, licence in shipped:
        found = verdict(licence)
        if found != "allowed":
            lines.append(f"{name}: licence {licence or 'not stated'!r} is {found}")
    return lines


if __name__ == "__main__":
    found_problems = problems()
    print("\n".join(found_problems) or "every shipped package has an allowed licence")
    sys.exit(1 if found_problems else 0)
