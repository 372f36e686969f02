"""The regulator's case: two people open and close it, evidence stays, each firm is heard for itself, the package holds."""

import hashlib
import io
import json
import subprocess
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils import timezone, translation

from accounts import queries as accounts
from accounts.models import Message, Seat
from kernel import clock, journal_reading, sequencer, storage
from kernel.domain import canonical
from kernel.journal_reading import Asked
from kernel.models import JournalEntry
from monitoring.actions import alerts, cases, ending, hearing, packaging
from monitoring.domain.cases import REPLY_LEAST, Asking
from monitoring.models import (
    Alert,
    Case,
    CaseAct,
    CaseAlert,
    CaseConference,
    CaseEvidence,
    CasePackage,
    CaseQuestion,
    CaseReply,
)
from monitoring.queries import cases as reading
from portal import message_words, workbench
from tests.monitoring import world
from tests.monitoring.casework import REASON, WEEK, Casework, begin, indication, refused, third
from tests.seats import browser, text_of

OTHERS = (
    "clerk",
    "reviewer",
    "host",
    "witness",
    "keeper-notary",
    "auditor",
    "archivist",
    "operator",
    "expert1",
)
APPEND_ONLY = (CaseAlert, CaseEvidence, CaseQuestion, CaseReply, CaseConference, CasePackage, CaseAct)


@pytest.fixture
def work(opened):
    """An opened lot with its flags, and two supervisors who may pursue them."""
    return begin(opened, "auditor", "archivist", "operator", "expert1")


def acts(case_id):
    return [
        tag.rpartition(":")[2]
        for tag in JournalEntry.objects.filter(
            tag__startswith="monitoring:case:", pk__in=CaseAct.objects.filter(case=case_id).values("entry")
        )
        .order_by("pk")
        .values_list("tag", flat=True)
    ]


def page_of(username, path):
    return browser(username).get(path)


def test_two_people_open_a_case_hear_the_firms_confer_hand_over_and_close_it(work):
    work.opened()
    number = work.attach()
    work.ask("bidder1", "bidder2", shown=[1, number])
    work.reply("bidder1", file=b"%PDF-1.7 our word")
    work.reply("bidder2")
    work.go_on().confer("police")
    package = work.hand_over()
    assert (work.row.status, package.conference.number, package.by_id) == ("handed_over", 1, work.second.id)
    work.closed("handed_over")
    assert (work.row.status, work.row.outcome) == ("closed", "handed_over")
    assert acts(work.id) == [
        "proposed",
        *["evidence"] * Alert.objects.count(),
        "opened",
        "evidence",
        *["asked"] * 2,
        *["replied"] * 2,
        "heard",
        "conferred",
        "handed_over",
        "closing_proposed",
        "closed",
    ]


def test_the_journal_holds_every_hash_in_the_platforms_chain_and_names_no_firm(work):
    work.opened().attach()
    work.ask("bidder1")
    work.reply("bidder1", file=b"%PDF-1.7 our word")
    work.go_on().confer()
    work.hand_over()
    entries = list(JournalEntry.objects.filter(tag__startswith="monitoring:case:"))
    payloads = b"".join(bytes(entry.payload) for entry in entries).decode()
    hashes = [*CaseEvidence.objects.values_list("sha256", flat=True), CaseReply.objects.get().sha256]
    assert all(digest in payloads for digest in [*hashes, CasePackage.objects.get().sha256])
    firm = work.actors["bidder1"].holder.organisation
    for word in (firm.name, firm.credit_code, REASON, "各自独立编制"):
        assert word not in payloads
    assert not any(entry.lot_id or entry.public for entry in entries)
    sequencer.tick(now=clock.now())
    assert {entry.logged.chain for entry in JournalEntry.objects.filter(pk__in=[e.pk for e in entries])} == {
        "platform"
    }


