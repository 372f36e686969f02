"""Rules as pages show them: title, text, numbers with units, article, validity, and what a breach means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, gettext as _

from kernel.domain import money
from portal.house_rules import HOUSE, HouseRule
from portal.names import name_of
from portal.rule_words import code_name, listed, parameter_name
from tender import queries as tender
from tender.domain.rules import Bilingual, Parameter, Rule, Unit


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in the reader's language; `original` holds the Chinese words where the reader's are others."""

    id: str
    title: str
    text: str
    original: str
    values: tuple[tuple[str, str], ...]
    source: str
    basis: str
    breach: str
    confidence: str
    region: str
    overrides: str
    valid_from: date | None
    valid_to: date | None


def find(rule_id: str, *, now: datetime) -> RuleView | None:
    """Return a rule by its id as it stands today, of an edition or of the house."""
    rule: Rule | None = tender.rule_anywhere(rule_id, now)
    if rule is not None:
        return view(rule)
    house = HOUSE.get(rule_id)
    return _house(house) if house else None


def view(rule: Rule) -> RuleView:
    """Return a rule of an edition for a page."""
    chinese = _in_chinese()
    return RuleView(
        id=rule.id,
        title=_words(rule.title),
        text=_words(rule.text),
        original="" if chinese else f"{rule.title.zh}：{rule.text.zh}",
        values=tuple((parameter_name(name), value_text(each)) for name, each in rule.parameters.items()),
        source=rule.source,
        basis=rule.legal_basis,
        breach=name_of(rule.breach, "breach"),
        confidence=name_of(rule.confidence, "confidence"),
        region=rule.region,
        overrides=rule.overrides,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
    )


def views(rules: Iterable[Rule]) -> list[RuleView]:
    """Return rules in the order of their ids."""
    return [view(rule) for rule in sorted(rules, key=lambda rule: rule.id)]


def value_text(parameter: Parameter) -> str:
    """Write a rule's number with its unit: 20 days, 2 %, 800,000.00 yuan, 2/3."""
    value: Any = parameter.value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return listed([code_name(each) for each in value]) or _("none")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Decimal):
        return _decimal(value, parameter.unit)
    unit = name_of(parameter.unit, "unit")
    return f"{value} {unit}" if parameter.unit in _COUNTED else code_name(str(value))


_COUNTED = frozenset(
    {Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS, Unit.MINUTES, Unit.YEARS, Unit.PLACES, Unit.MARKS}
)


def _decimal(value: Decimal, unit: Unit) -> str:
    if unit is Unit.RATE:
        return f"{value * 100:f}".rstrip("0").rstrip(".") + " %"
    if unit is Unit.YUAN:
        return f"{money.grouped(value)} {_('yuan')}"
    text = f"{value:f}"
    return f"{text} {name_of(unit, 'unit')}".strip()


def _house(rule: HouseRule) -> RuleView:
    return RuleView(
        id=rule.id,
        title=_(rule.title),
        text=_(rule.text),
        original="",
        values=(),
        source=_(rule.source),
        basis="",
        breach=name_of("refuse", "breach"),
        confidence="",
        region="",
        overrides="",
        valid_from=None,
        valid_to=None,
    )


def _words(words: Bilingual) -> str:
    return words.zh if _in_chinese() else words.en


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")
