"""The API of bidding as the kit uses it: the same answers for the same words, and to each seat what is its own."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from accounts import actions as account_actions
from bidding.actions import hosting
from bidding.domain import closing, records, statements
from kernel import clock
from kernel.domain import canonical
from tender import queries as tender
from tests import bidders, contributors, openings
from tests.openings import FIRMS, ROLES

THREE = FIRMS[:3]


class Api:
    """The API under the token of one actor, or of nobody."""

    def __init__(self, actor=None):
        self.client = Client()
        self.headers = {}
        if actor is not None:
            self.headers = {"Authorization": f"Bearer {account_actions.give_token(actor.holder)}"}

    def get(self, path):
        return self.client.get(f"/api{path}", headers=self.headers)

    def post(self, path, body=None):
        return self.client.post(
            f"/api{path}", json.dumps(body or {}), content_type="application/json", headers=self.headers
        )

    def act(self, path, actor, value, **more):
        signature = canonical.b64(actor.sign(value))
        return self.post(
            path, {"document": canonical.to_bytes(value).decode(), "signature": signature, **more}
        )


@pytest.fixture
def it(begin):
    return begin(coefficients=[])


def declaration(it, name, folder, **more):
    sealed = bidders.seal_files(it.actors[name], it.lot, folder, **more)
    shares = {
        part: {role: canonical.b64(data) for role, data in dealt.items()}
        for part, dealt in bidders.shares_of(sealed, folder).items()
    }
    return {
        "statement": canonical.to_bytes(sealed.statement).decode(),
        "signature": canonical.b64(it.actors[name].sign(sealed.statement)),
        "shares": shares,
    }


def test_a_bid_is_declared_uploaded_receipted_and_withdrawn(it, tmp_path):
    actor = it.actors["bidder1"]
    api = Api(actor)
    body = declaration(it, "bidder1", tmp_path)
    first = api.post(f"/lots/{it.lot}/bids", body)
    assert first.status_code == 201
    told = first.json()
    assert (told["state"], told["receipt"]) == ("declared", None)
    assert {name: one["offset"] for name, one in told["uploads"].items()} == {"opening": 0, "documents": 0}
    assert api.post(f"/lots/{it.lot}/bids", body).json() == told
    from bidding.models import Bid

    bid = Bid.objects.get(pk=told["bid"])
    bidders.upload(bid, tmp_path)
    stands = api.get(f"/bids/{bid.pk}").json()
    assert (stands["state"], len(stands["receipts"])) == ("sealed", 1)
    assert stands["uploads"]["opening"]["offset"] == stands["uploads"]["opening"]["length"]
    receipt = api.get(f"/bids/{bid.pk}/receipt").json()
    assert records.parse_seal_record(receipt["record"])["outcome"] == "accepted"
    [own] = api.get(f"/lots/{it.lot}/bids").json()
    assert own["statement"] == body["statement"]
    withdrawal = statements.build_withdrawal(bidders_statement(bid), bytes(32))
    answer = api.act(f"/bids/{bid.pk}/withdrawal", actor, withdrawal)
    assert answer.json()["receipt"]["record"]["outcome"] == "accepted"
    again = api.act(f"/bids/{bid.pk}/withdrawal", actor, withdrawal)
    assert again.json() == answer.json()


def test_a_late_bid_is_refused_with_its_rule_and_a_signed_record(it, tmp_path):
    body = declaration(it, "bidder1", tmp_path)
    it.move(to=it.record.deadline)
    answer = Api(it.actors["bidder1"]).post(f"/lots/{it.lot}/bids", body)
    assert answer.status_code == 422
    told = answer.json()
    assert (told["rule"], told["reason"]) == ("S-02", "late_bid")
    assert told["sentence"]
    assert told["receipt"]["record"]["outcome"] == "refused"
    bid = told["receipt"]["record"]["bid"]
    kept = Api(it.actors["bidder1"]).get(f"/bids/{bid}/receipt").json()
    assert kept["record"] == told["receipt"]["record"]


def test_a_late_withdrawal_is_refused_with_a_signed_record(it, tmp_path):
    bid, _ = bidders.submit(it.actors["bidder1"], it.lot, tmp_path)
    it.move(to=it.record.deadline)
    withdrawal = statements.build_withdrawal(bidders_statement(bid), bytes(32))
    answer = Api(it.actors["bidder1"]).act(f"/bids/{bid.pk}/withdrawal", it.actors["bidder1"], withdrawal)
    assert answer.status_code == 422
    assert answer.json()["receipt"]["record"]["domain"] == "yangguang/withdrawal-record/v1"


def test_wrong_shapes_and_other_peoples_bids_are_refused(it, tmp_path):
    bid, _ = bidders.submit(it.actors["bidder1"], it.lot, tmp_path)
    body = declaration(it, "bidder2", tmp_path / "other")
    api = Api(it.actors["bidder2"])
    assert api.post(f"/lots/{it.lot}/bids", {**body, "signature": "!"}).status_code == 400
    assert api.post(f"/lots/{it.lot}/bids", {"statement": "x"}).status_code == 422
    for path in (f"/bids/{bid.pk}", f"/bids/{bid.pk}/receipt", f"/bids/{uuid.uuid4()}"):
        assert api.get(path).status_code == 404
    assert Api().get(f"/bids/{bid.pk}").status_code == 401
    assert Api(it.actors["host"]).get(f"/lots/{it.lot}/bids").status_code == 401
    assert Api(it.actors["bidder2"]).get(f"/custody/{it.lot}").status_code == 401
    assert api.get(f"/lots/{it.lot}/bids").json() == []


def test_what_each_reader_sees_of_the_closing_list(it):
    it.submit(*THREE)
    bidders.withdraw(it.actors[THREE[2]], it.bids[THREE[2]])
    it.submit("bidder4", "bidder5")
    it.close()
    path = f"/lots/{it.lot}/opening"

    def shown(name=None):
        answer = Api(it.actors[name] if name else None).get(path).json()
        return {one["line"]["bid"]: one["line"]["status"] for one in answer["lines"]}

    everything = {str(bid.pk) for bid in it.bids.values()}
    assert shown() == shown("clerk") == {}
    assert shown("bidder1") == {str(it.bids["bidder1"].pk): "valid"}
    assert shown(THREE[2]) == {str(it.bids[THREE[2]].pk): "withdrawn"}
    for name in ("host", "witness", "supervisor", "keeper-notary"):
        assert set(shown(name)) == everything
    it.show_names()
    assert set(shown()) == everything - {str(it.bids[THREE[2]].pk)}
    assert set(shown(THREE[2])) == everything
    answer = Api(it.actors["host"]).get(path).json()
    value = canonical.from_bytes(answer["closing"].encode())
    rows = [closing.Line(bytes.fromhex(one["salt"]), one["line"]) for one in answer["lines"]]
    closing.check_lines(value, rows)
    assert answer["entry"]["payload_sha256"] == canonical.digest(value)
    assert answer["checkpoint"] is not None


def test_the_closing_list_has_its_proof_only_when_two_witnesses_saw_it(it):
    it.submit(*THREE)
    it.move(to=tender.lot(it.lot).deadline + openings.SECOND)
    from bidding.actions import counting
    from tender.actions import stepping

    stepping.close_due(it.lot, now=clock.now())
    it.watch.tick()
    counting.count(it.lot, now=clock.now())
    it.watch.tick("north")
    answer = Api().get(f"/lots/{it.lot}/opening").json()
    assert answer["closing"] is not None
    assert answer["proof"] is answer["checkpoint"] is None
    custody = Api(it.actors["keeper-centre"]).get(f"/custody/{it.lot}").json()
    assert custody["shares"] == custody["statements"] == []


def test_a_custodian_gets_its_own_shares_and_lodged_ones_after_its_first_word(begin):
    it = begin(mode="custodians", coefficients=[])
    it.submit(*THREE)
    it.submit("bidder4", spoil=openings.spoil_share(it.lot, "centre"))
    api = Api(it.actors["keeper-centre"])
    path = f"/custody/{it.lot}"
    before = api.get(path).json()
    assert (before["role"], before["shares"], before["closing"]) == ("centre", [], None)
    it.close()
    case = api.get(path).json()
    assert len(case["shares"]) == 8
    assert len(case["statements"]) == 4
    assert case["ready_given"] is False
    it.show_names()
    it.lodge("bidder4")
    assert api.get(path).json()["lodged"] == [], "the first word is on the stated shares"
    it.ready("centre")
    told = api.get(path).json()
    assert (told["ready_given"], told["lodged"]) == (True, []), "no newer checkpoint yet"
    it.checkpoint = it.watch.tick()
    [lodged] = api.get(path).json()["lodged"]
    assert lodged["bid"] == str(it.bids["bidder4"].pk)
    it.ready("third", "procuring_entity")
    it.checkpoint = it.watch.tick()
    it.ready(lodged=True)
    it.host(hosting.hear_names)
    assert it.hall.step == "release"
    assert [one["bid"] for one in api.get(path).json()["lodged"]] == [lodged["bid"]]
    assert api.get(path).json()["release_given"] is False
    it.release(lodged=[it.bids["bidder4"].pk])
    assert api.get(path).json()["release_given"] is True


def test_consents_are_shown_to_custodians_with_the_release_list(it):
    it.to_phase_a(*THREE)
    it.consent()
    api = Api(it.actors["keeper-notary"])
    assert api.get(f"/custody/{it.lot}").json()["consents"] == []
    it.ready()
    case = api.get(f"/custody/{it.lot}").json()
    release = canonical.from_bytes(case["release"].encode())
    hashes = {canonical.sha256(one["document"].encode()) for one in case["consents"]}
    assert hashes == {one["consent"] for one in release["bids"]}
    assert case["lodged"] == []


def test_signed_words_go_over_the_api_and_may_be_sent_again(it):
    from bidding.domain import messages

    it.to_phase_a(*THREE)
    actor, bid = it.actors["bidder1"], it.bids["bidder1"]
    api = Api(actor)
    statement = it.statement("bidder1")
    value = messages.consent(
        statement.context("opening"),
        statement=statement.hash,
        closing=it.hall.closing_sha256,
        nonce=bytes(32),
    )
    told = api.act(f"/bids/{bid.pk}/consent", actor, value).json()
    assert told["judged"] == "given"
    assert api.act(f"/bids/{bid.pk}/consent", actor, value).json() == told
    assert api.post(f"/bids/{bid.pk}/consent", {"document": "x", "signature": "!"}).status_code == 400
    ready = messages.ready(
        lot=str(it.lot),
        custodian="centre",
        closing=it.hall.closing_sha256,
        checkpoint=canonical.sha256(it.checkpoint.encode()),
        results=it.findings("centre"),
    )
    keeper = it.actors["keeper-centre"]
    path = f"/custody/{it.lot}/ready"
    first = Api(keeper).act(path, keeper, ready, checkpoint=it.checkpoint)
    assert first.status_code == 200
    assert Api(keeper).act(path, keeper, ready, checkpoint=it.checkpoint).json() == first.json()
    refused = Api(keeper).act(path, keeper, {**ready, "closing": "0" * 64}, checkpoint=it.checkpoint)
    assert (refused.status_code, refused.json()["reason"]) == (422, "custodian_shape")


def test_objections_and_confirmations_go_over_the_api(begin):
    it = begin(mode="custodians", coefficients=[])
    it.to_phase_a(*THREE)
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    it.run()
    api = Api(it.actors["bidder1"])
    said = api.post(f"/lots/{it.lot}/opening-objections", {"text": "报价读错"})
    assert said.status_code == 200
    assert api.post(f"/lots/{it.lot}/opening-objections", {"text": "报价读错"}).json() == said.json()
    path = f"/bids/{it.bids['bidder1'].pk}/confirmation"
    assert api.post(path, {"answer": "maybe"}).status_code == 422
    assert api.post(path, {"answer": "confirmed"}).status_code == 200
    assert api.post(path, {"answer": "objected"}).json()["reason"] == "confirmation_not_open"


def test_contributors_and_custodians_see_the_draws_that_need_them(begin):
    it = begin()
    row = contributors.the_draw(it.lot)
    [mine] = Api(it.actors["witness"]).get("/draws").json()
    assert (mine["name"], mine["role"], mine["may_commit"], mine["may_reveal"]) == (
        "centre",
        None,
        True,
        False,
    )
    assert mine["draw"] == f"{it.lot}/draw-1"
    assert {one["role"] for one in mine["custodians"]} == set(ROLES)
    message = contributors.commitment(row, "centre")
    witness = it.actors["witness"]
    assert Api(witness).act(f"/draws/{row.pk}/commit", witness, message).status_code == 200
    contributors.commit(it.actors, row, "procuring_entity", "supervisor")
    it.to_phase_a(*THREE)
    it.ready()
    it.consent()
    [mine] = Api(witness).get("/draws").json()
    assert (mine["may_commit"], mine["may_reveal"]) == (False, True)
    answer = Api(witness).act(f"/draws/{row.pk}/reveal", witness, contributors.revelation(row, "centre"))
    assert answer.status_code == 200
    keeper = it.actors["keeper-centre"]
    [kept] = Api(keeper).get("/draws").json()
    assert (kept["role"], kept["may_open"], kept["escrow"]) == ("centre", False, [])
    row.refresh_from_db()
    it.move(to=row.reveal_due_at + timedelta(seconds=1))
    [kept] = Api(keeper).get("/draws").json()
    assert kept["may_open"] is True
    assert {one["name"] for one in kept["escrow"]} == {"procuring_entity", "supervisor"}
    assert Api(it.actors["bidder1"]).get("/draws").status_code == 401


def test_check_in_is_private_and_repeatable(it):
    it.move(to=it.record.deadline - timedelta(hours=1))
    api = Api(it.actors["bidder3"])
    first = api.post(f"/lots/{it.lot}/check-in")
    assert first.status_code == 200
    assert api.post(f"/lots/{it.lot}/check-in").json() == first.json()


def bidders_statement(bid):
    from bidding import queries

    return queries.statement_of(bid, queries.notice_of(tender.lot(bid.lot_id)))
