"""`make bench`: run every benchmark, or those that are named; each prints its figures as JSON lines."""

import os
import subprocess
import sys

BENCHMARKS = {
    "hall": "one event to 500 and 2,000 clients of a hall, beside a bare broadcast",
    "surge": "200 bids whose last bytes come at once",
    "collusion": "tenders of three real markets ordered out of fold and by the shipped model",
    "alarms": "honest made markets flagged by p-value and by a rule of thumb; power by scheme",
    "pairs": "members of known cartels ranked by their bids, beside trivial counts",
    "screens": "screens of five million bids, beside groupby-apply and on two processes; flags of releases",
    "seal": "sealing and opening 1 GiB, beside the age command line",
}


def main(names):
    """Run in the order of the table, the long one last; return 1 when any failed, 2 for an unknown name."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        told = "\n".join(f"  {name}: {text}" for name, text in BENCHMARKS.items())
        sys.stderr.write(f"no such benchmark: {', '.join(sorted(unknown))}; there are:\n{told}\n")
        return 2
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        sys.stderr.write(
            "DATABASE_URL and REDIS_URL are not both set: what is missing is measured embedded, and each line says so\n"
        )
    failed = [
        name
        for name in BENCHMARKS
        if (not names or name in names)
        and subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
    ]
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
