"""How fast `screens` is on millions of bids, beside pandas groupby-apply, on one process and on two; and `flags`.

Prints JSON lines: CPU seconds (user and system, children included), peak memory of the largest process, wall seconds
where two engines are compared. The market is made from a seed: 2 to 18 bids a tender, ten on average, independent
log-normal prices of spread 20 %, rows in random order.

    python -m benchmarks.screens [--tenders 500000] [--seed 5]
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.report import emit
from monitoring.cli import screening
from monitoring.cli.bids import Bids, Counts
from monitoring.domain import frame, summary_frame

BIDS = 10
SAMPLE = 5_000
RELEASES = 10_000
SHARES = (0.1, 0.2, 0.5, 1)
ROOT = Path(__file__).resolve().parents[1]
COMMAND = ("-m", "monitoring.cli", "screens")
READ, PLAIN, WHOLE, BOTH = "reading the CSV alone", "screens --no-summary", "screens", "screens --engine dask"
ENGINES = {
    READ: [
        "-c",
        "import pathlib, sys; from monitoring.cli import source; source.collect(pathlib.Path(sys.argv[1]), {})",
    ],
    PLAIN: ["--no-summary", "--engine", "pandas"],
    WHOLE: ["--engine", "pandas"],
    BOTH: ["--engine", "dask"],
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenders", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--array", choices=ARRAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.array:
        ARRAYS[options.array](*market(options.tenders, options.seed), options.tenders)
        return 0
    measured = {"seed": options.seed, "measured_on": "numpy, one process"}
    ten(options.tenders, measured)
    with tempfile.TemporaryDirectory() as folder:
        commands(Path(folder), options.tenders, options.seed)
        flags(Path(folder), options.seed)
    return 0


def market(tenders, seed):
    """Return tender and amount of `tenders` x 10 bids in random order."""
    rng = np.random.default_rng(seed)
    n = rng.integers(2, 19, tenders)
    over = int(n.sum()) - BIDS * tenders
    movable = np.flatnonzero(n > 2 if over > 0 else n < 18)[: abs(over)]
    n[movable] -= np.sign(over)
    tender = rng.permutation(np.repeat(np.arange(tenders), n))
    return tender, np.round(rng.lognormal(14, 0.2, len(tender)), 2)


def ten(tenders, measured):
    """Compare the ten screens with groupby-apply, and their time at four sizes."""
    seconds = {}
    for share in SHARES:
        size = int(tenders * share)
        runs = [child("--array", "ten", "--tenders", size, "--seed", measured["seed"]) for _ in range(5)]
        best = min(runs, key=lambda run: run["inner"])
        seconds[size] = best["inner"]
        emit(
            "ten screens",
            tenders=size,
            bids=size * BIDS,
            cpu_s=best["inner"],
            peak_mib=best["peak"],
            **measured,
        )
    linear("ten screens, linear", seconds, measured)
    plain = grouped(measured["seed"]) * tenders / SAMPLE
    emit(
        "ten screens beside groupby-apply", bids=tenders * BIDS, cpu_s=seconds[tenders], groupby_cpu_s=plain,
        groupby_scaled_from_tenders=SAMPLE, ratio=seconds[tenders] / plain, wanted=0.1, **measured,
    )  # fmt: skip
    run = child("--array", "summary", "--tenders", tenders, "--seed", measured["seed"])
    emit(
        "summary screens",
        tenders=tenders,
        bids=tenders * BIDS,
        cpu_s=run["inner"],
        peak_mib=run["peak"],
        **measured,
    )


def time_ten(tender, amount, tenders):
    start = time.process_time()
    frame.screens(tender, amount, tenders)
    print(time.process_time() - start)


def time_summary(tender, amount, tenders):
    nothing = np.full(tenders, np.nan)
    bids = Bids([""] * tenders, [], tender, tender, amount, nothing, nothing, Counts())
    start = time.process_time()
    for part in screening.parts(bids, summary=True):
        summary_frame.summaries(part.tender, part.amount, len(part.names))
    print(time.process_time() - start)


ARRAYS = {"ten": time_ten, "summary": time_summary}


def grouped(seed):
    """Return CPU seconds of the ten screens of the sample, as one writes them down for pandas."""
    tender, amount = market(SAMPLE, seed)
    bids = pd.DataFrame({"tender": tender, "amount": amount})
    start = time.process_time()
    bids.groupby("tender")["amount"].apply(of_one)
    return time.process_time() - start


def of_one(amounts):
    b = amounts.sort_values()
    n, low, second, high = len(b), b.iloc[0], b.iloc[1], b.iloc[-1]
    losing, sd = b.iloc[1:], b.std()
    rank = np.arange(1, n + 1)
    return pd.Series(
        {
            "CV": sd / b.mean(),
            "SPD": (high - low) / low,
            "DIFFP": (second - low) / low,
            "RD": (second - low) / losing.std() if n > 2 else np.nan,
            "RDNOR": (second - low) / b.diff().mean() if n > 2 else np.nan,
            "RDALT": (second - low) / losing.diff().mean() if n > 2 else np.nan,
            "KURT": b.kurt(),
            "SKEW": b.skew(),
            "KSTEST": stats.kstest((b - low) / (high - low), "uniform").statistic if n > 2 else np.nan,
            "D": (b / sd - rank / (n + 1)).abs().max() if n > 2 else np.nan,
        }
    )


def commands(folder, tenders, seed):
    """Run the command on CSV files: reading alone, four sizes without summaries, and whole on both engines."""
    path, out = folder / "bids.csv", folder / "out.csv"
    seconds = {}
    for size in (int(tenders * share) for share in SHARES):
        about = {"tenders": size, "bids": write(path, size, seed), "seed": seed}
        about["csv_mib"] = path.stat().st_size / 2**20
        for name, options in ENGINES.items():
            if name != PLAIN and size != tenders:
                continue
            run = child(
                program=[*options, path] if name == READ else [*COMMAND, path, "--out", out, *options]
            )
            more = {}
            if name == PLAIN:
                seconds[size] = run["cpu"]
            if name != READ:
                with out.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                more["out_mib"] = out.stat().st_size / 2**20
            if name == WHOLE:
                here = run | {"digest": digest}
            if name == BOTH:
                more["equal_bytes"], more["speed_up"] = digest == here["digest"], here["wall"] / run["wall"]
            emit(
                name, cpu_s=run["cpu"], wall_s=run["wall"], peak_mib=run["peak"], wanted_mib=4096,
                load=os.getloadavg()[0], **more, **about,
                measured_on="dask, two workers" if name == BOTH else "pandas, one process",
            )  # fmt: skip
    linear(f"{PLAIN}, linear", seconds, {"seed": seed, "measured_on": "pandas, one process"})


def linear(name, seconds, measured):
    """Print by how much the time of a tender at any size differs from that at the largest."""
    largest = max(seconds)
    each = seconds[largest] / largest
    worst = max(abs(value / size / each - 1) for size, value in seconds.items())
    emit(name, largest_deviation=worst, wanted=0.15, tenders=list(seconds), **measured)


def write(path, tenders, seed):
    """Write a market as CSV and return the number of its bids."""
    tender, amount = market(tenders, seed)
    with path.open("w") as stream:
        stream.write("tender,bidder,amount\n")
        for first in range(0, len(tender), 2**17):
            some = slice(first, first + 2**17)
            rows = zip(tender[some].tolist(), range(first, len(tender)), amount[some].tolist(), strict=False)
            stream.writelines(f"T{name:07},b{row % 9973},{price:.2f}\n" for name, row, price in rows)
    return len(tender)


def flags(folder, seed):
    """Run `flags` with all eleven indicators on made releases."""
    path = folder / "releases.jsonl"
    rng = np.random.default_rng(seed)
    with path.open("w") as stream:
        for number in range(RELEASES):
            stream.write(json.dumps(release(rng, number)) + "\n")
    run = child(program=["-m", "monitoring.cli", "flags", path, "--out", folder / "flags.json"])
    emit(
        "flags", releases=RELEASES, bids_each="1 to 9", json_mib=path.stat().st_size / 2**20, cpu_s=run["cpu"],
        peak_mib=run["peak"], seed=seed, measured_on="one process",
    )  # fmt: skip


def release(rng, number):
    """Return a compiled release with what the eleven indicators read."""
    count = int(rng.integers(1, 10))
    firms = [f"F{firm}" for firm in rng.choice(2000, count, replace=False).tolist()]
    prices = np.sort(np.round(rng.lognormal(12, 0.1, count), 2)).tolist()
    buyer = {"id": f"B{int(rng.integers(0, 300))}"}
    return {
        "ocid": f"ocds-{number}",
        "buyer": buyer,
        "tender": {
            "procuringEntity": buyer,
            "procurementMethod": "open",
            "numberOfTenderers": count,
            "tenderPeriod": {
                "startDate": "2026-01-01T00:00:00Z",
                "endDate": f"2026-01-{int(rng.integers(5, 29)):02}T00:00:00Z",
            },
        },
        "bids": {
            "details": [
                {
                    "id": str(place),
                    "status": "disqualified" if place and rng.random() < 0.1 else "valid",
                    "date": "2026-01-04T00:00:00Z",
                    "tenderers": [{"id": firm}],
                    "value": {"amount": price, "currency": "CNY"},
                }
                for place, (firm, price) in enumerate(zip(firms, prices, strict=True))
            ]
        },
        "awards": [
            {
                "id": "1",
                "status": "active",
                "suppliers": [{"id": firms[0]}],
                "items": [{"id": "1", "classification": {"scheme": "CPV", "id": f"{int(rng.integers(10, 60))}000000"}}],
            }
        ],
    }  # fmt: skip


def child(*options, program=("-m", "benchmarks.screens")):
    """Run Python in a process of its own; give what it printed as a number, CPU, wall seconds and peak MiB."""
    reading, writing = os.pipe()
    start = time.monotonic()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, *map(str, (*program, *options))],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, writing, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, (*program, *options)))} failed")
    return {
        "inner": float(said) if said.strip() else 0.0,
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.monotonic() - start,
        "peak": used.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    sys.exit(main())
