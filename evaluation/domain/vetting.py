"""Whether a document's method can be computed and is lawful, everything that is wrong with it at once (V-01, F-02)."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from evaluation.domain.scoring import exact, formulas
from evaluation.domain.scoring.parameters import ParameterError
from kernel.domain.refusals import Decision, Refused
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Rule

WORKS = "works"
BANDS = {
    "sme_deduction": ("sme_deduction", ""),
    "sme_deduction_share": ("sme_deduction", "consortium_"),
    "sme_uplift": ("sme_uplift", ""),
    "sme_uplift_share": ("sme_uplift", "consortium_"),
}
"""Parameter of a method -> (key of the rule that bounds it, prefix of the bounds' names)."""


def vet(
    edition: FrozenEdition,
    *,
    category: str,
    formula: str,
    parameters: Mapping[str, Any],
    coefficients: Mapping[str, Sequence[str]],
    members: int,
) -> list[Refused]:
    """Return everything that is wrong with a method of a document.

    `coefficients` name -> the values among which the opening draws; `members` is the size of the committee.
    """
    admitted = formulas.admit(formula, edition.regime.value)
    if isinstance(admitted, Refused):
        return [admitted]
    found = formulas.FORMULAS[formula]
    rule = edition.rule("only_document_criteria")
    wrong = [
        Refused(rule.id, "parameter_wrong", {"parameter": one.parameter, "why": one.message})
        for one in found.check(parameters, coefficients)
    ]
    if wrong:
        return wrong
    read = _read(found, parameters, coefficients)
    dropped = read["drop_members_high"] + read["drop_members_low"]
    if dropped >= members:
        facts = {"dropped": str(dropped), "size": str(members)}
        wrong.append(Refused(rule.id, "all_members_dropped", facts))
    decisions = _bands(edition, category, read)
    return wrong + [one for one in decisions if isinstance(one, Refused)]


def _read(
    found: formulas.Formula[Any], parameters: Mapping[str, Any], coefficients: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    first = {name: values[0] for name, values in coefficients.items()}
    try:
        return dict(found.read(parameters, first).as_json())
    except ParameterError as error:
        raise ValueError(f"parameters were checked before: {error}") from error


def _bands(edition: FrozenEdition, category: str, read: Mapping[str, Any]) -> Iterator[Decision]:
    for name, (key, prefix) in BANDS.items():
        if name not in read or not edition.has(key):
            continue
        rule = edition.rule(key)
        rate = Decimal(read[name])
        low, high = _band(rule, prefix, category)
        if rate and not low <= rate <= high:
            facts = {
                "parameter": name,
                "stated": exact.plain(rate),
                "lowest": exact.plain(low),
                "highest": exact.plain(high),
            }
            yield rule.answer("sme_rate_outside", facts)


def _band(rule: Rule, prefix: str, category: str) -> tuple[Decimal, Decimal]:
    """Return the bounds of a rate; works have their own where the rule knows any."""
    own = f"{WORKS}_{prefix}"
    stem = own if category == WORKS and f"{own}minimum" in rule.parameters else prefix
    return rule.number(f"{stem}minimum"), rule.number(f"{stem}maximum")
