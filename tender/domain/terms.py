"""The terms of a tender document as values, and their JSON, in which a draft is stored and a notice is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, PlainSerializer, TypeAdapter, ValidationError

from kernel.domain import canonical, money

_EXACT = ConfigDict(extra="forbid")


class TermsError(ValueError):
    """Stored terms that cannot be read; the message names each field and what is wrong with it."""


def plain(value: Decimal) -> str:
    """Write a number without needless zeros: 60, 12.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else money.parse(str(value))


def _instant(value: object) -> datetime:
    return value if isinstance(value, datetime) else canonical.parse_instant(str(value))


Amount = Annotated[Decimal, BeforeValidator(_amount), PlainSerializer(money.to_text)]
Marks = Annotated[Decimal, BeforeValidator(_amount), PlainSerializer(plain)]
Instant = Annotated[datetime, BeforeValidator(_instant), PlainSerializer(canonical.instant)]


@dataclass(frozen=True, slots=True)
class Party:
    """An institution by name and credit code."""

    __pydantic_config__ = _EXACT
    name: str
    credit_code: str


@dataclass(frozen=True, slots=True)
class Custodian:
    """A keeper of key shares; `recipient` its age key for this lot, `signature` its CMS over it in base64."""

    __pydantic_config__ = _EXACT
    role: str
    name: str
    credit_code: str
    recipient: str
    signature: str


@dataclass(frozen=True, slots=True)
class Item:
    """A scored item; `kind` is objective or subjective, `full` its full marks."""

    __pydantic_config__ = _EXACT
    id: str
    title: str
    full: Marks
    kind: str


@dataclass(frozen=True, slots=True)
class Method:
    """How bids are judged; `price_full` is 0 for formulas that rank by price alone."""

    __pydantic_config__ = _EXACT
    formula: str
    parameters: Mapping[str, Any]
    price_full: Marks
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient that the opening draws, with the values among which it draws."""

    __pydantic_config__ = _EXACT
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deposit:
    """The deposit that is asked, and the forms in which it may be given."""

    __pydantic_config__ = _EXACT
    amount: Amount
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """So many experts of one major at one site."""

    __pydantic_config__ = _EXACT
    name: str
    site: str
    count: int


@dataclass(frozen=True, slots=True)
class Committee:
    """Size of the committee, how many of it are experts, and from where they are drawn."""

    __pydantic_config__ = _EXACT
    size: int
    experts: int
    strata: tuple[Stratum, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the document by name, hash and length."""

    __pydantic_config__ = _EXACT
    name: str
    sha256: str
    length: int

    def as_json(self) -> dict[str, Any]:
        """Return the attachment as it stands in notices and addenda."""
        return {"name": self.name, "sha256": self.sha256, "length": self.length}


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that the document of one lot fixes; amounts in yuan, instants aware.

    `mandatory`: the law demands a tender. `ceiling_method`: how the ceiling is computed where no number is
    stated. `minimum_price` is here so that a document which sets one is refused. The last four fields answer
    regional rules.
    """

    __pydantic_config__ = _EXACT
    tender: str
    lot: str
    code: str
    title: str
    project: str
    regime: str
    category: str
    procuring_entity: Party
    centre: Party
    documents_until: Instant
    deadline: Instant
    validity_days: int
    method: Method
    committee: Committee
    custodians: tuple[Custodian, ...]
    threshold: int
    ties: tuple[str, ...]
    candidates: int
    agency: Party | None = None
    mandatory: bool = True
    estimate: Amount | None = None
    ceiling: Amount | None = None
    ceiling_method: str = ""
    minimum_price: Amount | None = None
    parts: tuple[str, ...] = ("opening", "documents")
    mode: str = "consent"
    deposit: Deposit | None = None
    coefficients: tuple[Coefficient, ...] = ()
    beacon: str = ""
    documents: tuple[Attachment, ...] = ()
    round_of: str | None = None
    complex_lot: bool = False
    total_investment: Amount | None = None
    asks_similar_experience: bool = False
    special_structure: bool = False
    fair_competition_reviewed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the terms as a JSON object that `from_json` reads back unchanged (instants cut to 1 ms)."""
        found: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Terms":
        """Read stored terms; raises TermsError naming every field that is missing, unknown or unfit."""
        try:
            return _ADAPTER.validate_python(dict(value))
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
            raise TermsError("; ".join(lines)) from error


_ADAPTER: TypeAdapter[Terms] = TypeAdapter(Terms)
