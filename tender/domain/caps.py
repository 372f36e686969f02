"""How high a deposit or bond may be, who gives none, and in which forms it is given (B-01, B-02, B-04)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from kernel.domain import money
from kernel.domain.refusals import ALLOWED, Decision
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Rule

_AMOUNT = "amount_"


@dataclass(frozen=True, slots=True)
class Cap:
    """The highest lawful deposit in yuan, cut down to the cent, and what it follows from.

    `by_rate` is the share of the estimate, `by_amount` the fixed limit of the category, None where there is
    none; the lower of the two counts.
    """

    rule: Rule
    estimate: Decimal
    rate: Decimal
    by_rate: Decimal
    by_amount: Decimal | None

    @property
    def amount(self) -> Decimal:
        """The highest amount that may be asked."""
        return self.by_rate if self.by_amount is None else min(self.by_rate, self.by_amount)


def deposit_rule(edition: FrozenEdition, *, category: str, owner_code: str) -> Rule:
    """Return the rule for a lot: the regional one where it speaks to category and owner, else the national.

    `owner_code` is the procuring entity's credit code, whose first two signs tell the kind of institution.
    """
    rule = edition.rule("bid_deposit_cap")
    while rule.overrides and not _speaks_to(rule, category, owner_code):
        rule = edition.by_id(rule.overrides)
    return rule


def deposit_cap(edition: FrozenEdition, *, category: str, owner_code: str, estimate: Decimal) -> Cap:
    """Return the ceiling of the bid deposit for an estimate in yuan (regime G: for the budget)."""
    rule = deposit_rule(edition, category=category, owner_code=owner_code)
    fixed = _AMOUNT + category
    return Cap(
        rule=rule,
        estimate=estimate,
        rate=rule.number("rate"),
        by_rate=_cut(estimate * rule.number("rate")),
        by_amount=rule.number(fixed) if fixed in rule.parameters else None,
    )


def judge_deposit(
    edition: FrozenEdition,
    *,
    category: str,
    owner_code: str,
    estimate: Decimal | None,
    asked: Decimal,
    forms: Sequence[str],
) -> list[Decision]:
    """Judge amount and forms of the deposit that a document asks; every refusal shows both limits in yuan."""
    rule = deposit_rule(edition, category=category, owner_code=owner_code)
    allowed = ", ".join(rule.codes("forms"))
    found = [
        rule.answer("deposit_form", {"form": form or "none", "allowed": allowed})
        for form in forms or ("",)
        if form not in rule.codes("forms")
    ]
    if estimate is None:
        return [*found, rule.answer("deposit_without_estimate", {"asked": money.grouped(asked)})]
    cap = deposit_cap(edition, category=category, owner_code=owner_code, estimate=estimate)
    if asked <= cap.amount:
        return found or [ALLOWED]
    facts = {
        "asked": money.grouped(asked),
        "cap": money.grouped(cap.amount),
        "rate": f"{cap.rate:.2%}",
        "estimate": money.grouped(estimate),
        "by_rate": money.grouped(cap.by_rate),
        "by_amount": money.grouped(cap.by_amount) if cap.by_amount is not None else "—",
    }
    return [*found, rule.answer("deposit_too_high", facts)]


def gives_no_deposit(
    edition: FrozenEdition, *, category: str, owner_code: str, classes: Iterable[str]
) -> bool:
    """Tell whether a bidder of these classes (large, medium, small, micro, private) is exempt (B-02)."""
    rule = deposit_rule(edition, category=category, owner_code=owner_code)
    return not set(rule.codes("exempt")).isdisjoint(classes)


def judge_bond(edition: FrozenEdition, *, price: Decimal, asked: Decimal) -> Decision:
    """Judge the performance bond asked for a contract price in yuan (B-04)."""
    rule = edition.rule("performance_bond_cap")
    cap = _cut(price * rule.number())
    if asked <= cap:
        return ALLOWED
    facts = {"asked": money.grouped(asked), "cap": money.grouped(cap), "rate": f"{rule.number():.2%}"}
    return rule.answer("bond_too_high", facts | {"price": money.grouped(price)})


def _speaks_to(rule: Rule, category: str, owner_code: str) -> bool:
    categories = rule.codes("categories") if "categories" in rule.parameters else (category,)
    prefixes = rule.codes("owner_code_prefixes") if "owner_code_prefixes" in rule.parameters else ("",)
    return category in categories and owner_code.startswith(prefixes)


def _cut(amount: Decimal) -> Decimal:
    return amount.quantize(money.CENT, rounding=ROUND_DOWN)
