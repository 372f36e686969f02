"""From the draw of the experts to the contract."""

from decimal import Decimal

from accounts.domain.certificates import Subject
from evaluation.domain import preliminary, report
from evaluation.domain.committee import Kind, Member
from evaluation.domain.preliminary import Clause, Rejection, Vote
from evaluation.domain.report import Proceedings, Reason
from evaluation.domain.scoring import assess, intake
from evaluation.domain.scoring.members import Sheet
from evaluation.domain.scoring.values import Stage
from kernel.domain import canonical, money
from tender.domain import award
from tests.verifier import drawing_steps, lots, parties
from tests.verifier.lots import local
from tests.verifier.making import Json, Making
from tests.verifier.opening_steps import opened

POOLS = {"civil": [f"E-{n}" for n in range(10, 17)], "cost": [f"E-{n}" for n in range(20, 25)]}
CLAUSES = {
    "T": Clause("3.2", "资质", "V-03", "not_qualified"),
    "G": Clause("3.2", "资质", "V-05", "not_qualified"),
}


def draw_experts(m: Making) -> list[Member]:
    """Draw the experts, one of whom declines, and return the committee."""
    plan = ("experts", POOLS, {"civil": 2, "cost": 2})
    drawing_steps.abandon(m, *plan)
    asked = drawing_steps.request(m, *plan)
    records = drawing_steps.run(m, asked, silent=m.plan.uncommitted, absent=1)
    taken = [(one["stratum"], who) for one in records for who in one["taken"]]
    members = [Member(who, Kind.EXPERT, "广元" if name == "civil" else "绵阳") for name, who in taken]
    return [*members, Member("REP-1", Kind.REPRESENTATIVE, "广元")]


def evaluate(m: Making) -> None:
    """Let the committee score, reject, report and sign."""
    m.wait(hours=1)
    members = draw_experts(m)
    m.step("evaluating", "begin_evaluation")
    m.wait(hours=2)
    subject, method = report.Subject(m.notice, m.table), assess.Method.from_notice(m.notice)
    rejections = _rejections(m, members)
    offers = intake.bids(subject.table, rejected=preliminary.stages(rejections))
    left = (
        [one.bid for one in offers if one.fallen is None]
        if hasattr(offers[0], "fallen")
        else _left(m, rejections)
    )
    given = _scores(members, left) if m.plan.items else [Sheet(one.id, one.site, {}, {}) for one in members]
    found = assess.assess(
        method, offers, intake.coefficients(subject.table), given, sealed_at=intake.sealed_at(subject.table)
    )
    sheets = {}
    for n, (member, sheet) in enumerate(zip(members, given, strict=True)):
        before, last = None, 2 if n == 0 else 1
        for number in range(1, last + 1):
            votes = [vote for one in rejections for vote in one.reject if vote.member == member.id]
            made = report.score_sheet(subject, sheet, votes, number=number, supersedes=before, made_at=m.now)
            made = m.change("sheet" if n else "first_sheet", made)
            before = canonical.digest(made)
            _sign(m, "score-sheet", made, member.id, number, seat(members, member.id))
        sheets[before] = sheet
    scores = m.change("scores", report.scores(subject, method, found, sheets, rejections=rejections))
    m.put("scores.json", scores, public=False)
    proceedings = Proceedings(members[1].id, {bid: Reason("清楚", "工期紧") for bid in left})
    value = report.evaluation_report(
        subject, found, scores, members, proceedings, rejections=rejections, candidates=3, made_at=m.now
    )
    value = m.change("report", value)
    m.put("report.json", value, public=False)
    laid = {"number": 1, "report": canonical.digest(value), "scores": canonical.digest(scores)}
    m.log("evaluation:report:laid", laid, public=False)
    signers = m.change("signers", [one.id for one in members[:-1]])
    for member in signers:
        _sign(m, "evaluation-report", value, member, 1, seat(members, member))
    m.log("evaluation:report:signed", laid, public=False)
    m.log("evaluation:member:deemed", {"member": members[-1].id, "rule": "V-09"}, public=False)
    m.wait(minutes=5)
    m.step("evaluated", "sign_report")
    m.said = {**m.said, "evaluated": (subject, method, found, value, rejections)}


def seat(members: list[Member], member: str) -> Subject:
    """Return the person behind a pseudonym."""
    return parties.EXPERTS[[one.id for one in members].index(member)]


def _left(m: Making, rejections: list[Rejection]) -> list[str]:
    gone = {one.bid for one in rejections}
    return sorted(one.id for one in opened(m) if one.id not in gone)


def _rejections(m: Making, members: list[Member]) -> list[Rejection]:
    if m.plan.rejected is None:
        return []
    bid = next(one.id for one in opened(m) if one.index == m.plan.rejected)
    ordered = sorted(one.id for one in members)
    votes = tuple(Vote(who, bid, "3.2", keep=False, page="12", reason="过期") for who in ordered[:3])
    return [Rejection(bid, Stage.DETAILED, CLAUSES[m.plan.regime], votes, tuple(ordered[3:]))]


