"""The law as the tender tests read it, and two habits of the house: no rule numbers and no wordless reason in code."""

import ast
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from kernel.domain.refusals import Refused
from tender.domain import wording
from tender.domain.instants import SHANGHAI
from tender.domain.rulebook import Rulebook
from tests.domain.test_workdays import CALENDAR

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "tender" / "domain").glob("*.py"))
UNITS_OF_NATURE = {("instants.py", 8), ("instants.py", 10), ("instants.py", 6)}
"""Hours between Greenwich and Shanghai, and digits of a second: no law can change them."""


@cache
def texts():
    return {path.name: path.read_text() for path in sorted((ROOT / "tender" / "rulebook").glob("*.toml"))}


@cache
def rulebook():
    return Rulebook.parse(texts())


@cache
def edition(regime="T", region="", on=date(2026, 3, 2)):
    return rulebook().freeze(regime, region, on)


def at(text):
    """Read an instant as people in China write it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def calendar():
    return CALENDAR


def shown(refusal):
    """Return the sentence of a refusal; fails when the reason has no words or a fact is missing."""
    assert isinstance(refusal, Refused), refusal
    sentence = wording.sentence(refusal)
    assert "%(" not in sentence
    return sentence


def digit_literals(source):
    """Return (line, number) of every number in code that is neither 0 nor 1."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
            if not isinstance(node.value, bool) and node.value not in (0, 1):
                found.append((node.lineno, node.value))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Decimal", "Fraction")
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and str(node.args[0].value) not in ("0", "1")
        ):
            found.append((node.lineno, node.args[0].value))
    return found


@pytest.mark.parametrize("source", ["x = days * 1", "x = items[0]", "name = 'T-03'", "ok = True"])
def test_the_literal_check_lets_good_code_pass(source):
    assert digit_literals(source) == []


@pytest.mark.parametrize(
    "source", ["x = 20", "x = -3", "x = 0.02", "x = Decimal('0.02')", "x = Fraction('2/3')"]
)
def test_the_literal_check_finds_rule_numbers(source):
    assert digit_literals(source)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_rule_number_stands_in_code(path):
    found = {(path.name, number) for _, number in digit_literals(path.read_text())}
    assert found <= UNITS_OF_NATURE


def test_code_and_words_name_the_same_reasons():
    code = "\n".join(path.read_text() for path in CODE if path.name != "wording.py")
    used = set(re.findall(r'answer\(\s*"(\w+)"', code))
    used |= set(re.findall(r'reason = "(\w+)" if found\.closed else "(\w+)"', code)[0])
    assert used == set(wording.REASONS)


def test_every_moment_of_the_law_has_a_name():
    rules = [rule for _, rule in rulebook().entries]
    assert {rule.anchor for rule in rules} | {rule.act for rule in rules} <= {"", *wording.MOMENTS}
