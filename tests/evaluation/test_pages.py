"""The pages of an evaluation as people use them: by their forms, each seat its own, and nobody another's."""

import re

import pytest
from django.urls import reverse

from evaluation.actions import inviting
from evaluation.models import Breach, Invitation, Mark, Representative
from kernel import clock
from kernel.domain import canonical
from kernel.models import JournalEntry
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import LotState
from tests.evaluation.world import HOUR
from tests.seats import browser, text_of


def url(name, *args):
    return reverse(name, args=args)


def get(username, name, /, *args, status=200):
    answer = browser(username).get(url(name, *args))
    assert answer.status_code == status, (username, name, answer.status_code, text_of(answer)[:300])
    return text_of(answer)


def post(username, name, /, *args, status=303, **data):
    answer = browser(username).post(url(name, *args), data)
    assert answer.status_code == status, (username, name, answer.status_code, _said(answer))
    return text_of(answer) if status != 303 else answer["Location"]


def _said(answer):
    text = re.sub(r"<[^>]+>", " ", text_of(answer))
    return " ".join(text.split())[:1500]


def stamp(moment):
    from tender.domain.instants import local

    return f"{local(moment):%Y-%m-%dT%H:%M}"


def usernames(w):
    return [holder.username for holder in w.holders()]


def let_in(w):
    """The witness reads the code off the page and each person types it."""
    from evaluation.queries import sites

    _, own = sites.access_site_session(w.holder("witness"), w.lot)
    for one in sites.expected(w.session, own):
        page = post("witness", "sitting-code", w.lot, status=200, name=one.name)
        code = re.search(r"data-code>(\d{8})<", page)[1]
        assert code not in get("witness", "sitting", w.lot), "a code is shown once"
        person = w.person(one.name)
        assert post(person.username, "seat-sign-in", code=code) == url("committee", w.lot)


