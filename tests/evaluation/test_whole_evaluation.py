"""From sealed bids to the result: a real opening under each law, then a whole evaluation on what it opened."""

from decimal import Decimal

import pytest

from bidding import queries as bidding
from bidding.actions import hosting
from bidding.domain import opening as openings_domain
from evaluation import queries
from evaluation.actions import checking, deciding, inviting
from evaluation.domain import report
from evaluation.domain.drafts import Given
from evaluation.domain.scoring import exact
from evaluation.domain.scoring.assess import Method
from evaluation.domain.scoring.values import PricedBid, Stage
from kernel import clock, journal
from kernel.domain import canonical, draw as etdraw
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import LotState
from tests import bidders, cast, factories, openings
from tests.evaluation import world
from tests.evaluation.world import CIVIL, ECONOMICS, World, goods_terms


@pytest.fixture
def hall(store, moved, monkeypatch):
    """Return a function that publishes a lot and gives everybody around opening and evaluation."""

    def started(firms, **terms):
        people = (*factories.STAFF, *firms, "operator", *CIVIL, *ECONOMICS)
        actors = {actor.username: actor for actor in cast.found_city(*people)}
        actors["delegate"] = world.enrol_delegate("delegate")
        lot = factories.published(actors, **terms)
        watch = openings.Watch(store / "witnesses", monkeypatch)
        it = openings.Opening(actors, lot, moved, watch, store / "bids")
        w = World(it.actors, it.lot, moved)
        w.furnish()
        return it, w

    return started


def take_bids(w):
    w.bids = {
        next(name for name in w.actors if w.actors[name].holder.organisation.credit_code == one.bidder): str(
            one.id
        )
        for one in bidding.opened_bids(w.lot)
    }


def check_whole(w):
    """What must hold of every evaluation, whatever the law."""
    scores, signed = queries.scores_json(w.lot), queries.report_json(w.lot)
    table = bidding.opening_table(w.lot)
    assert signed["scores"] == canonical.digest(scores)
    assert scores["table"] == signed["table"] == canonical.digest(table)
    assert scores["notice"] == w.record.notice_sha256
    sheets = {canonical.digest(document): document for document in queries.sheet_documents(w.lot)}
    assert {one["sheet"] for one in scores["sheets"]} <= set(sheets)
    for one in queries.signatures(w.lot):
        assert one.sha256 == canonical.sha256(one.document)
    reported = [one for one in queries.signatures(w.lot) if one.purpose == "evaluation-report"]
    assert {one.name for one in reported} == {one["member"] for one in signed["members"]}
    for drawn in queries.draw_records(w.lot):
        etdraw.verify(drawn.record)
        etdraw.verify(drawn.public)
    names = [holder.person for holder in w.holders()]
    for row in journal.of_lot(w.lot):
        if row.public and row.tag != "tender:result:published":
            assert not any(name in bytes(row.payload).decode() for name in names), row.tag


def test_regime_t_by_the_mean_benchmark_with_a_decline_a_rejection_and_a_mended_fault(hall):
    it, w = hall(openings.FIRMS)
    it.commit()
    it.submit(*openings.FIRMS)
    it.close()
    w.request()
    w.draw()
    declined = w.called()[0]
    inviting.decline(w.holder(w.username(declined)), declined.pk, "出差", now=clock.now())
    w.accept_all()
    w.name_delegate()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.consent()
    it.draw_coefficients()
    it.release()
    it.run()
    it.finish()
    assert w.record.status is LotState.OPENED
    take_bids(w)
    w.let_in()
    assert {member.place.site.name for member in w.members()} == {"晴川", "遂和"}
    assert w.begin() == ()
    w.declare_all()
    w.elect()
    w.similarity()
    from evaluation.actions import reviewing

    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    for holder in w.holders()[:3]:
        w.breach(holder, "bidder7")
    w.cast_all()
    w.conclude()
    for index in range(5):
        w.score(index, w.marks(index, objective="8" if index == 2 else "10"))
    found = checking.sum_up(w.leader, w.lot, now=clock.now())
    assert {one.fault.value for one in found} == {"objective"}
    checking.mend(w.member(2), w.lot, now=clock.now())
    w.score(2)
    assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
    w.lay()
    w.sign_report()
    assert w.record.status is LotState.EVALUATED
    check_whole(w)

    document = deciding.publish_candidates(w.holder("reviewer"), w.lot, now=clock.now())
    w.move(to=canonical.parse_instant(document["until"]))
    stepping.decide_due(w.lot, now=clock.now())
    deciding.publish_result(w.holder("reviewer"), w.lot, document["candidates"][0]["bid"], now=clock.now())
    assert w.record.status is LotState.RESULT_PUBLIC
    published = canonical.from_bytes(bytes(tender.publication(w.lot, "result").document))
    assert published["winner"]["bid"] == document["candidates"][0]["bid"]
    assert "committee" not in published
    derive_from_public_files(w, document)
    [civil] = [one.record for one in queries.draw_records(w.lot) if one.stratum == declined.stratum.name]
    assert civil["skips"] == [{"id": declined.pseudonym.name, "rule": "R-03", "reason": "declined"}]


