"""The independent verifier on a lot's own dossiers, in a process of its own, with the trust folder of the store."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from accounts import authority, queries as accounts
from accounts.domain import certificates
from kernel import clock, evidence
from monitoring.actions import dossiers
from monitoring.dossier import writing

ROOT = Path(__file__).resolve().parents[2]
VERIFY = ROOT / "verifier" / "verify.py"


def trust_folder(folder):
    """What every bidder had from the start."""
    folder.mkdir(exist_ok=True)
    (folder / "roots.pem").write_text(accounts.roots_pem())
    fingerprint = certificates.fingerprint(authority.platform_certificate())
    (folder / "platform.txt").write_text(f"{fingerprint}\n")
    (folder / "policy.txt").write_text(evidence.policy_text())
    return folder


def export(it, folder, edition="public", *, ticks=1):
    """Log and witness what waits, then write an edition; returns its path."""
    for _ in range(ticks):
        it.watch.tick()
    folder.mkdir(exist_ok=True)
    path = folder / f"{edition}.zip"
    dossiers.write_to(path, writing.lay_out(dossiers.read(it.lot)), edition, now=clock.now())
    return path


def verify(path, trust=None, *receipts):
    """The exit code and the report of the verifier."""
    command = [sys.executable, str(VERIFY), "dossier", str(path)]
    command += ["--trust", str(trust)] if trust else []
    command += [word for receipt in receipts for word in ("--receipt", str(receipt))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def holds(it, folder, edition="public"):
    """Export an edition and demand that everything in it holds; returns the status of each stage."""
    path = export(it, folder, edition)
    code, report = verify(path, trust_folder(folder / "trust"))
    assert (code, report["result"], report["broken"]) == (0, "holds", []), report["broken"]
    return {name: stage["status"] for name, stage in report["stages"].items()}


def files(path):
    """Name below `data/` -> bytes."""
    with zipfile.ZipFile(path) as bag:
        return {name.partition("/data/")[2]: bag.read(name) for name in bag.namelist() if "/data/" in name}


def everything(path):
    """All bytes of all files of a zip, one after the other."""
    with zipfile.ZipFile(path) as bag:
        return b"\n".join(bag.read(name) for name in bag.namelist())
