"""Finds a command by name and imports its module only then, so that help and light commands start at once."""

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "screens": (
        "monitoring.cli.screens",
        "one row a tender: number of bids, the ten screens, price ratios, summary screens",
    ),
    "metadata": ("monitoring.cli.metadata", "who made docx, xlsx and pdf files, and with what program"),
    "regular": (
        "monitoring.cli.regular",
        "prices in progressions or equally far apart, with the chance of each",
    ),
    "compare": (
        "monitoring.cli.compare",
        "what opened bid documents share (40-(1) to 40-(5)), with the exemptions",
    ),
    "flags": ("monitoring.cli.flags", "eleven red flags of OCDS releases, as OCDS Cardinal computes them"),
    "pairs": (
        "monitoring.cli.pairs",
        "each two firms that meet often: how suspicious, by what chance, and why",
    ),
    "firms": ("monitoring.cli.firms", "each firm: wins, how alone its prices stand, how suspicious and why"),
    "fit": (
        "monitoring.cli.fit",
        "a model of one market from its confirmed cases, with its figures out of fold",
    ),
    "score": (
        "monitoring.cli.score",
        "how much each tender looks like a ring's, and how often chance does the same",
    ),
    "groups": ("monitoring.cli.groups", "suspected rings: members, tenders, rotation, territory, evidence"),
    "evaluate": ("monitoring.cli.evaluate", "how well scores order labelled tenders, beside trivial orders"),
    "simulate": (
        "monitoring.cli.simulate",
        "a labelled market from a seed: known cartels among honest tenders",
    ),
}
"""Name -> module with `run(arguments) -> exit code`, and what it does."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 2 unusable input or arguments."""
    listing = "\n".join(f"  {name:<10} {summary}" for name, (_, summary) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli",
        description="Looks for signs of collusion in files of bids; a sign is a reason to look, never a verdict.",
        epilog=f"commands:\n{listing}\n\n'COMMAND --help' tells what each one reads and writes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help=", ".join(COMMANDS))
    chosen = parser.parse_args(arguments[:1]).command
    module = importlib.import_module(COMMANDS[chosen][0])
    code: int = module.run(arguments[1:])
    return code


if __name__ == "__main__":
    gc.disable()  # a command ends soon and its rows form no circles; collecting took a quarter of its time
    sys.exit(main(sys.argv[1:]))
