"""From the report to the contract: what may be published when, who wins, and that the contract is the bid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from kernel.domain import money
from kernel.domain.refusals import ALLOWED, Decision
from kernel.domain.workdays import WorkingCalendar
from tender.domain import instants, periods
from tender.domain.reviews import Review
from tender.domain.rulebook import FrozenEdition


@dataclass(frozen=True, slots=True)
class MainTerms:
    """What contract and bid must agree on; `terms` are further (name, value) pairs that were read out."""

    bidder: str
    price: Decimal
    period_days: int | None
    quality: str
    terms: tuple[tuple[str, str], ...] = ()


def judge_candidates(
    edition: FrozenEdition,
    *,
    report_received: datetime,
    at: datetime,
    number: int,
    calendar: WorkingCalendar,
    mandatory: bool = True,
) -> Review:
    """Judge the publication of so many candidates at `at` (T-11, V-08; regime T only).

    A late publication is done and recorded: its note stands in the review. Raises UnknownRuleError under
    regime G, which publishes a result and no candidates.
    """
    found: list[Decision] = []
    start = edition.rule("candidate_publication_start_maximum")
    if start.binds(mandatory=mandatory):
        found.append(periods.judge(start, anchor=report_received, at=at, calendar=calendar))
    limit = edition.rule("candidates_maximum")
    facts = {"stated": str(number), "limit": str(limit.count())}
    if not periods.keeps(limit, number):
        found.append(limit.answer("candidate_number", facts))
    return Review.of(found)


def candidate_window(
    edition: FrozenEdition, *, published_at: datetime, calendar: WorkingCalendar
) -> tuple[datetime, datetime]:
    """Return the shortest lawful publication of candidates, half-open; objections to the result lie in it (T-12)."""
    rule = edition.rule("candidate_publication_minimum")
    return published_at, periods.window_end(rule, published_at, calendar)


def result_window(
    edition: FrozenEdition, *, published_at: datetime, calendar: WorkingCalendar
) -> tuple[datetime, datetime]:
    """Return the shortest lawful publication of a result under regime G, half-open (G-12)."""
    rule = edition.rule("result_publication_minimum")
    return published_at, periods.window_end(rule, published_at, calendar)


def judge_publication_end(
    edition: FrozenEdition, *, published_at: datetime, until: datetime, calendar: WorkingCalendar
) -> Decision:
    """Judge how long candidates are to stay published: never shorter than T-12 says."""
    rule = edition.rule("candidate_publication_minimum")
    _, earliest = candidate_window(edition, published_at=published_at, calendar=calendar)
    if until >= earliest:
        return ALLOWED
    facts = {
        "opens": instants.clock(published_at),
        "closes": instants.until(until),
        "earliest": instants.until(earliest),
    }
    return rule.answer("publication_too_short", facts)


def judge_result(
    edition: FrozenEdition,
    *,
    at: datetime,
    calendar: WorkingCalendar,
    candidates_published: datetime | None = None,
    candidates_until: datetime | None = None,
    winner_determined: datetime | None = None,
    mandatory: bool = True,
) -> Decision:
    """Judge the publication of the result at `at`.

    Regime T: once the candidates were published for their full time (T-12) and until `candidates_until`, the
    announced end; a project that need not be tendered may leave the candidates out. Regime G: within G-11 of
    determining the winner; late is done and recorded. Raises ValueError when the fact that the regime counts
    from is missing.
    """
    if edition.has("candidate_publication_minimum"):
        rule = edition.rule("candidate_publication_minimum")
        if candidates_published is None and not rule.binds(mandatory=mandatory):
            return ALLOWED
        if candidates_published is None:
            raise ValueError("regime T counts the result from the publication of the candidates")
        decision = periods.judge(rule, anchor=candidates_published, at=at, calendar=calendar)
        if decision and candidates_until is not None and at < candidates_until:
            return rule.answer(
                "before_window", {"opens": instants.until(candidates_until), "at": instants.clock(at)}
            )
        return decision
    if winner_determined is None:
        raise ValueError("regime G counts the result from the determination of the winner")
    rule = edition.rule("result_publication_maximum")
    return periods.judge(rule, anchor=winner_determined, at=at, calendar=calendar)


def judge_winner(
    edition: FrozenEdition,
    *,
    candidates: Sequence[str],
    chosen: str,
    passed_over: Mapping[str, str],
    mandatory: bool = True,
    state_funded: bool = True,
) -> Decision:
    """Judge the choice of a winner among the candidates in their order (V-18).

    `passed_over` candidate -> ground on which it fell out. Candidates before the chosen one need a ground
    that the rule knows, unless the rule does not bind this project (regime T binds where state funds lead).
    """
    rule = edition.rule("award_order")
    if chosen not in candidates:
        return rule.answer("not_a_candidate", {"chosen": chosen})
    if not rule.binds(mandatory=mandatory and state_funded):
        return ALLOWED
    grounds = ", ".join(rule.codes())
    for rank, candidate in enumerate(candidates, start=1):
        ground = passed_over.get(candidate, "")
        if candidate == chosen:
            return ALLOWED
        if not ground:
            facts = {"chosen": chosen, "rank": str(candidates.index(chosen) + 1), "first": str(rank)}
            return rule.answer("not_next_in_order", facts | {"grounds": grounds})
        if ground not in rule.codes():
            return rule.answer("ground_unknown", {"rank": str(rank), "ground": ground, "grounds": grounds})
    return ALLOWED


def judge_contract_time(
    edition: FrozenEdition,
    *,
    notice_issued: datetime,
    signed_at: datetime,
    calendar: WorkingCalendar,
    validity_until: datetime | None = None,
) -> Review:
    """Judge when a contract was signed: within T-13 / G-13 and while the bid is valid.

    A late contract is a contract: it is recorded as a breach and its notes say by how much, nothing is
    refused for lateness alone; a date before the notice of award is noted too.
    """
    rule = edition.rule("contract_maximum")
    found = [periods.judge(rule, anchor=notice_issued, at=signed_at, calendar=calendar)]
    if validity_until is not None and signed_at >= validity_until:
        facts = {"closes": instants.until(validity_until), "at": instants.clock(signed_at)}
        found.append(rule.answer("contract_after_validity", facts))
    return Review.of(found)


def judge_contract_terms(edition: FrozenEdition, *, bid: MainTerms, contract: MainTerms) -> Decision:
    """Refuse a contract whose main terms depart from the winning bid, naming each difference (T-27, G-29)."""
    found = [
        f"{field.name}: {_text(getattr(bid, field.name))} → {_text(getattr(contract, field.name))}"
        for field in fields(MainTerms)
        if field.name != "terms" and getattr(bid, field.name) != getattr(contract, field.name)
    ]
    offered, agreed = dict(bid.terms), dict(contract.terms)
    found += [
        f"{name}: {offered.get(name, '—')} → {agreed.get(name, '—')}"
        for name in dict.fromkeys([*offered, *agreed])
        if offered.get(name) != agreed.get(name)
    ]
    if not found:
        return ALLOWED
    return edition.rule("contract_equals_bid").answer("contract_differs", {"differences": "; ".join(found)})


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return money.grouped(value)
    return "—" if value is None else str(value)
