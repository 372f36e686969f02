"""The law as dated data: from the editions on file to the one frozen edition under which a lot is judged."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from kernel.domain import canonical
from tender.domain.rules import Regime, Rule, RulebookError, Value
from tender.domain.toml_form import read_rule, write_rule, write_value

EDITION_DOMAIN = "yangguang/edition/v1"
_EMPTY_LEVEL = "00"
_OWN_LETTERS = {Regime.T: "T", Regime.G: "G"}


class RegimeError(RulebookError):
    """A rule or question of the other law; the message names both regimes."""


class UnknownRuleError(RulebookError, LookupError):
    """No rule of the edition has this id or answers this question."""


@dataclass(frozen=True)
class FrozenEdition:
    """All rules of one regime and region that stood on one day; what a lot is judged by for ever.

    `text` are the canonical bytes (UTF-8 of this TOML) that go into the dossier as `edition.toml`.
    """

    id: str
    regime: Regime
    region: str
    on: date
    rules: tuple[Rule, ...]
    text: str

    @property
    def sha256(self) -> str:
        """The hash of the canonical bytes, which the notice names."""
        return canonical.sha256(self.text.encode())

    @property
    def reference(self) -> dict[str, str]:
        """The edition as a notice names it: id and hash (docs/formats.md section 3)."""
        return {"id": self.id, "sha256": self.sha256}

    def has(self, key: str) -> bool:
        """Tell whether a rule of this edition answers a question."""
        return any(key in rule.keys for rule in self.rules)

    def rule(self, key: str) -> Rule:
        """Return the rule that answers a question; a regional rule goes before the one it overrides.

        Raises UnknownRuleError when there is none.
        """
        found = [rule for rule in self.rules if key in rule.keys]
        overridden = {rule.overrides for rule in found}
        for rule in found:
            if rule.id not in overridden:
                return rule
        raise UnknownRuleError(f"no rule of edition {self.id} answers {key!r}")

    def value(self, key: str, name: str = "") -> Value:
        """Return a number (or codes) of the rule that answers a question."""
        return self.rule(key).parameter(name).value

    def by_id(self, rule_id: str) -> Rule:
        """Return a rule by its id; raises RegimeError for an id of the other law, else UnknownRuleError."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        letter = rule_id.partition("-")[0]
        if letter in _OWN_LETTERS.values() and letter != self.regime:
            raise RegimeError(
                f"{rule_id} is a rule of regime {letter}; edition {self.id} is of {self.regime}"
            )
        raise UnknownRuleError(f"edition {self.id} has no rule {rule_id!r}")

    def require_regime(self, regime: str) -> None:
        """Raise RegimeError unless the edition is of this regime."""
        if regime != self.regime:
            raise RegimeError(f"edition {self.id} is of regime {self.regime}, not of {regime!r}")

    @classmethod
    def parse(cls, text: str) -> "FrozenEdition":
        """Read a frozen edition; raises RulebookError unless the text is its own canonical form."""
        table = _toml(text, "edition")
        if table.get("domain") != EDITION_DOMAIN or table.get("regime") not in list(Regime):
            raise RulebookError(f"not a frozen edition: domain {EDITION_DOMAIN} and a regime are wanted")
        region, on = table.get("region"), table.get("on")
        if not isinstance(region, str) or not isinstance(on, date):
            raise RulebookError("a frozen edition names its region and its day")
        rules = [read_rule(row, region="", where="edition") for row in _rows(table, "edition")]
        edition = _freeze(Regime(table["regime"]), region, on, rules)
        if edition.text != text:
            raise RulebookError("the text is not the canonical form of what it says; take the original bytes")
        return edition


