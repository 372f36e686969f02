"""What the signed messages say: each call's name, and its data as values that are read as strictly as written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from deposits.domain.guarantees import BYTES_MOST, GuaranteeError, Party
from kernel.domain import canonical, money

QUOTE, APPLY, FETCH, VERIFY, RELEASE = "quote", "apply", "fetch", "verify", "release"
"""Calls of an issuer: the first three a bidder's, the last two the platform's."""
LOT, CLOSE, REPORT, REFUND, KEEP, STATEMENT = "lot", "close", "report", "refund", "keep", "statement"
"""Calls of the bank that only the platform makes."""
SUBACCOUNT, TRANSFER, GIVE_BACK = "subaccount", "transfer", "give-back"
"""Calls of the bank that bidders make."""
TEXT_MOST = 200
DOCUMENT_MOST = BYTES_MOST

Value = TypeVar("Value")


class CallError(ValueError):
    """Data of a call that cannot be read; the message names what is wrong."""


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account by number and holder's name; both empty when none is registered."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Application:
    """A bidder's order for a guarantee; `order` is its own random id, the principal is who signs it."""

    order: str
    tender: str
    lot: str
    code: str
    title: str
    beneficiary: Party
    amount: Decimal
    deadline: datetime
    validity_days: int
    fee_account: Account

    def as_json(self) -> dict[str, Any]:
        """Return the data of `apply`."""
        return {
            "order": self.order,
            "tender": self.tender,
            "lot": self.lot,
            "code": self.code,
            "title": self.title,
            "beneficiary": self.beneficiary.as_json(),
            "amount": money.to_text(self.amount),
            "deadline": canonical.instant(self.deadline),
            "validity_days": self.validity_days,
            "fee_account": _account_json(self.fee_account),
        }

    @classmethod
    def from_json(cls, value: Any) -> "Application":
        """Read the data of `apply`; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                order=_text(v["order"]),
                tender=_text(v["tender"]),
                lot=_text(v["lot"]),
                code=_text(v["code"]),
                title=_text(v["title"]),
                beneficiary=Party.from_json(v["beneficiary"]),
                amount=money.parse(v["amount"]),
                deadline=canonical.parse_instant(v["deadline"]),
                validity_days=_count(v["validity_days"]),
                fee_account=_account(v["fee_account"]),
            ),
        )


@dataclass(frozen=True, slots=True)
class BankLot:
    """A lot as the bank is told of it when it is published: T, and to whom alone kept money may go."""

    tender: str
    lot: str
    code: str
    beneficiary: Party
    beneficiary_account: Account
    deadline: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the data of `lot`."""
        return {
            "tender": self.tender,
            "lot": self.lot,
            "code": self.code,
            "beneficiary": self.beneficiary.as_json(),
            "beneficiary_account": _account_json(self.beneficiary_account),
            "deadline": canonical.instant(self.deadline),
        }

    @classmethod
    def from_json(cls, value: Any) -> "BankLot":
        """Read the data of `lot`; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                tender=_text(v["tender"]),
                lot=_text(v["lot"]),
                code=_text(v["code"]),
                beneficiary=Party.from_json(v["beneficiary"]),
                beneficiary_account=_account(v["beneficiary_account"], empty=True),
                deadline=canonical.parse_instant(v["deadline"]),
            ),
        )


@dataclass(frozen=True, slots=True)
class Back:
    """Money that the bank returned before the report, to a bidder who showed its withdrawal."""

    amount: Decimal
    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment into a bidder's sub-account of a lot; `reference` is the bank's own."""

    subaccount: str
    bidder: str
    payer: Account
    amount: Decimal
    paid_at: datetime
    reference: str
    back: Back | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the payment as a line of the report."""
        back = self.back
        return {
            "subaccount": self.subaccount,
            "bidder": self.bidder,
            "payer": _account_json(self.payer),
            "amount": money.to_text(self.amount),
            "paid_at": canonical.instant(self.paid_at),
            "reference": self.reference,
            "back": None
            if back is None
            else {
                "amount": money.to_text(back.amount),
                "at": canonical.instant(back.at),
                "reference": back.reference,
            },
        }

    @classmethod
    def from_json(cls, value: Any) -> "Payment":
        """Read a line of the report; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                subaccount=_text(v["subaccount"]),
                bidder=Party.from_json({"name": "-", "credit_code": v["bidder"]}).credit_code,
                payer=_account(v["payer"]),
                amount=_above_zero(v["amount"]),
                paid_at=canonical.parse_instant(v["paid_at"]),
                reference=_text(v["reference"]),
                back=None
                if v["back"] is None
                else Back(
                    amount=_above_zero(v["back"]["amount"]),
                    at=canonical.parse_instant(v["back"]["at"]),
                    reference=_text(v["back"]["reference"]),
                ),
            ),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """All payments for a lot, as the bank knows them at or after T; by time, then reference."""

    lot: str
    made_at: datetime
    payments: tuple[Payment, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the result of `report`."""
        ordered = sorted(self.payments, key=lambda one: (one.paid_at, one.reference))
        return {
            "lot": self.lot,
            "made_at": canonical.instant(self.made_at),
            "payments": [one.as_json() for one in ordered],
        }

    @classmethod
    def from_json(cls, value: Any) -> "Report":
        """Read the result of `report`; raises CallError, also when one reference stands twice."""
        found = _exact(
            value,
            lambda v: cls(
                lot=_text(v["lot"]),
                made_at=canonical.parse_instant(v["made_at"]),
                payments=tuple(Payment.from_json(one) for one in v["payments"]),
            ),
        )
        if len({one.reference for one in found.payments}) != len(found.payments):
            raise CallError("the report names one payment twice")
        return found


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A payment out of a lot's account: back to the payer (`refund`), or to the beneficiary (`keep`).

    `payment` is the bank's reference of the payment that came; `amount` yuan of it go, and `interest` on top.
    """

    reference: str
    lot: str
    payment: str
    amount: Decimal
    interest: Decimal

    def as_json(self) -> dict[str, Any]:
        """Return the data of `refund` and `keep`."""
        return {
            "reference": self.reference,
            "lot": self.lot,
            "payment": self.payment,
            "amount": money.to_text(self.amount),
            "interest": money.to_text(self.interest),
        }

    @classmethod
    def from_json(cls, value: Any) -> "Outgoing":
        """Read the data of `refund` and `keep`; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                reference=_text(v["reference"]),
                lot=_text(v["lot"]),
                payment=_text(v["payment"]),
                amount=_above_zero(v["amount"]),
                interest=_not_below_zero(v["interest"]),
            ),
        )


@dataclass(frozen=True, slots=True)
class Done:
    """The bank's word that a payment out was made; the same for every repetition of its reference."""

    reference: str
    bank_reference: str
    paid_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the result of `refund` and `keep`."""
        return {
            "reference": self.reference,
            "bank_reference": self.bank_reference,
            "paid_at": canonical.instant(self.paid_at),
        }

    @classmethod
    def from_json(cls, value: Any) -> "Done":
        """Read the result of `refund` and `keep`; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                reference=_text(v["reference"]),
                bank_reference=_text(v["bank_reference"]),
                paid_at=canonical.parse_instant(v["paid_at"]),
            ),
        )


