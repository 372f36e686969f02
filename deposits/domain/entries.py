"""What the operator states of a guarantee issuer or of the bank that holds deposits."""

from dataclasses import dataclass
from decimal import Decimal

ISSUER, BANK = "issuer", "bank"
DAY_BASES = (360, 365)


@dataclass(frozen=True, slots=True)
class Entry:
    """An institution by its credit code, its address and its public prices; rates are shares, fees yuan."""

    kind: str
    credit_code: str
    base_url: str
    fee_rate: Decimal = Decimal(0)
    fee_floor: Decimal = Decimal(0)
    interest_rate: Decimal = Decimal(0)
    day_basis: int = DAY_BASES[0]
    active: bool = True
