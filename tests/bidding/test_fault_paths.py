"""Each way in which a bid stays closed, end to end: whose fault it was, and that the others are opened all the same."""

import json

import pytest

from bidding.actions import hosting
from bidding.domain import messages
from bidding.domain.parts import Context
from bidding.models import FaultDecision
from bidding.sealing import age, custodians, seal
from kernel import journal, storage
from kernel.domain import canonical
from tender.domain.lifecycle import LotState
from tests.openings import FIRMS, ROLES, spoil_share

THREE = FIRMS[:3]
ODD = FIRMS[3]


@pytest.fixture
def it(begin):
    """A lot in mode consent without coefficients."""
    return begin(coefficients=[])


@pytest.fixture
def plain(begin):
    """A lot in mode custodians without coefficients."""
    return begin(mode="custodians", coefficients=[])


def to_window(it):
    it.close()
    it.show_names()
    it.host(hosting.hear_names)


def open_all(it, **how):
    it.release(**how)
    it.run()
    if it.hall.step == "release":
        it.to_due()
    assert it.hall.step == "read_out"


def only_odd(it, outcome, cause):
    found = it.outcomes()
    assert found.pop(ODD) == (outcome, cause)
    assert set(found.values()) == {("opened", None)}


def test_without_consent_a_bid_counts_as_revoked(it):
    it.to_phase_a(*THREE, ODD)
    it.ready()
    it.consent(*THREE)
    it.to_due()
    listed = {one["bid"] for one in canonical.from_bytes(bytes(it.hall.release))["bids"]}
    assert str(it.bids[ODD].pk) not in listed
    open_all(it)
    only_odd(it, "deemed_revoked", "consent_absent")
    assert it.bid(ODD).state == "locked", "host and witness have not decided yet"
    [row] = FaultDecision.objects.all()
    assert (row.proposed, row.cause) == ("deemed_revoked", "consent_absent")


def test_a_consent_after_the_window_is_kept_and_judged_late(it):
    it.to_phase_a(*THREE, ODD)
    it.ready()
    it.consent(*THREE)
    it.to_due()
    assert it.consent(ODD).judged == "late"
    open_all(it)
    only_odd(it, "deemed_revoked", "consent_late")


@pytest.mark.parametrize("how", ["another_list", "another_signer"])
def test_a_consent_that_cannot_count_is_kept_and_judged_invalid(it, how):
    it.to_phase_a(*THREE, ODD)
    it.ready()
    it.consent(*THREE)
    more = {"closing": "0" * 64} if how == "another_list" else {"sign_as": it.actors["bidder1"]}
    assert it.consent(ODD, **more).judged == "invalid"
    assert it.hall.step == "consent", "the window stays open for a good one"
    it.to_due()
    open_all(it)
    only_odd(it, "deemed_revoked", "consent_invalid")


def test_a_good_consent_after_an_invalid_one_counts(it):
    it.to_phase_a(*THREE, ODD)
    it.ready()
    it.consent(*THREE)
    it.consent(ODD, closing="0" * 64)
    assert it.consent(ODD).judged == "given"
    open_all(it)
    assert set(it.outcomes().values()) == {("opened", None)}


def test_a_proven_bad_share_is_mended_by_lodging_the_key_anew(plain):
    it = plain
    it.submit(*THREE)
    it.submit(ODD, spoil=spoil_share(it.lot, "centre"))
    it.close()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    assert it.hall.step == "names", "the bidder may still lodge its key"
    it.lodge(ODD)
    assert it.hall.step == "names", "the custodians must look at the lodged shares"
    it.ready(lodged=True)
    assert it.hall.step == "release"
    open_all(it, lodged=[it.bids[ODD].pk])
    assert set(it.outcomes().values()) == {("opened", None)}


def test_two_proven_bad_shares_and_a_lodging_open_the_bid(plain):
    it = plain
    it.submit(*THREE)
    it.submit(ODD, spoil=_both(it))
    to_window(it)
    it.ready()
    it.lodge(ODD)
    it.ready(lodged=True)
    assert it.hall.step == "release"
    open_all(it, lodged=[it.bids[ODD].pk])
    assert set(it.outcomes().values()) == {("opened", None)}


