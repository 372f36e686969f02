"""The deposits part of the API: the public list of issuers and the bank, so that tools can talk to them directly."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from deposits import queries
from deposits.models import Institution

router = Router(tags=["deposits"])


class IssuerOut(Schema):
    """An issuer with its public price: a share of the amount, and a least fee in yuan."""

    name: str
    credit_code: str
    url: str
    rate: str
    floor: str


class BankOut(Schema):
    """The bank that holds deposits: sub-accounts are asked for at its address."""

    name: str
    credit_code: str
    url: str


@router.get("/guarantees/issuers", response=list[IssuerOut], auth=None)
def issuers(request: HttpRequest) -> Any:
    """List all issuers that serve, the cheapest rate first; nobody is preferred."""
    return [
        {
            **_party(row),
            "rate": plain(row.fee_rate),
            "floor": f"{row.fee_floor:.2f}",
        }
        for row in queries.institutions(Institution.Kind.ISSUER)
    ]


@router.get("/deposits/bank", response=list[BankOut], auth=None)
def bank(request: HttpRequest) -> Any:
    """Name the bank that holds deposits by transfer; empty where there is none."""
    found = queries.bank()
    return [_party(found)] if found is not None else []


def plain(rate: Decimal) -> str:
    """Write a rate without needless zeros: 0.002."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _party(row: Institution) -> dict[str, str]:
    return {
        "name": row.organisation.name,
        "credit_code": row.organisation.credit_code,
        "url": row.base_url,
    }
