"""The pages on which a seat works on a lot, for pages of that lot."""

from django import template
from django.template.context import Context

from kernel import clock
from portal import lot_places
from portal.lot_places import Place
from tender.queries import LotRecord

register = template.Library()


@register.simple_tag(takes_context=True)
def seat_places(context: Context, lot: LotRecord) -> list[Place]:
    """Return (address, label) of the reader's own pages on a published lot, without the page that is shown."""
    request = context["request"]
    seat = getattr(request, "seat", None)
    if seat is None or not lot.is_public:
        return []
    return [place for place in lot_places.places(lot, seat, now=clock.now()) if place[0] != request.path]
