"""Whole openings in both modes: names, consents, coefficients, keys, prices in one commit, objections, a signed record."""

import io
import json
import os
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from bidding import queries
from bidding.actions import hosting, objecting
from bidding.domain import opening
from bidding.models import BidPart
from bidding.queries import draws
from bidding.sealing import age
from kernel import clock, journal, live, storage
from kernel.domain import canonical, money
from tender.domain.lifecycle import LotState
from tests.openings import FIRMS


def steps(lot):
    rows = journal.of_lot(lot, tag="bidding:hall:step")
    return [json.loads(bytes(row.payload))["step"] for row in rows]


def test_seven_bids_are_opened_with_their_bidders_consent(begin):
    it = begin()
    it.commit()
    it.to_phase_a()
    assert it.hall.step == "consent"
    it.ready()
    assert it.hall.step == "consent", "six consents are missing"
    it.consent(*FIRMS[:6])
    assert it.hall.step == "consent"
    it.consent(FIRMS[6])
    assert it.hall.step == "coefficients"
    it.draw_coefficients()
    assert it.hall.step == "release"
    it.release()
    assert queries.opened_bids(it.lot) == []
    assert not BidPart.objects.exclude(key="").exists()
    it.run()
    assert it.hall.step == "read_out"
    assert set(it.outcomes().values()) == {("opened", None)}
    it.finish()
    assert it.hall.step == "ended"
    assert it.record.status is LotState.OPENED
    assert steps(it.lot) == [
        *(
            "counted",
            "names",
            "consent",
            "coefficients",
            "release",
            "read_out",
            "objections",
            "record",
            "ended",
        )
    ]


def test_all_prices_appear_in_one_commit_by_arrival_and_the_plain_parts_are_kept(begin):
    it = begin(coefficients=[])
    it.to_phase_a()
    it.ready()
    it.consent()
    it.release()
    it.run()
    rows = it.table()["bids"]
    assert [row["name"] for row in rows] == [it.actors[name].holder.organisation.name for name in FIRMS]
    prices = [row["fields"]["price"] for row in rows]
    assert prices == [f"{9_500_000 + 10_000 * n}.00" for n in range(1, 8)]
    said = [each for each in live.since(live.lot_audience(it.lot, "public"), 0) if each.kind == "read_out"]
    assert [each.data["price"] for each in said] == prices
    assert [each.data["number"] for each in said] == list(range(1, 8))
    assert len({each.at for each in said}) == 1
    assert said[0].data["price_words"] == money.capital_numerals(money.parse(prices[0]))
    for name, bid in it.bids.items():
        key = BidPart.objects.get(bid=bid, name="opening").key
        assert key == it.sealed[name].keys["opening"]
        container = storage.get(it.statement(name).part("opening").sha256)
        plain = storage.get(queries.plain_part(bid.pk, "opening"))
        assert age.decrypt_bytes(container, [age.Identity.parse(key)]) == plain
        assert b"the plan of" in storage.get(queries.plain_part(bid.pk, "documents"))
    [logged] = journal.of_lot(it.lot, tag="bidding:lot:keys")
    keys = json.loads(bytes(logged.payload))["keys"]
    assert {one["part"] for one in keys} == {"opening"}
    assert {one["key"] for one in keys} == {it.sealed[name].keys["opening"] for name in FIRMS}


def test_in_mode_custodians_no_bidder_acts_and_two_of_three_custodians_suffice(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*FIRMS[:3])
    assert it.hall.step == "names"
    it.ready("centre", "third")
    it.host(hosting.hear_names)
    assert it.hall.step == "names", "the third custodian may still come"
    it.to_due()
    assert it.hall.step == "release"
    release = canonical.from_bytes(bytes(it.hall.release))
    assert {(one["reason"], one["consent"]) for one in release["bids"]} == {("custodians", None)}
    it.release("centre")
    it.run()
    assert it.hall.step == "release", "one share opens nothing"
    it.release("third")
    it.run()
    assert it.hall.step == "release", "the third custodian may still come until the step ends"
    it.to_due()
    assert set(it.outcomes().values()) == {("opened", None)}
    it.finish()
    assert it.record.status is LotState.OPENED


def test_the_coefficients_are_drawn_before_any_key_is_released(begin):
    it = begin()
    it.commit()
    it.to_phase_a(*FIRMS[:3])
    it.ready()
    it.consent()
    assert it.hall.release is None
    it.draw_coefficients()
    [drawn] = draws.coefficients(it.lot)
    assert (drawn["name"], drawn["draw"]) == ("K", f"{it.lot}/draw-1")
    assert canonical.from_bytes(bytes(it.hall.release))["coefficients"] == [drawn]
    it.release()
    it.run()
    assert it.table()["coefficients"] == [drawn]
    tags = [row.tag for row in journal.of_lot(it.lot)]
    order = [
        "bidding:draw:drawn",
        "bidding:lot:release_list",
        "bidding:custodian:release",
        "bidding:lot:opened",
    ]
    assert [tags.index(tag) for tag in order] == sorted(tags.index(tag) for tag in order)


