"""The parameters of a method as a schema: a document that states them wrongly hears all of it at once, in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic_core import PydanticCustomError

from evaluation.domain.scoring import exact

NUMBER = re.compile(r"-?\d{1,16}(\.\d{1,10})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong parameter: its path, a code, and a sentence that says what is expected."""

    parameter: str
    code: str
    message: str


class ParameterError(ValueError):
    """Parameters that do not fit their formula; holds every problem."""

    def __init__(self, formula: str, problems: list[Problem]) -> None:
        lines = "; ".join(f"{p.parameter}: {p.message}" for p in problems)
        super().__init__(f"parameters of {formula}: {lines}")
        self.formula, self.problems = formula, problems


def wrong(code: str, message: str) -> PydanticCustomError:
    """Return the error that a validator raises: a code to translate by, and a sentence."""
    return PydanticCustomError(code, message.replace("{", "(").replace("}", ")"))


def listed(value: object) -> object:
    """Read a JSON list as a tuple, so that frozen parameters stay frozen."""
    if not isinstance(value, list | tuple):
        raise wrong("list", "write a list")
    return tuple(value)


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not NUMBER.match(value):
        raise wrong("decimal_text", 'write a decimal number as text, like "0.02"')
    return Decimal(value)


def _amount(value: object) -> Decimal:
    number = _number(value)
    if number < 0 or number != exact.rounded(number, 2):
        raise wrong("amount_text", 'write an amount in yuan with two decimals as text, like "9800000.00"')
    return number


_as_text = PlainSerializer(exact.plain, return_type=str)
Number = Annotated[Decimal, BeforeValidator(_number), _as_text]
Positive = Annotated[Decimal, BeforeValidator(_number), Field(ge=0), _as_text]
AboveZero = Annotated[Decimal, BeforeValidator(_number), Field(gt=0), _as_text]
Fraction01 = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, lt=1), _as_text]
Weight = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1), _as_text]
Amount = Annotated[Decimal, BeforeValidator(_amount), _as_text]
Places = Annotated[int, Field(ge=0, le=10)]
AmountPlaces = Annotated[int, Field(ge=0, le=2)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]


def choice(kind: type[StrEnum]) -> BeforeValidator:
    """Return a validator that reads one of the codes of an enumeration from its text."""

    def read(value: object) -> StrEnum:
        codes = [member.value for member in kind]
        if value not in codes:
            raise wrong("choice", f"choose one of {', '.join(codes)}")
        return kind(str(value))

    return BeforeValidator(read)


class Strict(BaseModel):
    """A frozen group of parameters that knows no others and converts nothing silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Method(Strict):
    """What every method states: how members' scores become one (M-04)."""

    member_places: Places = Field(default=2, description="Decimals of the members' mean of an item")
    drop_members_high: Count = Field(default=0, description="Highest members' scores left out of a mean")
    drop_members_low: Count = Field(default=0, description="Lowest members' scores left out of a mean")

    def as_json(self) -> dict[str, Any]:
        """Return all effective parameters, defaults included, with numbers as text."""
        return self.model_dump(mode="json")


P = TypeVar("P", bound=Method)


def read(formula: str, model: type[P], values: Mapping[str, Any]) -> P:
    """Return the checked parameters; raises ParameterError naming every problem."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise ParameterError(formula, [_problem(dict(found)) for found in error.errors()]) from error


def _problem(found: dict[str, Any]) -> Problem:
    path = ".".join(str(part) for part in found["loc"]) or "parameters"
    return Problem(path, str(found["type"]), str(found["msg"]))
