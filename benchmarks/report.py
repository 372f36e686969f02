"""Prints one figure as a JSON line with what it was measured on."""

import json
import os
import platform
import subprocess
import sys


def engine():
    """Return the database that this run measures on."""
    return "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"


def emit(name, *, measured_on=None, **fields):
    """Print a figure; floats are shortened to four significant digits.

    `measured_on` replaces database and Redis where neither takes part.
    """
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    short = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in fields.items()}
    line = {
        "figure": name,
        **short,
        "engine": measured_on or engine(),
        "redis": measured_on is None and bool(os.environ.get("REDIS_URL")),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "commit": commit,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
