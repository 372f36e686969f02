"""The committee at its marks: corrections, motions, questions, score sheets, checks."""

import uuid
from datetime import timedelta
from typing import TypeVar, cast

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import amending, checking, clarifying, moving, scoring
from evaluation.domain.lifecycle import MemberState, SessionState
from evaluation.domain.scoring.values import ScoringError, Sme
from evaluation.forms.judging import (
    AskForm,
    BreachForm,
    ExplainForm,
    MotionVoteForm,
    PriceForm,
    SheetForm,
    SmeForm,
)
from evaluation.queries import asking, committee, sight
from evaluation.queries.judging import Bench
from evaluation.views import ground
from kernel import clock, exports, pages

EXPERT = SeatKind.EXPERT
F = TypeVar("F", bound=pages.Form)
ANSWER_TIME = timedelta(hours=1)
"""What the page proposes as a bidder's time to answer; the leader sets it."""


@access.seats(EXPERT)
@never_cache
def clarifications(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the questions to bidders, and ask one."""
    bench = ground.open_bench(request, lot_id)
    initial = {"due_at": clock.now() + ANSWER_TIME}
    form = AskForm(request.POST if request.method == "POST" else None, ground.offers(bench), initial)
    answer = pages.submit(
        request,
        form,
        lambda: clarifying.ask(request.seat, lot_id, now=clock.now(), **form.cleaned_data),
        said=_("The bidder is asked."),
        then=ground.address("committee-clarifications", lot_id),
    )
    called = sight.names(bench)
    rows = [(row, called[str(row.bid)]) for row in asking.clarifications(bench.session)]
    context = ground.context(bench, request, rows=rows, form=form)
    return answer or pages.show(request, "evaluation/questions.html", context, form)


@access.seats(EXPERT)
@never_cache
def corrections(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show what is settled about the bids' numbers, and propose a corrected price or another standing."""
    bench = ground.open_bench(request, lot_id)
    posted, offers = request.POST if request.method == "POST" else None, ground.offers(bench)
    price = PriceForm(posted if posted and "price" in posted else None, offers)
    sme = SmeForm(posted if posted and "sme" in posted else None, offers)
    said, then = _("Proposed; another member confirms it."), ground.address("committee-corrections", lot_id)

    def propose_sme() -> None:
        found = sme.cleaned_data
        amending.propose_sme(
            request.seat, lot_id, found["bid"], Sme(found["sme"]), found["reason"], now=clock.now()
        )

    answer = pages.submit(
        request,
        price,
        lambda: amending.propose_price(request.seat, lot_id, now=clock.now(), **price.cleaned_data),
        said=said,
        then=then,
    ) or pages.submit(request, sme, propose_sme, said=said, then=then)
    context = ground.context(
        bench,
        request,
        rows=sight.amendments(bench),
        bids=sight.bids(bench),
        price=ground.keyed(price, "price"),
        sme=ground.keyed(sme, "sme"),
    )
    return answer or pages.show(request, "evaluation/corrections.html", context, price, sme)


@access.seats(EXPERT)
@require_POST
def settle_correction(request: SeatRequest, lot_id: uuid.UUID, amendment_id: int) -> HttpResponse:
    """Confirm a correction, or take back one that is not confirmed."""
    act = amending.drop if "drop" in request.POST else amending.confirm
    act(request.seat, lot_id, amendment_id, now=clock.now())
    said = _("Your entry has been taken back.") if "drop" in request.POST else _("Confirmed; it counts now.")
    return pages.done(request, said, ground.address("committee-corrections", lot_id))


@access.seats(EXPERT)
@never_cache
def motions(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the motions of the detailed review; move one, or vote."""
    bench = ground.open_bench(request, lot_id)
    posted = request.POST if request.method == "POST" else None
    move = BreachForm(
        posted if posted and "clause" in posted else None,
        ground.offers(bench, remaining=True),
        ground.clauses(bench),
    )
    vote = MotionVoteForm(posted if posted and "motion" in posted else None)
    then = ground.address("committee-motions", lot_id)

    def give() -> None:
        found = vote.cleaned_data
        keep = found["keep"] == "yes"
        page, reason = ("", "") if keep else (found["page"], found["reason"])
        moving.vote(
            request.seat, lot_id, found["motion"], keep=keep, page=page, reason=reason, now=clock.now()
        )

    answer = pages.submit(
        request,
        move,
        lambda: moving.move(request.seat, lot_id, now=clock.now(), **move.cleaned_data),
        said=_("Moved; all members vote on it."),
        then=then,
    ) or pages.submit(request, vote, give, said=_("Your vote is taken."), then=then)
    me = committee.access_member(request.seat, lot_id)
    rows = [
        (row, name, voted, row.clause.partition(".")[2], _one_of(vote, MotionVoteForm, "motion", row.pk))
        for row, name, voted in sight.motions(bench, me)
    ]
    context = ground.context(bench, request, rows=rows, move=move, vote=vote)
    return answer or pages.show(request, "evaluation/motions.html", context, move, vote)


@access.seats(EXPERT)
@never_cache
def scores(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Fill the score sheet: drafts are saved and seen by nobody else; handed in, it waits for one's signature."""
    bench = ground.open_bench(request, lot_id)
    me = committee.access_member(request.seat, lot_id)
    form = SheetForm(
        request.POST if request.method == "POST" else None,
        ground.offers(bench, remaining=True),
        bench.method.items,
        sight.marks(me),
    )

    def act() -> None:
        scoring.save_marks(request.seat, lot_id, form.given(), now=clock.now())
        if "hand_in" in request.POST:
            scoring.submit(request.seat, lot_id, now=clock.now())

    handed = "hand_in" in request.POST
    answer = pages.submit(
        request,
        form,
        act,
        said=_("Handed in: sign the sheet now.") if handed else _("The draft is saved."),
        then="signatures" if handed else ground.address("committee-scores", lot_id),
    )
    may_score = bench.session.state == SessionState.SCORING and me.state == MemberState.VOTED
    context = ground.context(bench, request, form=form, items=bench.method.items, may_score=may_score)
    return answer or pages.show(request, "evaluation/scores.html", context, form)


@access.seats(EXPERT)
@never_cache
def checks(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the summary with its derivation and what the four checks find; explain one's own outlier."""
    bench = ground.open_bench(request, lot_id)
    form = ExplainForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: checking.explain(request.seat, lot_id, now=clock.now(), **form.cleaned_data),
        said=_("Your explanation waits for another member's confirmation."),
        then=ground.address("committee-checks", lot_id),
    )
    if answer is not None:
        return answer
    summed = bench.session.state in (SessionState.CHECKING, SessionState.SIGNING, SessionState.SIGNED)
    me = committee.access_member(request.seat, lot_id)
    ranking, why = _ranking(bench) if summed else ([], "")
    if request.GET.get("format") == "csv":
        lines = (
            [row.rank, row.name, row.price, row.evaluated, row.price_score, row.total] for row in ranking
        )
        columns = ["rank", "bidder", "price", "evaluated", "price_score", "total"]
        return exports.csv_response(f"ranking-{bench.record.code}", columns, lines)
    context = ground.context(
        bench,
        request,
        form=form,
        summed=summed,
        findings=[
            (row, _one_of(form, ExplainForm, "finding", row.id))
            for row in (sight.findings(bench, me) if summed else [])
        ],
        ranking=ranking,
        why=why,
        steps=bench.assessment.price.steps if ranking else (),
        called=sight.names(bench),
        items=bench.method.items,
        tied=checking.tied(bench) if summed else (),
    )
    return pages.show(request, "evaluation/checks.html", context, form)


@access.seats(EXPERT)
@require_POST
def confirm_explanation(request: SeatRequest, lot_id: uuid.UUID, finding: str) -> HttpResponse:
    """Confirm another member's explanation."""
    checking.confirm(request.seat, lot_id, finding, now=clock.now())
    return pages.done(request, _("Confirmed."), ground.address("committee-checks", lot_id))


@access.seats(EXPERT)
@require_POST
def sum_up(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Sum the sheets up and run the four checks."""
    checking.sum_up(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("Summed up and checked."), ground.address("committee-checks", lot_id))


@access.seats(EXPERT)
@require_POST
def mend(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Take one's sheet back to mend it."""
    checking.mend(request.seat, lot_id, now=clock.now())
    said = _("Your sheet is open again: mend it and hand it in.")
    return pages.done(request, said, ground.address("committee-scores", lot_id))


@access.seats(EXPERT)
@require_POST
def tie_draw(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Ask for the draw among equal bids."""
    checking.request_tie_draw(request.seat, lot_id, now=clock.now())
    said = _("The draw is asked for; host, witness and supervisor hold it.")
    return pages.done(request, said, ground.address("committee-checks", lot_id))


def _one_of(posted: pages.Form, kind: type[F], name: str, key: object) -> F:
    """Return the form of one row of a list: the posted one if it is of this row, else an empty one."""
    mine = isinstance(posted, kind) and posted.is_bound and posted.data.get(name) == str(key)
    form = posted if mine else kind(None, initial={name: key})
    return ground.keyed(cast("F", form), str(key)[:8])


def _ranking(bench: Bench) -> tuple[list[sight.RankView], str]:
    """Return the ranking, or why there is none yet in words."""
    try:
        return sight.ranking(bench), ""
    except ScoringError as error:
        return [], str(error)