@dataclass(frozen=True, slots=True)
class Fee:
    """What an issuer was paid for a guarantee, and from which account."""

    amount: Decimal
    payer: Account
    reference: str

    def as_json(self) -> dict[str, Any]:
        """Return the fee as an issuer states it."""
        return {
            "amount": money.to_text(self.amount),
            "payer": _account_json(self.payer),
            "reference": self.reference,
        }

    @classmethod
    def from_json(cls, value: Any) -> "Fee":
        """Read an issuer's word on its fee; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                amount=_not_below_zero(v["amount"]),
                payer=_account(v["payer"]),
                reference=_text(v["reference"]),
            ),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """An issuer's word on a guarantee: its state (of `lifecycle.Order`, or `unknown`), its hash and its fee."""

    number: str
    state: str
    sha256: str
    fee: Fee | None

    def as_json(self) -> dict[str, Any]:
        """Return the result of `verify` and `release`."""
        return {
            "number": self.number,
            "state": self.state,
            "sha256": self.sha256,
            "fee": self.fee.as_json() if self.fee is not None else None,
        }

    @classmethod
    def from_json(cls, value: Any) -> "Standing":
        """Read the result of `verify` and `release`; raises CallError."""
        return _exact(
            value,
            lambda v: cls(
                number=_text(v["number"]),
                state=_text(v["state"]),
                sha256=_text(v["sha256"], empty=True),
                fee=Fee.from_json(v["fee"]) if v["fee"] is not None else None,
            ),
        )


def field(data: Mapping[str, Any], name: str, *, most: int = TEXT_MOST) -> str:
    """Return a text of a call's data, of at most so many characters; raises CallError when it is not there."""
    if name not in data:
        raise CallError(f"{name} is missing")
    return _text(data[name], most=most)


def _exact(value: Any, build: Callable[[Any], Value]) -> Value:
    """Build a value and render it again: what does not come back the same was not of the form."""
    try:
        found = build(value)
    except CallError:
        raise
    except KeyError as error:
        raise CallError(f"{error.args[0]} is missing") from error
    except (money.AmountError, canonical.NotCanonicalError, GuaranteeError, TypeError) as error:
        raise CallError(f"the data cannot be read: {error}") from error
    if found.as_json() != value:  # type: ignore[attr-defined]  # every value of this module renders itself
        raise CallError("the data hold unknown members, another order, or values in another form")
    return found


def _account(value: Any, *, empty: bool = False) -> Account:
    if set(value) != {"number", "name"}:
        raise CallError("an account has a number and a name")
    return Account(_text(value["number"], empty=empty), _text(value["name"], empty=empty))


def _account_json(account: Account) -> dict[str, str]:
    return {"number": account.number, "name": account.name}


def _text(value: Any, *, empty: bool = False, most: int = TEXT_MOST) -> str:
    if not isinstance(value, str) or len(value) > most or (not empty and not value.strip()):
        raise CallError(f"text of 1 to {most} characters is wanted")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise CallError("a whole number from 1 is wanted")
    return value


def _above_zero(value: Any) -> Decimal:
    found = money.parse(value)
    if found <= 0:
        raise CallError("an amount above zero is wanted")
    return found


def _not_below_zero(value: Any) -> Decimal:
    found = money.parse(value)
    if found < 0:
        raise CallError("an amount that is not negative is wanted")
    return found
