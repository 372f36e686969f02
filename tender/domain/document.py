"""Whether the law allows a tender document, everything that is wrong with it at once; and the notice it becomes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from math import ceil
from typing import Any

from kernel.domain import canonical, money
from kernel.domain.refusals import ALLOWED, Decision
from kernel.domain.workdays import WorkingCalendar
from tender.domain import caps, periods
from tender.domain.reviews import Review
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Rule
from tender.domain.terms import Custodian, Terms, plain

CATEGORIES = ("works", "goods", "services", "survey")
ROLES = ("procuring_entity", "centre", "third", "fourth", "fifth")
ITEM_KINDS = ("objective", "subjective")


def check(
    terms: Terms, edition: FrozenEdition, calendar: WorkingCalendar, *, published_at: datetime
) -> Review:
    """Judge a document as if it were published at `published_at`; returns all refusals and all advice.

    Raises RegimeError when the edition is of the other law, YearNotAnnouncedError when a period runs into a
    year whose holidays are not announced.
    """
    edition.require_regime(terms.regime)
    return Review.of(
        chain(
            _periods(terms, edition, calendar, published_at),
            _price(terms, edition),
            _deposit(terms, edition),
            _validity(terms, edition),
            _formula(terms, edition),
            _marks(terms, edition),
            _coefficients(terms, edition),
            _ranking(terms, edition),
            _committee(terms, edition),
            _parts(terms, edition),
            _custodians(terms, edition),
            _files(terms, edition),
            _region(terms, edition),
        )
    )


def build_notice(terms: Terms, edition: FrozenEdition, *, published_at: datetime) -> dict[str, Any]:
    """Return the base notice of docs/formats.md section 3; judge the terms with `check` before.

    Raises RegimeError for an edition of the other law, NotCanonicalError when a value has no canonical form.
    """
    edition.require_regime(terms.regime)
    whole = terms.as_json()
    notice = {
        "domain": "yangguang/notice/v1",
        "suite": "age1",
        "edition": edition.reference,
        "published_at": canonical.instant(published_at),
        "deadline_rule": edition.rule("clarification_lead").id,
        **{name: whole[name] for name in _NOTICE_FIELDS},
    }
    canonical.to_bytes(notice)
    return notice


_NOTICE_FIELDS = (
    *("tender", "lot", "code", "title", "project", "regime", "category"),
    *("procuring_entity", "agency", "centre", "documents_until", "deadline", "estimate", "ceiling"),
    *("parts", "mode", "threshold", "custodians", "validity_days", "deposit", "method", "coefficients"),
    *("beacon", "ties", "candidates", "committee", "documents", "round_of"),
)


def _periods(
    terms: Terms, edition: FrozenEdition, calendar: WorkingCalendar, published_at: datetime
) -> Iterator[Decision]:
    for key, at in (
        ("document_access_minimum", terms.documents_until),
        ("bid_period_minimum", terms.deadline),
    ):
        rule = edition.rule(key)
        if rule.binds(mandatory=terms.mandatory):
            yield periods.judge(rule, anchor=published_at, at=at, calendar=calendar)
    access = edition.rule("document_access_minimum")
    yield periods.judge_window(access, opens=published_at, closes=terms.deadline, at=terms.documents_until)


def _price(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    rule = edition.rule("price_ceiling")
    stated_by = rule.codes("stated_by")
    if not any(getattr(terms, name) for name in stated_by):
        yield rule.answer("ceiling_not_stated", {"stated_by": ", ".join(stated_by)})
    if terms.minimum_price is not None:
        yield rule.answer("minimum_price_set", {"minimum": money.grouped(terms.minimum_price)})
    above = terms.ceiling is not None and terms.estimate is not None and terms.ceiling > terms.estimate
    if above and rule.flag("within_estimate") and terms.ceiling is not None and terms.estimate is not None:
        facts = {"ceiling": money.grouped(terms.ceiling), "estimate": money.grouped(terms.estimate)}
        yield rule.answer("ceiling_above_estimate", facts)


def _deposit(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    if terms.deposit is not None:
        yield from caps.judge_deposit(
            edition,
            category=terms.category,
            owner_code=terms.procuring_entity.credit_code,
            estimate=terms.estimate,
            asked=terms.deposit.amount,
            forms=terms.deposit.forms,
        )


def _validity(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    if terms.validity_days < 1:
        yield edition.rule("validity_from_deadline").answer(
            "validity_not_stated", {"days": str(terms.validity_days)}
        )


def _formula(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    rule = edition.rule("formulas")
    if terms.method.formula not in rule.codes():
        facts = {"formula": terms.method.formula, "regime": edition.regime.value}
        yield rule.answer("formula_of_other_regime", facts | {"known": ", ".join(rule.codes())})
    if terms.category not in CATEGORIES:
        facts = {"stated": terms.category, "known": ", ".join(CATEGORIES)}
        yield edition.rule("only_document_criteria").answer("category", facts)


def _marks(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    method = terms.method
    rule = edition.rule("full_marks_total")
    items = sum((item.full for item in method.items), Decimal(0))
    total = method.price_full + items
    if method.formula in edition.rule("formulas").codes("without_marks"):
        if total:
            yield rule.answer("marks_where_price_ranks", {"formula": method.formula, "sum": plain(total)})
        return
    if not periods.keeps(rule, total):
        facts = {"sum": plain(total), "price": plain(method.price_full), "items": plain(items)}
        yield rule.answer("full_marks_do_not_add_up", facts | {"limit": plain(rule.number())})
    yield from _items(terms, rule)
    if edition.has("price_weight_minimum") and total:
        yield from _weight(edition.rule("price_weight_minimum"), terms.category, method.price_full / total)


def _items(terms: Terms, rule: Rule) -> Iterator[Decision]:
    seen: set[str] = set()
    for item in terms.method.items:
        if item.id in seen:
            yield rule.answer("item_twice", {"item": item.id})
        if item.full <= 0:
            yield rule.answer("item_without_marks", {"item": item.id})
        if item.kind not in ITEM_KINDS:
            yield rule.answer("item_kind", {"item": item.id, "kind": item.kind})
        seen.add(item.id)


def _weight(rule: Rule, category: str, weight: Decimal) -> Iterator[Decision]:
    if category in rule.parameters and not periods.keeps(rule, weight, category):
        yield rule.answer(
            "price_weight_too_low", {"weight": f"{weight:.2%}", "limit": f"{rule.number(category):.2%}"}
        )


def _coefficients(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    rule = edition.rule("only_document_criteria")
    for name in _twice([each.name for each in terms.coefficients]):
        yield rule.answer("coefficient_twice", {"name": name})
    for each in terms.coefficients:
        if not each.values:
            yield rule.answer("coefficient_without_values", {"name": each.name})
        for value in _twice(each.values):
            yield rule.answer("coefficient_twice", {"name": f"{each.name} = {value}"})


def _ranking(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    rule = edition.rule("only_document_criteria")
    if not terms.ties or _twice(terms.ties) or not set(terms.ties) <= set(rule.codes()):
        yield rule.answer("tie_rules", {"stated": _list(terms.ties), "known": _list(rule.codes())})
    limit = edition.rule("candidates_maximum")
    facts = {"stated": str(terms.candidates), "limit": str(limit.count())}
    if terms.candidates < 1:
        yield rule.answer("no_candidates", facts)
    elif not periods.keeps(limit, terms.candidates):
        yield limit.answer("too_many_candidates", facts)


def _committee(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    planned = terms.committee
    size = edition.rule("committee_size")
    if size.binds(mandatory=terms.mandatory):
        yield from _size(terms, size)
        share = edition.rule("committee_expert_share")
        if not planned.size or not periods.keeps(share, Fraction(planned.experts, planned.size)):
            least = ceil(planned.size * share.share())
            facts = {"size": str(planned.size), "experts": str(planned.experts), "minimum": str(least)}
            yield share.answer("too_few_experts", facts)
    drawn = sum(stratum.count for stratum in planned.strata)
    bad = any(stratum.count < 1 for stratum in planned.strata) or planned.experts > planned.size
    if drawn != planned.experts or bad:
        facts = {"strata": str(drawn), "experts": f"{planned.experts} / {planned.size}"}
        yield edition.rule("experts_drawn_at_random").answer("strata_do_not_add_up", facts)


def _size(terms: Terms, rule: Rule) -> Iterator[Decision]:
    least = rule.count()
    if "large" in rule.parameters:
        large = terms.estimate is not None and terms.estimate >= rule.number("large_budget")
        least = rule.count("large") if large or terms.complex_lot else least
    size = terms.committee.size
    if size < least:
        yield rule.answer("committee_too_small", {"size": str(size), "minimum": str(least)})
    if rule.flag("odd") and not size & 1:
        yield rule.answer("committee_not_odd", {"size": str(size)})


def _parts(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    sealed = edition.rule("bid_sealed_offline")
    known = sealed.codes()
    if terms.parts[:1] != known[:1] or _twice(terms.parts) or not set(terms.parts) <= set(known):
        yield sealed.answer("parts", {"stated": _list(terms.parts), "known": _list(known)})
    opened = edition.rule("decryption_failure")
    if terms.mode not in opened.codes():
        yield opened.answer("mode", {"stated": terms.mode, "known": _list(opened.codes())})


def _custodians(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    rule = edition.rule("nobody_opens_before_deadline")
    named = terms.custodians
    allowed = [
        (rule.count("custodians"), rule.count("threshold")),
        (rule.count("custodians_large"), rule.count("threshold_large")),
    ]
    if (len(named), terms.threshold) not in allowed:
        words = " / ".join(f"{number} ({threshold})" for number, threshold in allowed)
        facts = {"stated": str(len(named)), "threshold": str(terms.threshold), "allowed": words}
        yield rule.answer("custodian_number", facts)
    roles = [each.role for each in named]
    if roles != list(ROLES[: len(named)]):
        facts = {"stated": _list(roles), "wanted": _list(ROLES[: len(named)])}
        yield rule.answer("custodian_roles", facts)
    for each in named:
        yield from _custodian(each, terms, rule)
    for key in _twice([each.recipient for each in named if each.recipient]):
        same = [each.role for each in named if each.recipient == key]
        yield rule.answer("custodian_key_twice", {"roles": _list(same)})


def _custodian(each: Custodian, terms: Terms, rule: Rule) -> Iterator[Decision]:
    """Three institutions, the procuring entity and its agency counting as one."""
    ours = {party.credit_code for party in (terms.procuring_entity, terms.agency) if party is not None}
    centre = {terms.centre.credit_code}
    wanted = {"procuring_entity": ours - centre, "centre": centre - ours}.get(each.role)
    if wanted is not None and each.credit_code not in wanted:
        facts = {"role": each.role, "credit_code": each.credit_code, "wanted": _list(sorted(wanted))}
        yield rule.answer("custodian_not_named_party", facts)
    others = [
        other.role for other in terms.custodians if other != each and other.credit_code == each.credit_code
    ]
    clash = others if wanted is not None else [*others, *_side(each.credit_code, ours, centre)]
    if clash:
        facts = {"role": each.role, "name": each.name, "credit_code": each.credit_code, "clash": _list(clash)}
        yield rule.answer("custodian_not_independent", facts)
    if not each.recipient or not each.signature:
        yield rule.answer("custodian_without_key", {"role": each.role})


def _side(code: str, ours: set[str], centre: set[str]) -> list[str]:
    """Name the side to which a code belongs that should be nobody's."""
    return [role for role, codes in zip(ROLES, (ours, centre), strict=False) if code in codes]


def _files(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    rule = edition.rule("document_access_minimum")
    if not terms.documents:
        yield rule.answer("no_document", {})
    for name in _twice([each.name for each in terms.documents]):
        yield rule.answer("document_name_twice", {"name": name})


def _region(terms: Terms, edition: FrozenEdition) -> Iterator[Decision]:
    if not edition.has("similar_experience_limit"):
        return
    rule = edition.rule("similar_experience_limit")
    asks = terms.asks_similar_experience and not terms.special_structure
    if asks and rule.binds(mandatory=terms.mandatory):
        limit = {"limit": money.grouped(rule.number())}
        if terms.total_investment is None:
            yield rule.answer("investment_not_stated", limit)
        elif not periods.keeps(rule, terms.total_investment):
            facts = {"investment": money.grouped(terms.total_investment)}
            yield rule.answer("similar_experience_asked", facts | limit)
    if not terms.fair_competition_reviewed:
        yield edition.rule("fair_competition_review").answer("fair_competition_not_reviewed", {})
    yield ALLOWED


def _twice(texts: Sequence[str]) -> list[str]:
    return sorted({text for text in texts if texts.count(text) > 1})


def _list(texts: Sequence[str]) -> str:
    return ", ".join(texts) or "none"
