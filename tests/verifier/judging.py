"""The verifier as tests run it: in this process for thousands of cases, in one of its own as a stranger would."""

import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

VERIFY = Path(__file__).resolve().parents[2] / "verifier" / "verify.py"


def load() -> ModuleType:
    """Return verify.py as a module: it lies in no package."""
    spec = importlib.util.spec_from_file_location("verify", VERIFY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load()


def trusting(trust: dict[str, bytes] | Any) -> Any:
    """Return what a stranger trusts, from the files of a trust folder."""
    return verify.Trust(trust["roots.pem"], trust["policy.txt"], trust["platform.txt"])


def judge(packed: bytes, trust: Any) -> dict[str, Any]:
    """Return the verifier's report of a zip."""
    found: dict[str, Any] = verify.Dossier(io.BytesIO(packed), trusting(trust) if trust else None).judge()
    return found


def run(*words: object) -> tuple[int, dict[str, Any]]:
    """Run the program; returns its exit code and its report."""
    done = process(*words)
    return done.returncode, json.loads(done.stdout)


def process(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, str(VERIFY), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def said(report: dict[str, Any]) -> str:
    """Return all that a report says of what is broken."""
    return "\n".join(f"{one['stage']}: {one['why']}" for one in report["broken"])
