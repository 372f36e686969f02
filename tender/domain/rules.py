"""One dated rule of the law as a value: what it says, its numbers, its article, and whether it may refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from kernel.domain.refusals import Allowed, Decision, Refused
from tender.domain import wording

Value = int | bool | Decimal | Fraction | str | tuple[str, ...]


class RulebookError(ValueError):
    """A rule or rulebook that cannot be used; the message names the file, the rule and what to mend."""


class Regime(StrEnum):
    """The two laws, never mixed: T for 招标投标法, G for 政府采购法."""

    T = "T"
    G = "G"


class Compare(StrEnum):
    """How what happened is held against a rule's number.

    For periods: `at_least` the event falls on the last counted day or later, `after` it comes once that day
    is over, `at_most` by the end of that day, `before` that long before its anchor, `exactly` at the anchor.
    """

    NOTHING = ""
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    AFTER = "after"
    BEFORE = "before"
    EXACTLY = "exactly"


class Breach(StrEnum):
    """What follows when a rule is not kept: the act is refused, done but recorded as a breach, or advised on."""

    REFUSE = "refuse"
    RECORD = "record"
    ADVISE = "advise"


class Confidence(StrEnum):
    """How the number came into the rulebook: read in the law, from memory, or practice without legal force."""

    READ = "read"
    MEMORY = "memory"
    PRACTICE = "practice"


class Unit(StrEnum):
    """What a number counts; it also fixes the type of the value."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    MINUTES = "minutes"
    YEARS = "years"
    COUNT = "count"
    PLACES = "places"
    RATE = "rate"
    YUAN = "yuan"
    MARKS = "marks"
    FRACTION = "fraction"
    FLAG = "flag"
    CODE = "code"
    CODES = "codes"


PERIODS = frozenset({Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS, Unit.MINUTES})
"""The units of time that periods are given in; years only look back."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number (or list of codes) of a rule; its own source and confidence stand where they differ."""

    value: Value
    unit: Unit
    source: str = ""
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same words in English and Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it stands from `valid_from` up to, not including, `valid_to`.

    `keys` are the questions by which code asks for it, the same in both regimes; `parameters` its numbers by
    name, the main one under ""; `anchor` and `act` name the two instants of a period (see `wording.MOMENTS`);
    `scope` is "mandatory" where only projects that must be tendered are bound; `overrides` is the id of the
    national rule that a regional one replaces; `legal_basis` empty means that it advises and never refuses.
    """

    id: str
    keys: tuple[str, ...]
    title: Bilingual
    text: Bilingual
    parameters: Mapping[str, Parameter]
    compare: Compare
    anchor: str
    act: str
    scope: str
    breach: Breach
    source: str
    legal_basis: str
    confidence: Confidence
    overrides: str
    region: str
    valid_from: date
    valid_to: date | None

    def stands(self, on: date) -> bool:
        """Tell whether the rule is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def binds(self, *, mandatory: bool) -> bool:
        """Tell whether the rule speaks to a project, which must be tendered by law or is so by choice."""
        return mandatory or self.scope != "mandatory"

    def parameter(self, name: str = "") -> Parameter:
        """Return a parameter by its name; raises RulebookError when the rule has none of it."""
        found = self.parameters.get(name)
        if found is None:
            what = f"parameter {name!r}" if name else "value"
            raise RulebookError(f"rule {self.id} has no {what}")
        return found

    def count(self, name: str = "") -> int:
        """Return a whole number; raises RulebookError when the parameter is of another kind."""
        value = self.parameter(name).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "a whole number")
        return value

    def number(self, name: str = "") -> Decimal:
        """Return a rate, an amount in yuan or marks, exactly; raises RulebookError for another kind."""
        value = self.parameter(name).value
        if not isinstance(value, Decimal):
            raise self._wrong(name, "a decimal number")
        return value

    def share(self, name: str = "") -> Fraction:
        """Return an exact share such as two thirds; raises RulebookError for another kind."""
        value = self.parameter(name).value
        if not isinstance(value, Fraction):
            raise self._wrong(name, "a share")
        return value

    def flag(self, name: str = "") -> bool:
        """Return a yes or no; raises RulebookError for another kind."""
        value = self.parameter(name).value
        if not isinstance(value, bool):
            raise self._wrong(name, "a flag")
        return value

    def codes(self, name: str = "") -> tuple[str, ...]:
        """Return a list of codes in its order; raises RulebookError for another kind."""
        value = self.parameter(name).value
        if not isinstance(value, tuple):
            raise self._wrong(name, "a list of codes")
        return value

    def answer(self, reason: str, facts: Mapping[str, str]) -> Decision:
        """Refuse with these facts, or, where the rule may not refuse, allow with the same words as a note."""
        refusal = Refused(self.id, reason, dict(facts))
        if self.breach is Breach.REFUSE:
            return refusal
        return Allowed(notes=(wording.note(refusal),))

    def _wrong(self, name: str, wanted: str) -> RulebookError:
        return RulebookError(f"rule {self.id}: {name or 'its value'} is not {wanted}")
