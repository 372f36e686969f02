"""Runs one function over parts of the work, in this process or by Dask, and gives the results in order."""

import argparse
import importlib
import importlib.util
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from monitoring.cli.bids import UnusableError

PANDAS, DASK = "pandas", "dask"
LARGE = 3_000_000
"""From so many bids on two processes win back what it costs to start them."""
_ADDRESS = re.compile(r"[a-z]+://\S+|[^\s:/]+:\d+")
Part = TypeVar("Part")
Result = TypeVar("Result")


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the engine."""
    parser.add_argument(
        "--engine",
        metavar="pandas|dask[:ADDRESS]",
        type=_engine,
        help="pandas: this process; dask: two more of this machine, or those of the scheduler at ADDRESS "
        f"(tcp://host:8786); the output is the same. Default: dask from {LARGE:,} bids on, where it is installed",
    )


def chosen(asked: str | None, *, bids: int) -> str:
    """Return the engine that was asked for, else the one for so many bids on this machine."""
    if asked:
        return asked
    able = (os.cpu_count() or 1) > 1 and importlib.util.find_spec("distributed")
    return DASK if able and bids >= LARGE else PANDAS


def each(engine: str, work: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """Yield the result of every part, in the order of the parts; raises UnusableError where Dask cannot work."""
    name, _, address = engine.partition(":")
    if name == PANDAS:
        yield from map(work, parts)
        return
    try:
        module = importlib.import_module("monitoring.cli.dask_engine")
    except ImportError as error:
        raise UnusableError(
            "Dask is not installed here: run make setup, or choose --engine pandas, which gives the same output"
        ) from error
    yield from module.each(address, work, parts)


def _engine(text: str) -> str:
    name, colon, address = text.partition(":")
    if (
        name not in (PANDAS, DASK)
        or (name == PANDAS and colon)
        or (colon and not _ADDRESS.fullmatch(address))
    ):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an engine: say pandas, dask, or dask:ADDRESS such as dask:tcp://127.0.0.1:8786"
        )
    return text