def test_a_whole_evaluation_by_the_forms_of_its_pages(begin):
    w = begin()
    w.open()
    begins, ends = clock.now() + 2 * HOUR, clock.now() + 8 * HOUR
    assert "Ask for the experts" in get("clerk", "lot-committee", w.lot)
    post("clerk", "lot-committee-draw", w.lot, starts_at=stamp(begins), ends_at=stamp(ends), avoid="")
    w.draw()
    page = get("clerk", "lot-committee", w.lot)
    assert not any(w.holder(name).person in page for name in w.experts)

    first = w.called()[0]
    call = get(w.username(first), "invitations")
    assert w.record.title not in call
    assert w.record.procuring_entity.name not in call
    post(w.username(first), "invitation-decline", first.pk, words="出差")
    while w.called():
        for one in w.called():
            post(w.username(one), "invitation-accept", one.pk)
    seat = str(w.holder("delegate").id)
    post("clerk", "lot-committee-member", w.lot, seat=seat)
    assert Representative.objects.get().name in get("delegate", "invitations")

    let_in(w)
    post("witness", "sitting-begin", w.lot)
    for name in usernames(w):
        assert "青石建设工程有限公司" in get(name, "committee", w.lot)
        browser(name)
        assert browser(name).get(url("committee-bids", w.lot)).status_code == 404, (
            "no document before the declaration"
        )
        post(name, "committee-declare", w.lot, status=422, conflict="no")
        post(name, "committee-declare", w.lot, conflict="no", discipline="on")
    leader = w.members()[0].name
    for name in usernames(w):
        post(name, "committee-leader", w.lot, choice=leader)
    chief = w.leader.username
    w.similarity()
    assert "Nothing stands" in get(chief, "committee-similarity", w.lot)
    post(chief, "committee-review-begin", w.lot)

    breach = {"clause": "V-03.not_qualified", "page": "12", "reason": "资质证书过期"}
    for name in usernames(w)[:3]:
        post(name, "committee-review", w.lot, bid=w.bids["bidder7"], **breach)
    post(usernames(w)[3], "committee-review", w.lot, bid=w.bids["bidder6"], **breach)
    mistaken = Breach.objects.get(bid=w.bids["bidder6"])
    post(usernames(w)[3], "committee-review-drop", w.lot, mistaken.pk)
    for name in usernames(w):
        post(name, "committee-review-cast", w.lot)
    post(chief, "committee-review-conclude", w.lot)
    assert "rejected" in get(chief, "committee-bids", w.lot)

    due = clock.now() + HOUR
    post(
        chief,
        "committee-clarifications",
        w.lot,
        bid=w.bids["bidder1"],
        question="工期请说明",
        due_at=stamp(due),
    )
    asked = w.bench.session.clarifications.get()
    assert "工期请说明" in get("bidder1", "clarification", asked.pk)
    get("bidder2", "clarification", asked.pk, status=404)
    post("bidder1", "clarification", asked.pk, text="以第3页为准")
    assert "以第3页为准" in get(chief, "committee-clarifications", w.lot)

    for index, name in enumerate(usernames(w)):
        form = {}
        for given in w.marks(index, objective="8" if index == 4 else "10"):
            form[f"score-{given.bid}-{given.item}"] = given.score
            form[f"note-{given.bid}-{given.item}"] = "方案合理"
        post(name, "committee-scores", w.lot, save="1", **form)
        assert post(name, "committee-scores", w.lot, hand_in="1", **form) == url("signatures")
        w.sign(w.member(index), "score-sheet")
    post(chief, "committee-sum", w.lot)
    odd = usernames(w)[4]
    assert "members differ on a fact" in get(odd, "committee-checks", w.lot)
    refused = post(chief, "committee-report-lay", w.lot, status=422)
    assert "V-11" in refused
    post(odd, "committee-mend", w.lot)
    form = {f"score-{given.bid}-{given.item}": given.score for given in w.marks(4)}
    post(odd, "committee-scores", w.lot, hand_in="1", **form)
    w.sign(w.member(4), "score-sheet")
    post(chief, "committee-sum", w.lot)
    assert "The four checks find nothing" in get(chief, "committee-checks", w.lot)
    for bid in w.bench.remaining:
        post(chief, "committee-report", w.lot, bid=bid, strengths="方案完整", weaknesses="工期偏紧")
    post(chief, "committee-report-lay", w.lot)
    w.sign_report()
    assert w.record.status is LotState.EVALUATED

    assert "Publish the candidates" in get("reviewer", "lot-evaluation", w.lot)
    post("reviewer", "lot-evaluation-candidates", w.lot)
    published = tender.publication(w.lot, "candidates")
    w.move(to=published.until)
    stepping.decide_due(w.lot, now=clock.now())
    winner = canonical.from_bytes(bytes(published.document))["candidates"][0]["bid"]
    post("reviewer", "lot-evaluation-result", w.lot, bid=winner)
    assert w.record.status is LotState.RESULT_PUBLIC
    assert w.members()[0].name in get("supervisor", "lot-evaluation", w.lot)


@pytest.fixture
def scoring_world(opened):
    opened.to_scoring(reject=("bidder7",))
    return opened


def test_nobody_else_opens_the_pages_of_a_committee(scoring_world):
    w = scoring_world
    inside, outside = usernames(w)[0], next(n for n in w.experts if n not in usernames(w))
    pages = [
        *(
            "committee",
            "committee-bids",
            "committee-similarity",
            "committee-review",
            "committee-clarifications",
        ),
        *(
            "committee-corrections",
            "committee-motions",
            "committee-scores",
            "committee-checks",
            "committee-report",
        ),
    ]
    for name in pages:
        get(inside, name, w.lot)
        for other in (outside, "clerk", "reviewer", "host", "witness", "supervisor", "operator", "bidder1"):
            get(other, name, w.lot, status=404)
    for name in ("lot-committee", "lot-evaluation"):
        for other in (inside, "bidder1", "operator"):
            get(other, name, w.lot, status=404)
    get("supervisor", "lot-committee", w.lot, status=404)


def test_names_and_marks_stay_inside_while_the_committee_works(scoring_world):
    w = scoring_world
    names = [holder.person for holder in w.holders()]
    assert all(name in get(usernames(w)[0], "committee", w.lot) for name in names)
    for who, page in (
        ("clerk", "lot-committee"),
        ("reviewer", "lot-evaluation"),
        ("supervisor", "lot-evaluation"),
        ("witness", "sitting"),
    ):
        shown = get(who, page, w.lot)
        assert not any(name in shown for name in names), who
        assert "Ranking" not in shown, who


