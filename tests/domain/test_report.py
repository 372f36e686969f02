"""The documents of an evaluation: canonical, consistent, and enough for the public to compute every price score."""

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.domain import checks, preliminary, report
from evaluation.domain.committee import Kind, Member
from evaluation.domain.preliminary import Clause, Rejection, Vote
from evaluation.domain.report import (
    Clarification,
    Dissent,
    Proceedings,
    Reason,
    Replacement,
    ReportError,
    Ruling,
    Subject,
)
from evaluation.domain.scoring import assess, exact, formulas, intake
from evaluation.domain.scoring.assess import Method
from evaluation.domain.scoring.members import Sheet
from evaluation.domain.scoring.values import PricedBid, Sme, Stage
from kernel.domain import canonical

NOW = datetime(2026, 3, 27, 8, 30, 0, 123456, tzinfo=UTC)
BIDS = ("b1", "b2", "b3", "b4")
PRICES = dict(zip(BIDS, ("9600000.00", "9800000.00", "10000000.00", "10300000.00"), strict=True))
CLAUSE = Clause("3.2", "Qualification", "V-03", "not_qualified")


def notice(formula="mean_benchmark", regime="T", parameters=None, price_full="60"):
    items = [
        {"id": "design", "title": "Design", "full": "25", "kind": "subjective"},
        {"id": "record", "title": "Record", "full": "15", "kind": "objective", "group": "business"},
    ]
    stated = {"E1": "2", "E2": "1", "drop_above": 5} if parameters is None else parameters
    return {
        "tender": "t1",
        "lot": "l1",
        "regime": regime,
        "method": {"formula": formula, "parameters": stated, "price_full": price_full, "items": items},
        "ties": ["price", "seal"],
    }


def table(coefficients=True):
    lines = [
        {
            "bid": bid,
            "bidder": f"CODE-{bid}",
            "name": f"Company {bid}",
            "received_at": f"2026-03-20T00:00:0{n}.000Z",
            "outcome": "opened",
            "fields": {
                "price": PRICES[bid],
                "period_days": 90 + n,
                "quality": "good",
                "enterprise": "small" if bid == "b3" else "large",
                "terms": [["prepayment", "30"]],
            },
        }
        for n, bid in enumerate(BIDS)
    ]
    lines.append({**lines[0], "bid": "b5", "outcome": "deemed_revoked", "fields": None})
    drawn = [{"name": "K", "value": "0.02", "draw": "l1/draw-1"}] if coefficients else []
    return {"tender": "t1", "lot": "l1", "bids": lines, "coefficients": drawn}


def sheets(bids):
    found = []
    for n in range(3):
        scores = {}
        for m, bid in enumerate(bids):
            scores[bid, "design"] = Decimal(18 + m) + Decimal(n) / 2
            scores[bid, "record"] = Decimal(10)
        totals = {bid: scores[bid, "design"] + scores[bid, "record"] for bid in bids}
        found.append(Sheet(f"P{n}", "home" if n else "away", scores, totals))
    return found


REJECTION = Rejection(
    "b4",
    Stage.DETAILED,
    CLAUSE,
    (Vote("P0", "b4", "3.2", False, "12", "expired"), Vote("P1", "b4", "3.2", False, "12", "x")),
    ("P2",),
)
MEMBERS = (
    Member("P0", Kind.EXPERT, "away"),
    Member("P1", Kind.EXPERT, "home"),
    Member("P2", Kind.REPRESENTATIVE, "home"),
)
REASONS = {bid: Reason("clear", "slow") for bid in BIDS[:3]}


class Case:
    """One evaluated lot with all its documents."""

    def __init__(self, stated=None, opened=None, corrected=None):
        self.subject = Subject(stated or notice(), opened or table())
        self.method = Method.from_notice(self.subject.notice)
        self.rejections = [REJECTION]
        offers = intake.bids(
            self.subject.table, rejected=preliminary.stages(self.rejections), corrected=corrected
        )
        self.given = sheets(BIDS[:3])
        self.found = assess.assess(
            self.method,
            offers,
            intake.coefficients(self.subject.table),
            self.given,
            sealed_at=intake.sealed_at(self.subject.table),
        )
        self.signed = [
            report.score_sheet(self.subject, sheet, [], number=1, supersedes=None, made_at=NOW)
            for sheet in self.given
        ]
        by_hash = {canonical.digest(d): s for d, s in zip(self.signed, self.given, strict=True)}
        self.scores = report.scores(
            self.subject, self.method, self.found, by_hash, rejections=self.rejections
        )

    def report(self, *, candidates=2, members=MEMBERS, **happened):
        proceedings = Proceedings(**{"leader": "P1", "reasons": REASONS} | happened)
        return report.evaluation_report(
            self.subject,
            self.found,
            self.scores,
            members,
            proceedings,
            rejections=self.rejections,
            candidates=candidates,
            made_at=NOW,
        )

    def publication(self, **changes):
        facts = {"published_at": NOW, "until": NOW + timedelta(days=3)} | changes
        return report.publication(
            self.subject, self.method, self.found, self.report(), rejections=self.rejections, **facts
        )


