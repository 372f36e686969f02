"""The guarantee as a signed object (docs/formats.md section 4): built by its issuer, read strictly by all others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from kernel.domain import canonical, money

DOMAIN = "yangguang/guarantee/v1"
KIND = "bid"
DOCUMENT_NAME = "guarantee.json"
SIGNATURE_NAME = "guarantee.p7s"
BYTES_MOST = 64 * 1024
"""More than any guarantee or its signature has: what is larger is no guarantee and is not read."""
TEXT_MOST = 80
"""The longest number and name that are kept."""
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}\Z", re.ASCII)


class GuaranteeError(ValueError):
    """A value that is no guarantee, or stated facts that cannot be read; the message names the place."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party to a guarantee by name and credit code."""

    name: str
    credit_code: str

    def as_json(self) -> dict[str, str]:
        """Return the party as it stands in the object."""
        return {"name": self.name, "credit_code": self.credit_code}

    @classmethod
    def from_json(cls, value: Any) -> "Party":
        """Read a party; raises GuaranteeError for another shape or a code that is none."""
        if not isinstance(value, dict) or set(value) != {"name", "credit_code"}:
            raise GuaranteeError("a party has a name and a credit code")
        name, code = value["name"], value["credit_code"]
        if not isinstance(name, str) or not name.strip() or len(name) > TEXT_MOST:
            raise GuaranteeError(f"a party has a name of at most {TEXT_MOST} characters")
        if not isinstance(code, str) or not _CREDIT_CODE.match(code):
            raise GuaranteeError(f"not a credit code: {code!r}")
        return cls(name, code)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """An issuer's promise to pay `beneficiary` up to `amount` yuan for `principal`'s bid on one lot.

    It runs from `valid_from` up to, not including, `valid_until`; instants are aware.
    """

    number: str
    tender: str
    lot: str
    issuer: Party
    principal: Party
    beneficiary: Party
    amount: Decimal
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the object that the issuer signs."""
        return {
            "domain": DOMAIN,
            "number": self.number,
            "tender": self.tender,
            "lot": self.lot,
            "issuer": self.issuer.as_json(),
            "principal": self.principal.as_json(),
            "beneficiary": self.beneficiary.as_json(),
            "amount": money.to_text(self.amount),
            "valid_from": canonical.instant(self.valid_from),
            "valid_until": canonical.instant(self.valid_until),
            "kind": KIND,
            "issued_at": canonical.instant(self.issued_at),
        }

    @property
    def sha256(self) -> str:
        """The hash by which the opening fields name it."""
        return canonical.digest(self.as_json())


@dataclass(frozen=True, slots=True)
class Stated:
    """What the opening fields say of a guarantee: number, issuer's credit code, yuan, hash."""

    number: str
    issuer: str
    amount: Decimal
    sha256: str

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Stated":
        """Read the `guarantee` of opening fields; raises GuaranteeError."""
        try:
            return cls(
                number=str(value["number"]),
                issuer=str(value["issuer"]),
                amount=money.parse(value["amount"]),
                sha256=str(value["sha256"]),
            )
        except (KeyError, money.AmountError) as error:
            raise GuaranteeError(f"the opening fields state no readable guarantee: {error}") from error

    @classmethod
    def of(cls, guarantee: Guarantee) -> "Stated":
        """Return what opening fields must say of a guarantee."""
        return cls(guarantee.number, guarantee.issuer.credit_code, guarantee.amount, guarantee.sha256)

    def as_json(self) -> dict[str, str]:
        """Return the `guarantee` of opening fields."""
        return {
            "number": self.number,
            "issuer": self.issuer,
            "amount": money.to_text(self.amount),
            "sha256": self.sha256,
        }


def parse(value: Any) -> Guarantee:
    """Return a guarantee from its JSON value; raises GuaranteeError unless it is exactly of the format.

    What is read is rendered anew and compared, so that an unknown key or a loosely written amount is refused.
    """
    if not isinstance(value, dict):
        raise GuaranteeError("a guarantee is an object")
    try:
        found = Guarantee(
            number=_text(value["number"]),
            tender=_text(value["tender"]),
            lot=_text(value["lot"]),
            issuer=Party.from_json(value["issuer"]),
            principal=Party.from_json(value["principal"]),
            beneficiary=Party.from_json(value["beneficiary"]),
            amount=money.parse(value["amount"]),
            valid_from=canonical.parse_instant(value["valid_from"]),
            valid_until=canonical.parse_instant(value["valid_until"]),
            issued_at=canonical.parse_instant(value["issued_at"]),
        )
    except KeyError as error:
        raise GuaranteeError(f"the guarantee has no {error.args[0]}") from error
    except (money.AmountError, canonical.NotCanonicalError) as error:
        raise GuaranteeError(f"the guarantee cannot be read: {error}") from error
    if found.as_json() != value:
        raise GuaranteeError("the guarantee holds unknown keys, another kind, or values in another form")
    return found


def read(data: bytes) -> Guarantee:
    """Return a guarantee from its file; raises GuaranteeError unless the bytes are canonical."""
    try:
        return parse(canonical.from_bytes(data))
    except canonical.NotCanonicalError as error:
        raise GuaranteeError(f"the guarantee's file cannot be read: {error}") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_MOST:
        raise GuaranteeError(f"number, tender and lot are text of at most {TEXT_MOST} characters")
    return value
