"""Prepare a checkout: Python environment, front end, translations, database. Make runs it; it needs no package.

Every step keeps a hash of what it was made from below `.venv/.stamps` and is skipped while nothing changed.
Everything it says goes to stderr. The file avoids syntax that a Python older than 3.11 cannot read,
so that such a Python can still say what is missing.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps"
DIST = ROOT / "portal" / "static" / "portal" / "dist"
LEAST_PYTHON = (3, 11)
LEAST_NODE = 20
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
TAIL = 25

HINTS = (
    (
        ("hash mismatch", "do not match the hashes", "EINTEGRITY"),
        "A package differs from the one that was locked. Use another mirror; do not go on with this one.",
    ),
    (("No space left", "ENOSPC"), "The disk is full: free some space and run the command again."),
    (
        (
            "error sending request", "dns error", "name resolution", "getaddrinfo", "ENOTFOUND", "ECONNREFUSED",
            "ETIMEDOUT", "Max retries", "Connection refused", "ConnectTimeout", "timed out", "No matching distribution",
            "certificate", "ECONNRESET",
        ),
        (
            "The package registry was not reached. Behind a proxy set HTTPS_PROXY; with a mirror set PIP_INDEX_URL "
            "(Python) and `npm config set registry` (front end). Then run the command again: finished steps are kept."
        ),
    ),
)  # fmt: skip


class SetupError(Exception):
    """A step that failed; the message says which one and what to do."""


def say(text: str, end: str = "\n") -> None:
    """Write to stderr: stdout belongs to the command that the set-up is for."""
    sys.stderr.write(text + end)
    sys.stderr.flush()


def missing_from_machine(
    find_module: Callable[[str], object] = importlib.util.find_spec,
    find_program: Callable[[str], object] = shutil.which,
    executable: str = sys.executable,
    version: tuple[int, ...] = sys.version_info[:2],
) -> list[str]:
    """Return the system packages that this machine lacks, in the names of Debian."""
    missing = []
    if version < LEAST_PYTHON:
        missing += ["python3.11", "python3.11-venv"]
    elif find_module("venv") is None or find_module("ensurepip") is None:
        name = Path(executable).name
        missing.append(f"{name if '.' in name else 'python3'}-venv")
    return missing + [name for name in ("make", "git") if find_program(name) is None]


def install_line(
    missing: list[str],
    find_program: Callable[[str], object] = shutil.which,
    *,
    root: bool = os.geteuid() == 0,
) -> str:
    """Return the one line that installs what is missing."""
    sudo = "" if root else "sudo "
    if find_program("apt-get"):
        return f"{sudo}apt-get install -y {' '.join(missing)}"
    plain = sorted({name.replace("-venv", "") for name in missing})
    for program, words in (
        ("dnf", "install -y"),
        ("zypper", "install -y"),
        ("apk", "add"),
        ("brew", "install"),
    ):
        if find_program(program):
            return f"{'' if program == 'brew' else sudo}{program} {words} {' '.join(plain)}"
    return f"install with this machine's package manager: {', '.join(missing)}"


def use_new_enough_python() -> None:
    """Start again with a Python of 3.11 or newer if this one is older and such a one is on the path."""
    if sys.version_info[:2] >= LEAST_PYTHON:
        return
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606 - replaces this process by a newer Python


def digest(paths: Iterable[Path], *words: str) -> str:
    """Return a hash over the names and bytes of files, and over words."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    total.update("\0".join(words).encode())
    return total.hexdigest()


def below(*parts: str, pattern: str = "*") -> list[Path]:
    """Return the files below a folder of the checkout, none when it does not exist."""
    return [path for path in ROOT.joinpath(*parts).rglob(pattern) if path.is_file()]


