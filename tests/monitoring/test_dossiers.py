"""Dossiers of lots in every state, which the independent verifier must find whole, and which must tell no more."""

import io
import json
import shutil
import subprocess
import zipfile

import pytest
from django.core.management import CommandError, call_command

from bidding import queries as bidding
from bidding.actions import consenting, counting, drawing, faulting, hosting
from bidding.domain.lifecycle import Bid as BidState
from bidding.models import Bid, FaultDecision, SignedRecord
from bidding.sealing import age
from evaluation.actions import checking, deciding as evaluating, inviting, reviewing
from kernel import clock, storage
from kernel.domain import canonical
from monitoring.actions import asking, comparing, dossiers, jobs
from monitoring.actions.jobs import NotYetError
from monitoring.dossier import writing
from monitoring.models import DossierFile, Job
from tender import queries as tender
from tender.actions import changing, deciding, stepping
from tender.domain.lifecycle import LotState
from tests import bidders, cast, contributors, factories, openings
from tests.evaluation import world as evaluation
from tests.monitoring import judge, world
from tests.openings import FIRMS
from tests.verifier import bagging

OPENSSL = (
    *("openssl", "cms", "-verify", "-binary", "-no_check_time", "-inform", "DER", "-purpose", "any"),
    *("-CAfile", "certificates/roots.pem", "-out", "/dev/null"),
)
OTHER_NAMES = {"opening-host": "opening", "opening-witness": "opening", "contract-counter": "contract"}
AFTER = ("scores", "report", "candidates", "result", "award", "contract")


@pytest.fixture
def hall(store, moved, monkeypatch):
    """Return a function that publishes a lot and gives everybody around opening and evaluation."""

    def started(**terms):
        people = (*factories.STAFF, *FIRMS, "operator", *evaluation.CIVIL, *evaluation.ECONOMICS)
        actors = {actor.username: actor for actor in cast.found_city(*people)}
        actors["delegate"] = evaluation.enrol_delegate("delegate")
        lot = factories.published(actors, **terms)
        watch = openings.Watch(store / "witnesses", monkeypatch)
        it = openings.Opening(actors, lot, moved, watch, store / "bids")
        committee = evaluation.World(it.actors, it.lot, moved)
        committee.furnish()
        return it, committee

    return started


def entries(path):
    return json.loads(judge.files(path)["log/entries.json"])


def names_of(it, *usernames):
    found = [it.actors[name].holder.organisation for name in usernames]
    return [text.encode() for each in found for text in (each.name, each.credit_code)]


def test_a_published_lot_with_sealed_bids_tells_nothing_of_them(begin, tmp_path):
    it = begin()
    empty = {edition: judge.export(it, tmp_path / "empty", edition) for edition in ("public", "audit")}
    world.submit(it)
    for edition in ("public", "audit"):
        stages = judge.holds(it, tmp_path, edition)
        assert stages["notice"] == stages["log"] == "ok"
        assert stages["closing"] == stages["statements"] == stages["table"] == "not_reached"
        path = tmp_path / f"{edition}.zip"
        assert sorted(judge.files(path)) == sorted(judge.files(empty[edition]))
        assert len(entries(path)) == len(entries(empty[edition]))
        told = judge.everything(path)
        assert not [
            one
            for one in (*names_of(it, *FIRMS), *(str(b.pk).encode() for b in it.bids.values()))
            if one in told
        ]


def test_a_lot_that_failed_for_want_of_bids_names_nobody_and_opens_nothing(begin, tmp_path):
    it = begin()
    world.submit(it, dict(list(world.PRICES.items())[:2]))
    it.close()
    assert it.record.status is LotState.FAILED
    stages = judge.holds(it, tmp_path)
    assert (stages["closing"], stages["table"]) == ("ok", "not_reached")
    told = judge.everything(tmp_path / "public.zip")
    assert not [one for one in names_of(it, *FIRMS) if one in told]
    assert json.loads(judge.files(tmp_path / "public.zip")["closing.json"])["lines"] == [None, None]
    assert judge.holds(it, tmp_path, "audit")["statements"] == "ok"
    whole = judge.files(tmp_path / "audit.zip")
    assert not [name for name in whole if name.startswith("keys/")]
    assert len([name for name in whole if name.startswith("containers/")]) == 4