def test_whose_case_it_is_cannot_be_learned_from_the_auditors_journal(work):
    work.opened().ask("bidder1").reply("bidder1")
    shown = list(journal_reading.acts(Asked(tag="monitoring:case")))
    assert "monitoring:case:asked" in {act.tag for act in shown}
    assert "monitoring:case:replied" not in {act.tag for act in shown}
    assert work.actors["bidder1"].holder.actor not in {act.actor for act in shown}


def test_nobody_confirms_alone(work):
    work.propose()
    assert refused(cases.confirm, work.first, work.id, work.first.id) == ("A-07", "four_eyes")
    assert refused(cases.refuse, work.first, work.id, "无须") == ("A-07", "four_eyes")
    Seat.objects.filter(pk=work.second.id).update(person_id=work.first.person_id)
    same = accounts.holder(work.second.id)
    assert refused(cases.confirm, same, work.id, work.first.id) == ("A-07", "four_eyes")
    assert work.row.status == "proposed"


def test_nobody_closes_alone_and_a_closing_can_be_sent_back(work):
    work.opened().propose_closing("not_confirmed")
    assert refused(ending.close, work.first, work.id) == ("A-07", "four_eyes")
    assert refused(ending.send_back, work.first, work.id, "不足") == ("A-07", "four_eyes")
    ending.send_back(work.second, work.id, "证据不足", now=clock.now())
    assert (work.row.status, work.row.outcome, work.row.closing_by_id) == ("open", "", None)
    work.closed("not_confirmed")
    assert refused(ending.close, work.second, work.id) == ("L-01", "case_step")


def test_the_database_holds_four_eyes_too(work):
    work.propose()
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=work.id).update(decided_by=work.first.id)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=work.id).update(status="closed")


def test_a_refused_opening_frees_its_flags(work):
    work.propose()
    again = Alert.objects.all()
    assert refused(cases.propose, work.second, [row.pk for row in again], REASON) == ("L-01", "alert_in_case")
    assert refused(alerts.dismiss, work.first, again[0].pk, "无须") == ("L-01", "alert_in_case")
    cases.refuse(work.second, work.id, "线索不足", now=clock.now())
    assert (work.row.status, work.row.refusal) == ("refused", "线索不足")
    assert refused(cases.confirm, work.second, work.id, work.first.id) == ("L-01", "case_step")
    assert Casework(work.actors).propose().id != work.id


def test_a_case_needs_flags_that_stand_and_a_reason(work):
    first, chosen = work.first, [indication("40-(1)").pk]
    assert refused(cases.propose, first, [], REASON) == ("L-01", "case_alerts")
    assert refused(cases.propose, first, chosen, "  ") == ("L-01", "text_missing")
    alerts.dismiss(first, chosen[0], "打印店电脑", now=clock.now())
    assert refused(cases.propose, first, chosen, REASON) == ("L-01", "case_alerts")
    assert not Case.objects.exists()


def test_only_the_handler_acts_and_a_case_is_given_on_with_a_reason(work):
    work.opened()
    assert refused(cases.attach, work.second, work.id, "a.pdf", b"x", "说明") == ("L-01", "case_of_another")
    assert refused(cases.assign, work.second, work.id, work.second.id, " ") == ("L-01", "text_missing")
    bidder = work.actors["bidder1"].holder
    assert refused(cases.assign, work.second, work.id, bidder.id, "换人") == ("L-01", "case_handler")
    cases.assign(work.first, work.id, work.second.id, "职责调整", now=clock.now())
    assert refused(cases.assign, work.first, work.id, work.second.id, "再换") == ("L-01", "case_handler_same")
    assert refused(cases.attach, work.first, work.id, "a.pdf", b"x", "说明") == ("L-01", "case_of_another")
    assert cases.attach(work.second, work.id, "a.pdf", b"x", "说明", now=clock.now())
    with pytest.raises(Http404):
        cases.assign(bidder, work.id, work.first.id, "换人", now=clock.now())