def test_two_proven_bad_shares_and_no_lodging_are_the_bidders_fault(plain):
    it = plain
    it.submit(*THREE)
    it.submit(ODD, spoil=_both(it))
    to_window(it)
    it.ready()
    it.to_due()
    open_all(it)
    only_odd(it, "deemed_revoked", "shares_bad")


def test_a_lodging_that_is_bad_again_mends_nothing(plain):
    it = plain
    it.submit(*THREE)
    it.submit(ODD, spoil=_both(it))
    to_window(it)
    it.ready()
    lodged = custodians.lodge(it.sealed[ODD].keys, it.statement(ODD))
    for role in ("centre", "third"):
        recipient = it.record.notice["custodians"][ROLES.index(role)]["recipient"]
        lodged["opening"][role] = age.encrypt_bytes(b"again nonsense", age.Recipient.parse(recipient))
    parts = {p: {r: canonical.b64(d) for r, d in dealt.items()} for p, dealt in lodged.items()}
    it.lodge(ODD, parts=parts)
    it.ready(lodged=True)
    assert it.hall.step == "release", "there is nothing left to wait for"
    open_all(it)
    only_odd(it, "deemed_revoked", "shares_bad")


def test_a_bad_without_a_proof_counts_as_no_word(plain):
    it = plain
    it.submit(*THREE, ODD)
    to_window(it)
    for role in ROLES[:2]:
        say = {
            (str(it.bids[ODD].pk), part): messages.result(str(it.bids[ODD].pk), part, good=False)
            for part in ("opening", "documents")
        }
        row = it.ready(role, say=say)
        assert row.judged["stated"][str(it.bids[ODD].pk)]["opening"] == "bad_unproven"
    it.ready(ROLES[2])
    it.to_due()
    open_all(it)
    only_odd(it, "deemed_withdrawn", "custodians_failed")


def test_a_false_proof_counts_as_none(plain):
    it = plain
    it.submit(*THREE, ODD)
    to_window(it)
    bid = str(it.bids[ODD].pk)
    made_up = messages.result(bid, "opening", good=False, proof=(bytes(16), b"made up"))
    row = it.ready("centre", say={(bid, "opening"): made_up})
    assert row.judged["stated"][bid] == {"opening": "bad_unproven", "documents": "ready"}


def test_one_absent_custodian_stops_nothing(it):
    it.to_phase_a(*THREE)
    it.ready("centre", "third")
    it.consent()
    it.to_due()
    it.release("centre", "third")
    it.to_due()
    assert set(it.outcomes().values()) == {("opened", None)}


def test_two_absent_custodians_leave_all_bids_withdrawn_and_the_lot_failed(it):
    it.to_phase_a(*THREE)
    it.ready("centre")
    it.consent()
    it.to_due()
    assert canonical.from_bytes(bytes(it.hall.release))["bids"] == []
    it.run()
    assert it.hall.step == "read_out"
    assert set(it.outcomes().values()) == {("deemed_withdrawn", "custodians_failed")}
    it.finish()
    assert (it.hall.step, it.record.status) == ("ended", LotState.FAILED)
    last = journal.of_lot(it.lot, tag="tender:lot:status")[-1]
    assert json.loads(bytes(last.payload))["rule"] == "O-01"


def test_ready_custodians_who_do_not_release_leave_the_bids_withdrawn(it):
    it.to_phase_a(*THREE)
    it.ready()
    it.consent()
    it.release("centre")
    it.to_due()
    assert set(it.outcomes().values()) == {("deemed_withdrawn", "custodians_withheld")}


def test_a_false_share_does_not_count_and_is_recorded(plain):
    it = plain
    it.submit(*THREE, ODD)
    to_window(it)
    it.ready()
    row = it.release("centre", false=[it.bids[ODD].pk])
    assert row.judged["release"][str(it.bids[ODD].pk)] == {"opening": "false", "documents": "false"}
    it.release("third", "procuring_entity")
    it.run()
    assert set(it.outcomes().values()) == {("opened", None)}