def test_a_cancelled_lot_keeps_its_bids_to_itself(begin, tmp_path):
    it = begin()
    world.submit(it)
    changing.propose_cancel(it.actors["clerk"].holder, it.lot, "采购任务取消", now=clock.now())
    changing.cancel(it.actors["reviewer"].holder, it.lot, now=clock.now())
    for edition in ("public", "audit"):
        judge.holds(it, tmp_path, edition)
        told = judge.everything(tmp_path / f"{edition}.zip")
        assert not [one for one in names_of(it, *FIRMS) if one in told]


def test_an_opened_lot_with_every_kind_of_bid(begin, tmp_path):
    """Consent mode, a drawn coefficient, an addendum, a bid replaced, one withdrawn, one refused, one not opened."""
    it = begin(
        mode="consent",
        coefficients=[{"name": "K", "values": ["0.01", "0.02", "0.03"]}],
        method=_drawn_method(),
    )
    it.commit()
    world.submit(it, dict(list(world.PRICES.items())[:5]))
    plain = {"text": "更正错字。", "deadline": None, "affects_bids": False}
    changing.propose_addendum(it.actors["clerk"].holder, it.lot, now=clock.now(), **plain)
    changing.publish_addendum(it.actors["reviewer"].holder, it.lot, now=clock.now())
    replaced = it.bids["bidder1"]
    new, it.sealed["bidder1"] = bidders.submit(
        it.actors["bidder1"],
        it.lot,
        it.folder / "new",
        supersedes=replaced.statement_sha256,
        price="9801234.56",
    )
    it.bids["bidder1"] = new
    gone, _ = bidders.submit(it.actors["bidder6"], it.lot, it.folder / "gone")
    bidders.withdraw(it.actors["bidder6"], gone)
    broken = bidders.declare(
        it.actors["bidder7"],
        it.lot,
        bidders.seal_files(it.actors["bidder7"], it.lot, it.folder / "broken"),
        it.folder / "broken",
    )
    bidders.upload(broken, it.folder / "broken", part="opening", data=bytes(65736))
    it.close()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.consent("bidder1", "bidder2", "bidder3", "bidder4")
    it.to_due()
    it.draw_coefficients()
    it.release()
    it.run()
    assert it.outcomes()["bidder5"][0] == "deemed_revoked"
    _finish(it)
    assert it.record.status is LotState.OPENED
    public = judge.holds(it, tmp_path)
    assert {
        public[name]
        for name in ("closing", "statements", "custody", "release", "openings", "table", "record", "draws")
    } == {"ok"}
    audit = judge.holds(it, tmp_path, "audit")
    assert audit["openings"] == "ok"
    judge.export(it, tmp_path, ticks=0)
    _tells_no_more(it, tmp_path, replaced, gone)
    _outside_judges_agree(tmp_path / "public.zip", "9801234.56")


def _drawn_method():
    return factories.works_terms()["method"]


def _finish(it):
    """Decide what is to be decided about unopened bids, and come to the signed record."""
    for row in FaultDecision.objects.filter(bid__lot_id=it.lot, decided_at__isnull=True):
        it.host(faulting.decide, row.bid_id, row.proposed, "")
        it.sign("host", "fault-decision")
        it.sign("witness", "fault-decision")
    it.finish()


