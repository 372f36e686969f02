"""The command `flags`: the red flags of OCDS Cardinal over compiled releases, one a line, as one JSON document."""

import argparse
import json
import math
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from monitoring.cli import flag_settings
from monitoring.cli.bids import UnusableError
from monitoring.cli.files import open_bytes, replacing
from monitoring.cli.flag_settings import FlagSettings
from monitoring.domain.cardinal.analysis import INDICATORS, Analysis, Seen

PATIENCE = 1000
"""So many lines without a single release are no file of releases."""
_LONG = 300
"""A whole number of fewer digits fits a double."""
_FORM = "a file of one OCDS compiled release a line is needed, release packages divided"


def run(arguments: Sequence[str]) -> int:
    """Read releases, write their flags, say on stderr what became of the lines; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = flag_settings.read(options.settings) if options.settings else None
        chosen = _chosen(settings, options.only)
        for warning in settings.warnings if settings else ():
            print(f"{parser.prog}: {warning}", file=sys.stderr)  # noqa: T201 - a command speaks
        analysis = Analysis(chosen, (settings or FlagSettings()).scope, maps=options.map)
        bad = _read(options.releases, analysis)
        document = analysis.conclude(meta=not options.no_meta)
        with replacing(options.out) as stream:
            stream.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
    except UnusableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    print(_summary(analysis, bad), file=sys.stderr)  # noqa: T201 - as above
    return 0


def _parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {code}  {entry.title}" for code, entry in INDICATORS.items())
    parser = argparse.ArgumentParser(
        prog="python -m monitoring.cli flags",
        description="Computes the red flags of OCDS Cardinal; docs/flags.md tells what each one means.",
        epilog=f"indicators:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "releases", metavar="OCDS.jsonl", type=Path, help="one compiled release a line, plain or gz"
    )
    parser.add_argument(
        "--out", metavar="F.json", type=Path, required=True, help="where the flags are written"
    )
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        help="Cardinal's settings (INI); its sections then say which indicators run",
    )
    parser.add_argument(
        "--only", metavar="R024,…", action="append", default=[], help="run these indicators and no others"
    )
    parser.add_argument("--no-meta", action="store_true", help="leave out the quartiles and fences")
    parser.add_argument("--map", action="store_true", help="add the organisations of processes")
    return parser


def _chosen(settings: FlagSettings | None, only: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return the options of each indicator that runs: those named, else the settings' sections, else all."""
    given: Mapping[str, Mapping[str, Any]] = settings.options if settings else {}
    codes = [code.strip() for text in only for code in text.split(",")]
    unknown = [code for code in codes if code not in INDICATORS]
    if unknown:
        raise UnusableError(
            f"--only: no indicator is called '{unknown[0]}'; there are {', '.join(INDICATORS)}"
        )
    if settings and not codes and not given:
        raise UnusableError(
            "the settings switch no indicator on; begin a section such as [R024], or give --only"
        )
    return {code: given.get(code, {}) for code in codes or given or INDICATORS}


def _read(path: Path, analysis: Analysis) -> int:
    """Show every line to the analysis and return how many were no JSON; bad lines are told once one was good."""
    bad = 0
    untold: list[str] | None = []
    for number, line in _lines(path):
        try:
            seen = analysis.see(_decoded(line))
            fault = "it has no ocid" if seen is Seen.NO_OCID else ""
        except (ValueError, RecursionError) as error:
            bad += 1
            fault = f"not JSON ({error})"
        if fault:
            fault = f"line {number} left out: {fault}"
        if untold is None:
            if fault:
                tqdm.write(fault, file=sys.stderr)
        elif fault:
            untold.append(fault)
            if len(untold) >= PATIENCE:
                raise UnusableError(
                    f"{path} has no release in its first {PATIENCE} lines: {untold[0]}; {_FORM}"
                )
        else:
            for each in untold:
                tqdm.write(each, file=sys.stderr)
            untold = None
    if untold is not None:
        raise UnusableError(f"{path} holds no release{f': {untold[0]}' if untold else ''}; {_FORM}")
    return bad


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number and bytes of each line that is not blank; shows the progress by the bytes of the file."""
    try:
        unpacked, raw = open_bytes(path)
        with raw, unpacked, tqdm(desc="reading", unit="B", unit_scale=True, file=sys.stderr) as bar:
            bar.total = path.stat().st_size
            for number, line in enumerate(unpacked, 1):
                if line.strip():
                    yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                bar.update(raw.tell() - bar.n)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableError(f"cannot read {path}: {error}") from error


def _decoded(line: bytes) -> object:
    """Return the JSON of a line; raises ValueError where it is none by RFC 8259 or holds half a character."""
    found = _DECODER.decode(line.decode())
    if b"\\ud" in line or b"\\uD" in line:
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _real(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"a number too large: {text:.20}")
    return number


def _whole(text: str) -> int | float:
    return int(text) if len(text) < _LONG else _real(text)


def _none(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(parse_float=_real, parse_int=_whole, parse_constant=_none)


def _summary(analysis: Analysis, bad: int) -> str:
    seen, market = analysis.seen, analysis.market
    raised = ", ".join(f"{group} {number}" for group, number in analysis.findings.counts().items()) or "none"
    left_out = (
        f"{bad} not JSON, {seen[Seen.NO_OCID]} without ocid, "
        f"{seen[Seen.CANCELLED]} cancelled, {seen[Seen.EXCLUDED]} excluded"
    )
    notes = [f"{seen[Seen.COUNTED]} processes seen; left out: {left_out}", f"flagged: {raised}"]
    if market.foreign:
        notes.append(
            f"left out: bids in another currency than {market.currency}, in processes: {market.foreign}"
        )
    if market.undivided:
        notes.append(f"left out of R024 and R058: winning bids of zero, in processes: {market.undivided}")
    if analysis.repeated:
        notes.append(
            f"lines that repeat an ocid count as further processes: {analysis.repeated}; compile first"
        )
    return "\n".join(notes)
