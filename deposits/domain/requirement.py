"""What deposit a bidder must give on a lot: the document's amount, or none where the rule exempts it (B-01, B-02)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kernel.domain import money
from tender.domain import caps
from tender.domain.rulebook import FrozenEdition

PRIVATE = "private"
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Requirement:
    """The yuan that a bidder must give, in which forms, under which rule; `exempt` when its class gives none."""

    amount: Decimal
    forms: tuple[str, ...]
    rule: str
    exempt: bool = False


def classes(size: str, *, private: bool) -> tuple[str, ...]:
    """Return the classes of an enterprise by which rules exempt: its size, and whether it is private."""
    return (size, PRIVATE) if private else (size,)


def required(
    edition: FrozenEdition,
    deposit: Mapping[str, Any] | None,
    *,
    category: str,
    owner_code: str,
    bidder_classes: Iterable[str],
) -> Requirement:
    """Return what a bidder of these classes must give; `deposit` is the notice's, null where none is asked.

    `owner_code` is the procuring entity's credit code. A document that asks nothing asks nobody.
    """
    rule = caps.deposit_rule(edition, category=category, owner_code=owner_code)
    if deposit is None:
        return Requirement(NOTHING, (), rule.id)
    forms = tuple(deposit["forms"])
    if caps.gives_no_deposit(edition, category=category, owner_code=owner_code, classes=bidder_classes):
        return Requirement(NOTHING, forms, rule.id, exempt=True)
    return Requirement(money.parse(deposit["amount"]), forms, rule.id)