def _tells_no_more(it, folder, replaced, gone):
    """The public edition holds nothing of other bids, other parts, people; the auditors' edition holds it all."""
    public, whole = judge.files(folder / "public.zip"), judge.files(folder / "audit.zip")
    told = judge.everything(folder / "public.zip")
    opened = [str(it.bids[name].pk) for name in FIRMS[:4]]
    assert sorted(name for name in public if name.startswith("containers/")) == sorted(
        f"containers/{bid}/opening.age" for bid in opened
    )
    assert sorted(name for name in public if name.startswith("keys/")) == sorted(
        f"keys/{bid}/opening.txt" for bid in opened
    )
    assert sorted(name for name in public if name.startswith("statements/")) == sorted(
        f"statements/{bid}.{form}" for bid in opened for form in ("json", "p7s")
    )
    assert not [
        name
        for name in public
        if name.startswith(("shares/", "withdrawals/", "scores", "report", "signatures"))
    ]
    assert not [one for one in names_of(it, "bidder6", "bidder7") if one in told], (
        "withdrawn and refused bids are nobody's business"
    )
    for bid, sealed in ((it.bids[name], it.sealed[name]) for name in FIRMS[:5]):
        assert sealed.keys["documents"].encode() not in told
        assert (sealed.keys["opening"].encode() in told) == (str(bid.pk) in opened)
    for name in ("host", "witness", "supervisor", "clerk", "reviewer"):
        person = it.actors[name].holder.person.encode()
        assert not [file for file, data in public.items() if person in data and not file.endswith(".p7s")], (
            name
        )
    for bid in (replaced, gone):
        assert f"statements/{bid.pk}.json" in whole
        assert f"statements/{bid.pk}.json" not in public
    assert f"withdrawals/{gone.pk}.record.json" in whole
    assert not [name for name in whole if name.startswith(f"keys/{it.bids['bidder5'].pk}")]
    salts = {one["name"]: one for one in json.loads(whole["withheld.json"])}
    assert [set(one) for one in json.loads(public["withheld.json"])] == [{"name", "hash"}] * len(salts)
    hidden = {name for name in whole if name not in public} | {"closing.json", "log/entries.json"}
    assert set(salts) - {"draws/1-K.json"} == hidden
    assert {one["name"]: one["hash"] for one in json.loads(public["withheld.json"])} == {
        n: o["hash"] for n, o in salts.items()
    }


def _outside_judges_agree(path, price=None):
    """What the age and openssl command lines say of every container and every signature of a dossier."""
    unpacked = path.with_suffix("")
    with zipfile.ZipFile(path) as bag:
        bag.extractall(unpacked)
    [root] = unpacked.iterdir()
    data = root / "data"
    signatures = sorted(data.rglob("*.p7s"))
    assert len(signatures) > 10
    for signature in signatures if shutil.which("openssl") else ():
        content = signature.with_name(f"{OTHER_NAMES.get(signature.stem, signature.stem)}.json")
        words = ("-in", str(signature), "-content", str(content))
        subprocess.run([*OPENSSL, *words], cwd=data, check=True, capture_output=True)
    prices = set()
    keys = sorted(data.glob("keys/*/*.txt"))
    assert keys
    for key in keys:
        container = data / "containers" / key.parent.name / f"{key.stem}.age"
        plain = age.decrypt_bytes(container.read_bytes(), [age.Identity.parse(key.read_text().strip())])
        if shutil.which("age"):
            command = ["age", "-d", "-i", str(key), str(container)]
            assert subprocess.run(command, check=True, capture_output=True).stdout == plain
        if key.stem == "opening":
            with zipfile.ZipFile(io.BytesIO(plain)) as part:
                prices.add(json.loads(part.read("opening.json"))["price"])
    assert price is None or price in prices


JUNK = {
    "bytes": b"\x00\xff junk",
    "a float": b'{"a":1.0}',
    "keys in another order": '{"\U0001f600":1,"\uff5e":2}'.encode(),
    "a marked escape": b'"\\n\xcc\x83"',
    "a long number": b"1" * 5000,
    "deep": b"[" * 5000 + b"]" * 5000,
    "nothing": b"",
    "null": b"null",
}
"""What a bidder may send in the place of a consent."""


