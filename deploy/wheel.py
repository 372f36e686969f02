"""Build the kit's wheel, the same to the byte wherever it is built, so that anyone can check the logged hash.

What goes in is found by following the kit's own imports: nothing of the platform comes along that the kit does
not use, and what would need more than `requirements/kit.in` stops the build. `python -m deploy.wheel --out DIR`.
"""

import argparse
import ast
import base64
import hashlib
import io
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "portal" / "static" / "portal" / "kit"
KIT = "bidding/kit"
NAME, PROGRAM, ENTRY = "yangguang-kit", "yangguang-kit", "bidding.kit.cli:main"
FOUND_AT = {"shamir-mnemonic": "shamir_mnemonic"}
"""Distributions whose import name differs from their own."""
DATA = (".toml",)
FIRST_OF_1980 = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE, UNIX = 0o100644 << 16, 3


class WheelError(Exception):
    """A kit that cannot be packed; the message says what to mend."""


def build(out: Path, root: Path = ROOT) -> dict[str, str]:
    """Write the wheel and `kit.json` into a folder, older wheels removed; returns file, sha256 and version."""
    version, data = wheel(root)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.whl"):
        old.unlink()
    file = f"{NAME.replace('-', '_')}-{version}-py3-none-any.whl"
    (out / file).write_bytes(data)
    facts = {"file": file, "sha256": hashlib.sha256(data).hexdigest(), "version": version}
    (out / "kit.json").write_text(json.dumps(facts) + "\n")
    return facts


def wheel(root: Path = ROOT) -> tuple[str, bytes]:
    """Return the kit's version and its wheel's bytes."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    version: str = project["version"]
    if _stated_version(root) != version:
        raise WheelError(f"bidding/kit/__init__.py states another version than pyproject.toml ({version})")
    needed = _requirements(root)
    files = {name: (root / name).read_bytes() for name in _modules(root, needed)}
    files |= {str(p.relative_to(root)): p.read_bytes() for p in (root / KIT).rglob("*") if p.suffix in DATA}
    info = f"{NAME.replace('-', '_')}-{version}.dist-info"
    files[f"{info}/METADATA"] = _metadata(project, needed)
    files[f"{info}/WHEEL"] = _lines(
        "Wheel-Version: 1.0", "Generator: yangguang", "Root-Is-Purelib: true", "Tag: py3-none-any"
    )
    files[f"{info}/entry_points.txt"] = _lines("[console_scripts]", f"{PROGRAM} = {ENTRY}")
    if (root / "LICENSE").exists():
        files[f"{info}/licenses/LICENSE"] = (root / "LICENSE").read_bytes()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return version, _zip(files)


def _modules(root: Path, needed: list[str]) -> list[str]:
    """Return the files of all modules that the kit's modules lead to, with their packages."""
    todo = [str(path.relative_to(root)) for path in sorted((root / KIT).rglob("*.py"))]
    allowed = {FOUND_AT.get(one, one) for one in map(_distribution, needed)}
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        todo += [str(p / "__init__.py") for p in Path(name).parents if p != Path()]
        for module in _imports(root / name):
            own = _file(root, module)
            if own is not None:
                todo.append(own)
            elif _is_ours(root, module):
                continue
            elif module.partition(".")[0] not in allowed | sys.stdlib_module_names:
                raise WheelError(f"{name} imports {module}, which requirements/kit.in does not name")
    return sorted(found)


def _imports(path: Path) -> Iterator[str]:
    """Yield every module that a file may import: `from a import b` may mean the module a.b."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _file(root: Path, module: str) -> str | None:
    """Return the file of a module of ours, None for a stranger's or for a name inside a module."""
    base = module.replace(".", "/")
    return next((name for name in (f"{base}.py", f"{base}/__init__.py") if (root / name).is_file()), None)


def _is_ours(root: Path, module: str) -> bool:
    return (root / module.partition(".")[0] / "__init__.py").is_file()


def _requirements(root: Path) -> list[str]:
    lines = (root / "requirements" / "kit.in").read_text().splitlines()
    return sorted(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _distribution(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _stated_version(root: Path) -> str:
    found = re.search(r'^VERSION = "([^"]+)"$', (root / KIT / "__init__.py").read_text(), re.MULTILINE)
    return found.group(1) if found else ""


def _metadata(project: dict[str, str], needed: list[str]) -> bytes:
    return _lines(
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {project['version']}",
        "Summary: The offline tool of bidders and custodians of Yangguang 阳光招标",
        f"License-Expression: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {one}" for one in needed),
    )


def _record(files: dict[str, bytes], own: str) -> bytes:
    rows = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode("ascii")
        rows.append(f"{name},sha256={digest},{len(files[name])}")
    return _lines(*rows, f"{own},,")


def _zip(files: dict[str, bytes]) -> bytes:
    """Pack stored, sorted entries of one date and one mode; the wheel's own folder comes last, as the format asks."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=lambda one: (".dist-info/" in one, one)):
            entry = zipfile.ZipInfo(name, FIRST_OF_1980)
            entry.external_attr, entry.create_system = PLAIN_FILE, UNIX
            archive.writestr(entry, files[name])
    return held.getvalue()


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def main(arguments: list[str] | None = None) -> int:
    """Build the wheel and print what it is."""
    parser = argparse.ArgumentParser(prog="python -m deploy.wheel", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the wheel and of kit.json")
    try:
        facts = build(parser.parse_args(arguments).out)
    except WheelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
