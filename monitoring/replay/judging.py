"""The verifier in a process of its own: one file of Python, the trust folder, a dossier and the bidders' receipts."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SECONDS = 1800.0
HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether everything held, and what the verifier said where not."""

    held: bool
    said: str


def verify(dossier: Path, trust: Path, receipts: Sequence[Path]) -> Verdict:
    """Return what the verifier says of a dossier and of the receipts that must lie in it."""
    program = Path(settings.BASE_DIR) / "verifier" / "verify.py"
    command = [sys.executable, str(program), "dossier", str(dossier), "--trust", str(trust)]
    command += [word for receipt in receipts for word in ("--receipt", str(receipt))]
    done = subprocess.run(  # noqa: S603 - our own verifier on files that we wrote
        command, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    try:
        said = json.loads(done.stdout)
        held = done.returncode == 0 and said["result"] == HOLDS
        return Verdict(held, "" if held else "; ".join(map(str, said["broken"])))
    except (ValueError, KeyError, TypeError):
        return Verdict(held=False, said=f"the verifier gave no verdict: {done.stderr.strip()[-500:]}")