CASE = Case()
G_CASE = Case(notice("lowest_price", "G", {"sme_deduction": "0.10"}, "60"), table(coefficients=False))
PRICE_CASE = Case(
    notice(
        "evaluated_price",
        "T",
        {
            "factors": [
                {
                    "term": "period_days",
                    "standard": "90",
                    "per": "1",
                    "unit": "yuan",
                    "above": "5000",
                    "below": "0",
                }
            ]
        },
        "0",
    ),
    table(coefficients=False),
    corrected={"b1": Decimal("9600001.00")},
)


@pytest.mark.parametrize("case", [CASE, G_CASE, PRICE_CASE], ids=["T", "G", "evaluated"])
def test_every_document_has_canonical_bytes(case):
    documents = [*case.signed, case.scores, case.report(), case.publication()]
    for document in documents:
        assert canonical.from_bytes(canonical.to_bytes(document)) == document
    assert [d["domain"] for d in documents[-3:]] == [
        "yangguang/scores/v1",
        "yangguang/evaluation-report/v1",
        "yangguang/candidates/v1",
    ]


def test_documents_name_each_other_by_hash():
    made = CASE.report()
    assert made["scores"] == canonical.digest(CASE.scores)
    assert CASE.publication()["report"] == canonical.digest(made)
    assert {s["sheet"] for s in CASE.scores["sheets"]} == {canonical.digest(d) for d in CASE.signed}
    for document in (CASE.scores, made, CASE.publication(), *CASE.signed):
        assert document["table"] == canonical.digest(CASE.subject.table)


def derive_in_public(stated, opened, published):
    """Compute the price part again from the public files alone, as any reader may."""
    prices = {line["bid"]: line["fields"]["price"] for line in opened["bids"] if line["fields"]}
    stage = {entry["bid"]: Stage(entry["stage"]) for entry in published["rejected"]}
    corrected = {entry["bid"]: entry["price"] for entry in (*published["basis"], *published["price"])}
    lines = {entry["bid"]: entry for entry in published["price"]}
    offers = [
        PricedBid(
            bid,
            Decimal(corrected.get(bid, price)),
            Sme(lines[bid]["sme"]) if bid in lines else Sme.NONE,
            {name: Decimal(value) for name, value in lines[bid]["terms"]} if bid in lines else {},
            stage.get(bid),
        )
        for bid, price in prices.items()
    ]
    formula = formulas.get(stated["method"]["formula"], stated["regime"])
    full = None if published["price_full"] is None else Decimal(published["price_full"])
    drawn = {c["name"]: c["value"] for c in opened["coefficients"]}
    return formula.score(offers, stated["method"]["parameters"], drawn, full=full)


@pytest.mark.parametrize("case", [CASE, G_CASE, PRICE_CASE], ids=["T", "G", "evaluated"])
def test_the_public_derives_every_price_score(case):
    published = case.publication()
    found = derive_in_public(case.subject.notice, case.subject.table, published)
    assert [line.as_json() for line in found.lines] == published["price"]
    assert (None if found.benchmark is None else exact.plain(found.benchmark)) == published["benchmark"]
    assert dict(found.parameters) == published["parameters"]


def test_the_benchmark_holds_the_bid_that_was_rejected_later():
    assert [entry["bid"] for entry in CASE.scores["basis"]] == list(BIDS)
    assert [entry["bid"] for entry in CASE.scores["price"]] == list(BIDS[:3])
    mean = sum(Fraction(price) for price in PRICES.values()) / 4
    assert Fraction(CASE.scores["benchmark"]) == mean * Fraction("0.98")


def test_a_changed_price_is_noticed_by_the_public():
    published = copy.deepcopy(CASE.publication())
    published["price"][0]["score"] = "60.00"
    found = derive_in_public(CASE.subject.notice, CASE.subject.table, published)
    assert [line.as_json() for line in found.lines] != published["price"]


def test_a_corrected_price_stands_in_the_published_line():
    line = PRICE_CASE.publication()["price"][0]
    assert (line["price"], line["evaluated"]) == ("9600001.00", "9600001.00")


def test_the_publication_names_no_member_and_no_members_score():
    text = canonical.to_bytes(CASE.publication()).decode()
    assert not any(f'"{member.id}"' in text for member in MEMBERS)
    assert "sheets" not in CASE.publication()
    assert "votes" not in text


def test_candidates_are_the_first_places_with_what_the_law_publishes():
    published = CASE.publication()
    ranks = [(c["rank"], c["bid"]) for c in published["candidates"]]
    assert ranks == [(row["rank"], row["bid"]) for row in CASE.scores["summary"]][:2]
    first = published["candidates"][0]
    assert sorted(first) == ["bid", "bidder", "name", "period_days", "price", "quality", "rank", "total"]
    assert first["price"] == PRICES[first["bid"]]
    assert published["valid"] == list(BIDS[:3])


