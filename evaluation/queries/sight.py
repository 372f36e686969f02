"""What pages show of an evaluation: bids, marks, findings and rankings with the names of the bidders beside the ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bidding.domain import opening
from evaluation.domain import edition
from evaluation.domain.checks import EXPLAINABLE, Finding
from evaluation.domain.scoring import abnormally_low, exact
from evaluation.domain.scoring.members import Item
from evaluation.models import Amendment, Explanation, Mark, Member, Merit, Motion, Report
from evaluation.queries.judging import Bench
from kernel.domain import canonical, money


@dataclass(frozen=True, slots=True)
class BidView:
    """An opened bid: who offers what, and the grounds on which it was rejected."""

    id: str
    name: str
    bidder: str
    price: str
    counts: str
    period_days: int | None
    quality: str
    enterprise: str
    terms: tuple[tuple[str, str], ...]
    rejected: tuple[str, ...]
    low: tuple[str, ...]

    @property
    def words_differ(self) -> bool:
        """Whether the price in words is another than the one in figures; the words count (M-05)."""
        return bool(self.price) and self.counts != self.price


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding of the four checks, and what was answered to it."""

    finding: Finding
    id: str
    bidder: str
    item: str
    may_explain: bool
    mine: bool
    explanation: Explanation | None


@dataclass(frozen=True, slots=True)
class RankView:
    """A line of the ranking."""

    bid: str
    rank: int
    name: str
    price: str
    evaluated: str
    price_score: str
    items: Mapping[str, str]
    total: str
    strengths: str
    weaknesses: str


def bids(bench: Bench) -> list[BidView]:
    """Return the opened bids by arrival."""
    grounds: dict[str, list[str]] = {}
    for rejection in bench.rejections:
        grounds.setdefault(rejection.bid, []).append(rejection.clause.ground)
    low = low_prices(bench)
    lines = bench.subject.opened()
    return [_bid(line, tuple(grounds.get(bid, ())), tuple(low.get(bid, ()))) for bid, line in lines.items()]


def names(bench: Bench) -> dict[str, str]:
    """Return bid -> name of its bidder."""
    return {bid: line["name"] for bid, line in bench.subject.opened().items()}


def low_prices(bench: Bench) -> dict[str, list[str]]:
    """Return bid -> lines below which its price lies; advice to the committee, nothing where no rule draws lines."""
    shares = edition.low_price_shares(bench.record.edition)
    rejected = {rejection.bid for rejection in bench.rejections}
    unread = [bid for bid, line in bench.subject.opened().items() if line["fields"] is None]
    if shares is None or set(unread) - rejected:
        return {}
    notice = bench.record.notice
    limit = notice["ceiling"] or notice["estimate"]
    passed = [bid for bid in bench.priced if bid.rejected is None]
    return abnormally_low.triggered(passed, shares, limit=money.parse(limit) if limit else None)


def marks(member: Member) -> dict[tuple[str, str], Mark]:
    """Return a member's own drafts by bid and item."""
    return {(str(row.bid), row.item): row for row in Mark.objects.filter(member=member).order_by("pk")}


def items(bench: Bench) -> tuple[Item, ...]:
    """Return the items that members score."""
    return bench.method.items


def findings(bench: Bench, reader: Member) -> list[FindingView]:
    """Return what the checks found, with what was answered, as a member reads it."""
    called, titles = names(bench), {item.id: item.title for item in bench.method.items}
    answers = {row.finding: row for row in bench.explanations}
    return [
        FindingView(
            finding=one,
            id=one.id,
            bidder=called[one.bid],
            item=titles.get(one.item or "", ""),
            may_explain=one.fault in EXPLAINABLE,
            mine=one.member == reader.name or (one.member is None and reader.name in one.facts),
            explanation=answers.get(one.id),
        )
        for one in bench.findings
    ]


def ranking(bench: Bench) -> list[RankView]:
    """Return the ranking as it is calculated now; raises ScoringError while it cannot be."""
    called = names(bench)
    merits = {str(row.bid): row for row in Merit.objects.filter(session=bench.session)}
    found = []
    for row in bench.assessment.rows:
        line, merit = bench.assessment.price.line(row.bid), merits.get(row.bid)
        found.append(
            RankView(
                bid=row.bid,
                rank=row.place.rank,
                name=called[row.bid],
                price=money.to_text(line.price),
                evaluated=money.to_text(line.evaluated),
                price_score=_text(line.score),
                items={item: exact.plain(value) for item, value in row.items.items()},
                total=_text(row.total),
                strengths=merit.strengths if merit else "",
                weaknesses=merit.weaknesses if merit else "",
            )
        )
    return found


def amendments(bench: Bench) -> list[tuple[Amendment, str]]:
    """Return what was proposed about the numbers of bids, each with its bidder's name."""
    called = names(bench)
    return [(row, called[str(row.bid)]) for row in bench.amendments]


def motions(bench: Bench, reader: Member) -> list[tuple[Motion, str, bool]]:
    """Return (motion, bidder's name, whether the reader has voted) of the detailed review."""
    called = names(bench)
    return [
        (row, called[str(row.bid)], any(vote.member_id == reader.pk for vote in row.votes.all()))
        for row in bench.motions
    ]


def reports(bench: Bench) -> list[tuple[Report, dict[str, Any]]]:
    """Return the reports that were laid, newest first, each with its document."""
    rows = Report.objects.filter(session=bench.session).order_by("-number")
    return [(row, canonical.from_bytes(bytes(row.document))) for row in rows]


def _bid(line: Mapping[str, Any], rejected: tuple[str, ...], low: tuple[str, ...]) -> BidView:
    fields = line["fields"]
    if fields is None:
        return BidView(line["bid"], line["name"], line["bidder"], "", "", None, "", "", (), rejected, low)
    return BidView(
        id=line["bid"],
        name=line["name"],
        bidder=line["bidder"],
        price=fields["price"],
        counts=money.to_text(opening.price(fields).amount),
        period_days=fields["period_days"],
        quality=fields["quality"],
        enterprise=fields["enterprise"],
        terms=tuple((name, value) for name, value in fields["terms"]),
        rejected=rejected,
        low=low,
    )


def _text(value: Decimal | None) -> str:
    return "" if value is None else exact.plain(value)
