"""Draws: pools are fixed before anyone commits, nothing is rolled again, and who withholds its value stops nothing."""

import json
import uuid

import pytest
from django.http import Http404

from bidding.actions import drawing
from bidding.models import Draw
from bidding.queries import draws
from kernel import clock, journal
from kernel.domain import canonical, draw as etdraw
from kernel.domain.refusals import RefusedError
from tender import queries as tender
from tender.actions import publishing
from tender.events import LotStepped
from tests import cast, contributors, factories

PURPOSE = "inspection"
"""What nobody waits for: a draw of experts belongs to a committee, one of coefficients to the hall."""
IDS = [f"p-{n:02d}" for n in range(12)]


@pytest.fixture
def city(store, moved):
    actors = {a.username: a for a in cast.found_city(*factories.STAFF)}
    actors["move"] = moved
    actors["lot"] = factories.published(actors)
    return actors


def inspection(city, **more):
    strata = [drawing.Stratum("civil", 3, IDS, [("p-90", "employer")]), drawing.Stratum("cost", 2, IDS[:4])]
    wanted = {"purpose": PURPOSE, "strata": strata, "reason": "committee", "actor": "system", **more}
    return drawing.request(city["lot"], now=clock.now(), **wanted)


def payloads(lot, tag):
    return [json.loads(bytes(row.payload)) for row in journal.of_lot(lot, tag=tag)]


def refused(function, *args, **kwargs):
    with pytest.raises(RefusedError) as found:
        function(*args, **kwargs)
    return found.value.refusal


def test_publication_requests_the_draw_of_the_coefficients(city):
    [row] = Draw.objects.all()
    assert (row.number, row.purpose, row.state, row.commit_due_at) == (1, "coefficient", "requested", None)
    [logged] = payloads(city["lot"], "bidding:draw:requested")
    assert logged["strata"] == [
        {
            "name": "K",
            "take": 1,
            "ids": ["0.01", "0.02", "0.03"],
            "pool_hash": etdraw.pool_hash(["0.01", "0.02", "0.03"]),
        }
    ]
    assert set(logged["contributors"]) == {"centre", "procuring_entity", "supervisor"}


def test_a_lot_that_draws_coefficients_names_all_contributors_before_it_is_published(city):
    from tender.models import LotOfficer

    lot = factories.draft(city, code="E5108000002")
    LotOfficer.objects.filter(lot_id=lot, duty="supervisor").delete()
    publishing.submit(city["clerk"].holder, lot, now=clock.now())
    found = refused(publishing.approve, city["reviewer"].holder, lot, now=clock.now())
    assert (found.reason, found.facts) == ("officer_missing", {"duties": "supervisor"})


def test_coefficients_are_committed_early_and_never_revealed_before_their_step(city):
    row = contributors.the_draw(city["lot"])
    contributors.commit(city, row)
    assert row.state == "requested"
    assert refused(contributors.reveal, city, row, "centre").reason == "draw_reveal_not_yet"
    assert draws.coefficients(city["lot"]) is None


def test_a_whole_draw_can_be_recomputed_by_anyone(city):
    row = inspection(city)
    contributors.commit(city, row)
    assert row.state == "revealing"
    contributors.reveal(city, row, "centre", "supervisor")
    assert row.state == "revealing"
    with pytest.raises(Http404):
        draws.draw_record(row.pk, "civil")
    contributors.reveal(city, row, "procuring_entity")
    assert row.state == "drawn"
    for stratum in ("civil", "cost"):
        record = draws.draw_record(row.pk, stratum)
        assert record["draw_id"] == f"{city['lot']}/draw-2"
        assert record["contributions"]["centre"] == contributors.value_of(row, "centre").hex()
        assert list(etdraw.verify(record).taken) == record["taken"]
        etdraw.verify(draws.public_record(row.pk, stratum))
    [logged] = payloads(city["lot"], "bidding:draw:drawn")
    assert [one["stratum"] for one in logged["records"]] == ["civil", "cost"]
    assert "exclusions" not in logged["records"][0]
    [kept] = journal.of_lot(city["lot"], tag="bidding:draw:excluded")
    assert not kept.public
    assert [one.state for one in draws.draws_of(city["lot"])] == ["requested", "drawn"]