def _scores(members: list[Member], bids: list[str]) -> list[Sheet]:
    found = []
    for n, member in enumerate(members):
        scores = {}
        for k, bid in enumerate(bids):
            scores[bid, "design"] = Decimal(20 + k % 3) + Decimal(n) / 4
            scores[bid, "record"] = Decimal(10 + k % 2)
        totals = {bid: scores[bid, "design"] + scores[bid, "record"] for bid in bids}
        found.append(Sheet(member.id, member.site, scores, totals))
    return found


def _sign(m: Making, kind: str, value: Json, member: str, number: int, who: Subject) -> None:
    signature = m.sign(value, parties.party(who))
    m.put_signed(f"signatures/{kind}-{member}-{number}", value, signature, public=False)
    named = {"member": member, "sheet" if kind == "score-sheet" else "report": canonical.digest(value)}
    tag = "evaluation:sheet:signed" if kind == "score-sheet" else "evaluation:member:signed"
    m.log(tag, named | {"signature": canonical.sha256(signature)}, public=False)


def decide(m: Making) -> None:
    """Publish candidates where the law wants them, then the result, the award and the contract."""
    law, calendar = lots.edition(m.plan.regime), lots.calendar()
    _, _, _, made, _ = m.said["evaluated"]
    candidates = None
    if m.plan.regime == "T":
        m.now = local("2026-03-27 10:00")
        _, end = award.candidate_window(law, published_at=m.now, calendar=calendar)
        candidates = _publish_candidates(m, end)
        m.now = m.change("deciding_at", end)
        m.step("deciding", "end_publication")
    else:
        m.wait(days=1)
        m.step("deciding", "deliver_report")
    m.wait(hours=12)
    _, end = (
        (m.now, None)
        if m.plan.regime == "T"
        else award.result_window(law, published_at=m.now, calendar=calendar)
    )
    winner = m.change("winner", made["candidates"])[0]
    row = next(one for one in m.table["bids"] if one["bid"] == winner)
    named = {"bid": winner, "bidder": row["bidder"], "name": row["name"]}
    terms = {key: row["fields"][key] for key in ("price", "period_days", "quality", "terms")}
    value = {
        "domain": "yangguang/result/v1",
        "tender": m.tender,
        "lot": m.lot,
        "candidates": canonical.digest(candidates) if candidates else None,
        "winner": named | terms,
        "passed_over": [],
        "published_at": canonical.instant(m.now),
        "until": canonical.instant(end) if end else None,
    }
    if m.plan.regime == "G":
        value["committee"] = [one.person for one in parties.EXPERTS]
    m.result = _publish(m, "result", value)
    m.step("result_public", "publish_result")
    _contract(m)


def _publish_candidates(m: Making, end: lots.datetime) -> Json:
    subject, method, found, made, rejections = m.said["evaluated"]
    value = report.publication(
        subject, method, found, made, rejections=rejections, published_at=m.now, until=m.change("until", end)
    )
    candidates = _publish(m, "candidates", value)
    m.step("candidates_public", "publish_candidates")
    return candidates


def _publish(m: Making, kind: str, value: Json) -> Json:
    found: Json = m.change(kind, value)
    m.put(f"{kind}.json", found)
    m.log(f"tender:{kind}:published", found)
    return found


def _contract(m: Making) -> None:
    m.wait(days=1)
    buyer, winner = parties.organisation(parties.BUYER), m.result["winner"]
    head = {"tender": m.tender, "lot": m.lot, "procuring_entity": buyer}
    issued = {"domain": "yangguang/award/v1", "notice": canonical.digest(m.notice), "winner": winner}
    issued |= {"result": canonical.digest(m.result), "issued_at": canonical.instant(m.now)}
    made = _publish(m, "award", head | issued)
    m.put("award.p7s", m.sign(made, parties.party(parties.REVIEWER)))
    m.step("awarded", "issue_notice")
    m.now = m.change("contracted_at", m.now + lots.timedelta(days=8))
    terms = {key: winner[key] for key in ("price", "period_days", "quality", "terms")}
    value = head | terms | {"domain": "yangguang/contract/v1", "award": canonical.digest(made)}
    value |= {"bidder": {"name": winner["name"], "credit_code": winner["bidder"]}}
    value |= {"price_words": money.capital_numerals(Decimal(winner["price"]))}
    contract = _publish(m, "contract", value | {"prepared_at": canonical.instant(m.now)})
    m.put("contract.p7s", m.sign(contract, parties.party(parties.REVIEWER)))
    who = next(one for one in parties.BIDDERS if one.credit_code == winner["bidder"])
    m.put("contract-counter.p7s", m.sign(contract, parties.party(who)))
    m.step("contracted", "sign_contract")