def test_what_is_sent_as_a_consent_and_is_none_lies_in_the_dossier_as_it_came(begin, tmp_path):
    """Junk of one bidder, junk before a good one of another, a good one that came first with a foreign signature."""
    it = begin(mode="consent")
    world.submit(it, dict(list(world.PRICES.items())[:4]))
    it.close()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    for name in ("bidder3", "bidder4"):
        by, bid = it.actors[name].holder, it.bids[name].pk
        for document in JUNK.values():
            row = consenting.consent(by, bid, document, b"no signature", now=clock.now())
            assert row.judged == "invalid"
    assert it.consent("bidder2", sign_as=it.actors["bidder1"]).judged == "invalid"
    it.consent("bidder1", "bidder2", "bidder3")
    it.to_due()
    it.release()
    it.run()
    assert it.outcomes()["bidder4"] == ("deemed_revoked", "consent_invalid")
    _finish(it)
    assert judge.holds(it, tmp_path)["custody"] == judge.holds(it, tmp_path, "audit")["custody"] == "ok"
    public, whole = judge.files(tmp_path / "public.zip"), judge.files(tmp_path / "audit.zip")
    kept = [data for name, data in whole.items() if "-consent-" in name and name.endswith(".bin")]
    assert sorted(kept) == sorted([*JUNK.values()] * 2)
    assert len([name for name in whole if "-consent-" in name and name.endswith(".json")]) == 4
    shown = [name for name in public if "-consent-" in name]
    assert len(shown) == 6, "of those that counted the document and the signature"
    counted = [name.removesuffix(".json") for name in shown if name.endswith(".json")]
    assert all(public[f"{name}.p7s"] != b"no signature" for name in counted)
    name = next(name for name in whole if name.endswith(".bin"))
    report = _judged(tmp_path, name, whole[name] + b"x")
    assert [one["stage"] for one in report["broken"]] == ["custody"]
    assert "no act of the log shows it" in report["broken"][0]["why"]


def _judged(folder, name, data):
    """What the verifier says of the auditors' edition with another file, packed anew."""
    bag = bagging.Bag("", judge.files(folder / "audit.zip"))
    bag = bagging.Bag(json.loads(bag.files["notice.json"])["code"], bag.files).with_files({name: data})
    (folder / "forged.zip").write_bytes(bag.packed())
    return judge.verify(folder / "forged.zip", judge.trust_folder(folder / "trust"))[1]


def test_a_draw_without_one_contributor_whose_value_custodians_opened(begin, tmp_path):
    """Two of three committed in time, one of these did not reveal: what they and the custodians signed is shown."""
    it = begin(coefficients=[{"name": "K", "values": ["0.01", "0.02"]}], method=_drawn_method())
    world.submit(it)
    row = contributors.the_draw(it.lot)
    contributors.commit(it.actors, row, "centre", "supervisor")
    it.close()
    it.show_names()
    it.ready()
    it.to_due()
    row.refresh_from_db()
    it.move(to=row.commit_due_at)
    assert drawing.close_commits(row.pk, now=clock.now())
    contributors.reveal(it.actors, row, "centre")
    it.move(to=row.reveal_due_at)
    for role in ("procuring_entity", "third"):
        contributors.open_escrow(it.actors, row, "supervisor", role)
    it.release()
    it.run()
    for edition in ("public", "audit"):
        assert judge.holds(it, tmp_path, edition)["draws"] == "ok"
        told = judge.files(tmp_path / f"{edition}.zip")
        signed = sorted(name for name in told if name.startswith("draws/1/") and name.endswith(".json"))
        assert signed == [
            "draws/1/commit-centre.json",
            "draws/1/commit-supervisor.json",
            "draws/1/open-supervisor-procuring_entity.json",
            "draws/1/open-supervisor-third.json",
        ]
    _outside_judges_agree(tmp_path / "public.zip")


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_a_draw_that_came_to_nothing_is_void(begin, tmp_path, end):
    """Commitments of a draw that was never held are nobody's business; that it was asked and voided is."""
    it = begin(coefficients=[{"name": "K", "values": ["0.01", "0.02"]}], method=_drawn_method())
    it.commit()
    assert judge.holds(it, tmp_path)["draws"] == "ok"
    world.submit(it, dict(list(world.PRICES.items())[:2]))
    if end == "cancelled":
        changing.propose_cancel(it.actors["clerk"].holder, it.lot, "采购任务取消", now=clock.now())
        changing.cancel(it.actors["reviewer"].holder, it.lot, now=clock.now())
    else:
        it.close()
    assert it.record.status == end
    for edition in ("public", "audit"):
        assert judge.holds(it, tmp_path, edition)["draws"] == "ok"
        told = judge.files(tmp_path / f"{edition}.zip")
        assert not [name for name in told if name.startswith("draws/")]
        tags = [one["entry"]["tag"] for one in json.loads(told["log/entries.json"]) if "entry" in one]
        assert "bidding:draw:void" in tags