def derive_from_public_files(w, document):
    """Anybody computes every price score again from notice, table and candidates alone."""
    table = bidding.opening_table(w.lot)
    stage = {one["bid"]: Stage(one["stage"]) for one in document["rejected"]}
    bids = [
        PricedBid(line["bid"], Decimal(line["fields"]["price"]), rejected=stage.get(line["bid"]))
        for line in table["bids"]
    ]
    drawn = {one["name"]: one["value"] for one in table["coefficients"]}
    method = Method.from_notice(w.record.notice)
    from evaluation.domain.scoring import formulas

    found = formulas.get(method.formula, method.regime).score(
        bids, method.parameters, drawn, full=method.price_full
    )
    assert exact.plain(found.benchmark) == document["benchmark"]
    assert {line.bid: exact.plain(line.score) for line in found.lines} == {
        one["bid"]: one["score"] for one in document["price"]
    }
    assert document["domain"] == report.CANDIDATES


def test_regime_g_by_the_lowest_price_with_the_deduction_for_small_firms(hall, monkeypatch):
    prices = {"bidder1": "980000.00", "bidder2": "1000000.00", "bidder3": "1050000.00"}
    small = {"1000000.00"}

    def fields(price, **more):
        size = "small" if price in small else "medium"
        return openings_domain.build_fields(
            price=Decimal(price), period_days=30, quality="合格", enterprise=size, **more
        )

    monkeypatch.setattr(bidders, "fields", fields)
    it, w = hall(tuple(prices), **goods_terms())
    for name, price in prices.items():
        sealed = bidders.seal_files(it.actors[name], it.lot, it.folder / name, price=price)
        bid = bidders.declare(it.actors[name], it.lot, sealed, it.folder / name)
        bidders.upload(bid, it.folder / name)
        it.bids[name], it.sealed[name] = bid, sealed
    it.close()
    it.show_names()
    it.ready()
    it.to_due()
    it.release()
    it.run()
    it.finish()
    take_bids(w)
    w.to_scoring()
    tech = {"bidder1": "42.5", "bidder2": "40.33", "bidder3": "46.17"}
    service = {"bidder1": "17", "bidder2": "16", "bidder3": "16"}
    for index in range(5):
        given = [Given(w.bids[name], "tech", mark) for name, mark in tech.items()]
        given += [Given(w.bids[name], "service", mark) for name, mark in service.items()]
        w.score(index, given)
    assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
    w.lay()
    w.sign_report()
    check_whole(w)
    rows = {one["bid"]: (one["price"], one["total"]) for one in queries.scores_json(w.lot)["summary"]}
    assert rows == {
        w.bids["bidder1"]: ("27.55", "87.05"),
        w.bids["bidder2"]: ("30.00", "86.33"),
        w.bids["bidder3"]: ("25.71", "87.88"),
    }
    deciding.deliver_report(w.holder("clerk"), w.lot, now=clock.now())
    first = queries.report_json(w.lot)["candidates"][0]
    assert first == w.bids["bidder3"]
    deciding.publish_result(w.holder("reviewer"), w.lot, first, now=clock.now())
    result = canonical.from_bytes(bytes(tender.publication(w.lot, "result").document))
    assert (result["winner"]["price"], len(result["committee"])) == ("1050000.00", 5)
    assert [one["kind"] for one in result["committee"]].count("expert") == 4