def test_the_supervisor_sees_exclusions_and_recomputes_the_draw(scoring_world):
    from kernel.domain import draw as etdraw

    w = scoring_world
    number = w.session.draws.get().number
    whole = browser("supervisor").get(url("lot-evaluation-draw", w.lot, number, "civil")).json()
    assert "exclusions" in whole
    etdraw.verify(whole)
    public = browser("clerk").get(url("lot-evaluation-draw", w.lot, number, "civil")).json()
    assert "exclusions" not in public
    etdraw.verify(public)
    assert "has another major" in get("supervisor", "lot-evaluation", w.lot)
    assert "has another major" not in get("clerk", "lot-evaluation", w.lot)
    get("clerk", "lot-evaluation-draw", w.lot, number, "nothing", status=404)


def test_files_of_bids_are_saved_never_shown_and_each_reading_is_logged(scoring_world):
    w = scoring_world
    hostile = "方案/<script>alert(1)</script>.html"
    w.put_documents("bidder1", {hostile: b"<script>alert(1)</script>", "报价/清单.txt": b"1"})
    inside = usernames(w)[0]
    page = get(inside, "committee-bids", w.lot)
    assert "<script>alert(1)" not in page
    assert "报价/清单.txt" in page
    found = re.findall(rf"/desk/committee/{w.lot}/bids/{w.bids['bidder1']}/documents/(\d+)/", page)
    answer = browser(inside).get(url("committee-paper", w.lot, w.bids["bidder1"], "documents", found[-1]))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/octet-stream"
    assert b"".join(answer.streaming_content) in (b"1", b"<script>alert(1)</script>")
    answer.close()
    logged = list(w.journal("evaluation:document:read"))
    assert [(one["member"], one["bid"]) for one in logged] == [(w.members()[0].name, w.bids["bidder1"])]
    assert {entry.actor for entry in JournalEntry.objects.filter(tag="evaluation:document:read")} == {
        "system"
    }
    for bad in (("documents", 9), ("pricing", 0), ("shares", 0)):
        assert browser(inside).get(url("committee-paper", w.lot, w.bids["bidder1"], *bad)).status_code == 404
    assert (
        browser("clerk").get(url("committee-paper", w.lot, w.bids["bidder1"], "documents", 0)).status_code
        == 404
    )


def test_a_mark_out_of_its_range_is_told_at_its_cell_and_nothing_typed_is_lost(scoring_world):
    w = scoring_world
    name, bid = usernames(w)[0], w.bench.remaining[0]
    page = post(
        name,
        "committee-scores",
        w.lot,
        status=422,
        save="1",
        **{f"score-{bid}-design": "31", f"note-{bid}-design": "很好"},
    )
    assert 'value="31"' in page
    assert 'value="很好"' in page
    assert not Mark.objects.exists()
    refused = post(name, "committee-scores", w.lot, status=422, hand_in="1", **{f"score-{bid}-design": "20"})
    assert "V-11" in refused
    assert Mark.objects.get().score == "20", "what was typed is saved although the sheet is not complete"


def test_the_witness_sees_numbers_only_and_proposes_what_the_supervisor_settles(scoring_world):
    w = scoring_world
    member = next(one for one in w.members() if one.pk != w.session.leader_id)
    page = get("witness", "sitting", w.lot)
    assert member.name in page
    post("witness", "sitting-replace", w.lot, status=422, member=member.name, reason="health", words="")
    post("witness", "sitting-replace", w.lot, member=member.name, reason="health", words="突发疾病")
    assert "突发疾病" in get("supervisor", "lot-evaluation", w.lot)
    post("clerk", "lot-evaluation-replacement", w.lot, status=404, name=member.name)
    post("supervisor", "lot-evaluation-replacement", w.lot, name=member.name, decline="1")
    post("witness", "sitting-replace", w.lot, member=member.name, reason="health", words="突发疾病")
    post("supervisor", "lot-evaluation-replacement", w.lot, name=member.name, confirm="1")
    assert w.session.state == "preparing"


def test_a_refused_request_keeps_what_was_typed_and_names_its_rule(begin):
    w = begin()
    page = post(
        "clerk",
        "lot-committee-draw",
        w.lot,
        status=422,
        starts_at="2026-01-01T09:00",
        ends_at="2026-01-01T08:00",
        avoid="",
    )
    assert "R-01" in page
    assert "2026-01-01T09:00" in page
    page = post(
        "clerk",
        "lot-committee-draw",
        w.lot,
        status=422,
        starts_at="2026-04-01T09:00",
        ends_at="2026-04-01T18:00",
        avoid="123",
    )
    assert "123" in page