def test_a_lot_from_its_evaluation_to_its_contract(hall, tmp_path):
    """Each later dossier contains the log of the earlier one, and holds as much as its state demands."""
    it, committee = hall()
    it.commit()
    it.submit(*FIRMS)
    it.close()
    committee.request()
    committee.draw()
    declined = committee.called()[0]
    inviting.decline(committee.holder(committee.username(declined)), declined.pk, "出差", now=clock.now())
    committee.accept_all()
    committee.name_delegate()
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.consent()
    it.draw_coefficients()
    it.release()
    it.run()
    it.finish()
    stages = judge.holds(it, tmp_path)
    assert {stages[name] for name in AFTER} == {"not_reached"}
    comparing.compare(it.lot, now=clock.now())
    _evaluate(it, committee)
    audit, public = judge.holds(it, tmp_path, "audit"), judge.holds(it, tmp_path)
    assert (audit["scores"], audit["report"], audit["price"]) == ("ok", "ok", "ok")
    assert (public["scores"], public["report"], public["candidates"]) == (
        "not_public",
        "not_public",
        "not_reached",
    )
    evaluated = shutil.copy(tmp_path / "audit.zip", tmp_path / "evaluated.zip")
    _people_and_scores_are_not_public(it, committee, tmp_path)
    document = evaluating.publish_candidates(it.actors["reviewer"].holder, it.lot, now=clock.now())
    public = judge.holds(it, tmp_path)
    assert (public["candidates"], public["price"], public["result"]) == ("ok", "ok", "not_reached")
    it.move(to=canonical.parse_instant(document["until"]))
    stepping.decide_due(it.lot, now=clock.now())
    evaluating.publish_result(
        it.actors["reviewer"].holder, it.lot, document["candidates"][0]["bid"], now=clock.now()
    )
    assert judge.holds(it, tmp_path)["result"] == "ok"
    _award_and_contract(it, document["candidates"][0])
    assert it.record.status is LotState.CONTRACTED
    for edition in ("public", "audit"):
        stages = judge.holds(it, tmp_path, edition)
        assert (stages["award"], stages["contract"], stages["periods"]) == ("ok", "ok", "ok")
    _people_and_scores_are_not_public(it, committee, tmp_path)
    for edition in ("public", "audit"):
        _outside_judges_agree(tmp_path / f"{edition}.zip")
    command = [
        judge.sys.executable,
        str(judge.VERIFY),
        "diff",
        str(evaluated),
        str(tmp_path / "audit.zip"),
        "--trust",
        str(tmp_path / "trust"),
    ]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert (found["result"], found["lost"], found["states"]) == ("extends", [], ["evaluated", "contracted"])


def test_a_goods_lot_of_regime_g_that_its_custodians_opened(hall, tmp_path):
    """No candidates are published, the lowest price with its deduction is recomputed from the scores."""
    it, committee = hall(**evaluation.goods_terms())
    it.submit("bidder1", "bidder2", "bidder3")
    world.open_hall(it)
    it.finish()
    _take_bids(it, committee)
    committee.to_scoring()
    committee.score_all()
    assert checking.sum_up(committee.leader, it.lot, now=clock.now()) == []
    committee.lay()
    committee.sign_report()
    audit = judge.holds(it, tmp_path, "audit")
    assert {audit[name] for name in ("price", "scores", "report", "draws")} == {"ok"}
    evaluating.deliver_report(it.actors["clerk"].holder, it.lot, now=clock.now())
    report = json.loads(judge.files(tmp_path / "audit.zip")["report.json"])
    first = report["ranking"][0]
    evaluating.publish_result(it.actors["reviewer"].holder, it.lot, first["bid"], now=clock.now())
    _award_and_contract(it, first)
    public, audit = judge.holds(it, tmp_path), judge.holds(it, tmp_path, "audit")
    assert {public[name] for name in ("candidates", "price", "scores", "report")} == {"not_public"}
    assert {
        found[name] for found in (public, audit) for name in ("result", "award", "contract", "periods")
    } == {"ok"}
    for edition in ("public", "audit"):
        _outside_judges_agree(tmp_path / f"{edition}.zip")


def _take_bids(it, committee):
    committee.bids = {
        next(name for name in FIRMS if it.actors[name].holder.organisation.credit_code == one.bidder): str(
            one.id
        )
        for one in bidding.opened_bids(it.lot)
    }