def test_the_same_word_twice_changes_nothing_and_another_word_is_refused(city):
    row = inspection(city)
    message = contributors.commitment(row, "centre")
    first = contributors.send(city, "centre", row, message, drawing.commit)
    again = contributors.send(city, "centre", row, message, drawing.commit)
    assert first.committed_at == again.committed_at
    other = contributors.commitment(row, "centre", value=bytes(32))
    assert (
        refused(contributors.send, city, "centre", row, other, drawing.commit).reason == "draw_commit_closed"
    )
    contributors.commit(city, row, "procuring_entity", "supervisor")
    contributors.reveal(city, row)
    contributors.reveal(city, row)
    assert len(payloads(city["lot"], "bidding:draw:revealed")) == 3
    assert len(payloads(city["lot"], "bidding:draw:drawn")) == 1


def test_a_value_that_was_not_committed_is_refused(city):
    row = inspection(city)
    contributors.commit(city, row)
    found = refused(contributors.reveal, city, row, "centre", value=bytes(32))
    assert (found.rule, found.reason) == ("PR-13", "draw_reveal_differs")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "supervisor"},
        {"draw": "another/draw-2"},
        {"escrow": {"centre": canonical.b64(b"x")}},
        {"commit": "short"},
    ],
)
def test_a_commitment_of_another_shape_or_place_is_refused(city, change):
    row = inspection(city)
    message = {**contributors.commitment(row, "centre"), **change}
    assert (
        refused(contributors.send, city, "centre", row, message, drawing.commit).reason == "draw_commit_shape"
    )


def test_escrow_files_must_be_containers_of_the_suite(city):
    row = inspection(city)
    message = contributors.commitment(row, "centre")
    message["escrow"] = {role: canonical.b64(b"no container at all") for role in message["escrow"]}
    assert (
        refused(contributors.send, city, "centre", row, message, drawing.commit).reason == "draw_commit_shape"
    )


def test_strangers_have_no_part_in_a_draw(city):
    row = inspection(city)
    message = contributors.commitment(row, "centre")
    keeper, clerk = city["keeper-centre"], city["clerk"]
    for actor in (keeper, clerk):
        with pytest.raises(Http404):
            drawing.commit(
                actor.holder, row.pk, canonical.to_bytes(message), actor.sign(message), now=clock.now()
            )
    with pytest.raises(Http404):
        draws.access_as_custodian(clerk.holder, row.pk)


def test_a_withheld_value_is_opened_by_two_custodians_once_it_is_overdue(city):
    row = inspection(city)
    contributors.commit(city, row)
    contributors.reveal(city, row, "centre", "procuring_entity")
    early = refused(contributors.open_escrow, city, row, "supervisor", "centre")
    assert early.reason == "escrow_not_wanted"
    city["move"](to=row.reveal_due_at)
    contributors.open_escrow(city, row, "supervisor", "centre")
    contributors.open_escrow(city, row, "supervisor", "centre")
    row.refresh_from_db()
    assert row.state == "revealing"
    contributors.open_escrow(city, row, "supervisor", "third")
    row.refresh_from_db()
    assert row.state == "drawn"
    record = draws.draw_record(row.pk, "civil")
    assert record["contributions"]["supervisor"] == contributors.value_of(row, "supervisor").hex()
    assert row.contributions.get(name="supervisor").revealed_by == "custodians"


def test_a_false_opened_share_spoils_no_draw(city):
    row = inspection(city)
    contributors.commit(city, row)
    contributors.reveal(city, row, "centre", "procuring_entity")
    city["move"](to=row.reveal_due_at)
    false = {
        **contributors.escrow_share(row, "supervisor", "centre"),
        "mnemonic": contributors.escrow_share(row, "supervisor", "third")["mnemonic"],
    }
    contributors.open_escrow(city, row, "supervisor", "centre", share=false)
    contributors.open_escrow(city, row, "supervisor", "third")
    row.refresh_from_db()
    assert row.state == "revealing"
    contributors.open_escrow(city, row, "supervisor", "procuring_entity")
    row.refresh_from_db()
    assert row.state == "drawn"


def test_a_late_reveal_counts_while_the_custodians_have_not_opened_it(city):
    row = inspection(city)
    contributors.commit(city, row)
    contributors.reveal(city, row, "centre", "procuring_entity")
    city["move"](to=row.reveal_due_at)
    contributors.open_escrow(city, row, "supervisor", "centre")
    contributors.reveal(city, row, "supervisor")
    assert row.state == "drawn"


