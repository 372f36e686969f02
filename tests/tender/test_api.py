"""What the kit reads and gives over HTTP."""

import hashlib

import pytest

from accounts import actions as account_actions
from bidding.sealing import age
from kernel import clock, evidence, keys, log, sequencer
from kernel.domain import canonical, leaves, notes
from tender import queries
from tender.models import Obtained
from tests import cast, factories
from tests.seats import browser


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city(*factories.STAFF, "bidder1", "bidder2")}


def bearer(actor):
    return {"headers": {"Authorization": f"Bearer {account_actions.give_token(actor.holder)}"}}


def cosign(count):
    """A witness of the test signs a checkpoint."""
    key = keys.log_key(str(log.tile_folder().parent))
    name, raw = notes.cosign(log.note_of(count).checkpoint().body(), "witness.test", key, 1_772_413_200)
    log.add_cosignature(count, "test", name, raw)


def test_published_lots_are_listed_by_where_they_stand(city, moved):
    lot = factories.published(city)
    factories.draft(city, code="E5108000002")
    [line] = browser().get("/api/lots").json()
    assert (line["lot"], line["status"], line["code"]) == (str(lot), "published", "E5108000001-001")
    assert line["notice_sha256"] == queries.lot(lot).notice_sha256
    assert len(browser().get("/api/lots?status=open").json()) == 1
    assert browser().get("/api/lots?status=opening").json() == []
    moved(to=queries.lot(lot).deadline)
    assert browser().get("/api/lots?status=open").json() == []
    assert [one["status"] for one in browser().get("/api/lots?status=closed").json()] == ["closed"]
    answer = browser().get("/api/lots?status=soon")
    assert answer.status_code == 400
    assert "published" in answer.json()["detail"]


def test_the_notice_comes_with_its_proof_once_a_witness_saw_it(city):
    lot = factories.published(city)
    found = browser().get(f"/api/lots/{lot}/notice").json()
    assert found["notice"] == queries.lot(lot).notice
    assert found["edition"] == queries.lot(lot).edition.text
    assert [found[name] for name in ("entry", "salt", "proof", "checkpoint")] == [None] * 4
    sequencer.tick(now=clock.now())
    cosign(1)
    found = browser().get(f"/api/lots/{lot}/notice").json()
    entry = leaves.Entry(**found["entry"])
    assert entry.payload_sha256 == canonical.digest(found["notice"])
    note = notes.Note.parse(found["checkpoint"])
    assert note.signed_by(keys.log_verifier())
    proof = leaves.Proof.from_json(found["proof"])
    proof.verify(entry.hash(bytes.fromhex(found["salt"])), note.checkpoint().root)


def test_only_a_bidder_is_noted_as_having_obtained_the_document(city):
    lot = factories.published(city)
    browser().get(f"/api/lots/{lot}/notice")
    browser().get(f"/api/lots/{lot}/notice", **bearer(city["clerk"]))
    assert not Obtained.objects.exists()
    for _ in range(2):
        assert browser().get(f"/api/lots/{lot}/notice", **bearer(city["bidder1"])).status_code == 200
    assert [row.seat_id for row in Obtained.objects.all()] == [city["bidder1"].holder.id]


def test_files_are_given_by_their_hash_and_drafts_are_not(city):
    lot = factories.published(city)
    draft = factories.draft(city, code="E5108000002")
    [file] = queries.files(lot)
    answer = browser().get(f"/api/lots/{lot}/files/{file.sha256}")
    data = b"".join(answer.streaming_content)
    assert hashlib.sha256(data).hexdigest() == file.sha256
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert browser().get(f"/api/lots/{draft}/files/{file.sha256}").status_code == 404
    assert browser().get(f"/api/lots/{draft}/notice").status_code == 404
    assert browser().get(f"/api/lots/{lot}/files/{'0' * 64}").status_code == 404


def test_a_custodian_sees_what_is_wanted_and_gives_its_key(city):
    lot = factories.draft(city)
    keeper = city["keeper-notary"]
    again = city["clerk"].holder
    from tender.actions import drafting

    drafting.assign_custodian(again, lot, "third", keeper.holder.id, now=clock.now())
    [line] = browser().get("/api/custody", **bearer(keeper)).json()
    assert (line["lot"], line["role"], line["wanted"]) == (str(lot), "third", True)
    value = {
        "domain": "yangguang/custodian-key/v1",
        "lot": str(lot),
        "custodian": "third",
        "recipient": str(age.Identity.generate().recipient),
    }
    body = {"document": canonical.to_bytes(value).decode(), "signature": canonical.b64(keeper.sign(value))}
    url = f"/api/lots/{lot}/custodian-key"

    def give(actor, body):
        return browser().post(url, body, content_type="application/json", **bearer(actor))

    assert give(city["bidder1"], body).status_code == 401
    assert browser().post(url, body, content_type="application/json").status_code == 401
    assert give(keeper, {**body, "signature": "!"}).status_code == 400
    refused = give(keeper, {**body, "signature": canonical.b64(city["keeper-centre"].sign(value))})
    assert refused.status_code == 422
    assert (refused.json()["rule"], refused.json()["reason"]) == ("S-09", "signature_of_another")
    assert refused.json()["sentence"]
    assert give(keeper, body).status_code == 200
    assert not browser().get("/api/custody", **bearer(keeper)).json()[0]["wanted"]


def test_a_lot_that_a_custodian_does_not_keep_is_not_there(city):
    lot = factories.draft(city)
    city["keeper-hospital"] = cast.enrol("keeper-hospital")
    body = {"document": "{}", "signature": ""}
    answer = browser().post(
        f"/api/lots/{lot}/custodian-key",
        body,
        content_type="application/json",
        **bearer(city["keeper-hospital"]),
    )
    assert answer.status_code == 404


def test_time_and_trust_are_told(city):
    now = canonical.parse_instant(browser().get("/api/time").json()["now"])
    assert abs((clock.now() - now).total_seconds()) < 5
    trust = browser().get("/api/trust").json()
    assert "BEGIN CERTIFICATE" in trust["roots_pem"]
    assert trust["log"] == str(keys.log_verifier())
    assert notes.Policy.parse(trust["policy"]).log == keys.log_verifier()
    assert trust["policy"] == evidence.policy_text()
    assert "out of band" in trust["warning"]