def test_flags_are_frozen_as_canonical_json(work):
    work.opened([indication("40-(1)"), Alert.objects.get(kind="statistical")])
    found = [canonical.from_bytes(storage.get(piece.sha256)) for piece in reading.evidence(work.row)]
    kinds = {each["kind"]: each for each in found}
    assert kinds["indication"]["indication"]["evidence"][0]["value"] == world.AUTHOR
    assert "screens" not in kinds["indication"]
    assert kinds["statistical"]["screens"]["bids"] == 7
    assert "indication" not in kinds["statistical"]


def test_evidence_cannot_be_changed_or_removed(work):
    work.opened().attach()
    work.ask("bidder1")
    work.reply("bidder1")
    work.go_on().confer()
    work.hand_over()
    for model in APPEND_ONLY:
        assert model.objects.filter(**_of_case(model, work.id)).exists(), model
        for change in (lambda rows: rows.update(id=rows[0].pk), lambda rows: rows._raw_delete("default")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(model.objects.filter(**_of_case(model, work.id)))


def _of_case(model, case_id):
    return {"question__case_id": case_id} if model is CaseReply else {"case_id": case_id}


def test_the_same_bytes_are_attached_once_and_unfit_files_never(work):
    work.opened()
    number = work.attach()
    assert work.attach(name="另一名称.pdf") == number
    assert refused(cases.attach, work.first, work.id, "a.pdf", b"", "说明") == ("L-02", "case_file")
    assert refused(cases.attach, work.first, work.id, "a.pdf", b"x", "") == ("L-02", "text_missing")
    large = bytes(32 * 1024 * 1024 + 1)
    assert refused(cases.attach, work.first, work.id, "a.pdf", large, "说明") == ("L-02", "case_file")
    work.closed("not_confirmed")
    assert refused(cases.attach, work.first, work.id, "b.pdf", b"y", "说明") == ("L-02", "case_step")


def test_a_firm_sees_its_own_question_from_the_asking_on_and_never_before(work):
    number = work.opened().attach()
    before = page_of("bidder1", "/desk/cases/")
    assert reading.access_questions(work.actors["bidder1"].holder) == []
    assert not Message.objects.filter(kind="case_asked").exists()
    work.ask("bidder1", shown=[1, number])
    question = work.question("bidder1").pk
    statistic = reading.evidence(work.row)[0]
    assert statistic.alert.kind == "statistical"
    assert reading.access_question(work.actors["bidder1"].holder, question).question.shown == [number]
    answer = page_of("bidder1", f"/desk/cases/{question}/")
    assert "请说明投标文件的编制过程" in text_of(answer)
    assert "流水.pdf" in text_of(answer)
    assert text_of(before) != text_of(page_of("bidder1", "/desk/cases/"))
    file = page_of("bidder1", f"/desk/cases/{question}/evidence/{number}/")
    assert file.status_code == 200
    assert file.headers["Content-Disposition"].startswith("attachment")
    hidden = ("", "evidence/1/", "evidence/99/")
    assert page_of("bidder1", f"/desk/cases/{question}/{hidden[1]}").status_code == 404, "not shown to it"
    for other in ("bidder2", "bidder3", "supervisor", *OTHERS):
        for rest in ("", f"evidence/{number}/"):
            path = f"/desk/cases/{question}/{rest}"
            assert page_of(other, path).status_code == 404, (other, path)
            assert browser(other).post(path, {"text": "x"}).status_code in (404, 405), (other, path)
    for name in ("bidder1", *OTHERS):
        assert page_of(name, f"/desk/monitoring/cases/{work.id}/").status_code == 404, name
        assert page_of(name, "/desk/monitoring/cases/").status_code == 404, name
    assert text_of(page_of("bidder2", "/desk/cases/")).count("own-case") == 0


def test_a_firm_replies_once_and_sees_no_other_reply(work):
    work.opened().ask("bidder1", "bidder2")
    work.reply("bidder1", "甲方自行编制", file=b"%PDF-1.7 our word")
    assert refused(hearing.reply, work.actors["bidder1"].holder, work.question("bidder1").pk, "再说") == (
        "L-03",
        "case_replied",
    )
    with pytest.raises(Http404):
        hearing.reply(work.actors["bidder2"].holder, work.question("bidder1").pk, "冒名", now=clock.now())
    page = text_of(page_of("bidder2", f"/desk/cases/{work.question('bidder2').pk}/"))
    assert "甲方自行编制" not in page
    assert work.actors["bidder1"].holder.organisation.name not in page
    seen = text_of(page_of("supervisor", f"/desk/monitoring/cases/{work.id}/"))
    assert "甲方自行编制" in seen
    path = f"/desk/monitoring/cases/{work.id}/replies/{work.question('bidder1').pk}/"
    assert page_of("supervisor", path).status_code == 200
    assert page_of("bidder1", path).status_code == 404


def test_the_hearing_ends_when_all_replied_or_the_time_is_over(work, moved):
    work.opened().ask("bidder1", "bidder2")
    work.reply("bidder1")
    assert refused(hearing.go_on, work.first, work.id) == ("L-03", "case_hearing")
    moved(to=clock.now() + WEEK + timedelta(minutes=1))
    work.reply("bidder2")
    assert CaseReply.objects.get(question=work.question("bidder2")).late
    work.go_on()
    work.ask("bidder1")
    assert work.question("bidder1").round == 2
    moved(to=clock.now() + WEEK + timedelta(minutes=1))
    work.go_on()
    assert refused(hearing.reply, work.actors["bidder1"].holder, work.question("bidder1").pk, "晚了") == (
        "L-03",
        "case_reply_over",
    )
    page = text_of(page_of("bidder1", f"/desk/cases/{work.question('bidder1').pk}/"))
    assert "No reply is taken any more" in page


def test_only_firms_of_the_flags_are_asked_and_only_with_time(work):
    work.opened([indication("40-(1)")])
    late, stranger = clock.now(), work.code("bidder7")
    known = work.code("bidder1")
    soon = late + WEEK
    for asked, reason in (
        (Asking([stranger], "?", soon), "case_firms"),
        (Asking([], "?", soon), "case_firms"),
        (Asking([known], "?", late), "case_due"),
        (Asking([known], "?", late + REPLY_LEAST - timedelta(minutes=1)), "case_due"),
        (Asking([known], " ", soon), "text_missing"),
    ):
        assert refused(hearing.ask, work.first, work.id, asked) == ("L-03", reason)
    other = Casework(work.actors).opened([Alert.objects.get(kind="statistical")])
    assert len(reading.firms(reading.line_of(other.row, other.first, now=clock.now()))) == 7


def openssl(folder):
    done = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-no_check_time", "-inform", "DER", "-purpose", "any"),
            *("-in", "index.p7s", "-content", "index.json", "-CAfile", "roots.pem", "-out", "/dev/null"),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode


def test_the_package_holds_everything_under_a_signature_that_openssl_accepts(work, tmp_path):
    number = work.opened().attach(name="../../流水.PDF")
    work.ask("bidder1", shown=[number])
    work.reply("bidder1", file=b"%PDF-1.7 our word")
    work.go_on().confer("police")
    package = work.hand_over()
    assert work.hand_over().pk == package.pk, "made once"
    data = storage.get(package.sha256)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (package.sha256, package.size)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == sorted(archive.namelist())
    assert all(not name.startswith(("/", ".")) and ".." not in name for name in archive.namelist())
    index = canonical.from_bytes(archive.read("index.json"))
    for piece in index["evidence"]:
        assert hashlib.sha256(archive.read(piece["file"])).hexdigest() == piece["sha256"]
    reply = index["questions"][0]["reply"]
    assert archive.read(reply["file"]) == b"%PDF-1.7 our word"
    listed = {piece["file"] for piece in index["evidence"]} | {reply["file"], "index.json", "index.p7s"}
    assert set(archive.namelist()) == listed
    assert index["conference"]["decision"] == "police"
    for act in index["acts"]:
        entry = JournalEntry.objects.get(pk=act["journal"])
        assert (entry.tag, entry.payload_sha256) == (act["tag"], act["payload_sha256"])
        assert canonical.digest(act["payload"]) == entry.payload_sha256
    archive.extractall(tmp_path)
    (tmp_path / "roots.pem").write_text(accounts.roots_pem())
    assert openssl(tmp_path) == 0
    (tmp_path / "index.json").write_bytes(archive.read("index.json").replace(b"police", b"watchh"))
    assert openssl(tmp_path) != 0
    answer = page_of("supervisor", f"/desk/monitoring/cases/{work.id}/package/{package.sha256}.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    for other in ("bidder1", *OTHERS):
        path = f"/desk/monitoring/cases/{work.id}/package/{package.sha256}.zip"
        assert page_of(other, path).status_code == 404, other


def test_equal_contents_are_equal_bytes(work):
    files = {"b.txt": b"2", "a.txt": b"1"}
    assert packaging._write(files) == packaging._write(dict(reversed(files.items())))


def test_no_package_without_a_conference_that_decided_it(work):
    work.opened()
    assert refused(ending.hand_over, work.first, work.id) == ("L-05", "case_not_handed")
    work.confer("watch")
    assert refused(ending.hand_over, work.first, work.id) == ("L-05", "case_not_handed")
    assert refused(ending.propose_closing, work.first, work.id, "handed_over", "无") == (
        "L-05",
        "case_not_handed",
    )
    ending.resume(work.first, work.id, now=clock.now())
    work.confer("penalty")
    assert refused(ending.propose_closing, work.first, work.id, "handed_over", "无") == (
        "L-05",
        "case_not_packed",
    )
    assert work.hand_over().conference.number == 2


def test_closed_cases_are_the_labels_of_their_lots(work):
    assert reading.labels() == []
    lot = indication("40-(1)").lot_id
    work.opened([indication("40-(4)")]).closed("not_confirmed")
    assert reading.labels() == [(lot, False)]
    Casework(work.actors).opened([indication("40-(1)")]).heard().closed("confirmed")
    assert reading.labels() == [(lot, True)]
    statistical = Casework(work.actors).opened([Alert.objects.get(kind="statistical")])
    statistical.confer("police").hand_over()
    statistical.closed("handed_over")
    assert reading.labels() == [(lot, True)], "what was handed over is decided elsewhere"


def tasks(work, username):
    with translation.override("en"):
        return {task.title for task in workbench.tasks_of(work.actors[username].holder, now=clock.now())}


def test_the_workbench_tells_whose_turn_it_is(work, moved):
    work.propose()
    code = f"AJ-{str(work.id)[:8].upper()}"
    confirm = f"{code} · Confirm or refuse the opening"
    assert confirm in tasks(work, "supervisor-finance")
    assert confirm not in tasks(work, "supervisor")
    cases.confirm(work.second, work.id, work.first.id, now=clock.now())
    work.ask("bidder1")
    assert "Reply to the regulator's question" in tasks(work, "bidder1")
    assert not [t for t in tasks(work, "bidder2") if "regulator" in t]
    ends = f"{code} · End the hearing"
    assert ends not in tasks(work, "supervisor")
    moved(to=clock.now() + WEEK + timedelta(minutes=1))
    assert ends in tasks(work, "supervisor")
    assert ends not in tasks(work, "supervisor-finance")


def test_every_message_of_a_case_has_words(work):
    work.opened().ask("bidder1").reply("bidder1")
    work.go_on().propose_closing("confirmed")
    ending.send_back(work.second, work.id, "证据不足", now=clock.now())
    work.confer("penalty").hand_over()
    cases.assign(third(), work.id, work.second.id, "职责调整", now=clock.now())
    told = Message.objects.filter(kind__startswith="case_")
    assert {row.kind for row in told} == {
        "case_to_confirm",
        "case_assigned",
        "case_asked",
        "case_replied",
        "case_to_close",
        "case_sent_back",
        "case_to_hand_over",
        "case_handed_over",
        "case_taken",
    }
    for row in told:
        assert message_words.sentence(row.kind, row.facts) != message_words.FALLBACK


def test_the_case_is_done_by_its_pages(work):
    first, second, firm = browser("supervisor"), browser("supervisor-finance"), browser("bidder1")
    chosen = indication("40-(1)")
    offered = first.get(f"/desk/monitoring/cases/new/?alert={chosen.pk}")
    assert "Each is frozen in the case" in text_of(offered)
    made = first.post(
        "/desk/monitoring/cases/new/?alert=" + str(chosen.pk), {"alerts": [str(chosen.pk)], "reason": REASON}
    )
    path = made.headers["Location"]
    handler = {"act": "confirm", "handler": str(work.first.id)}
    alone = first.post(path, handler)
    assert (alone.status_code, "A-07" in text_of(alone)) == (422, True)
    assert second.post(path, handler).status_code == 303
    file = SimpleUploadedFile("流水.pdf", b"%PDF-1.7 bank")
    assert first.post(path, {"act": "attach", "file": file, "about": "流水"}).status_code == 303
    due = (clock.now() + WEEK).strftime("%Y-%m-%dT%H:%M")
    asked = {"act": "ask", "firms": [work.code("bidder1")], "text": "请说明", "due_at": due, "shown": ["2"]}
    assert first.post(path, asked).status_code == 303
    question = CaseQuestion.objects.get()
    reply = {"text": "自行编制", "file": SimpleUploadedFile("说明.pdf", b"%PDF-1.7")}
    assert firm.post(f"/desk/cases/{question.pk}/", reply).status_code == 303
    again = firm.post(f"/desk/cases/{question.pk}/", {"text": "再说"})
    assert (again.status_code, "L-03" in text_of(again)) == (422, True)
    assert first.post(path, {"act": "go_on"}).status_code == 303
    today = timezone.localdate(clock.now())
    minutes = {
        "act": "confer",
        "held_date": today.isoformat(),
        "participants": "唐监督，发改委\n万监督，财政局",
    }
    minutes |= {"minutes": "涉嫌串通投标", "ruling": "police"}
    assert first.post(path, {**minutes, "participants": "唐监督"}).status_code == 422
    early = first.post(path, {**minutes, "held_date": "2026-09-01"})
    assert (early.status_code, "L-04" in text_of(early)) == (422, True)
    assert first.post(path, minutes).status_code == 303
    assert "Another supervisor makes the hand-over package" in text_of(first.get(path))
    alone = first.post(path, {"act": "hand_over"})
    assert (alone.status_code, "A-07" in text_of(alone)) == (422, True)
    assert "Make the package" in text_of(second.get(path))
    assert second.post(path, {"act": "hand_over"}).status_code == 303
    shown = text_of(first.get(path))
    assert "Hand-over package" in shown
    closing = {"act": "closing", "outcome": "handed_over", "reason": "已移送"}
    assert first.post(path, closing).status_code == 303
    assert second.post(path, {"act": "close"}).status_code == 303
    listed = text_of(second.get("/desk/monitoring/cases/?status=closed"))
    assert "AJ-" in listed
    export = second.get("/desk/monitoring/cases/?format=csv").content.decode("utf-8-sig")
    assert export.splitlines()[1].split(",")[1] == "closed"
    assert json.loads(
        zipfile.ZipFile(io.BytesIO(storage.get(CasePackage.objects.get().sha256))).read("index.json")
    )


def test_flags_and_lots_lead_to_their_case(work):
    chosen, supervisor = indication("40-(1)"), browser("supervisor")
    assert f"cases/new/?alert={chosen.pk}" in text_of(supervisor.get(f"/desk/monitoring/alerts/{chosen.pk}/"))
    assert "cases/new/?lot=" in text_of(supervisor.get(f"/desk/monitoring/lots/{chosen.lot_id}/"))
    work.opened()
    for path in (f"alerts/{chosen.pk}", f"lots/{chosen.lot_id}"):
        page = text_of(supervisor.get(f"/desk/monitoring/{path}/"))
        assert f"/desk/monitoring/cases/{work.id}/" in page
    assert "No flag is free here" in text_of(
        supervisor.get(f"/desk/monitoring/cases/new/?alert={chosen.pk}&lot=x&alert=y")
    )
