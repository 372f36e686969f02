"""Reads the settings of the command `flags`: Cardinal's INI file, its sections and keys, with a line for each fault."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from monitoring.cli.bids import UnusableError
from monitoring.domain.cardinal.analysis import INDICATORS
from monitoring.domain.cardinal.market import Scope

Parser = Callable[[str], Any]
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FlagSettings:
    """What a file sets: whom a run looks at, and the options of each indicator that a section switches on."""

    scope: Scope = field(default_factory=Scope)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class _Line(NamedTuple):
    number: int
    section: str
    key: str
    value: str


def names(text: str) -> frozenset[str]:
    """Return the names of a list with strokes between them, as they stand; a stroke at the end ends the last name."""
    parts = text.split("|")
    return frozenset(parts if parts[-1] else parts[:-1])


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("a whole number")
    return int(text)


def _natural(text: str) -> int:
    if not _WHOLE.fullmatch(text) or int(text) < 0:
        raise ValueError("a whole number of at least 0")
    return int(text)


def _percent(text: str) -> int:
    if not _WHOLE.fullmatch(text) or not 0 <= int(text) <= 100:
        raise ValueError("a whole number from 0 to 100")
    return int(text)


def _decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError("a decimal number")
    return float(text)


TOP = ""
"""The part before the first section."""
DETAILS = "R003.procurement_method_details"
ANY_KEY: Mapping[str, Parser] = {}
"""Stands for sections whose keys are names of the user's data."""
SECTIONS: dict[str, Mapping[str, Parser]] = {
    TOP: {
        "currency": str,
        "no_price_comparison_procurement_methods": names,
        "price_comparison_procurement_methods": names,
    },
    "exclusions": {"procurement_method_details": names},
    "R003": {"threshold": _whole, "procurement_methods": names},
    DETAILS: ANY_KEY,
    "R018": {"procurement_methods": names},
    "R024": {"threshold": _decimal},
    "R025": {"percentile": _percent, "threshold": _decimal},
    "R028": {},
    "R030": {},
    "R035": {"threshold": _natural},
    "R036": {},
    "R038": {
        "threshold": _decimal, "minimum_submitted_bids": _natural, "minimum_contracting_processes": _natural,
    },
    "R048": {"digits": _natural, "threshold": _natural, "minimum_contracting_processes": _natural},
    "R058": {"threshold": _decimal},
}  # fmt: skip
PREPARATION: dict[str, Mapping[str, Parser]] = {
    "defaults": dict.fromkeys(
        ("currency", "item_classification_scheme", "bid_status", "award_status", "party_roles"), str
    ),
    "redactions": dict.fromkeys(("amount", "organization_id"), str),
    "corrections": {"award_status_by_contract_status": str},
    "modifications": dict.fromkeys(
        (
            "move_auctions",
            "prefix_buyer_or_procuring_entity_id",
            "prefix_tenderer_or_supplier_id",
            "split_procurement_method_details",
        ),
        str,
    ),
    "codelists.bid_status": ANY_KEY,
    "codelists.award_status": ANY_KEY,
}
"""Sections of Cardinal's command that cleans data; they may stand in the file and do nothing here."""
_FREE = frozenset([DETAILS, "codelists.bid_status", "codelists.award_status"])


def read(path: Path) -> FlagSettings:
    """Return what a settings file sets; raises UnusableError for an unknown section or key and an unusable value."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableError(f"cannot read the settings {path}: {error}") from error
    values: dict[str, dict[str, Any]] = {}
    for line in _lines(path, text, values):
        place = f"{path}, line {line.number}"
        if line.key in values[line.section]:
            raise UnusableError(f"{place}: {line.key} stands twice in {_called(line.section)}")
        values[line.section][line.key] = _value(place, line)
    return _settings(values)


def _lines(path: Path, text: str, values: dict[str, dict[str, Any]]) -> list[_Line]:
    """Return the lines that set a key; puts every section that stands in the file into `values`."""
    found: list[_Line] = []
    section = TOP
    values[TOP] = {}
    for number, raw in enumerate(text.split("\n"), 1):
        line, place = raw.strip(), f"{path}, line {number}"
        if not line or line[0] in ";#":
            continue
        if line[0] == "[" and line[-1] == "]":
            section = line[1:-1].strip()
            if section == TOP or (section not in SECTIONS and section not in PREPARATION):
                raise UnusableError(f"{place}: no section is called [{section}]; there are {_sections()}")
            if section in values:
                raise UnusableError(f"{place}: [{section}] stands twice; put its keys under one")
            values[section] = {}
            continue
        sign = re.search("[=:]", line)
        if sign is None or not line[: sign.start()].strip():
            raise UnusableError(f"{place}: '{line}' is neither '[section]' nor 'key = value'")
        key, value = line[: sign.start()].strip(), line[sign.end() :].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found.append(_Line(number, section, key, value))
    return found


def _value(place: str, line: _Line) -> Any:
    known = (SECTIONS | PREPARATION)[line.section]
    parser = known.get(line.key)
    if line.section in _FREE:
        parser = _whole if line.section == DETAILS else str
    if parser is None:
        listed = f"; its keys are {', '.join(known)}" if known else ", which has no keys"
        raise UnusableError(f"{place}: {_called(line.section)} has no key '{line.key}'{listed}")
    try:
        return parser(line.value)
    except ValueError as error:
        raise UnusableError(
            f"{place}: {line.key} = '{line.value}' is not {error}; a comment takes a line of its own"
        ) from error


def _settings(values: dict[str, dict[str, Any]]) -> FlagSettings:
    top = values[TOP]
    options = {code: values[code] for code in INDICATORS if code in values}
    if DETAILS in values:
        options["R003"] = values.get("R003", {}) | {"procurement_method_details": values[DETAILS]}
    compared = top.get("price_comparison_procurement_methods")
    not_compared = top.get("no_price_comparison_procurement_methods")
    both = "no_price_comparison_procurement_methods does nothing beside price_comparison_procurement_methods"
    return FlagSettings(
        scope=Scope(
            currency=top.get("currency"),
            compared=compared or frozenset(),
            not_compared=not_compared or frozenset(),
            excluded=values.get("exclusions", {}).get("procurement_method_details", frozenset()),
        ),
        options=options,
        warnings=(both,) if compared and not_compared else (),
    )


def _called(section: str) -> str:
    return f"[{section}]" if section else "the part before the first section"


def _sections() -> str:
    return ", ".join(f"[{name}]" for name in (*SECTIONS, *PREPARATION) if name)
