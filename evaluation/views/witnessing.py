"""The witness at a site: who is expected under which number, codes for places, replacements, the beginning."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import convening, replacing, seating
from evaluation.domain import edition
from evaluation.domain.committee import Change
from evaluation.forms.convening import ReplaceForm
from evaluation.queries import committee, sites
from evaluation.views import ground
from kernel import clock, pages
from tender import queries as tender

WITNESS = SeatKind.WITNESS


@access.seats(WITNESS)
@require_safe
@never_cache
def sittings(request: SeatRequest) -> HttpResponse:
    """List the sittings at which this witness lets people in."""
    rows = [(row, tender.lot(row.lot_id)) for row in sites.witnessed_sessions(request.seat)]
    return render(request, "evaluation/sittings.html", {"rows": rows, "section": "desk"})


@access.seats(WITNESS)
@require_safe
@never_cache
def sitting(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show who is expected at one's sites, and who sits where, by number alone."""
    return _page(request, lot_id)


@access.seats(WITNESS)
@require_POST
@never_cache
def issue_code(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give a code for a place; it is shown once, on this answer."""
    name = request.POST.get("name", "")
    issued = seating.issue_code(request.seat, lot_id, name, now=clock.now())
    return _page(request, lot_id, issued=issued, issued_to=name)


@access.seats(WITNESS)
@require_POST
def begin(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Begin the evaluation; who has an interest in a bidder leaves first."""
    left = convening.begin(request.seat, lot_id, now=clock.now())
    said = _("The evaluation has begun.")
    if left:
        said = ngettext(
            "%(names)s must stay away from a bidder of this lot and has left; the next one is called.",
            "%(names)s must stay away from bidders of this lot and have left; the next ones are called.",
            len(left),
        ) % {"names": ", ".join(left)}
    return pages.done(request, said, ground.address("sitting", lot_id))


@access.seats(WITNESS)
@require_POST
def propose_replacement(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Propose that a member be replaced."""
    form = _replace_form(request, lot_id, posted=True)
    answer = pages.submit(
        request,
        form,
        lambda: replacing.propose(
            request.seat,
            lot_id,
            form.cleaned_data["member"],
            Change(form.cleaned_data["reason"]),
            form.cleaned_data["words"],
            now=clock.now(),
        ),
        said=_("Proposed; the supervisor confirms or declines."),
        then=ground.address("sitting", lot_id),
    )
    return answer or _page(request, lot_id, replace=form)


def _page(request: SeatRequest, lot_id: uuid.UUID, **more: object) -> HttpResponse:
    session, own = sites.access_site_session(request.seat, lot_id)
    record = tender.lot(lot_id)
    replace = more.get("replace")
    form = replace if isinstance(replace, ReplaceForm) else _replace_form(request, lot_id, posted=False)
    home = tender.serves(request.seat, lot_id, WITNESS)
    shown = {site.name for site in own}
    context = {
        "lot": record,
        "sitting": session,
        "sites": own,
        "expected": sites.expected(session, own),
        "members": [row for row in committee.members(request.seat, session) if row.site in shown],
        "replacements": committee.replacements(session) if home else [],
        "progress": committee.progress(session),
        "home": home,
        "begun": session.begun_at is not None,
        **more,
        "replace": form,
        "section": "desk",
    }
    return pages.show(request, "evaluation/sitting.html", context, form)


def _replace_form(request: SeatRequest, lot_id: uuid.UUID, *, posted: bool) -> ReplaceForm:
    session, _ = sites.access_site_session(request.seat, lot_id)
    law = edition.committee_rules(tender.lot(lot_id).edition, remote=False)
    names = [member.name for member in committee.live_members(session)]
    return ReplaceForm(request.POST if posted else None, names, law.changes)
