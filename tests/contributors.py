"""What contributors of a draw and custodians of the tests do on their own machines."""

import hashlib

from bidding.actions import drawing, escrow
from bidding.domain import messages
from bidding.models import Draw
from bidding.queries import draws, notice_of
from bidding.sealing import custodians
from kernel import clock
from kernel.domain import canonical, draw as etdraw
from tender import queries as tender
from tests import factories

SEATS = {"centre": "witness", "procuring_entity": "host", "supervisor": "supervisor"}
KEEPERS = {"procuring_entity": "keeper-bureau", "centre": "keeper-centre", "third": "keeper-notary"}


def value_of(row, name):
    """A contributor's value: any 32 bytes that it keeps to itself."""
    return hashlib.sha256(f"{draws.draw_id(row)} {name}".encode()).digest()


def the_draw(lot, number=1):
    return Draw.objects.get(lot_id=lot, number=number)


def commitment(row, name, value=None, dealt=None):
    """A contributor's commitment message; `dealt` is what it really gives to the custodians."""
    value = value or value_of(row, name)
    notice = notice_of(tender.lot(row.lot_id))
    files = custodians.deal_value(
        dealt or value,
        draw=draws.draw_id(row),
        name=name,
        recipients={one.role: one.recipient for one in notice.custodians},
        suite_id=notice.suite.id,
        threshold=notice.threshold,
    )
    commit = etdraw.commitment(draws.draw_id(row), name, value)
    return messages.draw_commit(draw=draws.draw_id(row), name=name, commit=commit, escrow=files)


def send(actors, name, row, message, act):
    actor = actors[SEATS[name]]
    return act(actor.holder, row.pk, canonical.to_bytes(message), actor.sign(message), now=clock.now())


def commit(actors, row, *names, **how):
    for name in names or SEATS:
        send(actors, name, row, commitment(row, name, **how), drawing.commit)
    row.refresh_from_db()


def revelation(row, name, value=None):
    return messages.draw_reveal(draw=draws.draw_id(row), name=name, value=value or value_of(row, name))


def reveal(actors, row, *names, **how):
    for name in names or SEATS:
        send(actors, name, row, revelation(row, name, **how), drawing.reveal)
    row.refresh_from_db()


def escrow_share(row, name, role):
    """The share of a contributor's value as a custodian opens it."""
    place = row.contributions.get(name=name)
    file = canonical.unb64(canonical.from_bytes(bytes(place.document))["escrow"][role])
    return custodians.open_value_share(file, str(factories.KEPT_KEYS[row.lot_id, role]), "age1")


def open_escrow(actors, row, name, role, share=None):
    message = messages.draw_open(share or escrow_share(row, name, role))
    actor = actors[KEEPERS[role]]
    return escrow.open_share(
        actor.holder, row.pk, canonical.to_bytes(message), actor.sign(message), now=clock.now()
    )
