"""What evaluation asks of a lot's frozen edition: the law's numbers as the parameters of this app's rules."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction

from evaluation.domain.avoidance import Limits
from evaluation.domain.checks import Measure, Outlier
from evaluation.domain.committee import Change, Rules
from evaluation.domain.preliminary import Clause
from evaluation.domain.scoring.abnormally_low import Shares
from kernel.domain.refusals import Refused
from tender.domain.rulebook import FrozenEdition
from tender.domain.rules import Breach

HOME_ALONE = 1
HOME_AND_AWAY = 2


def committee_rules(edition: FrozenEdition, *, remote: bool) -> Rules:
    """Return what makes a committee lawful (C-03 to C-05, C-10, C-11; X-01 and X-04 for remote evaluation)."""
    size = edition.rule("committee_size")
    large = "large" in size.parameters
    time = edition.rule("evaluation_time_extension") if edition.has("evaluation_time_extension") else None
    return Rules(
        minimum=size.count(),
        odd=size.flag("odd"),
        larger_minimum=size.count("large") if large else None,
        larger_from=size.number("large_budget") if large else None,
        expert_share=edition.rule("committee_expert_share").share(),
        time_share=None if time is None else time.share(),
        representative_leads=edition.rule("committee_leader").flag("representative_may_lead"),
        changes=frozenset(Change(code) for code in edition.rule("member_replacement").codes()),
        sites=HOME_AND_AWAY if remote else HOME_ALONE,
        away_share=edition.rule("away_expert_share").share() if remote else Fraction(0),
    )


def avoidance_limits(
    edition: FrozenEdition, *, sessions: int | None, window_days: int | None, cooling_days: int | None
) -> Limits:
    """Return the limits of a draw: the years of C-09 from the edition, those of R-07 from the pool's operator."""
    years = edition.rule("avoidance").count("employer_years")
    return Limits(years, sessions=sessions, window_days=window_days, cooling_days=cooling_days)


def rejection_grounds(edition: FrozenEdition) -> Mapping[str, frozenset[str]]:
    """Return rule id -> grounds of rejection (T: V-03, V-04; G: V-05)."""
    keys = [key for key in ("rejection_grounds", "substantial_deviations") if edition.has(key)]
    return {edition.rule(key).id: frozenset(edition.rule(key).codes()) for key in keys}


def outlier(edition: FrozenEdition) -> Outlier:
    """Return the distance at which a member's score is 畸高 or 畸低 (V-11)."""
    share = edition.rule("checks_before_signing").number("abnormal_deviation")
    return Outlier(Fraction(share), Measure.MEAN)


def low_price_shares(edition: FrozenEdition) -> Shares | None:
    """Return the lines of 异常低价, None for a regime without a national one (RULES 7.1)."""
    if not edition.has("abnormally_low"):
        return None
    rule = edition.rule("abnormally_low")
    return Shares(
        of_mean=Fraction(rule.number("of_mean")),
        of_second_lowest=Fraction(rule.number("of_second_lowest")),
        of_limit=Fraction(rule.number("of_ceiling")),
    )


def bidders_minimum(edition: FrozenEdition) -> int:
    """Return below how many bids a lot cannot simply go on (C-01)."""
    return edition.rule("bidders_minimum").count()


def candidates_maximum(edition: FrozenEdition) -> int:
    """Return how many candidates a report may recommend (V-08)."""
    return edition.rule("candidates_maximum").count()


def clauses(edition: FrozenEdition) -> tuple[Clause, ...]:
    """Return the clauses of the first review, one for each ground that the law knows, in its order (V-01).

    A clause is named after rule and ground, and its title is the ground's code.
    """
    return tuple(
        Clause(f"{rule}.{ground}", ground, rule, ground)
        for rule, ground in (
            (edition.rule(key).id, ground)
            for key in ("rejection_grounds", "substantial_deviations")
            if edition.has(key)
            for ground in edition.rule(key).codes()
        )
    )


def draw_lead(edition: FrozenEdition) -> timedelta:
    """Return how long before the sitting experts may be drawn (R-02)."""
    return timedelta(hours=edition.rule("draw_lead_hours").count())


def pool_ratio(edition: FrozenEdition) -> int:
    """Return how many experts a first draw must find for each that it takes (R-06).

    An edition that was frozen before this rule asks for no more than are taken.
    """
    return edition.rule("draw_pool_ratio").count() if edition.has("draw_pool_ratio") else 1


def answer_time(edition: FrozenEdition) -> timedelta:
    """Return how long an expert may take to answer a call (R-03)."""
    return timedelta(minutes=edition.rule("draw_answer_minutes").count())


def lateness(edition: FrozenEdition) -> timedelta:
    """Return how long after the start an expert who has not signed in is waited for (R-05)."""
    return timedelta(minutes=edition.rule("expert_late_minutes").count())


def similarity_wait(edition: FrozenEdition) -> timedelta:
    """Return how long the committee waits for the comparison of the bids."""
    return timedelta(minutes=edition.rule("similarity_wait_minutes").count())


def signing_time(edition: FrozenEdition) -> timedelta:
    """Return after what time a member who neither signs nor dissents counts as agreeing (V-09)."""
    return timedelta(minutes=edition.rule("report_signing").count("minutes"))


def explanation_time(edition: FrozenEdition) -> timedelta | None:
    """Return the least time that a bidder has to explain a very low price, None without a national rule."""
    if not edition.has("abnormally_low"):
        return None
    return timedelta(minutes=edition.rule("abnormally_low").count("explanation_minutes"))


def weigh(edition: FrozenEdition, found: Iterable[Refused]) -> tuple[list[Refused], list[Refused]]:
    """Divide findings into those that refuse and those that only advise.

    A rule without legal force advises, and so does one that stands in no edition, as X-01 does.
    """
    binding = {rule.id for rule in edition.rules if rule.breach is Breach.REFUSE}
    listed = list(found)
    return [f for f in listed if f.rule in binding], [f for f in listed if f.rule not in binding]