@dataclass(frozen=True)
class Rulebook:
    """All dated rules on file: (regime, rule) pairs, and the regions with rules of their own."""

    entries: tuple[tuple[Regime, Rule], ...]
    regions: Mapping[str, str]

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> "Rulebook":
        """Read the files of a rulebook (name -> TOML text).

        Raises RulebookError naming file and rule when a file cannot be read, mixes the two laws, or two
        versions of a rule stand on one day.
        """
        entries: list[tuple[Regime, Rule]] = []
        regions: dict[str, str] = {}
        for name in sorted(texts):
            table = _toml(texts[name], name)
            regimes, region = _header(table, name)
            if region:
                regions[region] = table["region_code"]
            rules = [read_rule(row, region=region, where=name) for row in _rows(table, name)]
            for rule in rules:
                if rule.legal_basis and len(regimes) > 1:
                    raise RulebookError(
                        f"{name}, rule {rule.id!r}: a rule with a legal basis is of one regime only"
                    )
                entries += [(regime, rule) for regime in regimes]
        _check_versions(entries)
        return cls(entries=tuple(entries), regions=regions)

    def region_for(self, code: str) -> str:
        """Return the region with rules of its own to which an administrative code belongs, "" for none.

        510800 covers its districts 5108xx; where several cover a code the narrowest counts.
        """
        covering = [name for name, own in self.regions.items() if code.startswith(_stem(own))]
        return max(covering, key=lambda name: len(_stem(self.regions[name])), default="")

    def freeze(self, regime: str, region: str, on: date) -> FrozenEdition:
        """Return the edition of a regime and region ("" for the nation) as it stands on a day.

        The same rulebook, regime, region and day always give the same bytes. Raises RulebookError for an
        unknown regime or region, and when no rule of the regime stands on that day.
        """
        if regime not in list(Regime):
            raise RegimeError(f"regime {regime!r} is unknown; choose T or G")
        if region and region not in self.regions:
            known = ", ".join(sorted(self.regions)) or "none"
            raise RulebookError(f"region {region!r} has no rules of its own; known: {known}")
        rules = [
            rule
            for of, rule in self.entries
            if of == regime and rule.region in ("", region) and rule.stands(on)
        ]
        if not any(rule.legal_basis for rule in rules):
            raise RulebookError(f"no rule of regime {regime} stands on {on.isoformat()}")
        return _freeze(Regime(regime), region, on, rules)


def _freeze(regime: Regime, region: str, on: date, rules: Iterable[Rule]) -> FrozenEdition:
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    _check_edition(ordered)
    edition_id = ".".join(part for part in (regime.value, region, on.isoformat()) if part)
    head = "\n".join(
        f"{name} = {write_value(value)}"
        for name, value in (
            ("domain", EDITION_DOMAIN),
            ("id", edition_id),
            ("regime", regime.value),
            ("region", region),
            ("on", on),
        )
    )
    text = "\n".join([f"{head}\n", *(write_rule(rule) for rule in ordered)])
    return FrozenEdition(id=edition_id, regime=regime, region=region, on=on, rules=ordered, text=text)


def _check_edition(rules: Sequence[Rule]) -> None:
    by_id = {rule.id: rule for rule in rules}
    for before, after in pairwise(rules):
        if before.id == after.id:
            raise RulebookError(f"rule {before.id} stands twice in one edition")
    for rule in rules:
        if rule.overrides and not set(rule.keys) & set(_keys_of(by_id.get(rule.overrides))):
            raise RulebookError(f"rule {rule.id} overrides {rule.overrides}, which answers none of its keys")
    answered: dict[str, list[Rule]] = {}
    for rule in rules:
        for key in rule.keys:
            answered.setdefault(key, []).append(rule)
    for key, answers in answered.items():
        overridden = {rule.overrides for rule in answers}
        left = [rule.id for rule in answers if rule.id not in overridden]
        if len(left) != 1:
            raise RulebookError(
                f"{key!r} is answered by {', '.join(left) or 'nothing'}; one rule must answer"
            )


def _check_versions(entries: Sequence[tuple[Regime, Rule]]) -> None:
    ordered = sorted(entries, key=lambda entry: (entry[0], entry[1].id, entry[1].region, entry[1].valid_from))
    for (of, one), (also, other) in pairwise(ordered):
        same = (of, one.id, one.region) == (also, other.id, other.region)
        if same and one.stands(other.valid_from):
            raise RulebookError(f"two versions of {of} rule {one.id} stand on {other.valid_from.isoformat()}")


def _stem(region_code: str) -> str:
    """Cut the empty levels off an administrative code: 510800 is 5108, 510000 is 51."""
    while region_code.endswith(_EMPTY_LEVEL):
        region_code = region_code.removesuffix(_EMPTY_LEVEL)
    return region_code


def _keys_of(rule: Rule | None) -> tuple[str, ...]:
    return rule.keys if rule is not None else ()


def _header(table: Mapping[str, Any], name: str) -> tuple[list[Regime], str]:
    regimes, region = table.get("regimes"), table.get("region")
    extra = sorted(set(table) - {"regimes", "region", "region_code", "rule"})
    if not isinstance(regimes, list) or not regimes or not set(regimes) <= set(Regime):
        raise RulebookError(f'{name}: regimes must be a list of "T" and "G"')
    if not isinstance(region, str) or extra:
        raise RulebookError(f"{name}: region must be text{f', and {extra[0]} is unknown' if extra else ''}")
    code = table.get("region_code", "")
    if bool(region) != bool(code) or not isinstance(code, str):
        raise RulebookError(f"{name}: a region, and only a region, has a region_code")
    return [Regime(regime) for regime in regimes], region


def _rows(table: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = table.get("rule", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RulebookError(f"{name}: rules are [[rule]] tables")
    return rows


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{name}: not TOML: {error}") from error
