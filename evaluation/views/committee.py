"""The committee's own pages: the sitting and its next step, the opened bids, the comparison, the first review."""

import uuid
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import convening, reading, reviewing
from evaluation.domain.lifecycle import MemberState
from evaluation.forms.convening import DeclareForm, LeaderForm
from evaluation.forms.judging import BreachForm, CompetitionForm, ViewForm
from evaluation.models import Breach, Member
from evaluation.queries import committee, judging, papers, reading as reads, sight
from evaluation.queries.judging import Bench
from evaluation.views import ground
from kernel import clock, pages

EXPERT = SeatKind.EXPERT


@access.seats(EXPERT)
@require_safe
@never_cache
def home(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show a member where the sitting stands and what comes next."""
    return _home(request, lot_id)


@access.seats(EXPERT)
@require_POST
def declare(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Declare whether one must stay away."""
    form = DeclareForm(request.POST)

    def act() -> bool:
        conflict: bool = form.cleaned_data["conflict"] == "yes"
        convening.declare(
            request.seat, lot_id, conflict=conflict, text=form.cleaned_data["text"], now=clock.now()
        )
        return conflict

    answer = pages.submit(
        request,
        form,
        act,
        said=_("Your declaration is logged."),
        then=lambda conflict: "invitations" if conflict else ground.address("committee", lot_id),
    )
    return answer or _home(request, lot_id, declare=form)


@access.seats(EXPERT)
@require_POST
def leader(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Vote for the leader."""
    member = committee.access_member(request.seat, lot_id)
    form = _leader_form(request, member, posted=True)
    answer = pages.submit(
        request,
        form,
        lambda: convening.vote_leader(request.seat, lot_id, form.cleaned_data["choice"], now=clock.now()),
        said=_("Your vote is taken."),
        then=ground.address("committee", lot_id),
    )
    return answer or _home(request, lot_id, leader=form)


@access.seats(EXPERT)
@require_POST
def ask_for_time(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Say that the time is too short."""
    must = convening.ask_for_time(request.seat, lot_id, now=clock.now())
    said = _("The time must be extended now; the procuring entity is told.") if must else _("Noted.")
    return pages.done(request, said, ground.address("committee", lot_id))


@access.seats(EXPERT)
@require_POST
def begin_review(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Begin the first review."""
    reviewing.begin_review(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The first review has begun."), ground.address("committee-review", lot_id))


@access.seats(EXPERT)
@require_safe
@never_cache
def bids(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the opened bids and their files."""
    bench = ground.open_bench(request, lot_id)
    rows = [(bid, papers.papers(bid.id)) for bid in sight.bids(bench)]
    return render(request, "evaluation/bids.html", ground.context(bench, request, rows=rows))


@access.seats(EXPERT)
@require_safe
@never_cache
def paper(request: SeatRequest, lot_id: uuid.UUID, bid_id: uuid.UUID, part: str, index: int) -> FileResponse:
    """Hand out one file of an opened bid, to be saved; who read it at which place is logged."""
    reads.access_bid(request.seat, lot_id, str(bid_id))
    found, file = papers.open_paper(str(bid_id), part, index)
    reading.note(request.seat, lot_id, bid=str(bid_id), sha256=found.sha256, now=clock.now())
    return FileResponse(
        file, as_attachment=True, filename=found.file_name, content_type="application/octet-stream"
    )


@access.seats(EXPERT)
@never_cache
def similarity(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the comparison of the bids, and take a view of one indication."""
    bench = ground.open_bench(request, lot_id)
    form = ViewForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: reviewing.rule_on(
            request.seat,
            lot_id,
            form.cleaned_data["indication"],
            upheld=form.cleaned_data["upheld"] == "yes",
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        said=_("Your view is noted."),
        then=ground.address("committee-similarity", lot_id),
    )
    rows = _indications(bench, committee.access_member(request.seat, lot_id), form)
    received = reviewing.has_similarity(lot_id)
    context = ground.context(bench, request, rows=rows, form=form, received=received)
    return answer or pages.show(request, "evaluation/similarity.html", context, form)


def _indications(bench: Bench, me: Member, form: ViewForm) -> list[dict[str, Any]]:
    called = {line["bidder"]: line["name"] for line in bench.subject.opened().values()}
    rows = []
    for digest, one in bench.indications.items():
        mine = form.is_bound and form.data.get("indication") == digest
        shown = form if mine else ViewForm(None, initial={"indication": digest})
        evidence = [
            {
                **found,
                "places": [{**at, "name": called.get(at["bidder"], at["bidder"])} for at in found["places"]],
            }
            for found in one["evidence"]
        ]
        rows.append(
            {
                "indication": {**one, "evidence": evidence},
                "members": [called.get(code, code) for code in one["members"]],
                "view": bench.views[digest].get(me.name),
                "given": len(bench.views[digest]),
                "form": ground.keyed(shown, digest[:8]),
            }
        )
    return rows


@access.seats(EXPERT)
@never_cache
def review(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Find breaches of clauses, with page and reason, before one casts one's votes."""
    bench = ground.open_bench(request, lot_id)
    form = BreachForm(
        request.POST if request.method == "POST" else None, ground.offers(bench), ground.clauses(bench)
    )
    answer = pages.submit(
        request,
        form,
        lambda: reviewing.find_breach(request.seat, lot_id, now=clock.now(), **form.cleaned_data),
        said=_("Noted; it counts when you cast your votes."),
        then=ground.address("committee-review", lot_id),
    )
    me = committee.access_member(request.seat, lot_id)
    called = sight.names(bench)
    mine = Breach.objects.filter(member=me).order_by("bid", "clause")
    rows = [(row, called[str(row.bid)], row.clause.partition(".")[2]) for row in mine]
    context = ground.context(bench, request, rows=rows, form=form, may_vote=me.state == MemberState.DECLARED)
    return answer or pages.show(request, "evaluation/review.html", context, form)


@access.seats(EXPERT)
@require_POST
def drop_breach(request: SeatRequest, lot_id: uuid.UUID, breach_id: int) -> HttpResponse:
    """Take a breach back."""
    reviewing.drop_breach(request.seat, lot_id, breach_id, now=clock.now())
    return pages.done(
        request, _("Your entry has been taken back."), ground.address("committee-review", lot_id)
    )


@access.seats(EXPERT)
@require_POST
def cast(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Cast one's votes."""
    reviewing.cast(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("Your votes are cast."), ground.address("committee", lot_id))


@access.seats(EXPERT)
@require_POST
def conclude(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Count the votes of the first review."""
    reviewing.conclude(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The votes are counted."), ground.address("committee", lot_id))


@access.seats(EXPERT)
@require_POST
def competition(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Vote whether competition is clearly lacking."""
    form = CompetitionForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: reviewing.judge_competition(
            request.seat,
            lot_id,
            lacking=form.cleaned_data["lacking"] == "yes",
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        said=_("Your vote is taken."),
        then=ground.address("committee", lot_id),
    )
    return answer or _home(request, lot_id, competition=form)


def _home(request: SeatRequest, lot_id: uuid.UUID, **bound: pages.Form) -> HttpResponse:
    member = committee.access_member(request.seat, lot_id)
    bench = judging.bench(member.session)
    context = ground.context(
        bench,
        request,
        parties=convening.parties(bench.record) if member.state == MemberState.SEATED else [],
        waiting=[one.name for one in bench.members if one.voted_at is None],
        declare=ground.keyed(bound.get("declare") or DeclareForm(None), "declare"),
        leader_form=ground.keyed(
            bound.get("leader") or _leader_form(request, member, posted=False), "leader"
        ),
        competition=ground.keyed(bound.get("competition") or CompetitionForm(None), "competition"),
        received=reviewing.has_similarity(lot_id),
    )
    return pages.show(request, "evaluation/committee.html", context, *bound.values())


def _leader_form(request: SeatRequest, member: Member, *, posted: bool) -> LeaderForm:
    rows = [row for row in committee.members(request.seat, member.session) if row.live]
    return LeaderForm(
        request.POST if posted else None, [(row.name, f"{row.name} · {row.person}") for row in rows]
    )