def test_a_g_lot_contracts_at_the_quote_not_the_deducted_price():
    line = next(line for line in G_CASE.scores["price"] if line["bid"] == "b3")
    assert (line["price"], line["evaluated"], line["sme"]) == ("10000000.00", "9000000.00", "whole")
    winner = G_CASE.publication()["candidates"][0]
    assert (winner["bid"], winner["price"]) == ("b3", "10000000.00")


def test_the_report_tells_what_happened():
    finding = checks.Finding(checks.Fault.HIGH, "b1", None, "P0", {"given": "20"})
    made = CASE.report(
        dissent=[Dissent("P2", "b2 is better", NOW)],
        clarifications=[Clarification("b1", "Which total?", NOW, None, None)],
        replacements=[Replacement("P9", "P0", "health", NOW)],
        rulings=[Ruling("0" * 64, upheld=False, reason="common template")],
        findings=[finding],
        explanations=[checks.Explanation(finding.id, "it is", "P1")],
    )
    assert [m["leader"] for m in made["members"]] == [False, True, False]
    assert made["dissent"][0]["at"] == "2026-03-27T08:30:00.123Z"
    assert made["clarifications"][0]["answer"] is None
    assert made["replacements"][0]["in"] == "P0"
    assert made["checks"][0]["explanation"]["confirmed_by"] == "P1"
    assert made["rulings"][0]["upheld"] is False
    assert made["rejected"][0]["votes"]["keep"] == ["P2"]
    assert [place["rank"] for place in made["ranking"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"leader": "P9"}, "leader P9 is no member"),
        ({"dissent": [Dissent("P9", "no", NOW)]}, "P9 dissents"),
        ({"reasons": {}}, "no strengths"),
        ({"explanations": [checks.Explanation("0" * 64, "x", "P1")]}, "answers no finding"),
        ({"candidates": 0}, "at least one"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(change, words):
    with pytest.raises(ReportError, match=words):
        CASE.report(**change)


def test_a_shared_rank_is_not_cut_in_two():
    even = copy.deepcopy(notice())
    even["ties"] = []
    even["method"]["parameters"] = {"E1": "0", "E2": "0", "drop_above": None}
    case = Case(even)
    tied = [Sheet(s.member, s.site, dict.fromkeys(s.scores, Decimal(10)), {}) for s in case.given]
    offers = intake.bids(case.subject.table, rejected={"b4": Stage.DETAILED})
    instants = intake.sealed_at(case.subject.table)
    found = assess.assess(case.method, offers, {"K": "0.02"}, tied, sealed_at=instants)
    with pytest.raises(ReportError, match="share a rank"):
        report.choose(found, 2)
    assert len(report.choose(found, 3)) == 3


def test_ranked_rejected_and_opened_bids_must_add_up():
    for rejections, words in (
        ([], "neither ranked nor rejected"),
        ([REJECTION, Rejection("b1", Stage.DETAILED, CLAUSE, (), ())], "ranked and rejected"),
        ([REJECTION, Rejection("b5", Stage.DETAILED, CLAUSE, (), ())], "b5 was not opened"),
    ):
        with pytest.raises(ReportError, match=words):
            report.scores(CASE.subject, CASE.method, CASE.found, {}, rejections=rejections)


def test_a_sheet_holds_only_its_members_votes_and_names_the_sheet_before():
    sheet = CASE.given[0]
    vote = Vote("P0", "b1", "3.2", keep=True)
    first = report.score_sheet(CASE.subject, sheet, [vote], number=1, supersedes=None, made_at=NOW)
    assert first["votes"] == [{"bid": "b1", "clause": "3.2", "keep": True, "page": "", "reason": ""}]
    assert first["items"][0] == {"bid": "b1", "item": "design", "score": "18"}
    second = report.score_sheet(
        CASE.subject, sheet, [], number=2, supersedes=canonical.digest(first), made_at=NOW
    )
    assert second["supersedes"] == canonical.digest(first)
    for number, before in ((1, "0" * 64), (2, None), (0, None)):
        with pytest.raises(ReportError, match="supersedes"):
            report.score_sheet(CASE.subject, sheet, [], number=number, supersedes=before, made_at=NOW)
    with pytest.raises(ReportError, match="vote of P1"):
        report.score_sheet(
            CASE.subject, sheet, [Vote("P1", "b1", "3.2", keep=True)], number=1, supersedes=None, made_at=NOW
        )


def test_a_publication_needs_a_period_and_one_lot():
    with pytest.raises(ReportError, match="no time"):
        CASE.publication(until=NOW)
    with pytest.raises(ReportError, match="different lots"):
        Subject(notice(), table() | {"lot": "l2"})