def run(step: str, command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a command quietly and return its output; raises SetupError with its last lines when it fails."""
    settings = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(  # noqa: S603 - the commands are this file's own
            command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except FileNotFoundError as error:
        raise SetupError(f"set-up stopped at: {step}\n{error}") from error
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise SetupError(explain(step, command, output))
    return output


def explain(step: str, command: list[str], output: str) -> str:
    """Return what a person needs to mend a failed step: its name, command, last lines and a hint."""
    lines = [f"set-up stopped at: {step}", f"  command: {' '.join(command)}"]
    lines += [f"  | {line}" for line in output.strip().splitlines()[-TAIL:]]
    hint = next((text for words, text in HINTS if any(word.lower() in output.lower() for word in words)), "")
    return "\n".join([*lines, *([hint] if hint else [])])


@contextmanager
def told(step: str) -> Iterator[None]:
    """Print one line for a step that has work to do, with the seconds it took."""
    start = time.monotonic()
    say(f"set-up: {step} …", end="")
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f" {time.monotonic() - start:.1f} s")


def fresh(stamp: Path, inputs: str, outputs: Iterable[Path]) -> bool:
    """Tell whether a step's stamp names these inputs and its outputs are still there."""
    return stamp.is_file() and stamp.read_text() == inputs and all(path.exists() for path in outputs)


def once(step: str, stamp: Path, inputs: str, outputs: Iterable[Path], work: Callable[[], None]) -> None:
    """Do a step unless its stamp says that it was done with the same inputs."""
    if fresh(stamp, inputs, outputs):
        return
    with told(step):
        stamp.unlink(missing_ok=True)
        work()
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(inputs)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of this checkout's set-up, waiting for another one that runs."""
    path = ROOT / "build" / "setup.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("set-up: another one is running in this folder; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def works(python: Path) -> bool:
    """Tell whether an environment's Python runs, is the one that runs this file, and has pip."""
    if not python.exists():
        return False
    asked = [str(python), "-c", "import pip, sys; print(sys.version)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - our own Python
    return done.returncode == 0 and done.stdout.strip() == sys.version.strip()


def make_environment() -> None:
    """Make `.venv` with uv in it; one that is broken, or of another Python, is made anew."""
    locked = ROOT / "requirements" / "uv.txt"
    step = "Python environment"

    def work() -> None:
        if not works(PYTHON):
            run(step, [sys.executable, "-m", "venv", "--clear", str(VENV)])
        pip = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        run(step, [*pip, "-r", str(locked)])

    inputs = digest([locked], sys.version, os.path.realpath(sys.executable))
    once(step, STAMPS / "environment", inputs, [PYTHON, VENV / "bin" / "uv"], work)


def index_of_pip() -> dict[str, str]:
    """Return uv's setting for the mirror that pip is told to use, for uv does not read pip's own settings."""
    if any(os.environ.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return {}
    asked = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    found = (
        os.environ.get("PIP_INDEX_URL")
        or subprocess.run(  # noqa: S603 - pip of our own environment
            asked, capture_output=True, text=True, check=False
        ).stdout.strip()
    )
    return {"UV_DEFAULT_INDEX": found} if found else {}


def install_packages(profile: str, *, with_node: bool) -> None:
    """Install the locked packages of a profile; `dev` holds all of `base` and is never taken away again."""
    stamp = STAMPS / "packages"

    def files(name: str) -> list[Path]:
        return [
            ROOT / "requirements" / f"{part}.txt" for part in (name, "uv", *(["node"] if with_node else []))
        ]

    inputs = {name: f"{name} {digest(files(name))}" for name in ("base", "dev")}
    known = stamp.read_text() if stamp.is_file() else ""
    if known in (inputs[profile], inputs["dev"]):
        return
    chosen = "dev" if known.startswith("dev") else profile
    settings = {"UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1", "UV_LINK_MODE": "copy", **index_of_pip()}

    def work() -> None:
        sync = [
            str(VENV / "bin" / "uv"),
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "--python",
            str(PYTHON),
        ]
        run("Python packages", [*sync, *map(str, files(chosen))], {**settings, **os.environ})

    once(f"Python packages ({chosen})", stamp, inputs[chosen], [], work)


def machine_node() -> Path | None:
    """Return the folder of the machine's node and npm if both are there and node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or Path(node).is_relative_to(VENV):
        return None
    told_version = subprocess.run(  # noqa: S603 - a program of this machine, asked for its version
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = told_version.strip().lstrip("v").split(".")[0]
    return Path(node).parent if major.isdigit() and int(major) >= LEAST_NODE else None


def build_front_end(node_folder: Path) -> None:
    """Install the locked npm packages and bundle the front end."""
    path = {"PATH": f"{node_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    npm = [
        shutil.which("npm", path=path["PATH"]) or "npm",
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    node = shutil.which("node", path=path["PATH"]) or "node"
    once(
        "front-end packages",
        STAMPS / "npm",
        digest(lock),
        [ROOT / "node_modules" / ".package-lock.json"],
        lambda: _discard(run("front-end packages", npm, path)),
    )
    sources = [path for path in below("frontend") if "tests" not in path.relative_to(ROOT).parts]
    once(
        "front-end bundle",
        STAMPS / "bundle",
        digest([*lock, *sources]),
        [DIST / "app.js", DIST / "app.css", ROOT / "build" / "fonts" / "NotoSansSC-Regular.ttf"],
        lambda: _discard(run("front-end bundle", [node, "frontend/build.mjs"], path)),
    )


def compile_translations() -> None:
    """Compile the catalogues, as Django reads only compiled ones."""
    catalogues = below("locale", pattern="*.po")
    if not catalogues:
        return
    command = [str(VENV / "bin" / "pybabel"), "compile", "-D", "django", "-d", "locale"]
    once(
        "translations",
        STAMPS / "translations",
        digest(catalogues),
        [path.with_suffix(".mo") for path in catalogues],
        lambda: _discard(run("translations", command)),
    )


def build_kit() -> None:
    """Build the kit's wheel, which the platform offers with its hash."""
    rooms = ("bidding", "accounts/domain", "kernel")
    sources = [path for room in rooms for path in below(*room.split("/")) if path.suffix in (".py", ".toml")]
    once(
        "the kit",
        STAMPS / "kit",
        digest(
            [
                *sources,
                ROOT / "pyproject.toml",
                ROOT / "requirements" / "kit.in",
                ROOT / "deploy" / "wheel.py",
            ]
        ),
        [ROOT / "portal" / "static" / "portal" / "kit" / "kit.json"],
        lambda: _discard(run("the kit", [str(PYTHON), "-m", "deploy.wheel"])),
    )


def migrate_database() -> None:
    """Bring the embedded database up to date; one that DATABASE_URL names is its operator's to migrate."""
    if not (ROOT / "manage.py").is_file():
        return
    home = Path(os.environ.get("YANGGUANG_HOME") or ROOT / "var")
    away = ("DATABASE_URL", "REDIS_URL", "YANGGUANG_PROFILE", "YANGGUANG_CLOCK")
    settings = {name: "" for name in away if name in os.environ}
    if "YANGGUANG_PROFILE" in settings:
        settings["YANGGUANG_PROFILE"] = "development"
    migrations = [path for path in ROOT.glob("*/migrations/*.py") if path.is_file()]
    once(
        "database",
        home / "keys" / ".migrated",
        digest(migrations, (STAMPS / "packages").read_text()),
        [home / "yangguang.sqlite3"],
        lambda: _discard(run("database", [str(PYTHON), "manage.py", "migrate", "--noinput"], settings)),
    )


def _discard(_output: str) -> None:
    """Take a step's output, which matters only when it fails."""


def prepare(profile: str, *, store: bool = True) -> None:
    """Do every step that is not done yet; without `store` the store is left as it is."""
    missing = missing_from_machine()
    if missing:
        raise SetupError(install_line(missing))
    with alone():
        make_environment()
        node = machine_node()
        install_packages(profile, with_node=node is None)
        build_front_end(node or VENV / "bin")
        compile_translations()
        build_kit()
        if store:
            migrate_database()


def main() -> int:
    """Read the profile and prepare the checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=("base", "dev"), default="base", help="dev adds what tests need")
    parser.add_argument("--no-store", action="store_true", help="leave the store as it is")
    use_new_enough_python()
    chosen = parser.parse_args()
    try:
        prepare(chosen.profile, store=not chosen.no_store)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("set-up: stopped; finished steps are kept")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