def test_steps_end_at_their_nominal_instants_however_late_the_ticker_comes(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*FIRMS[:3])
    it.ready()
    due = it.hall.due_at
    it.move(to=due)
    it.run()
    hall = it.hall
    assert (hall.step, hall.since) == ("release", due)
    journalled = journal.of_lot(it.lot, tag="bidding:hall:step")[-2:]
    assert {row.at for row in journalled} == {due}


def test_a_release_of_all_goes_on_at_once_and_silence_of_bidders_counts_as_agreement(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*FIRMS[:3])
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    it.run()
    it.host(hosting.hear_objections)
    it.confirm(FIRMS[0])
    it.to_due()
    assert it.hall.step == "record"
    due = it.hall.due_at
    it.confirm(FIRMS[1], word="objected")
    it.to_due()
    value = canonical.from_bytes(bytes(it.hall.record))
    said = {one["bidder"]: (one["answer"], one["at"]) for one in value["confirmations"]}
    codes = [it.actors[name].holder.organisation.credit_code for name in FIRMS[:3]]
    assert [said[code][0] for code in codes] == ["confirmed", "objected", "deemed"]
    assert said[codes[2]][1] == canonical.instant(due) == value["ended_at"]


def test_an_objection_is_raised_and_answered_on_the_spot_and_recorded(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*FIRMS[:3])
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    it.run()
    it.host(hosting.hear_objections)
    bidder = it.actors[FIRMS[1]].holder
    row = objecting.raise_objection(bidder, it.lot, "工期读错", now=clock.now())
    again = objecting.raise_objection(bidder, it.lot, "工期读错", now=clock.now())
    assert row.pk == again.pk
    it.confirm()
    it.to_due()
    assert it.hall.step == "objections", "an objection waits for its answer"
    it.move(minutes=1)
    it.host(objecting.answer, row.pk, "已核对，工期为180天")
    assert it.hall.step == "record"
    it.run()
    it.sign_record()
    it.run()
    [recorded] = canonical.from_bytes(bytes(it.hall.record))["objections"]
    assert (recorded["text"], recorded["answer"]) == ("工期读错", "已核对，工期为180天")


def test_the_record_is_signed_by_host_and_witness_and_printed(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*FIRMS[:3])
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    it.run()
    it.host(hosting.hear_objections)
    it.confirm()
    it.run()
    it.sign_record("host")
    it.run()
    assert (it.hall.step, it.record.status) == ("record", LotState.OPENING)
    it.sign_record("witness")
    it.run()
    hall = it.hall
    assert (hall.step, it.record.status) == ("ended", LotState.OPENED)
    value = canonical.from_bytes(bytes(hall.record))
    assert value["table"] == hall.table_sha256 == canonical.digest(opening.parse_table(it.table()))
    paper = storage.get(hall.record_pdf_sha256)
    reader = PdfFileReader(io.BytesIO(paper))
    assert len(reader.embedded_signatures) == 1
    listed = list(reader.root["/Names"]["/EmbeddedFiles"]["/Names"])
    attached = {str(name): listed[at + 1] for at, name in enumerate(listed) if at % 2 == 0}
    assert set(attached) == {"opening.json", "opening-host.p7s.b64", "opening-witness.p7s.b64"}
    files = {name: each.get_object()["/EF"]["/F"].data for name, each in attached.items()}
    assert files["opening.json"] == bytes(hall.record)
    assert files["opening-host.p7s.b64"].decode() == canonical.b64(bytes(hall.host_signature))
    assert b"pdfaid:part>3" in paper
    if os.environ.get("YANGGUANG_LOOK"):
        Path(os.environ["YANGGUANG_LOOK"]).write_bytes(paper)


@pytest.mark.parametrize("mode", ["consent", "custodians"])
def test_without_the_fonts_the_signatures_stay_and_the_error_says_what_to_do(
    begin, monkeypatch, tmp_path, mode
):
    from kernel import pdf

    it = begin(mode=mode, coefficients=[])
    it.to_phase_a(*FIRMS[:3])
    it.ready()
    if mode == "consent":
        it.consent()
    else:
        it.host(hosting.hear_names)
    it.release()
    it.run()
    it.host(hosting.hear_objections)
    it.confirm()
    it.run()
    monkeypatch.setattr(pdf.settings, "BASE_DIR", tmp_path)
    with pytest.raises(pdf.PdfError, match="make setup"):
        it.sign_record()
        it.run()
    assert it.hall.witness_signature is not None
    monkeypatch.undo()
