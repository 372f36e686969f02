"""Rules as TOML: read strictly from the rulebook's files, written back in one canonical form that is hashed."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from tender.domain import wording
from tender.domain.rules import (
    PERIODS,
    Bilingual,
    Breach,
    Compare,
    Confidence,
    Parameter,
    Rule,
    RulebookError,
    Unit,
    Value,
)

S = TypeVar("S", bound=StrEnum)

_ID = re.compile(r"[A-Z]{1,2}-\d\d[a-z]?\Z", re.ASCII)
_NAME = re.compile(r"[a-z][a-z_]*\Z", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)
_SHARE = re.compile(r"\d+/[1-9]\d*\Z", re.ASCII)
_COUNTS = PERIODS | {Unit.YEARS, Unit.COUNT, Unit.PLACES}
_DECIMALS = frozenset({Unit.RATE, Unit.YUAN, Unit.MARKS})
_FIELDS = frozenset(
    {
        *("id", "keys", "title", "text", "value", "unit", "parameters", "compare", "anchor", "act", "scope"),
        *("breach", "source", "legal_basis", "confidence", "overrides", "region", "valid_from", "valid_to"),
    }
)
_CELL = frozenset({"value", "unit", "source", "confidence"})


def read_rule(table: Mapping[str, Any], *, region: str, where: str) -> Rule:
    """Read one `[[rule]]` table; raises RulebookError that names file and rule for anything unclear.

    `region` is the overlay's region, "" for the nation; `where` names the file in messages.
    """
    reader = _Reader(table, f"{where}, rule {table.get('id', '?')!r}")
    unknown = sorted(set(table) - _FIELDS)
    if unknown:
        raise reader.error(f"unknown field {', '.join(unknown)}")
    rule = Rule(
        id=reader.text("id"),
        keys=reader.codes(table.get("keys"), "keys"),
        title=reader.words("title"),
        text=reader.words("text"),
        parameters=reader.parameters(),
        compare=reader.choice("compare", Compare, Compare.NOTHING),
        anchor=reader.text("anchor", ""),
        act=reader.text("act", ""),
        scope=reader.text("scope", ""),
        breach=reader.choice("breach", Breach),
        source=reader.text("source"),
        legal_basis=reader.text("legal_basis", ""),
        confidence=reader.choice("confidence", Confidence),
        overrides=reader.text("overrides", ""),
        region=reader.text("region", region),
        valid_from=reader.day("valid_from"),
        valid_to=reader.day("valid_to") if "valid_to" in table else None,
    )
    _check(rule, reader.error)
    return rule


def _check(rule: Rule, error: Callable[[str], RulebookError]) -> None:
    moments = {rule.anchor, rule.act} - {""}
    timed = "" in rule.parameters and rule.parameters[""].unit in PERIODS and rule.breach is not Breach.ADVISE
    checks = (
        (_ID.match(rule.id), "an id is written like T-03"),
        (rule.keys and all(_NAME.match(key) for key in rule.keys), "keys are lower-case names"),
        (moments <= set(wording.MOMENTS), f"anchor and act are among {', '.join(wording.MOMENTS)}"),
        (not timed or (rule.compare and rule.anchor and rule.act), "a period needs compare, anchor and act"),
        (rule.scope in ("", "mandatory"), 'scope is "" or "mandatory"'),
        (
            bool(rule.legal_basis) == (rule.breach is not Breach.ADVISE),
            "a rule advises if and only if it has no legal basis",
        ),
        (rule.valid_to is None or rule.valid_from < rule.valid_to, "valid_to must be later than valid_from"),
        (not rule.overrides or rule.region, "only a regional rule overrides another"),
    )
    for holds, message in checks:
        if not holds:
            raise error(message)


@dataclass(frozen=True, slots=True)
class _Reader:
    table: Mapping[str, Any]
    where: str

    def error(self, message: str) -> RulebookError:
        return RulebookError(f"{self.where}: {message}")

    def text(self, name: str, default: str | None = None) -> str:
        value = self.table.get(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.error(f"{name} must be text")
        return value

    def words(self, name: str) -> Bilingual:
        value = self.table.get(name)
        if not isinstance(value, dict) or set(value) != {"en", "zh"} or not all(value.values()):
            raise self.error(f'{name} must be {{ en = "…", zh = "…" }}')
        return Bilingual(en=str(value["en"]), zh=str(value["zh"]))

    def choice(self, name: str, kind: type[S], default: S | None = None) -> S:
        value = self.table.get(name, default)
        if value not in list(kind):
            raise self.error(f"{name} must be one of {', '.join(kind)}")
        return kind(value)

    def day(self, name: str) -> date:
        value = self.table.get(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(f"{name} must be a date like 2026-03-02")
        return value

    def parameters(self) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        if "value" in self.table or "unit" in self.table:
            only = {name: self.table[name] for name in ("value", "unit") if name in self.table}
            found[""] = self.parameter("value", only)
        named = self.table.get("parameters", {})
        if not isinstance(named, dict) or not all(_NAME.match(name) for name in named):
            raise self.error("parameters is a table of lower-case names")
        return found | {name: self.parameter(name, cell) for name, cell in named.items()}

    def parameter(self, name: str, cell: Any) -> Parameter:
        if not isinstance(cell, dict) or not {"value", "unit"} <= set(cell) <= _CELL:
            raise self.error(f"{name} needs value and unit, and at most source and confidence")
        if cell["unit"] not in list(Unit):
            raise self.error(f"unit of {name} must be one of {', '.join(Unit)}")
        unit = Unit(cell["unit"])
        confidence = cell.get("confidence")
        if confidence is not None and confidence not in list(Confidence):
            raise self.error(f"confidence of {name} must be one of {', '.join(Confidence)}")
        return Parameter(
            value=self.value(name, cell["value"], unit),
            unit=unit,
            source=str(cell.get("source", "")),
            confidence=Confidence(confidence) if confidence is not None else None,
        )

    def value(self, name: str, value: Any, unit: Unit) -> Value:
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        text = value if isinstance(value, str) else ""
        if unit is Unit.CODES:
            return self.codes(value, name)
        found: Value | None = None
        if unit in _COUNTS and whole:
            found = int(value)
        elif unit in _DECIMALS and _NUMBER.match(text):
            found = Decimal(text)
        elif unit is Unit.FRACTION and _SHARE.match(text):
            found = Fraction(text)
        elif unit is Unit.FLAG and isinstance(value, bool):
            found = value
        elif unit is Unit.CODE and text:
            found = text
        if found is None:
            raise self.error(f"{name} = {value!r} does not fit the unit {unit}; decimals are written as text")
        return found

    def codes(self, value: Any, name: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(code, str) and code for code in value):
            raise self.error(f"{name} must be a list of texts")
        if len(set(value)) != len(value):
            raise self.error(f"{name} holds a text twice")
        return tuple(value)


def write_rule(rule: Rule) -> str:
    """Write a rule in the canonical form: fixed order, empty fields left out, parameters by name, LF ends."""
    lines = [
        "[[rule]]",
        _line("id", rule.id),
        _line("keys", rule.keys),
        f"title = {_bilingual(rule.title)}",
        f"text = {_bilingual(rule.text)}",
    ]
    main = rule.parameters.get("")
    if main is not None:
        lines += [_line("value", main.value), _line("unit", main.unit.value)]
    texts = ("compare", "anchor", "act", "scope", "breach", "source", "legal_basis", "confidence")
    lines += [_line(name, str(getattr(rule, name))) for name in texts if getattr(rule, name)]
    lines += [_line(name, getattr(rule, name)) for name in ("overrides", "region") if getattr(rule, name)]
    lines.append(_line("valid_from", rule.valid_from))
    if rule.valid_to is not None:
        lines.append(_line("valid_to", rule.valid_to))
    named = sorted((name, cell) for name, cell in rule.parameters.items() if name)
    if named:
        lines.append("[rule.parameters]")
        lines += [f"{name} = {_cell(cell)}" for name, cell in named]
    return "\n".join(lines) + "\n"


def write_value(value: Value | date) -> str:
    """Write one TOML value in its one canonical form; raises RulebookError for text with control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(write_value(code) for code in value)}]"
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if not text.isprintable():
        raise RulebookError(f"text with control characters has no canonical form: {text!r}")
    return json.dumps(text, ensure_ascii=False)


def _line(name: str, value: Value | date) -> str:
    return f"{name} = {write_value(value)}"


def _bilingual(words: Bilingual) -> str:
    return f"{{ en = {write_value(words.en)}, zh = {write_value(words.zh)} }}"


def _cell(cell: Parameter) -> str:
    parts = [_line("value", cell.value), _line("unit", cell.unit.value)]
    if cell.source:
        parts.append(_line("source", cell.source))
    if cell.confidence is not None:
        parts.append(_line("confidence", cell.confidence.value))
    return f"{{ {', '.join(parts)} }}"