def test_the_supervisor_reads_whom_the_request_avoids_and_why(begin):
    w = begin()
    bidder = w.holder("bidder1").organisation.credit_code
    times = {
        "starts_at": stamp(clock.now() + 2 * HOUR),
        "ends_at": stamp(clock.now() + 8 * HOUR),
    }
    page = post("clerk", "lot-committee-draw", w.lot, status=422, avoid=bidder, **times)
    assert bidder in page
    assert "R-01" in page
    post("clerk", "lot-committee-draw", w.lot, avoid=f" {bidder}  近三年 有合作 \n\n", **times)
    assert w.session.avoid == {bidder: "近三年 有合作"}
    page = get("supervisor", "lot-evaluation", w.lot)
    assert bidder in page
    assert "近三年 有合作" in page
    assert "近三年" not in get("host", "lot-evaluation", w.lot)


def test_the_operator_keeps_pool_and_sites(begin, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from evaluation.models import Expert, Place, Site

    begin()
    assert "expert12" in get("operator", "pool")
    assert "username" in browser("operator").get(url("pool") + "?format=csv").content.decode()
    file = SimpleUploadedFile(
        "pool.csv", b"username,title,years,majors,region,employers\nghost,x,1,civil,510800,\n"
    )
    page = post("operator", "pool-import", status=200, file=file)
    assert "ghost" in page
    page = post("operator", "pool-import", status=422, file=SimpleUploadedFile("x.csv", b"nothing"))
    assert "username" in page
    expert = Expert.objects.order_by("pk").first()
    post("operator", "pool-expert", expert.pk, status=422, enabled="on", reason="")
    post("operator", "pool-expert", expert.pk, reason="退休")
    assert not Expert.objects.get(pk=expert.pk).enabled
    post("operator", "pool-limits", status=422, sessions="3")
    post("operator", "pool-limits", sessions="3", window_days="30")
    site = Site.objects.get(name="晴川")
    post("operator", "site-places", site.pk, room="B", number="09", device="aa:bb", camera="")
    post("operator", "site-places", site.pk, status=422, room="B", number="10", device="aa:bb", camera="")
    post("operator", "site-place-retire", Place.objects.get(device="aa:bb").pk)
    assert "晴川" in get("operator", "sites")
    for other in ("clerk", "auditor", "expert1"):
        if other != "auditor":
            get(other, "pool", status=404)


def test_an_expert_keeps_its_own_entry(begin):
    w = begin()
    code = w.record.procuring_entity.credit_code
    post("expert1", "expertise-interest", status=422, organisation="123", kind="interest", note="")
    post("expert1", "expertise-interest", organisation=code, kind="relative", note="配偶")
    page = get("expert1", "expertise")
    assert code in page
    assert code not in get("expert2", "expertise").replace("class", "")
    get("delegate", "expertise", status=404)
    row = re.search(r"interests/(\d+)/withdraw", page)[1]
    post("expert2", "expertise-interest-withdraw", row)
    assert code in get("expert1", "expertise"), "nobody withdraws another's declaration"
    post("expert1", "expertise-interest-withdraw", row)
    later = clock.now() + HOUR
    post("expert1", "expertise-busy", starts_at=stamp(clock.now()), ends_at=stamp(later))
    post("expert1", "expertise-busy", status=422, starts_at=stamp(later), ends_at=stamp(clock.now() - HOUR))


def test_the_workbench_of_each_seat_says_what_comes_next(begin):
    w = begin()
    w.open()
    assert "Ask for the experts" in get("clerk", "desk")
    w.request()
    w.draw()
    one = w.called()[0]
    assert "Accept or decline a call" in get(w.username(one), "desk")
    inviting.accept(w.holder(w.username(one)), one.pk, now=clock.now())
    assert "Come to an evaluation" in get(w.username(one), "desk")
    w.accept_all()
    w.name_delegate()
    assert "Let the committee in" in get("witness", "desk")
    w.let_in()
    w.begin()
    assert "Declare before you see any document" in get(w.member(0).username, "desk")
    assert Invitation.objects.filter(state="evaluating").count() == 4