def test_two_false_shares_are_not_the_bidders_fault(plain):
    it = plain
    it.submit(*THREE, ODD)
    to_window(it)
    it.ready()
    it.release("centre", "third", false=[it.bids[ODD].pk])
    it.release("procuring_entity")
    it.run()
    only_odd(it, "deemed_withdrawn", "custodians_withheld")


def test_shares_of_another_key_than_the_stated_one_are_the_bidders_fault(plain):
    it = plain

    def deal_falsely(statement, folder):
        notice = it_notice(it)
        for part in statement["parts"]:
            named = [statement[name] for name in ("tender", "lot", "bid", "bidder", "nonce")]
            dealt = custodians.deal(str(age.Identity.generate()), notice, Context(*named, part["name"]))
            for role, one in dealt.items():
                part["shares"][role] = {"share": one.share, "file": canonical.sha256(one.file)}
                (folder / "out" / f"shares/{part['name']}/{role}.age").write_bytes(one.file)

    it.submit(*THREE)
    it.submit(ODD, spoil=deal_falsely)
    to_window(it)
    it.ready()
    open_all(it)
    only_odd(it, "deemed_revoked", "shares_false")


def test_a_part_that_is_not_the_stated_one_is_the_bidders_fault(plain):
    it = plain

    def state_another(statement, folder):
        statement["parts"][1]["inner"] = "5" * 64

    it.submit(*THREE)
    it.submit(ODD, spoil=state_another)
    to_window(it)
    it.ready()
    open_all(it)
    only_odd(it, "deemed_revoked", "part_malformed")
    assert it.bid(ODD).fields is None


def test_fields_that_cannot_be_read_leave_the_bid_opened_for_the_committee(plain, monkeypatch):
    it = plain
    it.submit(*THREE)
    monkeypatch.setattr(seal, "_check_opening", lambda files: None)
    monkeypatch.setattr("tests.bidders.fields", lambda price, **more: {"price": "as agreed"})
    it.submit(ODD)
    to_window(it)
    it.ready()
    open_all(it)
    only_odd(it, "opened", "fields_unreadable")
    assert it.bid(ODD).state == "opened"


def test_a_lost_container_is_the_platforms_fault_and_never_released(it):
    it.to_phase_a(*THREE, ODD)
    it.consent()
    assert it.hall.step == "consent"
    lost = it.statement(ODD).part("documents").sha256
    it.bid(ODD).parts.filter(name="documents").update(intact=None)
    storage.path(lost).unlink()
    it.run()
    it.ready()
    assert it.hall.step == "release"
    listed = {one["bid"] for one in canonical.from_bytes(bytes(it.hall.release))["bids"]}
    assert str(it.bids[ODD].pk) not in listed
    open_all(it)
    only_odd(it, "deemed_withdrawn", "container_lost")
    assert len(journal.of_lot(it.lot, tag="bidding:bid:container_lost")) == 1


def test_a_container_lost_after_the_release_list_is_the_platforms_fault_too(plain):
    it = plain
    it.submit(*THREE, ODD)
    to_window(it)
    it.ready()
    path = storage.path(it.statement(ODD).part("opening").sha256)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    open_all(it)
    only_odd(it, "deemed_withdrawn", "container_lost")


def test_phase_a_waits_for_the_containers_to_be_examined(plain):
    it = plain
    it.submit(*THREE)
    to_window(it)
    it.bid(THREE[0]).parts.update(intact=None)
    it.ready()
    assert it.hall.step == "names"
    it.run()
    assert it.hall.step == "release"


def it_notice(it):
    from bidding import queries
    from tender import queries as tender

    return queries.notice_of(tender.lot(it.lot))


def _both(it):
    first, second = spoil_share(it.lot, "centre"), spoil_share(it.lot, "third", content=b"other nonsense")

    def spoil(statement, folder):
        first(statement, folder)
        second(statement, folder)

    return spoil