def _evaluate(it, committee):
    _take_bids(it, committee)
    committee.let_in()
    assert committee.begin() == ()
    committee.declare_all()
    committee.elect()
    reviewing.begin_review(committee.leader, it.lot, now=clock.now())
    for digest in committee.bench.indications:
        for holder in committee.holders():
            reviewing.rule_on(holder, it.lot, digest, upheld=False, reason="报价取整", now=clock.now())
    for holder in committee.holders()[:3]:
        committee.breach(holder, "bidder7")
    committee.cast_all()
    committee.conclude()
    for index in range(5):
        committee.score(index, committee.marks(index, objective="8" if index == 2 else "10"))
    assert len(checking.sum_up(committee.leader, it.lot, now=clock.now())) > 0
    checking.mend(committee.member(2), it.lot, now=clock.now())
    committee.score(2)
    assert checking.sum_up(committee.leader, it.lot, now=clock.now()) == []
    committee.lay()
    committee.sign_report()
    assert it.record.status is LotState.EVALUATED


def _people_and_scores_are_not_public(it, committee, folder):
    told = judge.everything(folder / "public.zip")
    for holder in committee.holders():
        assert holder.person.encode() not in told
        assert str(holder.id).encode() not in told
    for document in (
        b"evaluation-report/v1",
        b"score-sheet/v1",
        b"similarity-report",
        b'"scores/v1',
        b"yangguang/scores",
    ):
        assert document not in told
    assert "招标文件".encode() in told, "what may be read is there"


def _award_and_contract(it, winner):
    reviewer = it.actors["reviewer"]
    deciding.prepare_award(reviewer.holder, it.lot, now=clock.now())
    it.sign("reviewer", "award")
    assert it.record.status is LotState.AWARDED
    row = next(one for one in bidding.opened_bids(it.lot) if str(one.id) == winner["bid"])
    terms = deciding.MainTerms(
        bidder=row.bidder,
        price=deciding.money.parse(winner["price"]),
        period_days=row.fields["period_days"],
        quality=row.fields["quality"],
        terms=tuple(map(tuple, row.fields["terms"])),
    )
    deciding.prepare_contract(reviewer.holder, it.lot, terms, now=clock.now())
    it.sign("reviewer", "contract")
    it.sign(
        next(name for name in FIRMS if it.actors[name].holder.organisation.credit_code == row.bidder),
        "contract",
    )


def test_every_bidders_receipt_lies_in_the_dossier(opened, tmp_path):
    opened.watch.tick()
    receipts = []
    for row in SignedRecord.objects.filter(lot_id=opened.lot, kind="seal"):
        path = tmp_path / f"{row.bid}.json"
        path.write_bytes(canonical.to_bytes(bidding.receipt(row)))
        receipts.append(path)
    assert len(receipts) == 7
    trust = judge.trust_folder(tmp_path / "trust")
    for edition in ("public", "audit"):
        code, report = judge.verify(judge.export(opened, tmp_path, edition), trust, *receipts)
        assert code == 0, report["broken"]
        assert {(one["result"], one["standing"], one["closing"]) for one in report["receipts"]} == {
            ("holds", "submitted", "valid")
        }
    code, report = judge.verify(tmp_path / "public.zip")
    assert (code, report["result"]) == (3, "self_declared")


def test_equal_facts_and_instant_give_equal_bytes(opened, tmp_path):
    opened.watch.tick()
    now = clock.now()
    made = []
    for name in ("one", "other"):
        path = tmp_path / name
        dossiers.write_to(path, writing.lay_out(dossiers.read(opened.lot)), "audit", now=now)
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_a_dossier_waits_for_the_log_and_for_the_quorum_of_witnesses(opened):
    with pytest.raises(NotYetError, match="wait for the log"):
        dossiers.read(opened.lot)
    opened.watch.tick("north")
    with pytest.raises(NotYetError, match="wait for their witnesses"):
        dossiers.read(opened.lot)
    opened.watch.tick("north", "south")
    assert dossiers.read(opened.lot).state == "opening"


def test_a_lost_container_is_left_out_and_the_rest_is_exported(opened, tmp_path):
    part = bidding.parts(opened.bids["bidder3"].pk)[1]
    storage.path(part.sha256).unlink()
    path = judge.export(opened, tmp_path, "audit")
    assert f"containers/{part.bid_id}/documents.age" not in judge.files(path)
    code, report = judge.verify(path, judge.trust_folder(tmp_path / "trust"))
    assert code == 1
    assert any(f"containers/{part.bid_id}/documents.age" in one["why"] for one in report["broken"])