def test_who_does_not_commit_in_time_has_no_say_but_one_alone_never_decides(city):
    row = inspection(city)
    contributors.commit(city, row, "centre")
    city["move"](to=row.commit_due_at)
    assert list(draws.due_to_close(now=clock.now(), limit=9)) == [row.pk]
    assert not drawing.close_commits(row.pk, now=clock.now())
    contributors.commit(city, row, "supervisor")
    assert row.state == "revealing"
    assert refused(contributors.commit, city, row, "procuring_entity").reason == "draw_commit_closed"
    contributors.reveal(city, row, "centre", "supervisor")
    assert set(draws.draw_record(row.pk, "civil")["commits"]) == {"centre", "supervisor"}


def test_the_time_to_commit_ends_by_the_clock(city):
    row = inspection(city)
    contributors.commit(city, row, "centre", "supervisor")
    city["move"](minutes=29)
    assert not drawing.close_commits(row.pk, now=clock.now())
    city["move"](minutes=2)
    assert drawing.close_commits(row.pk, now=clock.now())
    assert not drawing.close_commits(row.pk, now=clock.now())


def test_a_skip_moves_along_the_same_order_and_is_logged_once(city):
    row = inspection(city)
    contributors.commit(city, row)
    contributors.reveal(city, row)
    before = draws.draw_record(row.pk, "civil")
    for _ in range(2):
        drawing.skip(row.pk, "civil", before["taken"][0], "declined", actor="system", now=clock.now())
    after = draws.draw_record(row.pk, "civil")
    assert after["taken"] == [*before["taken"][1:], before["reserve"][0]]
    assert after["skips"] == [{"id": before["taken"][0], "rule": "R-03", "reason": "declined"}]
    assert len(payloads(city["lot"], "bidding:draw:skipped")) == 1
    with pytest.raises(etdraw.DrawError):
        drawing.skip(row.pk, "civil", before["reserve"][-1], "declined", actor="system", now=clock.now())


def test_numbers_have_no_gap_and_a_pool_that_cannot_be_drawn_from_takes_none(city):
    with pytest.raises(etdraw.DrawError):
        inspection(city, strata=[drawing.Stratum("civil", 1, ["a", "a"])])
    with pytest.raises(etdraw.DrawError):
        inspection(city, strata=[drawing.Stratum("civil", 1, ["a"], [("a", "employer")])])
    assert [draws.draw_id(inspection(city)) for _ in range(2)] == [f"{city['lot']}/draw-{n}" for n in (2, 3)]


def test_open_draws_of_a_failed_lot_stay_on_record_as_void(city):
    from django.db import transaction

    with transaction.atomic():
        drawing.void(LotStepped(lot=city["lot"], source="closed", lever="fail", target="failed"))
    assert [one.state for one in draws.draws_of(city["lot"])] == ["void"]
    row = contributors.the_draw(city["lot"])
    assert refused(contributors.commit, city, row, "centre").reason == "draw_commit_closed"


def test_a_beacon_is_fixed_by_the_witness_after_all_values_are_known(city, monkeypatch):
    row = inspection(city)
    record = tender.lot(city["lot"])
    named = {**record.notice, "beacon": "the bank's rate of the day"}
    real = tender.lot

    def with_beacon(lot_id: uuid.UUID):
        import dataclasses

        return dataclasses.replace(real(lot_id), notice=named)

    monkeypatch.setattr(tender, "lot", with_beacon)
    contributors.commit(city, row)
    contributors.reveal(city, row, "centre", "supervisor")
    witness = city["witness"].holder
    early = refused(drawing.fix_beacon, witness, row.pk, "0a", now=clock.now())
    assert early.reason == "draw_beacon_not_wanted"
    contributors.reveal(city, row, "procuring_entity")
    assert row.state == "revealing"
    with pytest.raises(Http404):
        drawing.fix_beacon(city["host"].holder, row.pk, "0a", now=clock.now())
    assert refused(drawing.fix_beacon, witness, row.pk, "xyz", now=clock.now()).reason == "draw_beacon_shape"
    drawing.fix_beacon(witness, row.pk, "0A0b", now=clock.now())
    drawing.fix_beacon(witness, row.pk, "0a0b", now=clock.now())
    assert draws.draw_record(row.pk, "civil")["beacon"] == "0a0b"