def test_states_that_end_a_stage_ask_for_dossiers_and_a_worker_makes_them(begin, tmp_path):
    it = begin()
    world.submit(it, dict(list(world.PRICES.items())[:2]))
    world.relay()
    assert not DossierFile.objects.exists(), "publishing asks for none"
    it.move(to=it.record.deadline + openings.SECOND)
    stepping.close_due(it.lot, now=clock.now())
    it.watch.tick()
    assert counting.count(it.lot, now=clock.now())
    assert not counting.begin(it.lot, now=clock.now())
    world.relay()
    assert sorted(DossierFile.objects.values_list("edition", "state")) == [
        ("audit", "asked"),
        ("public", "asked"),
    ]
    assert world.work() == 0, "its acts are not in the log"
    assert Job.objects.filter(done_at__isnull=True, error__contains="wait for the log").count() == 2
    it.watch.tick()
    it.move(seconds=5)
    assert world.work() == 2
    for row in DossierFile.objects.all():
        assert (row.state, row.lot_state) == ("made", "failed")
        path = tmp_path / f"{row.edition}.zip"
        path.write_bytes(storage.get(row.sha256))
        assert judge.verify(path, judge.trust_folder(tmp_path / "trust"))[0] == 0
    before = [row.sha256 for row in DossierFile.objects.order_by("pk")]
    for row in DossierFile.objects.all():
        dossiers.make(row.pk, now=clock.now())
    assert [row.sha256 for row in DossierFile.objects.order_by("pk")] == before


def test_an_edition_is_asked_once_while_it_is_open(begin):
    it = begin()
    for _ in range(2):
        asking.ask_dossier(it.lot, "public", actor="system", now=clock.now())
    assert DossierFile.objects.count() == Job.objects.count() == 1
    it.watch.tick()
    it.watch.tick()
    assert world.work() == 1
    asking.ask_dossier(it.lot, "public", actor="system", now=clock.now())
    assert DossierFile.objects.filter(state="asked").count() == 1
    assert len(list(jobs.due(now=clock.now(), limit=9))) == 1


def test_the_command_writes_an_edition_or_says_what_it_waits_for(begin, tmp_path):
    it = begin()
    out = io.StringIO()
    with pytest.raises(CommandError, match="not yet"):
        call_command("dossier", str(it.lot), "--out", str(tmp_path), stdout=out)
    it.watch.tick()
    it.watch.tick()
    call_command("dossier", str(it.lot), "--edition", "audit", "--out", str(tmp_path), stdout=out)
    digest, name = out.getvalue().split()
    assert name == str(tmp_path / f"{it.record.code}-audit.zip")
    assert canonical.sha256((tmp_path / f"{it.record.code}-audit.zip").read_bytes()) == digest
    for wrong in ("x", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(CommandError, match="no published lot"):
            call_command("dossier", wrong, "--out", str(tmp_path))
    with pytest.raises(CommandError, match="is no folder"):
        call_command("dossier", str(it.lot), "--out", str(tmp_path / "nowhere"))


def test_two_checkpoints_of_one_size_have_files_of_their_own(begin, tmp_path):
    it = begin()
    world.submit(it)
    it.close()
    it.show_names()
    it.ready("procuring_entity")
    size = int(it.checkpoint.split("\n")[1])
    from kernel import log

    less = str(log.note_of(size)).rstrip("\n").rsplit("\n", 1)[0] + "\n"
    it.ready("centre", checkpoint=less)
    it.ready("third")
    it.to_due()
    it.release()
    it.run()
    assert judge.holds(it, tmp_path)["custody"] == "ok"
    names = [name for name in judge.files(tmp_path / "public.zip") if name.startswith("log/checkpoints/")]
    assert names == [f"log/checkpoints/{size}-2.txt", f"log/checkpoints/{size}.txt"]
    assert Bid.objects.filter(lot_id=it.lot, state=BidState.OPENED).count() == 7
    assert tender.lot(it.lot).status is LotState.OPENING
